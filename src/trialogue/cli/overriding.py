"""Overrides of a scenario from the options of a command line."""

from __future__ import annotations

from trialogue.errors import SetupError
from trialogue.scenario.defaults import Overrides, Sitting
from trialogue.scenario.quantities import read_duration
from trialogue.scenario.schema import Clock
from trialogue.scenario.variants import Variant

__all__ = ["overrides_of"]


def overrides_of(
    *,
    clock: str | None = None,
    limits: tuple[str | None, int | None, str | None] = (None, None, None),
    me: str | None = None,
    variant: tuple[str | None, str | None] = (None, None),
    via: str | None = None,
    seed: int | None = None,
) -> Overrides:
    """The overrides as a scenario takes them; `SetupError` for an invalid duration or seat.

    `limits` are for time, turns and silence; `variant` is a profile and a cell.
    """
    time, turns, silence = limits
    return Overrides(
        via=via,
        clock=Clock(clock) if clock else None,
        seed=seed,
        time_s=_seconds("--limit-time", time),
        turns=turns,
        silence_s=_seconds("--limit-silence", silence),
        me=_sitting(me),
        variant=Variant(*variant),
    )


def _sitting(text: str | None) -> Sitting | None:
    if text is None:
        return None
    name, _, way = text.partition(":")
    if way in {"", "text"}:
        return Sitting(name)
    if way == "microphone":
        return Sitting(name, "microphone")
    raise SetupError(f"--me takes a person as NAME, NAME:text or NAME:microphone, not {text!r}")


def _seconds(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    seconds = float("inf") if text == "none" else read_duration(text)
    if not seconds:
        raise SetupError(f"{option} takes a duration such as 90s or 10m, or none, not {text!r}")
    return seconds
