"""Observations of a supervisor's children: frozen values, in the order in which it acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias, assert_never, cast

from trialogue.arguments import checks_arguments
from trialogue.diagnostics import Log
from trialogue.values import frozen


def reason_of(error: BaseException | None) -> str:
    """Reason of a child's end, in one word: `normal`, or the type of its error. Never the error's text.

    The type of a nursery's group has no meaning: for a group the reason is the types of its errors.
    """
    if error is None:
        return "normal"
    return "+".join(dict.fromkeys(type(each).__name__ for each in _leaves(error)))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _leaves(each)
    else:
        yield error


@frozen
class Started:
    """A child is ready."""

    supervisor: str
    """Name of the supervisor."""

    child: str
    """Id of the child."""

    restarts: int
    """Number of earlier starts."""


@frozen
class Exited:
    """A child's task has ended: by itself, by a failure, or because it was stopped."""

    supervisor: str
    """Name of the supervisor."""

    child: str
    """Id of the child."""

    error: BaseException | None
    """Error with which it failed; None for a normal or requested end."""

    @property
    def reason(self) -> str:
        """`normal`, or the type of the error."""
        return reason_of(self.error)


@frozen
class Restarting:
    """A child will be started again."""

    supervisor: str
    """Name of the supervisor."""

    child: str
    """Id of the child."""

    attempt: int
    """1 for the first attempt after a life longer than the intensity's window."""

    delay_s: float
    """Seconds until the restart; 0.0 is at once."""


@frozen
class Overrun:
    """A child had not stopped at the end of its shutdown time. Its task lives on: a task cannot be killed."""

    supervisor: str
    """Name of the supervisor."""

    child: str
    """Id of the child."""

    shutdown_s: float
    """Shutdown time, in seconds."""


@frozen
class Escalated:
    """Restarts exceeded the intensity: the supervisor stops its children, then itself."""

    supervisor: str
    """Name of the supervisor."""

    child: str
    """Id of the child whose end exceeded it."""

    error: BaseException | None
    """Error with which it failed; None where a permanent child ended normally."""

    @property
    def reason(self) -> str:
        """`normal`, or the type of the error."""
        return reason_of(self.error)


Observation: TypeAlias = Started | Exited | Restarting | Overrun | Escalated


class Observer(Protocol):
    """Observer of children, such as one that records observations in a journal."""

    def observe(self, observation: Observation) -> None:
        """Take one observation; must not wait.

        An exception stops the supervisor, which then reports nothing more and raises it once all children
        have stopped.
        """
        ...


class Diagnostics:
    """Default observer: one diagnostic line for each observation, without error texts."""

    def __init__(self) -> None:
        self._log = Log("trialogue.supervise")

    @checks_arguments
    def observe(self, observation: Observation) -> None:
        """Write one line; failures are warnings, an overrun or an escalation is an error."""
        log, whose = self._log, {"supervisor": observation.supervisor, "child": observation.child}
        match observation:
            case Started(restarts=restarts):
                log.debug("child started", **whose, restarts=restarts)
            case Exited(error=None):
                log.debug("child exited", **whose, reason="normal")
            case Exited(reason=reason):
                log.warning("child exited", **whose, reason=reason)
            case Restarting(attempt=attempt, delay_s=delay_s):
                log.info("child restarting", **whose, attempt=attempt, delay_s=delay_s)
            case Overrun(shutdown_s=shutdown_s):
                log.error("child overran its shutdown", **whose, shutdown_s=shutdown_s)
            case Escalated(reason=reason):
                log.error("too many restarts", **whose, reason=reason)
            case _:
                assert_never(observation)
