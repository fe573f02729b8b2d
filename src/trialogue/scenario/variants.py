"""Variants of a file: profiles change a scenario, a matrix turns it into cells.

1. A profile is a part of a document. Maps merge, key by key; lists and single values replace.
2. An axis of the matrix is a path with its values; a cell has one value of each axis. The first axis varies
   slowest.
3. Both change the tree, before variables and scripts, so values keep their places in the file.
4. A cell is named by its choices, `floor.policy=moderated,run.seed=7`; a map or a list by its number, `#2`.
5. Without `--cell` the file runs as written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from attrs import evolve

from trialogue.arguments import checks_arguments
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Code, Path, Problems, path_text, shown
from trialogue.scenario.schema import Document
from trialogue.scenario.tree import Entries, Hole, Items, Node, Pair, Scalar
from trialogue.services import EMBEDDED
from trialogue.values import frozen

MOST_CELLS = 1_000
"""Most cells of one file."""

_VARYING = frozenset({"profiles", "matrix"})


@frozen
class Cell:
    """Cell of a matrix: one meeting."""

    choices: tuple[tuple[str, str], ...]
    """Value of each axis, by its name, in the file's order."""

    def __str__(self) -> str:
        return ",".join(f"{axis}={value}" for axis, value in self.choices)


@frozen
class Variant:
    """Variant of a file: the profile and the cell to use."""

    profile: str | None = None
    """Profile that is applied."""

    cell: str | None = None
    """Cell, by its name or its number from 1."""

    def __str__(self) -> str:
        options = (("--profile", self.profile), ("--cell", self.cell))
        return " ".join(f"{option} {value}" for option, value in options if value is not None)


AS_IT_STANDS = Variant()
"""File without a profile or a cell."""


@checks_arguments
def cells(document: Document) -> tuple[Cell, ...]:
    """Cells of a document's matrix, in order; empty without a matrix."""
    matrix = document.matrix or {}
    return tuple(_product({axis: [_called(v, n) for n, v in enumerate(vs)] for axis, vs in matrix.items()}))


def variants(document: Document) -> tuple[Variant, ...]:
    """Every other meeting that the file defines: its profiles and its cells."""
    profiles = (Variant(profile=name) for name in document.profiles or {})
    return (*profiles, *(Variant(cell=str(cell)) for cell in cells(document)))


def is_variant_key(path: Path) -> bool:
    """Whether a path is inside `profiles` or `matrix`, which have no effect until applied."""
    return path[:1] != () and path[0] in _VARYING


def vary(root: Node, variant: Variant, problems: Problems) -> Node:
    """The tree with a profile and a cell applied; an unknown one is a problem."""
    if not isinstance(root, Entries):
        return root
    if variant.profile is not None:
        root = _with_profile(root, variant.profile, problems)
    matrix = _matrix(root, problems)
    if variant.cell is None:
        return root
    bare = Entries(root.at, tuple(pair for pair in root.pairs if pair.key != "matrix"))
    return _with_cell(bare, matrix, variant.cell, problems)


# --- profiles -----------------------------------------------------------------------------------------


def _with_profile(root: Entries, name: str, problems: Problems) -> Entries:
    known = root.find("profiles")
    profiles = {pair.key: pair for pair in known.pairs} if isinstance(known, Entries) else {}
    bare = Entries(root.at, tuple(pair for pair in root.pairs if pair.key != "profiles"))
    if name not in profiles:
        there = f"; known profiles: {', '.join(profiles)}" if profiles else "; the file has none"
        hint = did_you_mean(name, profiles) or there
        place = known.at if known is not None else root.at
        problems.add(place, ("profiles",), f'unknown profile "{shown(name)}"{hint}', Code.PROFILE)
        return root
    laid = profiles[name].value
    if not isinstance(laid, Entries):
        return root  # reported where the document is read
    inner = next((pair for pair in laid.pairs if pair.key == "profiles"), None)
    if inner is not None:
        path = ("profiles", name, "profiles")
        problems.add(inner.at, path, "a profile cannot contain profiles", Code.PROFILE)
    return merged(bare, Entries(laid.at, tuple(pair for pair in laid.pairs if pair is not inner)))


def merged(below: Entries, above: Entries) -> Entries:
    """Two maps merged: maps are merged recursively, other values are replaced by the upper map's."""
    laid = {pair.key: pair for pair in above.pairs}
    pairs = [_merged_pair(pair, laid.pop(pair.key)) if pair.key in laid else pair for pair in below.pairs]
    return Entries(below.at, (*pairs, *laid.values()))


def _merged_pair(below: Pair, above: Pair) -> Pair:
    if isinstance(below.value, Entries) and isinstance(above.value, Entries):
        return evolve(below, value=merged(below.value, above.value))
    return above


def scripted(root: Node) -> Node:
    """The tree with `via: {scripted: SCRIPT}` expanded to the embedded server and a `think` with that script.

    A profile uses this form to replace an agent's lines or models by a script.
    """
    cast = (
        next((pair for pair in root.pairs if pair.key == "cast"), None) if isinstance(root, Entries) else None
    )
    if not isinstance(root, Entries) or cast is None or not isinstance(cast.value, Entries):
        return root
    seats = tuple(evolve(pair, value=_scripted_seat(pair.value)) for pair in cast.value.pairs)
    return _with_pair(root, evolve(cast, value=evolve(cast.value, pairs=seats)))


