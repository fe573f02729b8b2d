r"""Translation of regular expressions of Python's `re` for RE2.

1. Python's own parser reads it, so its syntax is `re`'s by construction; characters become classes of code
   points (`trialogue.model.characters`), which include the effect of flags.
2. RE2 knows words (`\w`, `\b`) of ASCII alone, and bounds of words between bytes. So a text is *marked*: each
   letter beyond ASCII stands between two `_` ("né" becomes "n_é_"), and so does U+FDD2 for `_` itself. Then
   RE2's bounds of words are `re`'s, and each character of the pattern is one letter, or one such triple. A
   search in a marked text steps over whole characters from its beginning, so that it does not begin inside a
   triple.
3. `$` without `(?m)` also holds before a last newline. RE2 knows that place in its multi-line mode only; so
   all newlines but the last one become U+FDD0, which then stands for a newline in the pattern, too.
4. `\B` does not match in an empty text (until Python 3.14), but does in RE2: that text has a pattern of its
   own.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, TypeAlias, cast

from attrs import field

from trialogue.model.characters import (
    ASCII_WORDS,
    EVERYTHING,
    Ranges,
    complement,
    digits,
    in_any_case,
    spaces,
    union,
    without,
)
from trialogue.values import define, frozen

Node: TypeAlias = tuple[Any, Any]
"""Operation of `re`'s parser, and its argument."""

_OTHER_NEWLINE: Final = "\ufdd0"
_UNDERSCORE: Final = "\ufdd2"
_RESERVED: Final = dict.fromkeys([0xFDD0, 0xFDD2, *range(0xD800, 0xE000)], "\ufffd")
_MARKED: Final = re.compile(r"[^\W\x00-\x5e\x60-\x7f]")
_WORD: Final = ord("_")
_MARKED_CHARACTER: Final = r"(?:[^_]|_[\x{0}-\x{10FFFF}]_)"
_NEWLINE: Final[Ranges] = ((0x0A, 0x0A),)
_B_NEEDS_TEXT: Final = re.search(r"\B", "") is None

_DEEPEST: Final = 50
_MOST_WIDE_RANGES: Final = 30
_TOO_DEEP: Final = f"nests groups more than {_DEEPEST} deep"
_TYPE_FLAGS: Final = re.ASCII | re.UNICODE | re.LOCALE

_LOOKING: Final = "a search in linear time cannot do that"
_REFUSALS: Final = {
    ("ASSERT", 1): f"looks ahead with (?=...): {_LOOKING}; include the text that follows in the pattern",
    ("ASSERT", -1): f"looks back with (?<=...): {_LOOKING}; include the text before it in the pattern",
    ("ASSERT_NOT", 1): f"looks ahead with (?!...): {_LOOKING}; write what may follow, such as [^x]",
    ("ASSERT_NOT", -1): f"looks back with (?<!...): {_LOOKING}; write what may come before, "
    r"such as (?:^|[^x]) or \b",
    "GROUPREF": f"refers back to a group: {_LOOKING}; write out the repeated text, "
    "such as (?:yes, yes|no, no)",
    "GROUPREF_EXISTS": f"tests whether a group matched: {_LOOKING}; write both forms, separated by |",
    "ATOMIC_GROUP": "has an atomic group (?>...): write (?:...), the search never backtracks",
    "POSSESSIVE_REPEAT": "has a possessive repeat such as ++: write the plain one, the "
    "search never backtracks",
}


class PatternFault(ValueError):
    """Fault of a pattern, in words that follow its name; it never quotes the pattern."""


@frozen
class Translation:
    """Pattern for RE2, with the preparation of texts for it."""

    text: str
    """Pattern."""

    text_of_nothing: str | None
    """Pattern for an empty text, where that is another one."""

    is_marked: bool
    """Whether rule 2 applies."""

    ends_before_newline: bool
    """Whether rule 3 applies."""

    def prepared(self, text: str) -> str:
        """Form of a text in which RE2 finds the pattern if `re` finds it in `text`."""
        text = text.translate(_RESERVED) if not text.isascii() else text
        if self.ends_before_newline and "\n" in text:
            text = text[:-1].replace("\n", _OTHER_NEWLINE) + text[-1]
        if self.is_marked and ("_" in text or not text.isascii()):
            text = _MARKED.sub(_mark, text)
        return text


