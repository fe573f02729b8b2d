"""The page of a server's control route, in a real browser: what it shows, and what it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from trialogue.serving.for_tests import VoiceAgentServer, opened

TOKEN = "let-me-look"
IS_LOOKED_AT = (
    "document.getElementById('desk')?.hidden === false && document.querySelector('#fault option') !== null"
)


@pytest.fixture(scope="module")
def server() -> Iterator[VoiceAgentServer]:
    """A server with a control route."""
    bridge, server = opened(token=TOKEN)
    yield server
    bridge.close()


@pytest.fixture
def desk(tab: Any, server: VoiceAgentServer) -> Iterator[Any]:
    """The page, entered by the address that the server prints."""
    server.reset()
    tab.resize(1100, 800)
    tab.prefer("light")
    tab.events.clear()
    tab.open(f"http://{server.host}/_trialogue/#{TOKEN}", until=IS_LOOKED_AT)
    yield tab
    assert not [each for each in tab.events if each.get("method") == "Runtime.exceptionThrown"]


@contextmanager
def greeted(server: VoiceAgentServer, greeting: str) -> Iterator[ClientConnection]:
    """A client whose agent has greeted it."""
    sound = {"encoding": "linear16", "sample_rate": 16_000}
    audio = {"input": sound, "output": {**sound, "container": "none"}}
    headers = {"Authorization": "Token any"}
    with connect(server.url, additional_headers=headers, close_timeout=2) as socket:
        socket.send(json.dumps({"type": "Settings", "audio": audio, "agent": {"greeting": greeting}}))
        until(socket, "AgentAudioDone")
        yield socket


def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a type."""
    while True:
        said = socket.recv(10)
        if isinstance(said, str) and json.loads(said)["type"] == kind:
            return json.loads(said)


def shows(text: str) -> str:
    """Whether the page shows a text, beside what can be chosen."""
    places = "['nobody', 'sessions', 'said']"
    return f"{places}.some((id) => document.getElementById(id).innerText.includes({json.dumps(text)}))"


def submitted(tab: Any, form: str, **fields: str) -> None:
    """Fill a form, and send it as its button does."""
    for name, value in fields.items():
        tab.tell(f"document.getElementById('{form}').elements.{name}.value = {json.dumps(value)}")
    tab.tell(f"document.querySelector('#{form} button').click()")


def test_sessions_and_what_was_said_are_shown(desk: Any, server: VoiceAgentServer) -> None:
    """As they come, the newest first, and sound as its size."""
    assert desk.tell(shows("No client has connected yet."))
    with greeted(server, "Good morning."):
        desk.wait(shows('"content":"Good morning."'))
        desk.wait(shows("AgentAudioDone"))
        assert desk.tell("document.querySelector('#said .server').innerText").split("\t")[1] == "server"
    desk.wait(shows("ended"))


def test_unchanged_parts_are_not_drawn_again(desk: Any, server: VoiceAgentServer) -> None:
    """What somebody marks for copying, or stands on with the keyboard, stays while the session goes on."""
    with greeted(server, "Hello.") as socket:
        desk.wait(shows("AgentAudioDone"))
        desk.tell("window.marked = document.querySelector('#said tbody tr')")
        socket.send(json.dumps({"type": "InjectUserMessage", "content": "One more."}))
        desk.wait(shows("One more."))
        assert desk.tell("window.marked.isConnected")


def test_orders_go_to_the_session_that_is_shown(desk: Any, server: VoiceAgentServer) -> None:
    """A session that was chosen stays so when another client comes; the newest is a button away."""
    with greeted(server, "I am the first.") as first:
        desk.wait(shows("I am the first."))
        desk.tell("document.querySelector('#sessions button').click()")
        desk.wait("!document.getElementById('newest').hidden")
        with greeted(server, "I am the second."):
            desk.wait("document.querySelectorAll('#sessions tbody tr').length === 2")
            assert desk.tell(shows("I am the first."))
            submitted(desk, "say", text="Said by hand.")
            assert until(first, "ConversationText")["content"] == "Said by hand."
            desk.wait("document.getElementById('say').elements.text.value === ''")
            desk.tell("document.getElementById('newest').click()")
            desk.wait(shows("I am the second."))


def test_a_fault_strikes_the_session_that_is_shown(desk: Any, server: VoiceAgentServer) -> None:
    """Chosen from the list of all, and named in the table afterwards."""
    with greeted(server, "Hello.") as socket:
        desk.wait(shows("AgentAudioDone"))
        submitted(desk, "fault", fault="unknown-message")
        desk.wait(shows("unknown-message"))
        assert socket.close_code is None


def test_the_result_of_an_order_stays_until_the_next(desk: Any, server: VoiceAgentServer) -> None:
    """Looking again each second does not wipe it away."""
    trouble = "document.getElementById('trouble').textContent"
    desk.tell("document.getElementById('latency').elements.seconds.removeAttribute('max')")
    submitted(desk, "latency", seconds="99")
    desk.wait(f"{trouble}.startsWith('a latency must be from 0 to 60')")
    with greeted(server, "Hello."):
        desk.wait(shows("AgentAudioDone"))
        assert desk.tell(trouble).startswith("a latency must be from 0 to 60")
    submitted(desk, "latency", seconds="0")
    desk.wait(f"{trouble} === ''")


def test_without_the_token_it_asks_for_it(tab: Any, server: VoiceAgentServer) -> None:
    """A wrong one is told, and the form stays; the right one opens the page."""
    tab.open(f"http://{server.host}/_trialogue/", until="document.readyState === 'complete'")
    assert tab.tell("document.getElementById('desk').hidden")
    submitted(tab, "enter")
    tab.wait("document.getElementById('trouble').textContent.includes('control token')")
    tab.tell(f"document.getElementById('token').value = '{TOKEN}'")
    submitted(tab, "enter")
    tab.wait(IS_LOOKED_AT)
    assert tab.tell("document.getElementById('enter').hidden")


def test_it_fits_a_phone(desk: Any, server: VoiceAgentServer) -> None:
    """On a phone, no part of the control page is wider than the window."""
    desk.resize(390, 800, mobile=True)
    with greeted(server, "Hello."):
        desk.wait(shows("AgentAudioDone"))
        assert desk.tell("document.documentElement.scrollWidth") <= 390
