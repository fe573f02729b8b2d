"""The meetings of a batch: which scenario files, which cells of their matrix, how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final, cast

import cattrs
from attrs import evolve, field

from trialogue.errors import SetupError
from trialogue.regular_files import open_regular
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import load
from trialogue.scenario.resolve import Resolved, prepare
from trialogue.scenario.variants import cells
from trialogue.values import frozen

__all__ = ["BatchRequest", "Job", "Leeway", "decoded", "encoded", "files_in", "jobs_of", "prepared_job"]

_CONVERTER: Final = cattrs.Converter()
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.=-]+")
"""Characters that no directory's name has."""

_HEAD: Final = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:---\s*\n\s*(?:#[^\n]*\n\s*)*)?[\"']?trialogue[\"']?\s*:")
"""Beginning of a scenario file: its first key is `trialogue`."""


@frozen
class Leeway:
    """Leeway of the operator's: code and agents that are allowed, and where services are."""

    imports: tuple[str, ...] = ()
    """Patterns of functions that tools may run."""

    commands: tuple[str, ...] = ()
    """Patterns of programs that tools may start."""

    hosts: tuple[str, ...] = ()
    """Hosts beside this machine that may be asked."""

    code: bool = True
    """Whether scenarios may run code at all."""

    endpoint: str | None = None
    """The address of the hosted service, where it is not the vendor's."""

    faults: bool = False
    """Whether what scenarios want to go wrong does."""

    engines: str = ""
    """`module:function` of the ears and voices; those of `trialogue[local]` where empty."""


@frozen
class Job:
    """One meeting to be held."""

    name: str
    """Name in tables, unique in its batch: the directory of its run."""

    file: str
    """The scenario file, as an absolute path."""

    group: str
    """Name of the group that it is counted with: the file and the cell, of which it is one repeat."""

    folder: str
    """The run's directory, as an absolute path."""

    overrides: Overrides
    """Overrides of what the file says."""

    leeway: Leeway = Leeway()
    """Permissions of its meeting."""

    html: bool = False
    """Whether its page is written."""

    resume: bool = False
    """Whether it is gone on with where it was cut off."""


@frozen
class BatchRequest:
    """Request for a batch, as its operator says it."""

    overrides: Overrides = field(factory=Overrides)
    """For every meeting."""

    leeway: Leeway = Leeway()
    """For every meeting."""

    repeat: int = 1
    """Number of times that each is held, with one seed after another."""

    matrix: bool = False
    """Whether each cell of a file's matrix is held, instead of the file as it stands."""

    html: bool = False
    """Whether each run's page is written."""

    resume: bool = False
    """Whether meetings that were cut off are gone on with."""


def files_in(places: Sequence[str]) -> list[Path]:
    """The scenario files that are meant: files, patterns, and directories with all that is in them.

    In a directory only a file whose first key is `trialogue` is one, and none that a run keeps as its own.
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
        return sorted(each for each in map(Path, glob(place, recursive=True)) if is_scenario(each))  # noqa: PTH207 - relative patterns and absolute ones
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
    """Whether a file lies beside a journal: it was held already, and is kept there as it was."""
    return (path.parent / "journal.jsonl").exists()


def jobs_of(files: Iterable[Path], out: Path, asked: BatchRequest) -> list[Job]:
    """Every meeting of a batch, in order; `ScenarioError` where a file cannot be read."""
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
            jobs.append(evolve(job, name=name, folder=str(out.absolute() / name)))
    return jobs


def called(file: Path, files: Iterable[Path]) -> str:
    """Name of a file among others: with as many directories before it as tell it apart."""
    parts = file.absolute().with_suffix("").parts
    others = [each.absolute().with_suffix("").parts for each in files if each.absolute() != file.absolute()]
    for count in range(1, len(parts)):
        if not any(other[-count:] == parts[-count:] for other in others):
            return "/".join(parts[-count:])
    return "/".join(parts)


def _jobs_of(file: Path, label: str, asked: BatchRequest) -> Iterator[Job]:
    scenario = load(file)
    chosen: list[str | None] = [str(each) for each in cells(scenario.document)] if asked.matrix else []
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
                file=str(file.absolute()),
                group=group,
                folder="",
                overrides=one,
                leeway=asked.leeway,
                html=asked.html,
                resume=asked.resume,
            )


def _first_seed(file: Path, overrides: Overrides) -> int:
    """The seed that a meeting has by itself: its repeats count on from it."""
    return prepare(file, overrides).plan.seed


def fit(name: str) -> str:
    """A name as a directory can have it."""
    return _UNFIT.sub("_", name).strip("_")[:150] or "meeting"


def prepared_job(job: Job) -> Resolved:
    """The scenario of a job, ready to run; `ScenarioError` where it is wrong."""
    return prepare(job.file, job.overrides)


def encoded(job: Job) -> dict[str, Any]:
    """A job as plain JSON values."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(job))


def decoded(raw: dict[str, Any]) -> Job:
    """The job that plain values stand for."""
    return _CONVERTER.structure(raw, Job)
