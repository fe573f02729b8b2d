"""Masking of keys in all output to a terminal: every printed line goes through `hidden`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextvars import ContextVar

from trialogue.model.secrets import Secrets, secrets_of

_SECRETS: ContextVar[Secrets | None] = ContextVar("secrets", default=None)


def hide(names: Iterable[str] = ()) -> None:
    """From now on, hide the environment's keys and the values of the variables in `names`."""
    _SECRETS.set(secrets_of(os.environ, names))


def hidden(text: str) -> str:
    """The text with each key replaced by `***`."""
    secrets = _SECRETS.get()
    return (secrets_of(os.environ) if secrets is None else secrets).hide(text)