def read(pattern: str) -> Translation:
    """Translate a pattern; `PatternFault` for an invalid one, or one that RE2 cannot express."""
    nodes, flags = _parse(pattern)
    needs = _Needs()
    needs.look(nodes, flags)
    if needs.ends_before_newline and needs.lines:
        raise PatternFault("uses $ in two meanings: write (?m) for the whole pattern or not at all")
    if needs.ascii_bounds and needs.is_marked:
        raise PatternFault("uses two definitions of words: write (?a) for the whole pattern or not at all")
    writer = _Writer(is_marked=needs.is_marked, ends_before_newline=needs.ends_before_newline)
    text = writer.whole(nodes, flags)
    of_nothing = None
    if needs.non_bounds and _B_NEEDS_TEXT:
        of_nothing = _Writer(is_marked=False, ends_before_newline=False, is_of_nothing=True).whole(
            nodes, flags
        )
    return Translation(text, of_nothing, needs.is_marked, needs.ends_before_newline)


def _parse(pattern: str) -> tuple[Sequence[Node], int]:
    """Nodes and flags of the pattern."""
    parser = import_module("re._parser")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = parser.parse(pattern)
    except re.error as error:
        place = (error.pos or 0) + 1
        raise PatternFault(f"is not a regular expression: {error.msg} at character {place}") from error
    except (RecursionError, OverflowError, Warning) as error:
        raise PatternFault(
            "is not a regular expression with the same meaning in all versions of Python"
        ) from error
    return cast("Sequence[Node]", parsed), cast("int", parsed.state.flags)


def _combined(flags: int, added: int, removed: int) -> int:
    """Flags inside a group that sets some."""
    if added & _TYPE_FLAGS:
        flags &= ~_TYPE_FLAGS
    return (flags | added) & ~removed


@define
class _Needs:
    """Needs of a pattern: the form of the text, and whether RE2 can express it at all."""

    is_marked: bool = False
    ends_before_newline: bool = False
    lines: bool = False
    ascii_bounds: bool = False
    non_bounds: bool = False
    wide_ranges: int = 0

    def look(self, nodes: Iterable[Node], flags: int, depth: int = 0) -> None:
        """Examine all nodes; `PatternFault` for one that is refused."""
        if depth > _DEEPEST:
            raise PatternFault(_TOO_DEEP)
        for operation, about in nodes:
            name = str(operation)
            refusal = _REFUSALS.get((name, about[0]) if name in {"ASSERT", "ASSERT_NOT"} else name)
            if refusal is not None:
                raise PatternFault(refusal)
            match name:
                case "AT":
                    self._look_at_place(str(about), flags)
                case "IN":
                    words = {"CATEGORY_WORD", "CATEGORY_NOT_WORD"}
                    has_words = any(str(kind) == "CATEGORY" and str(what) in words for kind, what in about)
                    self.is_marked |= has_words and not flags & re.ASCII
                    if flags & re.IGNORECASE:
                        self._count_ranges(about)
                case "BRANCH":
                    for branch in about[1]:
                        self.look(branch, flags, depth + 1)
                case "SUBPATTERN":
                    self.look(about[3], _combined(flags, about[1], about[2]), depth + 1)
                case "MAX_REPEAT" | "MIN_REPEAT":
                    self.look(about[2], flags, depth + 1)
                case _:
                    pass

    def _count_ranges(self, items: Iterable[Node]) -> None:
        self.wide_ranges += sum(str(kind) == "RANGE" and what[1] > 0x7F for kind, what in items)
        if self.wide_ranges > _MOST_WIDE_RANGES:
            raise PatternFault(f"ignores the case of more than {_MOST_WIDE_RANGES} ranges of letters")

    def _look_at_place(self, place: str, flags: int) -> None:
        if place in {"AT_BOUNDARY", "AT_NON_BOUNDARY"}:
            self.non_bounds |= place == "AT_NON_BOUNDARY"
            if flags & re.ASCII:
                self.ascii_bounds = True
            else:
                self.is_marked = True
        elif place in {"AT_BEGINNING", "AT_END"} and flags & re.MULTILINE:
            self.lines = True
        elif place == "AT_END":
            self.ends_before_newline = True


