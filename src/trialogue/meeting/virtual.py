"""The virtual clock: the same meeting, as fast as the machine computes, the same every time.

Trio shuffles its runnable tasks on purpose and seeds nobody's generator. For a deterministic run its
scheduler must sort each batch and its generator be seeded; both names are private to trio, so they
stand in this file alone, and a test notices when they go (docs/decisions/0004-virtual-time.md).
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from typing import TypeVar

import trio
import trio.testing

T = TypeVar("T")


def run_virtual(function: Callable[[], Awaitable[T]], *, seed: int) -> T:
    """Run `function` under a clock that jumps over every wait, scheduled deterministically by `seed`."""
    with _deterministic(seed):
        return trio.run(function, clock=trio.testing.MockClock(autojump_threshold=0))


@contextmanager
def _deterministic(seed: int) -> Generator[None]:
    names = vars(import_module("trio._core._run"))
    ours = {"_ALLOW_DETERMINISTIC_SCHEDULING": True, "_r": random.Random(seed)}  # noqa: S311 - an order
    before = {name: names[name] for name in ours}
    names.update(ours)
    try:
        yield
    finally:
        names.update(before)
