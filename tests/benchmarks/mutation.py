"""How many small faults of a package its tests notice: every mutant, tried in a fork.

    mutation.py [--of PACKAGE] [--only KIND,...] [--sample COUNT [--seed NUMBER]] [MODULE...]
    mutation.py [--of PACKAGE] --again FILE

The package is `brain`, or another that has a folder of tests by its name.

1. A mutant is one change: a comparison turned round, or moved by its boundary; `and` for `or`; `not` left
   out; a truth value turned round; a number one higher; `+` for `-`; a statement left out.
2. A mutant in a function is tried by the tests that reach its statement, the shortest first: pytest has
   collected them, a fork puts the changed code into the function and runs them until one fails. Others are
   imported changed, and tried by all tests.
3. A test that crashes, takes `CPU_S` of computing by itself, or waits for what does not come, has noticed the
   mutant too: a fork hangs that wanted next to no core for `IDLE_S` (`tests/process/hanging.py`).
4. Of the brain, the machine of any order is not asked: what it notices, it notices by luck.
5. What no playbook of the brain notices is tried by the first `WORLDS` random meetings of `tests/witness`,
   which are tests of every run, too: the same promises to a user, checked after each event. They are counted
   apart.
6. What cannot be noticed stands in `EQUIVALENT`, with its reason, and is not counted.

7. `--sample` tries so many, drawn at random, and gives the share that is noticed with its 95 % interval.
8. `--again` tries those alone that survived in an earlier run, by what that printed.

It prints what survived, and a table. One core: an hour or more for all of them, where nothing else runs.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib.abc
import importlib.machinery
import inspect
import math
import os
import pickle
import random
import re
import resource
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import hypothesis
import pytest
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1] / "process"))

from hanging import LOOK_S, Wants, wanted_by_thread

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "trialogue"
TESTS = ROOT / "tests"
sys.path[:0] = [str(ROOT / "src"), str(TESTS / "witness")]  # this checkout's, whichever is installed

WORLDS = 100
"""How many random meetings a mutant is tried by that no playbook noticed."""

START_S, CPU_S = 20, 5
"""Computing that a fork may take to begin, and for each test, in seconds: then it spins, which is noticed."""

IDLE_S = 10.0
"""Seconds in which a fork that waits for what does not come wanted next to no core."""

MEMORY_BYTES = 8 << 30
"""Most address space of a fork: what grows without end is noticed before the machine has no memory left."""

SHOWN = 100
"""After how many mutants the share so far is printed."""

UNTRIED = 99
"""How a fork ends in which the mutant could not be put in place."""

TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
"""Comparisons turned round."""

MOVED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
"""Comparisons moved by their boundary."""

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
"""Operators for one another."""

EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "brain/course/cost.py:cost_of",
        "number",
        "(Meter(plan), 0.0)",
    ): "without records nothing has begun to cost",
    (
        "brain/course/course.py:sleep",
        "number",
        "max(0.0, for_s)",
    ): "what stands still for less than five seconds is not told of",
    (
        "brain/course/ending.py:warn_box",
        "operator",
        "item is None or item.warn_s is None",
    ): "its deadline stands for a point with a warning only",
    (
        "brain/course/ending.py:warn_box",
        "statement",
        "return",
    ): "its deadline stands for a point with a warning only",
    (
        "brain/course/ending.py:use_up_money",
        "operator",
        "o.plan.limits.cost_usd or 0.0",
    ): "its deadline stands where there is a limit",
    (
        "brain/course/ending.py:use_up_money",
        "number",
        "o.plan.limits.cost_usd or 0.0",
    ): "its deadline stands where there is a limit",
    (
        "brain/deadlines.py:difference",
        "boundary",
        "abs(self._told[name] - at) > MOVED_S",
    ): "no deadline moves by that much to the bit",
    (
        "brain/floor/view.py:sums",
        "statement",
        "return self.tally",
    ): "the sums are reckoned anew where none are at hand",
    (
        "brain/seats/people.py:home",
        "boundary",
        "each.begin_s <= now",
    ): "no words come at the very moment at which speech begins",
    (
        "brain/turn/attribution.py:is_sure",
        "boundary",
        "summed((stretch.length(o.now) for stretch in stretches)) >= SURE_S",
    ): "no speech is of that length to the bit",
    (
        "brain/turn/listening.py:_heard",
        "statement",
        "o.utterances.forget(spoken)",
    ): "all its words are told: it is forgotten so that memory stays small",
    (
        "brain/turn/taking.py:_begin_agent",
        "statement",
        "return turn",
    ): "only a person's turn is asked for by whoever grants it",
    (
        "brain/turn/taking.py:close",
        "statement",
        "turn.take(AgentFact.SOUND_ENDED if cause in _WELL else AgentFact.ENDED_EARLY)",
    ): "a turn that is over is asked nothing more: its last step is its table's",
    (
        "brain/turn/taking.py:close",
        "statement",
        "turn.take(PersonFact.OVER if cause in _WELL else PersonFact.ENDED_EARLY)",
    ): "a turn that is over is asked nothing more: its last step is its table's",
    (
        "brain/turn/taking.py:grant_over",
        "statement",
        "raise LocalProtocolError('only people take the floor by speaking')",
    ): "only people are handed to it",
}
"""Mutants that nobody could notice: where, what kind, and what they change, with the reason."""


@frozen
class Subject:
    """A package, and what tries its mutants."""

    folder: Path
    """Its modules."""

    tests: tuple[str, ...]
    """The files of its tests."""

    has_worlds: bool
    """Whether random meetings try what those do not notice."""


def subject_of(name: str) -> Subject:
    """A package by its name, with the tests of its folder; the brain has people's, too."""
    found = sorted((TESTS / name).glob("test_*.py"))
    if name == "brain":
        found = [path for path in found if path.stem != "test_any_order"]
        found.append(TESTS / "people" / "test_people_brain.py")
    return Subject(PACKAGE / name, tuple(map(str, found)), has_worlds=name == "brain")


