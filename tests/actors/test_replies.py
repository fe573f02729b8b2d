"""Replies begin, end and break off as the service sends them."""

from trialogue.actors.playout import Playout
from trialogue.actors.replies import ReplyCounter
from trialogue.model.commands import Cue, Speak
from trialogue.model.events import LineTaken, ReplySent, ReplyStarted, ReplyWithdrawn, SentenceSaid


def agent():
    events = []
    mouth = Playout("ada", 1000, events.append)
    return ReplyCounter("ada", mouth, events.append), mouth, events


def test_sentences_know_where_they_begin():
    """A sentence's offset is the sound that had arrived before it."""
    replies, _, events = agent()
    replies.sentence("One.")
    replies.sound(b"\1\0" * 500)
    replies.sentence("Two.")
    replies.sound(b"\1\0" * 250)
    replies.done()
    assert events == [
        ReplyStarted("ada", 1),
        SentenceSaid("ada", 1, "One.", 0.0),
        SentenceSaid("ada", 1, "Two.", 0.5),
        ReplySent("ada", 1, 0.75),
    ]


def test_sound_may_come_before_words():
    """A reply begins once, with its sound or its words, whichever comes first."""
    replies, _, events = agent()
    replies.sound(b"\1\0")
    replies.sentence("One.")
    assert events == [ReplyStarted("ada", 1), SentenceSaid("ada", 1, "One.", 0.001)]


def test_an_expected_end_alone_is_an_empty_reply():
    """An agent that answers a prompt with nothing gives an empty reply."""
    replies, _, events = agent()
    replies.expect()
    replies.done()
    assert events == [ReplyStarted("ada", 1), ReplySent("ada", 1, 0.0)]


def test_an_unexpected_end_alone_is_nothing():
    """The late end of a reply that was cut is no reply."""
    replies, _, events = agent()
    replies.sound(b"\1\0")
    replies.interrupted()
    replies.done()
    assert events == [ReplyStarted("ada", 1), ReplyWithdrawn("ada", 1, "interrupted")]


def test_after_an_interruption_the_next_is_a_new_reply():
    """Words after an interruption are a new reply."""
    replies, _, events = agent()
    replies.sentence("One.")
    replies.interrupted()
    replies.sentence("Two.")
    assert events[-2:] == [ReplyStarted("ada", 2), SentenceSaid("ada", 2, "Two.", 0.0)]


def test_a_whole_reply_that_is_still_held_is_withdrawn_by_speech():
    """A complete reply that waits unheard is withdrawn by new speech at its agent's ear."""
    replies, mouth, events = agent()
    replies.sound(b"\1\0")
    replies.done()
    replies.interrupted()
    assert events[-1] == ReplyWithdrawn("ada", 1, "interrupted")
    mouth.drop(1)
    replies.interrupted()
    assert events.count(ReplyWithdrawn("ada", 1, "interrupted")) == 1


def test_a_lost_session_takes_the_rest_of_a_reply_but_not_a_whole_one():
    """A lost session withdraws an incomplete reply, and a complete one can still be heard."""
    replies, _, events = agent()
    replies.sound(b"\1\0")
    replies.lost()
    assert events[-1] == ReplyWithdrawn("ada", 1, "lost")
    replies.sound(b"\1\0")
    replies.done()
    replies.lost()
    assert events[-1] == ReplySent("ada", 2, 0.001)


def dried():
    """An agent whose reply brought sound and then nothing for so long that it counts as ended."""
    replies, mouth, events = agent()
    replies.sentence("One.")
    replies.sound(b"\1\0" * 20)
    mouth.play(1, 1)
    for position in range(0, 1020, 20):
        mouth.pull(20, position)
    assert events[-1].outcome == "dry"
    return replies, mouth, events


def test_sound_after_a_reply_ran_dry_is_another_reply():
    """Words and sound after a reply ran dry are a new reply, and not lost."""
    replies, mouth, events = dried()
    replies.sentence("Two.")
    replies.sound(b"\1\0" * 20)
    assert events[-2:] == [ReplyStarted("ada", 2), SentenceSaid("ada", 2, "Two.", 0.0)]
    assert mouth.arrived_s(2) == 0.02


