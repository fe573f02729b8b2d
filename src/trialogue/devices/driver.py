"""Driver of sound devices: sounddevice (PortAudio), imported when it is needed, or a stand-in.

Callbacks come from the driver's own thread. They must not wait, and may use trio only by
`TrioToken.run_sync_soon`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from trialogue.errors import SetupError
from trialogue.importing import import_extra

INSTALL = "pip install 'trialogue[audio]'"


class Stream(Protocol):
    """Open device, from `start` to `close`."""

    def start(self) -> None:
        """Start the callbacks."""
        ...

    def close(self) -> None:
        """Stop at once and never call back again."""
        ...


class Driver(Protocol):
    """Driver of the system's default devices; linear16 mono."""

    def check(self, sample_rate: int) -> None:
        """Raise SetupError where there is no microphone or no speaker for this rate."""
        ...

    def open_input(self, sample_rate: int, samples: int, take: Callable[[bytes], None]) -> Stream:
        """Open the microphone: `take` is called with each `samples`. SetupError where there is none."""
        ...

    def open_output(self, sample_rate: int, samples: int, fill: Callable[[int], bytes]) -> Stream:
        """Open the speaker: `fill` is called for each `samples`. SetupError where there is none."""
        ...


class _RawStream(Stream, Protocol):
    """Part of a PortAudio stream that we use."""

    def abort(self) -> None:
        """Stop at once, and drop what is buffered."""
        ...


class _Library(Protocol):
    """Part of sounddevice that we use; it has no types."""

    PortAudioError: type[Exception]

    def check_input_settings(self, **settings: object) -> None:
        """Raise PortAudioError where no such microphone can be opened."""
        ...

    def check_output_settings(self, **settings: object) -> None:
        """Raise PortAudioError where no such loudspeaker can be opened."""
        ...

    def RawInputStream(self, **settings: object) -> _RawStream:  # noqa: N802 - the library's name
        """Open a microphone."""
        ...

    def RawOutputStream(self, **settings: object) -> _RawStream:  # noqa: N802 - the library's name
        """Open a loudspeaker."""
        ...


class _Open:
    """PortAudio stream that is closed without waiting for buffered sound."""

    def __init__(self, stream: _RawStream) -> None:
        self._stream = stream

    def start(self) -> None:
        """Start the callbacks."""
        self._stream.start()

    def close(self) -> None:
        """Stop at once."""
        self._stream.abort()
        self._stream.close()


def _settings(sample_rate: int, samples: int) -> dict[str, object]:
    """Settings for linear16 mono, a block at a time, without PortAudio's default reserve."""
    shape: dict[str, object] = {"samplerate": sample_rate, "blocksize": samples, "channels": 1}
    return {**shape, "dtype": "int16", "latency": "low"}


class PortAudio:
    """The default devices, by sounddevice."""

    def __init__(self, library: _Library) -> None:
        self._library = library

    def check(self, sample_rate: int) -> None:
        """Raise SetupError where there is no microphone or no speaker for this rate."""
        with self._told("microphone"):
            self._library.check_input_settings(channels=1, dtype="int16", samplerate=sample_rate)
        with self._told("speaker"):
            self._library.check_output_settings(channels=1, dtype="int16", samplerate=sample_rate)

    def open_input(self, sample_rate: int, samples: int, take: Callable[[bytes], None]) -> Stream:
        """Open the default microphone."""

        def called(sound: Any, _frames: int, _time: object, _status: object) -> None:  # noqa: ANN401 - cffi's
            take(bytes(sound))

        settings = _settings(sample_rate, samples)
        with self._told("microphone"):
            return _Open(self._library.RawInputStream(callback=called, **settings))

    def open_output(self, sample_rate: int, samples: int, fill: Callable[[int], bytes]) -> Stream:
        """Open the default speaker."""

        def called(sound: Any, frames: int, _time: object, _status: object) -> None:  # noqa: ANN401 - cffi's
            sound[:] = fill(frames)

        settings = _settings(sample_rate, samples)
        with self._told("speaker"):
            return _Open(self._library.RawOutputStream(callback=called, **settings))

    @contextmanager
    def _told(self, device: str) -> Generator[None]:
        try:
            yield
        except (self._library.PortAudioError, ValueError) as error:
            raise SetupError(f"cannot use a {device}: {error}") from error


def open_driver(name: str = "sounddevice") -> Driver:
    """Driver of this machine's devices; SetupError where its package or its library is missing."""
    try:
        library = import_extra(name, "a sound device", "audio")
    except SetupError as error:
        if isinstance(error.__cause__, OSError):  # sounddevice is installed, the system's library is not
            raise SetupError(f"a sound device needs the PortAudio library: {error.__cause__}") from error
        raise
    return PortAudio(cast("_Library", library))
