"""How often a policy names who did speak next in meetings of people: three of the AMI corpus.

A change of speaker is a floor transfer by the rule of Heldner and Edlund. Before each, a policy that goes by
order, share or chance alone is asked, with all turns so far; the others go by words, hands and tools, which
no recording of voices has.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.floor.view import FloorView, Next, Tally, TurnTaken
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.report.measures.borders import borders
from trialogue.report.rttm import read_rttm

MEETINGS = tuple(sorted((Path(__file__).parents[1] / "tests" / "report" / "ami").glob("*.rttm")))
BY_SOUND = ("recency", "round-robin", "random", "least-spoken")
"""Policies that need nothing but who spoke when."""

DRAWS = 20
"""How often chance is tried, where a policy takes it."""


@cache
def rate(policy: str) -> tuple[float, int]:
    """The share of changes at which the policy names who spoke next, and how many changes there are."""
    right = [hit for path in MEETINGS for hit in _hits(path, policy)]
    count = len(right) // DRAWS if policy == "random" else len(right)
    return sum(right) / len(right), count


def _hits(path: Path, policy: str) -> Iterator[bool]:
    heard = read_rttm(path.read_text("utf-8"))
    names = tuple(sorted({each.participant for each in heard}))
    plan = MeetingPlan(path.stem, tuple(map(Participant, names)))
    for seed in range(DRAWS if policy == "random" else 1):
        chance = Random(f"{path.stem}/{seed}")  # noqa: S311 - chance, not a secret
        tally, began, number = Tally(), 0.0, 0
        for border in borders(heard):
            if border.before == border.after:
                continue
            number += 1
            turn = _turn(number, border.before, policy, (began, border.start_s))
            tally = tally.after(turn, plan)
            if border.is_transfer:
                view = FloorView(
                    plan,
                    border.start_s,
                    border.start_s,
                    names,
                    turns=(turn,),
                    draw=chance.random(),
                    tally=tally,
                )
                decision = POLICIES[policy].choose(view)
                yield isinstance(decision, Next) and decision.to == border.after
            began = border.start_s + border.length_s


def _turn(number: int, who: str, policy: str, span: tuple[float, float]) -> TurnTaken:
    began, ended = span
    return TurnTaken(
        turn=number,
        participant=who,
        cause="finished",
        chosen_by=policy,
        heard="words",
        began_at=began,
        ended_at=ended,
        spoken_s=max(0.0, ended - began),
        is_forced=False,
    )
