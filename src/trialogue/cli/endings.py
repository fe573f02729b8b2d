"""How a command ends: with one clear line and an exit code, or with a traceback where the fault is ours."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Final, cast

from trialogue.errors import ReplayDivergence, ScenarioError, TrialogueError
from trialogue.model.text import safe_text

__all__ = ["BUG", "CLOSED_PIPE", "INTERRUPTED", "WRONG_USE", "concluded", "told"]

WRONG_USE: Final = 2
"""The command line or a scenario is wrong."""

BUG: Final = 70
"""A fault of trialogue (sysexits.h, EX_SOFTWARE)."""

INTERRUPTED: Final = 130
"""128 + SIGINT."""

CLOSED_PIPE: Final = 141
"""128 + SIGPIPE: whoever read our output has stopped reading."""


def concluded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; what it raises is told on stderr."""
    try:
        code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        _read_by_nobody()
        return CLOSED_PIPE
    except (Exception, BaseExceptionGroup, KeyboardInterrupt) as error:  # noqa: BLE001 - told, never swallowed
        return _told(error)
    return code


def told(error: TrialogueError) -> list[str]:
    """The lines that tell of an error that somebody can mend."""
    match error:
        case ScenarioError(problems=problems):
            return [f"trialogue: {safe_text(problem)}" for problem in problems]
        case ReplayDivergence():
            head, *differences = str(error).splitlines()
            return [f"trialogue: {safe_text(head)}", *(f"  {safe_text(each)}" for each in differences)]
        case _:
            return [f"trialogue: {safe_text(str(error)) or type(error).__name__}"]


def _told(error: BaseException) -> int:
    causes = list(_leaves(error))
    known = [each for each in causes if isinstance(each, TrialogueError)]
    strangers = [each for each in causes if not isinstance(each, (TrialogueError, KeyboardInterrupt))]
    if strangers:
        traceback.print_exception(error)
        print(
            "trialogue: this is a fault of trialogue; please report it with the lines above", file=sys.stderr
        )
        return BUG
    for each in dict.fromkeys(text for one in known for text in told(one)):
        print(each, file=sys.stderr)
    return max((each.exit_code for each in known), default=INTERRUPTED)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors inside of groups, trio's nurseries make them."""
    if isinstance(error, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from _leaves(each)
    else:
        yield error


def _read_by_nobody() -> None:
    """Keep the interpreter from failing once more as it flushes stdout at its end."""
    import os  # noqa: PLC0415 - rarely wanted

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
