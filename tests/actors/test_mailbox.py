"""Mailboxes are bounded and say what happens when they are full."""

import pytest
import trio

from trialogue.mailbox import Mailbox, MailboxFull, MailboxStatistics


async def test_takes_in_order():
    """Messages to an actor arrive in the order in which they were posted."""
    mailbox = Mailbox[int]("orders", 3)
    for number in (1, 2, 3):
        mailbox.post(number)
    assert [await mailbox.take() for _ in range(3)] == [1, 2, 3]


async def test_full_control_crashes():
    """A full mailbox is an error and keeps what it has."""
    mailbox = Mailbox[int]("control", 1)
    mailbox.post(1)
    with pytest.raises(MailboxFull, match=r"mailbox control is full \(1 items\)"):
        mailbox.post(2)
    assert mailbox.statistics() == MailboxStatistics(waiting=1, size=1)
    assert mailbox.has_overflowed
    assert mailbox.take_nowait() == 1


async def test_closed_can_be_emptied():
    """A closed mailbox gives what is inside, and then ends."""
    mailbox = Mailbox[int]("orders", 3)
    mailbox.post(1)
    mailbox.close()
    assert await mailbox.take() == 1
    with pytest.raises(trio.EndOfChannel):
        await mailbox.take()


@pytest.mark.parametrize("size", [0, float("inf")])
def test_unbounded_is_refused(size):
    """A mailbox without a bound cannot be made: it could fill the memory."""
    with pytest.raises(ValueError, match="the size must be 1 or more"):
        Mailbox("endless", size)


def test_repr_is_a_status_line():
    """The repr shows how full a mailbox is."""
    mailbox = Mailbox[int]("orders", 3)
    mailbox.post(1)
    assert repr(mailbox) == "<Mailbox orders: 1/3 waiting>"
