"""Base class of a meeting's calls: their loop, and the checks before each."""

from __future__ import annotations

from trialogue.errors import AlreadyOver, UnknownName
from trialogue.meeting.app_requests import Loop, a_text, wrong_value
from trialogue.meeting.stage import Stage
from trialogue.model.events import Event
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan


class MeetingCalls:
    """Meeting, as its calls see it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._loop = Loop()

    @property
    def plan(self) -> MeetingPlan:
        """Plan of the meeting, fixed before it began: cast, rules, agenda."""
        return self._stage.brain.plan

    @property
    def is_over(self) -> bool:
        """Whether the meeting has ended; its files may not be complete yet."""
        return self._stage.sequencer.is_over

    def _post(self, event: Event) -> None:
        self._loop.ask(lambda: self._ask(event))

    def _ask(self, event: Event) -> None:
        self._check_open()
        self._stage.sequencer.ask(event)

    def _check_open(self) -> None:
        if self.is_over:
            raise AlreadyOver(f"{self.plan.name} has ended: it takes no more calls")

    def _seat(self, participant: object) -> Participant:
        """Seat of a participant; UnknownName for any other name."""
        name = a_text(participant, "participant")
        seats = self._stage.brain.seats.participants
        here = self._stage.brain.here()
        for seat in seats:
            if seat.name == name and name in here:
                return seat
        known = ", ".join(here)
        raise UnknownName(f"no participant is called {name!r}; there are {known}", argument="participant")

    def _check_agent(self, participant: str) -> None:
        if self._seat(participant).kind is not Kind.AGENT:
            raise wrong_value("participant", f"{participant} is not an agent")

    def _check_speaker(self, participant: str) -> None:
        if not self._seat(participant).may_speak:
            raise wrong_value("participant", f"{participant} is an observer and never gets the floor")
