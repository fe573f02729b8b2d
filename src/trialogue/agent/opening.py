"""Opening of a lone agent: `open_agent` runs one agent as a block of an app's code, without a meeting."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import trio
from attrs import evolve

from trialogue.actors.agent import AgentService
from trialogue.actors.dialling import Connect
from trialogue.agent.functions import with_functions
from trialogue.agent.lone import LoneAgent
from trialogue.arguments import kind_of
from trialogue.errors import UnknownName, WrongType
from trialogue.handles import a_block, make
from trialogue.meeting.app_requests import (
    a_function,
    a_mapping,
    a_number,
    a_text,
    a_truth,
    wrong_type,
    wrong_value,
)
from trialogue.meeting.edges import hosted_exchange, local_connect
from trialogue.meeting.places import check_opened_on_trio
from trialogue.scenario.message_sizes import beyond_a_message
from trialogue.services import HOSTED, SERVICES, service_of
from trialogue.services.port import AgentOffer, Dialect
from trialogue.services.sound_terms import SessionTerms, SoundTerms
from trialogue.speech.engines import Engines, open_engines
from trialogue.supervise import lone_error
from trialogue.transport.socket import WebSocket


@a_block
async def open_agent(
    agent: Mapping[str, object] | str,
    *,
    via: str = HOSTED,
    url: str | None = None,
    connect: Connect | None = None,
    engines: Engines | None = None,
    sample_rate: int = 24_000,
    terms: SessionTerms | None = None,
    functions: Mapping[str, Callable[..., object]] | None = None,
) -> AsyncGenerator[LoneAgent]:
    """Run one agent's session while the block runs; leaving the block, or `close`, ends it.

    `agent` is the agent's configuration in the format of the service `via` (listen, think, speak, greeting),
    or the id of a stored one. Sound is linear16 mono at `sample_rate` in both directions, unless `terms` say
    otherwise; `terms` also have tags and switches. `functions` are Python callables, by name, that the model
    may call: their signatures and docstrings describe them, and their return values are the answers.

    The agent connects to the service's own address or to `url`, with the key from the environment; `connect`
    replaces this. With `via="local"`, an embedded server runs for the block, with `engines` or the installed
    ones, which are loaded before the first turn. Raises `SetupError` without a key, `RemoteProtocolError` for
    an invalid agent object, `LocalProtocolError` for keys that the service does not know, and UnknownName for
    an unknown service.
    """
    check_opened_on_trio("open_agent")
    a_number(sample_rate, "the sample rate", 4_000, 192_000)
    held = _checked(_plain(sample_rate) if terms is None else terms)
    registered = _functions(functions)
    asked = with_functions(_agent(agent), registered)
    _check_place(via, url, connect, engines)
    offer = _offer(dialect := service_of(via).dialect, asked, held)
    with lone_error():
        async with _dialled(via, url, connect, engines) as dial, trio.open_nursery() as nursery:
            lone = make(LoneAgent, dialect, AgentService(dial, offer), held, registered)
            await nursery.start(lone.run)
            try:
                yield lone
            finally:
                lone.close()
            nursery.cancel_scope.cancel(reason="the block has ended")


@asynccontextmanager
async def _dialled(
    via: str, url: str | None, connect: Connect | None, engines: Engines | None
) -> AsyncGenerator[Connect]:
    service = service_of(via)
    if connect is not None:
        yield partial(_opened, connect)
    elif service.hosted is not None:
        yield hosted_exchange(service, url).agents
    else:
        async with local_connect(engines or open_engines(), seed=0) as dial:
            yield dial


def _opened(connect: Connect) -> AbstractAsyncContextManager[WebSocket]:
    """Connection that the app's own `connect` gives; WrongType if it is no async context manager."""
    opened = connect()
    if isinstance(opened, AbstractAsyncContextManager):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        return opened
    if inspect.iscoroutine(opened):
        opened.close()
    raise WrongType(f"connect must give an async context manager, not {kind_of(opened)}", argument="connect")


def _offer(dialect: Dialect, agent: Mapping[str, object] | str, terms: SessionTerms) -> AgentOffer:
    """Offer of an agent; WrongValue for one that no service takes in one message."""
    offer = dialect.offer_on(agent, terms)
    if beyond := beyond_a_message(agent):
        raise wrong_value("the agent", beyond)
    return offer


# --- checks of the arguments ----------------------------------------------------------------------


def _check_place(via: str, url: object, connect: object, engines: object) -> None:
    """Check where an agent is dialled: WrongType for a wrong value, UnknownName for an unknown service."""
    a_text(via, "via")
    if url is not None:
        a_text(url, "url")
    if connect is not None:
        a_function(connect, "connect")
    if engines is not None and not isinstance(engines, Engines):
        raise wrong_type("engines", "Engines", engines)
    if via not in SERVICES:
        raise UnknownName(f"unknown service {via!r}; known: {', '.join(SERVICES)}", argument="via")


def _plain(sample_rate: int) -> SessionTerms:
    sound = SoundTerms(sample_rate=sample_rate)
    return SessionTerms(sound, sound)


def _checked(terms: SessionTerms) -> SessionTerms:
    """Terms with checked parts; WrongType or WrongValue for a wrong part."""
    if not isinstance(terms, SessionTerms):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise wrong_type("the terms", "SessionTerms", terms)
    for sound in (terms.hears, terms.speaks):
        if not isinstance(sound, SoundTerms):  # pyright: ignore[reportUnnecessaryIsInstance] -- as above
            raise wrong_type("the sound", "SoundTerms", sound)
        a_text(sound.encoding, "the encoding")
        a_number(sound.sample_rate, "the sample rate", 4_000, 192_000)
        if sound.container is not None:
            a_text(sound.container, "the container")
        if sound.bit_rate is not None:
            a_number(sound.bit_rate, "the bit rate", 1, 10_000_000)
    for name in ("history", "experimental", "mip_opt_out"):
        a_truth(getattr(terms, name), name)
    if not isinstance(terms.tags, tuple | list):  # pyright: ignore[reportUnnecessaryIsInstance] -- as above
        raise wrong_type("tags", "a list of texts", terms.tags)
    return evolve(terms, tags=tuple(a_text(tag, "a tag") for tag in terms.tags))


def _agent(agent: Mapping[str, object] | str) -> Mapping[str, object] | str:
    if isinstance(agent, str):
        return a_text(agent, "the agent")
    if not isinstance(agent, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
        raise wrong_type("the agent", "a mapping of names", agent)
    return a_mapping(agent, "the agent")


def _functions(functions: Mapping[str, Callable[..., object]] | None) -> Mapping[str, Callable[..., object]]:
    for name, function in a_mapping(functions, "functions").items():
        a_function(function, f"the function {name}")
    return dict(functions or {})
