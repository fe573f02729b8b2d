"""What happened, told when it was heard."""

import pytest
from cli_playbook import MEETING, PLAN, TOLD, records
from hypothesis import given
from hypothesis import strategies as st

from trialogue.cli.view_lines import plain
from trialogue.cli.view_story import Sort, Story, StoryMoment
from trialogue.cli.view_story_lines import REASONS, Seating, StoryLines, reason_in_words
from trialogue.model.commands import Attribute, EndMeeting, GrantFloor, Report
from trialogue.model.events import (
    Joined,
    Left,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplyFailed,
    ReplyWithdrawn,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    ToolRequested,
)
from trialogue.model.participants import Participant
from trialogue.model.text import UNCLEAR


def told(*facts, until=float("inf")):
    story = Story(PLAN)
    for record in records(*facts):
        story.take(record)
    return story.due(until)


def test_a_whole_meeting_is_told():
    """The lines of a meeting have each kind at its time, without markup or control characters."""
    story, story_lines = Story(PLAN), StoryLines(Seating(PLAN))
    lines = []
    for record in MEETING:
        story.take(record)
        lines += [plain(story_lines.line(moment)) for moment in story.due(record.at)]
    assert "\n".join(lines) + "\n" == TOLD
    assert story.due(float("inf")) == []


def test_who_joins_and_who_leaves_is_told():
    """The lines of a meeting show who joined and who left, and when."""
    seat = Participant("zoe", title="Zoe Q.")
    assert told((1.0, Joined(seat)), (2.0, Left("zoe"))) == [
        StoryMoment(1.0, Sort.NOTICE, "joined", "zoe"),
        StoryMoment(2.0, Sort.NOTICE, "left", "zoe"),
    ]


def test_names_can_be_repeated():
    """Each line names its speaker where lines are to be searched."""
    story_lines = StoryLines(Seating(PLAN), repeats_names=True)
    lines = [plain(story_lines.line(StoryMoment(at, Sort.SAID, "Yes.", "tech", 2))) for at in (1.0, 2.0)]
    assert lines == ["00:01  Tech              Yes.", "00:02  Tech              Yes."]


def test_a_speaker_is_named_again_after_something_else():
    """A line between two sentences of one turn ends the block of its speaker."""
    story_lines = StoryLines(Seating(PLAN))
    moments = [
        StoryMoment(1.0, Sort.SAID, "One.", "tech", 2),
        StoryMoment(1.5, Sort.TOOL, "calls it", "tech"),
        StoryMoment(2.0, Sort.SAID, "Two.", "tech", 2),
    ]
    assert ["Tech" in plain(story_lines.line(moment)) for moment in moments] == [True, True, True]


def test_a_sentence_waits_until_it_is_heard():
    """A sentence is printed when it is heard, not when its words arrive."""
    facts = (
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, SentenceSaid("tech", 1, "Two.", 2.5)),
        (3.0, PlaybackStarted("tech", 1, 1, 3.0)),
    )
    assert told(*facts, until=2.9) == []
    assert [moment.at for moment in told(*facts)] == [3.0, 5.5]
    assert [moment.text for moment in told(*facts, until=5.4)] == ["One."]


def test_words_that_come_late_are_told_when_they_come():
    """A sentence whose words come after its sound is printed when they come."""
    facts = ((1.0, PlaybackStarted("tech", 1, 1, 1.0)), (2.0, SentenceSaid("tech", 1, "Late.", 0.0)))
    assert [moment.at for moment in told(*facts)] == [2.0]


@pytest.mark.parametrize(
    ("outcome", "cut"), [("complete", []), ("dry", []), ("cut", [Sort.CUT]), ("stalled", [Sort.CUT])]
)
def test_a_reply_that_ran_dry_was_not_interrupted(outcome, cut):
    """A reply that ran dry has no line that calls it interrupted."""
    facts = (
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, PlaybackStarted("tech", 1, 1, 1.0)),
        (3.0, PlaybackFinished("tech", 1, 1, 2.0, 1.0, outcome)),
    )
    assert [moment.kind for moment in told(*facts)][1:] == cut


def test_a_reply_that_is_never_played_is_never_told():
    """A reply that was never played has no line."""
    facts = (
        (1.0, SentenceSaid("tech", 1, "Held.", 0.0)),
        (2.0, ReplyWithdrawn("tech", 1, "interrupted")),
        (3.0, PlaybackStarted("tech", 1, 1, 3.0)),
    )
    assert told(*facts) == []


def test_a_whole_reply_is_told_to_its_end():
    """A last sentence just after the last sample, by rounding, is printed."""
    facts = (
        (1.0, PlaybackStarted("tech", 1, 1, 1.0)),
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, SentenceSaid("tech", 1, "Two.", 2.02)),
        (3.0, PlaybackFinished("tech", 1, 1, 3.0, 2.0, "complete")),
    )
    assert [(moment.at, moment.text) for moment in told(*facts, until=3.0)] == [(1.0, "One."), (3.0, "Two.")]


