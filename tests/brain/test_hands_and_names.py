"""Hands under every policy; whom the chair named, and what comes between; retakes; dominance."""

import pytest
from attrs import evolve

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, GrantFloor, Report, Speak
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    ReplySent,
    ReplyStarted,
    SayAsked,
    SentenceSaid,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolRequested,
)
from trialogue.model.plan import AgendaItem, ShareRules
from trialogue.testing.casts import chair, opening, person, plan, played
from trialogue.testing.playbooks import Player


class Talk:
    """A meeting of agents by text that answer what they are asked."""

    def __init__(self, *cast, **rules):
        self.plan = plan(*cast, **rules)
        self.player = Player(Brain(self.plan), wakes=True)
        self.replies = dict.fromkeys((each.name for each in self.plan.participants), 0)
        for at, event in opening(self.plan):
            self.player.tell(at, event)

    def says(self, name, text, length_s=2.0):
        """The holder says this."""
        player = self.player
        assert player.brain.holder == name
        number = self.replies[name] = self.replies[name] + 1
        player.tell(player.now, ReplyStarted(name, number))
        player.tell(player.now, SentenceSaid(name, number, text, 0.0))
        player.tell(player.now, ReplySent(name, number, length_s))
        for at, event in played(player.now, name, number, turn=player.brain.turn, length_s=length_s):
            player.tell(at, event)

    def yields(self, name):
        """The holder has nothing to say."""
        number = self.replies[name] = self.replies[name] + 1
        self.player.tell(self.player.now, ReplyStarted(name, number))
        self.player.tell(self.player.now, ReplySent(name, number, 0.0))

    @property
    def holder(self):
        return self.player.brain.holder

    def granted(self):
        return [grant.to for grant in self.player.decided(GrantFloor)]


@pytest.mark.parametrize("policy", sorted(set(POLICIES) - {"scripted"}))
def test_a_raised_hand_is_granted_under_every_policy(policy):
    """A hand is granted in bounded time under every policy, before `otherwise` and the ladder."""
    rules = {"policy": policy, "otherwise": "round-robin", "order": ("tech", "biz"), "silence_s": 120.0}
    talk = Talk("tech", "biz", person("dana"), **rules)
    talk.player.tell(0.1, FloorRequested("dana"))
    for step in range(1, 13):
        if "dana" in talk.granted():
            break
        if talk.holder is None:
            talk.player.wait(7.0 * step)
        elif talk.holder != "dana":
            talk.yields(talk.holder)
    assert "dana" in talk.granted()


def test_a_chair_is_told_of_hands_in_its_cue():
    """A chair's cue lists the hands that are up, with people's labels."""
    talk = Talk(chair("mod"), "tech", person("dana", title="Dana Deer"), policy="moderated")
    talk.says("mod", "Tech, please.")
    talk.player.tell(talk.player.now, FloorRequested("dana"))
    talk.says("tech", "I agree.")
    cue = talk.player.decided(Cue)[-1]
    assert cue.text.split("\n") == ["Tech: I agree.", "Note: hands are up: Dana Deer", "It is your turn."]


def test_a_participant_named_by_the_chair_stands_behind_a_warning():
    """The warning waits until the named one has spoken; then the chair says it, and goes on."""
    items = (AgendaItem("a", "Views", time_s=20.0, warn_s=18.0),)
    talk = Talk(chair("mod"), "ann", "ben", policy="moderated", agenda=items)
    talk.says("mod", "Ben, you as well?", length_s=3.0)
    assert [each.code for each in talk.player.decided(Report)] == ["agenda-warning"]
    talk.says("ben", "I agree.")
    assert talk.holder == "mod"
    assert talk.player.decided(Speak)[-1].text == "18 seconds are left for this point: Views."
    talk.says("mod", "18 seconds are left for this point: Views.")
    assert talk.player.decided(Cue)[-1].to == "mod"
    assert talk.holder == "mod"


