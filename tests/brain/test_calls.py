"""Tool calls: once, answered once, to the session that asked."""

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, EAR, TECH, Noted, Table, moderated, of, plan

from trialogue.model.commands import AnswerTool, CancelTool, Cue, Drop, EndMeeting, EndTurn, Play, RunTool
from trialogue.model.events import (
    GrantAsked,
    NoteGiven,
    PlaybackFinished,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionLost,
    SessionReady,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)

ASK = ToolRequested("tech", 1, "c1", "prices", "{}")
DONE = ToolFinished("tech", "c1", "succeeded", "0.08")


@pytest.fixture
def table():
    """Two agents by text; tech holds the floor."""
    table = Table(plan(TECH, BIZ))
    table.open()
    return table


def test_a_call_is_run_and_answered(table):
    """A requested tool runs once, and its agent gets the result once."""
    assert table.at(1, ASK) == [RunTool("tech", "c1", "prices", "{}")]
    assert table.at(2, DONE) == [AnswerTool("tech", 1, "c1", "prices", "0.08")]
    table.at(2, DONE)
    assert table.reports() == ["stale"]


def test_a_call_that_is_asked_for_again(table):
    """A repeated call does not run twice: its stored result is given once it has finished."""
    table.at(1, ASK)
    assert table.at(1, ASK) == []
    table.at(2, DONE)
    assert table.at(3, ASK) == [AnswerTool("tech", 1, "c1", "prices", "0.08")]
    assert len(table.commands(RunTool)) == 1


def test_a_call_of_the_service_itself_is_only_recorded(table):
    """A call that the service makes itself, or of an ended session, runs no tool of ours."""
    assert table.at(1, evolve(ASK, ours=False)) == []
    table.at(1, evolve(ASK, session=2))
    assert table.reports() == ["stale"]


def test_a_cancelled_call_is_never_answered(table):
    """A cancelled call is stopped, and its result and any repetition of it are stale."""
    table.at(1, ASK)
    assert table.at(1, ToolCallCancelled("tech", "c1")) == [CancelTool("tech", "c1")]
    for event in (DONE, ASK, ToolCallCancelled("tech", "c1")):
        table.at(2, event)
    assert table.reports() == ["stale"] * 3
    assert table.at(21, Woke("think"))[0] == EndTurn("tech", 1, "timeout")


def test_a_result_for_a_session_that_is_gone(table):
    """The result for a lost session is told by the next cue instead of as the answer to an old call."""
    table.at(1, ASK)
    table.at(1, SessionLost("tech", 1, "gone", 1.0))
    table.at(2, SessionReady("tech", 2))
    assert table.at(3, DONE) == [Noted("superseded", "tech")]
    text = of(table.says("biz", "Hm."), Cue)[0].text
    assert "Note: Your tool call prices has finished: 0.08\n" in text


def test_a_result_while_nobody_is_there(table):
    """A result that comes while its agent has no session is in the memory of the next one."""
    table.at(1, ASK)
    table.at(1, SessionLost("tech", 1, "gone", 1.0))
    table.at(2, DONE)
    assert table.reports() == ["superseded"]
    assert table.meeting.context("tech")[-1].result == "0.08"


def test_the_holder_may_think_anew_behind_its_tool(table):
    """The think deadline starts again at the result; the hold limit stands."""
    table.at(1, ASK)
    assert table.at(20, Woke("think")) == []
    table.at(25, DONE)
    assert table.at(45, Woke("think"))[0] == EndTurn("tech", 1, "timeout")


def test_a_turn_waits_for_the_answer_behind_its_filler(table):
    """`Let me see.` is not the turn's end while a tool runs, nor until its answer was heard."""
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ASK)
    assert table.ends("tech") == []
    table.at(4, DONE)
    assert table.begins("tech", "Eight cents.") == [Play("tech", 2, 1)]
    table.plays("tech")
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]


def test_a_turn_waits_for_a_quick_tools_answer(table):
    """A turn is not over with its filler when the tool's result came while the filler was heard."""
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ASK)
    table.at(1, DONE)
    assert table.ends("tech") == []
    assert table.meeting.holder == "tech"


def test_no_words_for_a_result_end_the_turn_with_its_filler(table):
    """An agent that says nothing to its tool's result frees the floor when its filler was heard."""
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ASK)
    table.at(1, DONE)
    table.at(1, ReplyStarted("tech", 2))
    assert table.at(1, ReplySent("tech", 2, 0.0)) == [Drop("tech", 2, "withdrawn")]
    heard = table.at(2, PlaybackFinished("tech", 1, 1, 2.0, 2.0, "complete"))
    assert of(heard, EndTurn) == [EndTurn("tech", 1, "finished")]


def test_no_words_while_the_tool_runs_leave_its_answer_to_be_awaited(table):
    """An empty reply before the result settles nothing: the answer is still heard in the turn."""
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ASK)
    table.at(1, ReplyStarted("tech", 2))
    table.at(1, ReplySent("tech", 2, 0.0))
    assert of(table.at(2, PlaybackFinished("tech", 1, 1, 2.0, 2.0, "complete")), EndTurn) == []
    table.at(3, DONE)
    assert table.at(4, ReplyStarted("tech", 3)) == [Play("tech", 3, 1)]


