"""Small meetings for batches, and what comes of meetings that nobody held."""

from pathlib import Path

from trialogue.batch.jobs import BatchRequest, OperatorOptions, jobs_of
from trialogue.batch.outcomes import Outcome

SMALL = """\
# a small meeting
trialogue: 1
name: small
run: {clock: virtual, seed: 3, limits: {time: 1m, turns: 5}}
cast:
  ann: {role: chair, lines: ["Hello. Bob, please.", "The meeting is closed."]}
  bob: {title: Bobby, lines: ["It works. It is fast."]}
end: {any: [{said: {by: ann, match: closed}}, limits]}
floor: {policy: moderated}
matrix: {run.seed: [1, 2]}
expect: {at_end: [{said: {by: bob, match: fast}}]}
"""

MURMURING = OperatorOptions(engines="trialogue.testing:murmuring_engines")


def written(folder: Path, name="small.yaml", text=SMALL) -> Path:
    """A scenario file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def jobs(folder: Path, text=SMALL, **asked):
    """The jobs of the small meeting, with voices that murmur."""
    file = written(folder, text=text)
    return jobs_of([file], folder / "out", BatchRequest(operator=MURMURING, **asked))


def outcome(name="a", group="a", code=0, **values):
    """What came of a meeting."""
    return Outcome(name, group, f"/x/{group}.yaml", f"/x/out/{name}", "held", code, **values)
