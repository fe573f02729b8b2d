"""Pages that show machines, events, commands, and the programs of the examples."""
# ruff: noqa: INP001 - a module beside the pages

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args, get_type_hints

import attrs
import machines
from tables import table

from trialogue.agent.events import AgentEvent
from trialogue.journal.personal import personal_fields
from trialogue.model import commands, events
from trialogue.scenario.json_schema import field_docs

DOCS = Path(__file__).parent


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
