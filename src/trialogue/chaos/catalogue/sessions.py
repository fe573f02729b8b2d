"""Faults of whole sessions: their beginning, their end, and their line."""

from __future__ import annotations

from trialogue.chaos.catalogue.strike_points import (
    applying,
    closed,
    error,
    garbled,
    greeting,
    prompted,
    speaking,
)
from trialogue.chaos.catalogue.values import Fate, Fault
from trialogue.chaos.faulty_socket import AddToxic, Withhold, close_frame
from trialogue.chaos.toxics import Bandwidth, Cut, Delay, HalfOpen, Reset, Slicer, Unread
from trialogue.transport.frames import frame

SESSIONS = (
    Fault(
        "no-welcome",
        13,
        "the service never sends Welcome",
        greeting(Withhold(("*",))),
        Fate.RETURNS,
        "settings in time",
        notice_s=11.0,
    ),
    Fault(
        "no-settings-applied",
        13,
        "the service never applies the settings",
        applying(Withhold(("*",))),
        Fate.RETURNS,
        "settings in time",
        notice_s=11.0,
    ),
    Fault(
        "settings-refused",
        14,
        "the service refuses the settings with Error INVALID_SETTINGS",
        applying(error("INVALID_SETTINGS"), Withhold(("*",))),
        Fate.FAILS,
        "INVALID_SETTINGS",
    ),
    Fault(
        "internal-error",
        14,
        "the service sends Error INTERNAL_SERVER_ERROR and closes",
        speaking(error("INTERNAL_SERVER_ERROR"), AddToxic(close_frame(1000))),
        Fate.RETURNS,
        "INTERNAL_SERVER_ERROR",
    ),
    Fault(
        "fin-mid-turn",
        15,
        "the stream ends during a turn",
        speaking(AddToxic(Cut(0))),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "fin-mid-frame",
        15,
        "the stream ends inside a frame",
        speaking(AddToxic(Cut(7))),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "reset-mid-turn",
        15,
        "the connection is reset during a turn",
        speaking(AddToxic(Reset())),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "half-open",
        16,
        "the peer vanishes without a close",
        speaking(AddToxic(HalfOpen())),
        Fate.RETURNS,
        "SessionLost",
        notice_s=20.0,
    ),
    Fault(
        "deaf",
        17,
        "the service stays connected, but never answers a prompt",
        prompted(Withhold(("*",))),
        Fate.UNHARMED,
        "timeout",
        notice_s=21.0,
    ),
    *(
        Fault(
            f"closed-{code}",
            18,
            f"the service closes with {code} during a turn",
            closed(code),
            Fate.RETURNS,
            "SessionLost",
        )
        for code in (1001, 1011, 1012, 1013)
    ),
    Fault(
        "closed-1005",
        18,
        "the service closes without a code during a turn",
        garbled(frame(0x8)),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "closed-1008", 19, "the service closes with 1008 (policy)", closed(1008), Fate.FAILS, "SessionFailed"
    ),
    Fault(
        "closed-4000",
        19,
        "the service closes with 4000, a code of its own",
        closed(4000),
        Fate.FAILS,
        "SessionFailed",
    ),
    Fault(
        "closed-999",
        20,
        "the service closes with 999, an invalid code",
        closed(999),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "closed-1006",
        20,
        "the service closes with 1006, which no peer may send",
        closed(1006),
        Fate.RETURNS,
        "SessionLost",
    ),
    Fault(
        "closed-left-open",
        21,
        "the service closes, but leaves the stream open",
        speaking(AddToxic(close_frame(1001)), AddToxic(Unread())),
        Fate.RETURNS,
        "SessionLost",
        notice_s=20.0,
    ),
)

LINES = (
    Fault("latency", 0, "everything arrives 400 ms late", greeting(AddToxic(Delay(0.4))), Fate.UNHARMED),
    Fault(
        "jitter",
        0,
        "everything arrives up to 600 ms late",
        greeting(AddToxic(Delay(0.0, 0.6))),
        Fate.UNHARMED,
    ),
    Fault(
        "slow-line",
        0,
        "the line has half the bandwidth that sound needs",
        greeting(AddToxic(Bandwidth(24_000.0))),
        Fate.UNHARMED,
    ),
    Fault("sliced", 0, "bytes arrive in pieces of 100", greeting(AddToxic(Slicer(100))), Fate.UNHARMED),
)
