"""Tables of a journal: for pandas, and other libraries that take columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import attrs
import orjson

from trialogue.arguments import checks_arguments
from trialogue.brain.words.transcript import utterances
from trialogue.importing import import_extra
from trialogue.journal.codec import JsonObject
from trialogue.journal.files import journal_of
from trialogue.journal.reader import Reading, read
from trialogue.model.transcript import Utterance

__all__ = ["columns", "frames"]

Columns = dict[str, list[object]]

_OWN: Final = ("type", "participant", "to")


@checks_arguments
def frames(run: str | Path) -> Mapping[str, Any]:
    """Tables of a run as pandas data frames (extra `frames`): `events`, `commands` and `turns`.

    The columns are those of `columns`. SetupError if pandas is missing, JournalError for a damaged journal.
    """
    pandas = cast("Any", import_extra("pandas", "frames", "frames"))
    return {name: pandas.DataFrame(table) for name, table in columns(run).items()}


@checks_arguments
def columns(run: str | Path) -> Mapping[str, Columns]:
    """A run's tables as lists by column, for `polars.DataFrame` and `pyarrow.table`.

    1. `events`: `seq`, `at` (seconds since the start), `type`, `participant`, and `fields`, the rest as JSON.
    2. `commands`: the same of each command, with `seq` and `at` of the event that it answers.
    3. `turns`: what was heard, an utterance a row, with the fields of `trialogue.events.Utterance`, and
       `was_cut`; its passages as mappings. Personal.

    All values are plain: numbers, texts, booleans, None, lists and mappings of them.

    JournalError for a damaged journal.
    """
    reading = read(journal_of(Path(run)))
    lines = [each.raw for each in reading.lines() if "event" in each.raw]
    return {
        "events": _table([(line, cast("JsonObject", line["event"])) for line in lines]),
        "commands": _table([(line, part) for line in lines for part in _commands(line)]),
        "turns": _turns(reading),
    }


def _commands(line: JsonObject) -> list[JsonObject]:
    return cast("list[JsonObject]", line.get("commands") or [])


def _table(rows: Sequence[tuple[JsonObject, JsonObject]]) -> Columns:
    return {
        "seq": [line["seq"] for line, _ in rows],
        "at": [float(line["at"]) for line, _ in rows],
        "type": [part["type"] for _, part in rows],
        "participant": [part.get("participant", part.get("to")) for _, part in rows],
        "fields": [
            orjson.dumps({key: each for key, each in part.items() if key not in _OWN}).decode()
            for _, part in rows
        ],
    }


def _turns(reading: Reading) -> Columns:
    heard = utterances(tuple(reading))
    names = [each.name for each in attrs.fields(Utterance)]
    table: Columns = {name: [getattr(each, name) for each in heard] for name in names}
    table["passages"] = [[attrs.asdict(part) for part in each.passages] for each in heard]
    table["was_cut"] = [each.was_cut for each in heard]
    return table
