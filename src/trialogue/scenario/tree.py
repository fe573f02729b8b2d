"""Reader of YAML text into a tree of nodes, each with its place.

1. It follows YAML 1.2's core schema: `true`, `false`, `null`, decimal numbers. `on`, `yes`, `010`, `12:30`
   and dates are text, or the plain number that they look like.
2. Aliases, anchors, tags, merge keys, second documents, duplicate keys and keys that are not text are
   refused, each with its place; the tree goes on around them.
3. Size, depth and the number of nodes are bounded before anything is built.
4. Lines end as in YAML 1.2: NEL, LS and PS (U+0085, U+2028, U+2029) are ordinary characters, which the parser
   would take for line breaks.
5. Values that are too deep are skipped, but a text that nests on and on is not read to its end: the parser's
   time grows with the square of the depth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias, assert_never, cast

import yaml
from attrs import field

from trialogue.scenario.problems import Code, Path, Place, Problems, shown
from trialogue.scenario.yaml_slips import Slip, cleaned, slip
from trialogue.values import define, frozen

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000
MOST_SLIPS = 20
"""Most YAML errors that are skipped to read the rest."""

LOADER = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
# A parser with a limit of its own (PyYAML 6.0.4: 1000 levels) looks ahead and stops before we see a level.
_NESTING = "maximum nesting depth"
_IN_QUOTES = "a text that starts with {} needs quotes"
_TOO_NESTED = f"is nested more than {MAX_DEPTH} levels deep"
_BREAKS: Final = "\x85\u2028\u2029"
_STAND_INS: Final = range(0xF0000, 0xFFFFE)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]{1,18}|[0-9]{1,18}(?:\.[0-9]{0,18})?)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII
)


@frozen
class Scalar:
    """Scalar value."""

    at: Place
    """Place of its beginning."""

    value: str | float | bool | None
    """Text, a number, true, false or null."""

    text: str | None = None
    """Text for a kind that needs text: set where a variable with another value stands for it."""


@frozen
class Items:
    """List."""

    at: Place
    """Place of its beginning."""

    nodes: tuple[Node, ...]
    """Values."""


@frozen
class Pair:
    """Key with its value."""

    at: Place
    """Place of the key."""

    key: str
    """Key."""

    value: Node
    """Value."""


@frozen
class Entries:
    """Map; its keys are unique."""

    at: Place
    """Place of its beginning."""

    pairs: tuple[Pair, ...]
    """Keys with their values, in the file's order."""

    def find(self, key: str) -> Node | None:
        """Value of a key, or None."""
        return next((pair.value for pair in self.pairs if pair.key == key), None)


@frozen
class Hole:
    """Placeholder for an unusable value, for which a problem was already noted."""

    at: Place
    """Place where it was."""


Node: TypeAlias = Scalar | Items | Entries | Hole


def plain_value(text: str) -> str | float | bool | None:
    """Value of an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) and math.isfinite(float(text)) else text


def compose(text: str, source: str, problems: Problems, path: Path = ()) -> Node:
    """Tree of a YAML text at `path`; a `Hole` if it is empty."""
    start = Place(source, 1, 1)
    if len(text) > MAX_BYTES:
        problems.add(start, path, "is larger than 1 MiB", Code.SIZE)
        return Hole(start)
    text = lines_of(text)
    problems.read(source, text)
    text = cleaned(text, source, path, problems)
    text, breaks = _without_breaks(text)
    for _ in range(MOST_SLIPS):
        found = _composed(text, _Composer(source, problems, path, breaks))
        if not isinstance(found, Slip):
            return found
        if problems.passes_over(found.places):
            break
        for place in found.places:
            problems.add(place, path, found.text, Code.YAML)
        if found.mended is None:
            break
        problems.pass_over(found.places)
        text = found.mended
    return Hole(start)


def lines_of(text: str) -> str:
    """Text whose lines end in the same way on every system."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_breaks(text: str) -> tuple[str, Mapping[int, str]]:
    """Text with stand-ins for the line breaks that only YAML 1.1 has, and what each stands for."""
    found = [each for each in _BREAKS if each in text]
    unused = (chr(code) for code in _STAND_INS if chr(code) not in text)
    pairs = list(zip(found, unused, strict=False))
    stand_ins = {ord(each): sign for each, sign in pairs}
    return text.translate(stand_ins), {ord(sign): each for each, sign in pairs}


def _composed(text: str, composer: _Composer) -> Node | Slip:
    """Tree of a text, the parser's error, or a `Hole` if a problem was already noted."""
    source, problems, path = composer.source, composer.problems, composer.path
    start, before = Place(source, 1, 1), problems.found
    try:
        return composer.document(yaml.parse(text, Loader=LOADER))
    except yaml.MarkedYAMLError as error:
        if _NESTING not in str(error.problem) or not error.problem_mark:
            problems.keep(before)  # they are found again when the rest is read
            return slip(error, text, source)
        problems.add(composer.place(error.problem_mark), path, _TOO_NESTED, Code.DEPTH)
    except (yaml.YAMLError, UnicodeError):
        problems.add(start, path, "is not YAML: it contains characters that are not allowed", Code.YAML)
    except _TooMuch as stop:
        problems.add(stop.place, path, f"has more than {MAX_NODES} values", Code.SIZE)
    except _TooDeep:
        pass  # its beginning is already a problem
    return Hole(start)


