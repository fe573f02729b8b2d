"""The bugs that are planted by hand: enough of them, and in places that are there."""

import planted
import pytest

from trialogue.chaos.catalogue import dialling, messages, program, sessions, updates
from trialogue.chaos.promises import PROMISES

FAMILIES = {
    "dialling": dialling.DIALS,
    "sessions": sessions.SESSIONS,
    "lines": sessions.LINES,
    "messages": messages.MESSAGES,
    "sound": messages.SOUND,
    "prompts": messages.PROMPTS,
    "tools": program.TOOLS,
    "program": program.PROGRAM,
    "updates": updates.UPDATES,
    "roll-overs": updates.ROLL_OVERS,
}


def test_each_promise_has_a_bug():
    """Each promise is broken by a planted bug; otherwise its check could find nothing at all."""
    assert {name.partition(",")[0] for name in PROMISES} == {
        bug.promise.partition(",")[0] for bug in planted.BUGS
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_of_faults_has_a_bug(family):
    """No family of faults is left without a planted bug that its trials find."""
    assert {fault.name for fault in FAMILIES[family]} & {bug.fault for bug in planted.BUGS}


@pytest.mark.parametrize("bug", planted.BUGS, ids=lambda bug: bug.name)
def test_each_bug_has_its_place(bug, scenario_text):
    """Each planted bug still finds the one place in the source and in the scenario that it changes."""
    for name, old, new in bug.edits:
        assert (planted.ROOT / "src" / "trialogue" / name).read_text().count(old) == 1
        assert old != new
    assert all(scenario_text.count(old) == 1 for old, _ in bug.changes)
