"""Faults for tests of whoever builds on trialogue: whole meetings under a plan, or one agent's bad peer.

`judge(try_meeting(resolved, FaultPlan((Planned(fault_named("half-open"), "ann"),))))` says what became of
each fault of a meeting, and which promises were broken; `open_agent(..., connect=peer(...))` tries one agent.
"""

from __future__ import annotations

from functools import partial

from trialogue.actors.agent import Connect
from trialogue.chaos.catalogue import FAULTS, Fault, fault_named
from trialogue.chaos.faulty_socket import WrongAnswer, answer_wrongly
from trialogue.chaos.promises import Judged, judge
from trialogue.chaos.trial import FaultPlan, Planned, Trial, drawn, planned, try_meeting
from trialogue.transport.dial import in_memory

__all__ = [
    "FAULTS",
    "Fault",
    "FaultPlan",
    "Judged",
    "Planned",
    "Trial",
    "WrongAnswer",
    "drawn",
    "fault_named",
    "judge",
    "peer",
    "planned",
    "try_meeting",
]


def peer(answer: WrongAnswer) -> Connect:
    """Dial, in memory, a peer that answers each upgrade so and is no voice agent at all."""
    connect = in_memory(partial(answer_wrongly, answer=answer))
    return partial(connect, "ws://peer/", headers={})
