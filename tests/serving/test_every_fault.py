"""Every fault that a server can have, struck in every way, is seen by a client that nobody of ours wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from struck import GREETING, KEY, Outcome, Sees, converse

from trialogue.server.options import ServerOptions
from trialogue.serving.for_tests import VoiceAgentServer, opened
from trialogue.serving.orders import servable

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

AT_ONCE = 20
"""Conversations at a time."""


def status(code: int) -> Sees:
    return lambda seen: seen.status == code


def no_upgrade(seen: Outcome) -> bool:
    """No socket was opened, and no status told."""
    return seen.error is not None and seen.status is None and not seen.raw


def closed(code: int) -> Sees:
    return lambda seen: seen.code == code


def own_close(code: int) -> Sees:
    """The client closes, for the server broke the protocol."""
    return lambda seen: seen.own_code == code


def quiet(seen: Outcome) -> bool:
    return seen.is_quiet


def says(words: str, times: int = 1) -> Sees:
    return lambda seen: seen.says(words, times)


def without(kind: str) -> Sees:
    return lambda seen: seen.is_quiet and kind not in seen.types


def early_sound(seen: Outcome) -> bool:
    return 48_000 in seen.sizes


def done_early(seen: Outcome) -> bool:
    """An end of a reply with sound of it still to come, or one that no reply had."""
    ends = ("AgentAudioDone", "sound"), ("AgentAudioDone", "AgentAudioDone")
    return any(pair in ends for pair in pairwise(seen.types))


SEES: dict[str, Sees] = {
    "silent": no_upgrade,
    "closed-at-once": no_upgrade,
    "unauthorized": status(401),
    "no-credit": status(402),
    "forbidden": status(403),
    "not-found": status(404),
    "too-many": status(429),
    "broken-500": status(500),
    "broken-502": status(502),
    "broken-503": status(503),
    "redirected": no_upgrade,
    "no-websocket": status(200),
    "dripped": no_upgrade,
    "no-http": no_upgrade,
    "bad-accept": no_upgrade,
    "huge-header": no_upgrade,
    "unasked-extension": no_upgrade,
    "unasked-subprotocol": no_upgrade,
    "no-welcome": quiet,
    "no-settings-applied": quiet,
    "settings-refused": says("INVALID_SETTINGS"),
    "internal-error": lambda seen: seen.says("INTERNAL_SERVER_ERROR") and seen.code == 1000,
    "fin-mid-turn": closed(1006),
    "fin-mid-frame": closed(1006),
    "reset-mid-turn": closed(1006),
    "half-open": quiet,
    "deaf": quiet,
    **{f"closed-{code}": closed(code) for code in (1001, 1005, 1008, 1011, 1012, 1013, 4000)},
    "closed-999": own_close(1002),
    "closed-1006": own_close(1002),
    "closed-left-open": lambda seen: seen.is_quiet or seen.code == 1001,
    "malformed": says("{nonsense"),
    "malformed-often": says("{nonsense", 5),
    "unknown-message": says("Applause"),
    "unknown-field": says("mood"),
    "wrong-type": says('"content":5'),
    "missing-field": says('{"type":"FunctionCallRequest"}'),
    "invalid-utf8": own_close(1007),
    "two-mebibytes": own_close(1009),
    "endless-fragments": own_close(1009),
    "endless-frame": own_close(1009),
    "empty-fragments": own_close(1009),
    "masked": own_close(1002),
    "reserved-opcode": own_close(1002),
    "reserved-bit": own_close(1002),
    "ping-flood": lambda seen: not seen.is_whole,
    "key-echoed": says(KEY, 4),
    "early-sound": early_sound,
    "sound-stalls": lambda seen: not seen.is_whole or seen.types.count("AgentAudioDone") < 3,
    "no-sound": quiet,
    "sound-burst": lambda seen: seen.sizes.count(48_000) == 10,
    "sound-flood": lambda seen: seen.sizes.count(480_000) >= 2,
    "done-missing": quiet,
    "done-early": done_early,
    "done-twice": lambda seen: seen.has_twice("AgentAudioDone"),
    "out-of-order": says('"again"'),
    "everything-twice": lambda seen: seen.has_twice("ConversationText"),
    "acks-late": quiet,
    "odd-sound": lambda seen: 961 in seen.sizes,
    "prompt-refused": says("InjectionRefused", 2),
    "prompt-refused-by-warning": says("INJECT_AGENT_MESSAGE_DURING_AGENT_SPEECH"),
    "prompts-refused": says("InjectionRefused", 4),
    "think-failed": says("FAILED_TO_THINK"),
    "prompt-too-long": says("PROMPT_TOO_LONG"),
    "call-twice": lambda seen: seen.has_twice("FunctionCallRequest"),
    "lost-while-calling": closed(1006),
    "update-unconfirmed": without("PromptUpdated"),
    "update-confirmed-late": without("PromptUpdated"),
    "update-misconfirmed": says("SpeakUpdated"),
    "rolls-over": says("MAXIMUM_SESSION_LENGTH_APPROACHING"),
    "roll-over-refused": says("MAXIMUM_SESSION_LENGTH_APPROACHING"),
    "dies-rolling-over": lambda seen: seen.says("APPROACHING") and seen.code == 1006,
    "unclosed-rolling-over": lambda seen: seen.says("APPROACHING") and not seen.is_whole,
    "latency": lambda seen: seen.is_slow,
    "jitter": lambda seen: seen.is_slow,
    "slow-line": lambda seen: seen.is_slow,
    "sliced": lambda seen: seen.is_whole,
}
"""What a client sees of each, whatever way it was struck."""

NAMES = [fault.name for fault in servable()]
OF_UPGRADES = {fault.name for fault in servable() if fault.row in range(1, 13)}
APART = {"roll-over-refused"}
"""What the next upgrade meets after it would strike another test's client."""

