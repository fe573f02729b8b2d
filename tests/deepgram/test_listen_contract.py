"""Contract of the listening messages with the official SDK: the same fields, and each reads the other's."""

import attrs
import orjson
import pytest
from deepgram.listen.v1 import types as v1
from deepgram.listen.v2 import types as v2
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import RemoteProtocolError
from trialogue.services.deepgram.codec import encode, unknown_fields
from trialogue.services.deepgram.listen import flux, nova
from trialogue.services.deepgram.listen.codec import (
    decode_flux_client,
    decode_flux_server,
    decode_nova_client,
    decode_nova_server,
)
from trialogue.services.deepgram.listen.messages import CloseStream
from trialogue.services.deepgram.messages import ForceEndTurn, KeepAlive, WireUnknownMessage

FLUX = {
    flux.FluxConnected: v2.ListenV2Connected,
    flux.TurnInfo: v2.ListenV2TurnInfo,
    flux.FluxWord: v2.ListenV2TurnInfoWordsItem,
    flux.FluxConfigure: v2.ListenV2Configure,
    flux.FluxThresholds: v2.ListenV2ConfigureThresholds,
    flux.FluxConfigureSuccess: v2.ListenV2ConfigureSuccess,
    flux.FluxConfigureFailure: v2.ListenV2ConfigureFailure,
    flux.FluxWarning: v2.ListenV2Warning,
    flux.FluxError: v2.ListenV2FatalError,
    ForceEndTurn: v2.ListenV2ForceEndTurn,
    CloseStream: v2.ListenV2CloseStream,
}
NOVA = {
    nova.NovaResults: v1.ListenV1Results,
    nova.NovaChannel: v1.ListenV1ResultsChannel,
    nova.NovaAlternative: v1.ListenV1ResultsChannelAlternativesItem,
    nova.NovaWord: v1.ListenV1ResultsChannelAlternativesItemWordsItem,
    nova.NovaResultsMetadata: v1.ListenV1ResultsMetadata,
    nova.NovaModel: v1.ListenV1ResultsMetadataModelInfo,
    nova.NovaSpeechStarted: v1.ListenV1SpeechStarted,
    nova.UtteranceEnd: v1.ListenV1UtteranceEnd,
    nova.StreamMetadata: v1.ListenV1Metadata,
    nova.NovaConfigure: v1.ListenV1Configure,
    nova.NovaConfigureSuccess: v1.ListenV1ConfigureSuccess,
    nova.NovaConfigureFailure: v1.ListenV1ConfigureFailure,
    nova.NovaError: v1.ListenV1Error,
    nova.Finalize: v1.ListenV1Finalize,
    KeepAlive: v1.ListenV1KeepAlive,
    CloseStream: v1.ListenV1CloseStream,
}

NOT_IN_THE_SDK = {nova.Finalize: {"channel"}}
"""In the AsyncAPI only."""


@pytest.mark.parametrize(("ours", "theirs"), [*FLUX.items(), *NOVA.items()], ids=lambda c: c.__name__)
def test_each_class_has_the_sdks_fields(ours, theirs):
    """Our messages of listening have exactly the SDK's fields."""
    names = {field.name for field in attrs.fields(ours)} - {"extra", *NOT_IN_THE_SDK.get(ours, ())}
    assert set(theirs.model_fields) == names | ({"type"} if hasattr(ours, "type") else set())


@pytest.mark.parametrize(
    ("decode", "message", "kind"),
    [
        (
            decode_flux_client,
            v2.ListenV2Configure(
                thresholds=v2.ListenV2ConfigureThresholds(eot_threshold=0.8, eot_timeout_ms=900),
                keyterms=["Ada"],
                language_hints=["en"],
                numerals=True,
            ),
            flux.FluxConfigure,
        ),
        (decode_flux_client, v2.ListenV2ForceEndTurn(), ForceEndTurn),
        (decode_flux_client, v2.ListenV2CloseStream(type="CloseStream"), CloseStream),
        (
            decode_nova_client,
            v1.ListenV1Configure(keyterms=[], features={"numerals": True}),
            nova.NovaConfigure,
        ),
        (decode_nova_client, v1.ListenV1Finalize(type="Finalize"), nova.Finalize),
        (decode_nova_client, v1.ListenV1KeepAlive(type="KeepAlive"), KeepAlive),
        (decode_nova_client, v1.ListenV1CloseStream(type="CloseStream"), CloseStream),
    ],
)
def test_messages_of_the_sdk_are_read_completely(decode, message, kind):
    """Messages that the SDK writes are read into our classes, with no key left over."""
    read = decode(message.model_dump_json(exclude_none=True))
    assert type(read) is kind
    assert unknown_fields(read) == ()
    assert orjson.loads(encode(read)) == orjson.loads(message.model_dump_json(exclude_none=True))


@pytest.mark.parametrize(
    ("decode", "text"),
    [
        (decode_flux_server, '{"type":"TurnInfo","event":"Update"}'),
        (decode_flux_client, '{"type":"Configure","numerals":"true"}'),
        (decode_nova_client, '{"type":"Finalize","channel":"0"}'),
        (decode_nova_server, '{"type":"Results","start":"soon"}'),
    ],
)
def test_a_wrong_shape_names_its_field(decode, text):
    """The error names the wrong field, and shows nothing of its value."""
    with pytest.raises(RemoteProtocolError) as fault:
        decode(text)
    assert fault.value.path.startswith("$.")


@pytest.mark.parametrize(
    "decode", [decode_flux_server, decode_flux_client, decode_nova_server, decode_nova_client]
)
def test_an_unknown_type_is_kept_whole(decode):
    """A message type that is newer than this version does not end the session."""
    assert decode('{"type":"Sparkle","a":1}') == WireUnknownMessage("Sparkle", {"type": "Sparkle", "a": 1})


_TEXT = st.text(max_size=20)
_SECONDS = st.floats(0, 1e6, allow_nan=False)


@given(
    st.builds(
        flux.TurnInfo,
        event=_TEXT,
        turn_index=st.integers(0, 9),
        audio_window_start=_SECONDS,
        audio_window_end=_SECONDS,
        transcript=_TEXT,
        words=st.lists(
            st.builds(flux.FluxWord, word=_TEXT, confidence=_SECONDS, start=st.none() | _SECONDS)
        ).map(tuple),
        end_of_turn_confidence=_SECONDS,
        trigger=st.none() | _TEXT,
        request_id=_TEXT,
        sequence_id=st.integers(0, 9),
    )
)
def test_turns_survive_the_wire_and_fit_the_sdk(message):
    """A turn is the same after it was written and read, and is valid to the SDK's own model."""
    text = encode(message)
    assert decode_flux_server(text) == message
    v2.ListenV2TurnInfo.model_validate_json(text)
