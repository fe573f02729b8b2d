"""The command line: `trialogue run`, `check`, `explain`, `replay` and more; it prints and exits.

What the commands are loads with `main`: until then a Ctrl-C has nothing to tidy up.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, of `sys.argv` where no arguments are given, and return its exit code."""
    from trialogue.cli.starting import open_streams, plain_interrupts  # noqa: PLC0415 - see above

    with plain_interrupts():
        open_streams()
        from trialogue.cli import program  # noqa: PLC0415 - see above
    return program.run_command(arguments)
