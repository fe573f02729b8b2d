"""Audio files of a session: each side at the times at which it was heard, and the mix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final

from trialogue.actors.mixing import mix
from trialogue.actors.recorder import WavFile
from trialogue.diagnostics import Log
from trialogue.model.audio import AudioFormat
from trialogue.model.wire import WireSide
from trialogue.regular_files import open_regular, read_regular
from trialogue.serving.measuring import HeardPiece
from trialogue.serving.wire_as_meeting import AGENT, USER, WireAsMeeting
from trialogue.speech.formats import decode
from trialogue.speech.resample import Resampler
from trialogue.speech.sound_files import Undecodable, decoded

__all__ = ["RECORDED_RATE", "render"]

_DIAGNOSTICS: Final = Log("trialogue.server")

RECORDED_RATE: Final = 24_000
"""Sample rate of all recordings."""

_BLOCK_S: Final = 10.0
"""Seconds of a side that are held in memory at a time."""

_NAMES: Final[dict[WireSide, str]] = {"client": USER, "server": AGENT}


def render(folder: Path, as_meeting: WireAsMeeting) -> None:
    """Write `audio/user.wav`, `audio/agent.wav` and `audio/mix.wav`; raises OSError."""
    audio = folder / "audio"
    audio.mkdir(mode=0o700)
    end = 0
    for by, name in _NAMES.items():
        file = WavFile(audio / f"{name}.wav", RECORDED_RATE)
        length = 0
        try:
            for position, pcm in _placed(folder / "sound" / f"{by}.raw", by, as_meeting):
                file.write(position, pcm)
                length = max(length, position + len(pcm) // 2)
        finally:
            file.close(length)
        end = max(end, length)
    _mix(audio, end)


def _placed(path: Path, by: WireSide, as_meeting: WireAsMeeting) -> Iterator[tuple[int, bytes]]:
    """Stretches of a side's sound, each with the sample at which it is heard."""
    audio_format = as_meeting.sounds.formats.get(by)
    if audio_format is None:
        yield from _decoded(path, as_meeting.sounds.streams[by], as_meeting.pieces[by])
    else:
        yield from _plain(path, audio_format, as_meeting.pieces[by])


def _plain(
    path: Path, audio_format: AudioFormat, pieces: Iterable[HeardPiece]
) -> Iterator[tuple[int, bytes]]:
    with open_regular(path) as file:
        for piece in pieces:
            resampler = Resampler(audio_format.sample_rate, RECORDED_RATE)
            position = round(piece.begins * RECORDED_RATE)
            left = min(piece.size, audio_format.bytes_for(piece.length_s))
            file.seek(piece.offset)
            while left > 0:
                coded = file.read(min(left, audio_format.bytes_for(_BLOCK_S)))
                if not coded:
                    break
                left -= len(coded)
                whole = coded[: len(coded) - len(coded) % audio_format.sample_width]
                pcm = resampler.feed(decode(whole, audio_format.encoding))
                yield position, pcm
                position += len(pcm) // 2
            yield position, resampler.flush()


def _decoded(path: Path, streams: list[int], pieces: Iterable[HeardPiece]) -> Iterator[tuple[int, bytes]]:
    """Pieces of compressed sound; each stream is decoded from its beginning, as it must be."""
    data = read_regular(path)
    ends = dict(pairwise([*streams, len(data)]))
    for begins, heard in groupby(pieces, lambda piece: piece.stream):
        if begins not in ends:  # sound of an unknown format
            continue
        try:
            yield from _cut_out(decoded(data[begins : ends[begins]], RECORDED_RATE), list(heard))
        except Undecodable:
            _DIAGNOSTICS.warning("sound of a session could not be decoded", file=path.name)


def _cut_out(blocks: Iterable[bytes], pieces: list[HeardPiece]) -> Iterator[tuple[int, bytes]]:
    """Heard pieces of a stream, each with the sample at which it begins."""
    at = 0
    for block in blocks:
        end = at + len(block) // 2
        for piece in pieces:
            skipped = round(piece.skip_s * RECORDED_RATE)
            first, last = max(at, skipped), min(end, skipped + round(piece.length_s * RECORDED_RATE))
            if first < last:
                position = round(piece.begins * RECORDED_RATE) + first - skipped
                yield position, block[2 * (first - at) : 2 * (last - at)]
        at = end


def _mix(audio: Path, end: int) -> None:
    """Mix of both sides, block by block."""
    mixed = WavFile(audio / "mix.wav", RECORDED_RATE)
    size = 2 * round(_BLOCK_S * RECORDED_RATE)
    try:
        with open_regular(audio / f"{USER}.wav") as user, open_regular(audio / f"{AGENT}.wav") as agent:
            user.seek(_HEADER)
            agent.seek(_HEADER)
            for position in range(0, end, size // 2):
                both = [each.read(size) for each in (user, agent)]
                length = max(map(len, both))
                mixed.write(position, mix([each.ljust(length, b"\0") for each in both]))
    finally:
        mixed.close(end)


_HEADER: Final = 44
"""Bytes before the samples of a WAV file."""
