"""Your own policy: the participant who has waited longest since its last turn speaks, the guest first.

It is a pure function of its view, and may be a method, which has the values of its object.
"""

from trialogue import Clock, GrantFloor, Next, Nobody, Overrides, Scenario, run_meeting
from trialogue.policy import Decision, FloorView


class GuestFirst:
    """Participants who have not spoken yet come first, the guest before all others."""

    def __init__(self, guest: str):
        self.guest = guest

    def choose(self, view: FloorView) -> Decision:
        """Choose among the participants who are present."""
        spoke = {turn.participant: turn.ended_at for turn in view.turns}
        if self.guest in view.present and self.guest not in spoke:
            return Next(self.guest, "the guest comes first")
        if not view.present:
            return Nobody("all-away")
        return Next(min(view.present, key=lambda name: spoke.get(name, 0.0)), "has waited longest")


CAST = {name: {"lines": [f"This is {name}.", "I have no more."]} for name in ("ann", "bob", "zoe")}
SCENARIO = Scenario.build(
    "guests", CAST, floor={"custom": "guest-first"}, run={"limits": {"turns": 4, "time": "1m"}}
)


async def watch(meeting):
    meeting.on(GrantFloor, lambda grant: print(f"{grant.to}: {grant.reason}"))
    await meeting.finished()


run_meeting(
    SCENARIO,
    overrides=Overrides(clock=Clock.VIRTUAL),
    policies={"guest-first": GuestFirst("zoe")},
    watch=watch,
)
