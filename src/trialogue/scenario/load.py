"""Reading of scenarios from files and texts, which reports all faults of a file at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path as FilePath

from attrs import field

from trialogue.arguments import checks_arguments
from trialogue.errors import WrongType
from trialogue.model.kinds import record_of
from trialogue.scenario.binding import Binder, via_of
from trialogue.scenario.checks import Look, SourcePlaces, check_document
from trialogue.scenario.including import Includer, decode, read_text
from trialogue.scenario.names_in_file import names_in
from trialogue.scenario.problem_lines import raise_problems
from trialogue.scenario.problems import Code, Path, Place, Problems
from trialogue.scenario.schema import Document
from trialogue.scenario.tree import Entries, Hole, Node, Pair, Scalar, compose, lines_of, places_of
from trialogue.scenario.variables import substitute
from trialogue.scenario.variants import AS_IT_STANDS, Variant, hidden_by_scripts, scripted, vary
from trialogue.services import EMBEDDED
from trialogue.values import frozen


@frozen
class Scenario:
    """Scenario as written by its author, read and checked; `resolve` makes it ready to run."""

    document: Document
    """Document, with variables replaced and scripts included."""

    places: SourcePlaces = field(repr=False, eq=False)
    """Places of its parts in the source."""

    source: str = field(eq=False)
    """File, as it was named."""

    unread: frozenset[Path] = field(repr=False, eq=False)
    """Paths that could not be read; empty in a scenario that was loaded."""

    @staticmethod
    def build(name: str, cast: Mapping[str, object], **keys: object) -> Scenario:
        """Build a scenario from Python values, with the keys of a scenario file: `floor`, `run`, `tools`, ...

        `cast` maps each participant's name to its keys: `{"ann": {"lines": ["Hello."]}}`. Raises
        `ScenarioError` as `loads` does, and WrongType for a value that is not JSON.
        """
        document = {"trialogue": 1, "name": name, "cast": cast, **keys}
        try:
            text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise WrongType(
                f"a scenario must consist of plain JSON values: {error}", argument="cast"
            ) from None
        return loads(text, source="<scenario>")


@checks_arguments
def load(path: str | FilePath, variant: Variant = AS_IT_STANDS) -> Scenario:
    """Read a scenario file, optionally with a profile or a cell of its matrix applied.

    `ScenarioError` lists all problems, sorted by place, one line each.
    """
    problems = problems_of(path)
    scenario = read_file(FilePath(path), problems, variant)
    raise_problems(problems, str(path))
    assert scenario is not None  # noqa: S101 # nothing is missing where nothing was wrong
    return scenario


@checks_arguments
def loads(text: str | bytes, *, source: str = "<text>", variant: Variant = AS_IT_STANDS) -> Scenario:
    """Read a scenario from a text; it cannot name script files. `ScenarioError` as for `load`."""
    problems = Problems()
    whole = text if isinstance(text, str) else bytes(text)  # any buffer counts as bytes
    scenario = read_scenario(whole, Origin(source, None, variant), problems)
    raise_problems(problems, source)
    assert scenario is not None  # noqa: S101 # nothing is missing where nothing was wrong
    return scenario


def problems_of(source: str | FilePath) -> Problems:
    """Collector for the faults of a file, which takes that of a run as it is.

    What an earlier version wrote, or ran, stays readable: a key without effect is no reason to refuse it.
    """
    file = FilePath(source)
    return Problems(is_of_run=file.name == "scenario.yaml" and (file.parent / "journal.jsonl").is_file())


def read_file(file: FilePath, problems: Problems, variant: Variant = AS_IT_STANDS) -> Scenario | None:
    """Readable parts of a scenario file; faults go to `problems`."""
    text = read_text(file, problems, Hole(Place(str(file), 1, 1)), ())
    return None if text is None else read_scenario(text, Origin(str(file), file.parent, variant), problems)


@frozen
class Origin:
    """Origin of a scenario's text, and which of its meetings to use."""

    source: str
    """File, as it was named."""

    folder: FilePath | None = None
    """Folder of the files that it names; None where it cannot name any."""

    variant: Variant = AS_IT_STANDS
    """Profile and cell that are applied."""


def read_scenario(text: str | bytes, origin: Origin, problems: Problems) -> Scenario | None:
    """Readable parts of a scenario text; faults go to `problems`."""
    source = origin.source
    if isinstance(text, bytes):
        decoded = decode(text, problems, Hole(Place(source, 1, 1)), ())
        if decoded is None:
            return None
        text = decoded
    tree = _faultless(text, source)
    if tree is None:
        tree = compose(text, source, problems)
    problems.read(source, lines_of(text))
    tree = vary(tree, origin.variant, problems)
    problems.know(partial(names_in, tree))
    if origin.variant == AS_IT_STANDS:  # a profile may replace what the file has
        for path, pair in hidden_by_scripts(tree):
            text = "is replaced by the script under via: keep only one of them"
            problems.add(pair.at, path, text, Code.THINK_TWICE)
    tree = substitute(scripted(tree), problems, Includer(origin.folder, problems).change)
    document = _bind(tree, problems)
    if document is None or problems.is_partial:
        return None
    scenario = Scenario(document, SourcePlaces(places_of(tree)), source, problems.paths())
    check_document(Look(document, scenario.places, problems, scenario.unread))
    return scenario


@lru_cache(maxsize=1)
def _faultless(text: str, source: str) -> Node | None:
    """Tree of a text without a fault, kept for the variants of its file; None where there is a fault."""
    problems = Problems()
    tree = compose(text, source, problems)
    return None if problems.found or problems.is_partial else tree


def _bind(tree: Node, problems: Problems) -> Document | None:
    """Document; if its head cannot be read, the rest of it is still checked."""
    via = _shared_via(tree)
    document = Binder(problems, via).bind(record_of(Document), tree, ())
    if not isinstance(document, Document) and isinstance(tree, Entries):
        head = (Pair(tree.at, "trialogue", Scalar(tree.at, 1)), Pair(tree.at, "name", Scalar(tree.at, "x")))
        rest = tuple(pair for pair in tree.pairs if pair.key not in {"trialogue", "name"})
        document = Binder(Problems(), via).bind(record_of(Document), Entries(tree.at, head + rest), ())
    return document if isinstance(document, Document) else None


def _shared_via(tree: Node) -> str:
    """Service that `defaults` sets for all agents."""
    node = tree
    for key in ("defaults", "agent"):
        pairs = node.pairs if isinstance(node, Entries) else ()
        node = next((pair.value for pair in pairs if pair.key == key), node)
    return via_of(node, EMBEDDED) if isinstance(node, Entries) and node is not tree else EMBEDDED
