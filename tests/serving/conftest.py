"""The fixture that pytest users get by its entry point, for environments without one."""

from trialogue.serving.fixture import _opened_voice_agent_server, voice_agent_server

__all__ = ["_opened_voice_agent_server", "voice_agent_server"]
