"""A program that changes its working directory while a meeting runs: all files stay where they were asked."""

import os
from pathlib import Path

import pytest

from trialogue.blocking import open_meeting
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.server.think.on_record import open_models
from trialogue.speech.store import Store
from trialogue.testing import murmuring_engines

TURNS = Overrides(clock=Clock.VIRTUAL, turns=2)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Working directory at the start, beside the one that it is changed to."""
    for name in ("here", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def edges():
    """Engines that murmur."""
    return Edges(engines=murmuring_engines())


async def leave(_):
    """Change the working directory as soon as the meeting runs."""
    os.chdir("../elsewhere")


@pytest.mark.parametrize("out", ["run", None, "../here/run"])
def test_a_run_stays_where_it_was_begun(here, endless, edges, out):
    """A run's files are all in its first directory, though the program changes its working directory."""
    endless.write_text(endless.read_text().replace("run: {", "run: {page: true, "))
    held = run_meeting(endless, overrides=TURNS, out=out, edges=edges, watch=leave)
    assert held.folder.is_absolute()
    assert held.folder.resolve().is_relative_to(here)
    assert {each.name for each in held.folder.iterdir()} >= {"journal.jsonl", "result.json", "report.html"}
    assert list((here.parent / "elsewhere").iterdir()) == []


def test_a_block_in_a_thread_ends_where_it_was_begun(here, endless, edges):
    """A program that changes its directory inside the block finds the run where it was begun."""
    with open_meeting(endless, overrides=TURNS, out="run", edges=edges) as meeting:
        os.chdir("../elsewhere")
        assert meeting.finished().result.ok
    assert meeting.folder == here / "run"
    assert (here / "run" / "result.json").exists()


def test_files_of_a_scenario_are_looked_for_beside_it(here):
    """Programs and records of a scenario are found beside it, after a change of the working directory."""
    text = """
trialogue: 1
name: small
cast: {a: {lines: [One.], tools: [look]}, b: {lines: [Another.]}}
tools: {look: {command: [pwd]}}
run: {models: said.jsonl}
"""
    (here / "small.yaml").write_text(text)
    open_models(here / "said.jsonl", asks=True)
    resolved = prepare("small.yaml")
    os.chdir("../elsewhere")
    assert resolved.source == "small.yaml"
    assert resolved.models == here / "said.jsonl"
    assert resolved.tools[0].action.folder == here


def test_speech_is_kept_in_one_place(here):
    """A speech cache with a relative path stays one directory."""
    store = Store(Path("cache"))
    os.chdir("../elsewhere")
    store.write("key", b"sound")
    assert (here / "cache").is_dir()
    assert not (here.parent / "elsewhere" / "cache").exists()


def test_model_answers_are_recorded_in_one_file(here):
    """A record of models with a relative path stays one file."""
    record = open_models(Path("said.jsonl"), asks=True)
    os.chdir("../elsewhere")
    assert record.path == here / "said.jsonl"
