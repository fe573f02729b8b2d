"""`trialogue serve`: the embedded voice agent and speech-to-text server, for any client that speaks to it."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from socket import gethostname
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import urlsplit

import trio
from attrs import evolve

from trialogue.cli.diagnostics import LogLevel, configure
from trialogue.cli.dialling import BY_ADDRESS, Dialling
from trialogue.cli.forced_exit import LastResort
from trialogue.cli.serve_control import LOOKED_AT, Handled, Handling
from trialogue.cli.view_lines import Line, Tone, line, span
from trialogue.cli.view_screens import WaitScreen, note, open_waiting, show
from trialogue.compute import Compute, compute
from trialogue.errors import SetupError
from trialogue.model.text import safe_text
from trialogue.server.admission import LOOPBACK, Access
from trialogue.server.dates import as_of, read_date
from trialogue.server.equipment import Equipment
from trialogue.server.listener import LISTEN_PATHS, Server, open_server
from trialogue.server.options import LatencyStyle, ServerOptions, UnknownFields, is_allowed, is_this_machine
from trialogue.server.settable import read_settings, with_settings
from trialogue.server.think.stand_in import StandInAgent, StandInEndpoint, ThinkStandIn, completions_url
from trialogue.serving.ledger import Ledger
from trialogue.serving.orders import check_faults
from trialogue.speech.engines import Engines, open_engines
from trialogue.supervise import lone_error, watch_signals
from trialogue.values import frozen


@frozen
class Answers:
    """Sources of answers in place of the think providers that clients name, chosen on the command line."""

    script: Path | None = None
    """File with agents and their scripts."""

    think: str | None = None
    """Address of a model that speaks OpenAI's chat completions."""

    think_model: str = ""
    """Name of the model; empty for the one that each client names."""

    think_key_variable: str | None = None
    """Environment variable of the model's key; None for none."""

    hosts: tuple[str, ...] = ()
    """Hosts besides this machine that endpoints of clients may have."""

    def stand_in(self) -> ThinkStandIn:
        """The stand-ins, read and checked; `ScenarioError` or `SetupError` if they are invalid."""
        agents: tuple[StandInAgent, ...] = ()
        if self.script is not None:
            from trialogue.server.script_file import read_script_file  # noqa: PLC0415 - YAML comes with it

            agents = read_script_file(self.script)
            for agent in agents:
                check_faults(agent.script)
        return ThinkStandIn(agents, self._endpoint())

    def _endpoint(self) -> StandInEndpoint | None:
        if self.think is None:
            if self.think_model or self.think_key_variable:
                raise SetupError("--think-model and --think-key-env need --think")
            return None
        if not _is_web_address(self.think):
            raise SetupError("--think must be an http:// or https:// address")
        wanted = "the model expects, or leave out --think-key-env"
        key = _key(self.think_key_variable, wanted) or ""
        return StandInEndpoint(completions_url(self.think), key, self.think_model)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # invalid brackets or port
        return False


@frozen
class Manners:
    """Settings for the treatment of clients, chosen on the command line."""

    settings: tuple[str, ...] = ()
    """Options of the server, each as KEY=VALUE: they take precedence."""

    as_of: str | None = None
    """Month or day of the served clients; None for today's."""

    is_lenient: bool = False
    """Whether invalid messages cause only a warning."""

    hides_latency: bool = False
    """Whether `LatencyReport` is left out."""

    def applied(self, options: ServerOptions) -> ServerOptions:
        """The server options with these changes; `SetupError` for an unknown setting."""
        if self.as_of is not None:
            options = as_of(options, read_date(self.as_of))
        if self.is_lenient:
            options = evolve(options, unknown_fields=UnknownFields.WARNED)
        if self.hides_latency:
            options = evolve(options, latency_style=LatencyStyle.NONE)
        return with_settings(options, read_settings(self.settings))


@frozen
class Serving:
    """Options of `trialogue serve`."""

    host: str = "127.0.0.1"
    """Address to bind."""

    port: int = 8090
    """Port to bind; 0 lets the system choose."""

    key_variable: str | None = None
    """Environment variable of the key that clients must send; None admits every client."""

    is_quiet: bool = False
    """Whether only the address is printed."""

    log_level: LogLevel = "info"
    """Lowest level of diagnostics on stderr."""

    answers: Answers = Answers()
    """Answers in the place of missing providers."""

    handling: Handling = LOOKED_AT
    """Recording, steering and checking of the server."""
    voices: Literal["local", "murmur"] = "local"
    """Kind of its engines: real ones, or simulated ones."""

    manners: Manners = Manners()
    """Treatment of its clients."""

    dialling: Dialling = BY_ADDRESS
    """Address, host names and encryption."""

    def token(self) -> str | None:
        """Token of the control route; None for a random one."""
        wanted = "control requests must carry, or leave out --control-token-env"
        return _key(self.handling.control_token_env, wanted)


def serve(serving: Serving) -> int:
    """Serve until a signal ends it; returns 128 + the signal's number. `SetupError` if it cannot start."""
    if serving.port not in range(65_536):
        raise SetupError(f"--port must be a number from 0 to 65535, not {serving.port}")
    wanted = "clients must send, or leave out --api-key-env"
    fields = read_settings(serving.manners.settings)
    access = Access(
        serving.host,
        serving.port,
        _key(serving.key_variable, wanted),
        fields.get("max_connections", LOOPBACK.max_connections),
    )
    if access.api_key is None and not is_this_machine(access.host):
        raise SetupError(
            f"--host {serving.host} is reachable from other machines, so clients need a key: name its "
            "variable, e.g. --api-key-env VOICE_KEY"
        )
    serving.dialling.check()
    configure("error" if serving.is_quiet else serving.log_level, in_real_time=True)
    answers = serving.answers
    options = ServerOptions(
        stand_in=answers.stand_in(), allow_endpoint=partial(is_allowed, frozenset(answers.hosts))
    )
    with TemporaryDirectory(prefix="trialogue-") as scratch:
        tls, authority = serving.dialling.tls(serving.host, Path(scratch))
        access = evolve(access, names=frozenset(serving.dialling.allow_name), tls=tls)
        return trio.run(_serve, serving, access, serving.manners.applied(options), authority)


