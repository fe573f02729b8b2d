"""What happens in a meeting, as patterns name it: which facts its events and commands make, and which fit."""

import pytest

from trialogue.brain.happenings import (
    AgendaMove,
    EndedCall,
    Fold,
    NotedEnd,
    NotedError,
    SaidWords,
    SeatHappening,
    fits,
)
from trialogue.model import commands as c
from trialogue.model import events as e
from trialogue.model.expectations import (
    AgendaPattern,
    EndPattern,
    ErrorPattern,
    Happening,
    SeatPattern,
    SpokenPattern,
    TimePattern,
    ToolPattern,
)
from trialogue.model.participants import Participant
from trialogue.model.records import Record


def facts(*steps):
    """The facts of these events and commands, each a second and a record behind the one before."""
    fold = Fold()
    for number, step in enumerate(steps, 1):
        if isinstance(step, e.Event):
            fold.take_event(step, float(number), number)
        else:
            fold.take_command(step, float(number), number)
    return fold.drain()


def seats(*steps):
    """What happened to whom."""
    return [(fact.participant, fact.event.value) for fact in facts(*steps) if isinstance(fact, SeatHappening)]


def test_a_session_is_ready_once_and_rejoined_behind_a_loss():
    """A session or ear that is ready after a loss counts as rejoined; one without a loss is no news."""
    for ready, lost in (
        (e.SessionReady, e.SessionLost("ann", 1, "gone", 1.0)),
        (e.EarReady, e.EarLost("ann", 1, "gone", 1.0)),
    ):
        told = seats(ready("ann", 1), ready("ann", 2), lost, ready("ann", 3), ready("ann", 4))
        assert told == [("ann", "ready"), ("ann", "lost"), ("ann", "rejoined")]


def test_a_failed_attempt_to_be_back_is_no_further_loss():
    """An expectation of at most one lost session is met by one outage with failed attempts."""
    lost = [e.SessionLost("ann", number, "gone", 1.0) for number in (1, 2, 3)]
    told = seats(e.SessionReady("ann", 1), *lost, e.SessionReady("ann", 4), lost[0])
    assert told == [("ann", "ready"), ("ann", "lost"), ("ann", "rejoined"), ("ann", "lost")]


def test_happenings_to_a_seat():
    """Expectations can name what happens to a seat: coming, going, hands, speech and the floor."""
    told = seats(
        e.Joined(Participant("ann")),
        e.FloorRequested("ann"),
        c.GrantFloor("ann", 1, "r", 9.0),
        e.PlaybackStarted("ann", 1, 1, 0.0),
        e.PlaybackStarted("ann", 1, 2, 1.0),
        e.PlaybackStarted("ann", 2, 3, 2.0),
        e.SpeechStarted("dana", 2.0),
        c.EndTurn("ann", 1, "interrupted"),
        c.EndTurn("ann", 1, "timeout"),
        c.EndTurn("ann", 1, "finished"),
        e.EarFailed("dana", "no"),
        e.Left("ann"),
    )
    assert told == [
        ("ann", "joined"),
        ("ann", "hand"),
        ("ann", "granted"),
        ("ann", "heard"),
        ("ann", "heard"),
        ("dana", "heard"),
        ("ann", "interrupted"),
        ("ann", "timeout"),
        ("dana", "failed"),
        ("ann", "left"),
    ]


def test_words_count_when_they_were_heard():
    """A turn's words count at its end, words beside it when they are attributed, typed ones not before."""
    told = facts(
        c.GrantFloor("ann", 1, "r", 9.0),
        c.Play("ann", 1, 1),
        e.SentenceSaid("ann", 1, "Well.", 0.0),
        e.PlaybackFinished("ann", 1, 1, 2.0, 2.0, "complete"),
        c.Attribute("dana", 1, "no", is_certain=True, beside="overlap"),
        c.Attribute("dana", 2, "later", is_certain=True),
        e.TextTyped("dana", "typed"),
        c.EndTurn("ann", 1, "finished"),
    )
    said = [fact for fact in told if isinstance(fact, SaidWords)]
    assert said == [
        SaidWords(5.0, 5, "dana", "no"),
        SaidWords(8.0, 8, "ann", "Well."),
    ]


