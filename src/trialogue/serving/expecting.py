"""Expectations of a server's clients, from a file: messages that must come, and messages that must not.

::

    within: 60s
    expect:
      - type: Settings
        having: {agent: {greeting: Hello!}}
      - {type: FunctionCallResponse, nth: 2}
      - {type: UpdatePrompt, never: true}

1. The server ends when all of them have come and every client has gone, or when the time is over.
2. Unmet expectations are reported at the end, one line each.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any, Final, cast

import trio
import yaml
from attrs import field

from trialogue.errors import SetupError
from trialogue.regular_files import read_bounded
from trialogue.scenario.quantities import read_duration
from trialogue.serving.ledger import Ledger, Wanted
from trialogue.values import frozen

__all__ = ["WireExpectation", "WireExpectations", "read_expectations"]

MOST_MIB: Final = 1
"""Most MiB of a file, as for a scenario."""

WITHIN_S: Final = 60.0
"""Default seconds of waiting for a message."""

_KEYS: Final = {"type", "having", "nth", "never"}


@frozen
class WireExpectation:
    """Message that must come, or must not."""

    wanted: Wanted
    """Description of the message."""

    is_never: bool = False
    """Whether the message must not come."""

    def unmet(self, ledger: Ledger) -> str:
        """Reason for which it is not met; empty where it is met."""
        has_come = ledger.find(self.wanted) is not None
        if has_come is not self.is_never:
            return ""
        return f"{self.wanted} {'came, but must not' if self.is_never else 'did not come'}"


@frozen
class WireExpectations:
    """Expectations of one file."""

    each: tuple[WireExpectation, ...]
    """Expectations, in the file's order."""

    within_s: float = field(default=WITHIN_S)
    """Seconds of waiting for a message."""

    def unmet(self, ledger: Ledger) -> list[str]:
        """Unmet expectations, one line each."""
        return [why for each in self.each if (why := each.unmet(ledger))]

    async def met(self, ledger: Ledger) -> None:
        """Wait until all have come and every client has gone, or the time is over."""

        def is_over() -> bool:
            sessions = ledger.sessions.values()
            return bool(sessions) and all(s.ending for s in sessions) and not self.unmet(ledger)

        with trio.move_on_after(self.within_s):
            await ledger.wait_until(is_over)


def read_expectations(file: Path) -> WireExpectations:
    """Expectations in a file; `SetupError` in one line for an invalid one."""
    try:
        raw: object = yaml.safe_load(read_bounded(file, MOST_MIB).decode())
    except OSError as error:
        raise SetupError(f"cannot read {file}: {error.strerror}") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise SetupError(f"cannot read {file}: {type(error).__name__}") from error
    document = _map(raw, f"{file}", {"within", "expect"})
    listed = document.get("expect")
    if not isinstance(listed, list) or not listed:
        raise SetupError(f"{file}: expect must be a list of messages")
    entries = enumerate(cast("list[object]", listed))
    each = tuple(_expectation(entry, f"{file}: expect[{index}]") for index, entry in entries)
    within = document.get("within", WITHIN_S)
    within_s = read_duration(within) if isinstance(within, str) else within
    if isinstance(within_s, bool) or not isinstance(within_s, int | float) or not 0 < within_s < inf:
        raise SetupError(f"{file}: within must be a duration such as 60s")
    return WireExpectations(each, float(within_s))


def _expectation(raw: object, where: str) -> WireExpectation:
    entry = _map(raw, where, _KEYS)
    kind, having, nth = entry.get("type"), entry.get("having", {}), entry.get("nth", 1)
    if not isinstance(kind, str):
        raise SetupError(f"{where}: type must be the type of a message")
    if not isinstance(having, dict):
        raise SetupError(f"{where}: having must be a map of fields")
    if type(nth) is not int or nth < 1:
        raise SetupError(f"{where}: nth must be 1 or more")
    wanted = Wanted(kind, cast("dict[str, object]", having), nth=nth)
    return WireExpectation(wanted, entry.get("never", False) is True)


def _map(raw: object, where: str, keys: set[str]) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise SetupError(f"{where} must be a map with {', '.join(sorted(keys))}")
    entry = cast("dict[str, Any]", raw)
    if unknown := sorted(str(key) for key in entry.keys() - keys):
        raise SetupError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(keys))}")
    return entry
