"""Cost of services: minutes of ready sessions of agents, and of people's ears, at the plan's prices.

Services without a known price count as nothing, and are named: a limit of money does not include them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import Factory, field

from trialogue.model.events import (
    EarFailed,
    EarLost,
    EarReady,
    Event,
    Joined,
    Left,
    SessionFailed,
    SessionLost,
    SessionReady,
    SessionRolledOver,
)
from trialogue.model.participants import Price
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.values import define, frozen

LEAST_USD: Final = 1e-6
"""Least sum that counts, in dollars: sums of floats end a little below their exact value."""


@frozen
class Spent:
    """Cost of one participant's service so far."""

    name: str
    """Participant who uses the service."""

    service: str
    """Service that is paid for."""

    seconds: float
    """Seconds for which its sessions were ready, all together."""

    usd: float | None
    """US dollars; None where no price is known."""

    as_of: str
    """Date of the price, `YYYY-MM-DD`; empty if none is known."""


@frozen
class Cost:
    """Cost of a meeting so far."""

    usd: float
    """US dollars, as far as prices are known."""

    unpriced: tuple[str, ...]
    """Services without a known price."""

    as_of: str
    """Date of the oldest price that was used, `YYYY-MM-DD`; empty if none was."""

    participants: tuple[Spent, ...] = ()
    """Costs by participant, in the cast's order, without those for whom nothing is paid."""


@define
class Meter:
    """Meter of the cost: a fold of the meeting's events; give it each event with its time."""

    plan: MeetingPlan
    """Plan of the meeting."""

    _prices: dict[str, Price | None] = field(init=False)
    _since: dict[str, float] = Factory(dict[str, float])
    _seconds: dict[str, float] = Factory(dict[str, float])

    def __attrs_post_init__(self) -> None:
        self._prices = {each.name: each.price for each in self.plan.participants}

    def take(self, event: Event, at: float) -> None:
        """Note the beginning or end of a session, and the price of a participant who joins."""
        match event:
            case Joined(seat=seat):
                self._prices[seat.name] = seat.price
            case SessionReady(participant=name) | EarReady(participant=name):
                self._stop(name, at)
                self._since[name] = at
            case (
                SessionLost(participant=name)
                | SessionFailed(participant=name)
                | SessionRolledOver(participant=name)
                | EarLost(participant=name)
                | EarFailed(participant=name)
                | Left(participant=name)
            ):
                self._stop(name, at)
            case _:
                pass

    def _stop(self, name: str, at: float) -> None:
        since = self._since.pop(name, None)
        if since is not None:
            self._seconds[name] = self._seconds.get(name, 0.0) + at - since

    def cost(self, now: float) -> Cost:
        """Cost of the meeting at `now`."""
        spent = tuple(_spent(name, price, self._ready_s(name, now)) for name, price in self._paid())
        return Cost(
            usd=summed(each.usd or 0.0 for each in spent),
            unpriced=tuple(dict.fromkeys(each.service for each in spent if each.usd is None)),
            as_of=min((each.as_of for each in spent if each.as_of), default=""),
            participants=spent,
        )

    def reaches(self, usd: float, now: float) -> float | None:
        """Time at which the cost reaches `usd` at the current rate; None for never."""
        rate = summed(price.usd_a_minute or 0.0 for name, price in self._paid() if name in self._since) / 60
        left = usd - self.cost(now).usd
        if left <= LEAST_USD:
            return now
        return now + left / rate if rate > 0 else None

    def _paid(self) -> list[tuple[str, Price]]:
        return [(name, price) for name, price in self._prices.items() if price is not None]

    def _ready_s(self, name: str, now: float) -> float:
        since = self._since.get(name)
        return self._seconds.get(name, 0.0) + (now - since if since is not None else 0.0)


def _spent(name: str, price: Price, seconds: float) -> Spent:
    if price.usd_a_minute is None:
        return Spent(name, price.service, seconds, None, "")
    return Spent(name, price.service, seconds, price.usd_a_minute * seconds / 60, price.as_of)


def cost_of(plan: MeetingPlan, records: Iterable[Record]) -> Cost:
    """Cost of a meeting, from the records of its journal."""
    meter, at = Meter(plan), 0.0
    for record in records:
        at = record.at
        meter.take(record.event, at)
    return meter.cost(at)
