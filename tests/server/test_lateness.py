"""Deadlines that a stopped process notices late."""

import pytest
import trio
from trio.testing import MockClock

from trialogue.server.lateness import LATE_S, received_within


@pytest.fixture
def waiting(nursery):
    """Starts a reader with a limit of ten seconds; returns what it got, and the sender."""

    async def start():
        send, receive = trio.open_memory_channel[str](1)
        got: list[str] = []

        async def read() -> None:
            try:
                got.append(await received_within(10.0, receive.receive))
            except trio.TooSlowError:
                got.append("too slow")

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        return got, send

    return start


@pytest.mark.parametrize(("passed_s", "expected"), [(10.0, "too slow"), (60.0, "sent meanwhile")])
async def test_what_was_sent_meanwhile_is_read(waiting, mock_clock: MockClock, passed_s, expected):
    """A peer's message from while the process was stopped is read before the peer is called silent."""
    got, send = await waiting()
    mock_clock.jump(passed_s)
    await trio.testing.wait_all_tasks_blocked()
    if not got:
        send.send_nowait("sent meanwhile")
    await trio.testing.wait_all_tasks_blocked()
    assert got == [expected]


async def test_a_silent_peer_is_too_slow_behind_a_stop_as_well(waiting, mock_clock: MockClock):
    """The process waits for a moment more, and not for the whole limit again."""
    got, _ = await waiting()
    for passed_s in (60.0, LATE_S):
        mock_clock.jump(passed_s)
        await trio.testing.wait_all_tasks_blocked()
    assert got == ["too slow"]
