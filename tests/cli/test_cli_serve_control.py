"""Options of `trialogue serve` about what is done with a server that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialogue.cli.serve_control import Handling
from trialogue.compute import Inline
from trialogue.errors import JournalError, SetupError
from trialogue.server.equipment import Equipment
from trialogue.speech.murmur import murmuring_engines


@pytest.fixture
def equipment() -> Equipment:
    """Murmuring voices."""
    engines = murmuring_engines()
    return Equipment(engines.recognizer, engines.synthesizer, engines.open_detector, Inline())


@pytest.mark.parametrize(
    "handling",
    [
        Handling(record_from="wss://voice.example/v1/agent/converse"),
        Handling(record_from="wss://voice.example/", record=Path("runs"), replay=Path("run")),
        Handling(participant="ann"),
        Handling(strict=True),
    ],
)
def test_options_that_make_no_sense_alone(handling: Handling, equipment: Equipment) -> None:
    """`serve` with half a pair of options names the other one in a line."""
    with pytest.raises(SetupError, match="--re"):
        handling.handles(equipment, None)


def test_a_run_that_is_not_there(equipment: Equipment, tmp_path: Path) -> None:
    """A missing run is reported before the server listens."""
    with pytest.raises(JournalError, match="no journal"):
        Handling(replay=tmp_path / "none").handles(equipment, None)


def test_the_token_is_drawn_or_given(equipment: Equipment) -> None:
    """The printed address has the token behind `#`, which browsers do not send."""
    drawn = {Handling().handles(equipment, None).token for _ in range(2)}
    assert len(drawn) == 2
    assert min(map(len, drawn)) >= 20
    handled = Handling().handles(equipment, "mine")
    assert handled.token == "mine"
    assert "mine" not in repr(handled)
    assert handled.told("http://127.0.0.1:1").spans[-1].text == "http://127.0.0.1:1/_trialogue/#mine"
