"""Names of participants, tools and points in a file's tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialogue.scenario.key_aliases import MEANT
from trialogue.scenario.own_names import EXAMPLES, OTHERS, OwnNames
from trialogue.scenario.own_values import NAME
from trialogue.scenario.schema import Clock
from trialogue.scenario.tree import Entries, Items, Node, Scalar
from trialogue.scenario.vocabulary import PERSONS, Seat


def names_in(tree: Node) -> OwnNames:
    """Names of a document, as far as they are valid."""
    cast = tree.find("cast") if isinstance(tree, Entries) else None
    pairs = cast.pairs if isinstance(cast, Entries) else ()
    roles = {pair.key: _role(pair.value) for pair in pairs if NAME.fullmatch(pair.key)}
    tools = tree.find("tools") if isinstance(tree, Entries) else None
    agenda = tree.find("agenda") if isinstance(tree, Entries) else None
    points = agenda.nodes if isinstance(agenda, Items) else ()
    ids = (_text(each.find("id")) for each in points if isinstance(each, Entries))
    return OwnNames(
        agents=(*_with(roles, Seat.SPEAKER), *_with(roles, Seat.OBSERVER)),
        chairs=_with(roles, Seat.CHAIR),
        people=_with(roles, Seat.HUMAN),
        tools=tuple(p.key for p in tools.pairs if NAME.fullmatch(p.key))
        if isinstance(tools, Entries)
        else (),
        points=tuple(each for each in ids if NAME.fullmatch(each)),
        is_virtual=_text(_find(tree, "run", "clock")) == Clock.VIRTUAL.value,
        via=_text(_find(tree, "defaults", "agent", "via")),
        written=frozenset((*EXAMPLES, *OTHERS)).intersection(_texts(tree)),
    )


def _with(roles: Mapping[str, Seat], role: Seat) -> tuple[str, ...]:
    return tuple(name for name, each in roles.items() if each is role)


def _role(seat: Node) -> Seat:
    """Role of a seat, also where another word for the same was written."""
    if not isinstance(seat, Entries):
        return Seat.SPEAKER
    via = seat.find("via")
    is_person = _text(via) in PERSONS or (isinstance(via, Entries) and via.find("clips") is not None)
    word = _text(seat.find("role")).casefold()
    meant = next((role for role in Seat if role.value in {word, *MEANT.get(word, ())}), Seat.SPEAKER)
    return Seat.HUMAN if is_person else meant


def _find(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.find(key) if isinstance(node, Entries) else None
    return node


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Scalar(value=str() as text):
            yield text
        case Items(nodes=nodes):
            for each in nodes:
                yield from _texts(each)
        case Entries(pairs=pairs):
            for pair in pairs:
                yield pair.key
                yield from _texts(pair.value)
        case _:
            pass
