"""Seats of a meeting: the actors of each participant, and their two supervisors.

A seat that is taken while the meeting runs is made by the same calls as those of the start; its actors become
children of the same supervisors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, cast

import trio
from attrs import evolve, field

from trialogue.actors.agent import Agent, AgentService, Past
from trialogue.actors.ear import Ear, EarPast, EarService
from trialogue.actors.router import Router
from trialogue.actors.sequencer import Sequencer
from trialogue.brain.meeting import Brain
from trialogue.meeting.edges import Edges, Switchboard
from trialogue.meeting.people import ActorLife, Prepared, prepare_people, seat_people
from trialogue.meeting.sessions import agent_services, ear_services, make_agents, make_ears
from trialogue.scenario.resolve import Resolved
from trialogue.supervise import ChildSpec, Intensity, Observer, Restart, Supervisor, supervisor_spec
from trialogue.tools.toolbox import Toolbox
from trialogue.values import frozen

AGENT_RESTARTS = Intensity(max_restarts=5, within_s=60.0)
"""Most restarts of crashed agents together; a crash is a bug, not a lost connection."""

PEOPLE_RESTARTS = Intensity(max_restarts=5, within_s=60.0)
"""Most restarts of the crashed actors of people's seats."""

_AGENT: Final = "agent:"


def only(resolved: Resolved, names: Collection[str]) -> Resolved:
    """Scenario with only these participants in its cast."""
    return evolve(
        resolved,
        agents=tuple(each for each in resolved.agents if each.name in names),
        people=tuple(each for each in resolved.people if each.name in names),
    )


@frozen
class SeatNeeds:
    """Parts that seats are made of, ready before the first seat."""

    resolved: Resolved
    """Scenario of the participants to seat."""

    agents: Mapping[str, Sequence[AgentService]] = field(repr=False)
    """Services of each agent's sessions."""

    ears: Mapping[str, EarService] = field(repr=False)
    """Services of each person's ear."""

    people: Prepared = field(repr=False)
    """Recordings, detectors and devices of people."""

    @classmethod
    def of(cls, resolved: Resolved, people: Prepared, box: Toolbox, switchboard: Switchboard) -> SeatNeeds:
        """Parts for all participants to seat, at open services."""
        agents = agent_services(resolved, box, switchboard)
        return cls(resolved, agents, ear_services(resolved, switchboard), people)


@frozen
class Supplies:
    """Supplies of a running meeting, for later seats."""

    edges: Edges
    """Engines, devices, and permissions."""

    box: Toolbox
    """Tools of the scenario."""

    switchboard: Switchboard
    """Connections to the services."""

    async def needs(self, resolved: Resolved) -> SeatNeeds:
        """Parts that these seats need; `SetupError` where anything is missing."""
        people = await prepare_people(resolved, self.edges)
        await self.switchboard.open(resolved.services)
        return SeatNeeds.of(resolved, people, self.box, self.switchboard)


class Seats:
    """Seats of one meeting."""

    def __init__(self, brain: Brain, router: Router, sequencer: Sequencer, observer: Observer) -> None:
        self._brain, self._router, self._sequencer, self._observer = brain, router, sequencer, observer
        self.agents: dict[str, Agent] = {}
        """Agents who are or were at the table."""

        self.ears: dict[str, Ear] = {}
        """Ears of people who are or were at the table."""

        self.supplies: Supplies | None = None
        """Supplies of later seats."""

        self.moving: trio.Lock = trio.Lock()
        """Lock for joining and leaving: one at a time."""

        self._has_begun = trio.Event()
        self._tree: Supervisor | None = None
        self._lives: dict[str, ActorLife] = {}
        self._agent_pasts: dict[str, Past] = {}
        self._ear_pasts: dict[str, EarPast] = {}
        self._epoch = 0.0

    def take(self, needs: SeatNeeds) -> tuple[str, ...]:
        """Make the actors of seats, and return their names as children.

        From then on agents can be given orders, and people are heard.
        """
        agents = make_agents(needs.agents, self._brain, self._router, self._sequencer.post)
        for name, agent in agents.items():
            agent.restore(self._agent_pasts.pop(name, Past()))
        ears = make_ears(needs.ears, self._brain.plan.seed, self._sequencer.post)
        for name, ear in ears.items():
            ear.restore(self._ear_pasts.pop(name, EarPast()))
        people = seat_people(needs.resolved.people, needs.people, self._router, self._sequencer, ears=ears)
        self.agents |= agents
        self.ears |= ears
        self._lives |= people
        return (*map(_AGENT.__add__, agents), *people)

    def go_on(self, agents: Mapping[str, Past], ears: Mapping[str, EarPast]) -> None:
        """Let seated participants continue where they stopped, in an earlier process, or an earlier stay."""
        self._agent_pasts |= agents
        self._ear_pasts |= ears

    def forget(self, name: str, *, comes_back: bool) -> None:
        """Free a seat for the same participant, or for another."""
        if name in self.agents:
            self._agent_pasts[name] = self.agents[name].past(comes_back=comes_back)
        if name in self.ears:
            self._ear_pasts[name] = self.ears[name].past

    # --- the supervisors ----------------------------------------------------------------------------

    def specs(self, epoch: float) -> list[ChildSpec]:
        """The two supervisors, as children of the meeting that began at the trio time `epoch`."""
        self._epoch = epoch
        agents = [self._spec(_AGENT + name) for name in self.agents if name not in self._brain.gone()]
        people = [self._spec(child) for child in self._lives]
        return [
            supervisor_spec(agents, name="agents", intensity=AGENT_RESTARTS, observer=self._observer),
            supervisor_spec(people, name="people", intensity=PEOPLE_RESTARTS, observer=self._observer),
        ]

    def _spec(self, child: str) -> ChildSpec:
        agent = self.agents.get(child.removeprefix(_AGENT)) if child.startswith(_AGENT) else None
        start = partial(self._lives[child], self._epoch) if agent is None else agent.run
        return ChildSpec(child, start, Restart.TRANSIENT)

    def begin(self, tree: Supervisor) -> None:
        """Note that both supervisors run: seats can be taken and given up from now on."""
        self._tree = tree
        self._has_begun.set()

    def end(self) -> None:
        """Note that no more seats are taken."""
        self._has_begun.set()

    async def stand(self) -> None:
        """Wait until seats can be taken, or never again."""
        await self._has_begun.wait()

    async def start(self, children: Iterable[str]) -> None:
        """Start actors during the meeting; raises the error of one that cannot start."""
        for child in children:
            await self._supervisor_of(child).start_child(self._spec(child))

    async def stop(self, name: str) -> None:
        """Stop the actors of a participant that has left: close its sessions and devices."""
        own = [child for child in (_AGENT + name, *self._lives) if child.partition(":")[2] == name]
        others = [child for child in self._lives if child not in own]
        if not any(child.startswith("microphone:") for child in others):
            own += [child for child in others if child == "speaker"]
        for child in own:
            self._lives.pop(child, None)
            supervisor = self._supervisor_of(child)
            if any(status.id == child for status in supervisor.children()):
                await supervisor.terminate_child(child)
                await supervisor.delete_child(child)
        self._router.dismiss(name)

    def _supervisor_of(self, child: str) -> Supervisor:
        if self._tree is None:
            raise trio.ClosedResourceError("the meeting failed before it began")
        return cast("Supervisor", self._tree.value_of("agents" if child.startswith(_AGENT) else "people"))
