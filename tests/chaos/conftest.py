"""Meetings under faults, in virtual time, and the table of what became of each fault."""

import pytest

from trialogue.chaos.plan import FaultPlan, Planned
from trialogue.chaos.promises import judge
from trialogue.chaos.trial import CANARY, try_meeting
from trialogue.cli.chaos import matrix
from trialogue.cli.view_lines import plain
from trialogue.scenario.resolve import prepare

SCENARIO = """
trialogue: 1
name: table
run: {seed: 3, clock: virtual, frame: 100ms, limits: {time: 10m, turns: 9, silence: 60s}}
cast:
  ann:
    think:
      provider: scripted
      script: [{when: {heard: ""}, again: true, say: "The cache is at the edge. It is fast, and it is near."}]
  bob:
    tools: [price]
    think:
      provider: scripted
      script:
        - when: {heard: ""}
          again: true
          call: {tool: price, arguments: {item: edge}}
          say: "The price is ${result.cents} cents, as it was."
  cleo:
    think:
      provider: scripted
      script: [{when: {heard: ""}, again: true, say: "We should write that down. I will do that today."}]
tools:
  price:
    description: What something costs.
    schema: {type: object, properties: {item: {type: string}}}
    mock: {result: {cents: eight}, delay: 500ms}
floor: {policy: round-robin}
"""

LASTING = ((5.0, 5), (25.0, 9), (float("inf"), 14))
"""Turns of a meeting under a fault, by how late that is noticed: whom it strikes has two, one behind it."""

ROWS = []
"""What the trials of this run came to."""


def pytest_terminal_summary(terminalreporter):
    """Print the fault matrix after the tests."""
    if ROWS:
        terminalreporter.section("fault matrix: 7 promises a fault", sep="-")
        for line in matrix(sorted(ROWS, key=lambda row: (row.row or 99, row.fault))):
            terminalreporter.write_line(plain(line))


@pytest.fixture(scope="session")
def scenario_text():
    """The table of three."""
    return SCENARIO


@pytest.fixture
def scene(tmp_path):
    """Prepare a scenario: the table of three, with words replaced by others."""

    def make(*changes, text=SCENARIO):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "table.yaml"
        path.write_text(text)
        return prepare(path)

    return make


@pytest.fixture
def run_under(scene, tmp_path, capfd):
    """Hold the table's meeting under faults; gives the trial and what it was judged to be."""
    count = 0

    def run(*planned, resolved=None):
        nonlocal count
        count += 1
        trial = try_meeting(resolved or scene(), FaultPlan(planned, seed=1), out=tmp_path / f"run-{count}")
        judged = judge(trial)
        shown = capfd.readouterr()
        assert CANARY not in shown.out + shown.err
        return trial, judged

    return run


@pytest.fixture
def table(run_under, scene):
    """Hold it under one fault, and put what became of it into the matrix."""

    def run(fault, **options):
        turns = next(turns for notice_s, turns in LASTING if fault.notice_s <= notice_s)
        options.setdefault("resolved", scene(("turns: 9", f"turns: {turns}")))
        trial, judged = run_under(Planned(fault, "bob" if fault.needs_tool else "ann"), **options)
        ROWS.extend(judged.rows)
        return trial, judged

    return run


@pytest.fixture
def note():
    """Put a row into the matrix that no fault on demand makes."""
    return ROWS.append
