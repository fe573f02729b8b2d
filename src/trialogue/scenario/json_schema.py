"""JSON Schema (2020-12) of scenario files, for editors, made from the schema's classes."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import assert_never, cast

import attrs

from trialogue.model import kinds
from trialogue.model.kinds import Kind, record_of
from trialogue.scenario.schema import Document
from trialogue.scenario.stages import stage_records
from trialogue.services.script import JsonObject

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NAME = r"^[a-z][a-z0-9_-]{0,63}$"
_VARIABLE: JsonObject = {"type": "string", "pattern": r"\$\{"}
"""Text with a variable, which can stand for any value."""

_LENGTH = r"(?:[0-9]+(?:\.[0-9]+)?(?:h|m|s|ms))+"


def json_schema() -> JsonObject:
    """JSON Schema of a scenario document; every attrs class is one of its `$defs`."""
    definitions = {record.cls.__name__: _record(record) for record in _records(record_of(Document))}
    return {
        "$schema": DIALECT,
        "title": "trialogue scenario, format 1",
        **_reference(Document),
        "$defs": definitions,
    }


def _records(kind: Kind) -> Iterator[kinds.KeyMap]:
    """Every record within a kind, including itself; some appear more than once."""
    match kind:
        case kinds.KeyMap(members=members):
            yield kind
            for member in members:
                yield from _records(member.kind)
        case kinds.StageKeys():
            for record in stage_records(kind):
                yield from _records(record)
        case kinds.ListOf(item=inner) | kinds.MapOf(value=inner):
            yield from _records(inner)
        case kinds.OneOf(options=options):
            for option in options:
                yield from _records(option)
        case _:
            pass


def _reference(cls: type[attrs.AttrsInstance]) -> JsonObject:
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _record(record: kinds.KeyMap) -> JsonObject:
    docs = field_docs(record.cls)
    properties = {
        member.key: {**_schema(member.kind), "description": docs[member.attribute]}
        for member in record.members
    }
    required = [member.key for member in record.members if member.required]
    return {
        "type": "object",
        "description": (record.cls.__doc__ or "").strip(),
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _schema(kind: Kind) -> JsonObject:
    match kind:
        case kinds.Text() | kinds.PatternText() | kinds.Anything():
            return _literal(kind)
        case kinds.OneOf(options):
            return {"anyOf": [*map(_literal, options), _VARIABLE]}
        case _:
            return {"anyOf": [_literal(kind), _VARIABLE]}


def _literal(kind: Kind) -> JsonObject:
    """Schema of a value without variables, apart from those within it."""
    match kind:
        case kinds.KeyMap(cls):
            return _reference(cls)
        case kinds.StageKeys():
            references = [_reference(record.cls) for record in stage_records(kind)]
            return references[0] if len(references) == 1 else {"anyOf": references}
        case kinds.ListOf(item):
            return {"type": "array", "items": _schema(item)}
        case kinds.MapOf(key, value):
            names = {"propertyNames": _scalar(key)} if isinstance(key, kinds.Name) else {}
            return {"type": "object", **names, "additionalProperties": _schema(value)}
        case kinds.OneOf(options):
            return {"anyOf": [_literal(option) for option in options]}
        case kinds.Anything():
            return {}
        case kinds.AnyObject():
            return {"type": "object"}
        case _:
            return _scalar(kind)


def _scalar(kind: kinds.Words | kinds.NotText) -> JsonObject:
    match kind:
        case kinds.Text() | kinds.PatternText():
            return {"type": "string"}
        case kinds.OneLine():
            return {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[^:\\n]+$"}
        case kinds.Name():
            return {"type": "string", "pattern": _NAME}
        case kinds.Whole(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case kinds.Number(low, high):
            bounds = {"minimum": low, "maximum": high}
            return {"type": "number", **{key: bound for key, bound in bounds.items() if bound is not None}}
        case kinds.Money():
            return {"type": "string", "pattern": r"^\s*[0-9]{1,6}(?:\.[0-9]{1,4})?\s*USD\s*$"}
        case kinds.Percent():
            return {"type": "string", "pattern": r"^\s*[0-9]{1,3}(?:\.[0-9]+)?\s*%\s*$"}
        case kinds.Flag():
            return {"type": "boolean"}
        case kinds.Duration(may_be_none):
            pattern = f"(?:{_LENGTH}|none)" if may_be_none else _LENGTH
            return {"type": "string", "pattern": f"^{pattern}$"}
        case kinds.DurationRange():
            return {"type": "string", "pattern": rf"^{_LENGTH}(?:\.\.{_LENGTH})?$"}
        case kinds.ClosedList(options):
            return {"enum": [cast("object", option.value) for option in options]}
        case kinds.ListedWord(options):
            return {"enum": list(options())}
        case _:
            assert_never(kind)


@cache
def field_docs(cls: type[attrs.AttrsInstance]) -> dict[str, str]:
    """Docstring of each field of a class and its bases, on one line."""
    inherited = [field_docs(base) for base in cls.__bases__ if attrs.has(base)]
    return {name: text for docs in (*inherited, _own_docs(cls)) for name, text in docs.items()}


def _own_docs(cls: type[attrs.AttrsInstance]) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    body = cast("ast.ClassDef", tree.body[0]).body
    docs: dict[str, str] = {}
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = " ".join(text.split())
            case _:
                pass
    return docs
