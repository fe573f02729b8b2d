"""One connection, from Settings to the last byte, under a virtual clock."""

from __future__ import annotations

import errno
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import trio
from attrs import define, evolve
from fakes import FakeSocket, FakeSynthesizer, fake_equipment, silence, speech
from trio.testing import MockClock

from trialogue.errors import ConnectionLost
from trialogue.server.connection import Connection, converse, where
from trialogue.server.equipment import Equipment
from trialogue.server.options import ServerOptions
from trialogue.server.terms import STRANGER
from trialogue.speech.cache import CachedSynthesizer
from trialogue.speech.store import Store

T = TypeVar("T")


def settings(**agent: Any) -> dict[str, Any]:
    """Settings with 16 kHz both ways."""
    audio = {"encoding": "linear16", "sample_rate": 16_000}
    return {"type": "Settings", "audio": {"input": audio, "output": audio}, "agent": agent}


def scripted(*script: dict[str, Any], **think: Any) -> dict[str, Any]:
    """A think entry with a script."""
    return {"provider": {"type": "scripted", "script": list(script)}, **think}


@asynccontextmanager
async def connected(equipment: Equipment) -> AsyncIterator[FakeSocket]:
    """A connection that runs while the block does."""
    socket = FakeSocket()
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await converse(socket, equipment, request_id="r-1")

        nursery.start_soon(run)
        with trio.fail_after(3600):
            await trio.lowlevel.checkpoint()
            yield socket
        nursery.cancel_scope.cancel()


async def test_greeting_then_injected_turn(autojump_clock: MockClock) -> None:
    """Settings are applied, the greeting is spoken, an injected user message is answered."""
    async with connected(fake_equipment()) as socket:
        socket.say(settings(greeting="Hello there.", think=scripted({"say": "One. Two."})))
        await socket.until("AgentAudioDone")
        socket.say({"type": "InjectUserMessage", "content": "Hi"})
        await socket.until("AgentAudioDone", 2)
    assert socket.types == [
        "Welcome", "SettingsApplied", "ConversationText", "audio", "History", "AgentAudioDone",
        "UserStartedSpeaking", "ConversationText", "History", "LatencyReport",
        "ConversationText", "audio", "LatencyReport", "LatencyReport",
        "ConversationText", "audio", "History", "AgentAudioDone",
    ]  # fmt: skip


@pytest.mark.parametrize("wait_s", [0.0, 0.3, 5.0])
async def test_a_script_advances_however_fast_it_is_answered(
    wait_s: float, autojump_clock: MockClock
) -> None:
    """A script goes on by one line a reply, however fast the client answers, and repeats an unheard one."""
    script = [{"say": word} for word in ("One.", "Two.", "Three.", "Four.")]
    async with connected(fake_equipment()) as socket:
        socket.say(settings(greeting="Hello.", think=scripted(*script)))
        for number in range(1, 5):
            await socket.until("AgentAudioDone", number)
            await trio.sleep(wait_s)
            denial = "1 remark of yours was not heard.\n" if number == 4 else ""
            socket.say({"type": "InjectUserMessage", "content": f"{denial}Go on."})
        await socket.until("AgentAudioDone", 5)
    said = [m["content"] for m in socket.messages if m["type"] == "ConversationText"]
    assert [text for text in said if "Go on" not in text] == ["Hello.", "One.", "Two.", "Three.", "Three."]


async def test_audio_turn(autojump_clock: MockClock) -> None:
    """Speech and then silence at the ear become a user's turn, which is answered."""
    async with connected(fake_equipment(texts=("How are you?",))) as socket:
        socket.say(settings(think=scripted({"when": {"heard": "how are"}, "say": "x"}, {"say": "Fine."})))
        socket.hear(silence(0.5) + speech(1.0) + silence(1.0))
        await socket.until("AgentAudioDone")
    texts = [(m["role"], m["content"]) for m in socket.messages if m["type"] == "ConversationText"]
    assert texts == [("user", "How are you?"), ("assistant", "Fine.")]


@define
class _Threads:
    """Computes at once, and counts what it was given."""

    taken: int = 0

    async def run(self, function: Callable[[], T]) -> T:
        """Run it."""
        await trio.lowlevel.checkpoint()
        self.taken += 1
        return function()


