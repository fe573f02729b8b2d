"""Sound of the page: the mix as MP3, and each recording's waveform.

1. The MP3 has a constant bit rate: every browser plays it, and the position of a time can be computed.
2. A waveform is the greatest sample of each `1 / RATE` of a second, one byte each.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np

from trialogue.errors import JournalError
from trialogue.report.recordings import Samples, SoundWriter, blocks_of, sound_library

__all__ = ["RATE", "mp3", "peaks"]

RATE: Final = 20
"""Peaks of a waveform a second."""

_MP3_RATES: Final = {8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000}
"""Sample rates of MPEG-1, 2 and 2.5."""

_COMPRESSION: Final = 0.85
"""Value on libsndfile's scale from 0 (320 kbit/s) to 1 (8): 32 kbit/s at 24 kHz, one channel."""


def peaks(parts: Sequence[Path]) -> bytes:
    """Waveform of a recording; JournalError where it cannot be read."""
    return b"".join(_peaks(block, rate) for block, rate in blocks_of(parts))


def mp3(parts: Sequence[Path]) -> bytes:
    """Recording as MP3; JournalError where it cannot be read.

    The encoder writes by a callback, in which an exception is lost together with the data; Python raises
    Ctrl-C in the main thread, so another thread encodes.
    """
    is_left = threading.Event()
    with ThreadPoolExecutor(1, "mp3") as encoder:
        try:
            return encoder.submit(_encoded, parts, is_left).result()
        finally:
            is_left.set()


def _encoded(parts: Sequence[Path], is_left: threading.Event) -> bytes:
    """See `mp3`; the encoding stops once nobody waits for it."""
    made = io.BytesIO()
    with ExitStack() as closing:
        file: SoundWriter | None = None
        for block, rate in blocks_of(parts):
            if is_left.is_set():
                break
            if rate not in _MP3_RATES:
                text = (
                    f"{parts[0]} has {rate:,} samples per second, which MP3 does not "
                    "support: use --sound "
                    "linked"
                )
                raise JournalError(text, path=str(parts[0]))
            file = file or closing.enter_context(_encoder(made, rate))
            file.write(block)
    return made.getvalue()


def _encoder(made: io.BytesIO, rate: int) -> SoundWriter:
    return sound_library().SoundFile(
        made,
        mode="w",
        samplerate=rate,
        channels=1,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    )


def _peaks(block: Samples, rate: int) -> bytes:
    starts = np.arange(-(-len(block) * RATE // rate)) * rate // RATE  # not each `rate // RATE`: 22,050 is odd
    loud = np.maximum.reduceat(np.abs(block.astype(np.int32)), starts)
    return bytes(np.minimum(loud >> 7, 255).astype(np.uint8))
