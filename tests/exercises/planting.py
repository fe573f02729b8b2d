"""Plants changes in the library's scenarios, and prints which of them turned their scenario red, and by what.

    python tests/exercises/planting.py [NAME ...]

Each change of `planting.yaml` is made in a copy of its scenario, whose meeting is held in virtual time. The
exit code is 1 where a scenario as it stands is not green, or a planted change leaves one green.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from trialogue.batch.jobs import BatchRequest, Job, OperatorOptions, jobs_of
from trialogue.batch.local_workers import HandPool
from trialogue.batch.outcomes import Outcome
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock

HERE = Path(__file__).parent
SCENARIOS = HERE.parents[1] / "scenarios"
CHANGES = yaml.safe_load((HERE / "planting.yaml").read_text(encoding="utf-8"))


def main(names: list[str]) -> int:
    """Plant the changes of these scenarios, of all where none is named."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = dict(planted(Path(folder), names or list(CHANGES)))
        found = {each.name: each for each in HandPool(list(jobs), os.cpu_count() or 1).outcomes()}
    wrong = 0
    print(f"{'scenario':<16} {'planted':<10} {'verdict':<8} by")
    for job, kind in jobs.items():
        outcome = found[job.name]
        is_right = outcome.passed is (kind == "nothing")
        wrong += not is_right
        name = job.group.split("/")[-1].split("+")[0]
        print(
            f"{name:<16} {kind:<10} {verdict(outcome):<8} {reason(outcome)}{'' if is_right else '  <- WRONG'}"
        )
    print(f"{len(jobs) - wrong} of {len(jobs)} as they should be")
    return 1 if wrong else 0


def planted(folder: Path, names: list[str]) -> Iterator[tuple[Job, str]]:
    """A job for each scenario as it stands, and for each change."""
    request = BatchRequest(
        overrides=Overrides(clock=Clock.VIRTUAL),
        operator=OperatorOptions(
            engines=os.environ.get("TRIALOGUE_ENGINES", "trialogue.testing:murmuring_engines")
        ),
    )
    shutil.copytree(SCENARIOS / "models", folder / "models")
    for name in names:
        text = (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")
        changes = [("nothing", text)]
        for change in CHANGES[name]:
            if change["old"] not in text:
                raise SystemExit(f"{name}: there is no {change['old']!r}")
            changes.append((change["kind"], text.replace(change["old"], change["new"])))
        for number, (kind, changed) in enumerate(changes):
            file = folder / f"{name}+{number}.yaml"
            file.write_text(changed, encoding="utf-8")
            (job,) = jobs_of([file], folder / "out", request)
            yield job, kind


def verdict(outcome: Outcome) -> str:
    """Green or red."""
    return "green" if outcome.passed else "red"


def reason(outcome: Outcome) -> str:
    """What it turned red by, as far as a line takes it."""
    told = [f"{each.place}: {each.text}" for each in outcome.unmet] or [outcome.text]
    text = next((each for each in told if "not on record" in each), told[0])
    return text if len(text) <= 200 else f"{text[:199]}…"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
