"""What was heard: the folds over a meeting's records."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from playbook import BIZ, EAR, TECH, Table, context_of, plan

from trialogue.brain.words.context import STILL_RUNNING
from trialogue.brain.words.spoken import SpokenScript
from trialogue.brain.words.transcript import Transcript, utterances
from trialogue.model.commands import AnswerTool, Cue, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    InjectionRefused,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    SentenceSaid,
    StopAsked,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
    WordsHeard,
)
from trialogue.model.memory import ContextCall, ContextMessage
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance


def records(table):
    """The table's log as a journal's records."""
    return [Record(i + 1, at, event, tuple(out)) for i, (at, event, out) in enumerate(table.log)]


def script(*parts, duration=None):
    """A reply's words."""
    made = SpokenScript()
    for offset, text in parts:
        made.add(text, offset)
    made.duration_s = duration
    return made


@pytest.mark.parametrize(
    ("played", "heard"),
    [
        (0.0, ""),
        (-1.0, ""),
        (0.8, ""),
        (1.0, "one"),
        (1.1, "one"),
        (2.0, "one two"),
        (2.5, "one two"),
        (3.0, "one two six"),
        (5.0, "one two six seven"),
        (9.0, "one two six seven"),
    ],
)
def test_words_are_cut_at_their_boundary(played, heard):
    """The words of a cut reply are whole words, by their share of each sentence's time."""
    made = script((0.0, "one  two"), (2.0, "six\nseven"), duration=5.0)
    assert made.until(played) == heard


def test_sentences_before_their_sound_share_its_stretch():
    """Sentences that arrive at once share the stretch of sound that follows."""
    made = script((0.0, "aa bb"), (0.0, "cc dd"), duration=11.0)
    assert made.until(5.0) == "aa bb"
    assert made.until(6.1) == "aa bb"
    assert made.until(8.5) == "aa bb cc"


def test_an_unknown_length_is_guessed():
    """A reply of unknown or impossible length is taken to have 150 words a minute."""
    made = script((0.0, "x" * 14 + " y"))
    assert made.until(1.0) == "x" * 14
    assert made.until(1.2) == "x" * 14 + " y"
    assert script((5.0, "late"), duration=3.0).until(2.0) == ""


@given(
    st.lists(st.tuples(st.floats(0, 60), st.text("ab \n", max_size=20)), max_size=5),
    st.none() | st.floats(0, 60),
    st.floats(-1, 120),
    st.floats(0, 60),
)
def test_heard_words_grow_with_the_played_sound(parts, duration, played, more):
    """The words heard of a reply are whole words from its beginning, and more with more sound."""
    made = script(*parts, duration=duration)
    early, late = made.until(played).split(), made.until(played + more).split()
    assert late[: len(early)] == early
    assert made.text.split()[: len(late)] == late


def cut_meeting():
    """Tech is cut off in the middle, biz ends its turn, then the meeting is stopped."""
    table = Table(plan(TECH, evolve(BIZ, hears=EAR.hears)))
    table.open()
    table.begins("tech", "One two three four", 4.0)
    table.plays("tech")
    table.at(2.0, Woke("nothing"))
    return table


def test_utterances_from_records():
    """A transcript has one utterance for each heard turn, corrected by later records."""
    table = cut_meeting()
    table.at(2.0, StopAsked("done"))
    made = Utterance("tech", 1, 0.0, 2.0, "One two", "One two three four", "meeting-ended")
    assert utterances(records(table)) == (made,)
    assert made.was_cut
    late = Record(99, 2.1, PlaybackFinished("tech", 1, 1, 3.0, 3.0, "cut"), ())
    assert utterances([*records(table), late])[0].heard == "One two three"


def test_the_live_fold_is_the_fold_of_the_journal():
    """The transcript of a running meeting equals the journal's, at each record."""
    table = cut_meeting()
    table.ends("tech", 2.0)
    table.says("biz", "Five.")
    assert table.meeting.utterances() == utterances(records(table))
    assert [u.participant for u in utterances(records(table))] == ["tech", "biz"]
    for name in ("tech", "biz"):
        assert table.meeting.context(name) == context_of(table.plan, name, records(table))


def test_the_transcript_copes_with_parts_of_a_journal():
    """Turns whose begin is missing, and sound of others' turns, are left out."""
    transcript = Transcript()
    transcript.take_command(0, Play("tech", 1, 1))
    transcript.take_command(0, EndTurn("tech", 1, "finished"))
    transcript.take_event(PlaybackStarted("tech", 1, 1, 0.0))
    transcript.take_event(PlaybackFinished("tech", 1, 1, 1.0, 1.0, "complete"))
    assert transcript.heard(1) == ""
    assert transcript.spoken_s(1) == 0
    assert transcript.utterance(1) is None
    transcript.take_command(0, GrantFloor("tech", 2, "r", 9.0))
    transcript.take_command(0, Play("tech", 1, 2))
    transcript.take_event(PlaybackStarted("biz", 2, 1, 0.0))
    transcript.take_command(1, EndTurn("tech", 2, "timeout"))
    assert transcript.utterances() == ()


