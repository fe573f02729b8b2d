"""What clients may ask their sound to be."""

from __future__ import annotations

import pytest

from trialogue.model.audio import AudioFormat
from trialogue.server.sound import AskedSound, SoundRefused, doubt_of
from trialogue.speech.coding import Coding, SoundForm
from trialogue.speech.formats import Decoder, decode, encode


@pytest.mark.parametrize("encoding", ["aac", "amr-nb", "amr-wb", "speex", "g729", "ogg-opus", "vorbis", ""])
def test_an_unavailable_format_is_refused_by_name(encoding: str) -> None:
    """The error for an unavailable format lists the available ones."""
    with pytest.raises(SoundRefused, match=f"encoding {encoding} is not available .* linear16"):
        _ = AskedSound(encoding).form


def test_bare_opus_is_refused() -> None:
    """Opus without a container is refused with advice to use one."""
    with pytest.raises(SoundRefused, match="use container ogg"):
        _ = AskedSound("opus", container="none").form


def test_each_encoding_has_its_own_rate() -> None:
    """Without a rate in the query, each encoding has the hosted service's default."""
    rates = {name: AskedSound(name).form.format.sample_rate for name in ("linear16", "mulaw", "mp3", "opus")}
    assert rates == {"linear16": 24_000, "mulaw": 8_000, "mp3": 22_050, "opus": 48_000}
    assert AskedSound("flac", 16_000).form == SoundForm(AudioFormat("linear16", 16_000), Coding.FLAC)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (AskedSound("mp3", container="none"), "container"),
        (AskedSound("linear16", container="ogg"), "container"),
        (AskedSound("flac", container="wav"), "container"),
        (AskedSound("mp3", 24_000), "sample_rate"),
        (AskedSound("opus", 24_000), "sample_rate"),
        (AskedSound("mp3", bit_rate=64_000), "bit_rate"),
        (AskedSound("linear16", bit_rate=48_000), "bit_rate"),
    ],
)
def test_a_wrong_combination_of_formats_fails_at_the_first_speech(asked: AskedSound, part: str) -> None:
    """The message is the hosted service's; the settings alone are accepted."""
    assert asked.form
    assert (
        asked.misfit == f"UNSUPPORTED_AUDIO_FORMAT: {part} is not applicable when encoding={asked.encoding}"
    )


def test_32_bit_samples_are_signed_integers() -> None:
    """Samples of 32 bits have our 16 bits at their upper end, and are read back exactly."""
    pcm = b"\x01\x00\xff\x7f\x00\x80"
    assert encode(pcm, "linear32") == b"\x00\x00\x01\x00\x00\x00\xff\x7f\x00\x00\x00\x80"
    assert decode(encode(pcm, "linear32"), "linear32") == pcm
    decoder = Decoder(AudioFormat("linear32", 8_000))
    assert b"".join(decoder.decode(bytes([each])) for each in encode(pcm, "linear32")) == pcm


@pytest.mark.parametrize(
    ("voice", "said"),
    [
        ("aura-2-thalia-en", None),
        ("aura-orion-en", None),
        ("flux-thalia-en", None),
        ("aura-2-celeste-es", "another language"),
        ("aura-2-thalai-en", "No voice is known here"),
        ("ben", None),
        ("thalia", None),
        ("my-own-voice", "No voice is known here as my-own-voice"),
    ],
)
def test_warnings_about_a_voice(voice: str, said: str | None) -> None:
    """A voice that is unknown or of another language gets a warning."""
    doubt = doubt_of(voice)
    assert said in doubt if said is not None and doubt is not None else doubt is said