@frozen
class Mutant:
    """One change."""

    path: Path
    """The module."""

    number: int
    """Its place among the module's."""

    kind: str
    """What kind of change."""

    lines: range
    """The lines of its statement."""

    within: str
    """The function or class that it is in."""

    what: str
    """What is changed, as text."""

    is_inside: bool
    """Whether it is in a function's body: it can be put into a module that is imported already."""

    @property
    def module(self) -> str:
        """The module's name within `trialogue`."""
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def reason(self) -> str | None:
        """Why nobody could notice it; None where somebody can."""
        return EQUIVALENT.get((f"{self.module}:{self.within}", self.kind, self.what))


Change = tuple[str, ast.AST, Callable[[], None]]
"""A kind, what is changed, and how."""


# --- what can be changed -----------------------------------------------------------------------------------


def _changes(tree: ast.Module) -> Iterator[tuple[Change, ast.stmt, bool]]:
    """Every change of a module, with its statement, and whether it is inside a function."""
    yield from _in_statements(tree.body, inside=False)


def _in_statements(
    body: list[ast.stmt], *, inside: bool, last: ast.stmt | None = None
) -> Iterator[tuple[Change, ast.stmt, bool]]:
    for place, statement in enumerate(body):
        if inside and _can_go(statement, last):
            yield ("statement", statement, _putting(body, place, ast.Pass())), statement, inside
        is_function = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        for field, value in ast.iter_fields(statement):
            if field in {"annotation", "returns"}:
                continue
            within = inside or (is_function and field == "body")
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                end = value[-1] if is_function else last
                yield from _in_statements(value, inside=within, last=end)
            elif field == "cases":
                for case in value:
                    yield from ((c, statement, inside) for c in _in_field(case, "guard"))
                    yield from _in_statements(case.body, inside=within)
            elif field == "handlers":
                for handler in value:
                    yield from _in_statements(handler.body, inside=within)
            else:
                yield from ((change, statement, inside) for change in _in_field(statement, field))


