"""Sessions of a meeting: its agents', and those of its people's ears."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from trialogue.actors.agent import Agent, AgentService
from trialogue.actors.ear import Ear, EarService
from trialogue.actors.router import AudioGrid, Router
from trialogue.brain.meeting import Brain
from trialogue.errors import SetupError
from trialogue.meeting.edges import Switchboard
from trialogue.model.events import Event
from trialogue.scenario.message_sizes import beyond_a_message
from trialogue.scenario.resolve import AgentSpec, Resolved, dialled_settings
from trialogue.scenario.variables import reveal
from trialogue.services import service_of
from trialogue.tools.toolbox import Toolbox


def agent_services(
    resolved: Resolved, box: Toolbox, switchboard: Switchboard
) -> dict[str, list[AgentService]]:
    """Services of the agents, each followed by its fallback's; references are resolved."""
    sample_rate = AudioGrid(frame_ms=resolved.frame_ms).sample_rate
    return {
        spec.name: [
            AgentService(
                switchboard.for_agent(spec.name, seat.via),
                service_of(seat.via).dialect.offer(_block(resolved, box, spec.name, seat), sample_rate),
                _place(resolved, spec.name),
                seat.restart,
            )
            for seat in spec.seats
        ]
        for spec in resolved.agents
    }


def _block(resolved: Resolved, box: Toolbox, name: str, seat: AgentSpec) -> Mapping[str, object]:
    """Object of an agent with its tools; `SetupError` where no service takes it in one message."""
    block = box.block(seat.via, reveal(dialled_settings(resolved, seat), os.environ))
    if beyond := beyond_a_message(block):
        raise SetupError(f"agent {name} {beyond}")
    return block


def ear_services(resolved: Resolved, switchboard: Switchboard) -> dict[str, EarService]:
    """Services of the ears of people whose sound the meeting hears, at its rate; references are resolved."""
    sample_rate = AudioGrid(frame_ms=resolved.frame_ms).sample_rate
    services: dict[str, EarService] = {}
    for person in resolved.people:
        if person.ear is not None:
            offer = person.ear.revealed(os.environ).at_rate(sample_rate)
            connect = switchboard.for_ear(person.name, person.ear.via, offer)
            services[person.name] = EarService(connect, offer, _place(resolved, person.name))
    return services


def _place(resolved: Resolved, name: str) -> str:
    """Place in the file of a participant's seat."""
    return f"cast.{name}, {resolved.places.near(('cast', name))}"


def make_agents(
    services: Mapping[str, Sequence[AgentService]],
    brain: Brain,
    router: Router,
    post: Callable[[Event], None],
) -> dict[str, Agent]:
    """Actor for each agent, listening to the router; the brain has its memory."""
    agents: dict[str, Agent] = {}
    for name, own in services.items():
        agents[name] = Agent(
            name,
            own,
            context=partial(brain.context, name),
            lines=partial(brain.script_stand, name),
            mouth=router.playouts[name],
            post=post,
            seed=brain.plan.seed,
        )
        router.listen(name, agents[name])
    return agents


def make_ears(services: Mapping[str, EarService], seed: int, post: Callable[[Event], None]) -> dict[str, Ear]:
    """Actor for each person's ear."""
    return {name: Ear(name, service, post=post, seed=seed) for name, service in services.items()}
