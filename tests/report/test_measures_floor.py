"""Measures of the floor, of interruptions and of latency, each by a meeting made for it."""

import pytest
from attrs import evolve
from report_values import grant, records, said

from trialogue.model.commands import (
    AnswerTool,
    Cue,
    EndMeeting,
    EndTurn,
    PausePlayout,
    Play,
    Replace,
    Report,
    Speak,
    StopPlayout,
)
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    InjectionRefused,
    Joined,
    LatencyMeasured,
    Left,
    MeetingStarted,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    ReplyStarted,
    SessionFailed,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import mask
from trialogue.report.measures import (
    FloorMeasures,
    LatencyMeasures,
    PairInterruptions,
    QueueMeasures,
    Rate,
    Spread,
    measures,
)
from trialogue.report.page.plots import plots
from trialogue.report.why import grants

PLAN = MeetingPlan(
    "floor",
    (Participant("ada"), Participant("ben"), Participant("cleo"), Participant("kim", kind=Kind.HUMAN)),
)
PAIR = (("kim", 4.0), ("cleo", 4.1))
NONE = Spread(0, None, None, None)


def one(value):
    return Spread(1, *[pytest.approx(value)] * 3)


def turn(name, number, start, end):
    """A turn that was heard from one place to another."""
    return [
        (start, PlaybackStarted(name, number, number, start)),
        (end, PlaybackFinished(name, number, number, end, end - start, "complete")),
    ]


def speech(start, end):
    return [(start, SpeechStarted("kim", start)), (end, SpeechStopped("kim", end))]


def measured(*facts, utterances=()):
    ordered = sorted(facts, key=lambda fact: fact[0])
    return measures(PLAN, records(*ordered), utterances)


def test_a_backchannel_wants_no_floor():
    """A short remark of few words beside a turn counts as a backchannel, and not as an interruption."""
    found = measured(*turn("ada", 1, 0, 10), *speech(4, 4.6)).interruptions
    assert (found.tried, found.backchannels, found.backchannels_of) == (0, 1, {"kim": 1})


def test_a_participant_who_goes_on_behind_a_pause_cuts_in_upon_nobody():
    """An agent that goes on after a pause does not count as interrupting."""
    found = measured(
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (2.1, PlaybackPaused("ada", 1, 1, 2.1, 2.1)),
        (3.5, PlaybackResumed("ada", 1, 1, 3.5)),
        (8.0, PlaybackFinished("ada", 1, 1, 8.0, 6.6, "complete")),
        *speech(2.0, 3.6),
    ).interruptions
    assert ("ada", "kim") not in [(each.by, each.of) for each in found.pairs]


def test_a_backchannel_beside_two_is_one():
    """Two who assent at the same moment have one backchannel each."""
    words = [evolve(said(name, 1, (at, at + 0.5), "Yes."), beside="backchannel") for name, at in PAIR]
    found = measured(
        *turn("ada", 1, 0, 10),
        *speech(4.0, 4.5),
        (4.1, SpeechStarted("cleo", 4.1)),
        (4.6, SpeechStopped("cleo", 4.6)),
        utterances=words,
    ).interruptions
    assert (found.tried, found.backchannels_of) == (0, {"kim": 1, "cleo": 1})


def test_many_words_are_no_backchannel():
    """A remark of four words in a second counts as an interruption."""
    words = [said("kim", 2, (4.0, 4.9), "no no no no")]
    found = measured(*turn("ada", 1, 0, 10), *speech(4, 4.9), utterances=words).interruptions
    assert (found.tried, found.failed, found.backchannels) == (1, 1, 0)


def test_backchannels_are_told_a_minute_of_the_others_speech():
    """Backchannels are counted for each minute of the others' speech."""
    kim = measured(*turn("ada", 1, 0, 10), *speech(4, 4.5), *speech(6, 6.5)).participants[3]
    assert (kim.backchannels, kim.backchannels_per_minute) == (2, pytest.approx(12.0))


@pytest.mark.parametrize(
    ("silent_at", "ends_at", "succeeded"),
    [(4.2, 6.0, True), (6.9, 8.0, True), (7.1, 8.0, False), (6.5, 6.0, False)],
)
def test_an_interruption_succeeds_where_the_other_gives_way(silent_at, ends_at, succeeded):
    """An interruption counts as successful when the other falls silent within three seconds, and first."""
    found = measured(*turn("ada", 1, 0, silent_at), *speech(4, ends_at)).interruptions
    assert found.pairs == (PairInterruptions("kim", "ada", 1, int(succeeded), int(not succeeded)),)
    assert found.yielding == Rate(1, int(succeeded), float(succeeded))
    assert found.yield_latency == (one(silent_at - 4) if succeeded else NONE)


