"""Notes on unknown reasons and codes in `expect`, where an app may have its own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from trialogue.model.end_reasons import END_REASONS, ERROR_CODES
from trialogue.scenario.did_you_mean import did_you_mean, meant_word
from trialogue.scenario.looking import there_are
from trialogue.scenario.problems import Path, path_text, shown
from trialogue.scenario.schema import Document
from trialogue.scenario.writing import plain


def word_notes(document: Document) -> Iterator[str]:
    """Line for each reason and exception of `expect` that no meeting has by itself."""
    if document.expect is None:
        return
    faults = tuple(fault.id for fault in document.faults or ())
    for path, pattern in _events(plain(document).get("expect"), ("expect",)):
        match pattern:
            case {"ended": str(reason)} if reason not in END_REASONS:
                told = f'only an app or its policy ends a meeting for the reason "{shown(reason)}"'
                yield f"{path_text((*path, 'ended'))}: {told}{_hint(reason)}"
            case {"error": _, "except": names}:
                known = (*faults, *ERROR_CODES)
                for name in [names] if isinstance(names, str) else cast("list[str]", names):
                    if name not in known:
                        hint = did_you_mean(name, known) or there_are(known)
                        where = path_text((*path, "except"))
                        yield f'{where}: nothing is called "{shown(name)}"{hint}'
            case _:
                pass


def _hint(reason: str) -> str:
    """Reason that was probably meant, also by its parts in another order, else all of them."""
    turned = "-".join(reversed(reason.split("-")))
    meant = meant_word(reason, END_REASONS) or meant_word(turned, END_REASONS)
    return there_are(END_REASONS) if meant is None else f'; did you mean "{meant}"?'


def _events(value: object, path: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Every map, with its place."""
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _events(item, (*path, index))
    if isinstance(value, Mapping):
        found = cast("Mapping[str, object]", value)
        yield path, found
        for key, item in found.items():
            yield from _events(item, (*path, key))
