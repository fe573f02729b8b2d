"""Hooks: the app is asked before a tool runs, before words reach an agent and before a grant."""

import pytest
import trio

from trialogue import (
    AskedWrongly,
    AskHook,
    Clock,
    Cue,
    Edges,
    GrantFloor,
    Hook,
    HookAnswer,
    HookAnswered,
    Overrides,
    Report,
    RunTool,
    Scenario,
    ToolFinished,
    brain_for,
    run_meeting,
)
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
VIRTUAL = Overrides(clock=Clock.VIRTUAL)
CAST = {
    "ann": {
        "tools": ["pay"],
        "think": {
            "provider": "scripted",
            "script": [
                {"call": {"tool": "pay", "arguments": {"cents": 30}}, "say": "It says ${result}."},
                {"otherwise": "Well."},
            ],
        },
    },
    "bob": {"lines": ["Yes.", "No.", "Well.", "So."]},
}


def held(tmp_path, hooks, paid=None):
    """A meeting of three turns whose app has these hooks; its records, which decide the same again."""
    paid = [] if paid is None else paid

    def pay(cents: int) -> str:
        """Pay."""
        paid.append(cents)
        return "paid"

    run = {"limits": {"turns": 3, "time": "60s"}}
    scenario = Scenario.build("hooked", CAST, run=run, tools={"pay": {"python": "pay"}})
    result = run_meeting(
        scenario, overrides=VIRTUAL, out=tmp_path / "run", edges=EDGES, tools={"pay": pay}, hooks=hooks
    )
    journal = result.folder / "journal.jsonl"
    assert verify(journal, brain_for).records > 5
    return list(read(journal))


def commands(records, kind):
    return [command for record in records for command in record.commands if isinstance(command, kind)]


def events(records, kind):
    return [record.event for record in records if isinstance(record.event, kind)]


def told(records):
    """What ann was told of her tool call."""
    said = [each.content for each in commands(records, object) if type(each).__name__ == "AnswerTool"]
    return said[0] if said else None


# --- before a tool call -----------------------------------------------------------------------------


def test_a_tool_runs_when_the_app_allows_it(tmp_path):
    """The hook sees the tool and its arguments; its answer is an event."""
    asked, paid = [], []

    def approve(question):
        asked.append(question)
        return True

    records = held(tmp_path, {"tool": approve}, paid)
    assert [(each.participant, each.point, each.tool, each.content) for each in asked] == [
        ("ann", "tool", "pay", '{"cents": 30}')
    ]
    assert paid == [30]
    assert events(records, HookAnswered) == [HookAnswered("ann", 1, allowed=True)]
    assert len(commands(records, RunTool)) == 1


def test_a_tool_that_is_refused_never_runs(tmp_path):
    """Its agent is told why."""
    paid = []
    records = held(tmp_path, {"tool": lambda _: HookAnswer(False, reason="too dear")}, paid)
    assert paid == []
    assert commands(records, RunTool) == []
    assert told(records) == "Refused: too dear"
    assert "tool-refused" in [each.code for each in commands(records, Report)]


def test_a_hook_may_change_a_tools_arguments(tmp_path):
    """What it says is what runs."""
    paid = []
    held(tmp_path, {"tool": lambda _: HookAnswer(True, content='{"cents": 5}')}, paid)
    assert paid == [5]


async def sleeps(_):
    await trio.sleep(60)


def raises(_):
    raise ValueError("no answer")


@pytest.mark.parametrize("hook", [sleeps, raises, lambda _: "yes", lambda _: None])
@pytest.mark.parametrize("allows", [True, False])
def test_without_an_answer_the_default_holds(tmp_path, hook, allows):
    """At the deadline; a hook that raises, or says what is no answer, has not answered."""
    paid = []
    records = held(tmp_path, {"tool": Hook(hook, deadline_s=3, allows=allows)}, paid)
    assert paid == ([30] if allows else [])
    assert events(records, HookAnswered) == []
    (asked,) = commands(records, AskHook)
    at = next(record.at for record in records if asked in record.commands)
    late = next(r for r in records for c in r.commands if isinstance(c, Report) and c.code == "hook-late")
    assert late.at - at == pytest.approx(3, abs=0.01)


async def test_an_async_hook_is_waited_for(tmp_path):
    """The meeting stands still for that call alone."""

    async def approve(_):
        await trio.sleep(2)
        return True

    paid = []
    records = await trio.to_thread.run_sync(held, tmp_path, {"tool": approve}, paid)
    assert paid == [30]
    assert len(events(records, ToolFinished)) == 1


# --- before words reach an agent --------------------------------------------------------------------


def test_words_to_an_agent_can_be_changed(tmp_path):
    """The agent is told what the hook says; the journal has what was asked."""
    records = held(
        tmp_path, {"words": lambda asked: HookAnswer(True, content=asked.content.replace("Yes", "Perhaps"))}
    )
    asked = [each.content for each in commands(records, AskHook)]
    cues = [each.text for each in commands(records, Cue)]
    assert any("Yes" in text for text in asked)
    assert any("Perhaps" in text for text in cues)
    assert not any("Yes" in text for text in cues)


def test_words_that_are_refused_never_reach_an_agent(tmp_path):
    """Its turn is over, and the others go on."""
    records = held(tmp_path, {"words": lambda asked: asked.participant != "bob"})
    assert {each.to for each in commands(records, Cue)} == {"ann"}
    assert "words-refused" in [each.code for each in commands(records, Report)]


# --- before a grant ---------------------------------------------------------------------------------


def test_a_grant_can_be_refused(tmp_path):
    """Another has the floor."""
    records = held(tmp_path, {"grant": lambda asked: asked.participant != "ann"})
    assert {each.to for each in commands(records, GrantFloor)} == {"bob"}


def test_a_grant_can_go_to_another(tmp_path):
    """To whom the hook names."""
    records = held(tmp_path, {"grant": lambda _: HookAnswer(True, content="bob")})
    assert {each.to for each in commands(records, GrantFloor)} == {"bob"}


def test_grants_wait_for_the_answer(tmp_path):
    """The floor stays free until it comes."""

    async def think(_):
        await trio.sleep(0.5)
        return True

    records = held(tmp_path, {"grant": think})
    grants = [record for record in records if any(isinstance(c, GrantFloor) for c in record.commands)]
    assert len(grants) >= 3
    assert all(isinstance(record.event, HookAnswered) for record in grants)


# --- what is no hook --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hooks",
    [
        {"tool": 5},
        {"end": raises},
        [raises],
        {"tool": Hook(raises, deadline_s="1")},
        {"tool": Hook(raises, deadline_s=0)},
        {"tool": Hook(raises, deadline_s=float("nan"))},
        {"tool": Hook(raises, allows=1)},
        {"tool": Hook(None)},
    ],
)
def test_what_is_no_hook_is_refused(tmp_path, hooks):
    """At the call, before anything is made."""
    with pytest.raises(AskedWrongly):
        held(tmp_path, hooks)
    assert not (tmp_path / "run").exists()
