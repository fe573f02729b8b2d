"""`trialogue check` by a table of options, without the command line's library.

1. A call that the table knows, whole and right, is made by it. Every other one is left to the command line
   as a whole (`trialogue.cli.program`): help, slips, what is said twice, and whatever the table is too small
   for. So nothing is told otherwise for it, and only what is called rightly is called sooner.
2. A test holds the table to the options that the command line has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

from trialogue.services import SERVICES

__all__ = ["CHECK", "called"]

Wants: TypeAlias = Literal["nothing", "text", "number"] | tuple[str, ...]
"""What stands behind an option: nothing, any text, a whole number, or one of these words."""

CHECK: Final[Mapping[str, Wants]] = {
    "--via": tuple(SERVICES),
    "--clock": ("real", "virtual"),
    "--seed": "number",
    "--limit-time": "text",
    "--limit-turns": "number",
    "--limit-silence": "text",
    "--me": "text",
    "--profile": "text",
    "--cell": "text",
    "--file-only": "nothing",
    "--json": "nothing",
}
"""The options of `check`."""


def called(tokens: Sequence[str]) -> Callable[[], int] | None:
    """The command that these words call; None where that is for the command line to say."""
    if not tokens or tokens[0] != "check":
        return None
    files: list[str] = []
    options: dict[str, str] = {}
    rest = iter(tokens[1:])
    for token in rest:
        if not token.startswith("-"):
            files.append(token)
            continue
        name, is_joined, value = token.partition("=")
        wants = CHECK.get(name)
        if wants is None or name in options or (is_joined and wants == "nothing"):
            return None
        options[name] = value if is_joined or wants == "nothing" else next(rest, "")
        if not _is_right(options[name], wants):
            return None
    return (lambda: _check(files, options)) if all(files) and files else None


def _is_right(value: str, wants: Wants) -> bool:
    match wants:
        case "nothing":
            return True
        case "text":
            return value != "" and not value.startswith("-")
        case "number":
            return value.isascii() and value.isdecimal()
        case _:
            return value in wants


def _check(files: Sequence[str], options: Mapping[str, str]) -> int:
    from trialogue.cli.check import check_files  # noqa: PLC0415 - the scenario comes with it
    from trialogue.cli.overriding import overrides_of  # noqa: PLC0415 - likewise

    said = options.get
    numbers = {name: int(options[name]) for name in options if CHECK[name] == "number"}
    overrides = overrides_of(
        via=said("--via"),
        clock=said("--clock"),
        seed=numbers.get("--seed"),
        limits=(said("--limit-time"), numbers.get("--limit-turns"), said("--limit-silence")),
        me=said("--me"),
        variant=(said("--profile"), said("--cell")),
    )
    return check_files(
        [Path(each) for each in files],
        overrides,
        as_json="--json" in options,
        file_only="--file-only" in options,
    )
