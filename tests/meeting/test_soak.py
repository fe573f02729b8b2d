"""The soak of `tests/benchmarks/soak.py`, made short."""

import importlib.util
import sys
import tracemalloc
from pathlib import Path

import pytest

from trialogue.actors import agent_session
from trialogue.model.events import SessionReady, SessionRolledOver

PATH = Path(__file__).parents[1] / "benchmarks" / "soak.py"


@pytest.mark.long
def test_nothing_grows(tmp_path, monkeypatch):
    """Memory, tasks and open files do not grow in minutes of breaking connections and old sessions."""
    spec = importlib.util.spec_from_file_location("soak", PATH)
    soak = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soak", soak)
    spec.loader.exec_module(soak)
    monkeypatch.setattr(agent_session, "ALLOWED_S", 1.0)
    monkeypatch.setattr(soak, "ALLOWED_S", 25.0)
    monkeypatch.setattr(soak, "BREAKS_EVERY_S", 40.0)
    tracemalloc.start()
    try:
        gauge = soak.soak(2 / 60, tmp_path, readings=4)
    finally:
        tracemalloc.stop()
    soak.check(gauge, kib_a_turn=4.0)
    assert len(gauge.rows) >= 4
    assert gauge.count[SessionReady] > 6
    assert gauge.count[SessionRolledOver] > 0
