"""Meetings whose frames are not their subject."""

import pytest

from trialogue.scenario import defaults


@pytest.fixture(scope="module", autouse=True)
def _frames():
    """Frames of 100 ms where a scenario names none, which takes less."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(defaults, "FRAME_S", 0.1)
        yield