async def test_long_messages_are_decoded_beside_the_loop(autojump_clock: MockClock) -> None:
    """A long message holds up no other client, and messages behind it are taken after it."""
    threads = _Threads()
    equipment = evolve(fake_equipment(), compute=threads)
    async with connected(equipment) as socket:
        socket.say(settings())
        await socket.until("SettingsApplied")
        before = threads.taken
        socket.say({"type": "UpdatePrompt", "prompt": "short"})
        await socket.until("PromptUpdated")
        assert threads.taken == before
        socket.say({"type": "UpdatePrompt", "prompt": "long " * 10_000})
        socket.say({"type": "UpdatePrompt"})
        await socket.until("Error")
    assert threads.taken == before + 1
    assert socket.types[-3:] == ["PromptUpdated", "Warning", "Error"]


async def test_idle(autojump_clock: MockClock) -> None:
    """A client that says nothing is told so, and closed without a code."""
    async with connected(fake_equipment(options=ServerOptions())) as socket:
        await socket.until("Error")
        await trio.sleep(1)
    assert trio.current_time() == pytest.approx(11.0)
    assert socket.close_codes == [None]


async def test_keep_alive_holds_the_session(autojump_clock: MockClock) -> None:
    """A client without a microphone lives by KeepAlive every eight seconds, until it stops."""
    async with connected(fake_equipment()) as socket:
        socket.say(settings())
        for _ in range(5):
            await trio.sleep(8)
            socket.say({"type": "KeepAlive"})
        await socket.until("Error")
        assert trio.current_time() == pytest.approx(50.0)
    assert socket.types == ["Welcome", "SettingsApplied", "Error"]


async def test_barge_in_stops_audio_at_once(autojump_clock: MockClock) -> None:
    """No sound follows UserStartedSpeaking until the next reply."""
    long = " ".join(["This goes on."] * 20)
    async with connected(fake_equipment()) as socket:
        socket.say(settings(think=scripted({"say": long})))
        socket.say({"type": "InjectUserMessage", "content": "Talk"})
        await trio.sleep(1)
        socket.hear(speech(0.5))
        await trio.sleep(30)
    cut = socket.types.index("UserStartedSpeaking", 4)
    assert "audio" in socket.types[:cut]
    assert socket.types[cut:] == ["UserStartedSpeaking", "History", "Error"]
    assert len(socket.audio) < 16_000 * 2 * 10


async def test_function_call_round_trip(autojump_clock: MockClock) -> None:
    """A function is requested and answered, and its result is spoken after a filler."""
    think = scripted(
        {"call": {"tool": "price"}, "say": "It is ${result.usd}."}, functions=[{"name": "price"}]
    )
    async with connected(fake_equipment()) as socket:
        socket.say(settings(think=think))
        socket.say({"type": "InjectUserMessage", "content": "cost?"})
        call = (await socket.until("FunctionCallRequest"))["functions"][0]
        socket.say({"type": "InjectAgentMessage", "message": "One moment.", "behavior": "queue"})
        await trio.sleep(3)
        answer = {"type": "FunctionCallResponse", "id": call["id"], "name": "price", "content": '{"usd": 3}'}
        socket.say(answer)
        await socket.until("AgentAudioDone")
    assert [m["content"] for m in socket.messages if m["type"] == "ConversationText"] == [
        "cost?", "One moment.", "It is 3.",
    ]  # fmt: skip
    assert socket.types.count("AgentAudioDone") == 1


async def test_update_think_with_the_same_script_goes_on_in_it(autojump_clock: MockClock) -> None:
    """A new prompt does not turn a script back to its beginning; another script is another."""
    lines = ({"say": "One."}, {"say": "Two."})
    updates = [{}, {"prompt": "Be kind."}]
    async with connected(fake_equipment()) as socket:
        for number, more in enumerate(updates, 1):
            think = scripted(*lines, **more)
            socket.say(settings(think=think) if number == 1 else {"type": "UpdateThink", "think": think})
            socket.say({"type": "InjectUserMessage", "content": "Go on"})
            await socket.until("AgentAudioDone", number)
            await trio.sleep(2)
        socket.say({"type": "UpdateThink", "think": scripted({"say": "Other."})})
        socket.say({"type": "InjectUserMessage", "content": "Go on"})
        await socket.until("AgentAudioDone", 3)
    said = [m["content"] for m in socket.messages if m["type"] == "History" and m["role"] == "assistant"]
    assert said == ["One.", "Two.", "Other."]


