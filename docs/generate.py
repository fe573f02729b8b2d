"""Writes the parts of the pages that follow from the code: `python docs/generate.py`.

A page holds `<!-- begin NAME -->` and `<!-- end NAME -->`; what stands between them is made here. A test
fails while a page differs from what would be made.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import assert_never, cast, get_args, get_type_hints

import api_names
import attrs
import machines
import measured
import mirror
import next_speakers
import policy_runs
import yaml
from cyclopts import App, Argument
from rich.console import Console

from trialogue.agent.events import AgentEvent
from trialogue.brain.floor.policies import ENTRIES
from trialogue.cli.at_once import WIDTH
from trialogue.cli.program import EXIT_CODES, app
from trialogue.journal.personal import personal_fields
from trialogue.model import commands, events, kinds
from trialogue.report.exports import EXPORTS
from trialogue.scenario import explain, loads, resolve
from trialogue.scenario.forms import examples as example_values
from trialogue.scenario.json_schema import field_docs
from trialogue.scenario.quantities import write_duration
from trialogue.scenario.schema import Document
from trialogue.scenario.stages import stage_records
from trialogue.server.admission import Access
from trialogue.server.dates import OLD_NAMES, SINCE
from trialogue.server.listener import SOCKETS
from trialogue.server.options import ServerOptions
from trialogue.server.rest.routes import ROUTES
from trialogue.server.settable import SETTABLE

DOCS = Path(__file__).parent
ERRORS = DOCS / "errors.md"
ERRORS_READ = DOCS.parent / "src" / "trialogue" / "scenario" / "errors.md"
"""The page of errors as `trialogue explain E-...` reads it, where no docs are installed."""
HELP = DOCS.parent / "src" / "trialogue" / "cli" / "help.txt"
"""What `trialogue --help` prints before anything is loaded."""
PLACEHOLDER = re.compile(r"<!-- begin (?P<name>[a-z-]+) -->\n(?P<body>.*?)<!-- end (?P=name) -->", re.DOTALL)

PROBE = """
trialogue: 1
name: probe
cast:
  first: {role: chair, lines: [One.], tools: [tool]}
  second: {lines: [Two.]}
tools: {tool: {mock: {result: 1}}}
agenda: [{id: point, title: Point}]
"""
"""A scenario that leaves out all that can be left out: what stands in it after resolving is default."""

DEPENDS: Mapping[str, str] = {
    "cast.NAME.speak.model": "one of eight voices, by seat",
    "cast.NAME.title": "the name, with a capital",
    "cast.NAME.via": "`local`; of a person `microphone`",
    "cast.NAME.think": "`{provider: open_ai, model: gpt-4o-mini}` at Deepgram; else this or `lines`",
    "floor.policy": "`moderated` with a chair, else `round-robin`",
    "floor.order": "the cast's, without observers",
    "floor.hold.warn": "never",
    "end": "`{any: [agenda-done, limits]}`, without an agenda `{any: [limits]}`",
    "end.any": "",
}
"""Defaults that depend on something, in words."""


def main() -> int:
    """Bring every page up to date; the exit code says whether any was not."""
    stale = [page for page in pages() if page.read_text(encoding="utf-8") != fresh(page)]
    for page in stale:
        page.write_text(fresh(page), encoding="utf-8")
    if ERRORS_READ.read_text(encoding="utf-8") != ERRORS.read_text(encoding="utf-8"):
        ERRORS_READ.write_text(ERRORS.read_text(encoding="utf-8"), encoding="utf-8")
    HELP.write_text(help_text(), encoding="utf-8")
    mirrored = mirror.main()
    for name in policy_runs.RUNS:
        picture_file(name).write_text(policy_runs.picture(name), encoding="utf-8")
    for name in machines.MACHINES:
        machine_file(name).write_text(machines.picture(name), encoding="utf-8")
    for name in measured.rows():
        measured.picture_file(name).write_text(measured.picture(name), encoding="utf-8")
    return 1 if stale or mirrored else 0


def picture_file(name: str) -> Path:
    """Where a policy's picture is."""
    return policy_runs.PICTURES / f"{name}.svg"


