"""Plugin for pytest: the fixture `voice_agent_server`, a voice agent server for the tests of any client.

Nothing is loaded before a test asks for the fixture; the server is opened once, and reset for each test.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from trialogue.serving.for_tests import VoiceAgentServer

__all__ = ["voice_agent_server"]


@pytest.fixture(scope="session")
def _opened_voice_agent_server() -> Generator[VoiceAgentServer]:
    """Server of a whole test session."""
    from trialogue.serving.for_tests import opened  # noqa: PLC0415 - heavy, and only for tests that ask for it

    bridge, server = opened()
    yield server
    bridge.close()


@pytest.fixture
def voice_agent_server(_opened_voice_agent_server: VoiceAgentServer) -> Generator[VoiceAgentServer]:
    """Voice agent server on this machine, without a key, and with simulated voices."""
    yield _opened_voice_agent_server
    _opened_voice_agent_server.reset()
