"""Observations of a supervisor's children: frozen values, in the order in which it acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias, assert_never, cast

from trialogue.arguments import checks_arguments
from trialogue.diagnostics import Log
from trialogue.values import frozen


def reason_of(error: BaseException | None) -> str:
    """Reason of a child's end, in one word: `normal`, or the type of its error. Never the error's text.

    A nursery's group says nothing of what happened: of a group it is the types of what is in it.
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
    """The supervisor's name."""

    child: str
    """The child's id."""

    restarts: int
    """Number of times that it had been started before."""


@frozen
class Exited:
    """A child's task has ended: by itself, failing, or because it was stopped."""

    supervisor: str
    """The supervisor's name."""

    child: str
    """The child's id."""

    error: BaseException | None
    """Error with which it failed; None for a normal end, and for one that was asked for."""

    @property
    def reason(self) -> str:
        """`normal`, or the type of the error."""
        return reason_of(self.error)


@frozen
class Restarting:
    """A child will be started again."""

    supervisor: str
    """The supervisor's name."""

    child: str
    """The child's id."""

    attempt: int
    """1 for the first attempt after a life longer than the intensity's window."""

    delay_s: float
    """Seconds until then; 0.0 is at once."""


@frozen
class Overrun:
    """A child had not stopped when its grace was over. Its task lives on: a task cannot be killed."""

    supervisor: str
    """The supervisor's name."""

    child: str
    """The child's id."""

    shutdown_s: float
    """The grace that it had, in seconds."""


@frozen
class Escalated:
    """One restart too many: the supervisor stops its children, then itself."""

    supervisor: str
    """The supervisor's name."""

    child: str
    """The child whose end was one too many."""

    error: BaseException | None
    """Error with which it failed; None where a permanent child ended normally."""

    @property
    def reason(self) -> str:
        """`normal`, or the type of the error."""
        return reason_of(self.error)


Observation: TypeAlias = Started | Exited | Restarting | Overrun | Escalated


class Observer(Protocol):
    """Takes note of what happens to children, to journal it for one."""

    def observe(self, observation: Observation) -> None:
        """Take one observation; must not wait.

        Raising stops the supervisor, which tells nothing more and raises it in turn once all have stopped.
        """
        ...


class Diagnostics:
    """The observer of those who name none: one diagnostic line an observation, with no error texts."""

    def __init__(self) -> None:
        self._log = Log("trialogue.supervise")

    @checks_arguments
    def observe(self, observation: Observation) -> None:
        """Write one line; failures are warnings, what has gone out of hand is an error."""
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