def test_a_participant_named_by_the_chair_stands_behind_forced_words():
    """The named one speaks next, though the app had words said in between."""
    for who in ("mod", "ann"):
        talk = Talk(chair("mod"), "ann", "ben", policy="moderated")
        talk.player.tell(0.5, SayAsked(who, "A short announcement."))
        talk.says("mod", "Ben, you as well?")
        assert talk.holder == who
        talk.says(who, "A short announcement.")
        assert talk.holder == "ben"


def test_a_lost_turn_is_taken_again_before_the_chair_speaks():
    """An agent whose turn was lost repeats it as soon as it is back, before the chair goes on."""
    talk = Talk(chair("mod"), "ann", "ben", policy="moderated")
    talk.says("mod", "Ann, please.")
    talk.player.tell(3.0, SessionLost("ann", 1, "1006", 0.1))
    assert talk.holder == "mod"
    talk.player.tell(3.1, SessionReady("ann", 2))
    talk.says("mod", "Well, let me see.")
    assert talk.holder == "ann"


def test_a_lost_turn_falls_once_the_chair_has_named_somebody():
    """An agent's lost turn is not repeated once the chair has named another, who speaks before the chair."""
    talk = Talk(chair("mod"), "ann", "ben", policy="moderated")
    talk.says("mod", "Ann, please.")
    talk.player.tell(3.0, SessionLost("ann", 1, "1006", 0.1))
    talk.says("mod", "Then Ben, please.")
    assert talk.holder == "ben"
    talk.player.tell(talk.player.now, SessionReady("ann", 2))
    talk.says("ben", "Here I am.")
    assert talk.holder == "mod"


@pytest.mark.parametrize(
    ("share", "says"),
    [
        (ShareRules(in_a_row=1), "another comes first: share.in_a_row: had 1 turns in a row"),
        (ShareRules(max=0.5), "another comes first: share.max: had 100% of the last 180 s"),
    ],
)
def test_a_note_says_which_rule_passed_one_over(share, says):
    """The report names the scenario's key and the figure that was exceeded."""
    talk = Talk("tech", "biz", policy="scripted", order=("tech", "tech", "biz"), share=share)
    talk.says("tech", "A long one.", length_s=70.0)
    assert [each.text for each in talk.player.decided(Report) if each.code == "dominance"] == [says]


def test_a_round_in_which_everybody_yields_is_silence():
    """Under every policy each is asked a bounded number of times, and time moves on to the end."""
    for policy in sorted(POLICIES):
        talk = Talk(
            "tech", "biz", policy=policy, otherwise=policy, order=("tech", "biz") * 30, silence_s=20.0
        )
        talk.player.tell(0.0, FloorRequested("tech"))
        for step in range(1, 60):
            if talk.player.brain.phase.value == "over":
                break
            for prompt in sorted(talk.player.brain._owners.prompts.preparing()):
                talk.yields(prompt)
            if talk.holder is not None:
                talk.yields(talk.holder)
            else:
                talk.player.wait(5.0 * step)
        assert talk.player.brain.phase.value == "over", policy
        assert len(talk.granted()) <= 12, policy
        assert talk.player.now <= 25.0, policy


def test_a_persons_silent_turns_are_bounded_too():
    """A person who keeps silent is not named for ever, and can be named again after speaking."""
    talk = Talk(person("dana"), "tech", policy="random", silence_s=400.0, time_s=None)
    talk.player.wait(300.0)
    assert len(talk.granted()) <= 8
    talk.player.tell(301.0, SpeechStarted("dana", 301.0))
    talk.player.wait(303.0)
    talk.player.tell(303.5, SpeechStopped("dana", 303.3))
    talk.player.wait(330.0)
    assert talk.granted()[-1] is not None
    assert evolve(talk.plan) == talk.plan


BOXES = (
    AgendaItem("a", "Views", time_s=20.0, warn_s=17.0),
    AgendaItem("b", "Plans", time_s=20.0, warn_s=7.0),
)


