"""The page of the command line: commands, options, exports, exit codes."""
# ruff: noqa: INP001 - a module beside the pages

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import get_args

from cyclopts import App, Argument
from rich.console import Console
from tables import table

from trialogue.cli.program import EXIT_CODES, app
from trialogue.cli.quick_help import WIDTH
from trialogue.report.exports import EXPORTS


def command_line() -> str:
    """Every command with its options."""
    parts = []
    for name in (each for each in app if not each.startswith("-")):
        inner = [each for each in app[name] if not each.startswith("-")]
        parts += [_command(app[name][each], f"{name} {each}") for each in inner] or [
            _command(app[name], name)
        ]
    return "\n\n".join(parts)


def _command(command: App, name: str) -> str:
    said = " ".join((command.help or "").split())
    arguments = [each for each in command.assemble_argument_collection() if each.show]
    positional = [name for each in arguments for name in each.names if not name.startswith("-")]
    usage = " ".join(("trialogue", name, *positional)).replace(" MORE", " [MORE...]")
    options = [each for each in arguments if each.names[0].startswith("-")]
    rows = [(f"`{each.names[0]}`", _taken(each), each.parameter.help or "") for each in options]
    head = f"### trialogue {name}\n\n{said}\n\nUsage: `{usage}{' [OPTIONS]' if rows else ''}`"
    return f"{head}\n\n{table(('option', 'takes', 'meaning'), rows)}" if rows else head


def _taken(argument: Argument) -> str:
    """What an option takes, and its default where it has one."""
    parts = (argument.hint, *get_args(argument.hint))
    if bool in parts:
        return ""
    choices = [value for part in parts for value in get_args(part) if isinstance(value, str)]
    names = {int: "number", float: "number", Path: "path", str: "text"}
    plain = next((names[part] for part in parts if part in names), "")
    taken = " or ".join(f"`{value}`" for value in dict.fromkeys(choices)) or plain
    default = argument.field_info.default
    return taken if default in {None, "", ()} else f"{taken}; `{default}`"


def help_text() -> str:
    """The help as the command line prints it, without colours."""
    printed = StringIO()
    app.help_print([], console=Console(file=printed, width=WIDTH, color_system=None))
    return printed.getvalue()


def exports() -> str:
    """Every format that a meeting can be had in."""
    return table(
        ("format", "file", "what it is"),
        tuple((f"`{name}`", f"`{each.file}`", each.about) for name, each in EXPORTS.items()),
    )


def exit_codes() -> str:
    """What `--help` says of exit codes."""
    return f"```text\n{EXIT_CODES}```"
