"""Fault on demand, as a value: its name, what is done, and what is promised all the same."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias, assert_never

from attrs import field

from trialogue.chaos.faulty_socket import Afflict, SessionFault, WrongAnswer
from trialogue.values import frozen

_ROW_OF_KEYS = 7
_ROWS_OF_CALLS = frozenset({37, 38, 39})


class BadAddress(Enum):
    """Kind of an address that is no good."""

    REFUSED = "refused"
    UNKNOWN_HOST = "unknown-host"


class Part(Enum):
    """A fault of a part of the meeting itself, rather than of a service."""

    TOOL_HANGS = "tool-hangs"
    TOOL_RAISES = "tool-raises"
    TOOL_FLOODS = "tool-floods"
    JOURNAL_FAILS = "journal-fails"
    BRAIN_FAILS = "brain-fails"
    WATCHER_SLEEPS = "watcher-sleeps"
    SUSPENDED = "suspended"


@frozen
class Signal:
    """A signal of the operating system to this process."""

    name: str
    """Name of the signal, as `SIGTERM`: not every system has all of them."""

    times: int = 1
    """Number of times that it is sent."""


Ill: TypeAlias = BadAddress | WrongAnswer | SessionFault | Part | Signal
"""Ill that a fault does to a meeting."""


class Fate(Enum):
    """Fate of the participant that a fault strikes."""

    UNHARMED = "unharmed"
    """Its session lives on."""

    RETURNS = "returns"
    """Its session is lost, and it comes back in a new one."""

    FAILS = "fails"
    """It has failed for good, and the others go on."""

    ENDS = "ends"
    """The meeting itself ends."""


@frozen
class Fault:
    """One fault that can be had on demand."""

    name: str
    """Name on the command line."""

    row: int
    """Its row in the catalogue; 0 for what stands beside it."""

    what: str
    """One line for people."""

    ill: Ill = field(repr=False)
    """Ill that makes the fault."""

    fate: Fate
    """Fate that its participant may come to."""

    shows: str = ""
    """A regular expression that some record of the journal matches; empty where nothing is amiss."""

    exit_code: int = 0
    """Exit code of the command line for a meeting with this fault alone."""

    dials: int = 1
    """Number of dials in a row that it spoils, if it spoils dials."""

    then: WrongAnswer | None = None
    """Answer that the participant's next dial meets, after this has struck; None where it is well."""

    needs_update: bool = False
    """Whether it strikes what a service says to a change of its settings, so that one must be asked for."""

    notice_s: float = 5.0
    """In how many seconds it is noticed at the latest; a meeting that ends before owes no record of it."""

    @property
    def needs_tool(self) -> bool:
        """Whether it strikes a call, so that only one who calls tools can be struck."""
        return self.row in _ROWS_OF_CALLS

    @property
    def strikes_any_time(self) -> bool:
        """Whether it can wait for a time: what belongs to a session's beginning cannot."""
        return isinstance(self.ill, SessionFault) and self.ill.when not in {"Welcome", "SettingsApplied"}

    @property
    def refuses_key(self) -> bool:
        """Whether it says of the key, which all agents share, that it is no good."""
        return self.row == _ROW_OF_KEYS and self.name != "not-found"

    @property
    def made_by(self) -> str:
        """Maker of the fault: the network, the server, the machine or the program."""
        match self.ill:
            case BadAddress():
                return "network"
            case WrongAnswer():
                return "peer"
            case SessionFault(happenings=happenings):
                return "wire" if any(isinstance(each, Afflict) for each in happenings) else "server"
            case Part():
                return "meeting"
            case Signal():
                return "machine"
            case _ as never:
                assert_never(never)
