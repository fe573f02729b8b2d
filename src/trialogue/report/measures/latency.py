"""Latencies from a prompt to sound, and from a decision to silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialogue.model.commands import Cue, EndTurn, GrantFloor, Play, Speak, StopPlayout
from trialogue.model.events import (
    LatencyMeasured,
    PlaybackFinished,
    PlaybackStarted,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.records import Record
from trialogue.report.measures.spread import Spread, spread
from trialogue.values import frozen


@frozen
class LatencyMeasures:
    """Parts of the response latency, and the latency of silence."""

    listen: Spread
    """Seconds of recognition and endpointing, as services report them."""

    think: Spread
    """Seconds to the model's first text, as services report them."""

    speak: Spread
    """Seconds to the first byte of speech, as services report them."""

    total: Spread
    """Seconds from the end of the prompt to the first byte of speech, as services report them."""

    reply: Spread
    """Seconds from a cue to the arrival of its reply's beginning: all of the above, with the network both
    ways.
    """

    playout: Spread
    """Seconds from the decision to play a reply to its first sound."""

    silence: Spread
    """Seconds from the decision to stop a turn to its last sound; 0 is at once."""


def latency(records: Sequence[Record]) -> LatencyMeasures:
    """Latencies from the services' reports and from the records."""
    told = [record.event for record in records if isinstance(record.event, LatencyMeasured)]
    return LatencyMeasures(
        listen=spread(each.listen_s for each in told if each.listen_s is not None),
        think=spread(each.think_s for each in told if each.think_s is not None),
        speak=spread(each.speak_s for each in told if each.speak_s is not None),
        total=spread(each.total_s for each in told if each.total_s is not None),
        reply=spread(_replies(records)),
        playout=spread(_playouts(records)),
        silence=spread(_silences(records)),
    )


@frozen
class Responses:
    """Responses to grants of participants that did not already speak."""

    grants: int
    """Number of grants."""

    waits: tuple[tuple[str, float], ...]
    """Seconds from grant to sound, by participant; silent turns have none."""


def responses(records: Iterable[Record]) -> Responses:
    """Matches grants with the first sound of their turns; a person that already speaks is left out."""
    granted: dict[str, tuple[int, float]] = {}
    waits: list[tuple[str, float]] = []
    speaking: set[str] = set()
    count = 0
    for record in records:
        match record.event:
            case PlaybackStarted(participant=name, turn=turn) if name in granted and granted[name][0] == turn:
                waits.append((name, record.at - granted.pop(name)[1]))
            case SpeechStarted(participant=name):
                speaking.add(name)
                if name in granted:
                    waits.append((name, record.at - granted.pop(name)[1]))
            case SpeechStopped(participant=name):
                speaking.discard(name)
            case _:
                pass
        for command in record.commands:
            match command:
                case GrantFloor(to=to, turn=turn) if to not in speaking:
                    granted[to] = turn, record.at
                    count += 1
                case EndTurn(participant=name):
                    granted.pop(name, None)
                case _:
                    pass
    return Responses(count, tuple(waits))


def _replies(records: Iterable[Record]) -> list[float]:
    cued: dict[str, float] = {}
    found: list[float] = []
    for record in records:
        match record.event:
            case ReplyStarted(participant=name) if name in cued:
                found.append(record.at - cued.pop(name))
            case _:
                pass
        for command in record.commands:
            if isinstance(command, Cue | Speak):
                cued[command.to] = record.at
    return found


def _playouts(records: Iterable[Record]) -> list[float]:
    asked: dict[tuple[str, int], float] = {}
    found: list[float] = []
    for record in records:
        match record.event:
            case PlaybackStarted(participant=name, reply=reply) if (name, reply) in asked:
                found.append(record.at - asked.pop((name, reply)))
            case _:
                pass
        for command in record.commands:
            if isinstance(command, Play):
                asked[command.participant, command.reply] = record.at
    return found


def _silences(records: Iterable[Record]) -> list[float]:
    stopped: dict[tuple[str, int], float] = {}
    found: list[float] = []
    for record in records:
        match record.event:
            case PlaybackFinished(participant=name, turn=turn, outcome="cut", position_s=position_s):
                at = stopped.pop((name, turn), None)
                found.extend([] if at is None else [max(0.0, position_s - at)])
            case _:
                pass
        for command in record.commands:
            if isinstance(command, StopPlayout):
                stopped[command.participant, command.turn] = record.at
    return found
