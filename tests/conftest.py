"""Examples are the same in every run; HYPOTHESIS_PROFILE=explore looks for new ones, quick without shrinking.

No example has a deadline: the machine's load is not what is tested.
"""

import logging
import os

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings

COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("repeatable", COMMON, derandomize=True)
settings.register_profile("explore", COMMON)
settings.register_profile("quick", COMMON, phases=(Phase.explicit, Phase.generate))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(autouse=True)
def _diagnostics_of_its_own():
    """What a command, or an example, sets of the diagnostics ends with its test."""
    root, ours = logging.getLogger(), logging.getLogger("trialogue")
    levels, handlers = (root.level, ours.level), list(root.handlers)
    yield
    structlog.reset_defaults()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    root.handlers[:] = handlers
