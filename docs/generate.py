"""Writes the parts of the pages that follow from the code: `python docs/generate.py`.

A page holds `<!-- begin NAME -->` and `<!-- end NAME -->`; what stands between them is made here. A test
fails while a page differs from what would be made.
"""
# ruff: noqa: INP001 - a folder of pages, not a package

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import api_names
import command_pages
import machines
import measured
import mirror
import model_pages
import policy_pages
import policy_runs
import scenario_pages
import server_pages

DOCS = Path(__file__).parent
ERRORS = DOCS / "errors.md"
ERRORS_READ = DOCS.parent / "src" / "trialogue" / "scenario" / "errors.md"
"""The page of errors as `trialogue explain E-...` reads it, where no docs are installed."""
HELP = DOCS.parent / "src" / "trialogue" / "cli" / "help.txt"
"""What `trialogue --help` prints before anything is loaded."""
PLACEHOLDER = re.compile(r"<!-- begin (?P<name>[a-z-]+) -->\n(?P<body>.*?)<!-- end (?P=name) -->", re.DOTALL)


def main() -> int:
    """Bring every page up to date; the exit code says whether any was not."""
    mirrored = mirror.main()  # first, for the list of names loads what it writes
    stale = [page for page in pages() if page.read_text(encoding="utf-8") != fresh(page)]
    for page in stale:
        page.write_text(fresh(page), encoding="utf-8")
    if ERRORS_READ.read_text(encoding="utf-8") != ERRORS.read_text(encoding="utf-8"):
        ERRORS_READ.write_text(ERRORS.read_text(encoding="utf-8"), encoding="utf-8")
    HELP.write_text(command_pages.help_text(), encoding="utf-8")
    for name in policy_runs.RUNS:
        picture_file(name).write_text(policy_runs.picture(name), encoding="utf-8")
    for name in machines.MACHINES:
        machine_file(name).write_text(machines.picture(name), encoding="utf-8")
    for name in measured.rows():
        measured.picture_file(name).write_text(measured.picture(name), encoding="utf-8")
    return 1 if stale or mirrored else 0


def picture_file(name: str) -> Path:
    """Where a policy's picture is."""
    return policy_runs.PICTURES / f"{name}.svg"


def machine_file(name: str) -> Path:
    """Where a machine's picture is."""
    return machines.PICTURES / f"{name}.svg"


def pages() -> list[Path]:
    """Every page with a part that is made here."""
    return [
        page
        for page in sorted(DOCS.rglob("*.md"))
        if "_build" not in page.parts and PLACEHOLDER.search(page.read_text(encoding="utf-8"))
    ]


def fresh(page: Path) -> str:
    """The page as it should be."""

    def filled(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- begin {name} -->\n{PARTS[name]().strip()}\n<!-- end {name} -->"

    return PLACEHOLDER.sub(filled, page.read_text(encoding="utf-8"))


PARTS: Mapping[str, Callable[[], str]] = {
    "policies-listed": policy_pages.policies_listed,
    "policies-compared": policy_pages.policies_compared,
    "policies-natural": policy_pages.policies_natural,
    **{f"keys-{name}": partial(policy_pages.policy_keys, name) for name in policy_runs.RUNS},
    **{f"policy-{name}": partial(policy_pages.policy_run, name) for name in policy_runs.RUNS},
    **{f"measured-{name}": partial(measured.part, name) for name in measured.rows()},
    "scenario": scenario_pages.scenario_reference,
    **{f"machine-{name}": partial(model_pages.machine, name) for name in machines.MACHINES},
    "causes": model_pages.causes,
    "events": model_pages.event_reference,
    "agent-events": model_pages.agent_event_reference,
    **{
        f"example-{path.stem.replace('_', '-')}": partial(model_pages.example, path.name)
        for path in sorted((DOCS / "examples" / "embed").glob("*.py"))
    },
    **{f"api-{section}": partial(api_names.names, section) for section in api_names.sections()},
    "commands": model_pages.command_reference,
    "command-line": command_pages.command_line,
    "exports": command_pages.exports,
    "exit-codes": command_pages.exit_codes,
    "sockets": server_pages.sockets,
    "routes": server_pages.routes,
    "server-dates": server_pages.server_dates,
    "server-settings": server_pages.server_settings,
}
"""The parts by name."""

if __name__ == "__main__":
    sys.exit(main())