async def test_script_that_has_run_out_yields_at_once(autojump_clock: MockClock) -> None:
    """A script that has run out gives AgentAudioDone without audio."""
    async with connected(fake_equipment()) as socket:
        socket.say(settings(think=scripted()))
        socket.say({"type": "InjectUserMessage", "content": "Well?"})
        await socket.until("AgentAudioDone")
        assert trio.current_time() < 0.1
    assert socket.audio == b""


async def test_crash_ends_its_connection_and_names_no_speech(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A crash ends its connection with INTERNAL_SERVER_ERROR, and its place is logged without speech."""
    equipment = fake_equipment()
    assert isinstance(equipment.synthesizer, FakeSynthesizer)
    equipment.synthesizer.broken_voices["aura-2-thalia-en"] = ValueError("the secret words")
    async with connected(equipment) as socket:
        socket.say(settings(greeting="The secret words."))
        error = await socket.until("Error")
        await trio.sleep(1)
    assert error["code"] == "INTERNAL_SERVER_ERROR"
    assert socket.close_codes == [None]
    assert "server/voice.py" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("crash", "told"),
    [
        (MemoryError(), "not enough memory"),
        (RuntimeError("std::bad_alloc"), "not enough memory"),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
    ],
)
async def test_a_machine_that_lacks_something_is_told_as_that(
    autojump_clock: MockClock, crash: Exception, told: str
) -> None:
    """An error for lack of memory or of open files says so."""
    equipment = fake_equipment()
    assert isinstance(equipment.synthesizer, FakeSynthesizer)
    equipment.synthesizer.broken_voices["aura-2-thalia-en"] = crash
    async with connected(equipment) as socket:
        socket.say(settings(greeting="Hello."))
        error = await socket.until("Error")
        await trio.sleep(1)
    assert error["code"] == "INTERNAL_SERVER_ERROR"
    assert told in error["description"]


async def test_client_that_leaves_ends_everything(autojump_clock: MockClock) -> None:
    """A client that leaves in the middle of a reply leaves no task behind."""
    socket = FakeSocket()
    async with trio.open_nursery() as nursery:

        async def leave() -> None:
            await socket.until("ConversationText")
            await socket.put.aclose()

        nursery.start_soon(leave)
        socket.say(settings(greeting="Hello there, this is a long greeting."))
        with trio.fail_after(5):
            await converse(socket, fake_equipment(), request_id="r-1")


async def test_a_socket_that_is_lost_in_a_reply_is_no_crash(
    autojump_clock: MockClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """A client that is lost in the middle of a reply is not reported as a crash."""

    class Lost(FakeSocket):
        def send_bytes(self, frame: bytes) -> None:
            self.put.close()
            raise ConnectionLost("the client is gone")

    socket = Lost()
    socket.say(settings(greeting="Hello there."))
    with trio.fail_after(5):
        await converse(socket, fake_equipment(), request_id="r-1")
    printed = capsys.readouterr()
    assert "crashed" not in printed.out + printed.err


def test_repr_is_a_status_line() -> None:
    """The repr shows the state of the connection's conversation."""
    made = Connection(FakeSocket(), fake_equipment(), "r-1", STRANGER)
    assert repr(made) == "<Connection: <Conversation r-1: awaiting-settings, user silent>>"


def test_a_crash_is_placed_at_our_innermost_frame() -> None:
    """A crash is reported with our own line of code, and without the words that were said."""
    words = "what was said"
    with pytest.raises(ValueError) as ours:  # noqa: PT011 - its words are the library's
        read_kept(words)
    with pytest.raises(ValueError) as foreign:  # noqa: PT011 - likewise
        urlsplit(f"//[{words}")
    told = where(ExceptionGroup("", [ours.value]))
    assert re.fullmatch(r"JSONDecodeError at .*/trialogue/speech/cache\.py:\d+", told)
    assert re.fullmatch(r"ValueError at .*/urllib/parse\.py:\d+", where(foreign.value))
    assert where(KeyError(words)) == ""


def read_kept(words: str) -> None:
    """Have a library raise beneath code of ours."""

    class Damaged(Store):
        def read(self, key: str) -> bytes:
            return len(words).to_bytes(4, "little") + words.encode()

    list(CachedSynthesizer(FakeSynthesizer(), "any", Damaged()).synthesize("Hello.", "any"))
