"""Whoever watches a meeting: its state, callbacks by type, and records that tell over from too slow."""

import pytest
import trio
from kept_cancellation import raise_kept

from trialogue import (
    AlreadyOver,
    AuthorFailed,
    Edges,
    EndTurn,
    GrantFloor,
    Overrides,
    PlaybackStarted,
    Record,
    RecordsMissed,
    SentenceSaid,
    SessionReady,
    UnknownName,
    open_meeting,
    run_virtual,
)
from trialogue.actors import sequencer
from trialogue.journal.reader import read
from trialogue.model.commands import EndMeeting
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())


def held(scenario, tmp_path, visit):
    """What `visit(meeting)` returns, beside a meeting in virtual time."""

    async def main():
        async with open_meeting(scenario, out=tmp_path / "run", edges=EDGES) as meeting:
            return await visit(meeting)

    return run_virtual(main)


# --- callbacks --------------------------------------------------------------------------------------


def test_a_callback_is_told_of_each_of_its_type(scenario, tmp_path):
    """A callback is called for each event, command or record of its type, in order."""
    said, granted, records = [], [], []

    async def grant(command):
        await trio.lowlevel.checkpoint()
        granted.append(command.to)

    async def visit(meeting):
        meeting.on(SentenceSaid, lambda event: said.append(event.participant))
        meeting.on(GrantFloor, grant)
        meeting.on(Record, records.append)
        return await meeting.finished()

    result = held(scenario, tmp_path, visit)
    journal = list(read(result.folder / "journal.jsonl"))
    assert records == journal
    assert granted == [c.to for r in journal for c in r.commands if isinstance(c, GrantFloor)]
    assert said == [r.event.participant for r in journal if isinstance(r.event, SentenceSaid)]


def test_a_callback_that_is_called_off_is_told_no_more(scenario, tmp_path):
    """A callback is not called after its subscription was ended."""
    ready = []

    async def visit(meeting):
        def take(event):
            ready.append(event)
            stop()

        stop = meeting.on(SessionReady, take)
        await meeting.finished()

    held(scenario, tmp_path, visit)
    assert len(ready) == 1


def test_an_error_of_a_callback_ends_the_meeting_and_comes_out(scenario, tmp_path):
    """A failing callback ends the meeting with its own error, and the run's files are written."""

    def fail(_):
        raise KeyError("mine")

    async def visit(meeting):
        meeting.on(SentenceSaid, fail)
        await meeting.finished()

    with pytest.raises(KeyError, match="mine"):
        held(scenario, tmp_path, visit)
    journal = read(tmp_path / "run" / "journal.jsonl")
    assert list(journal)
    assert journal.end.reason == "left"


def test_a_cancellation_that_a_callback_kept_is_its_fault(scenario, tmp_path):
    """A callback that raises a kept cancellation is its author's error, and cancels nothing."""

    async def fail(_):
        await raise_kept()

    async def visit(meeting):
        meeting.on(SentenceSaid, fail)
        await meeting.finished()

    with pytest.raises(AuthorFailed, match=r"a callback raised trio\.Cancelled"):
        held(scenario, tmp_path, visit)
    assert read(tmp_path / "run" / "journal.jsonl").header


def test_a_callback_that_never_returns_holds_no_meeting_up(scenario, tmp_path):
    """A callback that never returns does not keep a meeting from its end and its files."""

    async def wait(_):
        await trio.sleep_forever()

    async def visit(meeting):
        meeting.on(SentenceSaid, wait)
        await meeting.finished()

    held(scenario, tmp_path, visit)
    journal = read(tmp_path / "run" / "journal.jsonl")
    assert list(journal)
    assert journal.problems == []


def test_a_callback_has_time_to_return_behind_the_end(scenario, tmp_path):
    """A callback that runs at a meeting's end is waited for."""
    done = []

    async def slowly(event):
        await trio.sleep(4)
        done.append(event)

    async def visit(meeting):
        meeting.on(EndMeeting, slowly)
        await meeting.finished()

    held(scenario, tmp_path, visit)
    assert len(done) == 1


# --- state ------------------------------------------------------------------------------------------


def test_the_state_says_who_does_what_and_why(scenario, tmp_path):
    """A meeting's state has what each participant does, and why, at each moment."""
    seen = []

    async def visit(meeting):
        assert meeting.state.phase == "new"
        assert {each.activity for each in meeting.state.participants} == {"joining"}

        def look(event):
            seen.append((event.participant, meeting.state))

        meeting.on(PlaybackStarted, look)
        await meeting.finished()
        return meeting.state

    over = held(scenario, tmp_path, visit)
    name, first = seen[0]
    assert (name, first.phase, first.holder, first.turn, first.speaking) == (
        "chair",
        "open",
        "chair",
        1,
        ("chair",),
    )
    assert first.of("chair").activity == "speaking"
    assert first.of("chair").why.startswith("it has the floor, turn 1, chosen by")
    assert first.of("ann").activity == "listening"
    assert first.of("ann").is_ready
    assert over.phase == "over"
    assert over.of("chair").turns == 3
    assert over.of("chair").spoken_s > 1
    with pytest.raises(UnknownName, match="there are chair, ann, bob"):
        over.of("nobody")


