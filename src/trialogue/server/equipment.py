"""Equipment that all connections of one server share: options, engines, and the place where engines run."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable

from trialogue.compute import Compute
from trialogue.server.options import ServerOptions
from trialogue.speech.ports import Recognizer, SpeechDetector, Synthesizer
from trialogue.values import frozen

_DEFAULTS = ServerOptions()


@frozen
class Equipment:
    """Equipment of a connection besides its socket: engines, options, clock."""

    recognizer: Recognizer
    """Turns the user's speech into words."""

    synthesizer: Synthesizer
    """Turns the agent's words into speech."""

    open_detector: Callable[[int], SpeechDetector]
    """Opens a detector for one stream, given the milliseconds of silence that end speech."""

    compute: Compute
    """Place where engines run."""

    options: ServerOptions = _DEFAULTS
    """Options of the server."""

    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    """Makes the request id of each connection."""


def seeded_ids(seed: int) -> Callable[[], str]:
    """Generator of request ids that are equal in every run: UUIDs from a generator seeded by `seed`."""
    chance = random.Random(f"ids/{seed}")  # noqa: S311 names, no secrets
    return lambda: str(uuid.UUID(int=chance.getrandbits(128), version=4))