def _can_go(statement: ast.stmt, last: ast.stmt | None) -> bool:
    """Whether leaving a statement out is a fault.

    It is none for docstrings and for arms that no value reaches. Behind a function's last `return`, of None
    or False, comes nothing but None: only the type checker sees a difference.
    """
    if isinstance(statement, ast.Expr):
        is_never = isinstance(statement.value, ast.Call) and "assert_never" in ast.unparse(statement.value)
        return not isinstance(statement.value, ast.Constant) and not is_never
    if isinstance(statement, ast.Return) and statement is last:
        is_none = statement.value is None or isinstance(statement.value, ast.Constant)
        return not (is_none and not getattr(statement.value, "value", None))
    return isinstance(
        statement, ast.Assign | ast.AugAssign | ast.Return | ast.Delete | ast.Raise | ast.Continue | ast.Break
    ) or (isinstance(statement, ast.AnnAssign) and statement.value is not None)


def _in_field(node: ast.AST, field: str) -> Iterator[Change]:
    """Changes of expressions below a field of a node."""
    value = getattr(node, field)
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _of(item, node, _putter(value, place))
    elif isinstance(value, ast.AST) or (field == "value" and isinstance(node, ast.Constant)):
        yield from _of(value, node, _setter(node, field))


def _of(item: object, parent: ast.AST, put: Callable[[ast.AST], Callable[[], None]]) -> Iterator[Change]:
    if not isinstance(item, ast.AST):
        return
    for kind, table in (("turned", TURNED), ("boundary", MOVED), ("operator", SWAPPED)):
        other = table.get(type(item))
        if other is not None:
            yield kind, parent, put(other())
    if isinstance(item, ast.UnaryOp) and isinstance(item.op, ast.Not):
        yield "not", item, put(item.operand)
    if isinstance(item, ast.Constant) and isinstance(item.value, bool):
        yield "truth", parent, put(ast.Constant(not item.value))
    elif isinstance(item, ast.Constant) and isinstance(item.value, int | float):
        yield "number", parent, put(ast.Constant(item.value + 1))
    for field in item._fields:
        if field != "annotation" and not isinstance(item, ast.Constant):
            yield from _in_field(item, field)


def _setter(node: ast.AST, field: str) -> Callable[[ast.AST], Callable[[], None]]:
    return lambda new: lambda: setattr(node, field, new)


def _putter(items: list[Any], place: int) -> Callable[[ast.AST], Callable[[], None]]:
    return lambda new: _putting(items, place, new)


def _putting(items: list[Any], place: int, new: ast.AST) -> Callable[[], None]:
    return lambda: items.__setitem__(place, new)


def _within(tree: ast.Module, statement: ast.stmt) -> str:
    """The name of the innermost function or class around a statement."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.lineno <= statement.lineno <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a module."""
    found = []
    tree = ast.parse(path.read_text())
    for number, ((kind, node, _), statement, inside) in enumerate(_changes(tree)):
        body = getattr(statement, "body", None)
        last = body[0].lineno - 1 if isinstance(body, list) and not inside else statement.end_lineno
        if isinstance(body, list) and inside:
            last = max(statement.lineno, body[0].lineno - 1)
        lines = range(statement.lineno, (last or statement.lineno) + 1)
        what = ast.unparse(node).replace("\n", " ")[:150]
        found.append(Mutant(path, number, kind, lines, _within(tree, statement), what, inside))
    return found


def changed(mutant: Mutant) -> CodeType:
    """The module's code with the change made; functions keep their lines."""
    tree = ast.parse(mutant.path.read_text())
    for number, ((_, _, change), _, _) in enumerate(_changes(tree)):
        if number == mutant.number:
            place = ast.Pass(lineno=mutant.lines.start, col_offset=0)
            change()
            for node in ast.walk(tree):
                if hasattr(node, "lineno") or "lineno" in node._attributes:
                    ast.copy_location(node, node if hasattr(node, "lineno") else place)
            ast.fix_missing_locations(tree)
            break
    return compile(tree, str(mutant.path), "exec")


# --- trying it ---------------------------------------------------------------------------------------------


class Untried(Exception):
    """A mutant could not be put in place."""


