"""Whether agents stop for what is meant to stop them, and for nothing else.

1. Counted is speech that begins within an agent's speech, as `interruptions` sorts it: an interruption should
   stop the agent, a backchannel should not.
2. An agent was stopped where its sound was paused for speech, or was cut and its turn ended `interrupted`,
   within `YIELD_S` of that speech's beginning. Sound that ended by itself stopped for nobody.
3. One silence has one cause: behind an interruption and a backchannel, it is the interruption's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialogue.model.commands import EndTurn
from trialogue.model.events import PlaybackFinished, PlaybackPaused
from trialogue.model.participants import Kind
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.measures.interruptions import YIELD_S, Attempt
from trialogue.report.measures.spread import Rate, Spread, rate, spread
from trialogue.values import frozen

__all__ = ["Selectivity", "selectivity"]


@frozen
class Selectivity:
    """Selectivity: what stopped agents, and what did not."""

    stopped: Rate
    """Rate at which interruptions of an agent stopped it."""

    latency: Spread
    """Time from the beginning of those to the agent's silence."""

    false_stops: Rate
    """Rate at which backchannels beside an agent's speech stopped it: 0 is right."""

    false_latency: Spread
    """Time from the beginning of those to the agent's silence."""


def selectivity(plan: MeetingPlan, records: Sequence[Record], found: Iterable[Attempt]) -> Selectivity:
    """Selectivity by the attempts that were found: how well they were told apart."""
    agents = {each.name for each in plan.participants if each.kind is Kind.AGENT}
    stops = _stops(records)
    upon = [each for each in found if each.of in agents]
    real = [each for each in upon if each.outcome != "backchannel"]
    small = [each for each in upon if each.outcome == "backchannel"]
    stopping = {_end(each) for each in real if _stopped(each, stops)}
    right = [each for each in real if _stopped(each, stops)]
    wrong = [each for each in small if _stopped(each, stops) and _end(each) not in stopping]
    return Selectivity(
        stopped=rate(_stopped(each, stops) for each in real),
        latency=spread(each.yielded_s for each in right),
        false_stops=rate(each in wrong for each in small),
        false_latency=spread(each.yielded_s for each in wrong),
    )


_Place = tuple[str, float]
"""Participant who fell silent, and where, to the millisecond."""


def _stopped(attempt: Attempt, stops: frozenset[_Place]) -> bool:
    return attempt.yielded_s <= YIELD_S and _end(attempt) in stops


def _end(attempt: Attempt) -> _Place:
    return attempt.of, round(attempt.at + attempt.yielded_s, 3)


def _stops(records: Sequence[Record]) -> frozenset[_Place]:
    """Places at which agents fell silent because somebody spoke."""
    interrupted = {
        command.turn
        for record in records
        for command in record.commands
        if isinstance(command, EndTurn) and command.cause == "interrupted"
    }
    found: set[_Place] = set()
    for record in records:
        match record.event:
            case PlaybackPaused(participant=name, position_s=position_s):
                found.add((name, round(position_s, 3)))
            case PlaybackFinished(participant=name, turn=turn, position_s=position_s, outcome="cut") if (
                turn in interrupted
            ):
                found.add((name, round(position_s, 3)))
            case _:
                pass
    return frozenset(found)