@pytest.mark.parametrize(("cause", "tried"), [("finished", 0), ("lost", 0), ("interrupted", 1)])
def test_a_participant_who_comes_to_the_end_of_its_turn_gives_way_to_nobody(cause, tried):
    """Speech over the last words of a turn counts as a change of speakers, not as an interruption."""
    words = [said("ada", 1, (0.0, 4.5), "So be it.", cause=cause)]
    found = measured(*turn("ada", 1, 0, 4.5), *speech(4, 8), utterances=words).interruptions
    assert (found.tried, found.succeeded) == (tried, tried)


def test_a_turn_that_paused_and_went_on_to_its_end_gave_way_to_nobody():
    """A turn that paused and then came to its end does not count as interrupted."""
    found = measured(
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (2.1, PlaybackPaused("ada", 1, 1, 2.1, 2.1)),
        (3.5, PlaybackResumed("ada", 1, 1, 3.5)),
        (8.0, PlaybackFinished("ada", 1, 1, 8.0, 6.6, "complete")),
        *speech(2.0, 3.6),
        utterances=[said("ada", 1, (0.0, 8.0), "So be it.")],
    ).interruptions
    assert (found.tried, found.succeeded) == (0, 0)


def test_a_paused_turn_is_silent():
    """The time for which a reply is paused counts as a pause and not as speech."""
    found = measured(
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (2.0, PlaybackPaused("ada", 1, 1, 2.0, 2.0)),
        (3.5, PlaybackResumed("ada", 1, 1, 3.5)),
        (5.0, PlaybackFinished("ada", 1, 1, 5.0, 3.5, "complete")),
        (0.0, Woke("x"), grant("ada", 1, 0.0)),
    )
    assert found.participants[0].spoken_s == pytest.approx(3.5)
    assert found.timing.silences.pauses == one(1.5)


def test_silences_are_told_apart():
    """A silence counts as a gap while somebody has the floor, and else as a lapse after two seconds."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        *turn("ada", 1, 0.0, 2.0),
        (2.0, Woke("a"), EndTurn("ada", 1, "finished"), grant("ben", 2, 2.0)),
        *turn("ben", 2, 6.0, 8.0),
        (8.0, Woke("b"), EndTurn("ben", 2, "finished")),
        (10.5, Woke("c"), grant("ben", 3, 10.5)),
        *turn("ben", 3, 11.0, 12.0),
    ).timing.silences
    assert (found.pauses, found.gaps, found.lapses) == (NONE, one(4.0), one(3.0))


def test_transfers_are_told_by_pair():
    """The result has the gaps of each pair of speakers by itself."""
    facts = [*turn("ada", 1, 0, 1), *turn("ben", 2, 1.5, 3), *turn("ada", 3, 2.8, 4), *turn("ben", 4, 4.7, 5)]
    pairs = measured(*facts).timing.pairs
    assert [(pair.before, pair.after, pair.offset.n) for pair in pairs] == [
        ("ada", "ben", 2),
        ("ben", "ada", 1),
    ]
    assert (pairs[0].offset.p50, pairs[1].offset.p50) == (pytest.approx(0.6), pytest.approx(-0.2))


def test_overlap_within_leaves_the_floor_where_it_is():
    """Overlap inside a turn and overlap between two turns are counted apart."""
    found = measured(*turn("ada", 1, 0, 10), *turn("ben", 2, 2, 3), *turn("cleo", 3, 9, 12)).timing.overlap
    assert (found.within, found.within_s, found.between, found.between_s) == (1, 1.0, 1, 1.0)


def test_the_floor_taken_over_by_another():
    """The takeover rate counts turns that came to their end, and not those that were cut."""
    found = measured(
        *turn("ada", 1, 0, 1),
        (1.0, Woke("a"), EndTurn("ada", 1, "finished")),
        *turn("ada", 2, 2, 3),
        (3.0, Woke("b"), EndTurn("ada", 2, "finished")),
        *turn("ben", 3, 4, 5),
        (5.0, Woke("c"), EndTurn("ben", 3, "interrupted")),
        *turn("cleo", 4, 6, 7),
    )
    assert found.timing.takeover == Rate(2, 1, 0.5)
    assert (found.dominance.participant, found.dominance.turns) == ("ada", 2)


def test_requests_wait_until_they_are_granted():
    """Requests for the floor are measured by their waits, the queue, and what became of them."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        (1.0, FloorRequested("ben")),
        (2.0, FloorRequested("cleo")),
        (3.0, FloorRequested("ben", 2)),
        (4.0, InjectionRefused("ada", 1, "busy")),
        (5.0, Woke("x"), EndTurn("ada", 1, "timeout"), grant("ben", 2, 5.0)),
        (6.0, FloorRequestCancelled("cleo")),
        (7.0, FloorRequested("kim")),
        (9.0, SessionFailed("ada", "gone")),
        (10.0, StopAsked("x"), EndTurn("ben", 2, "meeting-ended"), EndMeeting("x")),
    ).floor
    assert found == FloorMeasures(
        grants=2,
        requests=3,
        wait=one(4.0),
        queue=QueueMeasures(pytest.approx((4 + 4 + 3) / 10), 2),
        cancelled=1,
        refusals=1,
        revocations={"timeout": 1},
        addressee=Rate(0, 0, None),
    )


