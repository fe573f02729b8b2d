"""A scenario from a run has its tools with their results and times, and its texts as they were."""

from functools import reduce
from time import process_time

import pytest
import trio
import yaml

from trialogue import Scenario
from trialogue.brain.happenings import EndedCall, Fold
from trialogue.journal.reader import read
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.run import run_meeting
from trialogue.meeting.scenario_from import retell
from trialogue.meeting.scenario_from.calls_again import CallAgain, CallsAgain
from trialogue.meeting.scenario_from.scripts import scripts_of
from trialogue.meeting.what_if import what_if
from trialogue.model.commands import AnswerTool, RunTool
from trialogue.model.events import ReplyStarted, ToolFinished, ToolRequested
from trialogue.model.records import Record
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.testing import hold_meeting

CLOSED = {"any": [{"said": {"by": "ann", "match": "closed"}}, "limits"]}


def cast(*script):
    """A chair, and an agent whose script calls tools."""
    return {
        "ann": {"role": "chair", "lines": ["Ben, please.", "Thank you. It is closed."]},
        "ben": {"tools": ["look"], "think": {"provider": "scripted", "script": list(script)}},
    }


LOOK = {"call": {"tool": "look"}, "say": "I have looked."}


def held(tmp_path, look, *script, end=CLOSED, hooks=None, **keys):
    """The folder of a meeting whose agent calls `look`."""
    tools = {"look": {"python": "look", **keys}}
    scenario = Scenario.build(
        "looked", cast(*script or (LOOK,)), run={"limits": {"time": "3m"}}, end=end, tools=tools
    )
    return hold_meeting(scenario, tmp_path / "run", tools={"look": look}, hooks=hooks or {}).folder


