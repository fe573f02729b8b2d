"""`trialogue journal`: a journal's lines printed, filtered, compared, split and redacted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from cyclopts import App, Parameter

from trialogue.errors import SetupError
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.journal.codec import JsonObject
    from trialogue.journal.reader import Reading
    from trialogue.journal.selecting import Selection

__all__ = ["journal"]

EXAMPLES: Final = """\
Examples:
  trialogue journal print runs/edge-cache-20250131-101500 --type GrantFloor --of tech
  trialogue journal filter runs/edge-cache-20250131-101500 --from 60 --to 90 > minute.jsonl
  trialogue journal compare runs/a runs/b
  trialogue journal split runs/edge-cache-20250131-101500 parts --every 600
  trialogue journal redact runs/edge-cache-20250131-101500 for-others.jsonl
"""

journal: App = App(
    name="journal",
    help="Work with journals: print, filter, compare, split and redact them.",
    help_format="plaintext",
    help_epilogue=EXAMPLES,
    sort_key=6,
)

_LONGEST: Final = 60
"""Most characters of one value in a printed line."""

_OWN: Final = frozenset({"type", "participant", "to"})


@Parameter(name="*")
@frozen
class LinesWanted:
    """Options that select records; without any, all records."""

    type: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Only records with an event or command of this type; may be repeated.",
        ),
    ] = ()
    """Names of events and commands."""

    of: Annotated[
        tuple[str, ...],
        Parameter(negative="", show_default=False, help="Only records of this participant; may be repeated."),
    ] = ()
    """Participants."""

    from_: Annotated[
        float, Parameter(name="--from", help="Only records at or after this time, in seconds.")
    ] = 0.0
    """Earliest time."""

    to: Annotated[float | None, Parameter(help="Only records up to this time, in seconds.")] = None
    """Latest time."""

    search: Annotated[
        str | None, Parameter(help="Only records whose JSON matches this regular expression.")
    ] = None
    """Pattern (RE2)."""

    def selection(self) -> Selection:
        """The selection as the journal takes it; SetupError for an invalid pattern."""
        from trialogue.journal.selecting import Selection  # noqa: PLC0415 - the journal comes with it
        from trialogue.model.patterns import PatternFault, compile  # noqa: A004, PLC0415 - likewise

        try:
            pattern = None if self.search is None else compile(self.search)
        except PatternFault as fault:
            raise SetupError(f"--search: {fault}") from fault
        end_s = float("inf") if self.to is None else self.to
        return Selection(frozenset(self.type), frozenset(self.of), self.from_, end_s, pattern)


EVERYTHING: Final = LinesWanted()


@journal.command(name="print")
def print_(run: Path, /, *, wanted: LinesWanted = EVERYTHING) -> int:
    """Print a journal's records, one line each, followed by their commands. The output contains speech."""
    from trialogue.cli.view_lines import Tone, line  # noqa: PLC0415 - the terminal comes with it
    from trialogue.cli.view_screens import show  # noqa: PLC0415 - likewise

    reading = _reading(run)
    for raw in _lines(reading, wanted):
        event = cast("JsonObject", raw.get("event") or raw.get("wire") or {})
        commands = cast("list[JsonObject]", raw.get("commands") or [])
        head = f"{raw.get('seq', ''):>6} {float(raw.get('at', 0)):9.3f}  "
        show([line(head, *_told(event, Tone.STRONG))])
        show([line(f"{'':>18}-> ", *_told(each, Tone.NORMAL)) for each in commands])
    _tell(reading)
    return 0


@journal.command(name="filter")
def filter_(run: Path, /, *, wanted: LinesWanted = EVERYTHING) -> int:
    """Print selected records as JSON, one per line, for other programs."""
    import orjson  # noqa: PLC0415 - only for JSON

    from trialogue.cli.view_screens import put  # noqa: PLC0415 - the terminal comes with it
    from trialogue.model.text import steerless_json  # noqa: PLC0415 - likewise

    reading = _reading(run)
    for raw in _lines(reading, wanted):
        put(steerless_json(orjson.dumps(raw)).decode())
    _tell(reading)
    return 0


@journal.command
def compare(
    first: Path,
    second: Path,
    /,
    *,
    json: Annotated[
        bool, Parameter(name="--json", negative="", show_default=False, help="Print the differences as JSON.")
    ] = False,
) -> int:
    """Print how many records two journals share, and the first difference; exit code 1 if they differ."""
    from trialogue.cli.view_screens import put, put_json  # noqa: PLC0415 - the terminal comes with it
    from trialogue.journal.comparing import compare as compared  # noqa: PLC0415 - the journal comes with it

    found = compared(_reading(first), _reading(second))
    if json:
        put_json(
            {
                "equal": found.is_equal,
                "same": found.same,
                "first": found.first,
                "second": found.second,
                "differs_in": found.differs_in,
                "counts": found.counts,
            }
        )
        return 0 if found.is_equal else 1
    if found.is_equal:
        put(f"the same: {found.same} lines")
        return 0
    put(f"{found.same} lines are the same; then they differ in {', '.join(found.differs_in)}")
    for name, side in (("-", found.first), ("+", found.second)):
        put(f"{name} {_brief_line(side)}")
    for kind, (here, there) in found.counts.items():
        put(f"  {kind}: {here} and {there}")
    return 1


