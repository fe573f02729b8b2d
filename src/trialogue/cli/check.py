"""`trialogue check`, `explain` and `schema`: what a scenario file says, and whether it can be run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from trialogue.cli.endings import WRONG_USE
from trialogue.cli.view_lines import Line, Span, Tone, counted, line, padded, span, width
from trialogue.cli.view_screens import put_lines, show
from trialogue.errors import SetupError
from trialogue.model.text import safe_text, steerless_json
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.endpoints import endpoints, installed_models
from trialogue.scenario.notes import end_notes, notes
from trialogue.scenario.problem_lines import lines_of, page_of, where_more
from trialogue.scenario.problems import Code, ScenarioProblem, path_text
from trialogue.scenario.problems import Path as Keys
from trialogue.scenario.resolve import Examined, Resolved, examine, prepare
from trialogue.scenario.tool_keys import McpCall
from trialogue.scenario.variants import Variant
from trialogue.scenario.vocabulary import MICROPHONE
from trialogue.services import EMBEDDED, service_of

if TYPE_CHECKING:
    from trialogue.scenario.explain import Explained

CODE = re.compile(r"[eE]-[A-Za-z-]+")
"""Form of a code of a problem, which no file name has."""

MOST_VARIANTS = 24
"""Most profiles and cells that are listed."""

LONGEST_PATH = 44
"""Most cells of the column of paths; longer ones push their values to the right."""


def check_files(
    files: Sequence[Path], overrides: Overrides, *, as_json: bool, file_only: bool = False
) -> int:
    """Print all problems of these files; returns 0 if there are none, else 2.

    With `file_only`, missing environment variables and models are not counted as problems.
    """
    examined = {file: examine(file, overrides) for file in files}
    found = {file: _faults(each, file_only=file_only) for file, each in examined.items()}
    if as_json:
        problems = [_as_json(file, each) for file, faults in found.items() for each in faults]
        put_lines(_json_of(problems))
    else:
        show(
            [
                told
                for file, each in examined.items()
                for told in (_bad(found[file]) if found[file] else _good(file, each, overrides))
            ]
        )
    return WRONG_USE if any(found.values()) else 0


def explain_file(file: Path, overrides: Overrides, *, as_json: bool) -> int:
    """Print every value of a scenario with its origin, or explain a code such as `E-KEY-UNKNOWN`."""
    if CODE.fullmatch(str(file)):
        put_lines(page_of(str(file)))
        return 0
    from trialogue.scenario.explain import explain  # noqa: PLC0415 - `check` does not need it

    explained = explain(prepare(file, overrides))
    if as_json:
        values = [{"path": each.path, "value": each.value, "origin": str(each.origin)} for each in explained]
        put_lines(_json_of(values))
    else:
        cells = min(LONGEST_PATH, max(width(each.path) for each in explained))
        show([_explained(each, cells) for each in explained])
    return 0


def print_schema() -> int:
    """Print the JSON Schema of scenario files."""
    from trialogue.scenario.json_schema import json_schema  # noqa: PLC0415 - it reads our own source

    put_lines(_json_of(json_schema()))
    return 0


def _bad(faults: Sequence[ScenarioProblem]) -> list[Line]:
    more = line(span(where_more(faults), Tone.FAINT))
    return [*(each for fault in faults for each in _told(fault)), more]


def _good(file: Path, examined: Examined, overrides: Overrides) -> list[Line]:
    assert examined.resolved is not None  # noqa: S101 # nothing keeps it from being run
    good = Span("good", Tone.STRONG)
    return [
        line(span(f"{file}: "), good, span(f", {_contents(examined.resolved)}")),
        *(
            line(span(f"{file}: note: {note}"))
            for note in (*notes(examined.resolved), *end_notes(examined.resolved))
        ),
        *_variants(file, examined.variants, overrides),
    ]


def _faults(examined: Examined, *, file_only: bool) -> list[ScenarioProblem]:
    """Problems of one file; those of its record and of this environment only where it has no others."""
    if examined.problems or examined.resolved is None:
        return list(examined.problems)
    return [*_of_record(examined.resolved), *([] if file_only else _lacks(examined.resolved))]


def _of_record(resolved: Resolved) -> list[ScenarioProblem]:
    """A problem for a file of recorded model answers that a meeting could not read to its end."""
    if resolved.models is None:
        return []
    from trialogue.server.think.on_record import open_models  # noqa: PLC0415 - only where there is a record

    path: Keys = ("run", "models")
    try:
        open_models(resolved.models, asks=False)
    except SetupError as error:
        return [resolved.places.problem(path, str(error), Code.FILE)]
    return []


def _lacks(resolved: Resolved) -> list[ScenarioProblem]:
    """A problem for each variable, model and piece of code that is missing in this environment."""
    return [*_unset(resolved), *_uninstalled(resolved), *_not_found(resolved)]


def _not_found(resolved: Resolved) -> list[ScenarioProblem]:
    """A problem for each function that is in no module; nothing is imported."""
    if not resolved.code:
        return []
    from trialogue.meeting.named_code import missing_code  # noqa: PLC0415 - only where code is named

    return [resolved.places.problem(path, missing, Code.FILE) for path, missing in missing_code(resolved)]


def _uninstalled(resolved: Resolved) -> list[ScenarioProblem]:
    """A problem for each model that no installed package brings."""
    if not any(installed_models(resolved.document)):
        return []
    from trialogue.meeting.models import missing_models  # noqa: PLC0415 - trio comes with it

    return [
        resolved.places.problem(path, missing, Code.THINK_LOCAL) for path, missing in missing_models(resolved)
    ]


def _unset(resolved: Resolved) -> list[ScenarioProblem]:
    """A problem for each environment variable that is not set."""
    return [
        resolved.places.problem(
            path, f"needs the environment variable {name}, which is not set", Code.ENVIRONMENT
        )
        for name, path in _lacking(resolved).items()
    ]


def _lacking(resolved: Resolved) -> dict[str, Keys]:
    if not resolved.needs and all(service_of(via).hosted is None for via in resolved.services):
        return {}
    from trialogue.meeting.permissions import unset_variables  # noqa: PLC0415 - trio comes with it

    return unset_variables(resolved)


def _told(fault: ScenarioProblem) -> list[Line]:
    """A problem with its line of the file, unchanged, and a caret below the place."""
    head, *rest = lines_of(fault)
    return [line(span(head)), *(line(Span(each, Tone.FAINT)) for each in rest)]


def _variants(file: Path, found: Sequence[Variant], overrides: Overrides) -> list[Line]:
    """The other meetings of the file (profiles and cells), each with the option that selects it."""
    told = [
        line(span(f"{file}: also with {each}{_once_set(prepare(file, evolve(overrides, variant=each)))}"))
        for each in found[:MOST_VARIANTS]
    ]
    more = len(found) - MOST_VARIANTS
    return told if more <= 0 else [*told, line(span(f"{file}: and {more:,} more"))]


def _once_set(resolved: Resolved) -> str:
    names = " and ".join(_lacking(resolved))
    return f", once {names} is set" if names else ""


def _contents(resolved: Resolved) -> str:
    """Contents of a valid file, in a few words."""
    plan = resolved.plan
    parts = [counted(len(plan.participants), "participant"), f"{plan.floor.policy} floor"]
    parts.extend([counted(len(plan.agenda), "point")] if plan.agenda else [])
    parts.extend([counted(len(resolved.tools), "tool")] if resolved.tools else [])
    parts.extend([f"runs code: {', '.join(resolved.code)}"] if resolved.code else [])
    parts.extend([f"needs {', '.join(resolved.needs)}"] if resolved.needs else [])
    options = [shlex.join(option) for option in _missing_permissions(resolved)]
    parts.extend([f"needs {' '.join(options)}"] if options else [])
    parts.extend(f"needs {package}" for package in _missing_packages(resolved))
    return ", ".join([*parts, f"{resolved.clock.value} clock"])


def _missing_packages(resolved: Resolved) -> list[str]:
    """Packages of each extra that the meeting needs and this environment lacks, with the command."""
    from importlib.util import find_spec  # noqa: PLC0415 - `check` of a wrong file has no use for it

    from trialogue.speech import wheels  # noqa: PLC0415 - likewise

    absent = {"local": wheels.missing() if EMBEDDED in resolved.services else []}
    if any(person.via == MICROPHONE for person in resolved.people):
        absent["audio"] = ["sounddevice"] if find_spec("sounddevice") is None else []
    if any(isinstance(tool.action, McpCall) for tool in resolved.tools):
        absent["mcp"] = ["mcp"] if find_spec("mcp") is None else []
    return [
        f"{', '.join(names)} (pip install 'trialogue[{extra}]')" for extra, names in absent.items() if names
    ]


def _missing_permissions(resolved: Resolved) -> tuple[tuple[str, ...], ...]:
    asks = (resolved.plan.faults, resolved.tools, resolved.code, tuple(endpoints(resolved.document)))
    if not any(asks):
        return ()
    from trialogue.meeting.permissions import missing_permissions  # noqa: PLC0415 - trio comes with it
    from trialogue.tools.permissions import NOTHING_MORE  # noqa: PLC0415 - likewise

    return missing_permissions(resolved, NOTHING_MORE)


def _explained(each: Explained, cells: int) -> Line:
    value = safe_text(json.dumps(each.value, ensure_ascii=False))
    path = each.path if width(each.path) > cells else padded(each.path, cells)
    return line(
        span(f"{path}  ", Tone.STRONG), Span(value), span(f"  # {each.origin}", Tone.FAINT), hang=cells + 2
    )


def _json_of(value: object) -> str:
    return steerless_json(json.dumps(value, indent=2, ensure_ascii=False).encode(errors="replace")).decode()


def _as_json(file: Path, problem: ScenarioProblem) -> dict[str, object]:
    return {
        "file": str(file),
        "source": problem.place.source,
        "line": problem.place.line,
        "column": problem.place.column,
        "path": path_text(problem.path),
        "code": problem.code.value,
        "text": problem.text,
    }
