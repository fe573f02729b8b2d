"""The query of the listening routes: what is taken, and what is refused with which words."""

import pytest

from trialogue.model.audio import AudioFormat
from trialogue.server.listen.terms import FluxTerms, NovaTerms, QueryRefused, read_query
from trialogue.services.deepgram.listen import ListenSettings
from trialogue.services.deepgram.settings import DeepgramListenProviderV1, DeepgramListenProviderV2

RAW = "encoding=linear16&sample_rate=16000"


def test_settings_of_our_client_are_read_by_the_server():
    """Every setting that our client sends is read by the server, on both routes."""
    recognizer = DeepgramListenProviderV2(
        model="flux-general-multi",
        eot_threshold=0.8,
        eager_eot_threshold=0.5,
        eot_timeout_ms=900,
        keyterms=("Ada & Bob",),
        language_hints=("en-GB", "es"),
    )
    flux = ListenSettings(
        recognizer,
        encoding="mulaw",
        sample_rate=8000,
        mip_opt_out=True,
        tags=("t",),
    )
    assert read_query("v2", flux.query()) == FluxTerms(
        input=AudioFormat("mulaw", 8000),
        multilingual=True,
        eot_threshold=0.8,
        eager_eot_threshold=0.5,
        eot_timeout_ms=900,
        keyterms=("Ada & Bob",),
        language_hints=("en-GB", "es"),
    )
    older = DeepgramListenProviderV1(model="nova-3", language="multi")
    nova = ListenSettings(older, endpointing_ms=0, utterance_end_ms=1500)
    assert read_query("v1", nova.query()) == NovaTerms(
        input=AudioFormat("linear16", 16_000),
        model="nova-3",
        interim_results=True,
        endpointing_s=0.0,
        utterance_end_s=1.5,
        vad_events=True,
        is_punctuated=True,
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (RAW, "model must be"),
        (f"model=nova-3&{RAW}", "model must be"),
        (f"model=flux&{RAW}", "model must be"),
        (f"model=flux-general-en&{RAW}&interim_results=true", "Unknown query parameter: interim_results"),
        ("model=flux-general-en&encoding=linear16", "go together"),
        ("model=flux-general-en&sample_rate=16000", "go together"),
        ("model=flux-general-en&encoding=opus&sample_rate=16000", "encoding \\w+ is not available"),
        (f"model=flux-general-en&{RAW}&eot_threshold=0.49", "eot_threshold must be a number from 0.5"),
        (f"model=flux-general-en&{RAW}&eot_threshold=1.01", "eot_threshold"),
        (f"model=flux-general-en&{RAW}&eot_threshold=nan", "eot_threshold"),
        (f"model=flux-general-en&{RAW}&eager_eot_threshold=0.8", "must not exceed"),
        (f"model=flux-general-en&{RAW}&eot_timeout_ms=499", "eot_timeout_ms"),
        (f"model=flux-general-en&{RAW}&eot_timeout_ms=5_00", "eot_timeout_ms"),
        (f"model=flux-general-en&{RAW}&keyterm=", "keyterm"),
        (f"model=flux-general-en&{RAW}&keyterm={'x' * 101}", "keyterm"),
        (f"model=flux-general-en&{RAW}" + "&keyterm=x" * 101, "100 times"),
        (f"model=flux-general-en&{RAW}&language_hint=en", "flux-general-multi"),
        (f"model=flux-general-multi&{RAW}&language_hint=xx", "language_hint must be"),
        (f"model=flux-general-en&{RAW}&numerals=yes", "true or false"),
        (f"model=flux-general-en&{RAW}&redact=pci", "redact"),
        (f"model=flux-general-en&model=flux-general-en&{RAW}", "given only once"),
    ],
)
def test_flux_refuses(query, words):
    """An invalid parameter of Flux is refused in words that name it."""
    with pytest.raises(QueryRefused, match=words):
        read_query("v2", query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"model=flux-general-en&{RAW}", "/v2/listen"),
        (f"{RAW}&utterance_end_ms=1000", "interim_results"),
        (f"{RAW}&interim_results=true&utterance_end_ms=999", "utterance_end_ms"),
        (f"{RAW}&endpointing=soon", "endpointing"),
        (f"{RAW}&channels=2", "channels"),
        (f"{RAW}&multichannel=true", "multichannel"),
        (f"{RAW}&callback=http://x", "callback"),
        ("sample_rate=1&encoding=linear16", "sample_rate"),
    ],
)
def test_v1_refuses(query, words):
    """A query of v1 that this server cannot serve is refused in words that name it."""
    with pytest.raises(QueryRefused, match=words):
        read_query("v1", query)


def test_v1_passes_over_what_changes_nothing_here():
    """A v1 query with redaction, search and tags is accepted."""
    assert read_query(
        "v1", f"{RAW}&redact=pci&search=x&tag=a&tag=b&language=en&endpointing=false"
    ) == NovaTerms(input=AudioFormat("linear16", 16_000), endpointing_s=None)