@journal.command
def split(
    run: Path,
    out: Path,
    /,
    *,
    every: Annotated[float | None, Parameter(help="Length of a piece, in seconds of the meeting.")] = None,
    largest: Annotated[int | None, Parameter(help="Maximum size of a piece, in bytes.")] = None,
) -> int:
    """Split a journal into files in a folder; `cat` joins them again, byte for byte."""
    from trialogue.cli.view_screens import put  # noqa: PLC0415 - the terminal comes with it
    from trialogue.journal.files import journal_of  # noqa: PLC0415 - the journal comes with it
    from trialogue.journal.splitting import split as cut  # noqa: PLC0415 - likewise

    for path in cut(journal_of(run), out, every_s=every, largest=largest):
        put(str(path))
    return 0


@journal.command
def redact(run: Path, out: Path, /) -> int:
    """Write a copy without speech and other personal text; only the number of words is kept."""
    from trialogue.cli.view_screens import put  # noqa: PLC0415 - the terminal comes with it
    from trialogue.journal.redact import redact as redacted  # noqa: PLC0415 - the journal comes with it

    redacted(_reading(run), out)
    put(str(out))
    return 0


def _reading(run: Path) -> Reading:
    from trialogue.journal.files import journal_of  # noqa: PLC0415 - the journal comes with it
    from trialogue.journal.reader import read  # noqa: PLC0415 - likewise

    return read(journal_of(run))


def _lines(reading: Reading, wanted: LinesWanted) -> Iterator[JsonObject]:
    selection = wanted.selection()
    _check_names(reading, wanted)
    return (each.raw for each in reading.lines() if selection.fits(each.raw))


def _check_names(reading: Reading, wanted: LinesWanted) -> None:
    """Raise SetupError for a participant or a type that neither the journal nor the format has."""
    from trialogue.journal.codec import COMMANDS, EVENTS, WIRE  # noqa: PLC0415 - the journal comes with it
    from trialogue.journal.selecting import names_of  # noqa: PLC0415 - likewise
    from trialogue.scenario.did_you_mean import did_you_mean  # noqa: PLC0415 - only after a typo

    people = {each.name for each in reading.header.plan.participants}
    kinds = {*EVENTS, *COMMANDS, *WIRE}
    if people.issuperset(wanted.of) and kinds.issuperset(wanted.type):
        return
    seen = names_of(each.raw for each in reading.lines())
    for option, names, known, there in (
        ("--of", wanted.of, people, people | seen[0]),
        ("--type", wanted.type, kinds, seen[1]),
    ):
        for name in names:
            if name not in known | there:
                hint = did_you_mean(name, known | there) or f"; there are {', '.join(sorted(there))}"
                raise SetupError(f"{option}: nothing in {reading.path} is called {name!r}{hint}")


def _tell(reading: Reading) -> None:
    from trialogue.cli.verify import tell_problems  # noqa: PLC0415 - the journal comes with it

    tell_problems(reading.problems)


def _told(part: JsonObject, tone: Any) -> list[Any]:  # noqa: ANN401 - lines come when they are printed
    """An event or a command as spans: its type, its participant, its fields."""
    from trialogue.cli.view_lines import Tone, span  # noqa: PLC0415 - the terminal comes with it

    who = " ".join(str(part[key]) for key in ("participant", "to") if part.get(key))
    rest = " ".join(f"{key}={_value(each)}" for key, each in part.items() if key not in _OWN)
    return [span(str(part.get("type", "?")), tone), span(f" {who} "), span(rest, Tone.FAINT)]


def _value(value: object) -> str:
    from trialogue.model.text import brief, safe_text  # noqa: PLC0415 - with the journal

    return brief(safe_text(repr(value) if isinstance(value, str) else str(value)), _LONGEST)


def _brief_line(side: JsonObject | None) -> str:
    from trialogue.model.text import brief, safe_text  # noqa: PLC0415 - with the journal

    if side is None:
        return "(no more lines)"
    event = cast("dict[str, object]", side.get("event") or {})
    commands = ", ".join(str(each.get("type")) for each in side.get("commands") or ())
    return brief(safe_text(f"record {side.get('seq')} at {side.get('at')}: {event} -> {commands}"), 300)