def named_in_order(seconds=2.0):
    """The chair gives the floor to who is next in order anyway; a warning comes due within that turn."""
    talk = Talk(chair("mod"), "ann", "ben", "cid", policy="round-robin", agenda=BOXES)
    talk.player.tell(0.5, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "ann"}'))
    talk.says("mod", "Ann, please.", length_s=1.0)
    talk.says("ann", "I agree.", length_s=seconds)
    return talk


def test_a_warning_is_said_behind_the_turn_of_whom_the_chair_named():
    """The chair says an agenda's warning directly after the turn of the participant that it named."""
    talk = named_in_order()
    assert [each.code for each in talk.player.decided(Report)] == ["agenda-warning"]
    assert (talk.holder, talk.player.decided(GrantFloor)[-1].reason) == ("mod", "asked for")
    assert talk.player.decided(Speak)[-1].text == "17 seconds are left for this point: Views."


def test_a_participant_named_by_the_chair_is_waited_for_over_the_turns_of_others():
    """A warning is said after the turn of the one whom the chair named, not after an earlier one's."""
    talk = Talk(chair("mod"), "ann", "ben", "cid", policy="round-robin", agenda=BOXES)
    talk.player.tell(0.5, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "ben"}'))
    talk.says("mod", "Ben, please.")
    talk.says("ann", "I agree.")
    assert [each.code for each in talk.player.decided(Report)] == ["agenda-warning"]
    talk.says("ben", "So do I.")
    assert talk.granted() == ["mod", "ann", "ben", "mod"]


def test_only_the_turn_that_the_chair_named_hurries_its_warning():
    """A later turn of the one whom the chair had named does not bring the chair's warning sooner."""
    talk = named_in_order(seconds=1.0)
    assert talk.holder == "ben"
    talk.says("ben", "So do I.", length_s=13.0)
    talk.says("cid", "And I.")
    talk.says("mod", "17 seconds are left for this point: Views.")
    talk.says("mod", "Views are over.")
    talk.says("ann", "Plans, then.", length_s=15.0)
    assert [each.code for each in talk.player.decided(Report)].count("agenda-warning") == 2
    assert talk.holder == "ben"


def test_a_warning_is_hurried_only_for_a_named_participant():
    """An agenda's warning waits for the chair's next turn where the chair has named nobody."""
    talk = Talk(chair("mod"), "ann", "ben", policy="round-robin", agenda=BOXES)
    talk.says("mod", "Well.")
    talk.says("ann", "I agree.")
    assert [each.code for each in talk.player.decided(Report)] == ["agenda-warning"]
    assert talk.holder == "ben"


@pytest.mark.parametrize(("named", "hurried"), [("ann", False), ("dana", True)])
def test_a_person_whom_the_chair_named_hurries_its_warning_as_well(named, hurried):
    """The chair says a warning after the turn of the person that it named, and not after another person's."""
    talk = Talk(chair("mod"), person("dana"), "ann", "ben", policy="round-robin", agenda=BOXES)
    talk.player.tell(0.5, ToolRequested("mod", 1, "c1", "give_floor", f'{{"to": "{named}"}}'))
    talk.says("mod", "Please.", length_s=1.0)
    talk.player.tell(2.0, SpeechStarted("dana", 1.9))
    talk.player.tell(6.0, SpeechStopped("dana", 5.8))
    talk.player.wait(8.0)
    assert [each.code for each in talk.player.decided(Report)].count("agenda-warning") == 1
    assert talk.holder == ("mod" if hurried else "ann")


def test_a_named_participant_is_forgotten_once_another_was_chosen():
    """An old name by the chair does not decide a later turn, except after the app's own request."""
    for wish, then in ((None, None), (GrantAsked("cid"), "ben"), (GrantAsked("ben"), None)):
        talk = Talk(chair("mod"), "ann", "ben", "cid", policy="round-robin")
        talk.player.tell(0.5, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "ben"}'))
        if wish is not None:
            talk.player.tell(0.6, wish)
        talk.says("mod", "Well.")
        assert talk.granted()[1] == (wish.participant if wish is not None else "ann")
        named = talk.player.brain.floor_view.named
        assert (named.to if named is not None else None) == then
