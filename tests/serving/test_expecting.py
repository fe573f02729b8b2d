"""What clients must send, by a file, and what the server says of it at its end."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from trialogue.errors import SetupError
from trialogue.serving.expecting import read_expectations
from trialogue.serving.ledger import Ledger, Session

EXPECTED = """
within: 5s
expect:
  - type: Settings
    having: {agent: {greeting: Hello!}}
  - {type: KeepAlive, nth: 2}
  - {type: UpdatePrompt, never: true}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with all kinds of expectations."""
    path = tmp_path / "expected.yaml"
    path.write_text(EXPECTED)
    return path


def said(ledger: Ledger, *messages: str) -> Session:
    """A session in which a client said these."""
    session = ledger.open("r-1", "/v1/agent/converse", "")
    for message in messages:
        ledger.note(session, "client", message)
    return session


SETTINGS = '{"type":"Settings","agent":{"greeting":"Hello!","language":"en"}}'
ALIVE = '{"type":"KeepAlive"}'


async def test_all_of_them_came(file: Path) -> None:
    """A server that was sent everything that it expected reports nothing."""
    ledger = Ledger()
    said(ledger, SETTINGS, ALIVE, ALIVE)
    assert read_expectations(file).unmet(ledger) == []


async def test_unmet_expectations_are_listed(file: Path) -> None:
    """What did not come, and what came and must not."""
    ledger = Ledger()
    said(ledger, '{"type":"Settings","agent":{}}', ALIVE, '{"type":"UpdatePrompt"}')
    assert read_expectations(file).unmet(ledger) == [
        'Settings with {"agent":{"greeting":"Hello!"}} of the client did not come',
        "KeepAlive (number 2) of the client did not come",
        "UpdatePrompt of the client came, but must not",
    ]


async def test_the_end_comes_with_the_last_client(file: Path, autojump_clock: trio.testing.MockClock) -> None:
    """The server ends when its last client has gone, and not before."""
    ledger = Ledger()
    session = said(ledger, SETTINGS, ALIVE, ALIVE)

    async def go() -> None:
        await trio.sleep(2)
        ledger.close(session, 1000)

    async with trio.open_nursery() as nursery:
        began = trio.current_time()
        nursery.start_soon(go)
        await read_expectations(file).met(ledger)
        assert trio.current_time() - began == pytest.approx(2.0)


async def test_the_time_is_over(file: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Whatever has not come by then is not waited for."""
    began = trio.current_time()
    await read_expectations(file).met(Ledger())
    assert trio.current_time() - began == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("expect: []", "expect must be a list"),
        ("- x", "a map with expect, within"),
        ("expect: [{tipe: X}]", "unknown key 'tipe'"),
        ("expect: [{having: {}}]", "type must be the type"),
        ("expect: [{type: X, having: 5}]", "having must be a map"),
        ("expect: [{type: X, nth: 0}]", "nth must be 1 or more"),
        ("within: soon\nexpect: [{type: X}]", "within must be a duration"),
        ("within: .inf\nexpect: [{type: X}]", "within must be a duration"),
        ("within: .nan\nexpect: [{type: X}]", "within must be a duration"),
        ("expect: [{type: 2020-13-45}]", "cannot read"),
        ("expect: " + "[" * 3000, "cannot read"),
        ("expect: [", "cannot read"),
    ],
)
def test_a_file_that_says_nothing(file: Path, text: str, why: str) -> None:
    """An invalid file of expected messages is one line that says what is wrong."""
    file.write_text(text)
    with pytest.raises(SetupError, match=why):
        read_expectations(file)
