"""What once went wrong in the brain alone, with people at the table: by events and commands."""

import pytest

from trialogue.actors.playout import Playout
from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, EndMeeting, EndTurn, GrantFloor, Play, Prepare, RollOver
from trialogue.model.events import (
    InjectionRefused,
    MeetingResumed,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    ProcessSuspended,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionReady,
    SpeechStarted,
)
from trialogue.testing.casts import chair, opening, person, plan, played, reply
from trialogue.testing.playbooks import Player


@pytest.fixture
def table():
    """A meeting that was opened, whose timers run by themselves."""

    def sit(*cast, **rules):
        made = plan(*cast, **rules)
        player = Player(Brain(made), wakes=True)
        for at, event in opening(made):
            player.tell(at, event)
        return player

    return sit


def tell(player, steps):
    """Hand events over, each at its time."""
    return [command for at, event in steps for command in player.tell(at, event)]


def asked(player, to):
    """The prompts that asked an agent to prepare."""
    return [each for each in player.decided(Prepare) if each.to == to]


def test_a_refused_request_to_prepare_is_told_again(table):
    """With all that it told; the round does not wait twenty seconds for it, and nothing is forgotten."""
    player = table("tech", "biz", policy="parallel-collect")
    for place, name in enumerate(("tech", "biz")):
        tell(player, reply(1.0 + place / 100, name, 1, f"{name} one."))
    at = 1.1
    for turn in (1, 2):
        grant = player.decided(GrantFloor)[turn - 1]
        tell(player, played(at, grant.to, 1, turn=turn))
        at += 2.0
    second = asked(player, "tech")[1]
    context = player.brain.context("tech")
    tell(player, [(at + 0.2, InjectionRefused("tech", 0, "busy", second.prompt))])
    player.wait(at + 2.0)
    assert [each.text for each in asked(player, "tech")[1:]] == [second.text, second.text]
    assert player.brain.context("tech") == context
    again = asked(player, "tech")[-1].prompt
    tell(player, [(at + 2.1, ReplyStarted("biz", 2, asked(player, "biz")[1].prompt))])
    tell(player, [(at + 2.2, ReplyStarted("tech", 2, again))])
    player.wait(at + 3.0)
    assert len(player.decided(GrantFloor)) == 3


def test_nobody_speaks_on_from_a_process_that_died(table):
    """Who spoke when the process died does not have the floor in the new one: an agent that is back does."""
    player = table("tech", "biz", person("dana"), policy="round-robin")
    tell(player, reply(1.0, "tech", 1, "Hi."))
    tell(player, played(1.1, "tech", 1, turn=1))
    tell(player, [(3.2, SpeechStarted("dana", 3.1))])
    resumed = tell(
        player,
        [(6.0, MeetingResumed("abc")), (7.0, SessionReady("biz", 2)), (7.1, SessionReady("tech", 2))],
    )
    assert [each.to for each in resumed if isinstance(each, GrantFloor)] == ["biz"]
    tell(player, reply(8.0, "biz", 1, "Hello."))
    turn = player.decided(GrantFloor)[-1].turn
    tell(player, played(8.1, "biz", 1, turn=turn, length_s=20.0))
    assert player.decided(EndMeeting) == []
    assert ("biz", "finished") in [(each.participant, each.cause) for each in player.decided(EndTurn)]


def test_a_person_alone_is_chosen_where_no_agent_comes_back(table):
    """As soon as the floor has been free for as long as it may be."""
    player = table("tech", person("dana"), policy="round-robin")
    tell(player, [(6.0, MeetingResumed("abc"))])
    player.wait(60.0)
    assert [each.to for each in player.decided(GrantFloor)][:2] == ["tech", "dana"]


def test_a_sleep_sends_no_person_away(table):
    """A person has no session to roll over, and its turn is not taken again as a lost one is."""
    player = table("tech", person("dana"), policy="round-robin", order=("dana", "tech"))
    assert [grant.to for grant in player.decided(GrantFloor)] == ["dana"]
    tell(player, [(1.0, SpeechStarted("dana", 0.9)), (63.0, ProcessSuspended(60.0, 60.0))])
    assert [each.participant for each in player.decided(RollOver)] == ["tech"]


