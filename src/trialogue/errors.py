"""Every exception that trialogue raises on purpose, named by who must act.

::

    TrialogueError
     +-- ScenarioError            the author of the scenario mends the file           exit 2
     +-- SetupError               the operator installs, sets or allows something     exit 2
     |    +-- LeaveMissing        the operator allows code or hosts, all at once
     +-- ProviderRefused          the account, the key or a setting is refused        exit 3
     +-- ConnectionLost           we retry; nobody need act
     |    +-- DialFailed          the connection was never made
     +-- ProtocolError
     |    +-- LocalProtocolError  we broke the protocol: a bug of ours
     |    +-- RemoteProtocolError the peer broke it
     +-- ToolFailed               the tool's author
     |    +-- ToolLost            nobody knows what came of the call
     +-- AuthorFailed             the author mends code of his own (a policy)          exit 1
     +-- AskedWrongly             the caller mends the call; nothing was touched       exit 2
     |    +-- WrongType           also a TypeError
     |    +-- WrongValue          also a ValueError
     |    +-- UnknownName         also a KeyError
     +-- AlreadyOver              the caller asks what has ended                       exit 1
     +-- WrongLoop                the caller waits on another loop; also a RuntimeError exit 1
     +-- RecordsMissed            the caller watches too slowly, or too late           exit 1
     +-- JournalError             the disk, or a damaged file                         exit 4
     |    +-- ReplayDivergence    the brain decides otherwise than it did
     |    +-- OtherRules          other rules decided it: nobody can ask them again     exit 5
     +-- MeetingStopped           a signal ended a meeting that was to be compared    as the signal's
     +-- GaveUp                   retries are used up; the cause says why             exit 3
     +-- IntensityExceeded        children fail too often; the cause says of what

Exceptions carry no speech, no prompts and no keys: their texts end up in terminals and trackers.
"""

from __future__ import annotations

import shlex

__all__ = [
    "AlreadyOver",
    "AskedWrongly",
    "AuthorFailed",
    "ConnectionLost",
    "DialFailed",
    "GaveUp",
    "IntensityExceeded",
    "JournalError",
    "LeaveMissing",
    "LocalProtocolError",
    "MeetingStopped",
    "OtherRules",
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
    """The root of the tree; `exit_code` is what the command line ends with."""

    exit_code: int = 1


class ScenarioError(TrialogueError):
    """A scenario file is wrong; `problems` lists every fault found, one line each.

    `told` are the same faults as their author reads them, with lines of the file: they may hold what was
    written, and are for the author's own screen.
    """

    exit_code = 2

    def __init__(self, *problems: str, told: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems
        self.told: tuple[str, ...] = told or problems


class SetupError(TrialogueError):
    """Setup that is missing: something that the operator must install, set or allow."""

    exit_code = 2


class LeaveMissing(SetupError):
    """The operator has not allowed what the scenario asks for; `options` would, as they follow a command."""

    def __init__(self, message: str, *, options: tuple[str, ...]) -> None:
        super().__init__(f"{message}; if you trust it, add {shlex.join(options)}")
        self.options = options


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
    """The service refuses for good: the key, the account or a setting. Never retried.

    `status` is the HTTP status of a refused handshake, `code` the service's own error code, and
    `request_id` what its support will ask for; each is None where the service gave none.
    """


class ConnectionLost(TrialogueError):
    """An established connection ended; `close_code` is the websocket's, 1006 where none was seen.

    `code` is the service's own error code, where it gave one before the end, and `request_id` what it called
    the session.
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
    """No connection was made: refused, unreachable, too slow, or a handshake that may pass later.

    `status` is the HTTP status where the peer answered with one (429, 503, ...); `retry_after_s` is
    its `Retry-After` in seconds. Without a status, `stage` is how far it came: `name`, `reach`, `tls`,
    `handshake` (an answer that is none), or `timeout`.
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
    """We tried what the protocol forbids in this state: a bug of ours. State is unchanged."""


class RemoteProtocolError(ProtocolError):
    """The peer sent what the protocol forbids or what cannot be decoded.

    `path` names the field (`$.functions[0].id`) where the fault is known that exactly.
    """

    def __init__(self, message: str, *, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


class ToolFailed(TrialogueError):
    """A tool could not give a result: it raised, was too slow, or its arguments do not fit.

    Its text is what the agent is told. `code` says why in one word (`status-500`), and nothing that was said:
    it is for the screen and for `result.json`.
    """

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class ToolLost(ToolFailed):
    """A call was sent and never answered: it may or may not have had its effects."""


class AuthorFailed(TrialogueError):
    """Code that belongs to the scenario's author raised, or returned what it may not, while a meeting ran.

    `__cause__` is what it raised, with the traceback that shows where; None where it returned something.
    """


class AskedWrongly(TrialogueError):
    """A call was given what it does not take: it was refused before anything was touched.

    `argument` is the name of the parameter that was wrong.
    """

    exit_code = 2

    def __init__(self, message: str, *, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class WrongType(AskedWrongly, TypeError):
    """An argument is of a type that the call does not take."""


class WrongValue(AskedWrongly, ValueError):
    """An argument is of the right type, and beyond what the call takes."""


class UnknownName(AskedWrongly, KeyError):
    """Nobody, or nothing, is called so; the message names those that are."""

    def __str__(self) -> str:
        """Give the message as it is, which a KeyError would quote."""
        return str(self.args[0])


class AlreadyOver(TrialogueError):
    """The meeting, or the agent, that is asked has ended: nothing can be asked of it any more."""


class WrongLoop(TrialogueError, RuntimeError):
    """This needs the trio loop that it was opened on, or any trio loop where there is none."""


class RecordsMissed(TrialogueError):
    """Records that were missed: a watcher left so many waiting that newer ones were not kept for it.

    The meeting goes on, and its journal has all of them.
    """


class JournalError(TrialogueError):
    """A journal cannot be written, or one that is read is damaged. `offset` is in bytes."""

    exit_code = 4

    def __init__(self, message: str, *, path: str = "", offset: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.offset = offset


class ReplayDivergence(JournalError):
    """Replayed, the brain decided otherwise: `seq` is the first record where it did.

    `recorded` and `decided` are both decisions, a command a line; `before` are the last events that led to
    it, and `state` is what the brain came to know by the event itself, a fact a line.
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
    """A journal was decided by rules of another number: it is read as ever, and cannot be decided again."""

    exit_code = 5


class MeetingStopped(TrialogueError):
    """A signal ended a meeting that was held to be compared or judged: what it came to says nothing."""

    def __init__(self, message: str, *, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class GaveUp(_SaidByService):
    """The retries are used up; `__cause__` is the last failure.

    `status`, `code` and `request_id` are what the service said of that (see `ProviderRefused`).
    """


class IntensityExceeded(TrialogueError):
    """A supervisor has had to restart its children too often; `__cause__` is the last failure.

    `supervisor` is its name and `child` the id of the child that ended last. There is no cause where that
    child is permanent and ended normally.
    """

    def __init__(self, message: str, *, supervisor: str, child: str) -> None:
        super().__init__(message)
        self.supervisor = supervisor
        self.child = child

    @property
    def failure(self) -> BaseException:
        """Failure that came too often, under all supervisors that gave up on it; itself without a cause."""
        cause = self.__cause__
        return cause.failure if isinstance(cause, IntensityExceeded) else cause or self
