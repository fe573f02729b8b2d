"""Apps that ask for far too much, and then leave: the meeting ends, and nothing else is raised."""

from functools import partial

import pytest
import trio

from trialogue.actors.updates import WAITING
from trialogue.brain.meeting import Brain
from trialogue.errors import LocalProtocolError
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.mailbox import MailboxFull
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import open_meeting
from trialogue.meeting.virtual import run_virtual
from trialogue.model.commands import EndMeeting
from trialogue.model.events import ActorCrashed, PlaybackStarted, ServiceWarned, SettingsChanged
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines


@pytest.fixture
def flooded(endless, out):
    """Hold a meeting whose app does `flood` at its start, and leaves; why it ended."""

    def run(flood):
        async def main():
            edges = Edges(engines=murmuring_engines())
            overrides = Overrides(clock=Clock.VIRTUAL)
            async with open_meeting(endless, overrides=overrides, out=out, edges=edges) as meeting:
                flood(meeting)

        run_virtual(main)

    return run


def inject_for_ever(meeting):
    """Never let it run."""
    while True:
        meeting.inject("ann", "Something.")


def ends_of(out):
    """Why the journal says that the meeting ended; it verifies, and has no gaps."""
    records = list(read(out / "journal.jsonl"))
    assert verify(out / "journal.jsonl", Brain).records == len(records)
    return [c.reason for record in records for c in record.commands if isinstance(c, EndMeeting)]


@pytest.mark.parametrize(
    "ask",
    ["inject", "update", *(pytest.param(each, marks=pytest.mark.long) for each in ("say", "grant", "mute"))],
)
def test_thousands_of_requests_and_then_the_end(flooded, out, ask):
    """An app that asks three thousand times and leaves ends its meeting as `left`."""

    def flood(meeting):
        ways = {
            "update": partial(meeting.update, "ann", prompt="More."),
            "mute": partial(meeting.mute, "ann"),
        }
        call = ways.get(ask) or partial(getattr(meeting, ask), "ann", "Something.")
        for _ in range(3000):
            call()

    flooded(flood)
    assert ends_of(out) == ["left"]


def test_thousands_of_changes_crash_nobody(endless, out):
    """Thousands of changes to a speaking agent crash nothing; one warning reports them."""

    async def main():
        edges, overrides = Edges(engines=murmuring_engines()), Overrides(clock=Clock.VIRTUAL)
        async with open_meeting(endless, overrides=overrides, out=out, edges=edges) as meeting:
            async for record in meeting.records():
                if isinstance(record.event, PlaybackStarted):
                    break
            for _ in range(3000):
                meeting.update("ann", prompt="More.")
            await trio.sleep(5)

    run_virtual(main)
    events = [record.event for record in read(out / "journal.jsonl")]
    assert not [event for event in events if isinstance(event, ActorCrashed)]
    assert [event.code for event in events if isinstance(event, ServiceWarned)] == ["updates"]
    assert sum(isinstance(event, SettingsChanged) for event in events) >= WAITING
    assert ends_of(out) == ["left"]


def test_too_much_is_told_to_who_asks_and_the_end_is_not_too_much(flooded, out):
    """A request that does not fit raises where it is made, and the meeting can still be stopped."""

    def flood(meeting):
        with pytest.raises(MailboxFull, match="sequencer"):
            inject_for_ever(meeting)
        for _ in range(2):
            with pytest.raises(MailboxFull, match="sequencer"):
                meeting.update("ann", prompt="x" * 60_000)
        meeting.stop("enough")

    flooded(flood)
    assert ends_of(out) == ["enough"]


def test_too_much_that_leaves_the_block(flooded, out):
    """A full mailbox leaves the block as it was raised, and the meeting ends as `left`."""

    def flood(meeting):
        for _ in range(10_000):
            meeting.update("ann", prompt="More.")

    with pytest.raises(MailboxFull, match="sequencer"):
        flooded(flood)
    assert ends_of(out) == ["left"]


def test_settings_without_json_are_refused_by_name(flooded, out):
    """A change of settings that cannot be written says which part it was."""

    def flood(meeting):
        with pytest.raises(LocalProtocolError, match=r"speak .*of an agent"):
            meeting.update("ann", speak={"x": object()})

    flooded(flood)
    assert ends_of(out) == ["left"]
