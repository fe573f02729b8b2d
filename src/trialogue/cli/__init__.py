"""The command line: `trialogue run`, `check`, `explain`, `replay` and more; it prints and exits."""

from trialogue.cli.program import main

__all__ = ["main"]
