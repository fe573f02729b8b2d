"""`trialogue serve`: the embedded voice agent and speech-to-text server, for any client that speaks to it."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from urllib.parse import urlsplit

import trio
from attrs import frozen

from trialogue.cli.diagnostics import LogLevel, configure
from trialogue.cli.last_resort import LastResort
from trialogue.cli.view_lines import Line, Tone, line, span
from trialogue.cli.view_screens import WaitScreen, open_waiting, show
from trialogue.compute import Compute, compute
from trialogue.errors import SetupError
from trialogue.server.equipment import Equipment
from trialogue.server.listener import LISTEN_PATHS, Access, Server, open_server
from trialogue.server.options import is_loopback
from trialogue.speech.engines import Engines, open_engines
from trialogue.supervise import lone_error, watch_signals

__all__ = ["Serving", "how_to_dial", "serve"]


@frozen
class Serving:
    """What the operator asks for."""

    host: str = "127.0.0.1"
    """The address to bind."""

    port: int = 8090
    """The port to bind; 0 lets the system choose."""

    key_variable: str | None = None
    """The environment variable that holds the key which clients must show; None lets everyone in."""

    is_quiet: bool = False
    """Whether only the address is printed."""

    log_level: LogLevel = "info"
    """The least diagnostics that stderr gets."""


def serve(serving: Serving) -> int:
    """Serve until a signal asks for the end: 128 + its number. `SetupError` where it cannot begin."""
    if serving.port not in range(65_536):
        raise SetupError(f"--port wants a number from 0 to 65535, not {serving.port}")
    access = Access(serving.host, serving.port, _key(serving.key_variable))
    if access.api_key is None and not is_loopback(f"ws://{access.host}/"):
        raise SetupError(
            f"--host {serving.host} is reached from other machines: name the variable that holds a key for "
            "its clients, as --api-key-env VOICE_KEY"
        )
    configure("error" if serving.is_quiet else serving.log_level)
    return trio.run(_serve, serving, access)


def how_to_dial(server: Server, key_variable: str | None) -> list[Line]:
    """The address, and how the vendor's SDK is pointed at it."""
    host = urlsplit(server.url).netloc
    listening, older = LISTEN_PATHS
    key = f'os.environ["{key_variable}"]' if key_variable else '"any"'
    shown = (
        "from deepgram import DeepgramClient",
        "from deepgram.environment import DeepgramClientEnvironment",
        "",
        f'http, ws = "http://{host}", "ws://{host}"',
        "here = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)",
        f"with DeepgramClient(api_key={key}, environment=here).agent.v1.connect() as agent:",
        "    print(agent.recv())",
    )
    return [
        line("listening at ", span(server.url, Tone.STRONG)),
        line("speech to text at ", span(f"ws://{host}{listening}", Tone.STRONG), f" and {older}"),
        line(),
        line("The official Python SDK (deepgram-sdk 7) talks to it so:"),
        line(),
        *(line(span(f"    {each}", Tone.FAINT)) for each in shown),
        line(),
        line("Ctrl-C ends it."),
    ]


async def _serve(serving: Serving, access: Access) -> int:
    asked: list[str] = []
    last_resort = LastResort()
    with closing(last_resort), lone_error():
        async with trio.open_nursery() as nursery:

            def end(signal_name: str) -> None:
                asked.append(signal_name)
                if signal_name == "SIGINT":
                    last_resort.arm()
                nursery.cancel_scope.cancel(reason=f"{signal_name} was received")

            await nursery.start(watch_signals, end)
            engines, work = open_engines(), compute()
            server = await _listening(nursery, _equipment(engines, work), access)
            await _warmed(engines, work, open_waiting(is_silent=serving.is_quiet))
            told = how_to_dial(server, serving.key_variable)
            show([line(server.url)] if serving.is_quiet else told)
            sys.stdout.flush()
    return 128 + signal.Signals[asked[0]]


def _equipment(engines: Engines, compute: Compute) -> Equipment:
    return Equipment(
        recognizer=engines.recognizer,
        synthesizer=engines.synthesizer,
        open_detector=engines.open_detector,
        compute=compute,
    )


async def _warmed(engines: Engines, compute: Compute, waiting: WaitScreen) -> None:
    """Load ears and voices before anybody is told where to dial: the first client shall not wait."""
    waiting("loading voices and recognizer")
    try:
        await compute.run(engines.warm)
    finally:
        waiting.done()


async def _listening(nursery: trio.Nursery, equipment: Equipment, access: Access) -> Server:
    try:
        server: Server = await nursery.start(open_server, equipment, access)
    except OSError as error:
        where = f"{access.host}:{access.port}"
        raise SetupError(f"cannot listen at {where}: {error.strerror or error}") from error
    return server


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise SetupError(f"set {variable} to the key that clients shall show, or leave --api-key-env out")
    return key