def in_fork(work: Callable[[], bool]) -> bool:
    """What `work` says in a process of its own; True where that dies, spins or hangs."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        Examples.is_forked = True
        allow(START_S)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        code = UNTRIED
        try:
            code = int(work())
        finally:
            os._exit(code)
    end_where_idle(child)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == UNTRIED:
        raise Untried
    return status != 0


def end_where_idle(child: int) -> None:
    """Wait until a fork has ended, and kill one that hangs: a busy machine makes it slow, not idle."""
    wants, running = Wants(time.monotonic(), hung_s=IDLE_S), os.pidfd_open(child)
    try:
        while not select.select([running], [], [], LOOK_S)[0]:
            if wants.is_hung(time.monotonic(), dict(wanted_by_thread(child))):
                os.kill(child, signal.SIGKILL)
                return
    finally:
        os.close(running)


def allow(more_s: int) -> None:
    """Let this process compute for so many seconds more; then it is killed."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(spent.ru_utime + spent.ru_stime) + more_s
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The outermost functions of a module's code, those of its classes among them."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            is_function = inner.co_flags & inspect.CO_NEWLOCALS  # else it is a class's body
            yield from (inner,) if is_function else _functions(inner)


def functions_of(folder: Path) -> dict[tuple[str, str, int], list[FunctionType]]:
    """All functions there are of modules below a folder, by file, name and line."""
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename.startswith(str(folder)):
            code = function.__code__
            found.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(function)
    return found


def _put_in(mutant: Mutant, known: dict[tuple[str, str, int], list[FunctionType]]) -> None:
    """Put the changed function into the module that is imported."""
    old = compile(mutant.path.read_text(), str(mutant.path), "exec")
    for code, other in zip(_functions(old), _functions(changed(mutant)), strict=True):
        if code != other:
            for function in known[str(mutant.path), code.co_qualname, code.co_firstlineno]:
                function.__code__ = other


def caches() -> list[Any]:
    """All functions of the package that remember their answers."""
    found = [thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper)]
    return [cached for cached in found if cached.__module__.startswith("trialogue.")]


class Examples:
    """A pytest plugin: Hypothesis takes the same examples, shrinks none; a fork's tests may not spin."""

    is_forked = False
    """Whether this process tries a mutant."""

    def pytest_runtest_setup(self) -> None:
        """Give the test its time."""
        if self.is_forked:
            allow(CPU_S)

    def pytest_configure(self) -> None:
        """Load the settings, after those of the tests' own."""
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "mutation", derandomize=True, deadline=None, database=None, phases=phases
        )
        hypothesis.settings.load_profile("mutation")