IN_SESSION = [name for name in NAMES if name not in OF_UPGRADES | APART]
SHARED = [
    pytest.param(IN_SESSION[::4], id="some"),
    pytest.param(
        [each for each in IN_SESSION if each not in IN_SESSION[::4]], id="others", marks=pytest.mark.long
    ),
]
"""What strikes in three of the ways; whatever can, strikes by the address and for the next client."""


@pytest.fixture(scope="module")
def server() -> Iterator[VoiceAgentServer]:
    """A server that sends fast."""
    bridge, server = opened(options=ServerOptions(send_speed=20.0))
    yield server
    bridge.close()


Outcomes = dict[str, Outcome]


def all_of(names: list[str], one: Callable[[str], Awaitable[Outcome]]) -> Outcomes:
    """The outcome of each, some at a time."""

    async def gathered() -> Outcomes:
        places = asyncio.Semaphore(AT_ONCE)

        async def placed(name: str) -> Outcome:
            async with places:
                return await one(name)

        return dict(zip(names, await asyncio.gather(*map(placed, names)), strict=True))

    return asyncio.run(gathered())


def under(name: str, url: str, **how: Any) -> Coroutine[Any, Any, Outcome]:
    """A conversation that a fault strikes."""
    return converse(url, under=name, sees=SEES[name], **how)


def others(outcomes: Outcomes) -> Outcomes:
    """Those in which a client saw something else than it should."""
    return {name: seen for name, seen in outcomes.items() if not SEES[name](seen)}


def moment(name: str) -> str:
    """When a fault is to strike that strikes a session that goes on: what a prompt ends, in a turn."""
    return "FunctionCallRequest" if name == "sound-stalls" else "AgentAudioDone"


def test_a_client_of_a_server_that_is_well(server: VoiceAgentServer) -> None:
    """Sees nothing of all this, and its conversation is whole."""
    seen = asyncio.run(converse(server.url))
    assert seen.is_whole
    assert seen.error is None
    assert seen.says(GREETING)
    for name in SEES.keys() - {"sliced"}:
        assert not SEES[name](seen), name