def hidden_by_scripts(root: Node) -> Iterator[tuple[Path, Pair]]:
    """Lines and models beside a script under `via`, which replaces them: in a file that is one meeting."""
    cast = root.find("cast") if isinstance(root, Entries) else None
    for seat in cast.pairs if isinstance(cast, Entries) else ():
        keys = seat.value if isinstance(seat.value, Entries) else None
        via = keys.find("via") if keys is not None else None
        if keys is not None and isinstance(via, Entries) and _keys(via) == ["scripted"]:
            hidden = (pair for pair in keys.pairs if pair.key in {"lines", "think"})
            yield from ((("cast", seat.key, pair.key), pair) for pair in hidden)


def _scripted_seat(seat: Node) -> Node:
    via = (
        next((pair for pair in seat.pairs if pair.key == "via"), None) if isinstance(seat, Entries) else None
    )
    script = via.value.find("scripted") if via is not None and isinstance(via.value, Entries) else None
    if not isinstance(seat, Entries) or via is None or script is None or len(_keys(via.value)) > 1:
        return seat
    place = via.value.at
    provider = Pair(place, "provider", Scalar(place, "scripted"))
    think = Pair(via.at, "think", Entries(place, (provider, Pair(place, "script", script))))
    kept = tuple(pair for pair in seat.pairs if pair.key not in {"lines", "think", "via"})
    return Entries(seat.at, (*kept, Pair(via.at, "via", Scalar(place, EMBEDDED)), think))


def _keys(node: Node) -> list[str]:
    return [pair.key for pair in node.pairs] if isinstance(node, Entries) else []


# --- the matrix ---------------------------------------------------------------------------------------


def _matrix(root: Entries, problems: Problems) -> Mapping[str, tuple[Node, ...]]:
    """Values of each valid axis."""
    node = root.find("matrix")
    axes: dict[str, tuple[Node, ...]] = {}
    for pair in node.pairs if isinstance(node, Entries) else ():
        wrong = _axis_fault(pair)
        if wrong is not None:
            problems.add(pair.at, ("matrix", pair.key), wrong, Code.MATRIX)
        elif isinstance(pair.value, Items):
            axes[pair.key] = pair.value.nodes
    count = prod(len(nodes) for nodes in axes.values())
    if node is not None and count > MOST_CELLS:
        text = f"has {count:,} meetings; the maximum is {MOST_CELLS:,}"
        problems.add(node.at, ("matrix",), text, Code.MATRIX)
        return {}
    return axes


def _axis_fault(pair: Pair) -> str | None:
    steps = pair.key.split(".")
    if not all(steps) or any(character in pair.key for character in "[]=,"):
        return "an axis must be a path of keys such as floor.policy or run.seed"
    if steps[0] in {*_VARYING, "trialogue", "name"}:
        return f'"{steps[0]}" cannot be an axis: it is the same in every cell'
    if isinstance(pair.value, Items):
        if not pair.value.nodes:
            return "is empty: list its values, e.g. [7, 8, 9]"
        names = [_node_called(node, number) for number, node in enumerate(pair.value.nodes)]
        twice = next((name for name in names if names.count(name) > 1), None)
        return None if twice is None else f'lists "{shown(twice)}" twice'
    return None


def _with_cell(
    root: Entries, matrix: Mapping[str, tuple[Node, ...]], wanted: str, problems: Problems
) -> Entries:
    names = {axis: [_node_called(n, i) for i, n in enumerate(nodes)] for axis, nodes in matrix.items()}
    every = list(_product(names))
    cell = _chosen(every, wanted)
    if cell is None:
        known = [str(each) for each in every]
        there = (
            f"; the matrix has {len(every)} cells, the first is {known[0]}"
            if every
            else "; the file has no matrix"
        )
        hint = did_you_mean(wanted, known) or there
        problems.add(root.at, ("matrix",), f'unknown cell "{shown(wanted)}"{hint}', Code.MATRIX)
        return root
    for axis, value in cell.choices:
        node = matrix[axis][names[axis].index(value)]
        root = _set(root, tuple(axis.split(".")), node, problems)
    return root


def _chosen(every: Sequence[Cell], wanted: str) -> Cell | None:
    if wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(every):
        return every[int(wanted[:9]) - 1]
    return next((cell for cell in every if str(cell) == wanted), None)


def _set(root: Entries, path: Path, node: Node, problems: Problems, *, depth: int = 1) -> Entries:
    """The map with a value set at a path; missing maps are created."""
    first = str(path[depth - 1])
    if depth == len(path):
        return _with_pair(root, Pair(node.at, first, node))
    inner = root.find(first)
    if inner is not None and not isinstance(inner, Entries):
        text = f"the matrix has {path_text(path)}, but {path_text(path[:depth])} is not a map"
        problems.add(node.at, path[:depth], text, Code.MATRIX)
        return root
    changed = _set(inner or Entries(node.at, ()), path, node, problems, depth=depth + 1)
    return _with_pair(root, Pair(node.at if inner is None else inner.at, first, changed))


def _with_pair(root: Entries, pair: Pair) -> Entries:
    """The map with one value replaced in place, or added at the end."""
    pairs = tuple(pair if each.key == pair.key else each for each in root.pairs)
    return Entries(root.at, pairs if pair in pairs else (*pairs, pair))


def _product(names: Mapping[str, Sequence[str]]) -> Iterator[Cell]:
    if not names:
        return
    for values in product(*names.values()):
        yield Cell(tuple(zip(names, values, strict=True)))


def _node_called(node: Node, number: int) -> str:
    return _called(node.value if isinstance(node, Scalar) else node, number)


def _called(value: object, number: int) -> str:
    """Form of a value in a cell's name."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str() if value.isprintable() and not set(value) & set(",= ") and 0 < len(value) <= 40:
            return value
        case None:
            return "null"
        case Hole():
            return "?"
        case _:
            return f"#{number + 1}"
