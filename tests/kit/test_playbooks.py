"""The kit of playbooks: whole answers in order, a diff to read, timers that run by themselves."""

import doctest

import pytest

from trialogue.model.commands import CancelWake, EndMeeting, Report, WakeAt
from trialogue.model.events import FloorRequested, MeetingStarted, StopAsked, TextTyped, Woke
from trialogue.testing import casts, playbooks
from trialogue.testing.playbooks import PlaybookFailed, Player, play


class Bell:
    """Rings two seconds after each text, and says what it was told."""

    def handle(self, event, now):
        match event:
            case TextTyped(text=text):
                return [WakeAt("ring", now + 2.0), WakeAt("idle", now + 1.0), Report("said", text)]
            case FloorRequested():
                return [CancelWake("ring")]
            case Woke("ring"):
                return [Report("rings", f"at {now:g}")]
            case StopAsked(reason):
                return [EndMeeting(reason)]
            case _:
                return []


@pytest.mark.parametrize("module", [playbooks, casts])
def test_the_examples_of_the_kit(module):
    """The examples in the documentation of playbooks do what they show."""
    assert doctest.testmod(module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL).failed == 0


def test_a_book_holds_all_commands_and_timers():
    """As it is written: timers are commands like others, and come where the book says."""
    play(
        Bell(),
        [
            (0.0, MeetingStarted(), []),
            (1.0, TextTyped("a", "x"), [WakeAt("ring", 3.0), WakeAt("idle", 2.0), Report("said", "x")]),
            (3.0, Woke("ring"), [Report("rings", "at 3")]),
        ],
    )


@pytest.mark.parametrize(
    "expected",
    [
        [],
        [WakeAt("ring", 3.0), Report("said", "x"), WakeAt("idle", 2.0)],
        [WakeAt("ring", 3.0), WakeAt("idle", 2.0)],
        [WakeAt("ring", 3.0), WakeAt("idle", 2.0), Report("said", "x"), EndMeeting("x")],
    ],
)
def test_one_too_many_too_few_or_out_of_order(expected):
    """Each is a failure: nothing is left out of the comparison."""
    with pytest.raises(PlaybookFailed, match="step 1 caused other commands"):
        play(Bell(), [(1.0, TextTyped("a", "x"), expected)])


def test_a_failure_shows_what_came_before_and_both_answers():
    """Steps before it in short, the event, and a diff with every command of both."""
    with pytest.raises(PlaybookFailed) as failed:
        play(
            Bell(),
            [(0.0, MeetingStarted(), []), (2.0, StopAsked("noon"), [EndMeeting("night")])],
        )
    assert str(failed.value).splitlines() == [
        "step 2 caused other commands",
        "    (0, MeetingStarted(), []),",
        "    at 2: StopAsked(reason='noon')",
        "--- expected",
        "+++ decided",
        "-EndMeeting(reason='night')",
        "+EndMeeting(reason='noon')",
    ]


def test_timers_that_run_by_themselves():
    """Those that decide nothing need not be written; what they decide is a step."""
    play(
        Bell(),
        [
            (1.0, TextTyped("a", "x"), [Report("said", "x")]),
            (3.0, Woke("ring"), [Report("rings", "at 3")]),
            (9.0, StopAsked("noon"), [EndMeeting("noon")]),
        ],
        wakes=True,
    )


def test_a_timer_that_the_book_does_not_know():
    """What it decides is not passed over in silence."""
    with pytest.raises(PlaybookFailed, match="a timer caused commands before step 2"):
        play(
            Bell(),
            [(1.0, TextTyped("a", "x"), [Report("said", "x")]), (9.0, StopAsked("x"), [EndMeeting("x")])],
            wakes=True,
        )


def test_a_timer_that_was_taken_back():
    """A cancelled timer does not come in a playbook."""
    play(
        Bell(),
        [
            (1.0, TextTyped("a", "x"), [Report("said", "x")]),
            (1.5, FloorRequested("a"), []),
            (9.0, StopAsked("noon"), [EndMeeting("noon")]),
        ],
        wakes=True,
    )


def test_a_player_keeps_all_that_was_decided():
    """By class, as a book, and as a status line."""
    player = Player(Bell(), wakes=True)
    assert player.tell(1.0, TextTyped("a", "x")) == [Report("said", "x")]
    assert player.timers == {"ring": 3.0, "idle": 2.0}
    assert player.wait(5.0) == [(2.0, Woke("idle"), []), (3.0, Woke("ring"), [Report("rings", "at 3")])]
    assert player.decided(Report) == [Report("said", "x"), Report("rings", "at 3")]
    assert player.book().splitlines() == [
        "(1, TextTyped(participant='a', text='x'), [",
        f"    {Report('said', 'x')},",
        "]),",
        "(2, Woke(timer='idle'), []),",
        "(3, Woke(timer='ring'), [",
        f"    {Report('rings', 'at 3')},",
        "]),",
    ]
    assert repr(player) == "<Player at 3: 3 steps, 0 timers>"


def test_without_wakes_timers_wait_for_their_event():
    """Then a player lets time pass only by what it is told."""
    player = Player(Bell())
    player.tell(1.0, TextTyped("a", "x"))
    assert player.wait(5.0) == []
    assert player.timers == {"ring": 3.0, "idle": 2.0}
