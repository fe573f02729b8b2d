"""Compressed sound that comes in pieces, against the whole file read by libsndfile."""

from __future__ import annotations

import io
import struct
import threading
import time
from contextlib import closing

import numpy as np
import pytest
import soundfile

from trialogue.speech import ogg, streams
from trialogue.speech.ogg import OggReader, OggWriter, packets_of
from trialogue.speech.ports import HEARING_RATE
from trialogue.speech.resample import Resampler
from trialogue.speech.sound_files import Undecodable
from trialogue.speech.sound_files import decoded as whole
from trialogue.speech.streams import FlacStream, OpusStream, SoundStream, open_stream

SECONDS = 1.5


def chirp(rate: int, channels: int = 1) -> np.ndarray:
    """A tone that rises, so that a place in it can be told from another."""
    at = np.arange(round(SECONDS * rate)) / rate
    tone = (np.sin(2 * np.pi * (200 + 400 * at) * at) * 8000).astype("<i2")
    return np.stack([tone] * channels, axis=1)


def written(kind: str, rate: int, channels: int = 1) -> bytes:
    """A file of the chirp; of FLAC, its length is not told, as in a stream."""
    file = io.BytesIO()
    subtype = "OPUS" if kind == "OGG" else "PCM_16"
    with soundfile.SoundFile(file, "w", rate, channels, subtype, format=kind) as made:
        made.write(chirp(rate, channels))
    data = bytearray(file.getvalue())
    if kind == "FLAC":
        data[21] &= 0xF0
        data[22:26] = bytes(4)
    return bytes(data)


def repaged(file: bytes) -> bytes:
    """An Ogg file with a page for each packet, as live streams have it."""
    pages, made = OggWriter(), b""
    for number, packet in enumerate(packets_of(file)):
        made += pages.page([packet], max(0, number - 1) * 960)
    return made


def all_of(stream: SoundStream, data: bytes) -> bytes:
    """What these bytes bring."""
    return b"".join(stream.decode(data))


def decoded(encoding: str, data: bytes, step: int) -> np.ndarray:
    """What comes of it in pieces."""
    stream = open_stream(encoding)
    try:
        sound = b"".join(all_of(stream, data[at : at + step]) for at in range(0, len(data), step))
    finally:
        stream.close()
    return np.frombuffer(sound, "<i2").astype(float)


def expected() -> np.ndarray:
    """The chirp at the rate that is heard."""
    resampler = Resampler(48_000, HEARING_RATE)
    return np.frombuffer(resampler.feed(chirp(48_000).tobytes()) + resampler.flush(), "<i2").astype(float)


@pytest.mark.parametrize("step", [1, 7, 200, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "kind", "rate"), [("flac", "FLAC", 16_000), ("ogg-opus", "OGG", 48_000)]
)
def test_pieces_of_any_size_are_the_same_sound(encoding: str, kind: str, rate: int, step: int) -> None:
    """Compressed sound in pieces of any size is decoded like the whole file."""
    data = written(kind, rate)
    sound = decoded(encoding, repaged(data) if kind == "OGG" else data, step)
    assert len(sound) / HEARING_RATE == pytest.approx(SECONDS, abs=0.12)
    whole = expected()
    for at in (4_000, 12_000, 20_000):
        ours = sound[at : at + 2_000]
        likest = max(
            np.corrcoef(ours, whole[at + shift : at + shift + 2_000])[0, 1] for shift in range(-400, 400, 2)
        )
        assert likest > 0.98


@pytest.mark.parametrize("rate", [8_000, 12_000, 16_000, 24_000])
def test_opus_is_heard_at_its_speed_whatever_rate_its_head_tells(rate: int) -> None:
    """Opus plays at its true speed, whatever rate its header has."""
    sound = decoded("ogg-opus", written("OGG", rate), 500)
    assert len(sound) / HEARING_RATE == pytest.approx(SECONDS, abs=0.12)
    at = len(sound) // 2
    pitch = np.abs(np.fft.rfft(sound[at - 800 : at + 800])).argmax() * HEARING_RATE / 1600
    assert pitch == pytest.approx(200 + 2 * 400 * at / HEARING_RATE, rel=0.1)


@pytest.mark.parametrize(("encoding", "kind", "rate"), [("flac", "FLAC", 8_000), ("ogg-opus", "OGG", 48_000)])
def test_two_channels_are_heard_as_one(encoding: str, kind: str, rate: int) -> None:
    """A stereo stream of any rate is decoded to one channel at the meeting's rate."""
    data = written(kind, rate, 2)
    sound = decoded(encoding, repaged(data) if kind == "OGG" else data, 500)
    assert len(sound) / HEARING_RATE == pytest.approx(SECONDS, abs=0.2)
    assert np.abs(sound).max() == pytest.approx(8000, rel=0.2)


