"""YAML errors in an author's terms, at their true places, instead of the parser's messages.

1. Forbidden characters are found before the text is parsed, each at its place, and replaced by spaces, so
   that the rest can be read.
2. The message about a parser's error depends on the text at its place: a tab, a quote, or a character with a
   special meaning.
3. No message quotes more than one character of the author's text, which may be speech.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, TypeAlias

import yaml

from trialogue.scenario.problems import Code, Path, Place, Problems
from trialogue.values import frozen

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INDENT = re.compile(r"^[^\S\n]*[^\S\n \t][^\S\n]*", re.MULTILINE)
"""Leading white space with other characters than spaces and tabs."""

_TAB_INDENT = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)

_SIGNS: Final = {
    "%": "a percent sign",
    "@": "an at sign",
    "`": "a backtick",
}

_GLUED = re.compile(r"(?<![\w\"'.-])[A-Za-z_][\w-]*:(?=[\[{\"'])")
"""A key, a colon and a value without a space between them."""

_LOST = re.compile(r"(\s*[A-Za-z_][\w-]*) +[\[{]")
"""A key and its list or map without a colon between them."""

_SEVERAL: Final = 'several texts need brackets: ["...", "..."]'

_QUOTED = 'put the text in quotes, as "..."'


def cleaned(text: str, source: str, path: Path, problems: Problems) -> str:
    """The text with forbidden characters replaced by spaces; each one becomes a problem."""
    for match in _FORBIDDEN.finditer(text):
        name = f"U+{ord(match[0]):04X}"
        is_half = "\ud800" <= match[0] <= "\udfff"
        what = "half of a character (a lone surrogate)" if is_half else "a control character"
        told = f"{what} here, {name}, is invisible: delete it"
        problems.add(_place(text, match.start(), source), path, told, Code.YAML)
    text = _FORBIDDEN.sub(" ", text)
    for match in _INDENT.finditer(text):
        at, sign = next((i, c) for i, c in enumerate(match[0]) if c not in " \t")
        name = unicodedata.name(sign, "unknown").lower()
        told = f"this looks like a space but is not ({name}, U+{ord(sign):04X}): indent with plain spaces"
        problems.add(_place(text, match.start() + at, source), path, told, Code.YAML)
    return _INDENT.sub(lambda match: re.sub(r"[^ \t]", " ", match[0]), text)


def _place(text: str, offset: int, source: str) -> Place:
    before = text.rfind("\n", 0, offset)
    return Place(source, text.count("\n", 0, offset) + 1, offset - before)


@frozen
class Slip:
    """Mistake at which the parser stopped, in plain words."""

    places: tuple[Place, ...]
    """Places; several where the same error stands in several lines."""

    text: str
    """Sentence about the error."""

    mended: str | None = None
    """Text with letters in the place of the error, so that all places stay; None where the rest cannot be
    read so.
    """


def slip(error: yaml.MarkedYAMLError, text: str, source: str) -> Slip:
    """Mistake behind a parser's error, in plain words, with its place."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Slip((Place(source, 1, 1),), f"is not YAML: {error.problem}")
    tabs = list(_TAB_INDENT.finditer(text))
    if any(abs(text.count("\n", 0, match.start()) - mark.line) <= 1 for match in tabs):
        places = (_place(text, match.start() + match[0].index("\t"), source) for match in tabs)
        return Slip(tuple(places), "a tab is not allowed here: indent with spaces")
    stop = _Stop(error.problem or "", error.context or "", text.split("\n"), mark.line, mark.column)
    found = stop.by_sign() or stop.by_quote() or stop.by_colon() or stop.by_closing()
    if found is not None:
        (line, column), told, signs = found
        mended = None if signs is None else _with_letters(text, line, signs)
        return Slip((Place(source, line + 1, column + 1),), told, mended)
    where, told = _by_context(error, Place(source, mark.line + 1, mark.column + 1))
    return Slip((where,), told)


def _with_letters(text: str, line: int, columns: tuple[int, ...]) -> str:
    """Text with a letter at these columns of a line."""
    lines = text.split("\n")
    row = lines[line]
    for column in columns:
        row = f"{row[:column]}x{row[column + 1 :]}"
    lines[line] = row
    return "\n".join(lines)


_Found: TypeAlias = tuple[tuple[int, int], str, tuple[int, ...] | None]
"""Place from 0, text, and the columns of the line that a letter corrects, if any."""


