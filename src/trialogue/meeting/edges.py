"""The edge of a meeting: where the services of agents and of people's ears are, and how to connect to them.

Only this file differs between a meeting at a vendor's service, one at the embedded server on a loopback
socket, and one at the embedded server over in-memory streams.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import trio
from attrs import evolve

from trialogue.actors.dialling import Breaker, Connect, DialLimiter, guarded
from trialogue.actors.hooks import NO_HOOKS, Hook
from trialogue.actors.router import Sink
from trialogue.actors.sequencer import RecordKeeper
from trialogue.arguments import check_fields, checks_arguments
from trialogue.compute import compute, is_virtual
from trialogue.devices.driver import Driver
from trialogue.diagnostics import Log
from trialogue.errors import SetupError
from trialogue.handles import a_block
from trialogue.importing import own_version
from trialogue.journal.verify import Decider
from trialogue.meeting.endpoints import allows
from trialogue.meeting.prompt_places import prompt_places
from trialogue.meeting.run_files import secrets_for
from trialogue.model.plan import HookPoint
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.option_or_argument import either
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import Clock
from trialogue.server.equipment import Equipment, seeded_ids
from trialogue.server.listener import PATH, open_server, serve_stream
from trialogue.server.options import ServerOptions
from trialogue.server.think.on_record import ModelRecord, open_models
from trialogue.services import EMBEDDED, HOSTED, service_of
from trialogue.services.port import EarOffer, Hosted
from trialogue.services.service import Service
from trialogue.speech.engines import Engines, open_engines
from trialogue.speech.ports import SpeechDetector
from trialogue.supervise import lone_error
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import NOTHING_MORE, Permissions
from trialogue.transport.dial import check_plaintext, in_memory, open_websocket, parse_url
from trialogue.transport.socket import DEFAULT_SOCKET_RULES, WebSocket
from trialogue.values import frozen

T = TypeVar("T")


def _as_it_is(part: T) -> T:
    return part


def _its_own(_participant: str, part: T) -> T:
    return part


@frozen
class Seams:
    """Replacements for parts of a meeting, for fault injection and tests."""

    connect: Callable[[str, Connect], Connect] = _its_own
    """Function that dials a participant's service."""

    listen: Callable[[str, Connect], Connect] = _its_own
    """Function that dials the service of a person's ear."""

    brain: Callable[[Decider], Decider] = _as_it_is
    """Function that makes the decider."""

    journal: Callable[[RecordKeeper], RecordKeeper] = _as_it_is
    """Function that makes the keeper of records."""

    tool: Callable[[str, Tool], Tool] = _its_own
    """Function that makes the tool for a participant's call."""

    secrets: Secrets = NO_SECRETS
    """Secrets that are hidden besides the environment's keys."""

    sink: Callable[[Sink], Sink] = _as_it_is
    """Sink of everything that is heard."""


NO_SEAMS = Seams()
"""No replacements."""

IN_MEMORY: Final = evolve(DEFAULT_SOCKET_RULES, liveness=None)
"""Rules of sockets in memory: a peer in the same program cannot vanish, so its liveness is not checked."""


diagnostics: Final = Log("trialogue.models")


@frozen
class Edges:
    """Edges of a meeting: its services, engines and permissions, where they differ from the defaults."""

    endpoint: str | None = None
    """Address (`wss://`) of the hosted service (`services.HOSTED`); None for the vendor's own."""

    engines: Engines | None = None
    """Engines of the embedded server; None for the defaults of `trialogue[local]`."""

    driver: Driver | None = None
    """Sound devices of people at a microphone; None for this machine's default ones."""

    progress: Callable[[str], None] = lambda _: None
    """Function that gets a short text about each step of the preparation."""

    models: Path | None = None
    """File in which models' answers are recorded by question; questions that it already has are not asked
    again.
    """

    hooks: Mapping[HookPoint, Hook] = NO_HOOKS
    """Hooks of the app, called during the meeting."""

    permissions: Permissions = NOTHING_MORE
    """Permissions of the scenario's tools."""

    seams: Seams = NO_SEAMS
    """Replacements for the meeting's own parts."""

    def __attrs_post_init__(self) -> None:
        """Check the types; WrongType for a wrong one. Hooks are checked by name where they are used."""
        check_fields(self, but=("hooks",))

    @property
    def of_a_retold_run(self) -> Edges:
        """The edges for a new run of a recorded meeting: its faults are injected again without permission."""
        return evolve(self, permissions=evolve(self.permissions, faults=True))


