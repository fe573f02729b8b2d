"""Async functions where plain ones are called: refused by name at once, for nothing would ever await them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import pytest
import trio

from trialogue import (
    Edges,
    Engines,
    Scenario,
    SpeechStarted,
    WrongType,
    blocking,
    brain_for,
)
from trialogue.arguments import refuse_async
from trialogue.compat import AgentWebSocketEvents, DeepgramClient
from trialogue.meeting.watching import observing
from trialogue.supervise import open_supervisor, watch_signals
from trialogue.testing import casts, hold_meeting, murmuring_engines

SCENARIO = Scenario.build("talk", {"ann": {"lines": ["One."]}, "bob": {"lines": ["Two."]}})


async def coming(*_: object, **__: object) -> None:
    """Any function that waits."""


async def yielding(*_: object) -> AsyncIterator[None]:
    yield


class Coming:
    """Object whose every method waits."""

    def __getattr__(self, name: str) -> object:
        return coming


def engines(**others: object) -> Engines:
    ours = murmuring_engines()
    given = {
        "recognizer": ours.recognizer,
        "synthesizer": ours.synthesizer,
        "open_detector": ours.open_detector,
    }
    return Engines(**{**given, **others}, recognizer_id="own", synthesizer_id="own")


async def opened(make: Callable[[], Any]) -> None:
    async with make():
        pytest.fail("opened")


REFUSED = {
    "progress": lambda: Edges(progress=coming),
    "driver": lambda: Edges(driver=Coming()),
    "recognizer": lambda: engines(recognizer=Coming()),
    "synthesizer": lambda: engines(synthesizer=Coming()),
    "open_detector": lambda: engines(open_detector=coming),
    "observer": lambda: trio.run(opened, lambda: open_supervisor([], name="top", observer=Coming())),
    "on_signal": lambda: trio.run(watch_signals, coming),
    "policies": lambda: brain_for(casts.plan("ann", "bob"), policies={"own": coming}),
    "policies with a method": lambda: brain_for(casts.plan("ann", "bob"), policies={"own": Coming()}),
    "watch": lambda: blocking.run_meeting(SCENARIO, watch=coming),
    "handler": lambda: DeepgramClient("key").agent.websocket.v("1").on(AgentWebSocketEvents.Open, coming),
}


@pytest.mark.parametrize(("name", "ask"), REFUSED.items(), ids=REFUSED)
def test_an_async_function_is_refused_where_nothing_awaits_it(name: str, ask: Callable[[], object]) -> None:
    """Its sound, its words or its decision were lost with a warning, or told only when it was called."""
    with pytest.raises(WrongType, match=r"must be a plain function, not an async one$") as refused:
        ask()
    assert refused.value.argument == name.split(maxsplit=1)[0]


@pytest.mark.parametrize("callback", [yielding, lambda _: (yield)])
def test_a_generator_is_no_callback(callback: Callable[..., object]) -> None:
    """A call of it only makes a generator."""
    with pytest.raises(WrongType, match="callback must be a function, not a generator"):
        observing(SpeechStarted, callback)


def test_a_watcher_is_async(tmp_path, monkeypatch) -> None:
    """On trio and on asyncio; in threads it is plain."""
    with pytest.raises(WrongType, match="watch must be an async function, not a plain one"):
        hold_meeting(SCENARIO, tmp_path / "run", watch=lambda _: None)


class Parts(Protocol):
    """What an app may write."""

    def plain(self) -> None: ...
    async def waits(self) -> None: ...
    def gives(self) -> Awaitable[object]: ...
    def streams(self) -> AsyncIterator[bytes]: ...
    def anything(self) -> object: ...


class Own:
    """As it should be."""

    plain = staticmethod(print)
    waits = gives = anything = staticmethod(coming)
    streams = staticmethod(yielding)


def test_a_plain_function_may_replace_an_async_one() -> None:
    """A plain function that gives what is awaited is as good; what nobody would await is refused."""
    refuse_async("parts", Own(), Parts)
    for name, wrong in (
        ("plain", partial(coming, 1)),
        ("streams", coming),
        ("gives", yielding),
        ("plain", yielding),
    ):
        own = Own()
        setattr(own, name, wrong)
        with pytest.raises(WrongType, match=rf"^parts\.{name} must be a plain function"):
            refuse_async("parts", own, Parts)
    for hint in (Callable[..., object], Callable[[], Awaitable[None]], Callable, Any, Parts | None):
        refuse_async("part", Own() if hint == Parts | None else coming, hint)
