"""G.711 is bit-exact, and streams may be cut anywhere."""

import hashlib
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.model.audio import AudioFormat
from trialogue.speech.formats import Decoder, Encoder, decode, encode

EVERY_SAMPLE = np.arange(-32_768, 32_768).astype("<i2").tobytes()
EVERY_CODE = bytes(range(256))


@pytest.mark.parametrize(
    ("encoding", "coded", "linear"),
    [
        (
            "mulaw",
            "81d633c9e6972a18c74a58720b96cb8ca0bdd096d4060b646dd708c3b846019a",
            "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827",
        ),
        (
            "alaw",
            "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b",
            "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174",
        ),
    ],
)
def test_every_sample_and_code_is_the_kept_reference(encoding, coded, linear):
    """G.711 gives the same values as CPython 3.11's audioop for all samples and codes."""
    assert hashlib.sha256(encode(EVERY_SAMPLE, encoding)).hexdigest() == coded
    assert hashlib.sha256(decode(EVERY_CODE, encoding)).hexdigest() == linear


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_a_code_survives_the_round_trip(encoding):
    """Each code of G.711 is the same after decoding and encoding, except mu-law's negative zero."""
    back = encode(decode(EVERY_CODE, encoding), encoding)
    assert back == (EVERY_CODE.replace(b"\x7f", b"\xff") if encoding == "mulaw" else EVERY_CODE)


def test_telephony_examples():
    """G.711 codes silence, the extremes and the smallest steps as telephones do."""
    pcm = np.array([0, 32_767, -32_768, 8, -8], "<i2").tobytes()
    assert encode(pcm, "mulaw") == bytes([0xFF, 0x80, 0x00, 0xFE, 0x7E])
    assert encode(pcm, "alaw") == bytes([0xD5, 0xAA, 0x2A, 0xD5, 0x55])


@given(cuts=st.lists(st.integers(0, 64), max_size=8))
def test_a_stream_may_be_cut_anywhere(cuts):
    """A stream of sound that is cut within a sample is decoded and encoded whole."""
    pcm = EVERY_SAMPLE[60_000:60_064]
    places = [0, *sorted(cuts), 64]
    pieces = [pcm[a:b] for a, b in itertools.pairwise(places)]
    decoder, encoder = Decoder(AudioFormat("linear16", 16_000)), Encoder(AudioFormat("mulaw", 16_000))
    assert b"".join(decoder.decode(piece) for piece in pieces) == pcm
    assert b"".join(encoder.encode(piece) for piece in pieces) == encode(pcm, "mulaw")


def test_half_a_sample_is_never_handed_on():
    """A decoder gives nothing for the first byte of a linear16 sample."""
    decoder = Decoder(AudioFormat("linear16", 16_000))
    assert [decoder.decode(b"\x01"), decoder.decode(b"\x02")] == [b"", b"\x01\x02"]
