"""Tools for tests of whoever builds on trialogue: playbooks, casts, engines without speech, faults on demand.

`play(brain, book)` holds a brain to events and commands; `casts` makes casts and events in few words.
`judge(try_meeting(resolved, FaultPlan((Planned(fault_named("half-open"), "ann"),))))` says what became of
each fault of a meeting, and which promises were broken; `open_agent(..., connect=peer(...))` tries one agent.
`scripted_service({"say": "Hello."})` answers one agent by a script, and `trialogue.run_virtual` is the clock.
Under pytest the fixture `meeting` holds a scenario's meeting, and `voice_agent_server` is a whole server.
"""

from trialogue.chaos.catalogue import FAULTS, Fault, fault_named
from trialogue.chaos.faulty_socket import WrongAnswer, peer
from trialogue.chaos.plan import FaultPlan, Planned, drawn, planned
from trialogue.chaos.promises import Judged, judge
from trialogue.chaos.trial import Trial, try_meeting
from trialogue.speech.murmur import HEAR_RATE, SPEAK_RATE, Murmur, Threshold, murmuring_engines
from trialogue.testing import casts
from trialogue.testing.playbooks import Playbook, PlaybookFailed, Player, play
from trialogue.testing.services import scripted_service

__all__ = [
    "FAULTS",
    "HEAR_RATE",
    "SPEAK_RATE",
    "Fault",
    "FaultPlan",
    "Judged",
    "Murmur",
    "Planned",
    "Playbook",
    "PlaybookFailed",
    "Player",
    "Threshold",
    "Trial",
    "WrongAnswer",
    "casts",
    "drawn",
    "fault_named",
    "judge",
    "murmuring_engines",
    "peer",
    "planned",
    "play",
    "scripted_service",
    "try_meeting",
]
