"""Language models of installed packages: a check that those of a scenario exist.

By installing a package, the user has chosen its code, as for tools and engines of packages: no
permission is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialogue.scenario.endpoints import installed_models
from trialogue.scenario.problem_lines import error_of
from trialogue.scenario.problems import Code, Path
from trialogue.scenario.resolve import Resolved
from trialogue.server.think.installed import unknown_model


def check_models(resolved: Resolved) -> None:
    """`ScenarioError`, with line and column, for every model that no installed package brings."""
    found = [
        resolved.places.problem(path, missing, Code.THINK_LOCAL) for path, missing in missing_models(resolved)
    ]
    if found:
        raise error_of(found)


def missing_models(resolved: Resolved) -> Iterator[tuple[Path, str]]:
    """Place and reason for each model that is not installed; empty where a record answers for models."""
    if resolved.models is not None:
        return
    for path, name in installed_models(resolved.document):
        if missing := unknown_model(name):
            yield path, missing