@pytest.mark.parametrize("encoding", ["flac", "ogg-opus"])
def test_sound_comes_as_soon_as_its_bytes(encoding: str) -> None:
    """Half of a compressed file gives about half of its sound."""
    data = written("FLAC", 16_000) if encoding == "flac" else repaged(written("OGG", 48_000))
    sound = decoded(encoding, data[: len(data) // 2], 300)
    assert len(sound) / HEARING_RATE == pytest.approx(SECONDS / 2, abs=0.3)


@pytest.mark.parametrize("encoding", ["flac", "ogg-opus"])
def test_an_invalid_stream_is_an_error(encoding: str) -> None:
    """Invalid sound fails soon instead of waiting for more."""
    stream = open_stream(encoding)
    with closing(stream), pytest.raises(Undecodable):
        all_of(stream, b"RIFF no such thing" * 10_000)


def test_vorbis_is_no_opus() -> None:
    """An Ogg stream with another codec is refused."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 48_000, 1, "VORBIS", format="OGG") as made:
        made.write(chirp(48_000))
    with pytest.raises(Undecodable, match="not Opus"):
        all_of(OpusStream(), file.getvalue())


def test_a_closed_stream_leaves_no_thread() -> None:
    """Closing a stream in the middle of a frame ends its thread."""
    others = set(threading.enumerate())
    stream = FlacStream()
    all_of(stream, written("FLAC", 16_000)[:5000])
    [thread] = [each for each in set(threading.enumerate()) - others if each.name == "flac"]
    stream.close()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_packets_come_back_from_pages() -> None:
    """Ogg packets of any length are read back from their pages, also after other bytes."""
    packets = [bytes([number % 251]) * size for number, size in enumerate((1, 254, 255, 256, 510, 4000))]
    pages = OggWriter()
    written_pages = b"".join(pages.page([each], 0) for each in packets[:3]) + pages.page(packets[3:], 0)
    assert packets_of(written_pages) == packets
    reader = OggReader()
    assert [p for byte in b"noise" + written_pages for p in reader.feed(bytes([byte]))] == packets


def silent(encoding: str) -> bytes:
    """Half a minute of silence, in few bytes."""
    if encoding == "ogg-opus":
        pages = OggWriter()
        heads = [packets_of(written("OGG", 48_000))[number] for number in (0, 1)]
        longest = bytes([28 << 3 | 3, 48])  # 48 empty frames of 2.5 ms
        return b"".join(pages.page([each], 0) for each in heads) + pages.page([longest] * 250, 0)
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 4_000, 1, "PCM_16", format="FLAC") as made:
        made.write(np.zeros(30 * 4_000, "<i2"))
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["flac", "ogg-opus"])
def test_few_bytes_of_long_silence_come_in_short_pieces(encoding: str) -> None:
    """Long silence in a few bytes is decoded in short pieces, and a stream can be left in the middle."""
    others = set(threading.enumerate())
    with closing(open_stream(encoding)) as stream:
        pieces = [len(piece) / (2 * HEARING_RATE) for piece in stream.decode(silent(encoding))]
    assert sum(pieces) == pytest.approx(30, abs=0.5)
    assert max(pieces) < 1.3
    with closing(open_stream(encoding)) as stream:
        assert next(iter(stream.decode(silent(encoding))))
    for thread in set(threading.enumerate()) - others:
        thread.join(timeout=20)
    assert set(threading.enumerate()) <= others


@pytest.mark.parametrize("encoding", ["flac", "ogg-opus"])
def test_sound_sent_at_once_is_bounded(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small message that holds hours of sound is refused."""
    monkeypatch.setattr(streams, "LONGEST_S", 10.0)
    with (
        closing(open_stream(encoding)) as stream,
        pytest.raises(Undecodable, match="may last at most 10 seconds"),
    ):
        all_of(stream, silent(encoding))


def test_no_sound_is_made_at_a_rate_that_no_sound_has() -> None:
    """A header with an absurd sample rate is refused."""
    data = bytearray(written("FLAC", 16_000))
    data[18:21] = (1 << 4 | data[20] & 0x0F).to_bytes(3, "big")
    with closing(FlacStream()) as stream, pytest.raises(Undecodable, match="sample rate"):
        all_of(stream, bytes(data))
    with pytest.raises(Undecodable, match="sample rate"):
        list(whole(bytes(data), HEARING_RATE))


def test_a_header_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header without an end is refused before it fills the memory."""
    monkeypatch.setattr(streams, "_LONGEST_HEAD", 100_000)
    monkeypatch.setattr(ogg, "_LONGEST_PACKET", 100_000)
    info = written("FLAC", 16_000)[:42]
    endless = bytes([info[4] & 0x7F]).join((info[:4], info[5:])) + b"\x01\xff\xff\xff" + bytes(200_000)
    page = struct.pack("<4sBBqIIIB", b"OggS", 0, 0, 0, 1, 0, 0, 255) + bytes([255] * 255) + bytes(255 * 255)
    for stream, data in ((FlacStream(), endless), (OpusStream(), page * 3)):
        with closing(stream), pytest.raises(Undecodable):
            all_of(stream, data)


def test_a_flac_stream_that_has_only_begun_holds_up_no_other() -> None:
    """Two clients sent FLAC at once, and the server stood still: opening one waited for the other."""
    plain = written("FLAC", 16_000)
    padding = b"\x01\x00\x20\x00" + bytes(8192)  # between the blocks of the head, as ffmpeg writes it
    data = plain[:42] + padding + plain[42:]
    with closing(open_stream("flac")) as early, closing(open_stream("flac")) as late:
        assert all_of(early, data[:200]) == b""
        began = time.monotonic()
        heard = all_of(late, data)
        assert time.monotonic() - began < 2
        assert len(heard) / 2 / HEARING_RATE == pytest.approx(SECONDS, abs=0.12)
        assert all_of(early, data[200:]) == heard
