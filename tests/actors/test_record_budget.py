"""A peer's budget of records."""

from trialogue.actors.session import MOST, Complaints
from trialogue.model.events import InjectionRefused, LatencyMeasured, ServiceWarned


def test_the_first_are_recorded_and_the_rest_is_counted():
    """Ten thousand messages are a hundred records, and one that says how many there were."""
    events = []
    complaints = Complaints("ann", events.append)
    for number in range(10_000):
        complaints.warn("unknown-message", f"Kind{number}")
    complaints.close()
    assert len(events) == MOST["warnings"] + 1
    text = "9900 more warnings came in this session and were counted only"
    assert events[-1] == ServiceWarned("ann", "too-many-messages", text)


def test_every_kind_has_a_bound():
    """A service cannot fill the journal with measurements or refusals."""
    events = []
    complaints = Complaints("ann", events.append)
    for _ in range(10_500):
        complaints.measure(LatencyMeasured("ann", None, None, None, 1.0))
        complaints.refuse(InjectionRefused("ann", 0, "no"))
    complaints.close()
    assert len(events) == MOST["latencies"] + MOST["refusals"] + 1
    assert events[-1].text.startswith("500 more latencies, 500 more refusals")


def test_within_the_budget_nothing_is_added():
    """An ordinary session ends without a word of it; endless texts are cut."""
    events = []
    complaints = Complaints("ann", events.append)
    complaints.warn("C" * 5_000, "t" * 5_000)
    complaints.close()
    assert events == [ServiceWarned("ann", "C" * 64, "t" * 1_024)]
