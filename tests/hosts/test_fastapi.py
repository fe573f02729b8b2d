"""The FastAPI app of the documentation, in its own server, in a real browser."""

import threading
import time
from urllib.request import urlopen

import pytest
import uvicorn
from hosted_examples import example

import trialogue.errors


@pytest.fixture
def address(scenario, options):
    """The app, served on loopback."""
    app = example("fastapi_app").app_of(scenario, "ann", **options)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < end
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.real
def test_a_browser_sees_what_is_said_and_puts_words_in(address, browser):
    """Lines come by server-sent events; what is asked for goes by the websocket, and comes back as a line."""
    with browser.page() as page:
        page.open(f"{address}/", until="document.querySelectorAll('#said li').length >= 2")
        lines = page.tell("[...document.querySelectorAll('#said li')].map((each) => each.textContent)")
        assert lines[0] in {"ann: One.", "bob: Nine."}
        page.wait("ws.readyState === WebSocket.OPEN")
        page.tell("talk.text.value = 'Hello from here.'; talk.requestSubmit()")
        page.wait("document.querySelector('#told').textContent === 'taken'")
        page.wait("document.querySelector('#said').textContent.includes('ann: Hello from here.')")
        page.tell("talk.text.value = ' '; talk.requestSubmit()")
        page.wait("document.querySelector('#told').textContent.includes('has no words')")
        assert [each for each in page.complaints() if "favicon" not in str(each)] == []


@pytest.mark.real
def test_a_stream_that_is_left_lets_the_meeting_go_on(address):
    """A client that closes takes only its own stream along."""
    for _ in range(2):
        with urlopen(f"{address}/events", timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.readline().startswith(b"data: ")


def test_errors_are_the_projects_own():
    """The example's web app can tell errors apart by their class."""
    assert example("fastapi_app").TrialogueError is trialogue.errors.TrialogueError
