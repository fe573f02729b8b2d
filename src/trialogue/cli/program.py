"""The whole command line: its commands, their help, and the call of one.

The modules of a command are imported when it is called: `trialogue --help` loads none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import MappingProxyType
from typing import Final

from cyclopts import App, CycloptsError, UnknownCommandError, UnknownOptionError

from trialogue.cli.commands import meetings, runs, scenarios, serving
from trialogue.cli.endings import concluded
from trialogue.cli.journal import journal
from trialogue.errors import SetupError

ABOUT: Final = """\
Spoken meetings of several voice agents: moderated, recorded, replayable.

To start:  trialogue new first.yaml && trialogue run first.yaml
In a checkout:  trialogue run scenarios/edge-cache.yaml
"""

MEANT_COMMANDS: Final = MappingProxyType(
    {
        **dict.fromkeys(("test", "assert"), '"run", which checks expectations, or "expect" for an old run'),
        **dict.fromkeys(("start", "exec", "execute", "simulate"), '"run"'),
        **dict.fromkeys(("play", "listen"), '"run", or "replay" for an old run'),
        **dict.fromkeys(("validate", "lint", "verify"), '"check"'),
        **dict.fromkeys(("format",), '"fmt"'),
        **dict.fromkeys(("init", "create", "generate"), '"new"'),
        **dict.fromkeys(("show", "view", "print", "transcript"), '"replay"'),
        **dict.fromkeys(("continue",), '"resume"'),
        **dict.fromkeys(("server",), '"serve"'),
    }
)
"""Commands that are meant by other words."""

OF_EXPECTATIONS: Final = frozenset({"--expect", "--expectations", "--test"})
"""Options that no command has: expectations are a part of the scenario."""

EXIT_CODES: Final = """\
Exit codes:
  0    success; a meeting ended by its own rules
  1    the scenario's own code failed, replay --verify found a divergence,
       or an expectation of behaviour was not met
  2    invalid use: a wrong option, file or scenario; a missing package or key;
       too little memory
  3    a service refused, no agent could connect, or no agent was heard
  4    a journal is damaged, missing or not writable; a recording is incomplete
  5    the journal comes from a version with other rules: it can be read, but
       not verified or resumed
  6    expectations were not met, all of them about timing
  7    expectations were not met because a part of the meeting failed
       (infrastructure), none about behaviour
  8    everything passed, but a figure is worse than the baseline
  70   a bug in trialogue, shown with its traceback
  129  SIGHUP   130  Ctrl-C   141  output pipe closed   143  SIGTERM
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
    """Run one command and return its exit code; without arguments, the command of `sys.argv`."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    return concluded(lambda: _called(tokens))


def _called(tokens: list[str]) -> int:
    try:
        code: object = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        error.verbose = False
        chain = " ".join(["trialogue", *(error.command_chain or ())])
        told = _in_other_words(error) or " ".join(str(error).split())
        raise SetupError(f"{told} Try: {chain} --help") from error
    return code if isinstance(code, int) else 0


def _in_other_words(error: CycloptsError) -> str:
    """The message for a command or an option by another word for it; empty for any other error."""
    match error:
        case UnknownCommandError(unused_tokens=[str(word), *_]) if not error.command_chain:
            meant = MEANT_COMMANDS.get(word)
            return f'Unknown command "{word}". Did you mean {meant}?' if meant else ""
        case UnknownOptionError(token=token, argument_collection=known):
            word = (token.keyword or token.value).partition("=")[0]
            if word in OF_EXPECTATIONS and error.command_chain:
                where = "the scenario has expectations, and trialogue expect RUN FILE checks a run"
                return f"Unknown option: {word}: {where}."
            is_quiet = word == "-q" and any("--quiet" in each.names for each in known)
            return "Unknown option: -q. Did you mean --quiet?" if is_quiet else ""
        case _:
            return ""
