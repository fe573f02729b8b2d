"""What the agents' services have cost: minutes of ready sessions at the plan's prices.

Services without a known price count as nothing, and are named: a limit of money cannot see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import Factory, define, frozen

from trialogue.model.events import Event, SessionFailed, SessionLost, SessionReady, SessionRolledOver
from trialogue.model.participants import Price
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

LEAST_USD: Final = 1e-6
"""What is less than that is nothing: sums of floats end a little below what they should come to."""


@frozen
class Cost:
    """What a meeting has cost so far."""

    usd: float
    """US dollars, as far as prices are known."""

    unpriced: tuple[str, ...]
    """Services whose price is not known."""

    as_of: str
    """The day of the oldest price that was used, `YYYY-MM-DD`; empty where none was."""


@define
class Meter:
    """The fold; feed it each event with its `at`."""

    plan: MeetingPlan
    """The meeting's plan."""

    _since: dict[str, float] = Factory(dict[str, float])
    _seconds: dict[str, float] = Factory(dict[str, float])

    def take(self, event: Event, at: float) -> None:
        """Note a session's beginning or end."""
        match event:
            case SessionReady(participant=name):
                self._stop(name, at)
                self._since[name] = at
            case (
                SessionLost(participant=name)
                | SessionFailed(participant=name)
                | SessionRolledOver(participant=name)
            ):
                self._stop(name, at)
            case _:
                pass

    def _stop(self, name: str, at: float) -> None:
        since = self._since.pop(name, None)
        if since is not None:
            self._seconds[name] = self._seconds.get(name, 0.0) + at - since

    def cost(self, now: float) -> Cost:
        """What it comes to at `now`."""
        priced = [(price, self._spent(name, now)) for name, price in self._prices()]
        days = [price.as_of for price, _ in priced if price.usd_a_minute and price.as_of]
        return Cost(
            usd=sum((price.usd_a_minute or 0.0) * seconds / 60 for price, seconds in priced),
            unpriced=tuple(dict.fromkeys(price.service for price, _ in priced if price.usd_a_minute is None)),
            as_of=min(days, default=""),
        )

    def reaches(self, usd: float, now: float) -> float | None:
        """When, at this rate, the meeting will have cost so much; None for never."""
        rate = sum(price.usd_a_minute or 0.0 for name, price in self._prices() if name in self._since) / 60
        left = usd - self.cost(now).usd
        if left <= LEAST_USD:
            return now
        return now + left / rate if rate > 0 else None

    def _prices(self) -> list[tuple[str, Price]]:
        return [(p.name, p.price) for p in self.plan.participants if p.price is not None]

    def _spent(self, name: str, now: float) -> float:
        since = self._since.get(name)
        return self._seconds.get(name, 0.0) + (now - since if since is not None else 0.0)


def cost_of(plan: MeetingPlan, records: Iterable[Record]) -> Cost:
    """What a journal's records say that the meeting cost."""
    meter, at = Meter(plan), 0.0
    for record in records:
        at = record.at
        meter.take(record.event, at)
    return meter.cost(at)