def how_to_dial(server: Server, key_variable: str | None, authority: Path | None = None) -> list[Line]:
    """The server's address, and how to point the vendor's SDK at it."""
    host, safe = server.netloc, "s" if server.is_secure else ""
    listening, older = LISTEN_PATHS
    key = f'os.environ["{key_variable}"]' if key_variable else '"any"'
    shown = (
        "from deepgram import DeepgramClient",
        "from deepgram.environment import DeepgramClientEnvironment",
        "",
        f'http, ws = "http{safe}://{host}", "ws{safe}://{host}"',
        "here = DeepgramClientEnvironment(base=http, production=ws, agent=ws, agent_rest=http)",
        f"with DeepgramClient(api_key={key}, environment=here).agent.v1.connect() as agent:",
        "    print(agent.recv())",
    )
    return [
        line("listening at ", span(server.url, Tone.STRONG)),
        line("speech to text at ", span(f"ws{safe}://{host}{listening}", Tone.STRONG), f" and {older}"),
        *_further(server, authority),
        line(),
        line("To use it with the official Python SDK (deepgram-sdk 7):"),
        line(),
        *(line(span(f"    {each}", Tone.FAINT)) for each in shown),
        line(),
        line("Press Ctrl-C to stop."),
    ]


def _further(server: Server, authority: Path | None) -> list[Line]:
    """More about connecting: the address for other machines, and the certificate authority to trust."""
    told: list[Line] = []
    if server.host in {"0.0.0.0", "::"}:  # noqa: S104 compared, not bound
        address = server.url.replace(server.netloc, f"{gethostname()}:{server.port}")
        told.append(line("from other machines at ", span(address, Tone.STRONG)))
    if authority is not None:
        told.append(
            line(f"for clients to trust it, set SSL_CERT_FILE={authority} (node: NODE_EXTRA_CA_CERTS)")
        )
    return told


async def _serve(serving: Serving, access: Access, options: ServerOptions, authority: Path | None) -> int:
    asked: list[str] = []
    last_resort, expected, ledger = LastResort(), serving.handling.expectations(), Ledger()
    with closing(last_resort), lone_error():
        async with trio.open_nursery() as nursery:

            def end(signal_name: str) -> None:
                asked.append(signal_name)
                if signal_name == "SIGINT":
                    last_resort.arm()
                nursery.cancel_scope.cancel(reason=f"{signal_name} was received")

            await nursery.start(watch_signals, end)
            engines, work = _engines(serving.voices), compute()
            handled = serving.handling.handles(_equipment(engines, work, options), serving.token())
            ledger = handled.control.ledger
            server = await _listening(nursery, handled, access)
            await _warmed(engines, work, open_waiting(is_silent=serving.is_quiet))
            gc.freeze()  # loaded objects stay: examining them again and again would delay all clients
            told = how_to_dial(server, serving.key_variable, authority)
            told.append(handled.told(f"http{'s' if server.is_secure else ''}://{server.netloc}"))
            show([line(server.url)] if serving.is_quiet else told)
            sys.stdout.flush()
            if expected is not None:
                await expected.met(ledger)
                nursery.cancel_scope.cancel(
                    reason="every expected message has come, or the time for it is over"
                )
    if expected is not None:
        return _checked(expected.unmet(ledger))
    return 128 + signal.Signals[asked[0]]


def _checked(unmet: list[str]) -> int:
    """Print the unmet expectations; returns the exit code."""
    for why in unmet:
        note(safe_text(why))
    return 1 if unmet else 0


def _engines(voices: Literal["local", "murmur"]) -> Engines:
    if voices == "local":
        return open_engines()
    from trialogue.speech.murmur import murmuring_engines  # noqa: PLC0415 - for tests of clients alone

    return murmuring_engines()


def _equipment(engines: Engines, compute: Compute, options: ServerOptions) -> Equipment:
    return Equipment(
        recognizer=engines.recognizer,
        synthesizer=engines.synthesizer,
        open_detector=engines.open_detector,
        compute=compute,
        options=options,
    )


async def _warmed(engines: Engines, compute: Compute, waiting: WaitScreen) -> None:
    """Load recognizer and voices before the address is printed, so that the first client does not wait."""
    waiting("loading voices and recognizer")
    try:
        await compute.run(engines.warm)
    finally:
        waiting.done()


async def _listening(nursery: trio.Nursery, handled: Handled, access: Access) -> Server:
    equipment, seams = handled.control.equipment, handled.seams()
    try:
        server: Server = await nursery.start(open_server, equipment, access, seams)
    except OSError as error:
        where = f"{access.host}:{access.port}"
        raise SetupError(f"cannot listen at {where}: {error.strerror or error}") from error
    return server


def _key(variable: str | None, wanted: str) -> str | None:
    """The key in an environment variable; `SetupError`, with the text `wanted`, if the variable has none."""
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise SetupError(f"set {variable} to the key that {wanted}")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise SetupError(
            f"the key in {variable} is invalid: it contains spaces, line breaks or non-ASCII characters"
        )
    return key
