"""Annotations of a batch: outcomes as GitHub's workflow commands, which mark the lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from trialogue.batch.outcomes import Outcome
from trialogue.batch.tally import Regression
from trialogue.fixed_paths import from_here
from trialogue.model.text import safe_text

__all__ = ["github_lines"]


def github_lines(outcomes: Iterable[Outcome], worse: Iterable[Regression] = ()) -> Iterator[str]:
    """Line for each unmet expectation, or one that measured nothing, each failed meeting, each regression."""
    for outcome in outcomes:
        for empty in outcome.empty:
            told = f"{outcome.name}: {empty.place} (measured nothing)", empty.text
            yield _command("notice", outcome.file, empty.line, told)
        if outcome.passed:
            continue
        for unmet in outcome.unmet:
            level = "warning" if unmet.kind == "timing" else "error"
            title = f"{outcome.name}: {unmet.place} ({unmet.kind})"
            yield _command(level, outcome.file, unmet.line, (title, unmet.text))
        if not outcome.unmet:
            yield _command("error", outcome.file, 1, (f"{outcome.name}: {outcome.state}", outcome.told))
    for each in worse:
        yield f"::error title={_property(f'{each.group}: {each.name} got worse')}::{_message(each.text)}"


def _command(level: str, file: str, line: int, told: tuple[str, str]) -> str:
    title, text = told
    return f"::{level} file={_property(_near(file))},line={line},title={_property(title)}::{_message(text)}"


def _near(file: str) -> str:
    """Path of a file in the repository, where it lies below the working directory."""
    return from_here(Path(file)).as_posix()


def _message(text: str) -> str:
    return safe_text(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
