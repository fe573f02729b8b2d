"""The fault matrix: each row of the catalogue that can be had on demand, against every promise.

The rows that need more than one fault, a real socket or another process are in `test_rows.py`. What cannot
be made here, and why, stands in `docs/reference/faults.md`.
"""

import pytest

from trialogue.chaos.catalogue import FAULTS, Fate

BACK_WITHIN_S = 30.0
"""How long a participant may be away for one fault; a suspended machine sleeps for a minute beside."""

SURVIVED = {
    Fate.UNHARMED: "unharmed",
    Fate.RETURNS: "returned",
    Fate.FAILS: "dropped",
    Fate.ENDS: "ended in order",
}

NEVER_HEARD_AGAIN = {
    "deaf": "a service that answers no prompt has turns, and is silent in all of them",
    "no-sound": "a service without sound likewise",
    "prompts-refused": "a service that refuses each prompt likewise",
}


LIKE_ANOTHER = {
    "update-confirmed-late": "update-unconfirmed",
    "update-misconfirmed": "update-unconfirmed",
    "dies-rolling-over": "roll-over-refused",
    "unclosed-rolling-over": "rolls-over",
    "jitter": "latency",
    "sliced": "latency",
    "dripped": "no-welcome",
}
"""Faults that are left to the long tests beside one of the same kind that is tried daily."""


def each_row():
    """Every fault: of those that share a row of the catalogue the first, the others in the long tests."""
    seen = set()
    for fault in FAULTS:
        is_daily = fault.name not in LIKE_ANOTHER and (fault.row not in seen or not fault.row)
        seen.add(fault.row)
        name = f"row-{fault.row:02}-{fault.name}"
        yield pytest.param(fault, id=name, marks=() if is_daily else pytest.mark.long)


@pytest.mark.parametrize("fault", list(each_row()))
def test_every_promise_is_kept(fault, table):
    """The fault strikes, its participant has the fate of the catalogue, and no promise is broken."""
    trial, judged = table(fault)
    (row,) = judged.rows
    assert judged.broken == ()
    if fault.fate is not Fate.ENDS:  # the meeting went on for long enough to have noticed
        assert trial.held.result.duration_s >= row.at + fault.notice_s
    assert row.at is not None
    assert row.survived == SURVIVED[fault.fate]
    if fault.name in NEVER_HEARD_AGAIN:
        assert row.recovery_s is None
    else:
        assert row.recovery_s <= BACK_WITHIN_S + (60.0 if fault.name == "suspended" else 0.0)


def test_each_kind_is_tried_daily():
    """Each fault that is left to the long tests has one of its kind in the daily ones."""
    names = {fault.name for fault in FAULTS}
    assert names >= {*LIKE_ANOTHER, *LIKE_ANOTHER.values()}
    assert not LIKE_ANOTHER.keys() & LIKE_ANOTHER.values()


def test_names_are_unique():
    """No two faults have one name, by which `--fault` would choose the wrong one."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
