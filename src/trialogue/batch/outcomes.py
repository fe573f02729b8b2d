"""Outcome of one meeting of a batch: a value of plain parts, which travels between processes as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

import cattrs

from trialogue.values import frozen

__all__ = ["Outcome", "State", "Unmet", "decoded_outcome", "encoded_outcome"]

State = Literal["held", "kept", "interrupted", "failed"]
"""Held now; held earlier, and read; begun and never finished; not begun, or raised what ended it."""

_CONVERTER: Final = cattrs.Converter()


@frozen
class Unmet:
    """An expectation that was not met."""

    place: str
    """Place in the scenario."""

    line: int
    """Line of the file, from 1."""

    kind: str
    """Behaviour, timing or infrastructure."""

    text: str
    """Expectation, and what happened instead, in one line."""


@frozen
class Outcome:
    """Outcome of one job."""

    name: str
    """The job's name."""

    group: str
    """Name of the group that it is counted with."""

    file: str
    """The scenario file."""

    folder: str
    """The run's directory."""

    state: State
    """State that the job came to."""

    exit_code: int
    """Exit code of a command that would have held it."""

    text: str = ""
    """Reason for its end, or what it failed of, in one line."""

    machine_s: float = 0.0
    """Seconds of real time that it took."""

    meeting_s: float = 0.0
    """Seconds of the meeting's own time."""

    checked: int = 0
    """Number of expectations that were looked at."""

    unmet: tuple[Unmet, ...] = ()
    """Those that were not met."""

    not_judged: str = ""
    """That nothing of it was judged, and why, in one line; else empty."""

    figures: Mapping[str, float] = {}
    """Figures that were measured, by the names of `figures.FIGURES`."""

    @property
    def told(self) -> str:
        """Sentence on what became of it."""
        return "; ".join(each for each in (self.text, self.not_judged) if each)

    @property
    def passed(self) -> bool:
        """Whether it was held, ended well, and met what was expected."""
        return self.state in {"held", "kept"} and self.exit_code == 0


def encoded_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain JSON values."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(outcome))


def decoded_outcome(raw: dict[str, Any]) -> Outcome:
    """The outcome that plain values stand for."""
    return _CONVERTER.structure(raw, Outcome)