def test_the_late_end_of_a_reply_that_ran_dry_is_its_own():
    """The late end of a reply that ran dry is no empty answer, and gives the reply's length."""
    replies, _, events = dried()
    replies.done()
    assert events[-1] == ReplySent("ada", 1, 0.02)
    replies.sentence("Two.")
    assert ReplyStarted("ada", 2) in events


def test_a_reply_says_which_line_it_takes():
    """A scripted reply names its line before it starts, whether it has words, sound or neither."""
    replies, _, events = agent()
    replies.takes(2)
    replies.sentence("One.")
    replies.sound(b"\1\0")
    replies.done()
    replies.expect()
    replies.takes(3)
    replies.done()
    assert [e for e in events if isinstance(e, ReplyStarted | LineTaken)] == [
        LineTaken("ada", 1, 2),
        ReplyStarted("ada", 1),
        LineTaken("ada", 2, 3),
        ReplyStarted("ada", 2),
    ]


def test_a_line_whose_reply_never_came_is_forgotten_with_its_session():
    """A scripted line without its reply is not taken for one of the next session."""
    replies, _, events = agent()
    replies.takes(2)
    replies.lost()
    replies.sentence("One.")
    assert not [e for e in events if isinstance(e, LineTaken)]


def test_an_answer_after_a_tool_that_is_joined_to_a_filler_is_its_own():
    """A tool's answer that follows a filler at once is a reply of its own, for its own prompt."""
    replies, _, events = agent()
    replies.asking.tell(Cue("ada", 1, "It is your turn.", 1))
    replies.asking.repeats("It is your turn.")
    replies.asking.tell(Speak("ada", 1, "One moment. I look.", prompt=2))
    replies.sentence("One moment.")
    replies.sentence("I look.")
    replies.has_result()
    replies.sound(b"\1\0" * 500)
    replies.takes(0)
    for words in ("It is eight.", "For all."):
        replies.sentence(words)
        replies.sound(b"\1\0" * 250)
    replies.done()
    assert events == [
        ReplyStarted("ada", 1, 2),
        SentenceSaid("ada", 1, "One moment.", 0.0),
        SentenceSaid("ada", 1, "I look.", 0.0),
        ReplySent("ada", 1, 0.5),
        LineTaken("ada", 2, 0),
        ReplyStarted("ada", 2, 1),
        SentenceSaid("ada", 2, "It is eight.", 0.0),
        SentenceSaid("ada", 2, "For all.", 0.25),
        ReplySent("ada", 2, 0.5),
    ]


def test_so_is_that_of_an_agent_that_answers_by_ear():
    """An agent by ear answers after a filler, and its answer is awaited though it names no prompt."""
    replies, _, events = agent()
    replies.asking.tell(Speak("ada", 1, "One moment.", prompt=2))
    replies.sentence("One moment.")
    replies.has_result()
    replies.sentence("It is eight.")
    replies.sentence("For all.")
    assert [(each.reply, each.prompt) for each in events if isinstance(each, ReplyStarted)] == [
        (1, 2),
        (2, 0),
    ]


def test_an_agent_with_nothing_to_say_after_a_filler_says_so():
    """An agent without an answer after a filler gives an empty reply, so that nobody waits for it."""
    replies, mouth, events = agent()
    replies.asking.tell(Cue("ada", 1, "It is your turn.", 1))
    replies.asking.repeats("It is your turn.")
    replies.asking.tell(Speak("ada", 1, "One moment.", prompt=2))
    replies.sentence("One moment.")
    replies.sound(b"\1\0" * 500)
    replies.has_result()
    replies.expect()
    assert replies.done() == 0.5
    assert events[2:] == [ReplySent("ada", 1, 0.5), ReplyStarted("ada", 2, 1)]
    mouth.play(2, 1)
    assert mouth.pull(20, 500) is None
    assert (events[-1].reply, events[-1].outcome, events[-1].played_s) == (2, "complete", 0.0)
