"""Instructions that codec, brain and journal take, counted by callgrind: no quiet machine is needed.

    python tests/counts/instructions.py            # compare with the baseline of this minor of Python
    python tests/counts/instructions.py --renew    # write the baseline anew, after a change that was meant
    python tests/counts/instructions.py --slower   # with a tenth more work planted: everything must be red

A count may differ from its baseline by `TOLERANCE`: what takes more is slower, and what takes less wants a
new baseline, as the next tenth would hide behind it. Counts hang on the releases of the lock, so the baseline
is that of `requirements.lock`. Needs valgrind (Debian: `apt-get install valgrind`).

The work runs in a process of its own under valgrind, with a fixed hash seed. `os.getppid` marks where a
stretch of it begins and ends: callgrind writes what it has counted whenever that function is called.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
BASELINE = HERE / "instructions.json"
TOLERANCE = 0.05
MARK = "getppid"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"

Work = Callable[[], int]
"""Does the work once, and says of how many units it was."""


def codec() -> dict[str, Work]:
    """Messages of the wire's examples, read and written."""
    from trialogue.services.deepgram.codec import decode_client, decode_server, encode

    lines = [
        (decode, text)
        for side, decode in (("server", decode_server), ("client", decode_client))
        for text in (HERE.parent / "deepgram" / "examples" / f"{side}.jsonl").read_text().splitlines()
    ]
    messages = [decode(text) for decode, text in lines]

    def read() -> int:
        for decode, text in lines:
            decode(text)
        return len(lines)

    def write() -> int:
        for message in messages:
            encode(message)
        return len(messages)

    return {"codec: a message read": read, "codec: a message written": write}


def brain_and_journal(folder: Path) -> dict[str, Work]:
    """The events of a kept meeting, decided again; its records, written and read."""
    from trialogue.brain.meeting import Brain
    from trialogue.journal import Header, Journal, read

    kept = read(HERE.parent / "journal" / "kept" / "rules-1-edge-cache.jsonl")
    records, header, number = list(kept), Header(kept.header.plan, "0.1.0"), itertools.count()
    path = folder / "read.jsonl"

    def write_to(path: Path) -> int:
        journal = Journal.create(path, header)
        for record in records:
            journal.append(record)
        journal.close("counted")
        return len(records)

    def decide() -> int:
        brain = Brain(header.plan)
        for record in records:
            brain.handle(record.event, record.at)
        return len(records)

    def read_again() -> int:
        return sum(1 for _ in read(path))

    write_to(path)
    return {
        "brain: an event decided": decide,
        "journal: a record written": lambda: write_to(folder / f"{next(number)}.jsonl"),
        "journal: a record read": read_again,
    }


def slower(work: Work) -> Work:
    """The same with a tenth more: every tenth time it is done twice."""
    times = itertools.count(1)

    def again() -> int:
        if next(times) % TIMES == 0:
            work()
        return work()

    return again


TIMES = 10
"""How often each work is done between two marks."""

WARM = 5
"""How often each work is done before: with one, ten times on Python 3.13 were 6 % dearer than later ones."""


def do(folder: Path, *, is_slower: bool) -> None:
    """Do all works between marks, and tell how many units each was of."""
    works = {**codec(), **brain_and_journal(folder)}
    units = {}
    for name, plain in works.items():
        for _ in range(WARM):  # whatever is made once, and what the interpreter learns of the work
            plain()
        work = slower(plain) if is_slower else plain
        gc.collect()
        gc.disable()
        os.getppid()
        units[name] = sum(work() for _ in range(TIMES))
        os.getppid()
        gc.enable()
    print(json.dumps(units))


def counted(*, is_slower: bool = False) -> dict[str, float]:
    """Instructions a unit of each work."""
    if shutil.which("valgrind") is None:
        sys.exit("there is no valgrind: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind",
            "--tool=callgrind",
            f"--dump-before={MARK}",
            f"--callgrind-out-file={folder}/out",
        ]
        command += [sys.executable, __file__, "--do", folder, *(["--slower"] if is_slower else [])]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        if done.returncode:
            sys.exit(done.stderr)
        units = json.loads(done.stdout)
        # The first part is the way to the first mark; then work and what is between works, in turn.
        parts = [total(Path(folder, f"out.{number}")) for number in range(2, 2 * len(units) + 1, 2)]
    return {name: part / units[name] for part, name in zip(parts, units, strict=True)}


def total(part: Path) -> int:
    """What callgrind counted in a part."""
    lines = part.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in reversed(lines) if line.startswith("totals:"))


def judged(counts: dict[str, float], baseline: dict[str, float]) -> Iterator[tuple[str, float]]:
    """Each count that is further from its baseline than may be, with its ratio."""
    for name in counts.keys() | baseline.keys():
        ratio = counts.get(name, 0.0) / baseline[name] if name in baseline else float("inf")
        if abs(ratio - 1) > TOLERANCE:
            yield name, ratio


def main() -> int:
    """Count, and compare or renew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--renew", action="store_true", help="write the baseline of this minor anew")
    parser.add_argument("--slower", action="store_true", help="plant a tenth more work")
    parser.add_argument("--do", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        do(asked.do, is_slower=asked.slower)
        return 0
    baselines = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    counts = counted(is_slower=asked.slower)
    if asked.renew:
        baselines[MINOR] = {name: round(count) for name, count in counts.items()}
        BASELINE.write_text(json.dumps(baselines, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if MINOR not in baselines:
        print(f"Python {MINOR} has no baseline: --renew writes one")
        return 1
    for name, count in counts.items():
        ratio = count / baselines[MINOR].get(name, count)
        print(f"{name:28} {count:10,.0f} instructions, {ratio:.3f} of the baseline")
    far = dict(judged(counts, baselines[MINOR]))
    for name, ratio in far.items():
        print(f"{name}: {ratio:.3f} of its baseline; at most {TOLERANCE:.0%} off, or --renew it")
    if asked.slower:
        return 0 if far.keys() == counts.keys() else 1
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
