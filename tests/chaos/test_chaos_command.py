"""`trialogue chaos`, in process."""

import json
import signal

import pytest

from trialogue.chaos.catalogue import FAULTS
from trialogue.cli import main
from trialogue.journal.reader import read
from trialogue.model.events import FaultStruck


@pytest.fixture
def table_file(scene, tmp_path):
    """The table's scenario file."""
    scene()
    return str(tmp_path / "table.yaml")


def test_faults_are_listed(capsys):
    """`trialogue chaos --list` shows each fault on a line, with its row in the catalogue."""
    assert main(["chaos", "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed[1:]] == [fault.name for fault in FAULTS]
    assert "half-open                   16  wire     the peer vanishes without a close" in listed


def test_a_trial_is_told(table_file, tmp_path, capsys):
    """`chaos` shows each fault that struck, what it cost and how the meeting ended, and exits with 0."""
    out = tmp_path / "run"
    assert main(["chaos", table_file, "--fault", "fin-mid-turn@ann", "--out", str(out)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert " ".join(shown[1].split()) == "fin-mid-turn 15 ann 0.08 s returned 0.27 s turn 1 (lost)"
    assert shown[-1] == "all 7 promises were kept"
    assert "the meeting ended: limit-turns (exit code 0)" in shown[-2]


def test_a_trial_for_machines(table_file, tmp_path, capsys):
    """`--json` has the same trial for programs."""
    out = tmp_path / "run"
    assert main(["chaos", table_file, "--fault", "fin-mid-turn@ann", "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ended"], told["exit_code"], told["broken"]) == ("limit-turns", 0, [])
    assert [(row["fault"], row["whom"], row["survived"]) for row in told["rows"]] == [
        ("fin-mid-turn", "ann", "returned")
    ]


def test_a_broken_promise_is_told(table_file, tmp_path, capsys, monkeypatch):
    """The command ends with exit code 1, and names the promise that was broken."""
    from trialogue.chaos import promises

    monkeypatch.setitem(promises.PROMISES, "no hang", lambda _: iter(["it hung"]))
    out = tmp_path / "run"
    assert main(["chaos", table_file, "--fault", "malformed", "--out", str(out)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "broken: no hang: it hung"


def test_a_meeting_that_fell_is_told(table_file, tmp_path, capsys):
    """A meeting that a fault ended is shown with its error and the exit code of `run`."""
    out = tmp_path / "run"
    assert main(["chaos", table_file, "--fault", "disk-full", "--out", str(out)]) == 0
    assert "No space left on device (exit code 4)" in capsys.readouterr().out


@pytest.mark.parametrize(("fault", "code"), [("interrupted", 130), ("terminated", 143), ("hung-up", 129)])
def test_a_signal_of_the_plan_is_told_like_any_fault(table_file, tmp_path, capsys, fault, code):
    """The command took it for its own, and ended with the signal's code and without its table."""
    if fault == "hung-up" and not hasattr(signal, "SIGHUP"):
        pytest.skip("this system has no SIGHUP")
    assert main(["chaos", table_file, "--fault", fault, "--out", str(tmp_path / "run")]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert f"the meeting ended: {fault} (exit code {code})" in shown[-2]
    assert shown[-1] == "all 7 promises were kept"


def test_a_trial_takes_the_permissions_of_a_run(scene, tmp_path, capsys):
    """A tool that runs code is refused without the operator's permission, and runs with it."""
    scene(("mock: {result: {cents: eight}, delay: 500ms}", 'python: "platform:node"'))
    order = ["chaos", str(tmp_path / "table.yaml"), "--fault", "malformed@ann"]
    refused, allowed = str(tmp_path / "refused"), str(tmp_path / "allowed")
    assert main([*order, "--out", refused]) != 0
    assert "--allow-import platform.node" in capsys.readouterr().err
    assert main([*order, "--out", allowed, "--allow-import", "platform.*"]) == 0


def test_a_scenario_with_faults_of_its_own_can_be_tried(scene, tmp_path, capsys):
    """Only the plan's faults strike it; the command refused it, and asked for an option that did not help."""
    scene(("floor:", "faults: [{id: own, do: disconnect, to: cleo, when: {at: 2s}}]\nfloor:"))
    out = tmp_path / "run"
    order = ["chaos", str(tmp_path / "table.yaml"), "--fault", "malformed@ann", "--out", str(out)]
    assert main(order) == 0
    assert "all 7 promises were kept" in capsys.readouterr().out
    assert not any(isinstance(record.event, FaultStruck) for record in read(out / "journal.jsonl"))


def test_drawn_faults_are_the_same_by_seed(table_file, tmp_path, capsys):
    """Two trials of one seed tell the same, but for where their files are."""
    told = []
    for name in ("one", "two"):
        out = str(tmp_path / name)
        assert main(["chaos", table_file, "--random", "3", "--seed", "5", "--out", out]) == 0
        told.append(capsys.readouterr().out.replace(out, ""))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "trialogue: chaos needs a scenario file, or --list."),
        (["FILE"], "trialogue: choose faults: either --fault NAME (may be repeated) or --random N"),
        (["FILE", "--fault", "deaf", "--random", "2"], "trialogue: choose faults: either"),
        (["FILE", "--random", "0"], "trialogue: --random must be a number from 1 to 1,000, not 0"),
        (["FILE", "--random", "9" * 30], "trialogue: --random must be a number from 1 to 1,000"),
        (["FILE", "--fault", "half-open@ann:0"], "trialogue: half-open@ann:0: "),
        (["FILE", "--fault", "half-open@ann:" + "9" * 5000], "trialogue: half-open@ann:999"),
        (["FILE", "--fault", "dead"], "trialogue: unknown fault 'dead'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line(arguments, told, table_file, capsys):
    """Wrong options of `chaos` end with one line that says what to do, before any meeting."""
    assert main(["chaos", *(table_file if each == "FILE" else each for each in arguments)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(told)
    assert shown.err.count("\n") == 1