def test_a_participant_who_still_waits_has_waited():
    """A request that is still open at the last record counts in the queue."""
    assert measured(
        (0.0, MeetingStarted()), (5.0, FloorRequested("ben")), (10.0, Woke("x"))
    ).floor.queue == QueueMeasures(0.5, 1)


@pytest.mark.parametrize("event", [Left("ben"), SessionFailed("ben", "gone"), FloorRequestCancelled("ben")])
def test_a_participant_who_is_gone_no_longer_waits(event):
    """Whoever left with a raised hand is in no queue, by the measures, the plot and the reasons."""
    held = records(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        (2.0, FloorRequested("ben")),
        (4.0, event),
        (6.0, Woke("x"), EndTurn("ada", 1, "timeout"), grant("cleo", 2, 6.0)),
        (10.0, StopAsked("x"), EndTurn("cleo", 2, "meeting-ended"), EndMeeting("x")),
    )
    found = measures(PLAN, held).floor
    assert (found.cancelled, found.queue, found.wait.n) == (1, QueueMeasures(pytest.approx(0.2), 1), 0)
    (waiting,) = [each for each in plots(PLAN, held, ()) if each.title == "Waiting for the floor"]
    assert (waiting.at, waiting.series[0][1]) == ((2.0, 4.0), (1.0, 0.0))
    assert [each.hands for each in grants(held)] == [(), ()]


def test_an_agent_whose_fallback_takes_its_seat_goes_on_waiting():
    """Its request was made before the failure, and is answered after it."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        (2.0, FloorRequested("ben")),
        (4.0, SessionFailed("ben", "gone"), Replace("ben")),
        (6.0, Woke("x"), EndTurn("ada", 1, "timeout"), grant("ben", 2, 6.0)),
        (10.0, StopAsked("x"), EndTurn("ben", 2, "meeting-ended"), EndMeeting("x")),
    ).floor
    assert (found.cancelled, found.wait) == (0, one(4.0))


def test_a_hand_of_one_who_has_the_floor_or_cannot_have_it_asks_for_nothing():
    """A hand raised between the grant and the speech waits for nothing, nor does that of an observer."""
    held = records(
        (0.0, MeetingStarted(), grant("kim", 1, 0.0)),
        (2.0, FloorRequested("kim")),
        (3.0, FloorRequested("ben"), Report("stale", "the floor was wanted for somebody", "ben")),
        (4.0, SpeechStarted("kim", 4.0)),
        (5.0, FloorRequested("kim")),
        (6.0, SpeechStopped("kim", 6.0), EndTurn("kim", 1, "finished"), grant("kim", 2, 6.0)),
        (10.0, StopAsked("x"), EndTurn("kim", 2, "meeting-ended"), EndMeeting("x")),
    )
    found = measures(PLAN, held).floor
    assert (found.requests, found.cancelled, found.wait) == (1, 0, one(1.0))
    (waiting,) = [each for each in plots(PLAN, held, ()) if each.title == "Waiting for the floor"]
    assert (waiting.at, waiting.series[0][1]) == ((5.0, 6.0), (1.0, 0.0))
    assert [each.hands for each in grants(held)] == [(), ()]


def test_a_hand_of_an_agent_that_thinks_asks_for_its_next_turn():
    """The app can ask for an agent that has the floor: it waits for another turn."""
    found = measured(
        (0.0, MeetingStarted()),
        (0.5, SessionReady("ada", 1), grant("ada", 1, 0.5)),
        (1.0, FloorRequested("ada")),
        (6.0, Woke("x"), EndTurn("ada", 1, "timeout"), grant("ada", 2, 6.0)),
        (10.0, StopAsked("x"), EndTurn("ada", 2, "meeting-ended"), EndMeeting("x")),
    ).floor
    assert (found.requests, found.wait) == (1, one(5.0))


def test_the_addressee_speaks_next():
    """The addressee rate compares the last name in a turn with who speaks next."""
    utterances = [
        said("ada", 1, (0, 1), "Ben was right. What does Cleo think?"),
        said("cleo", 2, (2, 3), "I agree. Kim?"),
        said("ben", 3, (4, 5), "Nobody asks me."),
        said("ada", 4, (6, 7), "Ben, go on."),
    ]
    assert measured(utterances=utterances).floor.addressee == Rate(2, 1, 0.5)


@pytest.mark.parametrize("tool", ["bid", "request_floor"])
def test_a_tool_s_hand_on_a_free_floor_is_a_request_that_waits_for_nothing(tool):
    """An agent whose bid gives it the floor at once has asked, as a person whose hand does."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        (5.0, Woke("x"), EndTurn("ada", 1, "finished")),
        (
            6.0,
            ToolRequested("ben", 1, "c1", tool, "{}"),
            AnswerTool("ben", 1, "c1", tool, "Your hand is up."),
            grant("ben", 2, 6.0),
        ),
        (10.0, Woke("y"), EndTurn("ben", 2, "meeting-ended"), EndMeeting("said")),
    ).floor
    assert (found.requests, found.wait) == (1, one(0.0))


