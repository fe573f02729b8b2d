"""Jobs of a batch: its scenario files, the cells of their matrices, and their repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final, cast

import cattrs
from attrs import evolve, field

from trialogue.errors import SetupError
from trialogue.fixed_paths import fixed
from trialogue.regular_files import open_regular
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import load
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.variants import cells
from trialogue.values import frozen

__all__ = [
    "BatchRequest",
    "Job",
    "OperatorOptions",
    "decoded",
    "encoded",
    "files_in",
    "jobs_of",
    "prepared_job",
]

_CONVERTER: Final = cattrs.Converter()
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.=-]+")
"""Characters that a directory's name does not have."""

_HEAD: Final = re.compile(
    r"\s*(?:#[^\n]*\n\s*)*(?:---[^\S\n]*\n\s*(?:#[^\n]*\n\s*)*)?[\"']?trialogue[\"']?\s*:"
)
"""Beginning of a scenario file: its first key is `trialogue`."""


@frozen
class OperatorOptions:
    """Operator's options for meetings: permissions, the address of the service, and the engines."""

    imports: tuple[str, ...] = ()
    """Patterns of functions that tools may run."""

    commands: tuple[str, ...] = ()
    """Patterns of programs that tools may start."""

    hosts: tuple[str, ...] = ()
    """Hosts besides this machine that may be contacted."""

    code: bool = True
    """Whether scenarios may run code at all."""

    endpoint: str | None = None
    """Address of the hosted service; None for the vendor's."""

    faults: bool = False
    """Whether the faults in scenarios strike."""

    engines: str = ""
    """`module:function` of the engines; empty for those of `trialogue[local]`."""


@frozen
class Job:
    """Meeting to be held."""

    name: str
    """Name in tables, unique in its batch: the directory of its run."""

    file: str
    """The scenario file, as an absolute path."""

    group: str
    """Name of its group: the file and the cell, which its repeats share."""

    folder: str
    """The run's directory, as an absolute path."""

    overrides: Overrides
    """Overrides of the file's values."""

    operator: OperatorOptions = OperatorOptions()
    """Operator's options for its meeting."""

    html: bool = False
    """Whether its page is written."""

    resume: bool = False
    """Whether a meeting that was cut off is continued."""


@frozen
class BatchRequest:
    """Request for a batch, from its operator."""

    overrides: Overrides = field(factory=Overrides)
    """Overrides for every meeting."""

    operator: OperatorOptions = OperatorOptions()
    """Operator's options for every meeting."""

    repeat: int = 1
    """Number of repeats of each meeting, with one seed after another."""

    matrix: bool = False
    """Whether each cell of a file's matrix is held, instead of the file as it is."""

    html: bool = False
    """Whether each run's page is written."""

    resume: bool = False
    """Whether meetings that were cut off are continued."""


def files_in(places: Sequence[str]) -> list[Path]:
    """Scenario files for these paths: files, patterns, and directories with everything in them.

    In a directory only a file whose first key is `trialogue` counts, except those that runs keep.
    `SetupError` where nothing is found.
    """
    found = dict.fromkeys(file for place in places for file in _files_at(place))
    if not found:
        raise SetupError(f"no scenario at {', '.join(places)}")
    return list(found)


def _files_at(place: str) -> list[Path]:
    path = Path(place)
    if path.is_dir():
        return sorted(each for each in path.rglob("*.y*ml") if is_scenario(each) and not is_of_a_run(each))
    if has_magic(place):
        return sorted(each for each in map(Path, glob(place, recursive=True)) if is_scenario(each))  # noqa: PTH207 - Path.glob takes no absolute patterns
    if not path.is_file():
        raise SetupError(f"no scenario at {place}")
    return [path]


def is_scenario(path: Path) -> bool:
    """Whether a file's first key is `trialogue`."""
    if not path.is_file() or path.suffix not in {".yaml", ".yml"}:
        return False
    with open_regular(path) as file:
        return _HEAD.match(file.read(8192).decode("utf-8-sig", "replace")) is not None


def is_of_a_run(path: Path) -> bool:
    """Whether a file lies beside a journal: a run keeps it."""
    return (path.parent / "journal.jsonl").exists()


def jobs_of(files: Iterable[Path], out: Path, asked: BatchRequest) -> list[Job]:
    """Jobs of a batch, in order; `ScenarioError` where a file cannot be read."""
    jobs: list[Job] = []
    names: set[str] = set()
    listed = list(files)
    for file in listed:
        for job in _jobs_of(file, called(file, listed), asked):
            name = job.name
            number = 2
            while name in names:
                name = f"{job.name}~{number}"
                number += 1
            names.add(name)
            jobs.append(evolve(job, name=name, folder=str(fixed(out) / name)))
    return jobs


def called(file: Path, files: Iterable[Path]) -> str:
    """Name of a file among others: with as many directories before it as distinguish it."""
    parts = fixed(file).with_suffix("").parts
    others = [fixed(each).with_suffix("").parts for each in files if fixed(each) != fixed(file)]
    for count in range(1, len(parts)):
        if not any(other[-count:] == parts[-count:] for other in others):
            return "/".join(parts[-count:])
    return "/".join(parts)


def _jobs_of(file: Path, label: str, asked: BatchRequest) -> Iterator[Job]:
    scenario = load(file)
    chosen: list[str | None] = []
    if asked.matrix:
        _check_axes(file, scenario.document.matrix or {}, asked.overrides)
        chosen.extend(str(each) for each in cells(scenario.document))
    for cell in chosen or [asked.overrides.variant.cell]:
        variant = evolve(asked.overrides.variant, cell=cell)
        overrides = evolve(asked.overrides, variant=variant)
        group = f"{label}-{cell}" if cell else label
        first = _first_seed(file, overrides) if asked.repeat > 1 else None
        for number in range(asked.repeat):
            one = overrides if first is None else evolve(overrides, seed=first + number)
            name = fit(group if first is None else f"{group}-{first + number}")
            yield Job(
                name=name,
                file=str(fixed(file)),
                group=group,
                folder="",
                overrides=one,
                operator=asked.operator,
                html=asked.html,
                resume=asked.resume,
            )


def _check_axes(file: Path, axes: Iterable[str], overrides: Overrides) -> None:
    """Raise SetupError for an axis whose values an option would replace: all its cells would be one meeting.

    The clock is left out: pytest sets it for all files.
    """
    for axis in axes:
        option = overrides.option_of(tuple(axis.split(".")))
        if option is not None and axis != "run.clock":
            raise SetupError(
                f"{file}: {option} would replace every value of {axis} in the matrix: leave it out, or {axis}"
            )


def _first_seed(file: Path, overrides: Overrides) -> int:
    """Seed of a meeting without repeats; its repeats count on from it."""
    return prepare(file, overrides).plan.seed


def fit(name: str) -> str:
    """Name in the form that a directory can have."""
    return _UNFIT.sub("_", name).strip("_")[:150] or "meeting"


def prepared_job(job: Job) -> Resolved:
    """Scenario of a job, ready to run; `ScenarioError` for an invalid one."""
    return prepare(job.file, job.overrides)


def encoded(job: Job) -> dict[str, Any]:
    """Job as plain JSON values."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(job))


def decoded(raw: dict[str, Any]) -> Job:
    """Job from plain values."""
    return _CONVERTER.structure(raw, Job)
