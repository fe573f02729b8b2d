"""Errors that trialogue raises on purpose, each named by who must act.

::

    TrialogueError
     +-- ScenarioError            the author of the scenario mends the file           exit 2
     +-- SetupError               the operator installs, sets or allows something     exit 2
     |    +-- PermissionMissing   the operator gives the missing permissions
     +-- ProviderRefused          the account, the key or a setting is refused        exit 3
     +-- ConnectionLost           we retry; no action is needed
     |    +-- DialFailed          the connection was never made
     +-- ProtocolError
     |    +-- LocalProtocolError  we broke the protocol: a bug of ours
     |    +-- RemoteProtocolError the peer broke it
     +-- ToolFailed               the tool's author
     |    +-- ToolLost            the effect of the call is unknown
     +-- AuthorFailed             the author mends their own code (a policy)           exit 1
     +-- AskedWrongly             the caller mends the call, which had no effect       exit 2
     |    +-- WrongType           also a TypeError
     |    +-- WrongValue          also a ValueError
     |    +-- UnknownName         also a KeyError
     +-- AlreadyOver              the caller uses a meeting or agent that has ended    exit 1
     +-- WrongLoop                the caller waits on another loop; also a RuntimeError exit 1
     +-- RecordsMissed            the caller watches too slowly, or too late           exit 1
     +-- JournalError             the disk, or a damaged file                         exit 4
     |    +-- ReplayDivergence    the brain decides differently than recorded
     |    +-- OtherRules          other rules decided it, which cannot run again       exit 5
     +-- MeetingStopped           a signal ended a meeting that was to be compared    as the signal's
     +-- GaveUp                   retries are used up; the cause says why             exit 3
     +-- IntensityExceeded        children fail too often; the cause says why

Exceptions carry no speech, no prompts and no keys: their texts end up in terminals and trackers.
"""

from __future__ import annotations

import shlex
from typing import Any

from trialogue.option_or_argument import either

__all__ = [
    "AlreadyOver",
    "AskedWrongly",
    "AuthorFailed",
    "ConnectionLost",
    "DialFailed",
    "GaveUp",
    "IntensityExceeded",
    "JournalError",
    "LocalProtocolError",
    "MeetingStopped",
    "OtherRules",
    "PermissionMissing",
    "ProtocolError",
    "ProviderRefused",
    "RecordsMissed",
    "RemoteProtocolError",
    "ReplayDivergence",
    "ScenarioError",
    "SetupError",
    "ToolFailed",
    "ToolLost",
    "TrialogueError",
    "UnknownName",
    "WrongLoop",
    "WrongType",
    "WrongValue",
]


class TrialogueError(Exception):
    """Base class of all errors; `exit_code` is the exit code of the command line.

    An error can be pickled and copied with all of its attributes; as with every exception, its cause and its
    traceback stay behind.
    """

    exit_code: int = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Give the error's text and attributes, for `pickle` and `copy`.

        The constructor is not called again: it makes the text, and some need more than that.
        """
        return _with_args, (type(self), self.args), self.__dict__ or None


def _with_args(kind: type[TrialogueError], args: tuple[object, ...]) -> TrialogueError:
    return kind.__new__(kind, *args)


class ScenarioError(TrialogueError):
    """A scenario is invalid; `problems` lists all faults, one line each.

    `told` has the same faults with lines of the file. They can contain the file's content and are for the
    author's own screen.
    """

    exit_code = 2

    def __init__(self, *problems: str, told: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems
        self.told: tuple[str, ...] = told or problems


class SetupError(TrialogueError):
    """The setup is incomplete: the operator must install, set or allow something."""

    exit_code = 2


class PermissionMissing(SetupError):
    """The scenario needs permissions that the operator has not given.

    `options` are the command-line options that give them.
    """

    def __init__(self, message: str, *, options: tuple[str, ...]) -> None:
        instead = either(
            f"add {shlex.join(options)}", f"pass edges=Edges(permissions={_permissions(options)})"
        )
        super().__init__(f"{message}; if you trust it, {instead}")
        self.options = options


def _permissions(options: tuple[str, ...]) -> str:
    """The permissions of these options, as a program gives them."""
    given: dict[str, tuple[str, ...]] = {}
    kind = ""
    for word in options:
        if word.startswith("--allow-"):
            kind = word.removeprefix("--allow-")
            given.setdefault(kind, ())
        elif kind:
            given[kind] += (word,)
    parts = (f"{kind}s={names!r}" if names else f"{kind}=True" for kind, names in given.items())
    return f"Permissions({', '.join(parts)})"


class _SaidByService(TrialogueError):
    """Refusal of a session, in a service's words."""

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class ProviderRefused(_SaidByService):
    """The service refuses permanently, because of the key, the account or a setting. Never retried.

    `status` is the HTTP status of a refused handshake, `code` the service's own error code, and `request_id`
    the id that its support asks for; each is None if the service gave none.
    """


