"""Settings of a listening session: its address, and the query that holds all of them.

Booleans are `true` and `false`, lists are repeated keys, and what is None or empty is left out.
"""

from __future__ import annotations

from typing import Literal, TypeAlias
from urllib.parse import urlencode, urlsplit, urlunsplit

from attrs import field

from trialogue.services.deepgram.settings import (
    DeepgramListenProviderV1,
    DeepgramListenProviderV2,
    ListenProvider,
)
from trialogue.values import frozen

ListenRoute: TypeAlias = Literal["v1", "v2"]
"""Route; the models of `v2` decide where a turn ends."""

FLUX_PATH = "/v2/listen"
NOVA_PATH = "/v1/listen"

NOVA = "nova-3"
"""Default model of the older route."""

ENGLISH = DeepgramListenProviderV2(model="flux-general-en")
"""Default recognizer."""


def route_of(model: str) -> ListenRoute:
    """Route of a model: `v2` for Flux, `v1` for all others."""
    return "v2" if model == "flux" or model.startswith("flux-") else "v1"


@frozen
class ListenSettings:
    """Settings of one listening session: a recognizer, as in an agent's Settings, and the rest."""

    recognizer: ListenProvider = field(default=ENGLISH, repr=False)
    """Model, languages, words to expect, and the thresholds of a turn's end; its class decides the route.
    Personal.
    """

    encoding: str = "linear16"
    """Encoding of one sample: `linear16`, `mulaw` or `alaw`."""

    sample_rate: int = 16_000
    """Samples a second, mono."""

    endpointing_ms: int = 300
    """Milliseconds of silence that make a result final (v1)."""

    utterance_end_ms: int = 1000
    """Milliseconds between words that end an utterance where noise hides the silence (v1): 1000 to 5000."""

    mip_opt_out: bool = False
    """Whether the service may not use the sound for training."""

    tags: tuple[str, ...] = ()
    """Labels of the session on the vendor's usage pages."""

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.recognizer.model or NOVA

    @property
    def route(self) -> ListenRoute:
        """Route of the model."""
        return "v1" if self._flux is None else "v2"

    @property
    def eot_timeout_s(self) -> float:
        """Seconds of silence that end a turn at the latest."""
        flux = self._flux
        return 5.0 if flux is None or flux.eot_timeout_ms is None else flux.eot_timeout_ms / 1000

    @property
    def _flux(self) -> DeepgramListenProviderV2 | None:
        return self.recognizer if isinstance(self.recognizer, DeepgramListenProviderV2) else None

    def url(self, base: str) -> str:
        """Address to dial at the service of `base`, of which scheme, host and port are kept.

        >>> ListenSettings().url("wss://api.deepgram.com/v1/agent/converse")
        'wss://api.deepgram.com/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000'
        """
        parts = urlsplit(base)
        path = FLUX_PATH if self.route == "v2" else NOVA_PATH
        return urlunsplit((parts.scheme, parts.netloc, path, self.query(), ""))

    def query(self) -> str:
        """Query string, without the question mark."""
        pairs: list[tuple[str, str]] = [
            ("model", self.model),
            ("encoding", self.encoding),
            ("sample_rate", str(self.sample_rate)),
            *self._pairs_of_its_route(),
            *(("tag", tag) for tag in self.tags),
        ]
        if self.mip_opt_out:
            pairs.append(("mip_opt_out", "true"))
        return urlencode(pairs)

    def _pairs_of_its_route(self) -> list[tuple[str, str]]:
        keyterms = [("keyterm", term) for term in self.recognizer.keyterms or ()]
        match self.recognizer:
            case DeepgramListenProviderV2(language_hints=hints):
                codes = [("language_hint", code) for code in hints or ()]
                return [*_flux_pairs(self.recognizer), *keyterms, *codes]
            case DeepgramListenProviderV1(language=language):
                return [*self._nova_pairs(language), *keyterms]

    def _nova_pairs(self, language: str | None) -> list[tuple[str, str]]:
        """Query pairs for interim results, and for both ends of an utterance."""
        return [
            *([("language", language)] if language is not None else []),
            ("interim_results", "true"),
            ("smart_format", "true"),
            ("endpointing", str(self.endpointing_ms)),
            ("utterance_end_ms", str(self.utterance_end_ms)),
            ("vad_events", "true"),
        ]


def _flux_pairs(flux: DeepgramListenProviderV2) -> list[tuple[str, str]]:
    optional = {
        "eot_threshold": flux.eot_threshold,
        "eager_eot_threshold": flux.eager_eot_threshold,
        "eot_timeout_ms": flux.eot_timeout_ms,
    }
    return [(name, str(value)) for name, value in optional.items() if value is not None]
