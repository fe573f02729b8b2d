"""People's ears in a meeting: they come and go without taking anything with them."""

from contextlib import asynccontextmanager

import pytest
import trio
from attrs import evolve

from trialogue.actors.ear import EarPast
from trialogue.errors import ConnectionLost, ProviderRefused
from trialogue.journal.manifest import Status, manifest_in, write_manifest
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.resumption import open_resumption
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarLost,
    EarReady,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.testing import hold_meeting

SCENARIO = """
trialogue: 1
name: heard
run: {limits: {time: 20s}}
floor: {silence: {after: 30s}}
cast:
  ada: {lines: [A sentence about the cache at the edge., Another one of them.]}
  dana:
    role: human
    via:
      clips:
        - {say: "Good morning to everybody.", when: {at: 6s}}
        - {say: "And good night.", when: {at: 14s}}
"""


@pytest.fixture
def held(tmp_path):
    """What happens in the meeting, where Dana's ear is dialled so."""

    def hold(listen):
        path = tmp_path / "heard.yaml"
        path.write_text(SCENARIO)
        done = hold_meeting(path, tmp_path / "o", edges=Edges(seams=Seams(listen=listen)))
        return [record.event for record in done.records]

    return hold


def of(events, *kinds):
    return [event for event in events if isinstance(event, kinds)]


class Breaking:
    """A socket that breaks at a moment."""

    def __init__(self, socket, at):
        self._socket = socket
        self._at = at

    def __getattr__(self, name):
        return getattr(self._socket, name)

    async def receive(self):
        with trio.move_on_at(self._at):
            return await self._socket.receive()
        raise ConnectionLost("it broke", close_code=1006)


def test_an_ear_that_is_lost_comes_back(held):
    """A person's words after a lost ear are heard, at their time."""

    @asynccontextmanager
    async def breaking(own):
        async with own() as socket:
            yield Breaking(socket, trio.current_time() + 10)

    events = held(lambda _, own: lambda: breaking(own))
    assert [type(event) for event in of(events, EarReady, EarLost)][:3] == [EarReady, EarLost, EarReady]
    finals = [event for event in of(events, EarHeard) if event.stage == "final"]
    assert [(each.utterance, each.text) for each in finals] == [
        (1, "Good morning to everybody."),
        (2, "And good night."),
    ]
    assert finals[1].session > finals[0].session
    began = [event.position_s for event in of(events, SpeechStarted)]
    assert [each.begin_s for each in finals] == pytest.approx(began, abs=0.3)


def test_a_person_who_spoke_when_the_process_died_speaks_no_more(held, tmp_path):
    """A person's speech ends where the recordings do when the process dies, and its ear counts on."""
    held(lambda _, own: own)
    run = tmp_path / "o"
    journal = run / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(at for at, line in enumerate(lines) if b'"SpeechStarted"' in line)
    journal.write_bytes(b"".join(lines[: last + 1]))
    manifest = manifest_in(run)
    begun_with = {"scenario.yaml": manifest.files["scenario.yaml"]}
    write_manifest(run, evolve(manifest, status=Status.OPEN, seq=0, files=begun_with))
    past = open_resumption(run)
    assert [event for event in past.over if isinstance(event, SpeechStopped)] == [
        SpeechStopped("dana", past.at)
    ]
    assert past.ears["dana"] == EarPast(sessions=1, utterances=1)


def test_a_person_whose_ear_is_refused_stays(held):
    """A person whose ear is refused stays in the meeting, and its speech is detected."""

    @asynccontextmanager
    async def refused():
        await trio.lowlevel.checkpoint()
        raise ProviderRefused("the key is refused", status=401)
        yield

    events = held(lambda *_: refused)
    (failed,) = of(events, EarFailed)
    assert (failed.participant, failed.refused) == ("dana", True)
    assert "cast.dana" in failed.reason
    assert of(events, PlaybackStarted)
    assert len(of(events, SpeechStarted)) == 2
