"""The command line: `trialogue run`, `check`, `explain`, `replay` and more; it prints and exits.

1. Until `main` has loaded the commands, nothing exists that a Ctrl-C would have to clean up: it ends
   the process with the signal's default, silently. orjson, which every command uses, is loaded then, too.
2. The same holds when the command is over: its files are closed and its output is written, and the end of
   the process may wait for a model that is still loading.
3. So this module imports almost nothing: a Ctrl-C during its import shows a traceback.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Sequence
else:
    import _signal as signal  # the C part of signal: signal itself loads enum and functools

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without arguments, the command of `sys.argv`."""
    is_plain = _set_plain_interrupts()
    try:
        from trialogue.cli.quick_help import answer  # noqa: PLC0415 - see above

        if answer(arguments):
            return 0
        from trialogue.cli.starting import drop_wrong_sizes, end_at_once, open_streams  # noqa: PLC0415 - see above

        open_streams()
        drop_wrong_sizes()
        end_at_once()
        run_command = _command_line(arguments)
    finally:
        if is_plain:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return run_command()
    finally:
        if is_plain and arguments is None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _command_line(arguments: Sequence[str] | None) -> Callable[[], int]:
    """The command: found in the small table of options if possible, else by the full command line."""
    import sys  # noqa: PLC0415 - see above

    # A KeyboardInterrupt in the import of orjson would be a segmentation fault, so it is loaded here.
    import orjson  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport]

    from trialogue.cli.table import called  # noqa: PLC0415 - see above

    tokens = list(sys.argv[1:] if arguments is None else arguments)
    command = called(tokens)
    if command is None:
        from trialogue.cli.program import run_command  # noqa: PLC0415 - see above

        return lambda: run_command(tokens)
    from trialogue.cli.endings import concluded  # noqa: PLC0415 - see above

    return lambda: concluded(command)


def _set_plain_interrupts() -> bool:
    """Set SIGINT to its default action if Python's own handler is installed; returns whether it was."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return False
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # in another thread than the main one signals cannot be set
        return False
    return True
