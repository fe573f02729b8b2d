"""Formatting of a scenario's text, with its comments: two spaces a level, one between the parts of a line.

1. Comments, blank lines, quotes, the order of keys and the choice between lines and `{...}` are the author's.
2. The result reads as the same scenario and has each comment, or nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final, cast

import yaml

from trialogue.errors import SetupError
from trialogue.scenario.problem_lines import raise_problems
from trialogue.scenario.problems import Problems
from trialogue.scenario.tree import LOADER, Entries, Items, Node, Scalar, compose, lines_of

_WIDTH: Final = 10_000
"""Lines are left as long as they are."""

_COMMENT: Final = re.compile(r"(?<!\S)#.*")


def formatted(text: str, source: str) -> str:
    """Formatted text; `ScenarioError` for invalid YAML, or if the result would read differently."""
    before = _read(text, source)
    from ruamel.yaml import YAML  # noqa: PLC0415 - only where a file is formatted
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415 - likewise; it has no types

    formatter: Any = YAML(typ="rt")
    formatter.preserve_quotes = True
    formatter.width = _WIDTH
    formatter.indent(mapping=2, sequence=4, offset=2)
    formatter.brace_single_entry_mapping_in_flow_sequence = True
    if not isinstance(before, Entries):
        raise SetupError(f"{source}: cannot be formatted: it is not a map")
    try:
        data = formatter.load(text)
    except MarkedYAMLError as error:  # a second parser, which is stricter with tabs and odd line breaks
        mark: Any = cast("Any", error).problem_mark
        where = source if mark is None else f"{source}:{mark.line + 1}:{mark.column + 1}"
        raise SetupError(
            f"{where}: left unchanged: only plain spaces and line breaks can be formatted"
        ) from error
    except (ValueError, OverflowError) as error:  # it also makes a number or a date of each value like one
        raise SetupError(
            f"{source}: left unchanged: a value reads as a number or a date that is none ({error}); quote it"
        ) from error
    written = StringIO()
    formatter.dump(data, written)
    after = _tidy(written.getvalue())
    if not _same(before, _read(after, source)):
        raise SetupError(f"{source}: left unchanged: formatted, it would not read as the same scenario")
    _check_comments(text, after, source)
    return after


def _read(text: str, source: str) -> Node:
    problems = Problems()
    node = compose(text, source, problems)
    raise_problems(problems, source)
    return node


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").rstrip().split("\n")) + "\n"


def _check_comments(before: str, after: str, source: str) -> None:
    """Raise `SetupError` for a comment that is not in the result: between brackets some are dropped."""
    kept = [comment for _, comment in _comments(after)]
    for line, comment in _comments(before):
        if comment not in kept:
            told = "formatted, it would lose the comment in this line; put it outside the brackets"
            raise SetupError(f"{source}:{line}: left unchanged: {told}")
        kept.remove(comment)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Comments of a valid text, each with its line."""
    text = lines_of(text) + "\n"  # the last line may have no end
    rest = list(text)
    scan: Any = cast("Any", yaml).scan  # it has no types
    for token in scan(text, Loader=LOADER):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            if token.style in {"|", ">"}:
                start = text.index("\n", start)  # a comment may follow the sign
            rest[start:end] = ("\n" if each == "\n" else "x" for each in rest[start:end])
    for found in _COMMENT.finditer("".join(rest)):
        yield text.count("\n", 0, found.start()) + 1, found[0].rstrip()


def _same(one: Node, other: Node) -> bool:
    """Whether two trees hold the same values, whatever their places and the order of keys."""
    match one, other:
        case Scalar(value=a), Scalar(value=b):
            return a == b and type(a) is type(b)
        case Items(nodes=a), Items(nodes=b):
            return len(a) == len(b) and all(map(_same, a, b))
        case Entries(pairs=a), Entries(pairs=b):
            ours = {pair.key: pair.value for pair in a}
            theirs = {pair.key: pair.value for pair in b}
            return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
        case _:
            return False
