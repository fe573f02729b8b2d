"""The peers' environments: each in a folder of its own in the user's cache, with exact releases.

trialogue's own environment stays what its users have, and no peer changes what another one gets.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.benchmarks.measuring import NotRun

RELEASES: Mapping[str, tuple[str, ...]] = {
    "asyncio": ("websockets==17.4", "uvloop==0.23.0", "aiohttp==3.14.5", "picows==2.3.1"),
    "sdk": ("deepgram-sdk==7.17.0", "uvloop==0.23.0"),
    "pipecat": ("pipecat-ai[websocket]==1.14.0", "uvloop==0.23.0"),
}
"""What each environment holds; what these need comes with them."""


def folder(name: str) -> Path:
    """Where an environment is, or will be."""
    text = " ".join((*RELEASES[name], sys.version))
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "trialogue" / "peers" / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@cache
def python(name: str) -> str:
    """The interpreter of an environment, which is made where it is not there yet."""
    home = folder(name)
    interpreter, made = home / "bin" / "python", home / "made"
    if not made.exists():
        install = [str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        for command in ([sys.executable, "-m", "venv", "--clear", str(home)], [*install, *RELEASES[name]]):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise NotRun(f"the peers of {name!r} could not be installed: {done.stderr.strip()[-200:]}")
        made.touch()
    return str(interpreter)
