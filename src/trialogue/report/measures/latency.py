"""Latencies from a prompt to sound, and from a decision to silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialogue.model.commands import Cue, EndTurn, GrantFloor, PausePlayout, Play, Speak, StopPlayout
from trialogue.model.events import (
    LatencyMeasured,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackStarted,
    ProcessSuspended,
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
        silence=spread(each.seconds for each in stops(records)),
    )


@frozen
class MeasuredDelay:
    """Time that passed until something was heard, or was no longer heard."""

    participant: str
    """Participant concerned."""

    at: float
    """Moment at which it is observed, in seconds since the meeting's start."""

    seconds: float
    """Length in seconds."""


@frozen
class Responses:
    """Responses to grants of participants that did not already speak."""

    grants: int
    """Number of grants."""

    waits: tuple[MeasuredDelay, ...]
    """Times from grant to sound; silent turns have none."""


def responses(records: Iterable[Record]) -> Responses:
    """Matches grants with the first sound of their turns; a person that already speaks is left out."""
    granted: dict[str, tuple[int, float]] = {}
    waits: list[MeasuredDelay] = []
    speaking: set[str] = set()
    count = 0
    for record in records:
        match record.event:
            case PlaybackStarted(participant=name, turn=turn) if name in granted and granted[name][0] == turn:
                waits.append(MeasuredDelay(name, record.at, record.at - granted.pop(name)[1]))
            case SpeechStarted(participant=name):
                speaking.add(name)
                if name in granted:
                    waits.append(MeasuredDelay(name, record.at, record.at - granted.pop(name)[1]))
            case (
                SpeechStopped(participant=name)
                | MuteAsked(participant=name, muted=True)
                | Left(participant=name)
            ):
                speaking.discard(name)
            case ProcessSuspended() | MeetingResumed():
                speaking.clear()
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
    """Times to the first reply to each cue; a reply that names no prompt answers the last one.

    A service that names prompts in its replies names none where its agent speaks by itself.
    """
    cued: dict[str, dict[int, float]] = {}
    naming: set[str] = set()
    found: list[float] = []
    for record in records:
        match record.event:
            case ReplyStarted(participant=name, prompt=prompt) if prompt:
                naming.add(name)
                at = cued.get(name, {}).pop(prompt, None)
                found.extend([] if at is None else [record.at - at])
            case ReplyStarted(participant=name) if name not in naming:
                open_ones = cued.pop(name, {})
                found.extend([record.at - max(open_ones.values())] if open_ones else [])
            case _:
                pass
        for command in record.commands:
            if isinstance(command, Cue | Speak):
                cued.setdefault(command.to, {})[command.prompt] = record.at
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


def stops(records: Iterable[Record]) -> list[MeasuredDelay]:
    """Times from each decision to stop a turn to its last sound.

    A turn that may go on after a false interruption is paused when it is stopped: that is its last sound.
    """
    stopped: dict[tuple[str, int], float] = {}
    counted: set[tuple[str, int]] = set()
    found: list[MeasuredDelay] = []
    for record in records:
        match record.event:
            case (
                PlaybackFinished(participant=name, turn=turn, outcome="cut", position_s=position_s)
                | PlaybackPaused(participant=name, turn=turn, position_s=position_s)
            ) if (at := stopped.pop((name, turn), None)) is not None:
                counted.add((name, turn))
                found.append(MeasuredDelay(name, record.at, max(0.0, position_s - at)))
            case _:
                pass
        ended = {command.turn for command in record.commands if isinstance(command, EndTurn)}
        for command in record.commands:
            if isinstance(command, StopPlayout) or (
                isinstance(command, PausePlayout) and command.turn in ended
            ):
                place = command.participant, command.turn
                if place not in counted:
                    stopped.setdefault(place, record.at)
    return found
