"""The witness itself: what it takes for heard, for said and for told, where a person at the table would."""

import pytest
from cases import Case, plan_of
from far_agents import FarAgent
from far_people import FarPerson, Stretch
from physics import Decision, Violation, World
from witness import Witness

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, EndTurn, GrantFloor, Report
from trialogue.model.events import EarHeard, FloorRequested, MeetingResumed, MuteAsked, RevokeAsked
from trialogue.testing.casts import agent, chair, person, plan


def alone():
    """A world with one person, who does nothing by itself."""
    world = World(plan_of(Case(1, frozenset({"people"}))), Brain, 1)
    pia = world.far.people["pia"] = FarPerson(world, world.plan.participant("pia"), frozenset({"silent"}))
    return world, pia


def test_no_ear_hears_what_is_said_under_mute():
    """Ten seconds and 25 words, of which it is muted from the second on: only what came before is told."""
    world, pia = alone()
    world.at(5.0, lambda: pia.speaks("story", ((0.0, 10.0),), words=25))
    world.at(7.0, lambda: world.tell(MuteAsked("pia", muted=True)))
    world.at(16.0, lambda: world.tell(MuteAsked("pia", muted=False)))
    world.at(18.0, lambda: pia.speaks("answer", ((0.0, 1.0),), words=2))
    world.run(30.0)
    told = [each.event.text.split() for each in world.log if isinstance(each.event, EarHeard)]
    assert {word for words in told for word in words} == {f"pia1x{n}" for n in range(5)} | {
        "pia2x0",
        "pia2x1",
    }


def test_sound_that_no_detector_has_told_of_ends_no_silence():
    """A process that dies 20 ms behind a person's first sound leaves nothing that anybody has heard."""
    world, pia = alone()
    witness = Witness(world)
    world.watchers.append(witness)
    world.at(5.0, lambda: pia.speaks("backchannel", ((0.0, 0.5),), words=1))
    seen = []

    def dies():
        seen.append(witness.quiet_since)
        pia.resets()
        world.tell(MeetingResumed("hash"))
        seen.append(witness.quiet_since)

    world.at(5.02, dies)
    world.run(5.1)
    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1] < 5.0


def test_sound_that_is_told_of_ends_a_silence():
    """Half a second of assent: nobody is silent until it is over."""
    world, pia = alone()
    witness = Witness(world)
    world.watchers.append(witness)
    world.at(5.0, lambda: pia.speaks("backchannel", ((0.0, 0.5),), words=1))
    world.run(5.9)
    assert witness.quiet_since == pytest.approx(5.5)


def chaired():
    """A witness of a moderated meeting in which a hand is up, and turn 1 is ann's or bob's."""
    cast = (chair("ann"), agent("bob"), person("pia"))
    world = World(plan(*cast, policy="moderated"), Brain, 1)
    world.far.agents = {seat.name: FarAgent(world, seat, frozenset()) for seat in cast[:2]}
    witness = Witness(world)
    witness.before(Decision(1.0, FloorRequested("pia", 0), ()))
    return witness


def cued(to, *before):
    """A decision by which somebody is cued, and is told of no hands."""
    return Decision(
        2.0,
        FloorRequested("pia", 0),
        (*before, GrantFloor(to, 1, "", 90.0), Cue(to, 1, "It is your turn.", 1)),
    )


DEAD = Report("chair-dead", "the chair ann is not there: a deputy takes its place", "bob", "warning")


def test_a_chair_must_read_of_hands():
    """Whoever decides who speaks has to know who wants to."""
    with pytest.raises(Violation, match="hand-untold"):
        chaired().before(cued("ann"))


def test_a_deputy_must_read_of_hands():
    """The witness finds a deputy chair that is not told of raised hands."""
    with pytest.raises(Violation, match="hand-untold"):
        chaired().before(cued("bob", DEAD))


def test_a_chair_that_has_a_deputy_need_not_read_of_hands():
    """It is a speaker like the others now."""
    chaired().before(cued("ann", DEAD))


def judged(*stretches, spans=()):
    """A witness of speech that was noticed and stands nowhere; the ear told words of these spans."""
    world, pia = alone()
    witness = Witness(world)
    witness.over_at = 60.0
    pia.stretches.extend(stretches)
    pia.worded.extend(spans)
    witness.end()


def noticed(kind, begin, length, words):
    """A stretch of pia's voice that its detector told of."""
    stretch = Stretch("pia", kind, begin, ((0.0, length),), words, end=begin + length)
    stretch.was_detected = True
    return stretch


def test_a_cough_within_an_utterance_needs_no_line_of_its_own():
    """The ear took all of it for one utterance, and made words of that."""
    judged(noticed("cough", 5.0, 0.5, ""), spans=[(2.0, 8.0)])


@pytest.mark.parametrize(("words", "spans"), [("", []), ("", [(2.0, 5.2)]), ("pia1x0 pia1x1", [(2.0, 8.0)])])
def test_speech_must_stand_somewhere(words, spans):
    """A sound that no utterance holds, and words wherever they were said."""
    with pytest.raises(Violation, match="speech-lost"):
        judged(noticed("interruption", 5.0, 0.5, words), spans=spans)


def test_an_ear_keeps_what_was_said_before_a_mute():
    """Its rest is heard again, and nobody knows its words: those before it are told to the end."""
    world, pia = alone()
    world.at(5.0, lambda: pia.speaks("story", ((0.0, 10.0),), words=25))
    world.at(7.0, lambda: world.tell(MuteAsked("pia", muted=True)))
    world.at(9.0, lambda: world.tell(MuteAsked("pia", muted=False)))
    world.run(30.0)
    told = [each.event.text.split() for each in world.log if isinstance(each.event, EarHeard)]
    assert told[-1] == [f"pia1x{n}" for n in range(5)]


def test_no_ear_hears_what_was_begun_under_mute():
    """Its mute ends in a pause: what the ear makes of the rest, nobody can say, and nobody expects."""
    world, pia = alone()
    world.at(5.0, lambda: world.tell(MuteAsked("pia", muted=True)))
    world.at(6.0, lambda: pia.speaks("interruption", ((0.0, 2.0), (2.2, 3.0)), words=7))
    world.at(8.1, lambda: world.tell(MuteAsked("pia", muted=False)))
    world.run(15.0)
    assert [each.event for each in world.log if isinstance(each.event, EarHeard)] == []
    assert pia.stretches[0].was_broken


def test_a_participant_who_begins_in_the_tick_of_the_apps_cut_has_cut_nobody():
    """An agent's sound ends with its tick, up to 50 ms behind the moment at which it was cut."""
    world, _ = alone()
    witness = Witness(world)
    world.log.append(Decision(9.99, RevokeAsked("ann"), (EndTurn("ann", 1, "interrupted"),)))
    assert witness._was_cut_otherwise("ann", 10.0)
    assert not witness._was_cut_otherwise("ann", 10.1)