class _TooMuch(Exception):
    """The text has more nodes than the limit."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class _TooDeep(Exception):
    """The text is nested far beyond the limit, so that reading stops."""


@define
class _Composer:
    """Builds nodes from parser events."""

    source: str
    problems: Problems
    path: Path
    breaks: Mapping[int, str]
    nodes: int = field(default=0, init=False)

    def place(self, mark: object) -> Place:
        mark = cast("yaml.Mark", mark)  # each of the two parsers has its own class of marks
        return Place(self.source, mark.line + 1, mark.column + 1)

    def document(self, events: Iterator[yaml.Event]) -> Node:
        """Document of a stream, which must be the only one."""
        root: Node = Hole(Place(self.source, 1, 1))
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                node = self.node(next(events), events, self.path, 0)
                root = node if documents == 1 else root
                if documents == 2:
                    self.problems.add(
                        self.place(event.start_mark), self.path, "has more than one document", Code.YAML
                    )
        if documents == 0:
            self.problems.add(root.at, self.path, "is empty", Code.YAML)
        return root

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int) -> Node:
        at = self.place(event.start_mark)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooMuch(at)
        if isinstance(event, yaml.AliasEvent):
            self.problems.add(
                at, path, f"aliases (*name) are not supported; {_IN_QUOTES.format('*')}", Code.ALIAS
            )
            return Hole(at)
        self._refuse_decoration(cast("yaml.ScalarEvent", event), at, path)
        if isinstance(event, yaml.ScalarEvent):
            if event.value == "" and (event.anchor or event.tag):
                return Hole(at)
            plain = event.implicit[0] and event.style in {None, ""}
            value = event.value.translate(self.breaks) if self.breaks else event.value
            return Scalar(at, plain_value(value) if plain else value)
        if depth == MAX_DEPTH:
            self._skip(events, at, path)
            return Hole(at)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(at, events, path, depth + 1)
        return self._entries(at, events, path, depth + 1)

    def _refuse_decoration(self, event: yaml.ScalarEvent, at: Place, path: Path) -> None:
        if event.anchor is not None:
            self.problems.add(
                at, path, f"anchors (&name) are not supported; {_IN_QUOTES.format('&')}", Code.ALIAS
            )
        if event.tag is not None:
            self.problems.add(at, path, f"tags (!name) are not supported; {_IN_QUOTES.format('!')}", Code.TAG)

    def _skip(self, events: Iterator[yaml.Event], at: Place, path: Path) -> None:
        """Skip a list or a map that is nested too deep."""
        self.problems.add(at, path, _TOO_NESTED, Code.DEPTH)
        depth = 1
        while depth:
            event = next(events)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise _TooDeep
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1

    def _items(self, at: Place, events: Iterator[yaml.Event], path: Path, depth: int) -> Items:
        nodes: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            nodes.append(self.node(event, events, (*path, len(nodes)), depth))
        return Items(at, tuple(nodes))

    def _entries(self, at: Place, events: Iterator[yaml.Event], path: Path, depth: int) -> Entries | Hole:
        pairs: dict[str, Pair] = {}
        is_braces = False
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            is_braces = is_braces or isinstance(event, yaml.MappingStartEvent)
            pair = self._pair(event, events, path, depth)
            if pair is None:
                continue
            if pair.key in pairs:
                is_list = isinstance(pair.value, Items) and isinstance(pairs[pair.key].value, Items)
                hint = ": write the entries of both in one list" if is_list else ""
                text = f'duplicate key "{shown(pair.key)}"{hint}'
                self.problems.add(pair.at, path, text, Code.KEY_DUPLICATE)
            else:
                pairs[pair.key] = pair
        return Hole(at) if is_braces else Entries(at, tuple(pairs.values()))

    def _pair(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path, depth: int) -> Pair | None:
        key = self.node(event, events, path, depth)
        merge = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
        name = key.value if isinstance(key, Scalar) and isinstance(key.value, str) and not merge else None
        value = self.node(next(events), events, (*path, name or "?"), depth)
        if merge:
            self.problems.add(key.at, path, "merge keys (<<) are not supported", Code.MERGE)
        elif name is None and not isinstance(key, Hole):
            self.problems.add(key.at, path, _key_fault(event), Code.KEY_TYPE)
        return None if name is None else Pair(key.at, name, value)


def _key_fault(event: yaml.Event) -> str:
    if isinstance(event, yaml.MappingStartEvent):
        return '{{...}} is not a variable: write "${name}", in quotes'
    return "a key must be text: put it in quotes"


def map_scalars(node: Node, change: Callable[[Path, Scalar], Node], path: Path = ()) -> Node:
    """Tree with each scalar replaced by the result of `change`."""
    match node:
        case Scalar():
            return change(path, node)
        case Items(at, nodes):
            return Items(at, tuple(map_scalars(n, change, (*path, i)) for i, n in enumerate(nodes)))
        case Entries(at, pairs):
            changed = (Pair(p.at, p.key, map_scalars(p.value, change, (*path, p.key))) for p in pairs)
            return Entries(at, tuple(changed))
        case Hole():
            return node
        case _:
            assert_never(node)


def places_of(node: Node) -> dict[Path, Place]:
    """Place of each path in a tree: of its key, or in a list of the value itself."""
    places: dict[Path, Place] = {(): node.at}
    _note_places(node, (), places)
    return places


def _note_places(node: Node, path: Path, places: dict[Path, Place]) -> None:
    if isinstance(node, Items):
        for index, item in enumerate(node.nodes):
            places[*path, index] = item.at
            _note_places(item, (*path, index), places)
    elif isinstance(node, Entries):
        for pair in node.pairs:
            inner = (*path, pair.key)
            places[inner] = pair.value.at if isinstance(pair.value, Scalar) else pair.at
            _note_places(pair.value, inner, places)