def machine_file(name: str) -> Path:
    """Where a machine's picture is."""
    return machines.PICTURES / f"{name}.svg"


def pages() -> list[Path]:
    """Every page with a part that is made here."""
    return [
        page
        for page in sorted(DOCS.rglob("*.md"))
        if "_build" not in page.parts and PLACEHOLDER.search(page.read_text(encoding="utf-8"))
    ]


def fresh(page: Path) -> str:
    """The page as it should be."""

    def filled(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- begin {name} -->\n{PARTS[name]().strip()}\n<!-- end {name} -->"

    return PLACEHOLDER.sub(filled, page.read_text(encoding="utf-8"))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


# --- the scenario -----------------------------------------------------------------------------------


def scenario_reference() -> str:
    """Every map of the format with its keys."""
    parts: list[str] = []
    for record, places in _places().items():
        stands = [place for place in places if place]
        title = f"`{stands[0]}`" if stands else "The document"
        others = f"\n\nAlso: {', '.join(f'`{place}`' for place in stands[1:])}." if stands[1:] else ""
        doc = " ".join((record.cls.__doc__ or "").split())
        parts.append(f"### {title}\n\n{doc}{others}\n\n{_keys(record, places)}")
    return "\n\n".join(parts)


def _keys(record: kinds.KeyMap, places: list[str]) -> str:
    docs = field_docs(record.cls)
    examples = example_values().get(record.cls.__name__, {})
    rows = [
        (
            f"`{member.key}`",
            words(member.kind),
            "required" if member.required else _default(places, member.key),
            f"`{member.key}: {examples[member.key]}`" if member.key in examples else "",
            docs[member.attribute],
        )
        for member in record.members
    ]
    return table(("key", "value", "default", "example", "meaning"), rows)


@cache
def _places() -> dict[kinds.KeyMap, list[str]]:
    """Every map of the format, with the places where it may stand."""
    found: dict[kinds.KeyMap, list[str]] = {}
    for path, record in _walk(kinds.record_of(Document), ""):
        places = found.setdefault(record, [])
        if path not in places:
            places.append(path)
    return found


def _walk(kind: kinds.Kind, path: str) -> Iterator[tuple[str, kinds.KeyMap]]:
    match kind:
        case kinds.KeyMap(members=members):
            yield path, kind
            for member in members:
                yield from _walk(member.kind, f"{path}.{member.key}".lstrip("."))
        case kinds.StageKeys():
            for record in stage_records(kind):
                yield from _walk(record, path)
        case kinds.ListOf(item=inner):
            yield from _walk(inner, f"{path}[]".replace("[][]", "[]"))
        case kinds.MapOf(value=inner):
            yield from _walk(inner, f"{path}.NAME")
        case kinds.OneOf(options=options):
            for option in options:
                yield from _walk(option, path)
        case _:
            pass


def _default(places: list[str], key: str) -> str:
    for place in places:
        path = f"{place}.{key}".lstrip(".")
        told = DEPENDS.get(path)
        if told is not None:
            return told
        values = _defaults().get(path)
        if values:
            return f"`{', '.join(values)}`"
    return ""


@cache
def _defaults() -> dict[str, list[str]]:
    """What stands in a scenario that leaves it out, by path; more than one value makes a list."""
    defaults: dict[str, list[str]] = {}
    for each in explain(resolve(loads(PROBE))):
        if str(each.origin) == "default":
            path = re.sub(r"^(cast|tools)\.(second|tool)\b", r"\1.NAME", each.path)
            value = each.value if isinstance(each.value, str) else yaml.safe_dump(each.value).split("\n")[0]
            defaults.setdefault(re.sub(r"\[\d+\]$", "", path), []).append(value)
    return defaults


def words(kind: kinds.Kind) -> str:
    """What a value may be, in words."""
    match kind:
        case kinds.KeyMap():
            title = next((place for place in _places()[kind] if place), "")
            return f"map: [`{title}`](#{re.sub(r'[^a-z0-9_-]', '', title.lower())})"
        case kinds.StageKeys():
            return ", or ".join(dict.fromkeys(words(record) for record in stage_records(kind)))
        case kinds.ListOf(item):
            return f"list of: {words(item)}"
        case kinds.MapOf(_, value):
            return f"map of names to: {words(value)}"
        case kinds.OneOf(options):
            return ", or ".join(words(option) for option in options)
        case kinds.Anything():
            return "anything"
        case kinds.AnyObject():
            return "any map"
        case _:
            return _scalar_words(kind)


_TEXTS: Mapping[type, str] = {
    kinds.Text: "text",
    kinds.OneLine: "one line of text",
    kinds.Name: "name",
    kinds.PatternText: "regular expression",
    kinds.Money: "sum of money, as `1.50 USD`",
    kinds.Percent: "percentage, as `50%`",
}


def _scalar_words(kind: kinds.Words | kinds.NotText) -> str:
    match kind:
        case kinds.Text() | kinds.OneLine() | kinds.Name() | kinds.PatternText():
            return _TEXTS[type(kind)]
        case kinds.Money() | kinds.Percent():
            return _TEXTS[type(kind)]
        case kinds.Whole(low, high):
            return f"whole number from {low}" + (f" to {high}" if high < 2**53 else "")
        case kinds.Number(low, high):
            return "number" + ("" if low is None or high is None else f" from {low:g} to {high:g}")
        case kinds.Flag():
            return "`true` or `false`"
        case kinds.Duration(may_be_none):
            return "duration, or `none`" if may_be_none else "duration"
        case kinds.DurationRange():
            return "duration, or a range `a..b`"
        case kinds.ClosedList(options):
            return " or ".join(f"`{option.value}`" for option in options)
        case kinds.ListedWord(options):
            return " or ".join(f"`{word}`" for word in options())
        case _:
            assert_never(kind)


# --- machines, events, commands ----------------------------------------------------------------------


def machine(name: str) -> str:
    """A machine's picture and its table."""
    whose, transitions = machines.MACHINES[name]
    says = f"The states of {whose}: a dot where something can happen, an arrow to what follows"
    shown = f"![{says}; the table below says the same](machines/{name}.svg)"
    return f"{shown}\n\n{table(*machines.table_of(transitions))}"


def causes() -> str:
    """Why a turn can end."""
    return ", ".join(f"`{cause}`" for cause in get_args(commands.Cause))


def event_reference() -> str:
    """Every event with its fields."""
    return _union(events.Event)


def command_reference() -> str:
    """Every command with its fields."""
    return f"{_union(commands.Command)}\n\n{_value(commands.Hearing)}"


def agent_event_reference() -> str:
    """Every event that only one agent alone reports."""
    own = [cls for cls in get_args(AgentEvent) if cls not in get_args(events.Event)]
    return "\n\n".join(_value(cast("type[attrs.AttrsInstance]", cls)) for cls in own)


def example(name: str) -> str:
    """A program that a page shows, and CI runs from there."""
    text = (DOCS / "examples" / "embed" / name).read_text(encoding="utf-8")
    return f"```python file={name}\n{text}```"


def _union(union: object) -> str:
    return "\n\n".join(_value(cast("type[attrs.AttrsInstance]", cls)) for cls in get_args(union))


def _value(cls: type[attrs.AttrsInstance]) -> str:
    head = f"### {cls.__name__}\n\n{' '.join((cls.__doc__ or '').split())}"
    hints, docs, personal = get_type_hints(cls), field_docs(cls), personal_fields(cls)
    kinds = {name: _type(hint) + (", personal" if name in personal else "") for name, hint in hints.items()}
    rows = [
        (f"`{field.name}`", kinds[field.name], docs[field.name].removesuffix(" Personal."))
        for field in attrs.fields(cls)
    ]
    return f"{head}\n\n{table(('field', 'type', 'meaning'), rows)}" if rows else head


def _type(hint: object) -> str:
    arguments = get_args(hint)
    match str(getattr(hint, "__origin__", hint)):
        case "typing.Literal":
            return " or ".join(f"`{value}`" for value in arguments)
        case "<class 'tuple'>":
            return f"list of {_type(arguments[0])}"
        case _ if arguments:
            return " or ".join(_type(argument) for argument in arguments)
        case _:
            name = getattr(hint, "__name__", str(hint))
            return {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}.get(
                name, name.replace("NoneType", "nothing")
            )


# --- the command line ---------------------------------------------------------------------------------


def command_line() -> str:
    """Every command with its options."""
    parts = []
    for name in (each for each in app if not each.startswith("-")):
        inner = [each for each in app[name] if not each.startswith("-")]
        parts += [_command(app[name][each], f"{name} {each}") for each in inner] or [
            _command(app[name], name)
        ]
    return "\n\n".join(parts)


def _command(command: App, name: str) -> str:
    said = " ".join((command.help or "").split())
    arguments = [each for each in command.assemble_argument_collection() if each.show]
    positional = [name for each in arguments for name in each.names if not name.startswith("-")]
    usage = " ".join(("trialogue", name, *positional)).replace(" MORE", " [MORE...]")
    options = [each for each in arguments if each.names[0].startswith("-")]
    rows = [(f"`{each.names[0]}`", _taken(each), each.parameter.help or "") for each in options]
    head = f"### trialogue {name}\n\n{said}\n\nUsage: `{usage}{' [OPTIONS]' if rows else ''}`"
    return f"{head}\n\n{table(('option', 'takes', 'meaning'), rows)}" if rows else head


def _taken(argument: Argument) -> str:
    """What an option takes, and its default where it has one."""
    parts = (argument.hint, *get_args(argument.hint))
    if bool in parts:
        return ""
    choices = [value for part in parts for value in get_args(part) if isinstance(value, str)]
    names = {int: "number", float: "number", Path: "path", str: "text"}
    plain = next((names[part] for part in parts if part in names), "")
    taken = " or ".join(f"`{value}`" for value in dict.fromkeys(choices)) or plain
    default = argument.field_info.default
    return taken if default in {None, "", ()} else f"{taken}; `{default}`"


def help_text() -> str:
    """The help as the command line prints it, without colours."""
    printed = StringIO()
    app.help_print([], console=Console(file=printed, width=WIDTH, color_system=None))
    return printed.getvalue()


def exports() -> str:
    """Every format that a meeting can be had in."""
    return table(
        ("format", "file", "what it is"),
        tuple((f"`{name}`", f"`{each.file}`", each.about) for name, each in EXPORTS.items()),
    )


def exit_codes() -> str:
    """What `--help` says of exit codes."""
    return f"```text\n{EXIT_CODES}```"


def sockets() -> str:
    """The server's sockets."""
    return table(("path", "what it does"), [(f"`{path}`", what) for path, what in SOCKETS.items()])


def routes() -> str:
    """The server's routes of plain HTTP."""
    rows = [
        (
            f"`{route.method}`",
            f"`{route.path}`",
            (route.reply.__doc__ or "").split("\n")[0].rstrip("."),
            route.needs.value,
        )
        for route in ROUTES
    ]
    return table(("method", "path", "what it does", "what must be shown where there is a key"), rows)


# --- the policies ---------------------------------------------------------------------------------------

COMPARED = ("policy", "turns heard", "speech s", "mean gap s (n)", "Gini", "order of grants", "reports")
TURNS = ("turn", "who", "granted at s", "why", "ended", "heard")


SHAPED_BY: Mapping[str, tuple[str, ...]] = {
    **{name: entry.keys for name, entry in ENTRIES.items()},
    "custom": ("floor.custom",),
}
"""The keys that shape each policy."""


def policy_keys(name: str) -> str:
    """The keys that shape a policy, as the reference of the scenario tells of them."""
    rows: list[tuple[str, ...]] = []
    for path in SHAPED_BY[name]:
        place, _, key = path.rpartition(".")
        record, member, places = next(
            (record, member, places)
            for record, places in _places().items()
            for member in record.members
            if place in places and member.key == key
        )
        meaning = field_docs(record.cls)[member.attribute]
        rows.append((f"`{path}`", words(member.kind), _default(places, key), meaning))
    return table(("key", "value", "default", "meaning"), rows).replace(
        "](#", "](../../reference/scenario.md#"
    )


def policies_listed() -> str:
    """Every policy, with when to choose it."""
    return "\n".join(f"- [{name}](policies/{name}.md): {entry.about}" for name, entry in ENTRIES.items())


def policies_compared() -> str:
    """The figures of all policies, on the same cast and seed."""
    return table(COMPARED, [policy_runs.measured(name) for name in policy_runs.RUNS])


def policies_natural() -> str:
    """How often each policy that needs voices alone names who did speak next among people."""
    rates = sorted(((next_speakers.rate(name), name) for name in next_speakers.BY_SOUND), reverse=True)
    rows = [(f"[{name}](policies/{name}.md)", f"{share:.0%} ({count})") for (share, count), name in rates]
    return table(("policy", "named who spoke next (n)"), rows)


def policy_run(name: str) -> str:
    """A policy's picture, its turns and its figures."""
    shown = f"![Who was heard when, turn by turn; the table below says the same]({name}.svg)"
    figures = table(COMPARED[1:], [policy_runs.measured(name)[1:]])
    return f"{shown}\n\n{table(TURNS, policy_runs.turns(name))}\n\n{figures}"


def server_settings() -> str:
    """What `--set` takes."""
    docs = {**field_docs(ServerOptions), **field_docs(Access)}
    defaults = {**attrs.fields_dict(ServerOptions), **attrs.fields_dict(Access)}
    rows = [
        (
            f"`{key}`",
            each.wants,
            docs[each.field],
            _default_word(defaults[each.field].default, is_stretch="stretch" in each.wants),
        )
        for key, each in SETTABLE.items()
    ]
    return table(("key", "value", "what it says", "default"), rows)


def server_dates() -> str:
    """What `--as-of` knows of."""
    came = [
        (f"`{each.message}`", f"`{each.field}`" if each.field else "", each.by, f"{each.since}", each.source)
        for each in SINCE
    ]
    went = [
        (f"`{old.message}`", f"`{old.field}` for `{old.now}`", "client", f"until {old.until}", old.source)
        for old in OLD_NAMES
    ]
    return table(("message", "field", "sent by", "since", "source"), [*came, *went])


def _default_word(default: object, *, is_stretch: bool) -> str:
    match default:
        case bool():
            return "yes" if default else "no"
        case float():
            return write_duration(default) if is_stretch else f"{default:g}"
        case Enum():
            return str(default.value)
        case _:
            return str(default)


PARTS: Mapping[str, Callable[[], str]] = {
    "policies-listed": policies_listed,
    "policies-compared": policies_compared,
    "policies-natural": policies_natural,
    **{f"keys-{name}": partial(policy_keys, name) for name in policy_runs.RUNS},
    **{f"policy-{name}": partial(policy_run, name) for name in policy_runs.RUNS},
    **{f"measured-{name}": partial(measured.part, name) for name in measured.rows()},
    "scenario": scenario_reference,
    **{f"machine-{name}": partial(machine, name) for name in machines.MACHINES},
    "causes": causes,
    "events": event_reference,
    "agent-events": agent_event_reference,
    **{
        f"example-{path.stem.replace('_', '-')}": partial(example, path.name)
        for path in sorted((DOCS / "examples" / "embed").glob("*.py"))
    },
    **{f"api-{section}": partial(api_names.names, section) for section in api_names.sections()},
    "commands": command_reference,
    "command-line": command_line,
    "exports": exports,
    "exit-codes": exit_codes,
    "sockets": sockets,
    "routes": routes,
    "server-dates": server_dates,
    "server-settings": server_settings,
}
"""The parts by name."""

if __name__ == "__main__":
    sys.exit(main())
