"""Waits that end at a moment which floats cannot name exactly."""

from playbook import Table, moderated

from trialogue.model.commands import GrantFloor, WakeAt
from trialogue.model.events import Woke


def test_a_wait_whose_end_is_rounded_down_ends():
    """11.88 + 6.0 is a hair more than 17.88: it is looked at a microsecond later, not for ever."""
    table = Table(moderated())
    table.open()
    table.says("mod", "Well.", 11.88)
    assert 11.88 + 6.0 > 17.88
    woken = table.meeting.handle(Woke("choose"), 17.88)
    assert woken == [WakeAt("choose", 17.880001)]
    later = table.meeting.handle(Woke("choose"), 17.880001)
    assert [command.to for command in later if isinstance(command, GrantFloor)] == ["tech"]