def test_a_hand_while_one_speaks_with_the_floor_asks_for_the_next_turn():
    """Who spoke before the grant came has begun: a hand raised in that turn waits for another one."""
    found = measured(
        (0.0, MeetingStarted()),
        (1.0, SpeechStarted("kim", 1.0)),
        (1.3, Woke("begin"), grant("kim", 1, 1.3)),
        (2.0, FloorRequested("kim")),
        (5.0, SpeechStopped("kim", 5.0), EndTurn("kim", 1, "finished"), grant("kim", 2, 5.0)),
        (10.0, StopAsked("x"), EndTurn("kim", 2, "meeting-ended"), EndMeeting("x")),
    ).floor
    assert (found.requests, found.wait) == (1, one(3.0))


@pytest.mark.parametrize("answer", ["Your hand is up.", "<4 words>"])
@pytest.mark.parametrize("tool", ["bid", "request_floor"])
def test_a_hand_that_an_agent_raises_with_a_tool_waits(tool, answer):
    """An agent's bid is a request like a person's hand, and waits for its grant; a refused one is none."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0)),
        (1.0, ToolRequested("ben", 1, "c1", tool, "{}"), AnswerTool("ben", 1, "c1", tool, answer)),
        (2.0, ToolRequested("ben", 1, "c2", tool, "{}"), AnswerTool("ben", 1, "c2", tool, answer)),
        (3.0, ToolRequested("cleo", 1, "c3", tool, "{}"), AnswerTool("cleo", 1, "c3", tool, "Refused: no.")),
        (5.0, Woke("x"), EndTurn("ada", 1, "finished"), grant("ben", 2, 5.0)),
        (
            6.0,
            ToolRequested("ada", 1, "c4", tool, "{}"),
            AnswerTool("ada", 1, "c4", tool, mask("You have the floor.")),
            grant("ada", 3, 6.0),
        ),
        (10.0, Woke("y"), EndMeeting("said")),
    ).floor
    assert (found.requests, found.wait) == (1, one(4.0))
    assert found.queue == QueueMeasures(pytest.approx(0.4), 1)


def test_latency_has_its_parts():
    """Latency is given by its parts: stages of the service, the way to sound, and the way to silence."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0), Cue("ada", 1, "go on")),
        (0.8, ReplyStarted("ada", 1), Play("ada", 1, 1)),
        (0.9, PlaybackStarted("ada", 1, 1, 0.9)),
        (1.0, LatencyMeasured("ada", 0.1, 0.2, 0.3, 0.6)),
        (2.0, LatencyMeasured("ada", think_s=0.2)),
        (3.0, SpeechStarted("kim", 2.9), StopPlayout("ada", 1), EndTurn("ada", 1, "interrupted")),
        (3.02, PlaybackFinished("ada", 1, 1, 3.02, 2.1, "cut")),
        (4.0, PlaybackFinished("ben", 9, 9, 4.0, 2.1, "cut")),
    )
    assert found.latency == LatencyMeasures(
        listen=one(0.1),
        think=Spread(2, 0.2, 0.2, 0.2),
        speak=one(0.3),
        total=one(0.6),
        reply=one(0.8),
        playout=one(0.1),
        silence=one(0.02),
    )
    assert found.timing.responding == Rate(1, 1, 1.0)