def test_every_fault_has_its_row() -> None:
    """Whoever adds one says what a client sees of it."""
    assert SEES.keys() == set(NAMES)


def test_by_the_address(server: VoiceAgentServer) -> None:
    """`?fault=NAME` makes each fault strike a session at its own moment."""
    names = [each for each in NAMES if each not in APART]
    seen = all_of(names, lambda name: under(name, f"{server.url}?fault={name}"))
    assert others(seen) == {}


@pytest.mark.parametrize("names", SHARED)
def test_at_a_time(server: VoiceAgentServer, names: list[str]) -> None:
    """`?fault=NAME&after=TIME`; the client waits for it, the greeting behind it."""

    async def one(name: str) -> Outcome:
        url = f"{server.url}?fault={name}&after=1500ms"
        strike = partial(asyncio.sleep, 1.6)
        return await under(name, url, strike=strike, at=moment(name))

    assert others(all_of(names, one)) == {}


def test_for_the_next_client(server: VoiceAgentServer) -> None:
    """Ordered beforehand, one after the other; a client that is let in is waited for no more."""

    async def each() -> Outcomes:
        outcomes: Outcomes = {}
        tasks: dict[str, asyncio.Task[Outcome]] = {}
        for fault in servable():
            if fault.name in APART:
                continue
            server.fault(fault.name)
            before = len(server.sessions())
            for _ in range(fault.dials if fault.name in OF_UPGRADES else 1):
                tasks[fault.name] = asyncio.create_task(under(fault.name, server.url))
                while not tasks[fault.name].done() and len(server.sessions()) == before:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        for name, task in tasks.items():
            outcomes[name] = await task
        return outcomes

    seen = asyncio.run(each())
    assert seen.keys() == set(NAMES) - APART
    assert others(seen) == {}


@pytest.mark.parametrize("names", SHARED)
def test_for_a_session_that_goes_on(server: VoiceAgentServer, names: list[str]) -> None:
    """A fault ordered between two replies strikes the running session."""

    async def one(name: str) -> Outcome:
        tag = f"{server.url}?tag={name}"

        async def strike() -> None:
            (session,) = [each for each in server.sessions() if each.query == f"tag={name}"]
            server.fault(name, after=0, session=session.id)
            await asyncio.sleep(0.05)

        return await under(name, tag, strike=strike, at=moment(name))

    assert others(all_of(names, one)) == {}


@pytest.mark.parametrize("names", SHARED)
def test_by_an_entry_of_a_script(server: VoiceAgentServer, names: list[str]) -> None:
    """`{"say": ..., "fault": NAME}` makes the fault strike in that reply."""

    async def one(name: str) -> Outcome:
        return await under(name, server.url, fault=name)

    assert others(all_of(names, one)) == {}


@pytest.mark.parametrize("way", ["query", "control"])
def test_a_fault_of_two_parts_meets_the_next_upgrade(way: str) -> None:
    """A fault of two parts: the session is told to roll over, and the next one is refused."""
    bridge, server = opened()
    url = server.url
    if way == "query":
        url += "?fault=roll-over-refused"
    else:
        server.fault("roll-over-refused")
    seen = asyncio.run(under("roll-over-refused", url))
    assert seen.says("MAXIMUM_SESSION_LENGTH_APPROACHING")
    assert asyncio.run(converse(server.url)).status == 503
    assert asyncio.run(converse(server.url)).is_whole
    bridge.close()


@pytest.mark.parametrize(
    ("query", "why"),
    [("fault=no-such", "unknown fault"), ("fault=disk-full", "a server cannot inject it")],
)
def test_an_address_with_a_fault_that_there_is_not(server: VoiceAgentServer, query: str, why: str) -> None:
    """An unknown fault in the address is refused with 400 and the reason."""
    seen = asyncio.run(converse(f"{server.url}?{query}"))
    assert seen.status == 400
    assert why in seen.error.response.body.decode()  # type: ignore[union-attr]
