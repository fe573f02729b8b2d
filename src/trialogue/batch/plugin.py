"""Plugin for pytest: scenario files as tests, and the fixture `meeting`.

1. Files are collected only with `--trialogue`, or with `trialogue = true` in the settings.
2. A meeting is held in virtual time, unless `--trialogue-clock` names another clock.
3. A passed test leaves nothing; a failed one leaves its run and its page, and names their directory.
4. Nothing heavy is loaded before a meeting is held.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from attrs import evolve

if TYPE_CHECKING:
    from trialogue.batch.jobs import Job
    from trialogue.batch.outcomes import Outcome
    from trialogue.meeting.edges import Edges
    from trialogue.scenario.defaults import Overrides
    from trialogue.scenario.load import Scenario
    from trialogue.scenario.resolve import Resolved
    from trialogue.testing.meetings import WholeMeeting

__all__ = ["HoldMeeting", "MeetingItem", "ScenarioFile", "meeting"]

CLOCKS: Final = ("virtual", "real", "written")
"""Clocks of a test's meeting; `written` is the scenario's own."""

_LOADED: Final[list[Any]] = []
"""Ears and voices of this process, loaded once."""


class HoldMeeting(Protocol):
    """Function that holds a meeting inside a test."""

    def __call__(
        self,
        scenario: str | Path | Scenario | Resolved,
        *,
        overrides: Overrides | None = None,
        must_pass: bool = True,
        **others: Any,  # noqa: ANN401 - the parameters of `hold_meeting`
    ) -> WholeMeeting:
        """Hold a whole meeting to its end, as `trialogue.testing.hold_meeting` does, with its arguments.

        A scenario file speaks with the voices of the settings, and has their profile; a scenario that is
        built in Python murmurs where the settings name no voices. Both are on the clock of the settings.
        `MeetingFailed` where the meeting ended badly or an expectation was not met; with `must_pass=False`
        that is the test's to judge.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and settings."""
    group = parser.getgroup("trialogue", "meetings as tests")
    group.addoption(
        "--trialogue", action="store_true", help="collect scenario files (first key: trialogue) as tests"
    )
    group.addoption("--trialogue-matrix", action="store_true", help="run each cell of their matrix as a test")
    group.addoption(
        "--trialogue-clock", choices=CLOCKS, default="virtual", help="clock of the meetings (virtual)"
    )
    group.addoption(
        "--trialogue-out",
        default=".trialogue",
        help="directory for the runs of failed tests, relative to the root directory (.trialogue)",
    )
    parser.addini(
        "trialogue", "collect scenario files (first key: trialogue) as tests", "bool", default=False
    )
    parser.addini("trialogue_profile", "profile to apply to the scenarios that define it", default="")
    parser.addini("trialogue_faults", "inject the faults that scenarios define", "bool", default=False)
    parser.addini(
        "trialogue_engines", "module:function that returns the recognizer and the voices", default=""
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file where that is switched on."""
    config = parent.config
    if not (config.getoption("--trialogue") or config.getini("trialogue")):
        return None
    if file_path.suffix not in {".yaml", ".yml"}:
        return None
    from trialogue.batch.jobs import is_of_a_run, is_scenario  # noqa: PLC0415 - YAML comes with it

    if not is_scenario(file_path) or is_of_a_run(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)  # pyright: ignore[reportUnknownMemberType] -- pytest's own


class ScenarioFile(pytest.File):
    """Scenario file: one test, or one for each cell."""

    def collect(self) -> Iterator[pytest.Item]:
        """Meetings of the file."""
        from trialogue.batch.jobs import BatchRequest, jobs_of  # noqa: PLC0415 - likewise
        from trialogue.errors import ScenarioError  # noqa: PLC0415 - likewise

        out = _out(self.config, self.path)
        try:
            request = BatchRequest(
                overrides=_overrides(self.config, self.path),
                operator=_operator_options(self.config),
                matrix=bool(self.config.getoption("--trialogue-matrix")),
                html=True,
            )
            jobs = jobs_of([self.path], out, request)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from error
        for each in jobs:
            job = evolve(each, folder=str(out.absolute() / _run_name(self.path, each.name)))
            yield MeetingItem.from_parent(self, name=job.name, job=job)  # pyright: ignore[reportUnknownMemberType] -- pytest's own


class MeetingItem(pytest.Item):
    """Meeting as a test."""

    def __init__(self, *, job: Job, **others: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**others)  # pyright: ignore[reportUnknownMemberType] -- pytest's own
        self.job = job
        self.obj: Callable[[], None] = self.runtest  # plugins for coroutines examine what an item calls

    def runtest(self) -> None:
        """Hold the meeting; `MeetingFailed` where it does not pass."""
        from trialogue.batch.holding import hold_job  # noqa: PLC0415 - numpy comes with it
        from trialogue.testing.meetings import MeetingFailed  # noqa: PLC0415 - likewise

        folder = Path(self.job.folder)
        _remove_run(folder)  # of an earlier failure
        outcome = hold_job(self.job, _loaded())
        if not outcome.passed:
            raise MeetingFailed(_told(outcome))
        shutil.rmtree(folder)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own
        """Report of a failure, without a traceback of trialogue."""
        from trialogue.testing.meetings import MeetingFailed  # noqa: PLC0415 - likewise

        if isinstance(excinfo.value, MeetingFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Place of the test."""
        return self.path, 0, f"meeting {self.name}"


@pytest.fixture
def meeting(request: pytest.FixtureRequest, tmp_path: Path) -> HoldMeeting:
    """Hold the meetings of a test: `meeting("review.yaml")`; their runs are in its `tmp_path`."""

    def hold(
        scenario: str | Path | Scenario | Resolved,
        *,
        overrides: Overrides | None = None,
        must_pass: bool = True,
        **others: Any,  # noqa: ANN401 - the parameters of `hold_meeting`
    ) -> WholeMeeting:
        from trialogue.testing.meetings import hold_meeting  # noqa: PLC0415 - numpy comes with it

        config, runs = request.config, len([*tmp_path.glob("run-*")])
        file = Path(scenario) if isinstance(scenario, str | Path) else None
        return hold_meeting(
            scenario,
            tmp_path / f"run-{runs + 1}",
            overrides=overrides or _overrides(config, file),
            edges=_edges(config, others.pop("edges", None), is_file=file is not None),
            must_pass=must_pass,
            **others,
        )

    return hold


def _edges(config: pytest.Config, given: Edges | None, *, is_file: bool) -> Edges:
    """Settings of a test's meeting: the voices of the settings where it has none, and the permissions."""
    from trialogue.meeting.edges import Edges  # noqa: PLC0415 - likewise

    edges, operator = given or Edges(), _operator_options(config)
    if edges.engines is None and (is_file or operator.engines):
        edges = evolve(edges, engines=_loaded().engines(operator.engines))
    permissions = evolve(edges.permissions, faults=edges.permissions.faults or operator.faults)
    return evolve(edges, permissions=permissions)


def _overrides(config: pytest.Config, path: Path | None) -> Any:  # noqa: ANN401 - loaded when it is needed
    from trialogue.scenario.defaults import Overrides  # noqa: PLC0415 - YAML comes with it
    from trialogue.scenario.load import load  # noqa: PLC0415 - likewise
    from trialogue.scenario.schema import Clock  # noqa: PLC0415 - likewise
    from trialogue.scenario.variants import Variant  # noqa: PLC0415 - likewise

    clock, profile = str(config.getoption("--trialogue-clock")), str(config.getini("trialogue_profile"))
    has_profile = bool(profile) and path is not None and profile in (load(path).document.profiles or {})
    return Overrides(
        clock=None if clock == "written" else Clock(clock),
        variant=Variant(profile=profile if has_profile else None),
    )


def _operator_options(config: pytest.Config) -> Any:  # noqa: ANN401 - loaded when it is needed
    from trialogue.batch.jobs import OperatorOptions  # noqa: PLC0415 - YAML comes with it

    return OperatorOptions(
        engines=str(config.getini("trialogue_engines")), faults=bool(config.getini("trialogue_faults"))
    )


def _out(config: pytest.Config, path: Path) -> Path:
    """Folder of a file's runs: below the root, by the file's own path, so that tests do not share one."""
    out = config.rootpath / str(config.getoption("--trialogue-out"))
    parent = path.parent
    return out / parent.relative_to(config.rootpath) if parent.is_relative_to(config.rootpath) else out


def _run_name(file: Path, meeting_name: str) -> str:
    """Name of a run's directory in that of its file: no other file or cell there has it, and no folder.

    `review.yaml` for `review.yaml`, and `review.yaml-review-NAME` for a cell.
    """
    from trialogue.batch.jobs import fit  # noqa: PLC0415 - likewise

    whole = file.name if meeting_name == fit(file.stem) else f"{file.name}-{meeting_name}"
    name = fit(whole)
    return name if name == whole else f"{name}-{blake2b(os.fsencode(whole), digest_size=4).hexdigest()}"


def _remove_run(folder: Path) -> None:
    """Remove the run that an earlier test kept; MeetingFailed for a directory with anything else."""
    from trialogue.journal.files import JOURNAL  # noqa: PLC0415 - likewise
    from trialogue.testing.meetings import MeetingFailed  # noqa: PLC0415 - likewise

    try:
        if not os.path.lexists(folder):
            return
        is_ours = folder.is_dir() and not folder.is_symlink()
        if not is_ours or (any(folder.iterdir()) and not (folder / JOURNAL).is_file()):
            raise MeetingFailed(f"{folder} is not a run: choose another directory with --trialogue-out")
        shutil.rmtree(folder)
    except OSError as error:
        raise MeetingFailed(f"cannot remove the earlier run {folder}: {error.strerror}") from error


def _loaded() -> Any:  # noqa: ANN401 - loaded when it is needed
    from trialogue.batch.holding import Loaded  # noqa: PLC0415 - numpy comes with it

    if not _LOADED:
        _LOADED.append(Loaded())
    return _LOADED[0]


def _told(outcome: Outcome) -> str:
    """Report of a meeting that did not pass, with its place."""
    lines = [f"{outcome.file}: {outcome.told} (exit code {outcome.exit_code})"]
    lines += [f"{outcome.file}:{each.line}: {each.place}, {each.kind}: {each.text}" for each in outcome.unmet]
    page = Path(outcome.folder) / "report.html"
    lines += [f"run:  {outcome.folder}"] if Path(outcome.folder).exists() else []
    lines += [f"page: {page}"] if page.exists() else []
    return "\n".join(lines)
