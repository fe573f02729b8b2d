"""One task stamps, asks, records and only then acts."""

import pytest
import trio

from trialogue.actors.sequencer import REQUESTS, SUBSCRIBER_RECORDS, Sequencer
from trialogue.mailbox import MailboxFull
from trialogue.model.commands import EndMeeting, Report
from trialogue.model.events import MeetingStarted, SoundLagged, StopAsked, Woke
from trialogue.model.records import Record


class Brain:
    """Reports every timer, ends when asked, and breaks on the timer `bug`."""

    def handle(self, event, now):
        match event:
            case StopAsked(reason):
                return [EndMeeting(reason)]
            case Woke("bug"):
                raise RuntimeError("a bug")
            case Woke(timer):
                return [Report("woke", timer)]
            case _:
                return []


class Kept:
    """A journal and a dispatcher in one list, so that their order shows."""

    def __init__(self):
        self.order = []

    def append(self, record):
        self.order.append(record)

    def dispatch(self, command):
        self.order.append(command)


def sequencer():
    kept = Kept()
    return Sequencer(Brain(), kept), kept


async def test_no_time_goes_by_before_the_meeting_begins(autojump_clock):
    """A meeting's time is 0 until it begins."""
    meeting, kept = sequencer()
    await trio.sleep(3.0)
    assert meeting.now == 0.0
    meeting.start(kept.dispatch)
    await trio.sleep(0.5)
    assert meeting.now == 0.5


async def test_records_before_it_acts(autojump_clock):
    """Each command is in the journal before it is carried out, and `seq` has no gaps."""
    meeting, kept = sequencer()
    meeting.start(kept.dispatch)
    await trio.sleep(1.5)
    meeting.post(Woke("one"))
    meeting.post(StopAsked("enough"))
    assert await meeting.run() == EndMeeting("enough")
    assert kept.order == [
        Record(1, 0.0, MeetingStarted(), ()),
        Record(2, 1.5, Woke("one"), (Report("woke", "one"),)),
        Report("woke", "one"),
        Record(3, 1.5, StopAsked("enough"), (EndMeeting("enough"),)),
        EndMeeting("enough"),
    ]
    assert repr(meeting) == "<Sequencer: ended (enough), 3 records, 0 subscribers>"


async def test_reports_of_stopping_actors_are_recorded():
    """The journal has events that come after the meeting's end."""
    meeting, kept = sequencer()
    meeting.start(kept.dispatch)
    meeting.post(StopAsked("enough"))
    await meeting.run()
    meeting.post(Woke("late"))
    meeting.settle()
    assert [r.seq for r in kept.order if isinstance(r, Record)] == [1, 2, 3]


async def test_a_bug_of_the_brain_is_recorded_first():
    """The event on which the brain failed is in the journal, so that a replay fails there too."""
    meeting, kept = sequencer()
    meeting.start(kept.dispatch)
    meeting.post(Woke("bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        await meeting.run()
    assert kept.order[-1].event == Woke("bug")
    assert kept.order[-1].commands == ()


async def test_subscribers_see_every_record_then_the_end():
    """An app that subscribes sees the whole journal while it is written, and then its end."""
    meeting, kept = sequencer()
    seen = meeting.subscribe()
    meeting.start(kept.dispatch)
    meeting.post(StopAsked("enough"))
    await meeting.run()
    meeting.close()
    records = [await seen.take(), await seen.take()]
    assert records == [r for r in kept.order if isinstance(r, Record)]
    with pytest.raises(trio.EndOfChannel):
        await seen.take()


async def test_a_subscriber_that_does_not_read_is_closed():
    """A subscriber that does not read is closed, and neither the meeting nor others wait for it."""
    meeting, kept = sequencer()
    idle = meeting.subscribe()
    meeting.start(kept.dispatch)
    for _ in range(SUBSCRIBER_RECORDS + 1):
        meeting.post(Woke("tick"))
    meeting.settle()
    assert repr(meeting).endswith("0 subscribers>")
    assert idle.statistics().waiting == SUBSCRIBER_RECORDS


async def test_sound_that_lags_is_told_before_what_happens(autojump_clock):
    """The lag of people's sound is recorded before the next event, each time that it changes."""
    meeting, kept = sequencer()
    lags = iter([0.04, 1.23, 1.3, 1.24, 1.41, 0.9, 0.6, 0.03, 0.0])
    meeting.watch(lambda: next(lags))
    meeting.start(kept.dispatch)
    for number in range(8):
        meeting.post(Woke(f"{number}"))
    meeting.post(StopAsked("enough"))
    await meeting.run()
    events = [each.event for each in kept.order if isinstance(each, Record)]
    told = {
        events[at + 1].timer: each.lag_s for at, each in enumerate(events) if isinstance(each, SoundLagged)
    }
    assert told == {"1": 1.3, "4": 1.5, "6": 0.6, "7": 0.0}


async def test_an_app_that_asks_too_much_leaves_room_for_the_actors(autojump_clock):
    """An app with too many requests is refused, while events of actors are still taken."""
    meeting, kept = sequencer()
    meeting.start(kept.dispatch)
    for _ in range(REQUESTS):
        meeting.ask(Woke("asked"))
    with pytest.raises(MailboxFull, match="sequencer"):
        meeting.ask(Woke("asked"))
    for _ in range(REQUESTS):
        meeting.post(Woke("an actor's"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(meeting.run)
        await trio.testing.wait_all_tasks_blocked()
        meeting.ask(StopAsked("enough"))
    assert meeting.ended.reason == "enough"
