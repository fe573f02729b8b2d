"""Faults of tools, of the machine, and of the meeting's own parts."""

from __future__ import annotations

from trialogue.chaos.catalogue.strike_points import greeting
from trialogue.chaos.catalogue.values import Fate, Fault, Part, Signal
from trialogue.chaos.faulty_socket import AddToxic, Double, SessionFault
from trialogue.chaos.toxics import Reset

TOOLS = (
    Fault(
        "call-twice",
        37,
        "each call arrives twice, with the same id",
        greeting(Double(("FunctionCallRequest",))),
        Fate.UNHARMED,
    ),
    Fault(
        "tool-hangs",
        38,
        "a tool never answers",
        Part.TOOL_HANGS,
        Fate.UNHARMED,
        "timed-out",
        notice_s=21.0,
    ),
    Fault("tool-raises", 38, "a tool fails", Part.TOOL_RAISES, Fate.UNHARMED, "outcome='failed'"),
    Fault("tool-floods", 38, "a tool answers with 10 MB", Part.TOOL_FLOODS, Fate.UNHARMED, "succeeded"),
    Fault(
        "lost-while-calling",
        39,
        "the session is lost while its tool runs",
        SessionFault("FunctionCallRequest", (AddToxic(Reset()),), is_behind=True),
        Fate.RETURNS,
        "SessionLost",
    ),
)

PROGRAM = (
    Fault(
        "disk-full", 41, "the journal can no longer be written", Part.JOURNAL_FAILS, Fate.ENDS, exit_code=4
    ),
    Fault("interrupted", 42, "the process receives SIGINT", Signal("SIGINT"), Fate.ENDS, "interrupted", 130),
    Fault("terminated", 43, "the process receives SIGTERM", Signal("SIGTERM"), Fate.ENDS, "terminated", 143),
    Fault("hung-up", 43, "the process receives SIGHUP", Signal("SIGHUP"), Fate.ENDS, "hung-up", 129),
    Fault(
        "suspended", 45, "the machine sleeps for a minute", Part.SUSPENDED, Fate.RETURNS, "ProcessSuspended"
    ),
    Fault("watcher-sleeps", 46, "a watcher never reads", Part.WATCHER_SLEEPS, Fate.UNHARMED),
    Fault("brain-bug", 47, "the brain raises an error", Part.BRAIN_FAILS, Fate.ENDS, exit_code=70),
)
