"""Sessions that end on purpose, replies that fail, seats that change hands: what the meeting makes of it."""

from attrs import evolve
from playbook import BIZ, LAW, TECH, Table, plan

from trialogue.brain.words.context import REMEMBERED, latest, size_of
from trialogue.model.commands import (
    Cue,
    EndMeeting,
    EndTurn,
    GrantFloor,
    Replace,
    RollOver,
    RunTool,
    Speak,
    Update,
)
from trialogue.model.events import (
    LineTaken,
    ReplyFailed,
    SayAsked,
    SessionEnding,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
    SettingsChanged,
    ToolFinished,
    ToolRequested,
    UpdateAsked,
    Woke,
)
from trialogue.model.memory import ContextCall, ContextMessage
from trialogue.model.participants import OnFailure
from trialogue.model.plan import FloorRules

STAND_IN = evolve(TECH, on_failure=OnFailure.REPLACE)


def table(*cast):
    made = Table(plan(*cast))
    made.open()
    return made


def test_a_session_is_rolled_over_at_the_turns_edge():
    """An old session is replaced between two turns, and cuts nobody off."""
    it = table()
    assert it.at(1.0, SessionEnding("tech", 1)) == []
    it.says("tech")
    rolled, granted = it.commands(RollOver), it.grants()
    assert rolled == [RollOver("tech", 1)]
    assert granted == ["tech", "biz"]


def test_one_session_rolls_over_at_a_time():
    """A table at which all sessions are equally old is never empty."""
    it = table()
    it.at(1.0, SessionEnding("tech", 1))
    it.at(1.0, SessionEnding("biz", 1))
    it.says("tech")
    assert it.commands(RollOver) == [RollOver("tech", 1)]
    it.at(4.0, SessionRolledOver("tech", 1))
    it.at(4.5, SessionReady("tech", 2))
    it.says("biz")
    assert it.commands(RollOver) == [RollOver("tech", 1), RollOver("biz", 1)]
    assert it.grants()[-1] == "tech"


def test_a_roll_over_waits_for_a_tool():
    """A session that waits for a result is not closed under it."""
    it = table()
    it.at(0.5, ToolRequested("biz", 1, "c1", "prices", "{}"))
    it.at(1.0, SessionEnding("biz", 1))
    it.says("tech")
    assert it.commands(RollOver) == []
    it.says("biz")
    it.at(9.0, ToolFinished("biz", "c1", "succeeded", "8"))
    it.says(it.meeting.holder)
    assert it.commands(RollOver) == [RollOver("biz", 1)]


def test_a_lost_session_need_not_roll_over():
    """A session that was just replaced after a loss is not replaced again for its age."""
    it = table()
    it.at(1.0, SessionEnding("biz", 1))
    it.at(1.5, SessionLost("biz", 1, "1006", 0.1))
    it.at(2.0, SessionReady("biz", 2))
    it.says("tech")
    assert it.commands(RollOver) == []


def test_the_end_of_an_old_session_is_stale():
    """A warning about a session that is gone changes nothing."""
    it = table()
    it.at(1.0, SessionEnding("biz", 7))
    assert it.reports() == ["stale"]


def test_a_failed_reply_frees_the_floor_at_once():
    """A reply that fails twice ends its turn at once, without waiting out the time to think."""
    it = table()
    cue = it.commands(Cue)[-1]
    it.at(1.0, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    assert it.at(1.5, Woke("retry")) == [cue]
    answers = it.at(2.0, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    assert EndTurn("tech", 1, "failed") in answers
    assert [a.to for a in answers if isinstance(a, GrantFloor)] == ["biz"]
    assert it.reports() == ["reply-failed", "reply-failed"]


def test_a_failure_of_an_earlier_reply_is_stale():
    """The failure of an earlier turn's reply does not end the current turn."""
    it = table()
    it.says("tech")
    it.says("biz")
    assert it.meeting.holder == "tech"
    it.at(9.0, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    assert it.meeting.holder == "tech"
    assert it.reports() == ["stale"]


def test_a_failure_behind_the_first_words_lets_them_be_heard():
    """A failure after a reply's first sound does not cut that sound, and the turn ends with it."""
    it = table()
    it.begins("tech")
    it.plays("tech")
    it.at(1.0, ReplyFailed("tech", 1, "FAILED_TO_THINK"))
    assert it.commands(EndTurn) == []
    it.ends("tech")
    assert it.commands(EndTurn) == [EndTurn("tech", 1, "finished")]


def test_words_that_a_session_did_not_say_come_first_in_the_next():
    """The app's words keep their order over a lost session."""
    it = table()
    it.at(0.5, SayAsked("biz", "One."))
    it.at(0.5, SayAsked("biz", "Two."))
    it.says("tech")
    it.at(3.0, SessionLost("biz", 1, "1006", 0.1))
    it.at(4.0, SessionReady("biz", 2))
    it.says("tech")
    it.says("biz", "One.")
    assert [words.text for words in it.commands(Speak)] == ["One.", "One.", "Two."]


def test_a_new_session_prepares_nothing_that_was_asked_of_the_old_one():
    """A round does not wait for a reply that a lost session was to prepare."""
    it = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="parallel-collect")))
    it.open()
    it.at(0.5, SessionLost("law", 1, "1006", 0.1))
    it.at(1.0, SessionReady("law", 2))
    it.begins("tech")
    it.begins("biz")
    assert it.grants() == ["tech"]


