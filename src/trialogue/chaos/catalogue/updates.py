"""Faults of planned changes: settings of a session, and rollovers."""

from __future__ import annotations

from trialogue.chaos.catalogue.dialling import http
from trialogue.chaos.catalogue.strike_points import speaking, warning
from trialogue.chaos.catalogue.values import Fate, Fault
from trialogue.chaos.faulty_socket import AddToxic, HoldBack, SayMore, SessionFault, Withhold
from trialogue.chaos.toxics import Cut, Garbage, Unread
from trialogue.transport.frames import frame

_CONFIRMATION = "PromptUpdated"
_OLD = warning("MAXIMUM_SESSION_LENGTH_APPROACHING")
_GROWS_OLD = SayMore(_OLD)

UPDATES = (
    Fault(
        "update-unconfirmed",
        0,
        "a change of settings is never confirmed",
        SessionFault(_CONFIRMATION, (Withhold((_CONFIRMATION,)),)),
        Fate.UNHARMED,
        "outcome='unconfirmed'",
        needs_update=True,
        notice_s=26.0,
    ),
    Fault(
        "update-confirmed-late",
        0,
        "a change of settings is confirmed late, after another message",
        SessionFault(_CONFIRMATION, (HoldBack((_CONFIRMATION,)),)),
        Fate.UNHARMED,
        "outcome='applied'",
        needs_update=True,
        notice_s=26.0,
    ),
    Fault(
        "update-misconfirmed",
        0,
        "a change of settings is confirmed as another one",
        SessionFault(_CONFIRMATION, (SayMore('{"type":"SpeakUpdated"}'), Withhold((_CONFIRMATION,)))),
        Fate.UNHARMED,
        "outcome='unconfirmed'",
        needs_update=True,
        notice_s=26.0,
    ),
)

ROLL_OVERS = (
    Fault(
        "rolls-over",
        0,
        "the service announces the session's end",
        speaking(_GROWS_OLD),
        Fate.UNHARMED,
        "SessionRolledOver",
        notice_s=20.0,
    ),
    Fault(
        "roll-over-refused",
        0,
        "the new session is refused when the old one is about to end",
        speaking(_GROWS_OLD),
        Fate.RETURNS,
        "answered 503",
        then=http("503 Unavailable"),
        notice_s=20.0,
    ),
    Fault(
        "dies-rolling-over",
        0,
        "the old session ends before the new one is ready",
        speaking(AddToxic(Garbage(frame(1, _OLD.encode()))), AddToxic(Cut(0))),
        Fate.RETURNS,
        "SessionLost",
        notice_s=20.0,
    ),
    Fault(
        "unclosed-rolling-over",
        0,
        "the old session's peer does not answer its close",
        speaking(_GROWS_OLD, AddToxic(Unread())),
        Fate.UNHARMED,
        "SessionRolledOver",
        notice_s=20.0,
    ),
)