class Dial(Protocol):
    """Function that connects to one address of a service."""

    def __call__(self, url: str) -> AbstractAsyncContextManager[WebSocket]:
        """Open one connection."""
        ...


@frozen
class Exchange:
    """Service with its connections of agents and ears."""

    url: str
    """Address for agents."""

    dial: Dial
    """Function that dials an address of it."""

    @property
    def agents(self) -> Connect:
        """Function that dials for an agent."""
        return partial(self.dial, self.url)

    def ears(self, offer: EarOffer) -> Connect:
        """Function that dials for an ear of this offer."""
        return partial(self.dial, offer.address(self.url))


class Switchboard:
    """Connections of agents and ears: one after another, and none once a service refuses the key."""

    def __init__(self, reach: Callable[[str], Awaitable[Exchange]], seams: Seams, secrets: Secrets) -> None:
        self._reach = reach
        self.secrets: Secrets = secrets
        """Secrets that the record of models' answers hides."""

        self.models: ModelRecord | None = None
        """Record of models' answers, once the embedded server runs; None without one."""

        self._exchanges: dict[str, Exchange] = {}
        self._seams = seams
        self._limiter = DialLimiter()
        self._breakers: dict[str, Breaker] = {}

    async def open(self, services: Iterable[str]) -> None:
        """Prepare to dial these services; `SetupError` where a key is not set."""
        for via in sorted(set(services) - self._exchanges.keys()):
            self._exchanges[via], self._breakers[via] = await self._reach(via), Breaker()

    def hide(self, secrets: Secrets) -> None:
        """Hide these secrets, too, in the record of models' answers."""
        self.secrets = self.secrets.beside(secrets)
        if self.models is not None:
            self.models.hide(secrets)

    def for_agent(self, participant: str, via: str) -> Connect:
        """Function that dials for an agent at a service."""
        return self._guarded(self._seams.connect(participant, self._exchanges[via].agents), via)

    def for_ear(self, participant: str, via: str, offer: EarOffer) -> Connect:
        """Function that dials for a person's ear."""
        return self._guarded(self._seams.listen(participant, self._exchanges[via].ears(offer)), via)

    def _guarded(self, connect: Connect, via: str) -> Connect:
        return guarded(connect, self._limiter, self._breakers[via])


@asynccontextmanager
async def open_edges(resolved: Resolved, edges: Edges) -> AsyncGenerator[Switchboard]:
    """Connections to each service of the scenario; the embedded server, if needed, runs with the block."""
    with lone_error():
        async with trio.open_nursery() as nursery:

            async def reach(via: str) -> Exchange:
                if (service := service_of(via)).hosted is not None:
                    return hosted_exchange(service, edges.endpoint if via == HOSTED else None)
                exchange: Exchange = await nursery.start(_embedded, resolved, edges, switchboard)
                return exchange

            switchboard = Switchboard(reach, edges.seams, secrets_for(resolved, edges.seams.secrets))
            await switchboard.open(resolved.services)
            yield switchboard
            nursery.cancel_scope.cancel(reason="the meeting is over")


async def _embedded(
    resolved: Resolved, edges: Edges, switchboard: Switchboard, *, task_status: trio.TaskStatus[Exchange]
) -> None:
    """Run the embedded server until cancelled."""
    edges.progress("preparing voices and recognizer")
    engines = edges.engines or open_engines()
    await warmed(engines)
    if resolved.asks_endpoints and not resolved.answers_for_models:
        await compute().run(_load_client)
    with opened_models(resolved, edges.models, switchboard.secrets) as models:
        switchboard.models = models
        equipment = local_equipment(engines, resolved.plan.seed, edges.permissions.hosts, models)
        async with local_exchange(equipment, is_alone=edges.seams is NO_SEAMS) as exchange:
            task_status.started(exchange)
            await trio.sleep_forever()


def hosted_exchange(service: Service, url: str | None = None) -> Exchange:
    """A vendor's service at its own address, or a peer at `url`, with the key of the environment.

    `SetupError` at once for a key that is not set, or an address that a key may not be sent to.
    """
    hosted = service.hosted
    if hosted is None:
        raise SetupError(f"{service.title} has no default address")
    authorization = partial(authorized, service.title, hosted)
    authorization()
    headers = {"Authorization": authorization}
    address = url or hosted.url
    check_plaintext(parse_url(address), headers, (), allow_plaintext=False)
    return Exchange(address, partial(open_websocket, headers=headers))


