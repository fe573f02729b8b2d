"""Speech engines of a meeting: our own offline ones, or a user's by name.

A package offers engines by an entry point in the group `trialogue.engines`: a callable without arguments
that returns `Engines`. It is called when a scenario names it, and should load weights only when they are
used.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import entry_points
from threading import RLock
from typing import Final

from attrs import evolve

from trialogue.arguments import checks_arguments, refuse_async_fields
from trialogue.errors import SetupError
from trialogue.importing import made_by, reason_of
from trialogue.speech import wheels
from trialogue.speech.cache import CachedRecognizer, CachedSynthesizer
from trialogue.speech.ports import Recognizer, SpeechDetector, Synthesizer
from trialogue.speech.store import Store, default_directory
from trialogue.values import frozen

LOCAL: Final = "local"
"""Name of the engines that come with the extra `local`."""

_LOADING: Final = RLock()
"""Lock while engines are made: meetings that open at once share them, and engines may be made of others."""

_GROUP: Final = "trialogue.engines"


def _nothing() -> None:
    """Warm nothing: the default for engines without a `warm`."""


@frozen
class Engines:
    """Recognizer, voices and speech detector of a meeting, shared by all its parts."""

    recognizer: Recognizer
    """Speech to text."""

    synthesizer: Synthesizer
    """Text to speech."""

    open_detector: Callable[[int], SpeechDetector]
    """Function that opens a speech detector for one stream, given the milliseconds of silence that end
    speech.
    """

    recognizer_id: str
    """Name of the recognizer, its version and weights in cache keys; it must differ for one with other
    results.
    """

    synthesizer_id: str
    """Name of the synthesizer and its voices in cache keys; it must differ for one with other results."""

    open_recalling: Callable[[Store, int], SpeechDetector] | None = None
    """Like `open_detector`, but results for known sound come from a cache: for sound that recurs."""

    warm: Callable[[], None] = _nothing
    """Function that loads all weights now, in seconds, instead of at first use; call it in a thread."""

    open_known: Callable[[int], SpeechDetector] | None = None
    """`open_recalling` with the cache of the engines; None without one."""

    def __attrs_post_init__(self) -> None:
        """Raise WrongType for a part that is async, which nothing would await."""
        refuse_async_fields(self)


@checks_arguments
def open_engines(name: str = LOCAL, *, store: Store | None = None) -> Engines:
    """Open the engines called `name`, with the cache `store` or the one in the user's cache directory.

    Each process loads their weights only once, and not before they are needed. Raises SetupError if the
    engines or their packages are not installed.
    """
    with _LOADING:  # a failure is not kept: the next call tries again
        engines = _local() if name == LOCAL else _installed(name)
    kept = Store(default_directory()) if store is None else store
    recalling = engines.open_recalling
    return evolve(
        engines,
        open_known=engines.open_detector if recalling is None else partial(recalling, kept),
        recognizer=CachedRecognizer(engines.recognizer, engines.recognizer_id, kept),
        synthesizer=CachedSynthesizer(engines.synthesizer, engines.synthesizer_id, kept),
    )


def _installed(name: str) -> Engines:
    found = entry_points(group=_GROUP)
    chosen = next((point for point in found if point.name == name), None)
    if chosen is None:
        known = ", ".join(sorted({LOCAL, *found.names}))
        raise SetupError(f"unknown speech engines {name!r}; installed: {known}")
    try:
        engines = made_by(chosen)
    except (Exception, SystemExit) as fault:  # code of a foreign package
        raise SetupError(f"cannot load the speech engines {name!r}: {reason_of(fault)}") from fault
    if not isinstance(engines, Engines):
        raise SetupError(
            f"the speech engines {name!r} ({chosen.value}) are not trialogue.speech.engines.Engines"
        )
    return engines


def _local() -> Engines:
    """Engines of the extra `local`."""
    absent = wheels.missing()
    if absent:
        raise SetupError(f"local speech needs {', '.join(absent)}: {wheels.INSTALL}")
    from trialogue.speech.local import shared  # noqa: PLC0415 numpy loads with it

    return shared()