def test_a_hand_that_a_tool_raises_is_a_hand():
    """An agent raises its hand with `bid` and `request_floor`; a refusal raises none."""
    told = facts(
        c.AnswerTool("ann", 1, "c1", "bid", "Your hand is up."),
        c.AnswerTool("ann", 1, "c2", "request_floor", "Your hand is up."),
        c.AnswerTool("ann", 1, "c3", "bid", "Refused: you are here to listen."),
    )
    assert told == [SeatHappening(at, int(at), "ann", Happening.HAND) for at in (1.0, 2.0)]


def test_a_call_that_is_answered_twice_raises_one_hand():
    """A service may request a call again: an expectation of at most one hand is met by one."""
    answer = c.AnswerTool("ann", 1, "c1", "bid", "Your hand is up.")
    asked = e.ToolRequested("ann", 1, "c1", "bid", "{}")
    assert seats(asked, answer, asked, answer) == [("ann", "hand")]


def test_a_loss_of_one_who_came_back_is_a_new_one():
    """Who left while its session was lost, and joined again, can lose it again."""
    told = seats(e.SessionLost("ann", 1, "gone", 1.0), e.Left("ann"), e.SessionLost("ann", 2, "gone", 1.0))
    assert told == [("ann", "lost"), ("ann", "left"), ("ann", "lost")]


def test_points_of_the_agenda_begin_and_are_done():
    """A point is done when the next begins or the agenda ends, and not when the meeting ends otherwise."""
    moves = (c.MoveAgenda("one", "opened"), c.MoveAgenda("two", "done"))
    for reason, more in (("agenda-done", [AgendaMove(3.0, 3, "two", Happening.DONE)]), ("silence", [])):
        assert [fact for fact in facts(*moves, c.EndMeeting(reason)) if fact != NotedEnd(3.0, 3, reason)] == [
            AgendaMove(1.0, 1, "one", Happening.STARTED),
            AgendaMove(2.0, 2, "one", Happening.DONE),
            AgendaMove(2.0, 2, "two", Happening.STARTED),
            *more,
        ]
    assert facts(c.MoveAgenda("one", "opened"), c.MoveAgenda(None, "done"))[1:] == [
        AgendaMove(2.0, 2, "one", Happening.DONE)
    ]


ASKED = e.ToolRequested("ann", 1, "c1", "prices", '{"item": 3}')


@pytest.mark.parametrize("outcome", ["succeeded", "failed", "timed-out", "unknown"])
def test_a_call_counts_at_its_end(outcome):
    """A tool call counts once, at its end, with its result; a failed one is an error, too."""
    done = e.ToolFinished("ann", "c1", outcome, "0.08")
    ended = EndedCall(2.0, 2, "ann", "prices", outcome, '{"item": 3}', "0.08")
    error = [NotedError(2.0, 2, f"tool-{outcome}", "ann")] if outcome != "succeeded" else []
    assert facts(ASKED, done, done) == [ended, *error]


@pytest.mark.parametrize("cancels", [e.ToolCallCancelled("ann", "c1"), c.CancelTool("ann", "c1")])
def test_a_call_that_is_cancelled_was_not_wanted(cancels):
    """A cancelled tool call is no error, and an unknown one leaves no fact."""
    assert facts(ASKED, cancels) == [EndedCall(2.0, 2, "ann", "prices", "cancelled", '{"item": 3}')]
    assert facts(cancels) == []


def test_a_call_that_never_ended_is_unanswered_at_the_last_record():
    """A tool that hung is shown as unanswered when the meeting ends, with its first arguments."""
    fold = Fold()
    fold.take(Record(1, 1.0, ASKED, ()))
    fold.take(Record(2, 2.0, e.ToolRequested("ann", 1, "c1", "other", "{}"), ()))
    assert fold.drain() == []
    fold.close(9.0, 7)
    assert fold.drain() == [EndedCall(9.0, 7, "ann", "prices", "unanswered", '{"item": 3}')]
    assert fold.drain() == []


