"""User's speech for a session: synthesized words, or a recording, in the session's own format."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, cast

from trialogue.errors import SetupError
from trialogue.model.audio import AudioFormat, Encoding
from trialogue.server.sound import RATES
from trialogue.server.voice import as_audio
from trialogue.speech.coding import wav_header
from trialogue.speech.formats import encode
from trialogue.speech.lengths import FlacMeter, Mp3Meter, OpusMeter, SampleMeter, SoundMeter
from trialogue.speech.ports import Synthesizer
from trialogue.speech.recordings import read_recording

__all__ = [
    "FRAME_S",
    "TURN_END_S",
    "frames_of",
    "input_format",
    "meter_of",
    "recorded",
    "sound_format",
    "spoken",
    "write_wav",
]

FRAME_S: Final = 0.02
"""Length of one message of sound, in seconds."""

TURN_END_S: Final = 1.2
"""Seconds of silence after speech, which end the turn."""


def input_format(settings: Mapping[str, Any]) -> AudioFormat:
    """Format of the client's sound by its Settings; `SetupError` for a format that this server lacks."""
    found = sound_format(settings, "input")
    if found is None:
        raise SetupError("a user's speech needs plain samples, but this session uses another encoding")
    return found


def sound_format(settings: Mapping[str, Any], way: Literal["input", "output"]) -> AudioFormat | None:
    """Sound format of one direction, by Settings; None for compressed sound."""
    sound = _member(_member(settings, "audio"), way)
    return None if sound.get("container", "none") != "none" else _samples(sound, way)


def meter_of(settings: Mapping[str, Any], way: Literal["input", "output"]) -> SoundMeter | None:
    """Meter for a stream of one direction's sound; None for sound of unknown length."""
    sound = _member(_member(settings, "audio"), way)
    samples = _samples(sound, way)
    if samples is not None:
        header = wav_header(samples) if sound.get("container") == "wav" else b""
        return SampleMeter(samples, len(header))
    match sound.get("encoding"):
        case "flac":
            return FlacMeter()
        case "mp3":
            return Mp3Meter()
        case "opus" | "ogg-opus":
            return OpusMeter()
        case _:
            return None


def _samples(sound: Mapping[str, Any], way: Literal["input", "output"]) -> AudioFormat | None:
    """Sample format of a sound, with or without a container; None for compressed or unsupported sound."""
    encoding, asked = sound.get("encoding", "linear16"), sound.get("sample_rate")
    if not isinstance(encoding, str) or encoding not in _SAMPLES:
        return None
    usual = 24_000 if way == "input" or encoding.startswith("linear") else 8_000
    rate = int(asked) if isinstance(asked, int | float) else usual
    return AudioFormat(_SAMPLES[encoding], rate) if rate in RATES else None


_SAMPLES: Final[Mapping[str, Encoding]] = {
    "linear16": "linear16",
    "linear32": "linear32",
    "mulaw": "mulaw",
    "alaw": "alaw",
}


def spoken(synthesizer: Synthesizer, text: str, voice: str, audio_format: AudioFormat) -> bytes:
    """Synthesized words, with the silence that ends the turn."""
    return as_audio(iter(synthesizer.synthesize(text, voice)), audio_format) + _silence(audio_format)


def recorded(path: Path, audio_format: AudioFormat) -> bytes:
    """Recording (WAV or FLAC), with the silence that ends the turn; `SetupError` for an unreadable one."""
    pcm = read_recording(path, audio_format.sample_rate)
    return encode(pcm, audio_format.encoding) + _silence(audio_format)


def write_wav(path: Path, pcm: bytes, sample_rate: int) -> None:
    """Write linear16 mono to a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, sample_rate, 0, "NONE", ""))
        file.writeframes(pcm)


def frames_of(sound: bytes, audio_format: AudioFormat) -> Iterator[bytes]:
    """Sound in messages of `FRAME_S`."""
    size = audio_format.bytes_for(FRAME_S)
    return (sound[start : start + size] for start in range(0, len(sound), size))


def _member(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    member: object = value.get(name)
    return cast("Mapping[str, Any]", member) if isinstance(member, Mapping) else {}


def _silence(audio_format: AudioFormat) -> bytes:
    return encode(bytes(2 * round(TURN_END_S * audio_format.sample_rate)), audio_format.encoding)
