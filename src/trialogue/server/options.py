"""Options of the embedded server's operator; the defaults do what the hosted service does."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from urllib.parse import urlsplit

from attrs import field

from trialogue.server.think.on_record import ModelRecord
from trialogue.server.think.stand_in import ThinkStandIn
from trialogue.services.deepgram.settings import AgentSettings
from trialogue.values import frozen


class UnknownFields(Enum):
    """Treatment of an invalid message: one with an unknown key, an old name, or a missing field."""

    REJECTED = "rejected"
    """`Error UNPARSABLE_CLIENT_MESSAGE` with the field's path: strict, like the hosted service."""

    WARNED = "warned"
    """A `Warning`: the readable part of the message counts; a message that cannot be read is skipped."""


class RefusalStyle(Enum):
    """Form in which a refused `InjectAgentMessage` is reported; hosted services use both."""

    INJECTION_REFUSED = "injection-refused"
    WARNING = "warning"


class LatencyStyle(Enum):
    """Form of `LatencyReport`: one per field (as observed), one per reply (as documented), or none."""

    SEPARATE = "separate"
    COMBINED = "combined"
    NONE = "none"


def is_loopback(url: str) -> bool:
    """Whether the host of `url` is this machine by name or address."""
    try:
        return is_this_machine(urlsplit(url).hostname or "")
    except ValueError:  # no address at all, such as "http://["
        return False


def is_this_machine(host: str) -> bool:
    """Whether a bare host name or address, such as `::1`, is on loopback."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # another name
        return False


def is_allowed(hosts: Collection[str], url: str) -> bool:
    """Whether `url` is plain HTTP or HTTPS on this machine or at one of `hosts`."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and (is_loopback(url) or parts.hostname in hosts)
    except ValueError:
        return False


_DEFAULT_STAND_IN = ThinkStandIn()
_NO_AGENTS: Mapping[str, AgentSettings] = MappingProxyType({})


@frozen
class ServerOptions:
    """Options of one embedded server, for all its connections."""

    idle_s: float = 10.0
    """Seconds without a client message that end the session with `CLIENT_MESSAGE_TIMEOUT`."""

    max_session_s: float = 7200.0
    """Seconds of a session that end it with `MAXIMUM_SESSION_LENGTH_REACHED`."""

    session_warning_s: float = 300.0
    """Seconds before that end at which `MAXIMUM_SESSION_LENGTH_APPROACHING` is sent."""

    unknown_fields: UnknownFields = UnknownFields.REJECTED
    """Treatment of invalid messages."""

    as_of: date | None = None
    """Date of the served clients: newer messages are not sent to them. None for today's."""

    refusal_style: RefusalStyle = RefusalStyle.INJECTION_REFUSED
    """Form in which refused injections are reported."""

    latency_style: LatencyStyle = LatencyStyle.SEPARATE
    """Form in which latencies are reported."""

    tells_thoughts: bool = False
    """Whether `AgentThinking` is sent as an answer begins, as some models do; its text is no thought."""

    done_after_cut: bool = False
    """Whether an interrupted reply also ends with `AgentAudioDone`."""

    splits_injections: bool = False
    """Whether an injected text is reported sentence by sentence as it is heard; else whole at its start."""

    listen_identity_fixed: bool = False
    """Whether `UpdateListen` must keep model and version, as at the hosted service until July 2026."""

    hang_s: float = 0.8
    """Seconds of silence that end the user's turn; a smaller `eot_timeout_ms` takes precedence."""

    slow_think_s: float = 5.0
    """Seconds between two `SLOW_THINK_REQUEST` warnings."""

    send_speed: float = 5.0
    """Factor by which audio is sent faster than real time."""

    max_prompt_chars: int = 25_000
    """Most characters of a prompt.

    A longer one is cut, with the warning `PROMPT_TOO_LONG`; one whose user brings the model or its endpoint
    only beyond 1,000,000.
    """

    max_sentences: int = 256
    """Most sentences of a reply that are spoken; the rest of an endless reply is dropped."""

    seed: int = 0
    """Every chance of the server comes from generators seeded by this."""

    logs_text: bool = False
    """Whether diagnostics hold whole messages, with speech and prompts; otherwise only their lengths."""

    agents: Mapping[str, AgentSettings] = _NO_AGENTS
    """Reusable agent configurations, by the id that Settings name."""

    allow_endpoint: Callable[[str], bool] = field(default=is_loopback)
    """Function that says whether a think endpoint may be used; by default only loopback may."""

    models: ModelRecord | None = None
    """Record of models' answers, which is replayed without the models; None to ask the models."""

    stand_in: ThinkStandIn | None = _DEFAULT_STAND_IN
    """Stand-in for providers that this server lacks; None refuses them with `INVALID_SETTINGS`."""