def test_a_backchannel_does_not_arm_silence(table):
    """Whoever goes on for longer than the silence limit behind a cough is not cut off."""
    from trialogue.testing.casts import spoken

    player = table("tech", "biz", person("dana"), silence_s=15.0)
    tell(player, reply(1.0, "tech", 1, "A long story.", length_s=40.0))
    tell(player, [(1.1, PlaybackStarted("tech", 1, 1, 1.1))])
    tell(player, spoken(4.0, "dana", 0.4))
    tell(player, [(41.1, PlaybackFinished("tech", 1, 1, 41.1, 40.0, "complete"))])
    assert player.decided(EndMeeting) == []
    assert [(each.participant, each.cause) for each in player.decided(EndTurn)] == [("tech", "finished")]


def test_the_end_of_a_paused_turn_that_was_cut():
    """It is where its last sample was heard, not where the cut was told."""
    told = []
    playout = Playout("tech", 1000, told.append)
    playout.open(1)
    playout.arrive(1, bytes(2 * 10_000))
    playout.finish(1)
    playout.play(1, 1)
    for position in range(0, 2000, 20):
        playout.pull(20, position)
    playout.pause(1, 2000)
    for position in range(2000, 3000, 20):
        playout.pull(20, position)
    playout.stop(1, 3000)
    assert told[-2:] == [
        PlaybackPaused("tech", 1, 1, 2.0, 2.0),
        PlaybackFinished("tech", 1, 1, 2.0, 2.0, "cut"),
    ]


def test_a_prompt_is_not_told_for_ever(table):
    """A service that refuses each cue is asked a few times a turn, not in every instant."""
    player = table("tech", "biz", policy="round-robin", silence_s=60.0)
    for _ in range(60):
        cues = player.decided(Cue)
        if player.decided(EndMeeting):
            break
        last = cues[-1]
        player.tell(player.now + 0.2, InjectionRefused(last.to, last.turn, "busy", last.prompt))
        player.wait(player.now + 1.0)
    assert len(player.decided(Cue)) <= 40
    assert not player.decided(Play)


def test_a_lost_turn_is_taken_again_before_the_chair_speaks(table):
    """Where the chair is back first; it hears the turn by its own ear then, and is told nothing of it."""
    moderator = chair("moderator", by_ear=True)
    player = table(moderator, "biz", policy="moderated")
    tell(player, reply(1.0, "moderator", 1, "Biz, what does that do to our customers?"))
    tell(player, played(1.1, "moderator", 1, turn=1))
    tell(player, reply(4.0, "biz", 1, "One cart in nine is left behind."))
    tell(player, [(4.2, PlaybackStarted("biz", 2, 1, 4.2)), (5.0, MeetingResumed("00"))])
    assert player.brain.script_stand("biz").recalled.startswith("Moderator: Biz, what does that do")
    assert player.brain.script_stand("moderator").recalled == ""
    back = tell(player, [(5.1, SessionReady("moderator", 2))])
    assert not [each for each in back if isinstance(each, GrantFloor)]
    back = tell(player, [(5.2, SessionReady("biz", 2))])
    assert [each.to for each in back if isinstance(each, GrantFloor)] == ["biz"]
    assert player.brain.script_stand("biz").recalled == ""
    tell(player, reply(5.3, "biz", 2, "One cart in nine is left behind."))
    tell(player, played(5.4, "biz", 2, turn=3))
    assert [each.to for each in player.decided(GrantFloor)][-1] == "moderator"
    assert [each.turn for each in player.decided(Cue) if each.to == "moderator"] == [1]


def test_a_lost_turn_is_not_waited_for_without_end(table):
    """Whoever does not come back is not waited for longer than the floor may be free."""
    player = table("tech", "biz", policy="round-robin")
    tell(player, reply(1.0, "tech", 1, "One."))
    tell(player, [(1.2, PlaybackStarted("tech", 1, 1, 1.2)), (2.0, MeetingResumed("00"))])
    tell(player, [(2.1, SessionReady("biz", 2))])
    assert [each.to for each in player.decided(GrantFloor)] == ["tech"]
    player.wait(30.0)
    assert [each.to for each in player.decided(GrantFloor)][1] == "biz"


def test_words_without_sound_are_heard_by_nobody(table):
    """They are in no digest, and the turn does not count for the limit."""
    player = table("tech", "biz", policy="round-robin")
    begun = [(1.0, ReplyStarted("tech", 1, 1)), (1.0, SentenceSaid("tech", 1, "Not for this voice.", 0.0))]
    tell(player, [*begun, (1.0, ReplySent("tech", 1, 0.0))])
    (cue,) = [each for each in player.decided(Cue) if each.to == "biz"]
    assert "Not for this voice" not in cue.text
    assert player.brain.state(1.1).turn == 2
