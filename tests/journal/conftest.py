"""Tests are about what is in files, not about the disk below: nothing waits for it."""

import os

import pytest


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk():
    """A journal is synced five times, which on a busy disk takes longer than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr("trialogue.journal.writer._SYNC", lambda _: None)
        yield