def test_a_fallback_takes_the_seat_and_the_turn():
    """A participant that failed with its turn unsaid is replaced, and its fallback is asked again."""
    it = table(STAND_IN, BIZ)
    answers = it.at(1.0, SessionFailed("tech", "gave up"))
    assert answers[0] == EndTurn("tech", 1, "lost") or EndTurn("tech", 1, "lost") in answers
    assert Replace("tech") in answers
    assert it.reports() == ["participant-failed", "participant-replaced"]
    it.at(2.0, SessionReady("tech", 3))
    it.says("biz")
    assert it.grants() == ["tech", "biz", "tech"]
    assert "cut off" in it.commands(Cue)[-1].text


def test_a_fallback_begins_its_own_script():
    """A fallback begins its own script, and does not go on in that of the agent before it."""
    it = table(STAND_IN, BIZ)
    it.begins("tech")
    it.at(it.now, LineTaken("tech", 1, 0))
    it.plays("tech")
    assert it.meeting.script_stand("tech").given == (0,)
    it.at(5.0, SessionFailed("tech", "gave up"))
    assert it.meeting.script_stand("tech").given == ()


def test_a_fallback_that_fails_is_dropped():
    """A fallback that fails is not replaced again, and the other agents go on."""
    it = table(STAND_IN, BIZ)
    it.at(1.0, SessionFailed("tech", "gave up"))
    it.at(2.0, SessionFailed("tech", "gave up"))
    assert it.commands(Replace) == [Replace("tech")]
    assert it.meeting.holder == "biz"
    assert it.commands(EndMeeting) == []


def test_a_participant_may_end_the_meeting_by_failing():
    """A participant's own `on_failure` counts before the plan's."""
    it = table(evolve(TECH, on_failure=OnFailure.END), BIZ)
    it.at(1.0, SessionFailed("biz", "gave up"))
    assert it.commands(EndMeeting) == []
    other = table(evolve(TECH, on_failure=OnFailure.END), BIZ)
    other.at(1.0, SessionFailed("tech", "gave up"))
    assert other.commands(EndMeeting) == [EndMeeting("participant-failed")]


def test_updates_go_to_the_agent():
    """The app's change of settings reaches the agent, and its confirmation changes nothing."""
    it = table()
    assert it.at(1.0, UpdateAsked("tech", "prompt", "Be brief.")) == [Update("tech", "prompt", "Be brief.")]
    assert it.at(2.0, SettingsChanged("tech", 1, "prompt", "applied")) == []
    it.at(3.0, SessionFailed("tech", "gave up"))
    assert it.at(4.0, UpdateAsked("tech", "prompt", "Be brief."))[-1].code == "stale"


def test_a_call_in_flight_stands_in_the_context():
    """A session that is restored while its tool runs knows that it has asked."""
    it = table()
    it.at(1.0, ToolRequested("tech", 1, "c1", "prices", "{}"))
    assert it.commands(RunTool) == [RunTool("tech", "c1", "prices", "{}")]
    (*_, last) = it.meeting.context("tech")
    assert last == ContextCall("c1", "prices", "{}", "The call still runs. Its result will be told to you.")
    it.at(2.0, ToolFinished("tech", "c1", "succeeded", "8"))
    assert it.meeting.context("tech")[-1] == ContextCall("c1", "prices", "{}", "8")


def test_a_session_is_told_the_last_of_a_long_meeting():
    """A new session's context fits the service: the oldest items are left out, never the last."""
    items = [ContextMessage("user", f"{number:05} {'word ' * 40}") for number in range(1000)]
    told = latest(items)
    assert told[-1] == items[-1]
    assert list(told) == items[-len(told) :]
    assert sum(map(size_of, told)) <= REMEMBERED < sum(map(size_of, items[-len(told) - 1 :]))
    assert latest(items[:9]) == items[:9]
    assert latest([]) == []
    huge = ContextCall("c1", "prices", "x" * REMEMBERED, "8", "signed")
    assert latest([*items, huge]) == [huge]
    assert size_of(huge) == 16 + REMEMBERED + 1 + 6


def test_the_context_of_a_meeting_is_bounded():
    """Calls with long arguments are forgotten before they fill a session's settings."""
    it = table()
    for number in range(9):
        it.at(number + 1.0, ToolRequested("tech", 1, f"c{number}", "prices", "x" * 9000))
        it.at(number + 1.5, ToolFinished("tech", f"c{number}", "succeeded", "8"))
    assert [item.call_id for item in it.meeting.context("tech") if isinstance(item, ContextCall)] == [
        f"c{number}" for number in range(2, 9)
    ]