def authorized(title: str, hosted: Hosted) -> str:
    """Value of the header, made when it is dialled; `SetupError` where the key is not set, or invalid."""
    variable = hosted.key_variable
    key = os.environ.get(variable, "").strip()
    if not key:
        instead = f"or run with {either(f'--via {EMBEDDED}', f'via={EMBEDDED!r}')}"
        raise SetupError(f"set {variable} to your {title} API key, {instead}")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise SetupError(
            f"the key in {variable} is invalid: it contains spaces, line breaks or non-ASCII characters"
        )
    return f"{hosted.scheme} {key}"


@checks_arguments
@a_block
async def local_connect(engines: Engines, seed: int, hosts: tuple[str, ...] = ()) -> AsyncGenerator[Connect]:
    """Run the embedded server for one meeting and connect to it: on loopback in real time, else in memory.

    Entering loads the engines' weights in real time, in seconds, so that no first turn waits for them.
    """
    await warmed(engines)
    async with local_exchange(local_equipment(engines, seed, hosts)) as exchange:
        yield exchange.agents


def detector_of(engines: Engines) -> Callable[[int], SpeechDetector]:
    """Function that opens detectors: in virtual time the same sound comes again, and is looked up."""
    return engines.open_known or engines.open_detector if is_virtual() else engines.open_detector


def _load_client() -> None:
    """Load the parts that ask models, in real time, so that the first question does not delay any sound."""
    from trialogue.server.think.open_ai import load  # noqa: PLC0415 - only wanted where an endpoint is asked

    load()


async def warmed(engines: Engines) -> None:
    """Load the engines, in real time; in virtual time they load at the first miss of the cache."""
    if not is_virtual():
        await compute().run(engines.warm)


@asynccontextmanager
async def local_exchange(equipment: Equipment, *, is_alone: bool = False) -> AsyncGenerator[Exchange]:
    """Run the embedded server for agents and ears: on loopback in real time, in memory otherwise.

    `is_alone`: nothing stands between it and its clients.
    """
    if is_virtual():
        rules = IN_MEMORY if is_alone else DEFAULT_SOCKET_RULES
        served = evolve(rules, hands_over=is_alone)
        dial = in_memory(partial(serve_stream, equipment=equipment, rules=served), rules=rules)
        yield Exchange(f"ws://embedded{PATH}", partial(dial, headers={}))
        return
    with lone_error():
        async with trio.open_nursery() as nursery:
            server = await nursery.start(open_server, equipment)
            yield Exchange(server.url, partial(open_websocket, headers={}))
            nursery.cancel_scope.cancel(reason="the meeting is over")


@contextmanager
def opened_models(
    resolved: Resolved, recorded: Path | None, secrets: Secrets
) -> Generator[ModelRecord | None]:
    """Record that answers for models: the scenario's own, or one that grows; None where models are asked.

    At the end, each question that was still put to a model is reported, except for the first recording, which
    asks all. `SetupError` for an invalid file, and for one that is to grow in virtual time, which waits for
    no model.
    """
    place = prompt_places(resolved)
    if recorded is None:
        yield (
            None
            if resolved.models is None
            else open_models(resolved.models, asks=False, place=place, secrets=secrets)
        )
        return
    if resolved.clock is Clock.VIRTUAL:
        raise SetupError(
            f"{either('--record-models', 'Edges(models=...)')} asks real models and needs "
            f"{either('--clock real', 'the real clock')}"
        )
    origin = f"trialogue {own_version()}, {resolved.plan.name}"
    record = open_models(recorded, asks=True, origin=origin, place=place, secrets=secrets)
    is_first = record.is_empty
    try:
        yield record
    finally:
        for difference in () if is_first else record.missed:
            diagnostics.warning("a question was not recorded yet and was asked", difference=difference)


def local_equipment(
    engines: Engines, seed: int, hosts: tuple[str, ...] = (), models: ModelRecord | None = None
) -> Equipment:
    """Equipment of the embedded server in a meeting of this seed; `hosts` may be contacted for thinking."""
    return Equipment(
        recognizer=engines.recognizer,
        synthesizer=engines.synthesizer,
        open_detector=detector_of(engines),
        compute=compute(),
        options=ServerOptions(
            seed=seed,
            allow_endpoint=partial(allows, hosts),
            models=models,
            stand_in=None,
            splits_injections=True,
        ),
        new_id=seeded_ids(seed),
    )
