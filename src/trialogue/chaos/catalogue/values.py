"""Fault on demand, as a value: its name, its effect, and the promises that hold under it."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias, assert_never

from attrs import field

from trialogue.chaos.faulty_socket import AddToxic, SessionFault, WrongAnswer
from trialogue.values import frozen

_ROW_OF_KEYS = 7
_ROWS_OF_CALLS = frozenset({37, 38, 39})


class BadAddress(Enum):
    """Kind of a bad address."""

    REFUSED = "refused"
    UNKNOWN_HOST = "unknown-host"


class Part(Enum):
    """Fault in a part of the meeting itself, not in a service."""

    TOOL_HANGS = "tool-hangs"
    TOOL_RAISES = "tool-raises"
    TOOL_FLOODS = "tool-floods"
    JOURNAL_FAILS = "journal-fails"
    BRAIN_FAILS = "brain-fails"
    WATCHER_SLEEPS = "watcher-sleeps"
    SUSPENDED = "suspended"


@frozen
class Signal:
    """Signal of the operating system to this process."""

    name: str
    """Name of the signal, such as `SIGTERM`: not every system has all of them."""

    times: int = 1
    """Number of times that it is sent."""


Effect: TypeAlias = BadAddress | WrongAnswer | SessionFault | Part | Signal
"""Effect of a fault on a meeting."""


class Fate(Enum):
    """Effect on the participant that a fault strikes."""

    UNHARMED = "unharmed"
    """Its session continues."""

    RETURNS = "returns"
    """Its session is lost, and it returns in a new one."""

    FAILS = "fails"
    """It fails for good; the others continue."""

    ENDS = "ends"
    """The meeting itself ends."""


@frozen
class Fault:
    """Fault on demand."""

    name: str
    """Name on the command line."""

    row: int
    """Row in the catalogue; 0 for one without a row."""

    what: str
    """One line for people."""

    effect: Effect = field(repr=False)
    """Effect of the fault."""

    fate: Fate
    """Effect that is allowed for its participant."""

    shows: str = ""
    """Regular expression that a record of the journal must match; empty where nothing shows."""

    exit_code: int = 0
    """Exit code of the command line for a meeting with this fault alone."""

    dials: int = 1
    """Number of dials in a row that it spoils; 0 for a fault that spoils none."""

    then: WrongAnswer | None = None
    """Answer to the participant's next dial after this strike; None for a normal one."""

    needs_update: bool = False
    """Whether it strikes the service's answer to a change of settings, so that a change must be requested."""

    notice_s: float = 5.0
    """Most seconds until it is noticed; a meeting that ends earlier need not record it."""

    @property
    def needs_tool(self) -> bool:
        """Whether it strikes a tool call, so that only a participant with tools can be struck."""
        return self.row in _ROWS_OF_CALLS

    @property
    def strikes_any_time(self) -> bool:
        """Whether it can strike at any time; a fault of a session's beginning cannot."""
        return isinstance(self.effect, SessionFault) and self.effect.when not in {
            "Welcome",
            "SettingsApplied",
        }

    @property
    def refuses_key(self) -> bool:
        """Whether it refuses the key, which all agents share."""
        return self.row == _ROW_OF_KEYS and self.name != "not-found"

    @property
    def made_by(self) -> str:
        """Origin of the fault: the network, the server, the machine or the program."""
        match self.effect:
            case BadAddress():
                return "network"
            case WrongAnswer():
                return "peer"
            case SessionFault(happenings=happenings):
                return "wire" if any(isinstance(each, AddToxic) for each in happenings) else "server"
            case Part():
                return "meeting"
            case Signal():
                return "machine"
            case _ as never:
                assert_never(never)
