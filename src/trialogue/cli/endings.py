"""Endings of a command: one clear line and an exit code, or a traceback for a bug of trialogue."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from trialogue.cli.key_masking import hidden, hide
from trialogue.errors import AuthorFailed, PermissionMissing, ReplayDivergence, ScenarioError, TrialogueError
from trialogue.machine_limits import lack_of, leaves
from trialogue.model.text import brief, safe_text, steerless, steerless_lines
from trialogue.option_or_argument import command_words

WRONG_USE: Final = 2
"""Exit code for a wrong command line or scenario."""

BUG: Final = 70
"""Exit code for a bug of trialogue (sysexits.h, EX_SOFTWARE)."""

INTERRUPTED: Final = 130
"""Exit code after SIGINT: 128 + SIGINT."""

CLOSED_PIPE: Final = 141
"""Exit code after SIGPIPE, when the reader of our output has gone: 128 + SIGPIPE."""

_LONGEST_LINE: Final = 2000
"""Most characters of an error line, since text from a peer or a file can have any length."""


def concluded(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; errors are printed to stderr."""
    try:
        hide()
        with command_words():
            code = command()
        sys.stdout.flush()
    except BrokenPipeError:
        code = CLOSED_PIPE
        _write_nowhere()
    except SystemExit as ended:  # rich meets a closed pipe itself, and would end the process with 1
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        code = CLOSED_PIPE
        _write_nowhere()
    except (Exception, BaseExceptionGroup, KeyboardInterrupt) as error:  # noqa: BLE001 - told, never swallowed
        code = _exit_code(error)
        try:
            _tell(error)
            sys.stdout.flush()
        except OSError:  # a full disk or a closed terminal: there is nowhere to report it
            _write_nowhere()
    return code


def told(error: TrialogueError) -> list[str]:
    """The lines shown for an error that the user can correct, with keys hidden."""
    match error:
        case ScenarioError(told=lines, problems=problems):
            heads = set(problems)
            return [
                f"trialogue: {_shown(each)}" if each in heads else f"  {hidden(steerless(each))}"
                for each in lines
            ]
        case PermissionMissing(options=options):
            command = shlex.join(["trialogue", *sys.argv[1:], *options])
            return [f"trialogue: {_shown(str(error))}", f"  {_shown(command)}"]
        case ReplayDivergence():
            head, *differences = str(error).splitlines()
            return [f"trialogue: {_shown(head)}", *(f"  {_shown(each)}" for each in differences)]
        case _:
            return [f"trialogue: {_shown(str(error)) or type(error).__name__}"]


def _shown(text: str) -> str:
    return brief(hidden(safe_text(text)), _LONGEST_LINE)


def _exit_code(error: BaseException) -> int:
    """The most severe exit code of the errors in it; a bug in trialogue comes first."""
    return max(_exit_code_of(each) for each in leaves(error)) or INTERRUPTED


def _exit_code_of(error: BaseException) -> int:
    match error:
        case TrialogueError():
            return error.exit_code
        case KeyboardInterrupt():
            return 0
        case _:
            return BUG if lack_of(error) is None else WRONG_USE


def _tell(error: BaseException) -> None:
    if _exit_code(error) == BUG:
        print(_trace(error), end="", file=sys.stderr)
        print("trialogue: this is a bug in trialogue; please report it with the lines above", file=sys.stderr)
        return
    for lines in dict.fromkeys(tuple(_lines(each)) for each in leaves(error)):
        for text in lines:
            print(text, file=sys.stderr)


def _lines(error: BaseException) -> list[str]:
    if isinstance(error, AuthorFailed) and error.__cause__ is not None:
        return [
            _trace(error.__cause__).rstrip("\n"),
            *told(error),
            "trialogue: the traceback above is from the scenario's own code",
        ]
    if isinstance(error, TrialogueError):
        return told(error)
    lack = lack_of(error)
    return [] if lack is None else [f"trialogue: {_shown(lack)}"]


def _trace(error: BaseException) -> str:
    import traceback  # noqa: PLC0415 - for faults alone

    return hidden(steerless_lines("".join(traceback.format_exception(error))))


def _write_nowhere() -> None:
    """Redirect stdout and stderr to the null device, so that the final flush cannot fail."""
    with Path(os.devnull).open("wb") as nowhere:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # a program's own stream has no descriptor
                os.dup2(nowhere.fileno(), stream.fileno())
