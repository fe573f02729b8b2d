"""Measures of the floor: requests, waits, revocations, addressees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import Factory

from trialogue.brain.words.names import last_addressee
from trialogue.model.commands import Cause, EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import InjectionRefused
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.model.transcript import Utterance
from trialogue.report.floor_requests import FloorRequests
from trialogue.report.measures.spread import Rate, Spread, rate, ratio, spread
from trialogue.values import define, frozen

TAKEN: Final[frozenset[Cause]] = frozenset({"hold-limit", "interrupted", "timeout", "failed", "lost", "left"})
"""Causes by which a holder lost the floor instead of releasing it (RFC 8855: revoked)."""


@frozen
class QueueMeasures:
    """Measures of the queue: the number of participants that waited for the floor."""

    mean: float | None
    """Average over the meeting's time; None for a meeting of no time."""

    longest: int
    """Greatest number."""


@frozen
class FloorMeasures:
    """Measures of the floor."""

    grants: int
    """Number of grants."""

    requests: int
    """Number of requests: raised hands and bids, except those of participants who are already waiting, who
    hold the floor without having begun to speak, or who cannot have it.
    """

    wait: Spread
    """Time from a request to the grant that answered it."""

    queue: QueueMeasures
    """Number of waiting participants."""

    cancelled: int
    """Number of requests that were withdrawn, or whose participant failed or left."""

    refusals: int
    """Number of cues and injected messages that a service refused."""

    revocations: Mapping[Cause, int]
    """Number of turns that were revoked, by cause; other causes are absent."""

    addressee: Rate
    """Rate at which the participant named in a turn's last sentence spoke next (MUCA)."""


@define
class _Requests:
    """Fold over the records: waiting participants, with the beginning of their wait."""

    waiting: dict[str, float] = Factory(dict[str, float])
    waits: list[float] = Factory(list[float])
    asked: int = 0
    cancelled: int = 0
    longest: int = 0
    waited_s: float = 0.0
    """Seconds that all have waited together."""

    _requests: FloorRequests = Factory(FloorRequests)

    def take(self, record: Record) -> None:
        asking, gone = self._requests.take(record)
        if asking is not None and asking not in self.waiting:
            self.waiting[asking] = record.at
            self.asked += 1
            self.longest = max(self.longest, len(self.waiting))
        if gone is not None:
            self.cancelled += self._gone(gone, record.at) is not None
        for command in record.commands:
            match command:
                case GrantFloor(to=name):
                    wait = self._gone(name, record.at)
                    self.waits.extend([] if wait is None else [wait])
                case EndMeeting():
                    for name in tuple(self.waiting):
                        self._gone(name, record.at)
                case _:
                    pass

    def _gone(self, name: str, at: float) -> float | None:
        """Seconds that a participant has waited, if it has; its wait ends."""
        since = self.waiting.pop(name, None)
        if since is None:
            return None
        self.waited_s += at - since
        return at - since


def floor(
    plan: MeetingPlan, records: Sequence[Record], utterances: Iterable[Utterance], duration: float
) -> FloorMeasures:
    """Measures of the floor from the records; the words are those of the utterances."""
    requests = _Requests()
    for record in records:
        requests.take(record)
    still_s = summed(duration - since for since in requests.waiting.values())
    commands = [command for record in records for command in record.commands]
    causes: list[Cause] = [command.cause for command in commands if isinstance(command, EndTurn)]
    return FloorMeasures(
        grants=sum(isinstance(command, GrantFloor) for command in commands),
        requests=requests.asked,
        wait=spread(requests.waits),
        queue=QueueMeasures(ratio(requests.waited_s + still_s, duration), requests.longest),
        cancelled=requests.cancelled,
        refusals=sum(isinstance(record.event, InjectionRefused) for record in records),
        revocations={cause: count for cause, count in Counter(causes).items() if cause in TAKEN},
        addressee=addressee(plan.participants, utterances),
    )


def addressee(cast: tuple[Participant, ...], utterances: Iterable[Utterance]) -> Rate:
    """Rate at which the participant named last in a turn spoke next; the last turn does not count."""
    turns = (each for each in utterances if not each.beside)
    ordered = sorted(turns, key=lambda each: (each.start_s, each.turn))
    named = (
        (last_addressee(before.heard, cast, before.participant), after.participant)
        for before, after in pairwise(ordered)
    )
    return rate(name == speaker for name, speaker in named if name is not None)