class Trial:
    """A pytest plugin: collects once, sees which test reaches which line, then tries every mutant."""

    def __init__(self, subject: Subject, mutants: list[Mutant], tally: Tally) -> None:
        self.subject = subject
        self.mutants = mutants
        self.tally = tally
        self.reached: dict[tuple[str, int], set[str]] = {}
        self.took_s: dict[int, float] = {}
        self.unreached: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once, then some for every mutant."""
        measured = coverage.Coverage(
            data_file=None, source=[str(self.subject.folder)], branch=False, config_file=False
        )
        gc.unfreeze()  # conftest froze what was loaded, and the collector does not tell of that
        remembering = caches()
        measured.start()
        for place, item in enumerate(session.items):
            for cached in remembering:
                cached.cache_clear()  # so that each test reaches what it asks
            measured.switch_context(str(place))
            began = time.process_time()
            if _fails(session, [item]):
                raise pytest.UsageError(f"fails without a mutant: {item.nodeid}")
            self.took_s[place] = time.process_time() - began
        measured.stop()
        for cached in remembering:
            cached.cache_clear()
        self._note(measured)
        if in_fork(lambda: _fails(session, session.items)):
            raise pytest.UsageError("fails the second time, without a mutant")
        if self.subject.has_worlds:
            if in_fork(_worlds_notice):
                raise pytest.UsageError("a world fails without a mutant")
            import worlds  # noqa: F401 - forks need not load it
        known = functions_of(self.subject.folder)
        gc.freeze()
        for mutant in self.mutants:
            reached = set().union(*(self.reached.get((str(mutant.path), at), ()) for at in mutant.lines))
            places = sorted(map(int, reached), key=lambda place: self.took_s[place])
            items = [session.items[place] for place in places]
            if not items:  # it runs when its module is imported, if ever
                self.unreached.append(mutant)
                continue

            def work(mutant: Mutant = mutant, items: list[pytest.Item] = items) -> bool:
                _put_in(mutant, known)
                return _fails(session, items)

            def live(mutant: Mutant = mutant) -> bool:
                _put_in(mutant, known)
                return _worlds_notice()

            try:
                self.tally.note(mutant, _outcome(work, live if self.subject.has_worlds else None))
            except Untried:  # a function that closes over something keeps what it closes over
                self.unreached.append(mutant)
        return True

    def _note(self, measured: coverage.Coverage) -> None:
        found = measured.get_data()
        for path in found.measured_files():
            for line, places in found.contexts_by_lineno(path).items():
                self.reached[path, line] = {place for place in places if place}


def _outcome(work: Callable[[], bool], live: Callable[[], bool] | None) -> str:
    """What came of a mutant: the tests noticed it, or else random meetings, where there are any."""
    if in_fork(work):
        return "noticed"
    return "lived" if live is not None and in_fork(live) else "survived"


def _worlds_notice() -> bool:
    """Whether a promise is broken in the first random meetings."""
    from worlds import try_worlds  # where a mutant is imported, it must be that one

    def fails(first: int) -> bool:
        allow(CPU_S)
        return bool(try_worlds(first, 10).faults)

    return any(fails(first) for first in range(0, WORLDS, 10))


def _fails(session: pytest.Session, items: list[pytest.Item]) -> bool:
    """Whether one of these tests fails; stops at the first."""
    for item in items:
        session.testsfailed = 0
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if session.testsfailed:
            return True
    return False


class _Changed(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Imports one module with a change in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        name = mutant.path.relative_to(ROOT / "src").with_suffix("").as_posix().replace("/", ".")
        self.name = name.removesuffix(".__init__")

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Say where the module comes from."""
        if name != self.name:
            return None
        spec = importlib.machinery.ModuleSpec(name, self, origin=str(self.mutant.path))
        spec.has_location = True
        if self.mutant.path.stem == "__init__":
            spec.submodule_search_locations = [str(self.mutant.path.parent)]
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(changed(self.mutant), module.__dict__)


ARGUMENTS = ["-q", "-x", "-p", "no:cacheprovider", "-o", "timeout=0", "--no-header", "--rootdir", str(ROOT)]
ARGUMENTS += ["--assert=plain"]  # else pytest's own loader comes before one that changes a module


def try_imported(subject: Subject, mutant: Mutant | None) -> str:
    """What notices a mutant that is there when its module is imported; None for no mutant."""

    def imports() -> None:
        if mutant is not None:
            sys.meta_path.insert(0, _Changed(mutant))

    def play() -> bool:
        imports()
        return pytest.main([*ARGUMENTS, *subject.tests], plugins=[Examples()]) != 0

    def live() -> bool:
        imports()
        return _worlds_notice()

    return _outcome(play, live if subject.has_worlds else None)


def try_inside(subject: Subject, mutants: list[Mutant], tally: Tally) -> list[Mutant]:
    """Try what can be changed behind the import; those that no test reaches, which the import alone may run.

    All of it happens in a process of its own, so that this one has imported nothing of the package.
    """
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        trial = Trial(subject, mutants, tally)
        code = pytest.main([*ARGUMENTS, "--capture=no", *subject.tests], plugins=[Examples(), trial])
        with os.fdopen(writes, "wb") as told:
            pickle.dump((tally.counted, trial.unreached), told)
        os._exit(int(code))
    os.close(writes)
    with os.fdopen(reads, "rb") as heard:
        tally.counted, unreached = pickle.load(heard)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit("the tests fail without a mutant")
    found: list[Mutant] = unreached
    return found


