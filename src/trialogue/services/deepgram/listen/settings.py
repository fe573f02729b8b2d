"""What a listening session is asked for: its address, and the query that says all of it.

Booleans are `true` and `false`, lists are repeated keys, and what is None or empty is left out.
"""

from __future__ import annotations

from typing import Literal, TypeAlias
from urllib.parse import urlencode, urlsplit, urlunsplit

from attrs import field, frozen

ListenRoute: TypeAlias = Literal["v1", "v2"]
"""`v2` is the one whose models say when a turn ends."""

FLUX_PATH = "/v2/listen"
NOVA_PATH = "/v1/listen"


def route_of(model: str) -> ListenRoute:
    """The route that a model is listened to by: Flux by `v2`, all others by `v1`."""
    return "v2" if model == "flux" or model.startswith("flux-") else "v1"


@frozen
class ListenSettings:
    """What one listening session is asked for, of either route; the other route's fields are not sent."""

    model: str = "flux-general-en"
    """The model, which decides the route."""

    encoding: str = "linear16"
    """How one sample is written: `linear16`, `mulaw` or `alaw`."""

    sample_rate: int = 16_000
    """Samples a second, mono."""

    language: str | None = None
    """BCP-47, or `multi` (v1 only; Flux has a model a language, and `language_hints`)."""

    keyterms: tuple[str, ...] = field(default=(), repr=False)
    """Words to listen for, at most 100. May be personal."""

    language_hints: tuple[str, ...] = ()
    """Languages to expect (multilingual models only)."""

    eot_threshold: float | None = None
    """How sure Flux is at the end of a turn, 0.5 to 1."""

    eager_eot_threshold: float | None = None
    """How sure at an eager end, 0.3 to 0.9; None for no eager ends."""

    eot_timeout_ms: int | None = None
    """How long a silence ends a turn all the same (v2), 500 to 60000."""

    endpointing_ms: int = 300
    """How long a silence makes a result final (v1)."""

    utterance_end_ms: int = 1000
    """How long a gap between words ends an utterance where noise hides the silence (v1), 1000 to 5000."""

    mip_opt_out: bool = False
    """Whether the service may not learn from the sound."""

    tags: tuple[str, ...] = ()
    """Names under which the vendor's usage pages show the session."""

    @property
    def route(self) -> ListenRoute:
        """Which dialect is spoken."""
        return route_of(self.model)

    @property
    def eot_timeout_s(self) -> float:
        """How long a silence ends a turn at the latest, in seconds."""
        return 5.0 if self.eot_timeout_ms is None else self.eot_timeout_ms / 1000

    def url(self, base: str) -> str:
        """The address to dial at the service of `base`, of which scheme, host and port are kept.

        >>> ListenSettings(eot_timeout_ms=900).url("wss://api.deepgram.com/v1/agent/converse")
        'wss://api.deepgram.com/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000&eot_timeout_ms=900'
        """
        parts = urlsplit(base)
        path = FLUX_PATH if self.route == "v2" else NOVA_PATH
        return urlunsplit((parts.scheme, parts.netloc, path, self.query(), ""))

    def query(self) -> str:
        """What follows the question mark."""
        pairs: list[tuple[str, str]] = [
            ("model", self.model),
            ("encoding", self.encoding),
            ("sample_rate", str(self.sample_rate)),
            *(self._flux_pairs() if self.route == "v2" else self._nova_pairs()),
            *(("keyterm", term) for term in self.keyterms),
            *(("language_hint", code) for code in self.language_hints),
            *(("tag", tag) for tag in self.tags),
        ]
        if self.mip_opt_out:
            pairs.append(("mip_opt_out", "true"))
        return urlencode(pairs)

    def _flux_pairs(self) -> list[tuple[str, str]]:
        optional = {
            "eot_threshold": self.eot_threshold,
            "eager_eot_threshold": self.eager_eot_threshold,
            "eot_timeout_ms": self.eot_timeout_ms,
        }
        return [(name, str(value)) for name, value in optional.items() if value is not None]

    def _nova_pairs(self) -> list[tuple[str, str]]:
        """Interim results, and both ways in which an utterance may end."""
        return [
            *([("language", self.language)] if self.language is not None else []),
            ("interim_results", "true"),
            ("smart_format", "true"),
            ("endpointing", str(self.endpointing_ms)),
            ("utterance_end_ms", str(self.utterance_end_ms)),
            ("vad_events", "true"),
        ]
