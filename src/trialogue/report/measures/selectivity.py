"""Selectivity: whether agents stop for interruptions, and only for those.

1. It counts speech that begins within an agent's speech, as classed by `interruptions`: an interruption
   should stop the agent, a backchannel should not.
2. An agent was stopped where its sound was paused for speech, or was cut and its turn ended `interrupted`,
   within `YIELD_S` of that speech's beginning. Sound that ended by itself was not stopped.
3. One silence has one cause: after both an interruption and a backchannel, it is the interruption.
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
    """Selectivity of agents' stops."""

    stopped: Rate
    """Rate at which interruptions of an agent stopped it."""

    latency: Spread
    """Seconds from the beginning of those to the agent's silence."""

    false_stops: Rate
    """Rate at which backchannels beside an agent's speech stopped it; 0 is ideal."""

    false_latency: Spread
    """Seconds from the beginning of those to the agent's silence."""


def selectivity(plan: MeetingPlan, records: Sequence[Record], found: Iterable[Attempt]) -> Selectivity:
    """Selectivity for these attempts."""
    agents = {each.name for each in plan.participants if each.kind is Kind.AGENT}
    stops = _stops(records)
    upon = [each for each in found if each.of in agents]
    real = [each for each in upon if each.outcome != "backchannel"]
    small = [each for each in upon if each.outcome == "backchannel"]
    stopping = {_end(each) for each in real if _stopped(each, stops)}
    right = [each for each in real if _stopped(each, stops)]
    wrong = [each for each in small if _stopped(each, stops) and _end(each) not in stopping]
    known = frozenset(wrong)
    return Selectivity(
        stopped=rate(_stopped(each, stops) for each in real),
        latency=spread(each.yielded_s for each in right),
        false_stops=rate(each in known for each in small),
        false_latency=spread(each.yielded_s for each in wrong),
    )


_Place = tuple[str, float]
"""Agent that fell silent, and the place in milliseconds."""


def _stopped(attempt: Attempt, stops: frozenset[_Place]) -> bool:
    return attempt.yielded_s <= YIELD_S and _end(attempt) in stops


def _end(attempt: Attempt) -> _Place:
    return attempt.of, round(attempt.at + attempt.yielded_s, 3)


def _stops(records: Sequence[Record]) -> frozenset[_Place]:
    """Places at which agents fell silent because of speech."""
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