def test_a_reply_that_goes_on_behind_its_tool(table):
    """A reply that goes on after its tool's result answers it, and its turn ends as finished."""
    table.begins("tech", "Let me see.")
    table.plays("tech")
    table.at(1, ASK)
    table.at(1, SentenceSaid("tech", 1, "Just a moment.", 0.5))
    table.at(1, DONE)
    table.at(1, SentenceSaid("tech", 1, "Eight cents.", 1.0))
    assert of(table.ends("tech"), EndTurn) == [EndTurn("tech", 1, "finished")]


def test_a_note_alone_does_not_cue_an_ear():
    """An agent by ear is not cued only because a note waits for it."""
    table = Table(plan(BIZ, evolve(TECH, hears=EAR.hears)))
    table.open()
    table.at(0, NoteGiven("tech", "Know this."))
    table.at(0, WordsHeard("tech", "hello"))
    assert of(table.says("biz"), Cue) == []


# --- the chair's own -------------------------------------------------------------------------------


def give(call_id, arguments, who="mod"):
    """A request of `give_floor`."""
    return ToolRequested(who, 1, call_id, "give_floor", arguments)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ('{"to": " BIZ "}', "Biz has the floor after you."),
        ('{"to": "money", "about": 3}', "Biz has the floor after you."),
        ('{"to": "moderator"}', "Nobody of that name can be given the floor. There are: Tech, Biz."),
        ('{"whom": "biz"}', "Nobody of that name can be given the floor. There are: Tech, Biz."),
        ("", "Nobody of that name can be given the floor. There are: Tech, Biz."),
        ("[" * 100_000, "Nobody of that name can be given the floor. There are: Tech, Biz."),
    ],
)
def test_give_floor_is_answered_in_words(arguments, answer):
    """A chair's `give_floor` is answered in words that its model can read, whatever its arguments."""
    table = Table(moderated())
    table.open()
    assert table.at(1, give("c1", arguments)) == [AnswerTool("mod", 1, "c1", "give_floor", answer)]


def test_give_floor_to_somebody_away():
    """A chair that names an absent participant is told so, and asked to name another."""
    table = Table(moderated())
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 9.0))
    assert table.at(1, give("c1", '{"to": "biz"}'))[0].content == "Biz is away. Name somebody else."


def test_only_the_chair_gives_the_floor():
    """An agent that is not the chair is refused in words, and the floor stays where it is."""
    table = Table(moderated())
    table.open()
    answer = AnswerTool("tech", 1, "c1", "give_floor", "Refused: only the chair may do this.")
    assert table.at(1, give("c1", '{"to": "biz"}', "tech")) == [answer]
    table.says("mod", "Well.")
    assert table.meeting.holder is None


def test_a_name_by_tool_stands_until_another_had_the_floor():
    """The participant that the chair named speaks after a turn that the app asked for, and only once."""
    table = Table(moderated())
    table.open()
    table.at(1, give("c1", '{"to": "biz"}'))
    table.at(1, GrantAsked("tech"))
    table.says("mod", "Well.")
    table.says("tech", "Well.")
    assert table.meeting.holder == "biz"
    table.says("biz", "Well.")
    table.says("mod", "Well.")
    assert table.meeting.holder is None


def test_the_chair_ends_the_meeting_behind_its_turn():
    """A chair's `end_meeting` takes effect after its turn was heard, and gets the same answer if repeated."""
    table = Table(moderated())
    table.open()
    table.begins("mod", "Goodbye.")
    table.plays("mod")
    ask = ToolRequested("mod", 1, "c1", "end_meeting", '{"reason": "done"}')
    answer = [AnswerTool("mod", 1, "c1", "end_meeting", "The meeting ends after this turn.")]
    assert table.at(1, ask) == answer
    assert table.at(1, ask) == answer
    assert table.ends("mod") == [EndTurn("mod", 1, "finished"), EndMeeting("ended-by-chair")]


def test_the_chair_ends_the_meeting_while_nobody_speaks():
    """`end_meeting` on a free floor ends the meeting at once."""
    table = Table(moderated(CHAIR, TECH))
    table.open()
    table.says("mod", "Well.")
    answer = table.at(3, ToolRequested("mod", 1, "c1", "end_meeting", "{}"))
    assert answer[-1] == EndMeeting("ended-by-chair")


def test_the_chairs_words_behind_its_tool_belong_to_its_turn():
    """A chair by ear that goes on after `give_floor` is heard before the floor moves."""
    table = Table(moderated(EAR, TECH, BIZ))
    table.open()
    table.begins("mod", "Thank you.")
    table.plays("mod")
    table.at(1, give("c1", '{"to": "biz"}'))
    assert table.begins("mod", "Biz, go on.") == []
    table.at(1, ToolCallCancelled("biz", "nothing"))
    assert table.meeting.floor_view.queue == ()
