"""`trialogue new`, `fmt`, `graph`, `why` and `explain E-CODE`, as authors use them."""

from __future__ import annotations

import io
import json
import resource

import pytest

from trialogue.cli import main
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario import prepare
from trialogue.testing import murmuring_engines


def test_a_new_file_is_good_and_is_not_written_twice(tmp_path, capsys):
    """`new` writes a valid scenario, and leaves an existing file as it is."""
    file = tmp_path / "My Review 2.yaml"
    asked = ["new", str(file), "--agents", "4", "--policy", "addressed", "--think", "open_ai"]
    assert main(asked) == 0
    resolved = prepare(file)
    assert (resolved.plan.name, len(resolved.agents)) == ("my-review", 4)
    assert main(asked) == 2
    assert "already exists" in capsys.readouterr().err


def test_a_new_file_on_a_full_disk_is_not_begun(tmp_path, capsys):
    """`new` on a full disk leaves no empty file, which a second try would refuse as existing."""
    file = tmp_path / "x.yaml"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        code = main(["new", str(file)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code == 2
    assert f"cannot write {file}: File too large" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert main(["new", str(file)]) == 0


def test_a_new_file_is_asked_for_at_a_terminal(tmp_path, monkeypatch, capsys):
    """`new` at a terminal asks for what it needs with defaults, and asks again after a wrong word."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    answers = "What to eat?\nthree\n2\nround\nround-robin\n\nyes\n"
    monkeypatch.setattr("sys.stdin", Terminal(answers))
    file = tmp_path / "meals" / "at noon.yaml"
    assert main(["new", str(file)]) == 0
    out = capsys.readouterr().out
    assert '"three" is none of them: 1 to 24' in out
    assert '"round" is none of them; did you mean "round-robin"?' in out
    assert f"Run it: trialogue run '{file}'" in out
    resolved = prepare(file)
    assert resolved.plan.floor.policy == "round-robin"
    assert [len(resolved.agents), len(resolved.people)] == [2, 1]
    assert "What to eat?" in file.read_text()
    assert out.count("Who speaks next") == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--policy", "moderate"], 'unknown policy "moderate"; did you mean "moderated"?'),
        (["--agents", "0"], "--agents must be a number from 1 to 24"),
        (["--agents", "1"], "needs a chair and another participant"),
    ],
)
def test_a_scenario_that_cannot_be_made_is_an_error(tmp_path, capsys, options, told):
    """`new` with impossible options is an error, and no file is written."""
    assert main(["new", str(tmp_path / "x.yaml"), *options]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "x.yaml").exists()


def test_fmt_changes_a_file_once(tmp_path, capsys):
    """`fmt --check` names a file and leaves it, and `fmt` changes it once."""
    file = tmp_path / "x.yaml"
    file.write_text("trialogue:  1\nname: x\ncast:\n    ann: {lines: [Hi.]} # she\n")
    assert main(["fmt", str(file), "--check"]) == 2
    assert "is not formatted" in capsys.readouterr().out
    assert main(["fmt", str(file)]) == 0
    assert file.read_text() == "trialogue: 1\nname: x\ncast:\n  ann: {lines: [Hi.]}   # she\n"
    assert main(["fmt", str(file), "--check"]) == 0


def test_graph_prints_mermaid_or_svg(tmp_path, capsys):
    """`graph` prints the same scenario in either format."""
    file = tmp_path / "x.yaml"
    file.write_text("trialogue: 1\nname: x\ncast: {ann: {lines: [Hi.]}, ben: {lines: [Ho.]}}\n")
    assert main(["graph", str(file)]) == 0
    assert capsys.readouterr().out.startswith("flowchart LR")
    assert main(["graph", str(file), "--svg"]) == 0
    assert capsys.readouterr().out.startswith("<svg ")


def test_why_tells_each_turn(tmp_path, capsys):
    """`why` shows for each turn who got the floor, for which reason, and how it ended."""
    file = tmp_path / "x.yaml"
    file.write_text(
        "trialogue: 1\nname: x\nrun: {clock: virtual, limits: {turns: 3}}\n"
        'cast: {host: {role: chair, lines: ["Ann, please.", Thanks.]}, ann: {lines: [Fine.]}}\n'
    )
    run_meeting(file, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    assert main(["why", str(tmp_path / "run")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in told] == ["Host", "Ann", "Host"]
    assert "the chair opens" in told[0]
    assert "the chair named it" in told[1]
    assert "back to the chair" in told[2]
    assert main(["why", str(tmp_path / "run"), "--json"]) == 0
    turns = json.loads(capsys.readouterr().out)
    assert [turns[0][key] for key in ("turn", "to", "cause")] == [1, "host", "finished"]


@pytest.mark.parametrize("code", ["E-KEY-UNKNOWN", "e-key-unknown"])
def test_explain_tells_a_code(code, capsys):
    """`explain E-CODE` prints the code's paragraph of the page of errors."""
    assert main(["explain", code]) == 0
    assert capsys.readouterr().out.startswith("E-KEY-UNKNOWN\n\nThe format has no such key")


def test_explain_tells_a_code_that_there_is_not(capsys):
    """`explain` of an unknown code suggests the one that was meant."""
    assert main(["explain", "E-KEY-UNKNWON"]) == 2
    assert 'unknown code E-KEY-UNKNWON; did you mean "E-KEY-UNKNOWN"?' in capsys.readouterr().err


def test_fmt_leaves_a_file_as_it_was_where_the_disk_is_full(tmp_path, capsys):
    """`fmt` on a full disk leaves its author's file as it was."""
    file = tmp_path / "x.yaml"
    text = "trialogue:   1\nname: x\ncast: {ann: {lines: [Hi.]}}\n"
    file.write_text(text)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        code = main(["fmt", str(file)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert code == 2
    assert f"cannot write {file}: File too large" in capsys.readouterr().err
    assert file.read_text() == text
    assert [each.name for each in tmp_path.iterdir()] == ["x.yaml"]


def test_fmt_keeps_what_a_file_is(tmp_path, capsys):
    """`fmt` keeps a file's mode, and follows a link to it."""
    file, link = tmp_path / "x.yaml", tmp_path / "link.yaml"
    file.write_text("trialogue:   1\nname: x\ncast: {ann: {lines: [Hi.]}}\n")
    file.chmod(0o640)
    link.symlink_to(file)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert file.read_text().startswith("trialogue: 1\n")
    assert file.stat().st_mode & 0o777 == 0o640


def test_fmt_reads_no_more_than_a_scenario_may_have(capsys):
    """`fmt` refuses a file without an end, and does not read it into memory."""
    assert main(["fmt", "--check", "/dev/zero"]) == 2
    assert "cannot read /dev/zero: it is larger than 1 MiB" in capsys.readouterr().err
