"""Every public name says what it is: in words, and by an example of how to ask it where one is due."""

import ast
import importlib
import inspect
import re
from functools import cache

import pytest
from public_names import API, SURFACES, members, named

PUBLIC = dict(members())
PROMISES = API.parents[1] / "promises.md"
PROMISED = re.compile(r"^.*`__all__`.*$", re.MULTILINE)


def says(found):
    """Whether something has a docstring of its own: a sentence, and none that attrs or enum has made."""
    words = (inspect.getdoc(found) if inspect.isroutine(found) else vars(found).get("__doc__")) or ""
    return bool(re.match(r"[^\n]+[.:]", words)) and not words.startswith(f"{found.__name__}(")


def parts_of(cls):
    """The public methods and properties of a class, by name, with what has the docstring."""
    for name, member in inspect.getmembers_static(cls):
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        is_public = not name.startswith("_") and inspect.isfunction(function)
        if is_public and function.__module__.startswith("trialogue"):
            yield name, function


def undocumented(name, found):
    """What of a name has no docstring."""
    if not says(found):
        yield name
    if isinstance(found, type):
        yield from (f"{name}.{part}" for part, function in parts_of(found) if not says(function))


def test_every_public_name_says_what_it_is():
    """Every public class, function, method and property has a description."""
    assert len(PUBLIC) > 300
    assert [each for name, found in PUBLIC.items() for each in undocumented(name, found)] == []


def test_the_reference_names_everything_public():
    """Whoever reads `reference/api.md` as a file finds each class and function that promises.md keeps."""
    listed = set(re.findall(r"^ *- `(\w+)", API.read_text(encoding="utf-8"), re.MULTILINE))
    kept = set(re.findall(r"`(trialogue[.\w]*)`", PROMISED.search(PROMISES.read_text(encoding="utf-8"))[0]))
    assert len(kept) > 8
    public = {name for home, name in named() if home in kept and callable(PUBLIC.get(f"{home}.{name}"))}
    assert sorted(public - listed) == []


FIELDS = [name for name, found in PUBLIC.items() if hasattr(found, "__attrs_attrs__")]


@pytest.mark.parametrize("module", SURFACES)
def test_names_of_a_surface_exist(module):
    """`__all__` is in order, names each thing once, and all of it can be had."""
    named = importlib.import_module(module).__all__
    assert len(set(named)) == len(named)
    assert all(hasattr(importlib.import_module(module), name) for name in named)


def test_every_field_of_a_value_says_what_it_holds():
    """A docstring under each, with the unit where the name does not say it."""
    silent = []
    for name in FIELDS:
        cls = PUBLIC[name]
        texts = docs_of_fields(cls)
        silent += [
            f"{name}.{field.name}"
            for field in cls.__attrs_attrs__
            if not field.name.startswith("_") and field.name not in texts and not field.inherited
        ]
    assert silent == []


def docs_of_fields(cls):
    """The fields of a class that have a docstring under them."""
    field = r'^    (\w+): [^\n]*(?:\n {8}[^\n]*|\n    \))*\n    """'
    return set(re.findall(field, sources(cls.__module__)[cls.__name__], flags=re.MULTILINE))


@cache
def sources(module):
    """The source of each class of a module, which `inspect` would parse anew for each."""
    text = inspect.getsource(importlib.import_module(module))
    lines = text.splitlines(keepends=True)
    classes = (each for each in ast.parse(text).body if isinstance(each, ast.ClassDef))
    return {each.name: "".join(lines[each.lineno - 1 : each.end_lineno]) for each in classes}
