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
    """What to do with a message that breaks the protocol: an unknown key, an old name, a missing field."""

    REJECTED = "rejected"
    """`Error UNPARSABLE_CLIENT_MESSAGE`, with the field's path: strict, as the hosted service is."""

    WARNED = "warned"
    """A `Warning`: the message counts as far as it can be read, else it is left out."""


class RefusalStyle(Enum):
    """Form of a refused `InjectAgentMessage`; real services use both."""

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
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # no address at all, "http://[" as well
        return False


def is_allowed(hosts: Collection[str], url: str) -> bool:
    """Whether `url` is on this machine, or at one of `hosts`, and plain HTTP or HTTPS."""
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
    """Seconds without a client message after which the session ends with `CLIENT_MESSAGE_TIMEOUT`."""

    max_session_s: float = 7200.0
    """Seconds after which a session ends with `MAXIMUM_SESSION_LENGTH_REACHED`."""

    session_warning_s: float = 300.0
    """Seconds before that end at which `MAXIMUM_SESSION_LENGTH_APPROACHING` is said."""

    unknown_fields: UnknownFields = UnknownFields.REJECTED
    """Treatment of messages that do not fit."""

    as_of: date | None = None
    """The day whose clients are served: what came later is not sent. None for today's."""

    refusal_style: RefusalStyle = RefusalStyle.INJECTION_REFUSED
    """Style of refused injections."""

    latency_style: LatencyStyle = LatencyStyle.SEPARATE
    """Style of reported latencies."""

    tells_thoughts: bool = False
    """Whether `AgentThinking` is sent when an answer begins, like some models; its text is not a thought."""

    done_after_cut: bool = False
    """Whether an interrupted reply, too, ends with `AgentAudioDone`."""

    splits_injections: bool = False
    """Whether an injected text is reported by sentences, when each is heard; else whole, with its first."""

    listen_identity_fixed: bool = False
    """Whether `UpdateListen` must keep model and version, as until July 2026; else they may change."""

    hang_s: float = 0.8
    """Seconds of silence that end the user's turn; a smaller `eot_timeout_ms` goes before."""

    slow_think_s: float = 5.0
    """Seconds between two `SLOW_THINK_REQUEST` warnings."""

    send_speed: float = 5.0
    """Factor by which audio is sent faster than real time."""

    max_prompt_chars: int = 25_000
    """Longer prompts are cut with `PROMPT_TOO_LONG`, unless the model or its endpoint is the user's own."""

    max_sentences: int = 256
    """Sentences of one reply that are spoken; a provider that goes on for ever is stopped there."""

    seed: int = 0
    """Every chance of the server comes from generators seeded by this."""

    logs_text: bool = False
    """Whether diagnostics hold whole messages, with what was said and prompted; else their lengths alone."""

    agents: Mapping[str, AgentSettings] = _NO_AGENTS
    """Reusable agent configurations by id, for Settings that name one."""

    allow_endpoint: Callable[[str], bool] = field(default=is_loopback)
    """Function that says which think endpoints may be asked; loopback only unless the operator says more."""

    models: ModelRecord | None = None
    """Record of models' words, which are said again without them; None where each is asked."""

    stand_in: ThinkStandIn | None = _DEFAULT_STAND_IN
    """Stand-in for providers that are not here; None refuses them with `INVALID_SETTINGS`."""
