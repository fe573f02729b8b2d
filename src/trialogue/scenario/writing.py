"""A document back to plain values and to YAML that reads as the same document."""

from __future__ import annotations

from typing import Final, cast

import yaml

from trialogue.arguments import checks_arguments
from trialogue.model.kinds import record_of
from trialogue.scenario.plain_values import plain_as
from trialogue.scenario.problems import Path
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import Document
from trialogue.scenario.tree import plain_value
from trialogue.scenario.variables import escaped
from trialogue.services.script import JsonObject


def plain(document: Document) -> JsonObject:
    """The document as plain values, as an author could write it; None is left out."""
    return cast("JsonObject", plain_as(record_of(Document), document))


@checks_arguments
def to_yaml(resolved: Resolved) -> str:
    """The scenario as file text that resolves to the same scenario; secrets stay references."""
    note = "# The resolved scenario, with all defaults and options filled in.\n"
    return note + write_yaml(readable(resolved.document))


def readable(document: Document) -> JsonObject:
    """Plain values that read back as the same document; secrets stay references."""
    return escaped_values(plain(document))


def escaped_values(value: JsonObject, path: Path = ()) -> JsonObject:
    """Values at a path of a scenario, written so that they read back; what a server fills in stays."""
    return cast("JsonObject", _escaped(value, path))


def _escaped(value: object, path: Path) -> object:
    match value:
        case str():
            return escaped(value, path)
        case dict():
            pairs = cast("dict[str, object]", value).items()
            return {key: _escaped(inner, (*path, key)) for key, inner in pairs}
        case list():
            return [_escaped(i, (*path, n)) for n, i in enumerate(cast("list[object]", value))]
        case _:
            return value


def write_yaml(value: JsonObject) -> str:
    """Plain values as YAML that reads the same under YAML 1.1 and 1.2."""
    written = _dumped(value, _FAST)
    # libyaml escapes every character above U+FFFF, such as emoji: PyYAML's own writer leaves them readable.
    return _dumped(value, _READABLE) if "\\U000" in written else written


def _dumped(value: JsonObject, dumper: type[yaml.SafeDumper]) -> str:
    # Stubs of some releases leave the type of `dump`'s width open.
    return yaml.dump(  # pyright: ignore[reportUnknownMemberType]
        value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100
    )


def _represent_text(_: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain_text = isinstance(plain_value(text), str) and text.replace("\n", "").isprintable()
    style = '"' if not plain_text else "|" if "\n" in text else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


def _whatever(_dumper: object, _value: object) -> bool:
    return True


def _dumper(base: type[yaml.SafeDumper]) -> type[yaml.SafeDumper]:
    """YAML writer without aliases; texts of several lines become blocks."""
    made = cast("type[yaml.SafeDumper]", type("_Dumper", (base,), {"ignore_aliases": _whatever}))
    made.add_representer(str, _represent_text)
    return made


_READABLE: Final = _dumper(yaml.SafeDumper)
_FAST: Final = _dumper(cast("type[yaml.SafeDumper]", getattr(yaml, "CSafeDumper", yaml.SafeDumper)))
"""Writer by libyaml where it is: a scenario is written once a meeting, and it takes a quarter of the time."""
