"""Server for tests: the client under test dials it; the test sets its answers and checks what came.

1. It runs in a thread of its own (`in_thread`): a test may be sync, or use asyncio, trio or anyio.
2. A call that waits blocks its thread; a test with a loop awaits the same call of `aio`, so that its client
   can run.
3. It is opened once, and `reset` between two tests.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import trio

from trialogue.arguments import checks_arguments
from trialogue.compute import InThreads
from trialogue.errors import WrongValue
from trialogue.server.equipment import Equipment
from trialogue.server.listener import Server, open_server
from trialogue.server.options import ServerOptions
from trialogue.server.seams import answer_nothing
from trialogue.server.sound import RATES
from trialogue.serving.control import LONGEST_WAIT_S, Control
from trialogue.serving.in_thread import Bridge, awaited
from trialogue.serving.ledger import By, Session, SessionMessage, Wanted
from trialogue.serving.orders import order
from trialogue.serving.routes import ControlRoutes
from trialogue.speech.engines import Engines
from trialogue.speech.murmur import murmuring_engines
from trialogue.values import define, frozen

__all__ = ["AioServer", "AioUser", "User", "VoiceAgentServer", "opened"]

T = TypeVar("T")

SOON_S: Final = 5.0
"""Default seconds of waiting for a message."""


@frozen
class Hands:
    """Calls into the server's loop from the test's thread."""

    bridge: Bridge
    """The thread."""

    control: Control
    """Control of the server."""

    def do(self, call: Callable[[Control], T]) -> T:
        """Make a call that returns at once."""
        return self.bridge.do(partial(call, self.control))

    def begin(self, call: Callable[[Control], Awaitable[T]]) -> Future[T]:
        """Start a call that waits."""
        return self.bridge.begin(partial(call, self.control))

    def wait_for(self, wanted: Wanted, within_s: float) -> Future[SessionMessage]:
        """Begin to wait for a message."""
        return self.begin(lambda control: control.wait_for(wanted, within_s))

    def say(self, text: str, session: str | None, voice: str, *, at_once: bool) -> Future[None]:
        """Begin to speak as the user."""
        return self.begin(lambda control: control.say(text, session, voice=voice, at_once=at_once))

    def play(self, path: Path | str, session: str | None, *, at_once: bool) -> Future[None]:
        """Begin to play as the user."""
        return self.begin(lambda control: control.play(Path(path), session, at_once=at_once))


@define(eq=False)
class VoiceAgentServer:
    """A voice agent server that a test controls."""

    _hands: Hands
    _server: Server

    @property
    def url(self) -> str:
        """Address for clients: `ws://127.0.0.1:PORT/v1/agent/converse`."""
        return self._server.url

    @property
    def host(self) -> str:
        """Host and port only, for clients that add the rest of the address: `127.0.0.1:PORT`."""
        return f"{self._server.host}:{self._server.port}"

    @property
    def user(self) -> User:
        """User who speaks to the agent."""
        return User(self._hands)

    @property
    def aio(self) -> AioServer:
        """The async methods, for tests with an event loop."""
        return AioServer(self._hands)

    # --- what clients meet --------------------------------------------------------------------------

    @checks_arguments
    def script(self, *entries: Mapping[str, Any], greeting: str | None = None) -> None:
        """Set the agents' answers in later sessions, whichever model their app names.

        Entries are those of a script: `{"say": "Hello."}`, `{"when": {"heard": "price"}, "say": "Ten."}`.
        `greeting` is said first if the app's Settings have none.
        """
        self._hands.do(lambda control: control.script(entries, greeting))

    @checks_arguments
    def record(self, folder: str | Path) -> None:
        """Record each later session as a run in this directory."""
        self._hands.do(lambda control: control.record(Path(folder)))

    @checks_arguments
    def replay(self, run: str | Path, *, participant: str | None = None, strict: bool = False) -> None:
        """Replay a run's session to later clients; for a meeting's run, name the participant."""
        self._hands.do(lambda control: control.replay(Path(run), participant, is_strict=strict))

    @checks_arguments
    def relay(self, url: str) -> None:
        """Forward later clients to another service, as a proxy."""
        self._hands.do(lambda control: control.relay(url))

    @checks_arguments
    def options(self, **changes: object) -> None:
        """Change the options of later sessions: fields of `ServerOptions` by name."""
        self._hands.do(lambda control: control.equip(**changes))

    @checks_arguments
    def fault(self, name: str, *, after: str | float | None = None, session: str | None = None) -> None:
        """Inject a fault into the next session, or into a running one (`last` for the newest).

        Each fault has its own moment; with `after`, e.g. `3s`, it happens that long after the upgrade.
        """
        self._hands.do(lambda control: control.order(order(name, after), session))

    @checks_arguments
    def latency(self, seconds: float) -> None:
        """Delay everything that the server sends by that many seconds."""
        self._hands.do(lambda control: control.delay(seconds))

    @checks_arguments
    def say(self, text: str, *, session: str | None = None) -> None:
        """Make the agent say something as soon as it has finished speaking."""
        self._hands.do(lambda control: control.speak(text, session))

    def reset(self) -> None:
        """Reset the server: no script, no faults, no received messages, no connections."""
        self._hands.begin(Control.reset).result(SOON_S)

    # --- what clients said --------------------------------------------------------------------------

    @checks_arguments
    def received(
        self, kind: str | None = None, *, session: str | None = None, by: By = "client", **having: object
    ) -> list[Mapping[str, Any]]:
        """Messages from clients as JSON objects, of one type or all, of one session or all.

        Keywords are fields that the message must have: `received("Settings", tags=["test"])`.
        """
        wanted = Wanted(kind or "", having, by, session)
        return self._hands.do(lambda control: [each.message for each in control.ledger.all_of(wanted)])

    def sessions(self) -> list[Session]:
        """The sessions since the last reset, in order."""
        return self._hands.do(lambda control: list(control.ledger.sessions.values()))

    @checks_arguments
    def wait_for(
        self,
        kind: str,
        *,
        within_s: float = SOON_S,
        session: str | None = None,
        by: By = "client",
        nth: int = 1,
        **having: object,
    ) -> Mapping[str, Any]:
        """Wait for a message, which may already have come; `NothingCame` after the timeout."""
        wanted = Wanted(kind, having, by, session, nth)
        return self._hands.wait_for(wanted, within_s).result(within_s + SOON_S).message


@frozen
class User:
    """The user who speaks to the agent; the server hears it as if it came from the client's microphone."""

    _hands: Hands

    @checks_arguments
    def say(
        self, text: str, *, session: str | None = None, at_once: bool = False, voice: str = "heart"
    ) -> None:
        """Say something; returns when it is said, in real time or at once."""
        self._hands.say(text, session, voice, at_once=at_once).result(LONGEST_WAIT_S)

    @checks_arguments
    def play(self, path: Path | str, *, session: str | None = None, at_once: bool = False) -> None:
        """Play a recording (WAV or FLAC); returns when it is played."""
        self._hands.play(path, session, at_once=at_once).result(LONGEST_WAIT_S)

    @checks_arguments
    def wav(self, text: str, path: Path | str, *, voice: str = "heart", sample_rate: int = 24_000) -> None:
        """Write speech that this server understands to a WAV file, for apps whose microphone is a file."""
        if sample_rate not in RATES:
            text = f"sample_rate must be from {RATES[0]} to {RATES[-1]}, not {sample_rate}"
            raise WrongValue(text, argument="sample_rate")
        where, rate = Path(path), sample_rate
        speech = self._hands.begin(lambda c: c.speech(text, where, voice=voice, sample_rate=rate))
        speech.result(LONGEST_WAIT_S)

    @checks_arguments
    def write(self, text: str, *, session: str | None = None) -> None:
        """Say something in writing, as `InjectUserMessage` does."""
        self._hands.do(lambda control: control.write(text, session))


