"""Test kit for code that uses trialogue: whole meetings, playbooks, scripted services, faults.

- A meeting: `hold_meeting(scenario, out)` runs it in virtual time, with murmuring voices, and gives a
  `WholeMeeting` to assert on. Under pytest the fixture `meeting` does the same.
- Decisions: `play(brain, book)` checks a brain's commands for events, `Player` plays by hand; `casts` makes
  casts and events in a few words.
- One agent: `scripted_service({"say": "Hello."})` answers it from a script, `peer(...)` answers it wrongly;
  `open_agent(..., connect=...)` takes either.
- Faults: `judge(try_meeting(resolved, FaultPlan((Planned(fault_named("half-open"), "ann"),))))` reports the
  outcome of each fault of a meeting, and the broken promises.
- An app's own client: the fixture `voice_agent_server` is a complete server.

The clock is `trialogue.run_virtual`.
"""

from trialogue.chaos.catalogue import FAULTS, Fault, fault_named
from trialogue.chaos.faulty_socket import WrongAnswer, peer
from trialogue.chaos.plan import FaultPlan, Planned, drawn, planned
from trialogue.chaos.promises import Judged, judge
from trialogue.chaos.trial import Trial, try_meeting
from trialogue.speech.murmur import HEAR_RATE, SPEAK_RATE, Murmur, Threshold, murmuring_engines
from trialogue.testing import casts
from trialogue.testing.meetings import MeetingFailed, WholeMeeting, hold_meeting
from trialogue.testing.playbooks import Playbook, PlaybookFailed, Player, play
from trialogue.testing.services import scripted_service

__all__ = [
    "FAULTS",
    "HEAR_RATE",
    "SPEAK_RATE",
    "Fault",
    "FaultPlan",
    "Judged",
    "MeetingFailed",
    "Murmur",
    "Planned",
    "Playbook",
    "PlaybookFailed",
    "Player",
    "Threshold",
    "Trial",
    "WholeMeeting",
    "WrongAnswer",
    "casts",
    "drawn",
    "fault_named",
    "hold_meeting",
    "judge",
    "murmuring_engines",
    "peer",
    "planned",
    "play",
    "scripted_service",
    "try_meeting",
]
