"""Whom the chair named, when other turns come between: who speaks next, and when a name no longer counts."""

from playbook import BIZ, TECH, opened, timers

from trialogue.brain.meeting import Brain
from trialogue.model.commands import EndTurn, GrantFloor, Report, StopPlayout
from trialogue.model.events import (
    EarHeard,
    EarReady,
    GrantAsked,
    Left,
    PlaybackPaused,
    PlaybackStarted,
    ProcessSuspended,
    SayAsked,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
)
from trialogue.model.plan import AgendaItem
from trialogue.testing.casts import chair, opening, person, plan, played, reply
from trialogue.testing.playbooks import Player


class Moderated:
    """A chair, three agents, and turns in a line."""

    def __init__(self, *cast, **rules):
        wanted = plan(chair("mod"), *(cast or ("tech", "biz", "law")), policy="moderated", **rules)
        self.player = Player(Brain(wanted), wakes=True)
        for at, event in opening(wanted):
            self.player.tell(at, event)
        self.turn, self.replies, self.at = 0, {}, 1.0

    def says(self, name, words, *meanwhile):
        """A whole turn of two seconds, in which something happens."""
        self.turn += 1
        number = self.replies[name] = self.replies.get(name, 0) + 1
        for at, event in reply(self.at, name, number, words, length_s=2.0):
            self.player.tell(at, event)
        begins, ends = played(self.at + 0.1, name, number, turn=self.turn, length_s=2.0)
        self.player.tell(*begins)
        for event in meanwhile:
            self.player.tell(self.at + 1.0, event)
        self.player.tell(*ends)
        self.at += 3.0

    @property
    def grants(self):
        return [(grant.to, grant.reason) for grant in self.player.decided(GrantFloor)]


def test_a_participant_named_by_the_chair_stands_behind_a_turn_that_the_app_asked_for():
    """The participant that the chair named speaks after a turn that the app asked for."""
    table = Moderated()
    table.says("mod", "Law, what do you say?", GrantAsked("biz"))
    table.says("biz", "A word of mine.")
    assert table.grants == [
        ("mod", "the chair opens"),
        ("biz", "asked for"),
        ("law", "the chair named it"),
    ]


def test_a_participant_named_by_the_chair_stands_behind_words_that_it_was_made_to_say():
    """The participant that the chair named speaks after the app's words, which the chair says first."""
    table = Moderated()
    table.says("mod", "Law, what do you say?", SayAsked("mod", "Five minutes are left."))
    assert table.grants[-1] == ("mod", "asked for")
    table.says("mod", "Five minutes are left.")
    assert table.grants[-1] == ("law", "the chair named it")


def test_a_participant_who_was_asked_for_has_had_the_turn_that_the_chair_gave_it():
    """A participant that the chair named and the app asked for speaks once, and then the chair is next."""
    table = Moderated()
    table.says("mod", "Law, what do you say?", GrantAsked("law"))
    table.says("law", "All is well.")
    assert [to for to, _ in table.grants] == ["mod", "law", "mod"]


def test_a_name_is_forgotten_once_others_have_spoken():
    """A participant that the chair named and that left is not waited for after others have spoken."""
    table = Moderated()
    table.says("mod", "Law, what do you say?", Left("law"), GrantAsked("biz"))
    table.says("biz", "A word of mine.", GrantAsked("tech"))
    table.says("tech", "And one of mine.")
    assert [to for to, _ in table.grants] == ["mod", "biz", "tech", "mod"]


def test_a_person_that_cuts_the_chair_off_is_answered_by_the_chair():
    """A person who cuts the chair off is answered by the chair, and not by the one that the chair named."""
    table = Moderated("tech", "law", person("dana"))
    player = table.player
    player.tell(0.0, EarReady("dana", 1))
    for at, event in reply(1.0, "mod", 1, "Law, what do you say? And be short.", length_s=8.0):
        player.tell(at, event)
    player.tell(1.1, PlaybackStarted("mod", 1, 1, 1.1))
    player.tell(7.1, SpeechStarted("dana", 7.0))
    player.tell(8.5, EarHeard("dana", 1, 1, "I have a question first.", 7.0, 8.4, "final"))
    player.tell(8.6, SpeechStopped("dana", 8.4))
    assert [to for to, _ in table.grants] == ["mod", "dana", "mod"]


def test_a_sleep_is_no_time_of_the_point_at_hand():
    """A point of a minute, for a quarter of which the process was stopped, ends as much later."""
    table = opened(TECH, BIZ, agenda=(AgendaItem("one", "One", time_s=60.0, warn_s=10.0),))
    assert timers(table, "box") == [50.0]
    table.at(20.0, ProcessSuspended(15.0, 15.0))
    assert timers(table, "box") == [65.0]


def test_a_meeting_that_ends_gives_no_turn_back():
    """A turn that was cut and kept is silenced for good with the meeting."""
    wanted = plan("tech", person("dana"))
    player = Player(Brain(wanted), wakes=True)
    heard = [
        (0.0, EarReady("dana", 1)),
        *reply(1.0, "tech", 1, "One two three.", length_s=10.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
        (3.1, SpeechStarted("dana", 3.0)),
    ]
    for at, event in (*opening(wanted), *heard):
        player.tell(at, event)
    player.wait(4.0)
    player.tell(4.02, PlaybackPaused("tech", 1, 1, 4.0, 2.9))
    decided = player.tell(4.5, StopAsked("noon"))
    assert [each for each in decided if isinstance(each, EndTurn | StopPlayout)] == [
        EndTurn("dana", 2, "meeting-ended"),
        StopPlayout("tech", 1),
    ]
    assert "false-interruption" not in {each.code for each in player.decided(Report)}


def test_a_lost_turn_falls_once_the_chair_has_named_another():
    """An agent's lost turn is not repeated once the chair has named another, who speaks before the chair."""
    table = Moderated()
    table.says("mod", "Tech, your view?")
    table.turn += 1  # tech's, which is lost
    table.player.tell(table.at, SessionLost("tech", 1, "reset", 1.0))
    table.at += 1.0
    table.says("mod", "Law, what do you say?", SessionReady("tech", 2))
    assert [to for to, _ in table.grants] == ["mod", "tech", "mod", "law"]
    table.says("law", "Nothing.")
    assert [to for to, _ in table.grants][4:] == ["mod"]
