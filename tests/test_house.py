"""The house style, as far as a script can hold us to it. Exceptions stand here with their reason."""

import ast
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "trialogue"
MODULE_LINES = 400
FUNCTION_LINES = 40
POSITIONAL = 4

LONG_MODULES = {
    "model/commands.py": "one closed union: every order there is, in one place to read",
    "model/events.py": "one closed union: every fact there is, in one place to read",
}
LONG_FUNCTIONS: dict[str, str] = {}
MANY_POSITIONAL: dict[str, str] = {}

MODULES = sorted(SOURCE.rglob("*.py"))


def name_of(path):
    return path.relative_to(SOURCE).as_posix()


@cache
def nodes():
    """The nodes of every module of the source, parsed when a test first asks: not each worker runs one."""
    return {path: [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))] for path in MODULES}


def functions_of(path):
    for node in nodes()[path]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}:{node.name}", node


@cache
def functions():
    """Every function of the source."""
    return [each for path in MODULES for each in functions_of(path)]


def test_modules_have_one_subject():
    """A module stops at 400 lines."""
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    long = {name: count for name, count in lines.items() if count > MODULE_LINES}
    assert set(long) <= set(LONG_MODULES), long


def test_functions_fit_on_a_screen():
    """A function stops at 40 lines."""
    lines = [(name, (node.end_lineno or node.lineno) - node.lineno + 1) for name, node in functions()]
    assert [each for each in lines if each[1] > FUNCTION_LINES and each[0] not in LONG_FUNCTIONS] == []


def test_arguments_have_names():
    """A function takes at most four things by position."""
    positional = [
        (name, sum(each.arg not in ("self", "cls") for each in (*node.args.posonlyargs, *node.args.args)))
        for name, node in functions()
    ]
    assert [each for each in positional if each[1] > POSITIONAL and each[0] not in MANY_POSITIONAL] == []


def test_exceptions_are_still_needed():
    """An exception that nothing needs any more is deleted."""
    lengths = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert all(lengths.get(name, 0) > MODULE_LINES for name in LONG_MODULES)
    known = {name for name, _ in functions()}
    assert set(LONG_FUNCTIONS) | set(MANY_POSITIONAL) <= known


def test_nothing_unfinished():
    """No marks of what somebody will do later."""
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for mark in ("TODO", "FIXME", "XXX", "NotImplementedError"):
            assert mark not in text, f"{name_of(path)}: {mark}"


def test_only_the_command_line_prints():
    """Everybody else reports events, returns values, or writes diagnostics."""
    for path in MODULES:
        if name_of(path).startswith("cli/"):
            continue
        for node in nodes()[path]:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{name_of(path)}:{node.lineno}"


BRAIN = sorted((SOURCE / "brain").rglob("*.py"))


def fields_of(tree):
    """The names that the classes of a module have as fields, and set on themselves."""
    for each in ast.walk(tree):
        if isinstance(each, ast.ClassDef):
            yield from (
                node.target.id
                for node in each.body
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
            )


CHANGING = frozenset(
    (
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    )
)
"""Methods of lists, sets and mappings that change what they hold."""


def containers_of(tree):
    """The fields of a module's classes that hold many: a list, a set, a mapping."""
    kinds = ("list[", "dict[", "set[", "deque[", "defaultdict[", "Counter[")
    for each in ast.walk(tree):
        if isinstance(each, ast.ClassDef):
            for node in each.body:
                if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith(kinds):
                    yield node.target.id


def is_foreign(node):
    """Whether this is an attribute of something that is not `self`."""
    return isinstance(node, ast.Attribute) and not (
        isinstance(node.value, ast.Name) and node.value.id == "self"
    )


def changed_inside(tree, containers):
    """Each field of something that is not `self` in which a module changes what it holds: name and line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGING:
            changed = node.func.value
        else:
            continue
        if is_foreign(changed) and changed.attr in containers:
            yield changed.attr, node.lineno


def written_to(tree):
    """Each attribute that a module writes of something that is not `self`: its name and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"setattr", "delattr"}:
            yield ast.unparse(node.args[1]), node.lineno
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        for target in (part for whole in targets if whole is not None for part in ast.walk(whole)):
            if is_foreign(target) and isinstance(target.ctx, ast.Store | ast.Del):
                yield target.attr, target.lineno


@cache
def containers():
    """The fields of all the brain's classes that hold many."""
    return {each for path in BRAIN for each in containers_of(ast.parse(path.read_text(encoding="utf-8")))}


def test_no_module_of_the_brain_writes_anothers_state():
    """What is written of another object is a field of a class of the same module."""
    foreign = []
    for path in BRAIN:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = set(fields_of(tree))
        written = (*written_to(tree), *changed_inside(tree, containers()))
        foreign += [
            f"{name_of(path)}:{line} {attribute}" for attribute, line in written if attribute not in own
        ]
    assert foreign == []


def test_the_test_of_owners_can_fail():
    """A foreign field is found, however it is written."""
    for line in ("o.turns.current = None", "turn.state, x = 1, 2", "call.count += 1", "del turn.reply"):
        assert list(written_to(ast.parse(line))), line
    assert list(written_to(ast.parse("setattr(turn, 'state', None)")))
    assert not list(written_to(ast.parse("self.state = other.state")))


def test_the_test_of_owners_looks_into_containers():
    """A foreign list or mapping that is changed is found; one's own, and an owner's own method, is not."""
    for line in (
        "turn.following.append(3)",
        "o.out.clear()",
        "del turn.following[0]",
        "person.typed[0] = ''",
    ):
        assert list(changed_inside(ast.parse(line), containers())), line
    for line in ("self.out.clear()", "o.replies.discard(name)", "words = turn.following[0]"):
        assert not list(changed_inside(ast.parse(line), containers())), line


MIRRORS = ("aio", "blocking", "compat")
"""Where a class may have the name of the one that it wraps for other programs."""


def test_no_class_name_stands_for_two_things():
    """Whoever searches for a public class finds one."""
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for node in nodes()[path][0].body:
            if not isinstance(node, ast.ClassDef) or name_of(path).startswith(MIRRORS):
                continue
            if not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name_of(path))
    assert not {name: places for name, places in homes.items() if len(places) > 1}
