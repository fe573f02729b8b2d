"""One scenario a policy: each is held in virtual time, and shows its rule."""

import pytest

from trialogue.brain.floor.policies import POLICIES
from trialogue.journal import read, verify
from trialogue.meeting.policy_loading import brain_for
from trialogue.model.commands import GrantFloor


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_each_policy_has_a_scenario(policy_run, policy):
    """Each policy has a scenario that ends by its limits within a minute, and verifies."""
    result = policy_run(policy)
    reading = read(result.folder / "journal.jsonl")
    records = tuple(reading)
    grants = [c for record in records for c in record.commands if isinstance(c, GrantFloor)]
    assert reading.header.plan.floor.policy == policy
    assert result.result.reason in {"limit-turns", "agenda-done", "order-done"}
    assert records[-1].at < 60
    spoke = {grant.to for grant in grants}
    # Recency goes back to who spoke before the last: two may have it to themselves, as among people.
    assert len(spoke) >= 2 if policy == "recency" else spoke >= {"tech", "biz", "law"}
    assert verify(result.folder / "journal.jsonl", brain_for).records == len(records)
