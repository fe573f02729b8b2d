"""Parser of `trialogue check` and `run` by a table of options, without the command line's library.

1. The table handles a call only if it knows all of it and all of it is valid. Every other call goes to the
   full command line (`trialogue.cli.program`): help, errors, repeated options, and options that are not in
   the table. So messages are the same, and valid calls start sooner.
2. A test compares the table with the options of the command line; `run` leaves repeats of a meeting to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from trialogue.services import SERVICES

if TYPE_CHECKING:
    from trialogue.cli.diagnostics import LogLevel
    from trialogue.scenario.defaults import Overrides

__all__ = ["CHECK", "RUN", "called"]

Wants: TypeAlias = Literal["nothing", "text", "texts", "number"] | tuple[str, ...]
"""Value of an option: none, any text (repeatable), a whole number, or one of these words."""

_OVERRIDES: Final[Mapping[str, Wants]] = {
    "--via": tuple(SERVICES),
    "--clock": ("real", "virtual"),
    "--seed": "number",
    "--limit-time": "text",
    "--limit-turns": "number",
    "--limit-silence": "text",
    "--me": "text",
    "--profile": "text",
    "--cell": "text",
}

CHECK: Final[Mapping[str, Wants]] = {**_OVERRIDES, "--file-only": "nothing", "--json": "nothing"}
"""Options of `check`."""

RUN: Final[Mapping[str, Wants]] = {
    **_OVERRIDES,
    "--out": "text",
    "--endpoint": "text",
    "--quiet": "nothing",
    "--json": "nothing",
    "--html": "nothing",
    "--record-models": "text",
    "--no-code": "nothing",
    "--allow-import": "texts",
    "--allow-command": "texts",
    "--allow-host": "texts",
    "--allow-faults": "nothing",
    "--log-level": ("debug", "info", "warning", "error"),
}
"""Options of `run`, except those for repeats."""

LONGEST_NUMBER: Final = 18
"""Most digits of a number that the table reads itself."""

_Options: TypeAlias = Mapping[str, Sequence[str]]


def called(tokens: Sequence[str]) -> Callable[[], int] | None:
    """The command for these words; None if the full command line must parse them."""
    match tokens:
        case ["check", *words] if (read := _read(words, CHECK)) and read[0]:
            files, options = read
            return lambda: _check(files, options)
        case ["run", *words] if (read := _read(words, RUN)) and len(read[0]) == 1:
            (file,), options = read
            return lambda: _run(file, options)
        case _:
            return None


def _read(words: Sequence[str], table: Mapping[str, Wants]) -> tuple[list[str], _Options] | None:
    """Files and options; None if one of them is not in the table."""
    files: list[str] = []
    options: dict[str, list[str]] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            files.append(word)
            continue
        name, is_joined, value = word.partition("=")
        wants = table.get(name)
        if wants is None or (is_joined and wants == "nothing") or (name in options and wants != "texts"):
            return None
        value = value if is_joined or wants == "nothing" else next(rest, "")
        if not _is_right(value, wants):
            return None
        options.setdefault(name, []).append(value)
    return (files, options) if all(files) else None


def _is_right(value: str, wants: Wants) -> bool:
    match wants:
        case "nothing":
            return True
        case "text" | "texts":
            return value != "" and not value.startswith("-")
        case "number":
            return value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER
        case _:
            return value in wants


def _check(files: Sequence[str], options: _Options) -> int:
    from trialogue.cli.check import check_files  # noqa: PLC0415 - the scenario comes with it

    return check_files(
        [Path(each) for each in files],
        _overrides(options),
        as_json="--json" in options,
        file_only="--file-only" in options,
    )


def _run(file: str, options: _Options) -> int:
    from trialogue.cli.run import RunOptions, hold  # noqa: PLC0415 - the scenario comes with it

    asked = RunOptions(
        overrides=_overrides(options),
        out=_path(options, "--out"),
        endpoint=_one(options, "--endpoint"),
        shown="json" if "--json" in options else "line" if "--quiet" in options else "live",
        record_models=_path(options, "--record-models"),
        html="--html" in options,
        allows_code="--no-code" not in options,
        faults="--allow-faults" in options,
        imports=tuple(options.get("--allow-import", ())),
        commands=tuple(options.get("--allow-command", ())),
        hosts=tuple(options.get("--allow-host", ())),
        log_level=cast("LogLevel", _one(options, "--log-level") or "warning"),
    )
    return hold(Path(file), asked)


def _one(options: _Options, name: str) -> str | None:
    return options[name][0] if name in options else None


def _path(options: _Options, name: str) -> Path | None:
    return Path(options[name][0]) if name in options else None


def _number(options: _Options, name: str) -> int | None:
    return int(options[name][0]) if name in options else None


def _overrides(options: _Options) -> Overrides:
    from trialogue.cli.overriding import overrides_of  # noqa: PLC0415 - the scenario comes with it

    said = partial(_one, options)
    return overrides_of(
        via=said("--via"),
        clock=said("--clock"),
        seed=_number(options, "--seed"),
        limits=(said("--limit-time"), _number(options, "--limit-turns"), said("--limit-silence")),
        me=said("--me"),
        variant=(said("--profile"), said("--cell")),
    )
