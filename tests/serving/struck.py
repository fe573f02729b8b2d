"""A foreign client's whole conversation, and what it sees of a fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

from attrs import define, field
from foreign import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

KEY = "Token canary-5f3a9c"
QUIET_S = 2.0
"""After so much silence a client gives up where silence is what is to come, and nothing else is still to."""

PATIENT_S = 30.0
"""How long it waits where something is to come, on a busy machine too."""

UPGRADE_S = 1.5
"""How long a client waits for an upgrade that is not to come."""

SLOW_S = 2.5
"""Who is served slowly leaves after so long; a server that is well takes a quarter of it for all."""

HANGS = frozenset({"silent", "dripped"})
"""Faults of an upgrade behind which nothing comes."""

SLOW = frozenset({"latency", "jitter", "slow-line"})
"""Faults that make all of a conversation slow, and keep nothing of it back."""

QUIET = frozenset(
    {
        *("no-welcome", "no-settings-applied", "settings-refused", "half-open", "deaf", "closed-left-open"),
        *("no-sound", "sound-stalls", "done-missing", "acks-late", "prompts-refused", "think-failed"),
        *("update-unconfirmed", "update-confirmed-late", "update-misconfirmed", "ping-flood"),
        *("unclosed-rolling-over", "roll-over-refused"),
    }
)
"""Faults of a conversation behind which nothing comes, or not what the client waits for."""

GREETING = "Good morning to everybody in the house."
ANSWER = "It is ten dollars for a whole pound of it."


def settings_of(fault: str | None) -> dict[str, Any]:
    """An app's settings: a greeting, a function, and a script, in which a fault may stand."""
    call = {"tool": "price", "arguments": {}}
    entry = {"call": call, "say": ANSWER, **({"fault": fault} if fault else {})}
    think = {"provider": {"type": "scripted", "script": [entry, {"say": ANSWER}]}}
    return settings(greeting=GREETING, think={**think, "functions": [{"name": "price"}]})


@define
class Outcome:
    """What a client saw."""

    raw: list[str | bytes] = field(factory=list)
    error: BaseException | None = None
    is_quiet: bool = False
    is_whole: bool = False
    is_lost: bool = False
    is_slow: bool = False
    took_s: float = 0.0

    @property
    def types(self) -> list[str]:
        """Types of messages in order; neighbouring sound as one."""
        found = [_type(each) for each in self.raw]
        return [each for n, each in enumerate(found) if n == 0 or each != "sound" or found[n - 1] != "sound"]

    @property
    def sizes(self) -> list[int]:
        """Bytes of each message of sound."""
        return [len(each) for each in self.raw if isinstance(each, bytes)]

    @property
    def status(self) -> int | None:
        """The status of a refused upgrade."""
        return self.error.response.status_code if isinstance(self.error, InvalidStatus) else None

    @property
    def code(self) -> int | None:
        """The server's close code; 1006 where it said none."""
        if not isinstance(self.error, ConnectionClosed):
            return None
        return 1006 if self.error.rcvd is None else self.error.rcvd.code

    @property
    def own_code(self) -> int | None:
        """The client's close code."""
        closed = self.error if isinstance(self.error, ConnectionClosed) else None
        return None if closed is None or closed.sent is None else closed.sent.code

    def says(self, words: str, times: int = 1) -> bool:
        """Whether words came in so many messages at least."""
        return sum(words in each for each in self.raw if isinstance(each, str)) >= times

    def has_twice(self, kind: str) -> bool:
        """Whether a message came twice in a row."""
        return any(one == other and _type(one) == kind for one, other in pairwise(self.raw))


def _type(message: str | bytes) -> str:
    if isinstance(message, bytes):
        return "sound"
    try:
        return str(json.loads(message).get("type"))
    except ValueError:
        return ""


Strike = Callable[[], Awaitable[None]]

Sees = Callable[[Outcome], bool]
"""Whether a client has seen what it should."""


def sees_all(_: Outcome) -> bool:
    """Nothing is awaited."""
    return True


