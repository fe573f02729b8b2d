"""How much faster than real time a meeting of five runs under the virtual clock."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, Row
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NUMBER = itertools.count()


def held(scenario: Path, folder: Path) -> float:
    """Hold a meeting: its seconds over the processor's."""
    cpu = time.process_time()
    result = run_meeting(scenario, overrides=Overrides(clock=Clock.VIRTUAL), out=folder / str(next(NUMBER)))
    return result.result.duration_s / (time.process_time() - cpu)


def variant(source: Path, folder: Path, *, frame: str, by_text: bool) -> Path:
    """The ten minutes with frames of this length, and with a chair that is told what was said.

    The scripts that the scenario names are copied beside it.
    """
    scenario = yaml.safe_load(source.read_text(encoding="utf-8"))
    scenario["run"]["frame"] = frame
    for seat in scenario["cast"].values():
        if by_text and seat.get("role") == "chair":
            seat["hears"] = "text"
    shutil.copytree(source.parent / "scripts", folder / "scripts", dirs_exist_ok=True)
    path = folder / f"ten-minutes-{frame}-{'text' if by_text else 'ear'}.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return path


def measure(ask: Ask) -> Iterator[Figure]:
    """The ten minutes by text and by ear, at both lengths of a frame; the first of each fills caches."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        source = SCENARIOS / ("smallest.yaml" if ask.is_quick else "ten-minutes.yaml")
        if ask.is_quick:
            held(source, folder)
            yield Figure(
                "smallest.yaml", "times life", ask.alternate(1, {OURS: partial(held, source, folder)})
            )
            return
        for frame, by_text, limit in (
            ("100ms", True, 600.0),
            ("20ms", True, 500.0),
            ("100ms", False, 250.0),
            ("20ms", False, None),
        ):
            scenario = variant(source, folder, frame=frame, by_text=by_text)
            ask.say("a first meeting, which fills caches")
            held(scenario, folder)
            found = ask.alternate(ask.rounds(5), {OURS: partial(held, scenario, folder)})
            how = "by text" if by_text else "by ear"
            goal = Goal(at_least=limit) if limit else None
            yield Figure(f"{how}, frames of {frame}", "times life", found, goal)


ROWS = (
    Row(
        "virtual",
        "Five agents for ten minutes under the virtual clock, with cached speech: seconds of the meeting "
        "over seconds of the processor, in one process, after a first meeting.",
        measure,
        "Imports, and speech that no cache has, are not in it.",
    ),
)
