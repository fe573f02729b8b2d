"""Random worlds: what a user would notice does not happen, and in three hundred what is rare does."""

import sys

import pytest
from cases import calm, cliques, drawn
from living import live
from shrinking import failure, shrunk
from sometimes import REGISTER
from worlds import Tally, report, try_worlds

from trialogue.brain.meeting import Brain
from trialogue.model.commands import EndMeeting
from trialogue.model.events import SpeechStarted

WORLDS = 300
PARTS = 6
FIRST = 30
"""How many come beside the others; a third of them is lived through whenever tests are run."""


@pytest.fixture(scope="module")
def tally():
    """All that the worlds of this run came to."""
    return Tally()


def judge(found, draw):
    """Fail with the smallest world that has the first fault."""
    for kind, worlds in found.faults.items():
        case, violation = shrunk(draw(worlds[0][0]), Brain)
        text = f"{len(worlds)} worlds: {kind}\npython tests/witness/worlds.py {case}\n{violation}"
        pytest.fail(text, pytrace=False)


@pytest.mark.parametrize("third", [0, *(pytest.param(each, marks=pytest.mark.long) for each in (1, 2))])
def test_nobody_notices_anything_in_the_first(third):
    """After each event of ten random meetings, no promise to a user is broken."""
    judge(try_worlds(WORLDS + third * FIRST // 3, FIRST // 3), drawn)


@pytest.mark.parametrize("draw", [calm, cliques])
def test_in_the_first_worlds_names_and_hands_count(draw):
    """Likewise where nothing outranks a name, and where agents name each other and never who waits."""
    judge(try_worlds(WORLDS, FIRST // 2, draw), draw)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_notices_anything(part, tally):
    """After each event of fifty worlds; the first fault is shown in the smallest world that has it."""
    found = try_worlds(part * WORLDS // PARTS, WORLDS // PARTS)
    tally.add(found)
    judge(found, drawn)


@pytest.mark.long
def test_a_participant_who_is_named_speaks_next():
    """In worlds in which nothing outranks a name: under policies that go by what was said."""
    judge(try_worlds(0, WORLDS // 3, calm), calm)


@pytest.mark.long
def test_a_hand_is_not_passed_over_by_those_who_name_each_other():
    """In worlds in which agents say who is next, and never name who waits."""
    judge(try_worlds(0, WORLDS // 5, cliques), cliques)


@pytest.mark.long
def test_rare_situations_have_happened(tally, capsys):
    """Each thing of the register happened at least once in these worlds; their counts are printed."""
    if tally.worlds < WORLDS:
        pytest.skip("only where all worlds were lived through")
    with capsys.disabled():
        sys.stdout.write(f"\n{report(tally, 0.0)}\n")
    assert [name for name in REGISTER if not tally.happened[name]] == []


def test_a_world_is_the_same_each_time():
    """A seed gives the same random meeting every time, so a found fault can be repeated."""
    first, second = (live(drawn(7), Brain)[0].log for _ in range(2))
    assert first == second


class Hasty(Brain):
    """A brain that calls silence when a person begins to speak."""

    def handle(self, event, now):
        commands = super().handle(event, now)
        return [*commands, EndMeeting("silence")] if isinstance(event, SpeechStarted) else commands


def test_the_witness_sees_a_fault():
    """What it is there for: a brain that ends meetings while somebody speaks does not pass."""
    kinds = {found.kind for seed in range(30) if (found := failure(drawn(seed), Hasty)) is not None}
    assert kinds & {"silence-called", "one-holder"}


def test_a_fault_is_shrunk():
    """To the features that it takes: here only somebody who makes a sound."""
    seed = next(seed for seed in range(30) if "people" in drawn(seed).on and "coughs" in drawn(seed).on)
    case, violation = shrunk(drawn(seed), Hasty)
    assert len(case.on) < len(drawn(seed).on)
    assert "SpeechStarted" in str(violation)
