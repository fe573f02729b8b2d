"""The kit of casts: plans and events in few words."""

import pytest

from trialogue.model.events import EarHeard, PlaybackFinished, SessionReady, SpeechStopped, VoiceFell
from trialogue.model.participants import Hears, Kind, Participant, Role
from trialogue.model.plan import FloorRules, Limits, MeetingPlan
from trialogue.testing.casts import agent, chair, observer, opening, person, plan, played, reply, spoken


def test_a_plan_in_one_line():
    """Each rule goes where it belongs; a word is an agent."""
    assert plan(
        chair("mod"), "tech", policy="free", think_s=5.0, turns=6, silence_s=9.0, seed=7
    ) == MeetingPlan(
        "test",
        (Participant("mod", role=Role.CHAIR), Participant("tech")),
        seed=7,
        floor=FloorRules(policy="free", think_s=5.0),
        limits=Limits(turns=6, silence_s=9.0),
    )


def test_an_unknown_rule():
    """A mistyped rule of a test's plan is an error, not a rule without effect."""
    with pytest.raises(TypeError, match="rule 'polity'"):
        plan("tech", polity="free")


def test_who_can_sit_at_the_table():
    """Agents by text and by ear, chairs, observers, people."""
    assert agent("a", by_ear=True).hears is Hears.AUDIO
    assert chair("c", title="C", by_ear=True) == Participant(
        "c", role=Role.CHAIR, hears=Hears.AUDIO, title="C"
    )
    assert observer("o").role is Role.OBSERVER
    assert person("p", aliases=("q",)) == Participant("p", kind=Kind.HUMAN, aliases=("q",))


def test_the_opening_readies_agents():
    """The events that open a meeting have a session for each agent, and none for people."""
    table = plan("a", person("p"), "b")
    assert [event for _, event in opening(table)][1:] == [SessionReady("a", 1), SessionReady("b", 1)]


def test_the_events_of_a_turn():
    """A reply arrives, and is heard for its length."""
    assert [at for at, _ in reply(1.0, "a", 1)] == [1.0, 1.0, 1.0]
    assert played(2.0, "a", 1, turn=3, length_s=1.5)[-1] == (
        3.5,
        PlaybackFinished("a", 3, 1, 3.5, 1.5, "complete"),
    )


def test_the_events_of_a_person_s_speech():
    """The detector tells its end with the place where it ended; words come behind it, if any do."""
    assert spoken(1.0, "p", 0.5)[1:] == [(1.6, VoiceFell("p", 1.5)), (1.7, SpeechStopped("p", 1.5))]
    assert spoken(1.0, "p", 0.5, "Yes.", utterance=2)[-1] == (
        1.8,
        EarHeard("p", 1, 2, "Yes.", 1.0, 1.5, "final"),
    )