def again(run, tmp_path):
    """The scenario from a run, and the records of a run of it."""
    path = retell(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    second = run_meeting(prepare(path, Overrides()), out=tmp_path / "second")
    return yaml.safe_load(path.read_text()), tuple(read(second.folder / "journal.jsonl"))


def ended(records):
    """Tools that were called, with outcome and result of each."""
    fold = Fold()
    for record in records:
        fold.take(record)
    return [(each.tool, each.outcome, each.result) for each in fold.facts if isinstance(each, EndedCall)]


DEEP = reduce(lambda inner, _: [inner], range(40), 1)
LONG = {"rows": [{"id": number} for number in range(2000)]}


@pytest.mark.parametrize(
    "result",
    [
        None,
        "",
        "1e5",
        100,
        12345678901234567890123,
        {"ms": [8]},
        "null",
        "{}",
        "[x",
        " [1]",
        "${x}",
        DEEP,
        LONG,
    ],
)
def test_a_tool_gives_the_same_result_again(tmp_path, result):
    """A tool's result in a scenario from a run is the recorded one to the letter, or none."""

    def look() -> object:
        """Look."""
        return str(result) if isinstance(result, int) else result

    run = held(tmp_path, look)
    first = ended(read(run / "journal.jsonl"))
    assert [outcome for _, outcome, _ in first] == ["succeeded"]
    assert ended(again(run, tmp_path)[1]) == first


@pytest.mark.parametrize("timeout", ["4s", "100s"])
def test_a_tool_takes_as_long_again(tmp_path, timeout):
    """A slow tool in a scenario from a run succeeds, or has no result in time, as it did in the run."""

    async def look() -> str:
        """Look."""
        await trio.sleep(50)
        return "eight"

    run = held(tmp_path, look, timeout=timeout)
    first = ended(read(run / "journal.jsonl"))
    assert ended(again(run, tmp_path)[1]) == first


def test_a_meeting_that_a_late_tool_ends_ends_so_again(tmp_path):
    """A what-if with the same rules has the same end where a tool without a result in time is the end."""

    async def look() -> None:
        """Look."""
        await trio.sleep(50)

    run = held(
        tmp_path, look, timeout="4s", end={"any": [{"tool": "look", "outcome": "timed-out"}, "limits"]}
    )
    came = what_if(read(run / "journal.jsonl"), {"floor.policy": "moderated"}, tmp_path / "other")
    assert (came.recorded.reason, came.made.reason) == ("happened", "happened")


def test_a_tool_that_the_meeting_ended_without_has_no_result_again(tmp_path):
    """A tool that still runs when the meeting ends also does so in a scenario from the run."""

    async def look() -> None:
        """Look."""
        await trio.sleep_forever()

    run = held(tmp_path, look, timeout="300s", end={"any": [{"at": "10s"}, "limits"]})
    first, second = read(run / "journal.jsonl"), again(run, tmp_path)[1]
    assert ended(second) == ended(first)
    assert [each.event.outcome for each in second if isinstance(each.event, ToolFinished)] == ["cancelled"]


def test_a_call_that_the_app_refused_is_not_made_again(tmp_path):
    """A call that a hook refused is left out of a scenario from a run, since its tool never answered."""

    def look() -> str:
        """Look."""
        return "eight"

    run = held(tmp_path, look, LOOK, LOOK, hooks={"tool": lambda _: False})
    document, second = again(run, tmp_path)
    assert ended(second) == []
    assert document["cast"]["ben"]["think"]["script"][0]["say"] == "I have looked."
    assert "tools" not in document


def test_texts_that_look_like_variables_are_texts_again(tmp_path):
    """Greetings, titles, arguments and results with `${...}` are the same texts in a scenario from a run."""
    members = cast(
        {"call": {"tool": "look", "arguments": {"q": "$${HOME} $${result}"}}, "say": "$${result} $${x}."}
    )
    members["ann"] |= {
        "title": "Ann $${x}",
        "greeting": "Welcome to $${place}. Ben, please.",
        "lines": ["It is closed."],
    }
    tools = {"look": {"mock": {"result": {"$${a}": "echo $${HOME} $${result}"}}}}
    scenario = Scenario.build("texts", members, run={"limits": {"time": "2m"}}, end=CLOSED, tools=tools)
    run = hold_meeting(scenario, tmp_path / "run").folder
    _, second = again(run, tmp_path)
    first = held_meeting(read(run / "journal.jsonl"))
    calls = [
        [(each.event.arguments, each.event.tool) for each in records if isinstance(each.event, ToolRequested)]
        for records in (first.records, second)
    ]
    assert calls[0] == calls[1]
    assert ended(first.records) == ended(second)
    assert "${x}" in "".join(each.heard for each in first.utterances)
    heard = held_meeting(read(tmp_path / "second" / "journal.jsonl"))
    assert [each.heard for each in heard.utterances] == [each.heard for each in first.utterances]
    assert heard.plan.participants[0].title == "Ann ${x}"


def call(at, call_id, arguments, answer, tool="price", run=0):
    """Records of a call that ran, was answered, and was spoken about."""
    asked = ToolRequested("bob", 1, call_id, tool, arguments)
    finished = ToolFinished("bob", call_id, "succeeded", answer, run=run)
    return (
        Record(1, at, asked, (RunTool("bob", call_id, tool, arguments, run),)),
        Record(2, at + 1, finished, (AnswerTool("bob", 1, call_id, tool, answer, run),)),
        Record(3, at + 2, ReplyStarted("bob", round(at)), ()),
    )


def test_calls_with_one_id_are_calls_of_their_own():
    """Calls for which a model gave one id each have their arguments and result in a scenario from a run."""
    scripts = scripts_of([*call(1, "c", '{"n": 1}', "one"), *call(5, "c", '{"n": 2}', "two", run=1)])
    assert [each["call"] for each in scripts.script("bob")] == [
        {"tool": "price", "arguments": {"n": 1}},
        {"tool": "price_2", "arguments": {"n": 2}},
    ]


def test_a_call_that_was_requested_twice_stands_once():
    """A call that the service requested again before it was answered is one call in a scenario from a run."""
    records = list(call(1, "c", "{}", "one"))
    records.insert(1, Record(2, 1.5, ToolRequested("bob", 2, "c", "price", "{}"), ()))
    scripts = scripts_of(records)
    assert [each["call"]["tool"] for each in scripts.script("bob")] == ["price"]
    assert scripts.calls.tools(())["price"]["mock"] == {"result": "one", "delay": "1s"}


def test_a_meeting_of_many_calls_is_read_at_once():
    """A scenario from a long run does not go through all earlier calls at each sentence."""
    calls = CallsAgain()
    began = process_time()
    for number in range(10_000):
        call = CallAgain("ann", "ask", "{}", float(number))
        assert calls.begin(str(number), call)
        command = AnswerTool("ann", 1, str(number), "ask", "Yes.")
        calls.take(Record(number + 1, float(number), ReplyStarted("ann", number), (command,)))
        calls.go_on("ann")
        calls.go_on("ben")
        assert call.has_continued
    assert process_time() - began < 1.5


def test_a_second_result_takes_no_other_tools_name():
    """A tool's second result is not that of another tool whose name has a number."""
    calls = [("c1", "price", "one"), ("c2", "price", "two"), ("c3", "price_2", "three")]
    records = [
        each
        for at, (name, tool, answer) in enumerate(calls)
        for each in call(4.0 * at, name, "{}", answer, tool)
    ]
    scripts = scripts_of(records)
    told = {name: each["mock"]["result"] for name, each in scripts.calls.tools(()).items()}
    assert told == {"price": "one", "price_3": "two", "price_2": "three"}
    assert [each["call"]["tool"] for each in scripts.script("bob")] == ["price", "price_3", "price_2"]
