"""Points of a session at which faults strike, and what services say in bytes and words."""

from __future__ import annotations

from trialogue.chaos.faulty_socket import Afflict, Happening, SayMore, SessionFault, close_frame
from trialogue.chaos.toxics import Garbage


def error(code: str) -> SayMore:
    """An error of the service, with this code, said beside what it says."""
    return SayMore(f'{{"type":"Error","code":"{code}","description":"A fault on demand."}}')


def warning(code: str) -> str:
    """A warning of the service, with this code, as JSON."""
    return f'{{"type":"Warning","code":"{code}","description":"A fault on demand."}}'


def speaking(*happenings: Happening) -> SessionFault:
    """Strike while the participant speaks: at the third stretch of sound of the session."""
    return SessionFault("sound", happenings, nth=3)


def greeting(*happenings: Happening) -> SessionFault:
    """Strike as the service welcomes the participant."""
    return SessionFault("Welcome", happenings)


def applying(*happenings: Happening) -> SessionFault:
    """Strike as the service says that the settings hold."""
    return SessionFault("SettingsApplied", happenings)


def prompted(*happenings: Happening) -> SessionFault:
    """Strike as the service hears its user begin to speak."""
    return SessionFault("UserStartedSpeaking", happenings)


def garbled(data: bytes) -> SessionFault:
    """Send bytes that are no message, while the participant speaks."""
    return speaking(Afflict(Garbage(data)))


def closed(code: int) -> SessionFault:
    """Close the socket with this close code, while the participant speaks."""
    return speaking(Afflict(close_frame(code)))