def test_the_end_of_the_meeting_cuts_what_is_said():
    """A meeting's end leaves out the sentences still to come, and prints that the speaker was cut."""
    facts = (
        (1.0, PlaybackStarted("tech", 1, 1, 1.0)),
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, SentenceSaid("tech", 1, "Two.", 5.0)),
        (2.0, ReplyWithdrawn("tech", 1, "lost"), EndMeeting("silence")),
        (2.1, PlaybackFinished("tech", 1, 1, 2.0, 1.0, "cut")),
    )
    assert [moment.kind for moment in told(*facts)] == [Sort.SAID, Sort.CUT, Sort.ENDED]


@given(st.lists(st.floats(0.0, 30.0), max_size=30).map(sorted))
def test_time_may_be_asked_for_in_any_steps(steps):
    """The lines of a meeting are the same however often the screen is drawn."""
    story = Story(PLAN)
    for record in MEETING:
        story.take(record)
    seen = [moment for now in [*steps, 99.0] for moment in story.due(now)]
    whole = Story(PLAN)
    for record in MEETING:
        whole.take(record)
    assert seen == whole.due(99.0)
    assert [moment.at for moment in seen] == sorted(moment.at for moment in seen)


def test_reasons_are_put_in_words():
    """A meeting's reason to end is printed in words, and an app's own as it is."""
    assert reason_in_words("agenda-done") == REASONS["agenda-done"] == "the agenda is done"
    assert reason_in_words("lunch") == "lunch"


def test_a_story_is_its_status():
    """The repr of the printed story is a status line."""
    assert repr(Story(PLAN)) == "<Story of edge cache: 0 playing, 0 to come>"


def test_a_persons_words_are_told_as_they_are_known():
    """A person's words are printed when they are known, typed or spoken."""
    facts = ((4.0, TextTyped("biz", "Good."), Attribute("biz", 3, "Good.", is_certain=True)),)
    assert told(*facts) == [StoryMoment(4.0, Sort.SAID, "Good.", "biz", 3)]


def test_a_persons_words_have_the_time_at_which_they_began():
    """A person's words have the time at which it began to speak."""
    spoken = Attribute("biz", 3, "Good.", is_certain=True)
    beside = Attribute("biz", 4, "Yes.", is_certain=True, beside="backchannel", begin_s=6.5, end_s=6.9)
    facts = (
        (1.0, SpeechStarted("biz", 0.9)),
        (1.2, SpeechStopped("biz", 1.2), GrantFloor("biz", 3, "next", 90.0)),
        (2.0, SpeechStarted("biz", 1.9)),
        (4.0, SpeechStopped("biz", 3.9), spoken),
        (5.0, ToolRequested("tech", 1, "c1", "price", "{}")),
        (7.0, SpeechStopped("biz", 6.9), beside),
    )
    assert [(moment.at, moment.text) for moment in told(*facts)] == [
        (1.9, "Good."),
        (5.0, "calls price"),
        (6.5, "Yes."),
    ]


def test_a_pause_moves_what_comes_after_it():
    """Sentences after a pause are printed later by its length."""
    facts = [
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, SentenceSaid("tech", 1, "Two.", 2.0)),
        (2.0, PlaybackStarted("tech", 1, 1, 2.0)),
        (3.0, PlaybackPaused("tech", 1, 1, 3.0, 1.0)),
        (3.5, SentenceSaid("tech", 1, "Three.", 4.0)),
    ]
    assert [moment.text for moment in told(*facts)] == ["One."]
    facts.append((5.0, PlaybackResumed("tech", 1, 1, 5.0)))
    assert [(moment.at, moment.text) for moment in told(*facts)] == [
        (2.0, "One."),
        (6.0, "Two."),
        (8.0, "Three."),
    ]


def test_a_turn_that_was_paused_may_end_so():
    """The lines show no words of a turn from after its pause."""
    facts = (
        (1.0, SentenceSaid("tech", 1, "One.", 0.0)),
        (1.0, SentenceSaid("tech", 1, "Two.", 2.0)),
        (2.0, PlaybackStarted("tech", 1, 1, 2.0)),
        (3.0, PlaybackPaused("tech", 1, 1, 3.0, 1.0)),
        (4.0, PlaybackFinished("tech", 1, 1, 3.0, 1.0, "cut")),
        (5.0, PlaybackResumed("tech", 1, 1, 5.0)),
    )
    assert [(moment.at, moment.kind) for moment in told(*facts)] == [(2.0, Sort.SAID), (3.0, Sort.CUT)]


