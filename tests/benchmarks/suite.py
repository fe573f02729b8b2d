"""The benchmark suite's rows, and what is kept of each: `python -m tests.benchmarks`."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from attrs import asdict

from tests.benchmarks import peers as environments
from tests.benchmarks.measuring import Ask, Figure, NotRun, Row, is_reached, ratios

MODULES = (
    "bench_agents",
    "bench_lock_step",
    "bench_memory",
    "bench_meeting",
    "bench_streams",
    "bench_transport",
    "bench_virtual",
    "bench_startup",
    "bench_codec",
    "bench_journal",
    "bench_bridge",
    "bench_page",
    "bench_speech",
    "bench_listening",
    "bench_serve",
)
"""The modules with rows, in the order of the page; what takes long stands at the end."""

MEASURED = Path(__file__).parents[2] / "docs" / "measured"
RELEASES = ("trio", "trio-websocket", "wsproto", "numpy", "cattrs", "orjson")


def rows() -> dict[str, Row]:
    """Every row by its name."""
    found = [row for name in MODULES for row in import_module(f"tests.benchmarks.{name}").ROWS]
    return {row.name: row for row in found}


def run(row: Row, *, is_quick: bool, out: Path | None = None) -> dict[str, object]:
    """Measure a row, show its figures as they come, and keep them in a file of its own in `out`."""
    began, load = time.monotonic(), [os.getloadavg()[0]]

    def say(text: str) -> None:
        print(f"  {time.monotonic() - began:6.0f} s  {text}", flush=True)

    print(f"{row.name}: {row.about}", flush=True)
    ask, figures = Ask(say, is_quick), list[Figure]()
    not_run = ""
    try:
        for figure in row.measure(ask):
            figures.append(figure)
            say(f"{figure.title}: {shown(figure)}")
    except NotRun as reason:
        not_run = str(reason)
        say(f"not run: {not_run}")
    load.append(os.getloadavg()[0])
    kept = {
        "row": row.name,
        "about": row.about,
        "silent_about": row.silent_about,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "seconds": round(time.monotonic() - began),
        "load": [round(each, 1) for each in load],
        "machine": machine(),
        "not_run": not_run,
        "missing": ask.missing,
        "figures": [judged(figure) for figure in figures],
    }
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        text = json.dumps(rounded(kept), indent=1, ensure_ascii=False) + "\n"
        (out / f"{row.name}.json").write_text(text, encoding="utf-8")
    return kept


def judged(figure: Figure) -> dict[str, object]:
    """A figure with its ratios to each peer, and whether its target is reached.

    Amounts have a ratio; nothing lost beside nothing, or memory that shrank, has none.
    """
    amounts = [name for name, values in figure.values.items() if min(values) > 0]
    ours, *peers = figure.values
    beside = {peer: ratios(figure, peer) for peer in peers if {ours, peer} <= set(amounts)}
    return {**asdict(figure), "ratios": beside, "reached": is_reached(figure)}


def shown(figure: Figure) -> str:
    """A figure in a line: medians, and their spread."""
    return "; ".join(
        f"{name} {statistics.median(values):.4g} {figure.unit} ({min(values):.4g} to {max(values):.4g})"
        for name, values in figure.values.items()
    )


def rounded(value: object) -> object:
    """The same with four digits, for what is kept is read by people too."""
    match value:
        case float():
            return float(f"{value:.4g}")
        case Mapping():
            return {key: rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [rounded(each) for each in value]
        case _:
            return value


def machine() -> dict[str, object]:
    """What the figures were measured on, without its name."""
    processors = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", processors.read_text()) if processors.exists() else None
    return {
        "processor": found[1] if found else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "releases": {name: version(name) for name in RELEASES},
        "peers": [release for releases in environments.RELEASES.values() for release in releases],
        "flags": "optimized" if sys.flags.optimize else "",
    }
