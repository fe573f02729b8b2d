"""The examples under docs/examples/stand-in, with nothing changed but the address, where their SDK is here.

`.ci/examples` runs all of them, each with its own SDK, against real ears and voices.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from trialogue.serving.fixture import _opened_voice_agent_server, voice_agent_server
from trialogue.serving.for_tests import VoiceAgentServer

__all__ = ["_opened_voice_agent_server", "voice_agent_server"]

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "stand-in"

SAID = """\
user: What is the weather in Berlin?
called: get_weather({"city": "Berlin"})
assistant: One moment, please.
assistant: The result of get weather: sky sunny, degrees 21.
user: Thank you.
assistant: You said: Thank you.
assistant: My instructions say: Be cheerful.
"""


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "generation"),
    [
        ("plain_websockets", 7),
        ("sdk7_sync", 7),
        pytest.param("sdk7_async", 7, marks=pytest.mark.long),  # the same SDK's other half
        ("sdk4", 4),
    ],
)
def test_an_app_holds_its_conversation(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, name: str, generation: int
) -> None:
    """A greeting that is interrupted aloud, a function with a filler, an update, words in writing."""
    here = int(version("deepgram-sdk").partition(".")[0])
    if here != generation:
        pytest.skip(f"the SDK here is of generation {here}: .ci/examples has one of {generation}")
    question = tmp_path / "question.wav"
    voice_agent_server.user.wav("What is the weather in Berlin?", question)
    where = {"VOICE_AGENT_URL": voice_agent_server.url, "VOICE_AGENT_HOST": voice_agent_server.host}
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), str(question)]
    done = subprocess.run(
        command, env={**os.environ, **where}, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.partition("\n")[2] == SAID
    sent = [each["type"] for each in voice_agent_server.received() if each]
    assert sent[0] == "Settings"
    assert {"FunctionCallResponse", "InjectAgentMessage", "UpdatePrompt", "InjectUserMessage"} <= set(sent)


SERVED = """\
user: My customer ID is CUST0042. Where are my orders?
called: find_customer({"customer_id": "CUST0042"})
called: get_orders({"customer_id": "CUST0042"})
assistant: The result of find customer: customer id CUST0042, name Ada Lovelace, phone +15550042.
assistant: The result of get orders: orders order id ORD0007, status shipped.
user: Goodbye.
called: end_call({"farewell_type": "thanks"})
"""


@pytest.mark.real
def test_a_service_for_customers_needs_two_calls_for_one_answer(
    voice_agent_server: VoiceAgentServer,
) -> None:
    """The second has what the first has found, and the app's own words are among the call's last.

    The agent may remark on the result of the last call, before them or after: nothing orders the two, for a
    queued message waits only for what is queued when it comes.
    """
    command = [sys.executable, str(EXAMPLES / "function_calling.py")]
    where = {"VOICE_AGENT_URL": voice_agent_server.url}
    done = subprocess.run(
        command, env={**os.environ, **where}, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    _, served, last = done.stdout.partition(SERVED)
    assert served, done.stdout
    farewell = "assistant: Thank you for calling! Have a great day!"
    remark = "assistant: The result of end call: status closing."
    assert {farewell} <= set(last.splitlines()) <= {farewell, remark}
