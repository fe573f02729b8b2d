"""Who is in session in a meeting: its agents, and the ears of its people; and how all of them dial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attrs import frozen

from trialogue.actors.agent import Agent, AgentService
from trialogue.actors.dialling import Breaker, Connect, DialLimiter, guarded
from trialogue.actors.ear import Ear, EarService
from trialogue.actors.router import Router
from trialogue.meeting.edges import Exchange
from trialogue.meeting.seams import Seams
from trialogue.model.events import Event
from trialogue.model.memory import ContextItem
from trialogue.scenario.resolve import Resolved
from trialogue.services import service_of
from trialogue.services.port import EarOffer

Blocks = Mapping[str, tuple[Mapping[str, object], ...]]
"""What each service is told of each agent and of its fallback, references revealed."""


class Switchboard:
    """Dials for agents and ears: in turn, and not at all once a service refuses the key."""

    def __init__(self, exchanges: Mapping[str, Exchange], seams: Seams) -> None:
        self._exchanges = exchanges
        self._seams = seams
        self._limiter = DialLimiter()
        self._breakers = {via: Breaker() for via in exchanges}

    def for_agent(self, participant: str, via: str) -> Connect:
        """Dials for an agent at a service."""
        return self._guarded(self._seams.connect(participant, self._exchanges[via].agents), via)

    def for_ear(self, participant: str, via: str, offer: EarOffer) -> Connect:
        """Dials for a person's ear."""
        return self._guarded(self._seams.listen(participant, self._exchanges[via].ears(offer)), via)

    def _guarded(self, connect: Connect, via: str) -> Connect:
        return guarded(connect, self._limiter, self._breakers[via])


@frozen
class Seats:
    """What whoever is in session is given."""

    resolved: Resolved
    """What the meeting is made from."""

    router: Router
    """Has the agents' mouths and ears."""

    post: Callable[[Event], None]
    """Takes reports."""

    switchboard: Switchboard
    """Dials."""

    def place(self, name: str) -> str:
        """Where a participant's seat was written."""
        return f"cast.{name}, {self.resolved.places.near(('cast', name))}"


def make_agents(
    seats: Seats,
    blocks: Blocks,
    context: Callable[[str], Sequence[ContextItem]],
    lines: Callable[[str], tuple[int, ...]],
) -> dict[str, Agent]:
    """One actor for each agent, listening to the router.

    `context` is what each remembers, `lines` which entries of its script were heard.
    """
    agents: dict[str, Agent] = {}
    sample_rate = seats.router.grid.sample_rate
    for spec in seats.resolved.agents:
        services = [
            AgentService(
                seats.switchboard.for_agent(spec.name, seat.via),
                service_of(seat.via).dialect.offer(block, sample_rate),
                seats.place(spec.name),
            )
            for seat, block in zip(spec.seats, blocks[spec.name], strict=True)
        ]
        agents[spec.name] = Agent(
            spec.name,
            services,
            context=partial(context, spec.name),
            lines=partial(lines, spec.name),
            mouth=seats.router.playouts[spec.name],
            post=seats.post,
            seed=seats.resolved.plan.seed,
        )
        seats.router.listen(spec.name, agents[spec.name].hear)
    return agents


def make_ears(seats: Seats) -> dict[str, Ear]:
    """An ear for everybody who is heard in the meeting's sound, at its rate."""
    ears: dict[str, Ear] = {}
    sample_rate = seats.router.grid.sample_rate
    for person in seats.resolved.people:
        if person.ear is None:
            continue
        offer = person.ear.offer.at_rate(sample_rate)
        connect = seats.switchboard.for_ear(person.name, person.ear.via, offer)
        service = EarService(connect, offer, seats.place(person.name))
        ears[person.name] = Ear(person.name, service, post=seats.post, seed=seats.resolved.plan.seed)
    return ears
