"""Replay as a check: the same events must make the same decisions."""

import pytest
from attrs import evolve
from journal_values import HEADER, PLAN, keep, meeting, sealed

from trialogue.errors import JournalError, ReplayDivergence
from trialogue.journal import Verified, verify
from trialogue.journal.records import EPOCH, header_line, record_line
from trialogue.model.commands import Cue, EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import NoteGiven, PlaybackFinished, SayAsked
from trialogue.model.records import Record


class Parrot:
    """A brain that decides as the journal says, but for what a test changes."""

    def __init__(self, records, changes=()):
        self.answers = {(record.event, record.at): record.commands for record in records}
        self.answers |= changes

    def handle(self, event, now):
        return list(self.answers[event, now])


def changed(records, index, *commands):
    return {(records[index].event, records[index].at): commands}


def test_same_decisions_are_verified(tmp_path):
    """Verifying replays every record with the header's plan, and counts them."""
    plans = []

    def brain(plan):
        plans.append(plan)
        return Parrot(meeting())

    path = keep(tmp_path, meeting())
    assert verify(path, brain) == Verified(len(meeting()), 39.0)
    assert plans == [PLAN]
    assert verify(str(path), brain) == Verified(len(meeting()), 39.0)  # a text is as good, as everywhere


def test_first_other_decision_is_told(tmp_path):
    """The error names the record, what was decided then and what is decided now."""
    records = meeting()
    last = EndMeeting("other")
    changes = changed(records, 4, EndTurn("ada", 1, "lost"), records[4].commands[1]) | changed(
        records, -1, last
    )
    path = keep(tmp_path, records)
    with pytest.raises(ReplayDivergence) as caught:
        verify(path, lambda _: Parrot(records, changes))
    grant = "GrantFloor(to='bob', turn=2, reason='<3 words>', hold_until=104.2)"
    assert str(caught.value).splitlines() == [
        f"{path}: record 5, at 14.200 s, was decided differently (- then, + now)",
        *(f"  {each}" for each in caught.value.before),
        f"  after {records[4].event!r}",
        "- EndTurn(participant='ada', turn=1, cause='finished')",
        "+ EndTurn(participant='ada', turn=1, cause='lost')",
        f"  {grant}",
    ]
    assert [line.partition(",")[0] for line in caught.value.before] == [
        f"record {seq}" for seq in (1, 2, 3, 4)
    ]
    assert caught.value.seq == 5
    assert caught.value.recorded == f"EndTurn(participant='ada', turn=1, cause='finished')\n{grant}"
    assert caught.value.decided == f"EndTurn(participant='ada', turn=1, cause='lost')\n{grant}"


def test_a_divergence_shows_the_facts_of_the_brain(tmp_path):
    """A divergence shows what changed in the brain at that record, with speech masked."""

    class Counting(Parrot):
        def __init__(self, records, changes):
            super().__init__(records, changes)
            self.seen, self._last = 0, "some words"

        def handle(self, event, now):
            self.seen += 1
            self._last = f"{self.seen} words more"
            return super().handle(event, now)

    records = meeting()
    path = keep(tmp_path, records)
    with pytest.raises(ReplayDivergence) as caught:
        verify(path, lambda _: Counting(records, changed(records, 4)))
    known = [line for line in caught.value.state if not line.startswith("answers")]
    assert known == ["seen: 4 -> 5"]


@pytest.mark.parametrize("commands", [(), (EndMeeting("hung-up"), EndMeeting("hung-up"))])
def test_more_or_fewer_decisions_diverge(tmp_path, commands):
    """A replay with more, fewer or other-ordered commands diverges."""
    records = meeting()
    with pytest.raises(ReplayDivergence):
        verify(keep(tmp_path, records), lambda _: Parrot(records, changed(records, -1, *commands)))


def test_divergence_holds_no_speech(tmp_path):
    """A divergence shows no personal text, and says where only that differs."""
    record = Record(1, 0.0, NoteGiven("ada", "secret note"), (Cue("ada", 1, "secret words here"),))
    path = keep(tmp_path, [record])
    brain = Parrot([record], changed([record], 0, Cue("ada", 1, "other secret words")))
    with pytest.raises(ReplayDivergence) as caught:
        verify(path, lambda _: brain)
    assert "secret" not in str(caught.value) + caught.value.recorded + caught.value.decided
    assert str(caught.value).splitlines()[1:] == [
        "  after NoteGiven(participant='ada', text='<2 words>')",
        "  Cue(to='ada', turn=1, text='<3 words>', prompt=0)",
        "  (only personal text differs)",
    ]


def test_crash_of_the_brain_is_reproduced(tmp_path):
    """An error of the brain is raised by a replay, with the record's number."""

    class Broken:
        def handle(self, event, _now):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        verify(keep(tmp_path, meeting()), lambda _: Broken())
    assert caught.value.__notes__ == ["while record 1 was replayed"]


def test_redacted_copy_is_not_replayed(tmp_path):
    """Verifying a redacted copy is an error, and no divergence."""
    path = keep(tmp_path, meeting(), header=evolve(HEADER, redacted=True))
    with pytest.raises(JournalError, match="is redacted"):
        verify(path, lambda _: Parrot(meeting()))


@pytest.mark.parametrize("answer", [(), (GrantFloor("ada", 1, "x", 1.0),)])
def test_unknown_event_cannot_be_replayed(tmp_path, answer):
    """A journal with an event that this version does not know cannot be verified, and does not diverge."""
    strange = record_line(Record(1, 0.0, SayAsked("ada", "x"), ()), EPOCH) | {"event": {"type": "HandShaken"}}
    known = Record(2, 1.0, PlaybackFinished("ada", 1, 1, 1.0, 1.0, "cut"), ())
    path = tmp_path / "j"
    path.write_bytes(sealed(header_line(HEADER), strange, record_line(known, EPOCH)))
    with pytest.raises(JournalError, match="another version: unknown event HandShaken") as caught:
        verify(path, lambda _: Parrot([known], changed([known], 0, *answer)))
    assert not isinstance(caught.value, ReplayDivergence)


def test_journal_of_a_crashed_meeting_is_verified(tmp_path):
    """A crashed journal is verified up to its torn end."""
    path = keep(tmp_path, meeting())
    path.write_bytes(path.read_bytes()[:-10])
    (tmp_path / "manifest.json").unlink()
    assert verify(path, lambda _: Parrot(meeting())).records == len(meeting())


def test_damaged_journal_is_not_verified(tmp_path):
    """A changed journal is an error of damage, not a wrong decision."""
    path = keep(tmp_path, meeting())
    path.write_bytes(path.read_bytes().replace(b'"finished"', b'"yielded"', 1))
    with pytest.raises(JournalError, match="is damaged"):
        verify(path, lambda _: Parrot(meeting()))
