"""Settings as typed classes make them, with what nobody has set."""

from __future__ import annotations

from typing import Any

import pytest
from desk import AUDIO, Desk, settings

from trialogue.server import commands as cmd
from trialogue.server.conversation import SessionPhase
from trialogue.server.think.terms import DefaultTerms

PYTHON_4_8 = {
    "experimental": False,
    "type": "Settings",
    "audio": {"input": AUDIO, "output": {**AUDIO, "container": "none"}},
    "agent": {"language": "en", "speak": {}},
    "mip_opt_out": False,
}
"""`SettingsOptions()` of the Python SDK 4.8.1, and nothing else."""


@pytest.mark.parametrize(
    "agent",
    [
        PYTHON_4_8["agent"],
        {"listen": {}, "think": {}, "speak": {}},
        {"listen": {"provider": {}}, "think": {"provider": {}}, "speak": {"provider": None}},
        {"think": {"prompt": "Be brief."}},
        {"think": [{"prompt": "Be brief."}, {"provider": {}}]},
    ],
)
def test_stages_that_nobody_has_set_are_the_servers_choice(agent: dict[str, Any]) -> None:
    """Settings with empty stages begin a session that the default agent answers."""
    desk = Desk()
    desk.say({**PYTHON_4_8, "agent": agent})
    assert desk.last(cmd.UseThink).think == (DefaultTerms(),)
    assert "SettingsApplied" in desk.names()


def test_a_prompt_without_a_provider_is_kept() -> None:
    """Settings with a prompt and no provider still give the prompt to our own model."""
    desk = Desk()
    desk.say(settings(think={"prompt": "Be brief."}))
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert desk.last(cmd.BeginPass).request.prompt == "Be brief."


@pytest.mark.parametrize(
    "agent", [{"speak": {"provider": {"type": "deepgram"}}}, {"listen": 5}, {"speak": {"x": 1}}]
)
def test_stages_that_are_wrong_are_faults_all_the_same(agent: dict[str, Any]) -> None:
    """Settings with a wrong stage, not an empty one, end the session."""
    desk = Desk()
    desk.say(settings(**agent))
    assert desk.conversation.phase is SessionPhase.OVER