@frozen
class _Stop:
    """Place where the parser stopped, and the text there."""

    problem: str
    context: str
    lines: list[str]
    line: int
    column: int

    @property
    def row(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def here(self) -> str:
        return self.row[self.column : self.column + 1]

    def by_sign(self) -> _Found | None:
        """Mistakes with a special character at the start of a text, or with an invalid escape."""
        at = (self.line, self.column)
        if "unknown escape character" in self.problem:
            told = 'inside "..." a backslash starts an escape: write two, or use single quotes'
            return at, told, (self.column - 1,)
        if "hexdecimal" in self.problem or "Unicode character escape" in self.problem:
            return at, "this escape is not a character: write the character itself, even an emoji", None
        if "cannot start any token" in self.problem and self.here == "\t":
            return at, "a tab is not allowed here: use spaces", None
        begins = "cannot start any token" in self.problem or "did not find" in self.problem
        if begins and self.here and self.here in "%@`*&!|>":
            sign = _SIGNS.get(self.here, self.here)
            return (
                at,
                f"a text cannot start with {sign}: {_QUOTED}",
                None if self.here in "`!" else (self.column,),
            )
        if "expected node content" in self.problem and self.here == ",":
            return at, f"a text cannot start with a comma: {_QUOTED}", (self.column,)
        return None

    def by_quote(self) -> _Found | None:
        """Mistakes with a quotation mark that ends a text too early, or is never closed."""
        before = self.row[: self.column].rstrip()
        quote = before[-1:]
        if quote not in {"'", '"'} or "expected" not in self.problem or self.here in {"", "#"}:
            return None
        if self.here == "}" and "flow sequence" in self.context:
            return None  # the list is not closed, independently of its last value
        if quote == '"' and before.count('"') % 2:
            return self._unclosed_above()
        after = self.row.find(quote, self.column)
        last = len(before) - 1
        if quote == "'" and self.here.isalpha() and last == self.column - 1:
            told = "this apostrophe ends the text in single quotes: write it twice, or use double quotes"
            return (self.line, self.column), told, (last,)
        if self.here in {"'", '"'} and last < self.column - 1 and "','" in self.problem:
            return (self.line, self.column), "a comma is missing here, between two texts", (last,)
        if (
            self.here == ","
            and "flow" not in self.context
            and self.row[self.column + 1 :].lstrip()[:1] == quote
        ):
            signs = (at for at in range(last, self.row.rindex(quote)) if self.row[at] == quote)
            return (self.line, self.column), _SEVERAL, tuple(signs)
        told = (
            'a quotation mark ends the text before this place: write \\" inside "...", or use single quotes'
        )
        return (self.line, self.column), told, None if after < 0 else (last, after)

    def _unclosed_above(self) -> _Found | None:
        above = (line for line in range(self.line - 1, -1, -1) if self.lines[line].count('"') % 2)
        line = next(above, None)
        if line is None:
            return None
        at = (line, self.lines[line].rindex('"'))
        return at, "the quotation mark here is never closed: add one where the text ends", None

    def by_colon(self) -> _Found | None:
        """Mistakes with a colon: one too many, a missing one, or one without its space."""
        glued = _GLUED.search(self.row)
        if glued is not None and glued.start() < self.column and "expected" in self.problem:
            return (self.line, glued.end() - 1), "a space is missing after this colon", None
        if "mapping values are not allowed" not in self.problem:
            return None
        lost = _LOST.match(self.row)
        if lost is not None:
            return (self.line, lost.end(1)), "a colon is missing here, between a key and its value", None
        if ": " in self.row[: self.column]:
            told = f"a colon and a space turn the text before them into a key: {_QUOTED}"
            return (self.line, self.column), told, (self.column,)
        above = next((line for line in range(self.line - 1, -1, -1) if self.lines[line].strip()), None)
        if above is not None and not re.search(r":(\s|$)", self.lines[above]):
            at = (above, len(self.lines[above]) - len(self.lines[above].lstrip()))
            return at, "this line is not a key with a value: is a colon missing, or a space after it?", None
        first = len(self.row) - len(self.row.lstrip())
        return (self.line, first), "this key is indented deeper than the lines it belongs to", None

    def by_closing(self) -> _Found | None:
        """Mistakes with a closing bracket or brace without an opening one."""
        in_map, in_block = "flow mapping" in self.context, "block" in self.context
        if (in_map and self.here == "]") or (in_block and self.here and self.here in "]}"):
            return (self.line, self.column), f"this {self.here} closes nothing: remove it", None
        return None


def _by_context(error: yaml.MarkedYAMLError, place: Place) -> tuple[Place, str]:
    """Mistakes found from what the parser was reading; the place is where that started."""
    context, opened = error.context or "", error.context_mark
    began = Place(place.source, opened.line + 1, opened.column + 1) if opened is not None else place
    if "quoted scalar" in context:
        return began, "the quotation mark here is never closed: add one where the text ends"
    if "flow sequence" in context or "flow mapping" in context:
        sign = "]" if "sequence" in context else "}"
        kind = "list" if "sequence" in context else "map"
        if place.line == began.line:
            return place, f'a comma or "{sign}" is missing here: the {kind} began in column {began.column}'
        missing = f'a comma or "{sign}" is missing before line {place.line}'
        return began, f"the {kind} that begins here is not closed: {missing}"
    if "simple key" in context:
        told = (
            "this line is neither a key with a colon nor part of a text: is a colon or indentation missing?"
        )
        return began, told
    if "block mapping" in context or "block collection" in context or "block sequence" in context:
        first = f"line {began.line}" if began.line != place.line else "the lines above"
        return (
            place,
            f"this does not line up with {first}: things that belong together need the same indentation",
        )
    if "alias" in context or "anchor" in context:
        return began, f"a text cannot start with * or &: {_QUOTED}"
    if "tag" in context:
        return began, f"a text cannot start with !: {_QUOTED}"
    if "directive" in context:
        return began, f"a line cannot start with %: {_QUOTED}"
    if "block scalar" in context:
        return began, "after | or > the text must start on the next line"
    return place, f"is not YAML: {error.problem}"
