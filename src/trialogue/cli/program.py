"""The command line as one: its commands, what `--help` teaches of all of them, and how one is called.

Everything that a command needs is imported when it is called: `trialogue --help` loads none of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from cyclopts import App, CycloptsError

from trialogue.cli.commands import meetings, runs, scenarios, serving
from trialogue.cli.endings import concluded
from trialogue.cli.journal import journal
from trialogue.errors import SetupError

ABOUT: Final = """\
Spoken meetings of several voice agents: moderated, recorded, replayable.

Begin with:  trialogue run scenarios/edge-cache.yaml
"""

EXIT_CODES: Final = """\
Exit codes:
  0    it went as asked; a meeting ended by its own rules
  1    code of the scenario's author failed, replay --verify found a divergence,
       or an expectation of behaviour was not met
  2    wrong use: an option, a file, a scenario, a missing package or key;
       too little memory
  3    a service refused, no agent could be reached, or none was heard
  4    a journal is damaged, lost, or not writable; a recording is not whole
  5    other rules decided the journal: it can be read, not verified or resumed
  6    only expectations of timing were not met
  7    expectations were not met, none of behaviour, because a part of the
       meeting broke (infrastructure)
  8    something got worse than the baseline, though everything passed
  70   a fault of trialogue itself, shown with its traceback
  129  SIGHUP   130  Ctrl-C   141  nobody reads the output   143  SIGTERM
"""


app: App = App(
    name="trialogue",
    help=ABOUT,
    help_format="plaintext",
    help_epilogue=EXIT_CODES,
    version=lambda: version("trialogue"),
)
for _group in (meetings, scenarios, runs, serving):
    app.update(_group.commands)
app.command(journal)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command, of `sys.argv` where no arguments are given, and return its exit code."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    return concluded(lambda: _called(tokens))


def _called(tokens: list[str]) -> int:
    try:
        code: object = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        error.verbose = False
        chain = " ".join(["trialogue", *(error.command_chain or ())])
        raise SetupError(f"{' '.join(str(error).split())} Try: {chain} --help") from error
    return code if isinstance(code, int) else 0