def test_the_state_shows_hands_and_muting(scenario, tmp_path):
    """An app sees who waits for the floor and why, and who is muted."""
    seen = []

    async def visit(meeting):
        def look(_):
            if not seen:
                meeting.raise_hand("ann", 1)
                meeting.mute("bob")
                seen.append(None)
            elif len(seen) == 1:
                seen.append(meeting.state)

        meeting.on(Record, lambda record: look(record) if meeting.state.phase == "open" else None)
        await meeting.finished()

    held(scenario, tmp_path, visit)
    state = seen[1]
    assert state.of("ann").activity == "waiting"
    assert "its hand is up" in state.of("ann").why
    assert "priority 1" in state.of("ann").why


# --- the floor is taken -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["revoke", "interrupt"])
def test_the_floor_can_be_taken_from_a_speaker(scenario, tmp_path, how):
    """`interrupt` silences the holder at once."""
    taken = []

    async def visit(meeting):
        def take(event):
            if not taken:
                taken.append(meeting.interrupt() if how == "interrupt" else meeting.revoke("chair"))

        meeting.on(PlaybackStarted, take)
        return await meeting.finished()

    result = held(scenario, tmp_path, visit)
    assert taken == ["chair" if how == "interrupt" else None]
    ends = [c for r in read(result.folder / "journal.jsonl") for c in r.commands if isinstance(c, EndTurn)]
    assert (ends[0].participant, ends[0].cause) == ("chair", "interrupted")


def test_from_a_free_floor_nothing_is_taken(scenario, tmp_path):
    """`interrupt` on a free floor returns that nobody held it."""

    async def visit(meeting):
        await trio.lowlevel.checkpoint()
        return meeting.interrupt()

    assert held(scenario, tmp_path, visit) is None


# --- over, or too slow ------------------------------------------------------------------------------


def test_records_that_were_left_waiting_are_told(scenario, tmp_path, monkeypatch):
    """A slow subscriber gets what was kept for it, and then RecordsMissed."""
    monkeypatch.setattr(sequencer, "SUBSCRIBER_RECORDS", 5)
    seen = []

    async def visit(meeting):
        await meeting.finished()
        async for record in meeting.records():
            seen.append(record)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(RecordsMissed, match="the buffer of 5 unread records is full"):
        held(scenario, tmp_path, visit)
    assert [record.seq for record in seen] == [1, 2, 3, 4, 5]


def test_records_end_quietly_when_the_meeting_is_over(scenario, tmp_path):
    """A subscription opened after the end has all records, and ends."""

    async def visit(meeting):
        result = await meeting.finished()
        return result, [record.seq async for record in meeting.records()]

    result, seen = held(scenario, tmp_path, visit)
    assert seen == [record.seq for record in read(result.folder / "journal.jsonl")]


# --- after the end ----------------------------------------------------------------------------------

AFTER = [
    lambda meeting: meeting.say("ann", "Too late."),
    lambda meeting: meeting.grant("ann"),
    lambda meeting: meeting.inject("ann", "Too late."),
    lambda meeting: meeting.update("ann", prompt="Be brief."),
    lambda meeting: meeting.raise_hand("ann"),
    lambda meeting: meeting.lower_hand("ann"),
    lambda meeting: meeting.mute("ann"),
    lambda meeting: meeting.revoke("ann"),
    lambda meeting: meeting.interrupt(),
    lambda meeting: meeting.stop(),
    lambda meeting: meeting.on(SentenceSaid, print),
]


def test_nothing_can_be_asked_of_a_meeting_that_is_over(scenario, tmp_path):
    """A request to a meeting that is over is an error with its name, and its records can still be read."""

    async def visit(meeting):
        assert not meeting.is_over
        await meeting.finished()
        assert meeting.is_over
        for ask in AFTER:
            with pytest.raises(AlreadyOver, match="small has ended"):
                ask(meeting)
        assert [each async for each in meeting.records()]
        with pytest.raises(AlreadyOver):
            meeting.records()
        assert meeting.state.phase == "over"
        assert meeting.now > 0

    held(scenario, tmp_path, visit)


def test_an_overridden_clock_must_be_the_loops(scenario):
    """Asked for the real clock in virtual time, the meeting is refused with what to do."""
    from trialogue import Clock, SetupError

    async def main():
        async with open_meeting(scenario, overrides=Overrides(clock=Clock.REAL), edges=EDGES):
            pass

    with pytest.raises(SetupError, match="use run_meeting"):
        run_virtual(main)
