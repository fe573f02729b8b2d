"""Outcome of one meeting of a batch: a value of plain parts, which processes exchange as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

import cattrs

from trialogue.values import frozen

__all__ = ["UNFINISHED", "Outcome", "State", "Unmet", "decoded_outcome", "encoded_outcome"]

State = Literal["held", "kept", "interrupted", "failed"]
"""State of a meeting: held now; held earlier, and read; begun and never finished; not begun, or ended by an
error.
"""

UNFINISHED: Final = 4
"""Exit code of a batch for a meeting that was begun and not finished: it has no result until it is resumed.
"""

_CONVERTER: Final = cattrs.Converter()


@frozen
class Unmet:
    """Expectation that was not met."""

    place: str
    """Place in the scenario."""

    line: int
    """Line of the file, from 1."""

    kind: str
    """Behaviour, timing or infrastructure; `measured-nothing` of one that there was nothing to check with."""

    text: str
    """Expectation, and the actual event, in one line."""


@frozen
class Outcome:
    """Outcome of one job."""

    name: str
    """Name of the job."""

    group: str
    """Name of its group."""

    file: str
    """The scenario file."""

    folder: str
    """The run's directory."""

    state: State
    """State of the job."""

    exit_code: int
    """Exit code of a command that holds only this meeting."""

    text: str = ""
    """Reason for its end, or for its failure, in one line."""

    machine_s: float = 0.0
    """Seconds of real time that it took."""

    meeting_s: float = 0.0
    """Seconds of the meeting's own time."""

    checked: int = 0
    """Number of expectations that were checked."""

    unmet: tuple[Unmet, ...] = ()
    """Unmet expectations."""

    empty: tuple[Unmet, ...] = ()
    """Expectations that measured nothing, each of the kind `measured-nothing`: neither met nor missed."""

    not_judged: str = ""
    """Reason for which nothing was judged, in one line; else empty."""

    figures: Mapping[str, float] = {}
    """Figures by the names of `figures.FIGURES`."""

    @property
    def told(self) -> str:
        """Sentence about the outcome."""
        return "; ".join(each for each in (self.text, self.not_judged) if each)

    @property
    def passed(self) -> bool:
        """Whether it was held, ended in an ordinary way, and met its expectations."""
        return self.state in {"held", "kept"} and self.exit_code == 0


def encoded_outcome(outcome: Outcome) -> dict[str, Any]:
    """Outcome as plain JSON values."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(outcome))


def decoded_outcome(raw: dict[str, Any]) -> Outcome:
    """Outcome from plain values."""
    return _CONVERTER.structure(raw, Outcome)
