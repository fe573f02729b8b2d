"""Hands of a batch are forked: what they load is loaded once a test worker."""

import subprocess
from types import SimpleNamespace

import pytest
from forking import Forked

from trialogue.batch import local_workers


@pytest.fixture(autouse=True)
def _forked_hands(monkeypatch):
    """Beneath the product's own `Hand`, whose pipes and ends are those of any process."""
    monkeypatch.setattr(local_workers, "subprocess", SimpleNamespace(Popen=Forked, PIPE=subprocess.PIPE))
