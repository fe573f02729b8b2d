"""Names of the Python interface with a sentence each, for whoever reads `reference/api.md` as a file.

The page says, under each heading, which modules and members it shows: autodoc reads that for the built page,
and the lists made here stand before it.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mirror import NOT_FOR_APPS

import trialogue

PAGE = Path(__file__).parent / "reference" / "api.md"
SECTION = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(
    r"^\.\. auto(?P<kind>module|class):: (?P<path>\S+)\n(?P<options>(?:   :.*\n?)*)", re.MULTILINE
)
MEMBERS = re.compile(r":members:(?P<names>[^\n]*)")


@cache
def sections() -> Mapping[str, str]:
    """Bodies of the page's sections, by a heading's slug: `meetings-and-one-agent`."""
    text = PAGE.read_text(encoding="utf-8")
    return {_slug(found["title"]): found["body"] for found in SECTION.finditer(text)}


def names(section: str) -> str:
    """List of a section's names, classes with their methods."""
    return "\n".join(line for name, thing in _shown(sections()[section]) for line in _lines(name, thing))


def _slug(title: str) -> str:
    return "-".join(re.findall(r"[a-z]+", title.lower()))


def _shown(body: str) -> Iterator[tuple[str, object]]:
    for found in SHOWN.finditer(body):
        if found["kind"] == "class":
            home, name = found["path"].rsplit(".", 1)
            yield name, getattr(import_module(home), name)
            continue
        module = import_module(found["path"])
        listed = MEMBERS.search(found["options"])
        if listed is None:
            yield found["path"], module
        for name in _members(module, listed["names"]) if listed else ():
            yield name, getattr(module, name)


def _members(module: ModuleType, listed: str) -> list[str]:
    if listed.strip():
        return [name.strip() for name in listed.split(",")]
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", None) == module.__name__
        and callable(thing)
    ]


def _lines(name: str, thing: object) -> Iterator[str]:
    if not callable(thing):
        yield f"- `{name}`: {_sentence(thing)}"
        return
    called = name if inspect.isclass(thing) else f"{name}{_arguments(thing)}"
    yield f"- `{called}`: {_sentence(thing)}"
    if inspect.isclass(thing):
        for own, member in _methods(thing):
            yield f"  - `{own}`: {_sentence(member)}"


def _methods(cls: type) -> Iterator[tuple[str, object]]:
    inner = NOT_FOR_APPS if cls in (trialogue.Meeting, trialogue.LoneAgent) else frozenset[str]()
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        if name.startswith("_") or name in inner or not getattr(member, "__doc__", None):
            continue
        if isinstance(member, property):
            yield name, member
        elif isinstance(member, staticmethod | classmethod):
            yield f"{name}{_arguments(getattr(cls, name))}", member.__func__
        elif inspect.isfunction(member):
            yield f"{name}{_arguments(member)}", member


def _arguments(function: object) -> str:
    """Parameters without annotations, and defaults that are short."""
    parts: list[str] = []
    starred = False
    for each in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        starred = starred or each.kind is each.VAR_POSITIONAL
        default = "" if each.default is each.empty else f"={_short(each.default)}"
        parts.append(f"{star}{each.name}{default}")
    return f"({', '.join(parts)})"


def _short(default: object) -> str:
    text = repr(default)
    return text if isinstance(default, str | int | float | bool | None) and len(text) <= 20 else "..."


def _sentence(thing: object) -> str:
    """First paragraph of a docstring, in one line."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
