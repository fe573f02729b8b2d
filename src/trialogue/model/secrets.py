"""Secrets: keys and tokens, recognized by their values, and removed from all output of the process.

1. A secret is the value of an environment variable that is named like one for a key, or that a scenario
   refers to.
2. A value of fewer than `SHORTEST` characters is a common word, not a key.
3. It is searched for unchanged, as JSON writes it (also in JSON within JSON), and as URLs write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import attrs
from attrs import Factory, field

from trialogue.values import frozen

MASK: Final = "***"
"""Text in the place of a secret."""

SHORTEST: Final = 8
"""Fewest characters of a secret."""

_NAMES: Final = re.compile(
    r"KEY(?!BOARD)|TOKEN(?!IZER)|SECRET|PASS|CREDENTIAL|AUTH(?!OR(?!I))", re.IGNORECASE
)
"""Parts of the names of variables that hold keys; those of authors, keyboards and tokenizers hold none."""

_DEPTH: Final = 3
"""Depth of JSON within JSON to which a secret is found: a tool's arguments are two deep."""

_T = TypeVar("_T")


@frozen(repr=False)
class Secrets:
    """Values that no output may contain."""

    values: tuple[str, ...] = ()
    """Values, the longest first: one may be a part of another."""

    _forms: tuple[str, ...] = field(
        init=False, default=Factory(lambda self: self._all_forms(), takes_self=True)
    )
    _encoded: tuple[bytes, ...] = field(
        init=False,
        default=Factory(lambda self: tuple(each.encode() for each in self._forms), takes_self=True),
    )

    def _all_forms(self) -> tuple[str, ...]:
        return _longest_first({form for value in self.values for form in _forms_of(value)})

    def __repr__(self) -> str:
        return f"<{len(self.values)} secrets>"

    def beside(self, others: Secrets) -> Secrets:
        """These secrets and others together."""
        return Secrets(_longest_first({*self.values, *others.values}))

    def hide(self, text: str) -> str:
        """Text with `***` for each secret."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def hide_bytes(self, encoded: bytes) -> bytes:
        """Line or file with `***` for each secret, encoded as UTF-8."""
        for form in self._encoded:
            if form in encoded:
                encoded = encoded.replace(form, MASK.encode())
        return encoded

    def hide_in(self, value: _T) -> _T:
        """Value with `***` for each secret in its texts: a string, a row, JSON, or a frozen class."""
        return cast("_T", self._hidden(value)) if self.values else value

    def _hidden(self, value: Any) -> object:  # noqa: ANN401 - any value of the model's
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, tuple):
            return tuple(self._hidden(each) for each in cast("tuple[object, ...]", value))
        if isinstance(value, list):
            return [self._hidden(each) for each in cast("list[object]", value)]
        if isinstance(value, dict):
            members = cast("dict[str, object]", value).items()
            return {self._hidden(name): self._hidden(each) for name, each in members}
        changed = {
            name: hidden
            for name in _field_names(cast("Hashable", type(value)))
            if (hidden := self._hidden(getattr(value, name))) != getattr(value, name)
        }
        return attrs.evolve(value, **changed) if changed else value


def secrets_of(environment: Mapping[str, str], names: Iterable[str] = ()) -> Secrets:
    """Secrets in an environment: values of variables that are named like keys, and of these `names`."""
    also = frozenset(names)
    held = {value.strip() for name, value in environment.items() if name in also or _NAMES.search(name)}
    return Secrets(_longest_first(each for each in held if len(each) >= SHORTEST))


def _longest_first(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


def _forms_of(value: str) -> set[str]:
    # An environment may hold bytes that are no UTF-8: we never write those.
    clean = value.encode(errors="replace").decode()
    forms = [clean]
    for _ in range(_DEPTH):
        forms.append(json.dumps(forms[-1], ensure_ascii=False)[1:-1])
    return {*forms, quote(clean, safe="")}


@cache
def _field_names(kind: Hashable) -> tuple[str, ...]:
    return tuple(attrs.fields_dict(kind)) if isinstance(kind, type) and attrs.has(kind) else ()


NO_SECRETS: Final = Secrets()
"""No secrets: nothing is hidden."""
