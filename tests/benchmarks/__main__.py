"""Measures trialogue beside its peers, and writes `docs/performance.md`.

    python -m tests.benchmarks [ROW ...] [--list] [--quick]

Without a ROW all are measured, which takes hours. What a row came to is kept in `docs/measured`, from which
the page's tables and pictures are made, so that rows can be measured one by one. With --quick each row only
shows that it works, and nothing is kept. From the project's folder, with its environment.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.suite import MEASURED, rows, run

GENERATE = Path(__file__).parents[2] / "docs" / "generate.py"


def main() -> int:
    """Measure what is asked for; 1 where a row could not run."""
    known = rows()
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("row", nargs="*", metavar="ROW", help="what to measure; all where none is named")
    parser.add_argument("--list", action="store_true", help="list the rows")
    parser.add_argument("--quick", action="store_true", help="try that rows work, and keep nothing")
    asked = parser.parse_args()
    if unknown := [name for name in asked.row if name not in known]:
        parser.error(f"no such row: {', '.join(unknown)}; --list lists them")
    if asked.list:
        for row in known.values():
            print(f"{row.name:16} {row.about}")
        return 0
    kept = [
        run(known[name], is_quick=asked.quick, out=None if asked.quick else MEASURED)
        for name in asked.row or known
    ]
    if not asked.quick:
        subprocess.run([sys.executable, str(GENERATE)], check=False)
    not_run = [each for each in kept if each["not_run"]]
    for each in not_run:
        print(f"not run: {each['row']}: {each['not_run']}")
    return 1 if not_run else 0


if __name__ == "__main__":
    sys.exit(main())
