"""Checks of agents' settings by their service's dialect, which finds what the service would refuse."""

from __future__ import annotations

from typing import Final

from trialogue.errors import RemoteProtocolError
from trialogue.scenario.looking import Look
from trialogue.scenario.problems import Code, Path
from trialogue.services import service_of
from trialogue.services.script import JsonObject

__all__ = ["check_settings"]

_SAMPLE_RATE: Final = 24_000
"""Sample rate for the check: no fault of a scenario depends on it."""

_WIRE: Final = "$.agent."


def check_settings(look: Look, seat: Path, via: str, block: JsonObject) -> None:
    """Note faults for which the dialect of `via` cannot write the settings of the agent at `seat`."""
    try:
        service_of(via).dialect.offer(block, _SAMPLE_RATE)
    except RemoteProtocolError as refused:
        what = str(refused).removeprefix("Settings: ").removesuffix(f" at {refused.path}")
        at = refused.path.removeprefix(_WIRE)
        part = at.partition(".")[0].partition("[")[0]
        look.tell((*seat, part), f"the service would refuse it: {what} at {at}", Code.SETTINGS)
