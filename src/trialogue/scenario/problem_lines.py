"""Problems in the form for authors: the line of the file, a caret, an example, and where to read more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from trialogue.errors import ScenarioError
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.forms import example_of
from trialogue.scenario.problems import Code, Problems, ScenarioProblem, seat_or_tool

WIDEST = 96
"""Characters of a line that are shown."""

_FORMED = frozenset(
    {
        Code.TYPE,
        Code.CHOICE,
        Code.RANGE,
        Code.NAME,
        Code.LINE,
        Code.DURATION,
        Code.PATTERN,
        Code.CLIP,
        Code.MOMENT,
        Code.THINK_KEY,
        Code.SCRIPT_ENTRY,
        Code.TOOL_KIND,
        Code.TOOL_SCHEMA,
        Code.LIMIT_COST,
        Code.FLOOR_SHARE,
        Code.EMPTY,
    }
)
"""Faults for which an example of the key helps."""

_MEANT: Final = "; did you mean "
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[\w.@%$/-]+')
_WORDS = re.compile(r"(?!- )[\w.@%$/-](?:[^\s,\[\]{}:]|:(?!\s|$)| +(?=[^\s#,\[\]{}:]))*")
"""Text without quotes, with its spaces."""


def lines_of(problem: ScenarioProblem) -> list[str]:
    """Lines of one problem: the message, the place in the file, and an example of the right form."""
    lines = [str(problem)]
    if problem.excerpt.strip():
        lines.extend(_marked(problem))
    form = problem.form or _example(problem)
    if form:
        lines.append(f"{' ' * _gutter(problem)} = example: {form}")
    return lines


def _example(problem: ScenarioProblem) -> str:
    """Example of the key, with names of the file; none beside a name that the message already has."""
    if problem.code not in _FORMED or (problem.code is Code.NAME and _MEANT in problem.text):
        return ""
    own, form, names = seat_or_tool(problem.path), example_of(problem.path), problem.names
    if form == "via: local" and own in names.people:
        return "via: text"
    if form == "role: chair" and names.chairs:
        return "role: speaker"
    return names.fill(form, own)


def raise_problems(problems: Problems, main: str) -> None:
    """Raise `ScenarioError` with all problems, also as lines for the author, if there are any."""
    found = problems.sorted(main)
    if found:
        raise error_of(found)


def error_of(found: Sequence[ScenarioProblem]) -> ScenarioError:
    """Error with these problems, also as lines for the author."""
    lines = [line for problem in found for line in lines_of(problem)]
    more = [where_more(found)] if any(problem.excerpt for problem in found) else []
    return ScenarioError(*map(str, found), told=(*lines, *more))


def where_more(problems: Iterable[ScenarioProblem]) -> str:
    """Line that says where to read more about the codes."""
    codes = list(dict.fromkeys(problem.code.value for problem in problems))
    more = f" (also {', '.join(codes[1:])})" if codes[1:] else ""
    return f"more: trialogue explain {codes[0]}{more}; docs/errors.md#{codes[0].lower()}"


def _gutter(problem: ScenarioProblem) -> int:
    return len(str(problem.place.line)) + 1


def _marked(problem: ScenarioProblem) -> list[str]:
    column = problem.place.column - 1
    first = max(0, column - WIDEST * 2 // 3) if len(problem.excerpt) > WIDEST else 0
    shown = "".join(_visible(sign) for sign in problem.excerpt[first : first + WIDEST])
    shown = f"…{shown[1:]}" if first else shown
    shown = shown if len(problem.excerpt) <= first + WIDEST else f"{shown[:-1]}…"
    token = _WORDS.match(problem.excerpt, column) if problem.code is not Code.YAML else None
    token = token or _TOKEN.match(problem.excerpt, column)
    length = min(len(token[0]) if token else 1, max(1, first + WIDEST - column))
    before = "".join(" " * _cells(sign) for sign in shown[: column - first])
    under = sum(_cells(sign) for sign in shown[column - first : column - first + length]) or 1
    number, blank = f" {problem.place.line}", " " * _gutter(problem)
    return [f"{number} | {shown}", f"{blank} | {before}{'^' * under}"]


def _visible(sign: str) -> str:
    if sign == "\t" or unicodedata.category(sign) == "Zs":
        return " "
    return sign if sign.isprintable() else "·"


def _cells(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


# --- more on each code --------------------------------------------------------------------------------


@cache
def _pages() -> dict[str, str]:
    from importlib.resources import files  # noqa: PLC0415 - only problems show an example

    text = files("trialogue.scenario").joinpath("errors.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (\S+)\n", text, flags=re.MULTILINE)
    bodies = (re.split(r"^## ", body, flags=re.MULTILINE)[0].strip() for body in parts[2::2])
    return dict(zip(parts[1::2], bodies, strict=True))


def page_of(code: str) -> str:
    """Section of a code in `docs/errors.md`; `ScenarioError` for an unknown code."""
    pages = _pages()
    wanted = code.upper()
    if wanted not in pages:
        raise ScenarioError(
            f"unknown code {code}{did_you_mean(wanted, pages)}; docs/errors.md lists all codes"
        )
    return f"{wanted}\n\n{pages[wanted]}"
