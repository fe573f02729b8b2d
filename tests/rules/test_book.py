"""Whole playbooks: every command, timers and all."""

import pytest
from playbook import BIZ, CHAIR, EAR, TECH, moderated, plan, play

from trialogue.model.commands import (
    Cue,
    EndMeeting,
    EndTurn,
    GrantFloor,
    Hearing,
    Play,
    SetHearing,
    StopPlayout,
    WakeAt,
)
from trialogue.model.events import (
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionReady,
    StopAsked,
    Woke,
    WordsHeard,
)


def test_two_turns_by_text():
    """Round robin of two agents that hear text, from the start to a stop."""
    play(
        plan(TECH, BIZ),
        [
            (0.0, MeetingStarted(), [SetHearing(()), WakeAt("limit-time", 900.0), WakeAt("ready", 30.0)]),
            (0.5, SessionReady("tech", 1), []),
            (
                1.0,
                SessionReady("biz", 1),
                [
                    WakeAt("limit-silence", 31.0),
                    GrantFloor("tech", 1, "next in order", 91.0),
                    WakeAt("hold:1", 91.0),
                    WakeAt("think:1", 21.0),
                    Cue("tech", 1, "It is your turn."),
                ],
            ),
            (2.0, ReplyStarted("tech", 1), [Play("tech", 1, 1)]),
            (2.0, SentenceSaid("tech", 1, "Hello.", 0.0), []),
            (2.1, PlaybackStarted("tech", 1, 1, 2.1), []),
            (2.2, ReplySent("tech", 1, 1.0), []),
            (
                3.1,
                PlaybackFinished("tech", 1, 1, 3.1, 1.0, "complete"),
                [
                    WakeAt("limit-silence", 33.1),
                    EndTurn("tech", 1, "finished"),
                    GrantFloor("biz", 2, "next in order", 93.1),
                    WakeAt("hold:2", 93.1),
                    WakeAt("think:2", 23.1),
                    Cue("biz", 2, "Tech: Hello.\nIt is your turn."),
                ],
            ),
            (4.0, ReplyStarted("biz", 1), [Play("biz", 1, 2)]),
            (
                5.0,
                StopAsked("hung-up"),
                [StopPlayout("biz", 2), EndTurn("biz", 2, "meeting-ended"), EndMeeting("hung-up")],
            ),
            (5.0, ReplySent("biz", 1, 2.0), []),
        ],
    )


def test_a_chair_by_ear():
    """A chair that hears sound is not told by text what it heard, and answers by itself."""
    play(
        moderated(EAR, TECH),
        [
            (
                0.0,
                MeetingStarted(),
                [
                    SetHearing((Hearing("mod", ("tech",)),)),
                    WakeAt("limit-time", 900.0),
                    WakeAt("ready", 30.0),
                ],
            ),
            (0.0, SessionReady("mod", 1), []),
            (0.0, ReplyStarted("mod", 1), []),
            (0.0, SentenceSaid("mod", 1, "Welcome. Tech, please.", 0.0), []),
            (
                1.0,
                SessionReady("tech", 1),
                [
                    WakeAt("limit-silence", 31.0),
                    GrantFloor("mod", 1, "the chair opens", 91.0),
                    WakeAt("hold:1", 91.0),
                    WakeAt("think:1", 21.0),
                    Play("mod", 1, 1),
                ],
            ),
            (1.0, PlaybackStarted("mod", 1, 1, 1.0), []),
            (
                3.0,
                PlaybackFinished("mod", 1, 1, 3.0, 2.0, "complete"),
                [
                    WakeAt("limit-silence", 33.0),
                    EndTurn("mod", 1, "finished"),
                    GrantFloor("tech", 2, "the chair named it", 93.0),
                    WakeAt("hold:2", 93.0),
                    WakeAt("think:2", 23.0),
                    Cue("tech", 2, "Moderator: Welcome. Tech, please.\nIt is your turn."),
                ],
            ),
            (4.0, ReplyStarted("tech", 1), [Play("tech", 1, 2)]),
            (4.0, SentenceSaid("tech", 1, "Hello.", 0.0), []),
            (4.0, PlaybackStarted("tech", 2, 1, 4.0), []),
            (
                5.0,
                PlaybackFinished("tech", 2, 1, 5.0, 1.0, "complete"),
                [
                    WakeAt("limit-silence", 35.0),
                    EndTurn("tech", 2, "finished"),
                    GrantFloor("mod", 3, "back to the chair", 95.0),
                    WakeAt("hold:3", 95.0),
                    WakeAt("think:3", 25.0),
                    WakeAt("ear:3", 11.0),
                ],
            ),
            (5.7, WordsHeard("mod", "hello"), []),
            (11.0, Woke("ear:3"), []),
            (12.0, ReplyStarted("mod", 2), [Play("mod", 2, 3)]),
        ],
    )


def test_the_diff_names_the_event():
    """A playbook that does not hold fails with the event and both decisions."""
    with pytest.raises(AssertionError, match=r"(?s)at 0\.0: MeetingStarted.*-EndMeeting.*\+WakeAt"):
        play(moderated(CHAIR, BIZ), [(0.0, MeetingStarted(), [EndMeeting("said")])])
