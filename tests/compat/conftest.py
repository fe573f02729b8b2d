"""The usage programs of the vendor's SDK, against the stand-in."""

import threading
from pathlib import Path

import pytest

from trialogue.serving.for_tests import opened

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def server():
    """A stand-in with murmuring voices, whose models tell that they think."""
    bridge, held = opened()
    held.options(tells_thoughts=True)
    try:
        yield held
    finally:
        bridge.close()


@pytest.fixture
def program(server):
    """Gives a program's text: only its import and its endpoint are others."""

    def read(name):
        text = (PROGRAMS / f"{name}.txt").read_text(encoding="utf-8")
        text = text.replace("from deepgram import", "from trialogue.compat import")
        url = f"ws://{server.host}"
        return text.replace('api_key="your-api-key"', f'api_key="your-api-key", url="{url}"')

    return read


@pytest.fixture(autouse=True)
def _no_thread_stays():
    """Each connection has taken its threads along."""

    def ours():
        return [each.name for each in threading.enumerate() if each.name.startswith("trialogue")]

    assert ours() == []
    yield
    assert ours() == []
