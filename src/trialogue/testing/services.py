"""Scripted voice agent service inside a test: no speech, and the test's own clock."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from attrs import evolve

from trialogue.actors.dialling import Connect
from trialogue.arguments import checks_arguments
from trialogue.handles import a_block
from trialogue.meeting.edges import local_equipment, local_exchange
from trialogue.server.think.scripted import read_script
from trialogue.server.think.stand_in import StandInAgent, ThinkStandIn
from trialogue.serving.orders import check_faults
from trialogue.speech.engines import Engines
from trialogue.speech.murmur import murmuring_engines

__all__ = ["scripted_service"]


@checks_arguments
@a_block
async def scripted_service(
    *entries: Mapping[str, Any], greeting: str | None = None, engines: Engines | None = None
) -> AsyncGenerator[Connect]:
    """Run a service that answers from a script; yields the `connect` argument for `open_agent`.

    Entries are those of a script: `{"say": "Hello."}`, `{"when": {"heard": "price"}, "call": {...}}`.
    `greeting` is said first if the settings have none. The voices are `engines`, or murmur; under
    `run_virtual` nothing takes time. `ScriptError` for invalid entries.
    """
    read = read_script(entries)
    check_faults(read)
    answering = ThinkStandIn((StandInAgent("script", read, greeting=greeting),))
    equipment = local_equipment(engines or murmuring_engines(), seed=0)
    options = evolve(equipment.options, stand_in=answering)
    async with local_exchange(evolve(equipment, options=options)) as exchange:
        yield exchange.agents