@define
class Client:
    """Holds a conversation: greeting, a prompt with a function, another prompt, a change of the prompt."""

    socket: ClientConnection
    outcome: Outcome
    quiet_s: float
    sees: Sees
    fault: str | None = None
    strike: Strike | None = None
    at: str = "AgentAudioDone"
    done: int = 0

    async def converse(self) -> None:
        """To the end, whatever that is."""
        while not self.outcome.is_whole:
            message = await self.next_message()
            if message is None:
                return
            self.outcome.raw.append(message)
            try:
                await self.take(_type(message), message)
            except ConnectionClosed:
                self.outcome.is_lost = True
            if self.outcome.is_lost:
                await self.read_on()

    async def next_message(self) -> str | bytes | None:
        """The next one; None in silence, where a busy machine gets longer for what is still to be seen."""
        for wait_s in (self.quiet_s, PATIENT_S):
            self.outcome.is_quiet = False
            try:
                async with asyncio.timeout(wait_s):  # wait_for forgets the end of SLOW_S beside a message
                    return await self.socket.recv()
            except TimeoutError:
                self.outcome.is_quiet = True
            if self.sees(self.outcome):
                break
        return None

    async def read_on(self) -> None:
        """What came before the end is read all the same; raises how it ended."""
        while True:
            self.outcome.raw.append(await self.socket.recv())

    async def take(self, kind: str, message: str | bytes) -> None:
        """Answer a message."""
        if kind == self.at and self.strike is not None:
            strike, self.strike = self.strike, None
            await strike()
        if kind == "Welcome" and "Welcome" not in self.outcome.types[:-1]:
            await self.tell(settings_of(self.fault))
        elif kind == "AgentAudioDone":
            self.done += 1
            await self.go_on()
        elif kind == "FunctionCallRequest":
            for call in json.loads(message).get("functions", []):
                answer = {"type": "FunctionCallResponse", "id": call["id"], "name": "price", "content": "10"}
                await self.tell(answer)
        elif kind in {"InjectionRefused", "Warning"} and "INJECT" in str(message).upper():
            if str(self.outcome.raw).count(kind) < 4:
                await self.prompt()
        elif kind == "PromptUpdated":
            self.outcome.is_whole = True

    async def go_on(self) -> None:
        """After each reply."""
        if self.done < 3:
            await self.prompt()
        else:
            await self.tell({"type": "UpdatePrompt", "prompt": "Be brief."})

    async def prompt(self) -> None:
        """Ask for the function."""
        await self.tell({"type": "InjectUserMessage", "content": "What is the price?"})

    async def tell(self, message: dict[str, Any]) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))


async def converse(
    url: str,
    fault: str | None = None,
    strike: Strike | None = None,
    at: str = "AgentAudioDone",
    *,
    under: str | None = None,
    sees: Sees = sees_all,
) -> Outcome:
    """Hold a conversation, and tell what came of it; `strike` is awaited at the first message `at`.

    `under` is the fault that strikes, where it is not `fault`, which stands in the script: it says what the
    client waits for, and how long. `sees` says when it has seen what it should, so that silence is the end.
    """
    name = under or fault or ""
    leaves_s = SLOW_S if name in SLOW else None
    quiet_s = QUIET_S if name in QUIET else PATIENT_S
    opens_s = UPGRADE_S if name in HANGS else PATIENT_S
    outcome = Outcome()
    began = asyncio.get_running_loop().time()
    try:
        headers = {"Authorization": KEY}
        async with connect(
            url, additional_headers=headers, open_timeout=opens_s, close_timeout=0.3
        ) as socket:
            try:
                async with asyncio.timeout(leaves_s):
                    await Client(socket, outcome, quiet_s, sees, fault, strike, at).converse()
            except TimeoutError:
                outcome.is_slow = True
    except Exception as error:  # noqa: BLE001 - what the client's library raises is what is looked at
        outcome.error = error
    outcome.took_s = asyncio.get_running_loop().time() - began
    return outcome