def test_a_cue_is_answered_by_its_own_reply_and_not_by_a_filler():
    """A slow tool shows in the latency of replies: what its agent says meanwhile answers another prompt."""
    found = measured(
        (0.0, MeetingStarted(), grant("ada", 1, 0.0), Cue("ada", 1, "go on", 1)),
        (2.0, Woke("filler"), Speak("ada", 1, "One moment.", prompt=2)),
        (2.1, ReplyStarted("ada", 1, 2)),
        (6.0, ReplyStarted("ada", 2, 1)),
        (9.0, Woke("refused"), Cue("ada", 1, "go on", 3)),
        (40.0, ReplyStarted("ada", 3)),
    )
    assert found.latency.reply == Spread(2, pytest.approx(3.05), 6.0, 6.0)


def test_a_turn_that_may_go_on_is_silent_when_it_is_paused():
    """A cough cuts a turn by a pause: the time to that silence counts, once, not none at its later end."""
    rows = [
        (0.0, MeetingStarted(), grant("ada", 1, 0.0), Play("ada", 1, 1)),
        (0.5, PlaybackStarted("ada", 1, 1, 0.5)),
        (2.0, Woke("judge"), PausePlayout("ada", 1), EndTurn("ada", 1, "interrupted")),
        (2.3, PlaybackPaused("ada", 1, 1, 2.3, 1.8)),
        (4.0, SpeechStopped("kim", 3.9), StopPlayout("ada", 1)),
        (4.0, PlaybackFinished("ada", 1, 1, 2.3, 1.8, "cut")),
    ]
    assert measured(*rows).latency.silence == one(0.3)
    unsure = [*rows[:2], (2.0, Woke("unsure"), PausePlayout("ada", 1)), rows[3], *rows[4:]]
    assert measured(*unsure).latency.silence == one(0.0)


@pytest.mark.parametrize("gone", [MuteAsked("kim", True), ProcessSuspended(60.0)])
def test_a_person_whose_source_was_reset_does_not_speak_any_more(gone):
    """A person who was muted while it spoke answers its next grant, though no end of that speech is known."""
    found = measured(
        (0.0, MeetingStarted()),
        (1.0, SpeechStarted("kim", 1.0)),
        (2.0, gone),
        (5.0, MuteAsked("kim", False), grant("kim", 1, 5.0)),
        (8.0, SpeechStarted("kim", 8.0)),
    )
    assert found.timing.response == one(3.0)


def test_a_participant_that_left_does_not_recover_when_it_comes_back():
    """An agent that lost its session, left, and came back after an hour has not recovered for an hour."""
    found = measured(
        (0.0, SessionReady("ada", 1)),
        (1.0, SessionLost("ada", 1, "gone", 0.5)),
        (2.0, Left("ada")),
        (3600.0, Joined(Participant("ada"))),
        (3601.0, SessionReady("ada", 2)),
        *turn("ada", 1, 3602.0, 3603.0),
    ).sessions
    assert (found.lost, found.recovery, found.next_turn) == (1, NONE, NONE)


def test_recovery_ends_with_the_next_sound():
    """The next turn after a loss is counted to the new session's first sound, not to what still played."""
    found = measured(
        (0.0, SessionReady("ada", 1)),
        (1.0, SessionLost("ada", 1, "gone", 0.5)),
        *turn("ada", 1, 1.2, 1.4),
        (2.0, SessionReady("ada", 2)),
        *turn("ada", 2, 5.0, 6.0),
        *turn("ada", 3, 7.0, 8.0),
    ).sessions
    assert (found.recovery, found.next_turn) == (one(1.0), one(4.0))


def test_people_respond_by_speaking():
    """A person's response is the time from the grant to its speech."""
    found = measured(
        (0.0, MeetingStarted(), grant("kim", 1, 0.0)),
        (1.5, SpeechStarted("kim", 1.4)),
        (2.0, SpeechStopped("kim", 2.0), EndTurn("kim", 1, "finished")),
        (3.0, SpeechStarted("kim", 3.0), grant("kim", 2, 3.0)),
        (4.0, SpeechStopped("kim", 4.0), EndTurn("kim", 2, "finished"), grant("kim", 3, 4.0)),
        (9.0, Woke("x"), EndTurn("kim", 3, "timeout")),
        (10.0, SpeechStarted("kim", 10.0)),
    ).timing
    assert (found.response, found.responding) == (one(1.5), Rate(2, 1, 0.5))