class ConnectionLost(TrialogueError):
    """An established connection ended; `close_code` is the websocket's, 1006 if there was none.

    `code` is the service's own error code, if it sent one, and `request_id` its id of the session.
    """

    def __init__(
        self,
        message: str,
        *,
        close_code: int = 1006,
        reason: str = "",
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.reason = reason
        self.code = code
        self.request_id = request_id


class DialFailed(ConnectionLost):
    """No connection was made: refused, unreachable, too slow, or a temporary failure of the handshake.

    `status` is the HTTP status if the peer answered with one (429, 503, ...); `retry_after_s` is its
    `Retry-After` in seconds. Without a status, `stage` says where it failed: `name`, `reach`, `tls`,
    `handshake` (an invalid answer), or `timeout`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        stage: str = "reach",
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.stage = stage
        self.status = status
        self.retry_after_s = retry_after_s


class ProtocolError(TrialogueError):
    """One side broke the protocol."""


class LocalProtocolError(ProtocolError):
    """Our side tried something that the protocol forbids in this state, which is a bug.

    The state is unchanged.
    """


class RemoteProtocolError(ProtocolError):
    """The peer sent something that the protocol forbids, or that cannot be decoded.

    `path` names the field (`$.functions[0].id`) if it is known.
    """

    def __init__(self, message: str, *, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class ToolFailed(TrialogueError):
    """A tool gave no result: it raised, was too slow, or its arguments do not fit.

    The agent gets the error's text. `code` gives the reason in one word (`status-500`), without any speech,
    for the screen and `result.json`.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ToolLost(ToolFailed):
    """A call was sent and never answered; it may have had effects."""


class AuthorFailed(TrialogueError):
    """The scenario author's code raised an exception or returned an invalid value while a meeting ran.

    `__cause__` is the exception with its traceback; None for an invalid value.
    """


class AskedWrongly(TrialogueError):
    """A call had a wrong argument; it was refused before it had any effect.

    `argument` is the name of the wrong parameter.
    """

    exit_code = 2

    def __init__(self, message: str, *, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class WrongType(AskedWrongly, TypeError):
    """An argument has the wrong type."""


class WrongValue(AskedWrongly, ValueError):
    """An argument has the right type but an invalid value."""


class UnknownName(AskedWrongly, KeyError):
    """The name is unknown; the message lists the known ones."""

    def __str__(self) -> str:
        """Give the message as it is, which a KeyError would quote."""
        return str(self.args[0])


class AlreadyOver(TrialogueError):
    """The meeting or the agent has ended and takes no more calls."""


class WrongLoop(TrialogueError, RuntimeError):
    """The call needs the trio loop that opened the object, or a trio loop at all."""


class RecordsMissed(TrialogueError):
    """A watcher was too slow: its buffer overflowed and newer records were dropped.

    The meeting continues, and its journal has all records.
    """


class JournalError(TrialogueError):
    """A journal cannot be written, or is damaged. `offset` is in bytes."""

    exit_code = 4

    def __init__(self, message: str, *, path: str = "", offset: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.offset = offset


class ReplayDivergence(JournalError):
    """In a replay, the brain decided differently; `seq` is the first such record.

    `recorded` and `decided` are the two decisions, one command per line; `before` has the events just before
    it, and `state` the changes of the brain's state at the event, one per line.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        seq: int,
        recorded: str,
        decided: str,
        before: tuple[str, ...] = (),
        state: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.seq = seq
        self.recorded = recorded
        self.decided = decided
        self.before = before
        self.state = state


class OtherRules(JournalError):
    """A journal was decided by another version of the rules: it can be read, but not replayed."""

    exit_code = 5


class MeetingStopped(TrialogueError):
    """A signal ended a meeting that was run for a comparison or a test, so its outcome means nothing."""

    def __init__(self, message: str, *, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class GaveUp(_SaidByService):
    """All retries failed; `__cause__` is the last failure.

    `status`, `code` and `request_id` come from the service (see `ProviderRefused`).
    """


class IntensityExceeded(TrialogueError):
    """A supervisor has restarted its children too often; `__cause__` is the last failure.

    `supervisor` is its name, and `child` the id of the child that ended last. `__cause__` is None if that
    child is permanent and ended normally.
    """

    def __init__(self, message: str, *, supervisor: str, child: str) -> None:
        super().__init__(message)
        self.supervisor = supervisor
        self.child = child

    @property
    def failure(self) -> BaseException:
        """The original failure below all supervisors that gave up; the error itself if it has no cause."""
        cause = self.__cause__
        return cause.failure if isinstance(cause, IntensityExceeded) else cause or self
