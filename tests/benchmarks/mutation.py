"""How many small faults in `rules` the playbooks notice: a seeded sample of mutants, each tried in a copy.

    python tests/benchmarks/mutation.py [SECONDS] [MODULE...]

A mutant turns one comparison, `and`/`or`, `not`, truth value or number into another. `mutmut run` does the
same for all of them, and takes hours; this says within minutes where to look. It prints what survived.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
"""What becomes what."""


def mutate(tree: ast.Module, number: int) -> str | None:
    """Make the change of that number in place: where and what; None where there are not so many."""
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            items = value if isinstance(value, list) else [value]
            for place, item in enumerate(items):
                changed = _changed(item)
                if changed is None:
                    continue
                if number:
                    number -= 1
                    continue
                if isinstance(value, list):
                    value[place] = changed
                else:
                    setattr(node, name, changed)
                return f"{getattr(node, 'lineno', '?')}: {ast.unparse(node)[:90]}"
    return None


def _changed(item: object) -> ast.AST | None:
    if isinstance(item, ast.UnaryOp) and isinstance(item.op, ast.Not):
        return item.operand
    if isinstance(item, ast.Constant) and isinstance(item.value, bool | int | float):
        return ast.copy_location(
            ast.Constant(not item.value if isinstance(item.value, bool) else item.value + 1), item
        )
    swap = SWAPS.get(type(item)) if isinstance(item, ast.AST) else None
    return swap() if swap else None


def mutants(modules: list[str]) -> list[tuple[Path, int]]:
    """Every mutant: a module and a number."""
    folder = ROOT / "src" / "trialogue" / "rules"
    found: list[tuple[Path, int]] = []
    for path in sorted(folder.rglob("*.py")):
        if modules and path.stem not in modules:
            continue
        number = 0
        while mutate(ast.parse(path.read_text()), number):
            found.append((path.relative_to(ROOT), number))
            number += 1
    return found


def is_killed(copy: Path, path: Path, number: int) -> tuple[bool, str]:
    """Whether the tests notice a mutant, and what it is."""
    source = (ROOT / path).read_text()
    tree = ast.parse(source)
    what = mutate(tree, number) or ""
    (copy / path).write_text(ast.unparse(tree))
    tests = [*copy.joinpath("tests", "rules").glob("test_*.py")]
    quick = [str(test) for test in tests if test.stem != "test_any_order"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *quick],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        check=False,
    )
    (copy / path).write_text(source)
    return run.returncode != 0, f"{path.name}:{what}"


def main(seconds: float, modules: list[str]) -> None:
    """Try mutants until the time is over; print the survivors and the rate."""
    sample = mutants(modules)
    random.Random(7).shuffle(sample)
    until, killed, tried = time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("src", "tests/rules"):
            shutil.copytree(ROOT / part, copy / part)
        shutil.copy(ROOT / "pyproject.toml", copy)
        for path, number in sample:
            if time.monotonic() > until:
                break
            noticed, what = is_killed(copy, path, number)
            tried, killed = tried + 1, killed + noticed
            if not noticed:
                print(f"survived {what}", flush=True)
    print(f"{killed} of {tried} tried were noticed ({len(sample)} in all)")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 300.0, sys.argv[2:])
