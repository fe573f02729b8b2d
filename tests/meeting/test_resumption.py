"""State of the actors at the end of a journal, from which a meeting is resumed."""

import pytest

from trialogue.meeting.resumption import _Left
from trialogue.model.commands import Update
from trialogue.model.events import SettingsChanged, Woke
from trialogue.model.records import Record

FIRST, SECOND, OTHER = (
    Update("ann", part, text) for part, text in (("think", "1"), ("think", "2"), ("speak", "3"))
)


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        ([], [FIRST, OTHER, SECOND]),
        (["refused", "applied"], [OTHER, SECOND]),
        (["applied", "refused"], [FIRST, OTHER]),
        (["unconfirmed", "refused", "refused"], [FIRST, OTHER]),
    ],
)
def test_the_refused_change_is_the_one_that_is_undone(outcomes, kept):
    """A refused change of settings is undone, and not an earlier or later one of the same part."""
    left = _Left()
    left.take(Record(1, 1.0, Woke("x"), (FIRST, OTHER, SECOND)))
    for number, outcome in enumerate(outcomes, 2):
        left.take(Record(number, 2.0, SettingsChanged("ann", 1, "think", outcome), ()))
    assert left.changes["ann"] == kept
