"""What is fuzzed: whatever bytes come, each target ends in a value or in an error of our own.

`search.py` runs one under atheris; `test_corpus.py` replays the corpus, and lets Hypothesis change it.
"""

import contextlib
import tempfile
from pathlib import Path

import httpx  # noqa: ASYNC127 the project's one HTTP client, for loopback
import orjson
import trio
import trio.testing

from trialogue.brain.tools.arguments import misfit
from trialogue.brain.tools.calls import floor_given, key_of
from trialogue.errors import JournalError, RemoteProtocolError, ScenarioError, SetupError, ToolFailed
from trialogue.journal.reader import read
from trialogue.scenario import loads
from trialogue.server.connection import Connection
from trialogue.server.options import ServerOptions
from trialogue.server.terms import STRANGER
from trialogue.server.think.completion import Completion
from trialogue.server.think.open_ai import _read
from trialogue.server.think.ports import ThinkRefused, Thought
from trialogue.services.deepgram.codec import decode_client, decode_server
from trialogue.speech.recordings import read_recording
from trialogue.tools.executor import as_content, parse_arguments

MOST_MESSAGES = 40


def wire(data):
    """A text message, from either side."""
    for decode in (decode_server, decode_client):
        with contextlib.suppress(RemoteProtocolError):
            decode(data)


def scenario(data):
    """A scenario file."""
    with contextlib.suppress(ScenarioError):
        loads(data)


@contextlib.contextmanager
def file_of(data, suffix):
    """A file that holds these bytes."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        yield Path(file.name)


def journal(data):
    """A journal, read strictly and salvaged."""
    with file_of(data, ".jsonl") as path:
        for salvage in (False, True):
            with contextlib.suppress(JournalError):
                for _ in read(path, salvage=salvage).lines():
                    pass


def recording(data):
    """A sound file, by its header and by its sound."""
    with file_of(data, ".wav") as path, contextlib.suppress(SetupError):
        assert len(read_recording(path, 16_000)) % 2 == 0


def arguments(data):
    """The arguments of a tool call, in the first line; in the second, the schema that they must fit."""
    text, _, schema = data.decode(errors="surrogateescape").partition("\n")
    key_of("order", ("item",), text)
    floor_given(text)
    with contextlib.suppress(ToolFailed):
        given = parse_arguments(text)
        assert isinstance(as_content("t", given), str)
        wanted = loaded(schema)
        if isinstance(wanted, dict):
            assert misfit(wanted, given) is None or misfit(wanted, given)


def loaded(text):
    """What JSON says; nothing for what is none."""
    with contextlib.suppress(orjson.JSONDecodeError):
        return orjson.loads(text)


def client(data):
    """What a client sends the embedded server: a message a line, as sound where it begins with `!`."""
    trio.run(_serve, data.split(b"\n")[:MOST_MESSAGES], clock=trio.testing.MockClock(autojump_threshold=0))


async def _serve(lines):
    from fakes import FakeSocket, fake_equipment

    socket = FakeSocket()
    options = ServerOptions(allow_endpoint=lambda _: False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Connection(socket, fake_equipment(options), "r-1", STRANGER).run)
        for line in lines:
            with contextlib.suppress(trio.ClosedResourceError, trio.BrokenResourceError):
                socket.put.send_nowait(line[1:] if line[:1] == b"!" else line.decode(errors="replace"))
            await trio.sleep(0.5)
        await socket.put.aclose()


def thoughts(data):
    """The stream of a think endpoint."""
    trio.run(_think, data)


async def _think(data):
    told = []
    answer = Completion()
    with contextlib.suppress(ThinkRefused):
        await _read(httpx.Response(200, content=_streamed(data)), answer, told.append)
        told += answer.rest()
    assert all(isinstance(thought, Thought) for thought in told)


async def _streamed(data):
    """An answer that comes in two pieces, as one of a network's does."""
    half = len(data) // 2
    yield data[:half]
    yield data[half:]


TARGETS = {
    "arguments": arguments,
    "client": client,
    "journal": journal,
    "recording": recording,
    "scenario": scenario,
    "thoughts": thoughts,
    "wire": wire,
}