def test_an_outage_is_one_line():
    """Many failed dials of one outage are one line, and so is its end."""
    attempts = [(float(n), SessionLost("biz", n, "refused", 0.5 * n)) for n in range(1, 13)]
    seen = told(
        *attempts,
        (13.0, SessionReady("biz", 13)),
        (14.0, SessionLost("biz", 14, "gone", 1.0)),
        (15.0, SessionLost("biz", 15, "gone", 2.0)),
        (16.0, SessionFailed("biz", "gave up")),
    )
    assert [(moment.at, moment.text) for moment in seen] == [
        (1.0, "lost its session (refused); reconnects in 0.5 s"),
        (13.0, "is back"),
        (14.0, "lost its session (gone); reconnects in 1.0 s"),
        (16.0, "left for good: gave up"),
    ]


@pytest.mark.parametrize("kind", [Sort.SAID, Sort.TOOL, Sort.NOTICE, Sort.AGENDA, Sort.ENDED])
def test_a_line_has_an_end(kind):
    """Long codes, names and sentences of a service are cut to a line."""
    told = plain(StoryLines(Seating(PLAN)).line(StoryMoment(1.0, kind, "x" * 1_000_000, "tech", 1)))
    assert len(told) < 4100
    assert "more characters)" in told


REFUSED = "The endpoint could not be asked: Connection refused"
DEAD = (
    (1.0, ServiceWarned("tech", "THINK_REQUEST_FAILED", REFUSED)),
    (1.0, ServiceWarned("tech", "FAILED_TO_THINK", "No model answered.")),
)
LOST = Report("reply-failed", "FAILED_TO_THINK", "tech", "failure")


def test_a_failed_reply_is_told_once_with_its_reason():
    """A failed reply is one line with its service's reason, however often it repeats."""
    again = [(1.2, *fact[1:]) for fact in DEAD]
    facts = [*DEAD, *again, (1.2, ReplyFailed("tech", 1, "FAILED_TO_THINK"), LOST)]
    assert [(each.at, each.text) for each in told(*facts)] == [
        (1.2, f"reply-failed: FAILED_TO_THINK: {REFUSED}")
    ]


def test_a_failed_reply_without_a_warning_says_what_its_error_says():
    """A failed reply without a warning is printed with its error's words, or else its code."""
    failed = (1.0, ReplyFailed("tech", 1, "FAILED_TO_THINK"), LOST)
    assert [each.text for each in told(DEAD[1], failed)] == [
        "reply-failed: FAILED_TO_THINK: No model answered."
    ]
    assert [each.text for each in told(failed)] == ["reply-failed: FAILED_TO_THINK"]


def test_orders_for_a_session_that_is_over_are_not_told():
    """Many results for a lost session were a line each, and hid the meeting."""
    late = [(1.0, ServiceWarned("tech", "stale", "AnswerTool for a session that is over"))] * 3
    assert told(*late, *DEAD[:1]) == told(*DEAD[:1])


@pytest.mark.parametrize("text", ["", " ", "\u200e"])
def test_a_sentence_without_words_is_not_told(text):
    """A service's empty text was a line with a name alone."""
    facts = [(1.0, SentenceSaid("tech", 1, text, 0.0)), (1.0, SentenceSaid("tech", 1, "Yes.", 0.5))]
    assert [each.text for each in told(*facts, (1.0, PlaybackStarted("tech", 1, 1, 1.0)))] == ["Yes."]


def test_a_warning_that_explains_nothing_is_told():
    """A service's warning without a failure is printed half a second later, or at the end."""
    facts = [DEAD[0], (1.1, ReplyFailed("biz", 1, "X"), Report("reply-failed", "X", "biz", "failure"))]
    assert [each.text for each in told(*facts, until=1.4)] == ["reply-failed: X"]
    warning = f"warning from its service: THINK_REQUEST_FAILED: {REFUSED}"
    assert [(each.at, each.text) for each in told(*facts)][1:] == [(1.5, warning)]
    over = (1.2, PlaybackStarted("biz", 1, 1, 1.2), EndMeeting("said"))
    assert [each.text for each in told(DEAD[0], over, until=1.2)] == ["", warning, "said"]


def test_a_sessions_end_says_its_last_warning():
    """A lost session is printed with its last error as the reason; other warnings have their own lines."""
    said = [(1.0, ServiceWarned("tech", code, "No.")) for code in ("PROMPT_TOO_LONG", "INVALID_SETTINGS")]
    reason = "INVALID_SETTINGS: No. (Check the settings.)"
    assert [each.text for each in told(*said, (1.0, SessionFailed("tech", reason)))] == [
        f"left for good: {reason}",
        "warning from its service: PROMPT_TOO_LONG: No.",
    ]


def test_a_hum_is_told_once():
    """A backchannel without words has no second line that calls it unclear."""
    unclear = Report("unclear", "nobody could make words of its speech", "eve")
    hum = (
        2.0,
        SpeechStopped("eve", 2.0),
        Attribute("eve", 1, UNCLEAR, is_certain=False, beside="backchannel"),
    )
    assert told((*hum, unclear)) == []
    speech = (2.0, SpeechStopped("eve", 2.0), Attribute("eve", 2, UNCLEAR, is_certain=False), unclear)
    assert [each.text for each in told(speech)] == [UNCLEAR, f"unclear: {unclear.text}"]
