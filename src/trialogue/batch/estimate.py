"""Estimate of a batch before it is held: upper bounds of its minutes and money, from limits and prices."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from trialogue.model.plan import MeetingPlan
from trialogue.model.sums import summed
from trialogue.values import frozen

__all__ = ["Estimate", "estimate"]


@frozen
class Estimate:
    """Upper bounds for meetings."""

    meetings: int
    """Number of meetings."""

    minutes: float
    """Most minutes of meetings, by their limits of time."""

    unlimited: int
    """Number of meetings without a limit of time, which the minutes leave out."""

    usd: float
    """Most US dollars, for known prices: each session for all of its meeting's minutes, or the cost limit."""

    boundless: int
    """Number of meetings with known prices and no limit of time or cost, which the dollars leave out."""

    unpriced: tuple[str, ...]
    """Services without a known price."""


def estimate(plans: Iterable[MeetingPlan]) -> Estimate:
    """Sum of the upper bounds of these meetings."""
    meetings = unlimited = boundless = 0
    minutes = usd = 0.0
    unpriced: dict[str, None] = {}
    for plan in plans:
        meetings += 1
        long = None if plan.limits.time_s is None else plan.limits.time_s / 60
        unlimited += long is None
        minutes += long or 0.0
        prices = [each.price for each in plan.participants if each.price is not None]
        unpriced |= dict.fromkeys(each.service for each in prices if each.usd_a_minute is None)
        a_minute = summed(each.usd_a_minute or 0.0 for each in prices)
        cost = inf if long is None and a_minute else a_minute * (long or 0.0)
        cost = cost if plan.limits.cost_usd is None else min(cost, plan.limits.cost_usd)
        boundless += cost == inf
        usd += 0.0 if cost == inf else cost
    return Estimate(meetings, minutes, unlimited, usd, boundless, tuple(unpriced))
