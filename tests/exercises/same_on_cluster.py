"""Runs the meetings of a matrix on this machine and on a local Dask cluster, and compares their files.

    python tests/exercises/same_on_cluster.py [MEETINGS] [WORKERS] [FOLDER]

Each meeting has a chair, a tool, a person by clips and a policy and a seed of its own. Journals, recordings,
transcripts and scenarios must be equal byte for byte; `same_runs` has what differs by nature. Exit code 1
where any file differs or is missing, or where a meeting was not held.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from same_runs import RUN, comparable

SCENARIO = """\
trialogue: 1
name: table
run: {{clock: virtual, limits: {{time: 1m, turns: 7}}}}
cast:
  chair:
    role: chair
    lines: ["What does the edge cost? Biz, please.", "And how fast is it? Tech.", "Thank you."]
  tech: {{hears: audio, lines: ["It takes eight milliseconds.", "It is fast."]}}
  biz:
    tools: [price]
    think:
      provider: scripted
      script:
        - {{think: 200ms..900ms}}
        - {{call: {{tool: price}}, say: "It costs ${{result.sum}} dollars."}}
        - {{otherwise: "That is all that I know."}}
  dana:
    via:
      clips:
        - {{say: "And what about privacy?", when: {{speaking: tech, for: 1s}}}}
        - {{say: "One more question.", when: {{speaking: biz, for: 500ms}}, mode: wait}}
tools:
  price: {{description: What the edge costs., mock: {{result: {{sum: nine thousand}}, delay: 400ms}}}}
matrix:
  floor.policy: [moderated, round-robin, queue, least-spoken, random]
  run.seed: [{seeds}]
"""
POLICIES = 5


def held(scenario: Path, out: Path, *carrier: str) -> float:
    """Hold all meetings of the matrix; the seconds that they took. Ends the program where that fails."""
    began = time.monotonic()
    command = [sys.executable, "-c", RUN, "batch", str(scenario), "--matrix", "--out", str(out), *carrier]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(
            f"{' '.join(carrier)}: exit code {ended.returncode}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"
        )
    return time.monotonic() - began


def runs(out: Path) -> dict[str, Path]:
    """The runs of a batch, by their names."""
    return {str(each.parent.relative_to(out)): each.parent for each in sorted(out.rglob("journal.jsonl"))}


def files(run: Path) -> dict[str, Path]:
    """The files of a run, by their paths within it."""
    return {str(each.relative_to(run)): each for each in sorted(run.rglob("*")) if each.is_file()}


def differences(one: Path, other: Path, counts: Counter[str]) -> Iterator[str]:
    """What differs between two runs; what is equal is counted, by kind."""
    here, there = files(one), files(other)
    for name in sorted(here.keys() ^ there.keys()):
        yield f"{name} is only in one"
    for name in sorted(here.keys() & there.keys()):
        is_equal = comparable(here[name]) == comparable(there[name])
        kind = "recording" if name.startswith("audio/") else name
        counts[kind] += is_equal
        counts["bytes"] += here[name].stat().st_size if is_equal else 0
        if not is_equal:
            yield f"{name} differs"


def main() -> None:
    """Hold them twice, and compare."""
    given = sys.argv[1:]
    meetings, workers = (int(each) for each in (*given[:2], *("100", "2")[len(given[:2]) :]))
    folder = Path(given[2]) if given[2:] else Path(tempfile.mkdtemp(prefix="same-on-cluster-"))
    folder.mkdir(parents=True, exist_ok=True)
    scenario = folder / "table.yaml"
    scenario.write_text(SCENARIO.format(seeds=", ".join(map(str, range(1, meetings // POLICIES + 1)))))
    local_s = held(scenario, folder / "local", "--workers", str(workers))
    dask_s = held(scenario, folder / "dask", "--dask-local", str(workers))
    local, dask = runs(folder / "local"), runs(folder / "dask")
    counts, wrong = Counter[str](), [f"{name}: only on one" for name in sorted(local.keys() ^ dask.keys())]
    for name in sorted(local.keys() & dask.keys()):
        wrong += [f"{name}: {each}" for each in differences(local[name], dask[name], counts)]
    for each in wrong:
        print(each)
    size = counts.pop("bytes")
    print(
        f"{workers} workers: {len(local)} meetings in {local_s:.0f} s, by Dask {len(dask)} in {dask_s:.0f} s"
    )
    print(f"equal: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}; {size:,} bytes")
    print(f"{len(wrong)} differences")
    sys.exit(bool(wrong) or len(local) != meetings)


if __name__ == "__main__":
    main()
