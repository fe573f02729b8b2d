"""A scenario and a what-if from a meeting in which somebody typed."""

from trialogue import Edges, Scenario, open_meeting, run_virtual
from trialogue.cli.what_if import WhatIfTold, ask_what_if
from trialogue.journal.reader import read
from trialogue.meeting.scenario_from import retell_as_it_went
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {"ann": {"lines": ["Hello.", "That is all."]}, "dana": {"role": "human", "via": "app"}}


def test_it_is_told_that_typed_words_are_spoken(tmp_path, capsys):
    """Typed words have no sound, and spoken ones have: a meeting that differs by that alone says so."""
    run = tmp_path / "run"
    scenario = Scenario.build("typed", CAST, run={"limits": {"turns": 4, "time": "20s"}})

    async def main():
        async with open_meeting(scenario, out=run, edges=EDGES) as meeting:
            meeting.type("dana", "May I ask something?")
            await meeting.finished()

    run_virtual(main)
    assert ask_what_if(run, ["floor.policy=round-robin"], WhatIfTold(), EDGES) == 0
    assert "\n  typed     what dana typed is spoken in the other meeting\n" in capsys.readouterr().out
    made = retell_as_it_went(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml", {})
    assert "# - what dana typed: it is spoken here\n" in made.scenario.read_text()