@define
class _Writer:
    """Writer of nodes for RE2."""

    is_marked: bool = field(kw_only=True)
    ends_before_newline: bool = field(kw_only=True)
    is_of_nothing: bool = field(kw_only=True, default=False)

    def whole(self, nodes: Iterable[Node], flags: int) -> str:
        """Whole pattern, in the form that is searched for."""
        if not self.is_marked:
            return self._sequence(nodes, flags)
        return rf"\A{_MARKED_CHARACTER}*(?:{self._sequence(nodes, flags)})"

    def _sequence(self, nodes: Iterable[Node], flags: int) -> str:
        return "".join(self._node(str(operation), about, flags) for operation, about in nodes)

    def _node(self, name: str, about: Any, flags: int) -> str:  # noqa: ANN401 - the parser's arguments have no types
        match name:
            case "LITERAL":
                told = flags & (re.IGNORECASE | re.ASCII)
                return _literal(about, told, self.is_marked, self.ends_before_newline)
            case "NOT_LITERAL":
                return self.one_of([("NEGATE", None), ("LITERAL", about)], flags)
            case "ANY":
                return self._written(*([EVERYTHING if flags & re.DOTALL else complement(_NEWLINE)] * 2))
            case "IN":
                return self.one_of(about, flags)
            case "AT":
                return self._place(str(about), flags)
            case "BRANCH":
                return "(?:" + "|".join(self._sequence(each, flags) for each in about[1]) + ")"
            case "SUBPATTERN":
                return f"(?:{self._sequence(about[3], _combined(flags, about[1], about[2]))})"
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(about[0], about[1], self._sequence(about[2], flags))
            case "FAILURE":
                return _class(())
            case _:
                raise PatternFault(f"has an unsupported part: {name}")

    @staticmethod
    def _repeat(low: Any, high: Any, what: str) -> str:  # noqa: ANN401 - numbers, or the parser's MAXREPEAT
        most = "" if str(high) == "MAXREPEAT" else str(int(high))
        return f"(?:{what}){{{int(low)},{most}}}"

    def _place(self, place: str, flags: int) -> str:
        match place:
            case "AT_BOUNDARY":
                return r"\b"
            case "AT_NON_BOUNDARY":
                return _class(()) if self.is_of_nothing else r"\B"
            case "AT_BEGINNING" if flags & re.MULTILINE:
                return "(?m:^)"
            case "AT_BEGINNING" | "AT_BEGINNING_STRING":
                return r"\A"
            case "AT_END":
                return "(?m:$)"
            case "AT_END_STRING":
                return r"\z"
            case _:
                raise PatternFault(f"has an unsupported part: {place}")

    def one_of(self, items: Iterable[Node], flags: int) -> str:
        """Class of characters: those that stand bare, and those that stand in a triple."""
        bare: list[Ranges] = []
        marked: list[Ranges] = []
        is_negated = False
        for kind, what in items:
            if str(kind) == "NEGATE":
                is_negated = True
                continue
            one, other = _item(str(kind), what, flags)
            bare.append(one)
            marked.append(other)
        either = union(*bare), union(*marked)
        return self._written(*(complement(each) for each in either) if is_negated else either)

    def _written(self, bare: Ranges, marked: Ranges) -> str:
        if self.ends_before_newline:
            bare = _with_other_newline(bare)
        if not self.is_marked:
            return _class(bare)
        bare = without(bare, _WORD)
        return f"(?:{_class(bare)}|_{_class(_with_underscore(marked))}_)" if marked else _class(bare)


@lru_cache(maxsize=4_096)
def _literal(character: int, flags: int, is_marked: bool, ends_before_newline: bool) -> str:  # noqa: FBT001
    """One written character; cached, as patterns consist of the same few."""
    writer = _Writer(is_marked=is_marked, ends_before_newline=ends_before_newline)
    return writer.one_of([("LITERAL", character)], flags)


def _item(kind: str, what: Any, flags: int) -> tuple[Ranges, Ranges]:  # noqa: ANN401 - a number, a pair or a name
    """Member of a class: as it matches bare, and inside a triple, where all are words."""
    is_ascii = bool(flags & re.ASCII)
    match kind, str(what):
        case "CATEGORY", "CATEGORY_WORD":
            return (
                ((*ASCII_WORDS, (_WORD, _WORD)), ((_WORD, _WORD),)) if is_ascii else (ASCII_WORDS, EVERYTHING)
            )
        case "CATEGORY", "CATEGORY_NOT_WORD":
            bare, marked = _item(kind, "CATEGORY_WORD", flags)
            return complement(bare), complement(marked)
        case "CATEGORY", name:
            found = (digits if "DIGIT" in name else spaces)(is_ascii=is_ascii)
            found = complement(found) if "NOT" in name else found
            return found, found
        case _:
            low, high = what if kind == "RANGE" else (what, what)
            ignores_case = flags & re.IGNORECASE
            found = in_any_case(low, high, is_ascii=is_ascii) if ignores_case else ((low, high),)
            return found, found


def _with_other_newline(ranges: Ranges) -> Ranges:
    newline = ord(_OTHER_NEWLINE)
    has_newline = any(low <= 0x0A <= high for low, high in ranges)
    return union(ranges, ((newline, newline),)) if has_newline else without(ranges, newline)


def _with_underscore(ranges: Ranges) -> Ranges:
    stands = ord(_UNDERSCORE)
    has_underscore = any(low <= _WORD <= high for low, high in ranges)
    return union(ranges, ((stands, stands),)) if has_underscore else without(ranges, stands)


def _class(ranges: Ranges) -> str:
    """Class of these characters; matches nothing where there are none."""
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    return "[" + "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in ranges) + "]"


def _mark(found: re.Match[str]) -> str:
    return f"_{_UNDERSCORE if found[0] == '_' else found[0]}_"
