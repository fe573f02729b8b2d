"""The surfaces for asyncio and for threads have all that trio's has."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from docs_blocks import DOCS, ROOT

import trialogue
from trialogue import aio, blocking

INSIDE = {"hold", "left_behind", "let_go", "run"}
"""What trialogue itself uses."""


def public(cls):
    return {name for name in dir(cls) if not name.startswith("_")} - INSIDE


@pytest.mark.parametrize("surface", [aio, blocking])
@pytest.mark.parametrize("name", ["Meeting", "LoneAgent"])
def test_each_public_method_is_there(surface, name):
    """Each public method is in asyncio and in threads, with the same parameters."""
    native, own = getattr(trialogue, name), getattr(surface, name)
    assert public(native) == public(own)
    for method in public(native):
        ours, theirs = (inspect.getattr_static(cls, method) for cls in (own, native))
        if isinstance(theirs, property):
            assert isinstance(ours, property), method
            continue
        wanted = list(inspect.signature(theirs).parameters)
        given = [each for each in inspect.signature(ours).parameters if each != "timeout_s" or each in wanted]
        assert given == wanted, method


@pytest.mark.parametrize("surface", [aio, blocking])
@pytest.mark.parametrize("name", ["open_meeting", "open_agent", "run_meeting"])
def test_opening_functions_have_the_same_parameters(surface, name):
    """What can be passed on trio can be passed from asyncio and threads, but for signals."""
    native, own = (list(inspect.signature(getattr(each, name)).parameters) for each in (trialogue, surface))
    assert sorted(own) == sorted({*native} - {"owner"})


@pytest.mark.skipif(
    not (Path(sys.executable).parent / "ruff").exists(),
    reason="they are laid out by ruff, which judges the code: .ci/run has it",
)
def test_they_are_made_from_trios():
    """The asyncio and blocking modules are what docs/mirror.py makes of trio's."""
    code = "import mirror; raise SystemExit(any(p.read_text('utf-8') != t for p, t in mirror.files()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=DOCS, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"run python docs/mirror.py in {ROOT.name}: {done.stderr}"