@frozen
class AioServer:
    """Async methods of the server, for tests with asyncio or trio."""

    _hands: Hands

    @property
    def user(self) -> AioUser:
        """User who speaks to the agent."""
        return AioUser(self._hands)

    @checks_arguments
    async def wait_for(
        self,
        kind: str,
        *,
        within_s: float = SOON_S,
        session: str | None = None,
        by: By = "client",
        nth: int = 1,
        **having: object,
    ) -> Mapping[str, Any]:
        """Wait as `VoiceAgentServer.wait_for` does."""
        wanted = Wanted(kind, having, by, session, nth)
        return (await awaited(self._hands.wait_for(wanted, within_s))).message


@frozen
class AioUser:
    """Async methods of the user, for tests with an event loop."""

    _hands: Hands

    @checks_arguments
    async def say(
        self, text: str, *, session: str | None = None, at_once: bool = False, voice: str = "heart"
    ) -> None:
        """Speak as `User.say` does."""
        await awaited(self._hands.say(text, session, voice, at_once=at_once))

    @checks_arguments
    async def play(self, path: Path | str, *, session: str | None = None, at_once: bool = False) -> None:
        """Play as `User.play` does."""
        await awaited(self._hands.play(path, session, at_once=at_once))


@checks_arguments
def opened(
    engines: Engines | None = None, options: ServerOptions | None = None, *, token: str | None = None
) -> tuple[Bridge, VoiceAgentServer]:
    """Open a server on loopback; the caller must close the returned bridge.

    With a `token`, the control route accepts requests with it. Without `engines`, voices are simulated: their
    sound is not speech, but the server's recognizer understands it exactly.
    """
    voices = engines or murmuring_engines()
    made: list[tuple[Control, Server]] = []

    async def main(ready: Callable[[], None]) -> None:
        control = Control(
            Equipment(
                recognizer=voices.recognizer,
                synthesizer=voices.synthesizer,
                open_detector=voices.open_detector,
                compute=InThreads(),
                options=options or ServerOptions(),
            )
        )
        async with trio.open_nursery() as nursery:
            seams = control.seams(ControlRoutes(control, token).decide if token else answer_nothing)
            server: Server = await nursery.start(partial(open_server, control.equipment, seams=seams))
            made.append((control, server))
            ready()

    bridge = Bridge(main)
    bridge.open()
    control, server = made[0]
    return bridge, VoiceAgentServer(Hands(bridge, control), server)
