"""The cells of the documentation's notebook, run one by one on a loop that is there, as a kernel does."""

import ast
import asyncio
import inspect

import pytest
from hosted_examples import EXAMPLES

from trialogue import aio
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock


async def run_cell(text, names):
    """A cell, with `await` at its top."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    came = eval(compile(text, "cell", "exec", flags=flags), names)
    if inspect.isawaitable(came):
        await came


@pytest.mark.real
def test_cells_share_a_meeting(scenario, options, monkeypatch, capsys, tmp_path):
    """It is opened in one cell, asked in the next ones, and closed in the last."""
    text = (EXAMPLES / "notebook.py").read_text(encoding="utf-8")
    cells = ["\n".join(part.split("\n")[1:]) for part in text.split("\n# %%")[1:]]
    assert len(cells) == 6
    run, opened = aio.run_meeting, aio.open_meeting
    virtual = Overrides(clock=Clock.VIRTUAL)
    path = tmp_path / "agents.yaml"
    path.write_text(scenario.read_text().replace("  kim: {role: human, via: text}\n", "").replace("40", "3"))
    edges = options["edges"]
    out = tmp_path / "first"
    monkeypatch.setattr(aio, "run_meeting", lambda _: run(path, overrides=virtual, edges=edges, out=out))
    monkeypatch.setattr(aio, "open_meeting", lambda _: opened(scenario, **options))

    async def kernel():
        names = {}
        for cell in cells:
            await run_cell(cell.replace('"tech"', '"ann"'), names)

    asyncio.run(asyncio.wait_for(kernel(), 60))
    printed = capsys.readouterr().out
    assert "transcript.md" in printed
    assert "somebody has the floor" in printed
    assert printed.endswith("enough heard\n")