class Tally:
    """What became of all mutants, by module and by kind."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str]] = Counter()

    def note(self, mutant: Mutant, outcome: str) -> None:
        """Count one; print it where it survived."""
        for row in (mutant.module, f"({mutant.kind})", "all"):
            self.counted[row, outcome] += 1
        if outcome == "survived":
            where = f"{mutant.module}:{mutant.lines.start} {mutant.within}"
            print(f"survived {where}: {mutant.what}  [{mutant.kind}]", flush=True)
        if sum(count for (row, _), count in self.counted.items() if row == "all") % SHOWN == 0:
            self.print_share()

    def print_table(self) -> None:
        """Print a row a module and a row a kind."""
        print("| mutants of | tried | by tests | by worlds | % | not noticeable |")
        print("|---|---|---|---|---|---|")
        for row in sorted({row for row, _ in self.counted}):
            noticed, lived, survived, equivalent = (
                self.counted[row, outcome] for outcome in ("noticed", "lived", "survived", "equivalent")
            )
            tried = noticed + lived + survived
            rate = 100 * (noticed + lived) / max(tried, 1)
            print(f"| {row} | {tried} | {noticed} | {lived} | {rate:.1f} | {equivalent} |")

    def print_share(self) -> None:
        """Print what share is noticed of those that were tried: a sample says so of all, in Wilson's 95 %."""
        noticed = self.counted["all", "noticed"] + self.counted["all", "lived"]
        count, z = max(noticed + self.counted["all", "survived"], 1), 1.96
        share = noticed / count
        middle = (share + z * z / (2 * count)) / (1 + z * z / count)
        apart = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
        print(f"noticed: {share:.1%} of {count}, {middle - apart:.1%} to {middle + apart:.1%}", flush=True)


def mutants_in(folder: Path) -> list[Mutant]:
    """All mutants of a package."""
    return [mutant for path in sorted(folder.rglob("*.py")) for mutant in mutants_of(path)]


def gone(package: str, every: Iterable[Mutant]) -> list[tuple[str, str, str]]:
    """Entries of the list without effect whose line is no longer in the source."""
    listed = {key for key in EQUIVALENT if key[0].startswith(f"{package}/")}
    return sorted(listed - {(f"{m.module}:{m.within}", m.kind, m.what) for m in every})


def wanted(subject: Subject, asked: argparse.Namespace) -> list[Mutant]:
    """The mutants that are asked for."""
    every = mutants_in(subject.folder)
    if unknown := gone(subject.folder.name, every):
        sys.exit(f"no such mutants: {unknown}")
    kinds = set(filter(None, asked.only.split(",")))
    found = [
        mutant
        for mutant in every
        if (not asked.modules or mutant.path.stem in asked.modules) and (not kinds or mutant.kind in kinds)
    ]
    if asked.again:
        lines = {line.removeprefix(".").strip(". ") for line in asked.again.read_text().splitlines()}
        return [mutant for mutant in found if any(_is_told(mutant, line) for line in lines)]
    if asked.sample:
        return random.Random(asked.seed).sample(found, min(asked.sample, len(found)))
    return found


def _is_told(mutant: Mutant, line: str) -> bool:
    """Whether a line of an earlier run says that this mutant survived; lines may have moved since."""
    told = re.fullmatch(r"survived ([^:]+):\d+ (\w*): (.*)  \[(\w+)\]", line)
    return told is not None and told.groups() == (mutant.module, mutant.within, mutant.what, mutant.kind)


def main() -> None:
    """Try the mutants that are asked for; print the survivors and the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--of", default="brain")
    parser.add_argument("--only", default="")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path)
    asked = parser.parse_args()
    subject = subject_of(asked.of)
    if not subject.tests:
        sys.exit(f"no tests of {asked.of}")
    if try_imported(subject, None) != "survived":
        sys.exit("the tests fail without a mutant")
    tally, inside, imported = Tally(), list[Mutant](), list[Mutant]()
    for mutant in wanted(subject, asked):
        if mutant.reason is not None:
            tally.note(mutant, "equivalent")
        else:
            (inside if mutant.is_inside else imported).append(mutant)
    imported += try_inside(subject, inside, tally)
    for mutant in imported:
        tally.note(mutant, try_imported(subject, mutant))
    tally.print_table()
    tally.print_share()


if __name__ == "__main__":
    main()
