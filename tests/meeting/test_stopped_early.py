"""Signals while a meeting is prepared, as soon as its journal is there, or while a voice computes."""

import json
import signal

import pytest
import trio
from attrs import evolve

from trialogue import Edges, open_meeting, run_meeting, run_virtual
from trialogue.meeting import stage
from trialogue.meeting.run import STOP_REASONS
from trialogue.supervise.signals import WATCHED
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())


@pytest.mark.parametrize("number", WATCHED)
def test_a_signal_as_soon_as_the_journal_is_there_ends_the_meeting_in_order(
    scenario, tmp_path, monkeypatch, number
):
    """A signal just after the journal was made ends the meeting in order."""

    def and_signal(*arguments, **options):
        journal = open_journal(*arguments, **options)
        signal.raise_signal(number)
        return journal

    open_journal = stage.open_journal
    monkeypatch.setattr(stage, "open_journal", and_signal)
    held = run_meeting(scenario, out=tmp_path / "run", edges=EDGES)
    assert held.result.reason == STOP_REASONS[number.name]
    assert json.loads((tmp_path / "run/manifest.json").read_text())["status"] == "closed"


@pytest.fixture
def slow_preparation(monkeypatch):
    """Lets a meeting's preparation get this signal, and take long; returns what was undone behind it."""
    undone: list[str] = []

    def begin(number: signal.Signals) -> list[str]:
        async def prepare(*_: object) -> object:
            signal.raise_signal(number)
            try:
                await trio.sleep(3600)
            finally:
                undone.append("people")

        monkeypatch.setattr(stage, "prepare_people", prepare)
        return undone

    return begin


def test_an_interrupt_of_the_preparation_is_raised(scenario, tmp_path, slow_preparation):
    """Ctrl-C during the preparation undoes it and leaves no run."""
    undone = slow_preparation(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run_meeting(scenario, out=tmp_path / "run", edges=EDGES)
    assert (undone, (tmp_path / "run").exists()) == (["people"], False)


def test_another_signal_in_the_preparation_has_its_former_effect_when_all_is_undone(
    scenario, tmp_path, slow_preparation
):
    """SIGTERM during the preparation ends the process only after everything prepared is undone."""
    undone = slow_preparation(signal.SIGTERM)
    before = signal.signal(signal.SIGTERM, lambda *_: undone.append("the app's own handler"))
    try:
        with pytest.raises(KeyboardInterrupt, match="SIGTERM"):
            run_meeting(scenario, out=tmp_path / "run", edges=EDGES)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (undone, (tmp_path / "run").exists()) == (["people", "the app's own handler"], False)


class InterruptedVoice:
    """A voice that is interrupted while it makes its second sentence."""

    made = 0

    def synthesize(self, text, voice):
        self.made += 1
        if self.made == 2:
            signal.raise_signal(signal.SIGINT)
        return EDGES.engines.synthesizer.synthesize(text, voice)


def test_an_interrupt_while_a_voice_computes_is_raised(scenario, tmp_path):
    """Ctrl-C while a voice works in virtual time ends the program, not only that agent's session."""
    engines = evolve(EDGES.engines, synthesizer=InterruptedVoice(), synthesizer_id="interrupted")

    async def main():
        async with open_meeting(scenario, out=tmp_path / "run", edges=Edges(engines=engines)) as meeting:
            await meeting.finished()

    with pytest.raises(KeyboardInterrupt):
        run_virtual(main)
