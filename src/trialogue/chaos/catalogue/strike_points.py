"""Points of a session at which faults strike, with the messages of services."""

from __future__ import annotations

from trialogue.chaos.faulty_socket import AddToxic, Happening, SayMore, SessionFault, close_frame
from trialogue.chaos.toxics import Garbage


def error(code: str) -> SayMore:
    """Error message of the service with this code, sent besides its other messages."""
    return SayMore(f'{{"type":"Error","code":"{code}","description":"A fault on demand."}}')


def warning(code: str) -> str:
    """Warning of the service with this code, as JSON."""
    return f'{{"type":"Warning","code":"{code}","description":"A fault on demand."}}'


def speaking(*happenings: Happening) -> SessionFault:
    """Strike while the participant speaks: at the third message of sound in the session."""
    return SessionFault("sound", happenings, nth=3)


def greeting(*happenings: Happening) -> SessionFault:
    """Strike as the service welcomes the participant."""
    return SessionFault("Welcome", happenings)


def applying(*happenings: Happening) -> SessionFault:
    """Strike as the service reports that the settings are applied."""
    return SessionFault("SettingsApplied", happenings)


def prompted(*happenings: Happening) -> SessionFault:
    """Strike as the service hears its user begin."""
    return SessionFault("UserStartedSpeaking", happenings)


def garbled(data: bytes) -> SessionFault:
    """Send bytes that are no valid message, while the participant speaks."""
    return speaking(AddToxic(Garbage(data)))


def closed(code: int) -> SessionFault:
    """Close the socket with this close code, while the participant speaks."""
    return speaking(AddToxic(close_frame(code)))