def test_failures_are_noted():
    """Failed sessions, actors and speech, and serious reports, count as errors for an expectation."""
    told = facts(
        e.SessionFailed("ann", "no key"),
        e.ServiceWarned("ann", "SPEAK_REQUEST_FAILED", "mute"),
        e.ServiceWarned("ann", "QUESTION_NOT_ON_RECORD", "lost"),
        e.ServiceWarned("ann", "SLOW", "slow"),
        e.ActorCrashed("player", "boom"),
        c.Report("dry", "no end", "ann", "note"),
        c.Report("odd", "bad", "ann", "failure"),
        c.Report("stalled", "no sound", None, "note"),
    )
    assert [fact for fact in told if isinstance(fact, NotedError)] == [
        NotedError(1.0, 1, "session-failed", "ann", "no key"),
        NotedError(2.0, 2, "unspoken", "ann", "mute"),
        NotedError(3.0, 3, "not-on-record", "ann", "lost"),
        NotedError(5.0, 5, "actor-crashed", None, "player: boom"),
        NotedError(7.0, 7, "odd", "ann", "bad"),
        NotedError(8.0, 8, "stalled", None, "no sound"),
    ]


SAID = SaidWords(1.0, 1, "ann", "It costs 12 euros.")
CALL = EndedCall(1.0, 1, "ann", "prices", "succeeded", '{"item": 3}', "0.08")
ERROR = NotedError(1.0, 1, "stalled", "ann")


@pytest.mark.parametrize(
    ("pattern", "fact", "does"),
    [
        (SpokenPattern(("costs",)), SAID, True),
        (SpokenPattern(("costs", "euros")), SAID, True),
        (SpokenPattern(("costs", "dollars")), SAID, False),
        (SpokenPattern(("costs",), by="ann"), SAID, True),
        (SpokenPattern(("costs",), by="ben"), SAID, False),
        (SpokenPattern((), number=12.0), SAID, True),
        (SpokenPattern((), number=13.0), SAID, False),
        (SpokenPattern(("dollars",), number=12.0), SAID, False),
        (SpokenPattern(("costs",)), CALL, False),
        (AgendaPattern("one", Happening.DONE), AgendaMove(1.0, 1, "one", Happening.DONE), True),
        (AgendaPattern("one", Happening.DONE), AgendaMove(1.0, 1, "one", Happening.STARTED), False),
        (AgendaPattern("one", Happening.DONE), AgendaMove(1.0, 1, "two", Happening.DONE), False),
        (SeatPattern("ann", Happening.LEFT), SeatHappening(1.0, 1, "ann", Happening.LEFT), True),
        (SeatPattern("ann", Happening.LEFT), SeatHappening(1.0, 1, "ben", Happening.LEFT), False),
        (SeatPattern("ann", Happening.LEFT), SeatHappening(1.0, 1, "ann", Happening.HAND), False),
        (ToolPattern("prices"), CALL, True),
        (ToolPattern("other"), CALL, False),
        (ToolPattern("prices", "ann", "succeeded", "item", "0.08"), CALL, True),
        (ToolPattern("prices", by="ben"), CALL, False),
        (ToolPattern("prices", outcome="failed"), CALL, False),
        (ToolPattern("prices", arguments="nothing"), CALL, False),
        (ToolPattern("prices", result="nothing"), CALL, False),
        (ErrorPattern(), ERROR, True),
        (ErrorPattern("stalled", "ann"), ERROR, True),
        (ErrorPattern("overflow"), ERROR, False),
        (ErrorPattern(by="ben"), ERROR, False),
        (EndPattern("silence"), NotedEnd(1.0, 1, "silence"), True),
        (EndPattern("silence"), NotedEnd(1.0, 1, "limit-time"), False),
        (TimePattern(1.0), SAID, False),
    ],
)
def test_which_facts_a_pattern_names(pattern, fact, does):
    """A pattern fits a fact that agrees with all of its keys; omitted keys fit anything."""
    assert fits(pattern, fact) is does
