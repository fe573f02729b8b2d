"""Checks of agents' settings: what their service would refuse, by its dialect and by a message's size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from trialogue.errors import RemoteProtocolError
from trialogue.scenario.looking import Look
from trialogue.scenario.message_sizes import beyond_a_message
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
        offer = service_of(via).dialect.offer(block, _SAMPLE_RATE)
    except RemoteProtocolError as refused:
        what = str(refused).removeprefix("Settings: ").removesuffix(f" at {refused.path}")
        at = refused.path.removeprefix(_WIRE)
        part = at.partition(".")[0].partition("[")[0]
        look.tell((*seat, part), f"the service would refuse it: {what} at {at}", Code.SETTINGS)
        return
    for fault in service_of(via).keys.offer_faults(offer):
        look.tell((*seat, *fault.path), fault.text, Code(fault.code), idle=True)

    def with_signature(function: Mapping[str, object]) -> Mapping[str, object]:
        """Function as its model is told of it, as far as the file describes it."""
        tool = (look.document.tools or {}).get(cast("str", function["name"]))
        described = {} if tool is None else {"description": tool.description, "parameters": tool.schema}
        return {**function, **described}

    if beyond := beyond_a_message(service_of(via).keys.with_functions(block, with_signature)):
        look.tell(seat, f"the service would refuse it: it {beyond}", Code.SETTINGS)