def test_a_begin_that_was_not_seen_follows_from_the_end():
    """A turn whose begin was not reported has a begin that fits its end and its length."""
    transcript = Transcript()
    transcript.take_command(0, GrantFloor("tech", 1, "r", 9.0))
    transcript.take_command(0, Play("tech", 1, 1))
    transcript.take_event(SentenceSaid("tech", 1, "Hello.", 0.0))
    transcript.take_event(ReplySent("tech", 1, 2.0))
    transcript.take_event(PlaybackFinished("tech", 1, 1, 5.0, 2.0, "stalled"))
    assert transcript.utterance(1) is None
    transcript.take_command(5, EndTurn("tech", 1, "finished"))
    assert transcript.utterance(1) == Utterance("tech", 1, 3.0, 5.0, "Hello.", "Hello.", "finished")


@pytest.mark.parametrize(
    ("outcome", "heard"), [("dry", "A long word. Another one."), ("cut", "A long word. Another")]
)
def test_a_reply_that_ran_dry_was_heard_as_far_as_its_sound_began(outcome, heard):
    """The last sentence of a reply without an end is kept whole instead of being cut by a guess."""
    transcript = Transcript()
    transcript.take_command(0, GrantFloor("tech", 1, "r", 9.0))
    transcript.take_command(0, Play("tech", 1, 1))
    for text, offset in (("A long word.", 0.0), ("Another one.", 1.0), ("No sound came of it.", 1.6)):
        transcript.take_event(SentenceSaid("tech", 1, text, offset))
    transcript.take_event(PlaybackStarted("tech", 1, 1, 0.5))
    transcript.take_event(PlaybackFinished("tech", 1, 1, 2.1, 1.6 if outcome == "dry" else 1.5, outcome))
    assert transcript.heard(1) == heard


# --- contexts --------------------------------------------------------------------------------------

CAST = plan(TECH, evolve(BIZ, hears=EAR.hears))


def heard_by(name, *steps):
    """The context after these (event, commands)."""
    return context_of(CAST, name, [Record(i, float(i), event, out) for i, (event, out) in enumerate(steps)])


def test_a_context_is_what_was_heard_and_said():
    """An agent's memory has its cues and the heard part of its words, and nothing of a silent turn."""
    table = cut_meeting()
    table.ends("tech", 2.0)
    table.at(table.now, WordsHeard("biz", "one two"))
    table.at(table.now, WordsHeard("tech", "no ear"))
    table.begins("biz", "")
    table.at(table.now, StopAsked("done"))
    assert table.meeting.context("tech") == (
        ContextMessage("user", "It is your turn."),
        ContextMessage("assistant", "One two three four"),
    )
    assert table.meeting.context("biz") == (ContextMessage("user", "one two"),)


def test_an_echoed_cue_stands_once():
    """A cue that its service repeats as words heard is in the agent's memory once."""
    cue = (MeetingStarted(), (Cue("biz", 1, "Go."),))
    assert heard_by("biz", (WordsHeard("biz", "Well"), ()), cue, (WordsHeard("biz", "Go."), ())) == (
        ContextMessage("user", "Well"),
        ContextMessage("user", "Go."),
    )


def test_a_refused_cue_was_not_heard():
    """A refused cue is taken out of its agent's memory, and cues of other turns stay."""
    first = (MeetingStarted(), (Cue("tech", 1, "One."),))
    second = (MeetingStarted(), (Cue("tech", 2, "Two."),))
    left = heard_by("tech", first, second, (InjectionRefused("tech", 2, "busy"), ()))
    assert left == (ContextMessage("user", "One."),)


def test_finished_calls_stand_with_their_results():
    """A session's context has finished calls with their results, then running ones."""
    answer = AnswerTool("tech", 1, "c2", "give_floor", "Refused.")
    assert heard_by(
        "tech",
        (ToolRequested("tech", 1, "c1", "prices", "{}"), ()),
        (ToolRequested("tech", 1, "c2", "give_floor", "[]"), (answer,)),
        (ToolRequested("tech", 1, "c3", "slow", "{}"), ()),
        (ToolRequested("tech", 1, "c4", "slow", "{}"), ()),
        (ToolCallCancelled("tech", "c4"), ()),
        (ToolFinished("tech", "c1", "succeeded", "0.08"), ()),
        (ToolFinished("tech", "c9", "succeeded", "?"), ()),
    ) == (
        ContextCall("c2", "give_floor", "[]", "Refused."),
        ContextCall("c1", "prices", "{}", "0.08"),
        ContextCall("c3", "slow", "{}", STILL_RUNNING),
    )


def test_strangers_have_no_context():
    """Events of unknown participants do not get into anybody's memory."""
    steps = (
        (InjectionRefused("eve", 1, "no"), ()),
        (WordsHeard("eve", "hi"), ()),
        (ToolRequested("eve", 1, "c", "t", "{}"), ()),
        (ToolFinished("eve", "c", "failed", "no"), ()),
    )
    assert heard_by("tech", *steps) == ()
    with pytest.raises(KeyError):
        heard_by("eve")
