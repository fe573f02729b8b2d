"""A scenario from a run gives the same turns again, and a what-if begins where they part."""

import shutil
import sys

import numpy as np
import pytest
import soundfile
import yaml
from attrs import evolve

from trialogue.brain.triggers import Triggers
from trialogue.errors import JournalError, ScenarioError, SetupError
from trialogue.journal import redact
from trialogue.journal.reader import read
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.first_difference import first_difference, turns_told
from trialogue.meeting.run import run_meeting
from trialogue.meeting.scenario_from import retell
from trialogue.meeting.scenario_from.clips import clips_of
from trialogue.meeting.scenario_from.scripts import scripts_of
from trialogue.meeting.what_if import what_if
from trialogue.model.commands import CancelTool, Cue, GrantFloor, RunTool
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    SpeechStarted,
    TextTyped,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.expectations import SoundPattern, TimePattern, Trigger
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.quantities import read_duration
from trialogue.scenario.resolve import prepare
from trialogue.tools.permissions import Permissions

MEETING = """
trialogue: 1
name: prices
run: {clock: virtual, frame: 100ms, seed: 5, limits: {time: 2m, turns: 9}}
cast:
  ann:
    role: chair
    title: Ann
    greeting: Welcome. Bob, what does it cost?
    think:
      provider: scripted
      script:
        - {think: 200ms..900ms}
        - {say: "Cleo, and yours? Take $${x} for granted."}
        - {say: Thank you all.}
  bob:
    tools: [price]
    think:
      provider: scripted
      script:
        - {call: {tool: price, arguments: {item: edge}}, say: "It costs ${result.usd} dollars."}
        - {call: {tool: price, arguments: {item: core}}, say: "And the core ${result.usd}."}
  cleo: {lines: [Mine is free of charge and of very many worries., It is.]}
  dana:
    via: {clips: [{say: Is that with tax, when: {speaking: cleo, for: 300ms}, mode: interrupt}]}
tools:
  price: {mock: {result: {usd: 9}, delay: 700ms}, filler: {after: 5s, say: One moment.}}
floor: {policy: moderated, hold: {max: 40s}}
agenda: [{id: cost, title: What it costs, owner: bob}]
end: {any: [{said: {by: ann, match: Thank you all}}, limits]}
"""


@pytest.fixture
def run(held_once, tmp_path):
    """A copy of its directory, without the scenario that it was made from."""
    run = shutil.copytree(held_once, tmp_path / "run")
    (run / "scenario.yaml").unlink()
    (run / "audio" / "dana.wav").rename(tmp_path / "dana.wav")  # a cut murmur is another word
    return run


def told(run):
    return held_meeting(read(run / "journal.jsonl")).utterances


def again(run, tmp_path, edges):
    """The scenario that is made of a run, and the run of it."""
    path = retell(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    run_meeting(prepare(path, Overrides()), out=tmp_path / "again" / "run", edges=edges)
    return yaml.safe_load(path.read_text()), tmp_path / "again" / "run"


def test_it_gives_the_same_turns_again(run, tmp_path, edges):
    """A scenario from a run gives the same turns again, word for word."""
    _, second = again(run, tmp_path, edges)
    assert len(turns_told(told(run))) >= 5
    assert first_difference(told(run), told(second)) is None
    begins = [
        [r.event.position_s for r in read(each / "journal.jsonl") if isinstance(r.event, SpeechStarted)]
        for each in (run, second)
    ]
    assert begins[0] == pytest.approx(begins[1], abs=0.05), "said anew, a clip begins with the voice"


def test_its_parts_are_those_of_the_run(run, tmp_path, edges):
    """A scenario from a run has its tools' answers, agenda, floor, end and frames."""
    document, second = again(run, tmp_path, edges)
    assert document["run"]["frame"] == "100ms"
    assert read(second / "journal.jsonl").header.frame_ms == 100
    assert document["tools"]["price"]["mock"] == {"result": {"usd": 9}, "delay": "700ms"}
    assert document["tools"]["price"]["filler"] == {"after": "5s", "say": "One moment."}
    assert document["cast"]["ann"]["greeting"] == "Welcome. Bob, what does it cost?"
    assert document["floor"]["hold"] == {"max": "40s"}
    assert document["agenda"] == [{"id": "cost", "title": "What it costs", "owner": "bob"}]
    assert document["end"]["any"][0] == {"said": {"by": "ann", "match": "Thank you all"}}


AWAITED = """
trialogue: 1
name: awaited
run: {clock: virtual, limits: {time: 1m, turns: 2}}
cast: {ann: {lines: [Hello.]}, bob: {tools: [price, stock], lines: [Hello.]}}
tools: {price: {mock: {result: 9}}, stock: {mock: {result: 5}}}
agenda: [{id: cost, title: What it costs, done_when: {tool: price, by: bob, result: "9"}}]
end: {any: [{tool: stock}, limits]}
"""


def test_a_tool_that_is_awaited_and_not_called_is_there_again(tmp_path, edges):
    """A scenario from a run has a tool that a condition names, though nobody called it."""
    (tmp_path / "awaited.yaml").write_text(AWAITED)
    run_meeting(prepare(tmp_path / "awaited.yaml", Overrides()), out=tmp_path / "run", edges=edges)
    document, second = again(tmp_path / "run", tmp_path, edges)
    assert (document["cast"]["bob"]["tools"], document["cast"]["ann"]["tools"]) == (["price"], ["stock"])
    assert first_difference(told(tmp_path / "run"), told(second)) is None


COUNTED = """
trialogue: 1
name: counted
run: {clock: virtual, limits: {time: 1m, turns: 6}}
cast:
  ann: {lines: [Hello., So.]}
  bob:
    tools: [price]
    think:
      provider: scripted
      script:
        - {call: {tool: price}, say: "It is ${result}."}
        - {call: {tool: price}, say: "It is ${result}."}
tools: {price: {python: price}}
agenda: [{id: cost, title: What it costs, done_when: {tool: price, result: "2"}}]
end: {any: [{tool: price, nth: 2}, limits]}
"""


def test_what_waits_for_a_call_finds_it_by_its_tools_new_name(tmp_path, edges):
    """A meeting that ends with a tool's second call still does in a scenario from its run."""
    (tmp_path / "counted.yaml").write_text(COUNTED)
    sums = iter([1, 2])
    prepared = prepare(tmp_path / "counted.yaml", Overrides())
    run_meeting(prepared, out=tmp_path / "run", edges=edges, tools={"price": lambda: next(sums)})
    document, second = again(tmp_path / "run", tmp_path, edges)
    assert document["end"]["any"][0] == {"tool": "price_2"}
    assert document["agenda"][0]["done_when"] == {"tool": "price_2", "result": "2"}
    ends = [read(each / "journal.jsonl") for each in (tmp_path / "run", second)]
    assert [[*each][-1].at for each in ends] == [pytest.approx(2.9, abs=0.5)] * 2
    assert [each.end.reason for each in ends] == ["happened"] * 2


def test_a_person_is_heard_by_the_recording(run, tmp_path):
    """A person's clip in a scenario from a run is cut from its recording, and played at its time."""
    (tmp_path / "dana.wav").rename(run / "audio" / "dana.wav")
    path = retell(read(run / "journal.jsonl"), tmp_path / "again.yaml")
    clip = yaml.safe_load(path.read_text())["cast"]["dana"]["via"]["clips"][0]
    assert (clip["when"]["speaking"], clip["text"], clip["mode"]) == ("cleo", "Is that with tax", "interrupt")
    sound, _ = soundfile.read(tmp_path / clip["play"], dtype="int16")
    whole, _ = soundfile.read(run / "audio" / "dana.wav", dtype="int16")
    first, within = int(np.flatnonzero(whole)[0]), int(np.flatnonzero(sound)[0])
    assert np.array_equal(sound[within : within + 2400], whole[first : first + 2400])


HANDS = """
trialogue: 1
name: hands
run: {clock: virtual, seed: 3, limits: {time: 2m, turns: 9}}
floor: {policy: least-spoken, human: 3s}
cast:
  ann: {lines: ["The lid closes with one hand, as I need it.", I would pay twenty., That is all.]}
  bob: {lines: ["It leaks, and I had soup in my bag today.", Not before the leak is mended., Goodbye.]}
  pat:
    role: human
    via:
      clips:
        - {say: For me it is too small, when: {speaking: bob, for: 1s}, mode: wait}
        - {say: I am the last, when: {granted: true, nth: 2, after: 700ms}}
  kim:
    role: human
    via: {clips: [{play: quiet.wav, when: {speaking: ann, for: 1s}, mode: wait}]}
"""


@pytest.fixture
def hands(tmp_path, edges):
    """A run in which one hand goes up for words, and one for nothing."""
    path = tmp_path / "hands.yaml"
    path.write_text(HANDS)
    soundfile.write(tmp_path / "quiet.wav", np.zeros(2400, dtype=np.int16), 24_000)
    run_meeting(prepare(path, Overrides()), out=tmp_path / "run", edges=edges)
    (tmp_path / "run" / "audio" / "pat.wav").unlink()  # a cut murmur is another word
    return tmp_path / "run"


def grants(run):
    """Who got the floor, and why."""
    commands = [command for record in read(run / "journal.jsonl") for command in record.commands]
    return [(each.to, each.reason) for each in commands if isinstance(each, GrantFloor)]


def test_hands_go_up_again_and_get_the_floor_as_they_did(hands, tmp_path, edges):
    """Hands in a scenario from a run go up again, and get the floor as they did."""
    document, second = again(hands, tmp_path, edges)
    assert ("kim", "its hand is up") in grants(hands)
    assert ("pat", "its hand is up") in grants(hands)
    assert grants(second) == grants(hands)
    assert first_difference(told(hands), told(second)) is None
    pat = document["cast"]["pat"]["via"]["clips"]
    assert (pat[0]["when"], pat[0]["mode"]) == ({"speaking": "bob", "for": "1s"}, "wait")
    assert (pat[1]["when"]["granted"], pat[1]["when"]["nth"]) == (True, 2)


TWO_REPLIES = """
trialogue: 1
name: two-replies
run: {clock: virtual, seed: 5, limits: {time: 1m, turns: 3}}
cast:
  ann: {lines: [What does it cost with everything that belongs to it, "Thank you, and that is all."]}
  bob:
    tools: [price]
    think: {provider: scripted, script: [{call: {tool: price, arguments: {}}, say: "Eight for all of it."}]}
  dana: {via: {clips: [{say: "Bob, no, wait.", when: {speaking: ann, for: 1s}, mode: interrupt}]}}
tools: {price: {mock: {result: {usd: 9}, delay: 2s}, filler: {after: 500ms, say: One moment please.}}}
floor: {policy: round-robin, human: 1s, interrupt: {while_unsure: pause}}
"""


def cue(when):
    """The trigger of a clip's `when`."""
    times = {key: read_duration(each) for key, each in when.items() if key in {"at", "for", "after"}}
    moment = SoundPattern(when["speaking"], times["for"]) if "for" in when else TimePattern(times["at"])
    return Trigger(moment, nth=when.get("nth", 1), after_s=times.get("after", 0.0))


def went_off(triggers, records):
    """The moment of each, as a stand-in follows a meeting."""
    at = {}
    for record in records:
        while triggers.next_at is not None and triggers.next_at < record.at:
            moment = triggers.next_at
            at |= dict.fromkeys(triggers.due(moment), moment)
        triggers.take(record)
        at |= dict.fromkeys(triggers.due(record.at + 1e-6), record.at)
    return [at.get(number) for number in range(len(at))]


def test_every_moment_has_a_trigger_that_goes_off_in_it(tmp_path, edges):
    """A person's clip in a scenario from a run goes off at its recorded moment, wherever that was."""
    path = tmp_path / "two.yaml"
    path.write_text(TWO_REPLIES)
    run_meeting(prepare(path, Overrides()), out=tmp_path / "run", edges=edges)
    records = tuple(read(tmp_path / "run" / "journal.jsonl"))
    assert {PlaybackPaused, PlaybackResumed} <= {type(each.event) for each in records}
    begun = [each.event.turn for each in records if isinstance(each.event, PlaybackStarted)]
    assert len(begun) > len(set(begun))
    moments = [number / 100 for number in range(7, round(100 * records[-1].at), 7)]
    typed = [Record(0, at, TextTyped("eve", "Hm."), ()) for at in moments]
    told = clips_of("eve", sorted([*records, *typed], key=lambda each: each.at), ())
    assert sum("speaking" in each.when for each in told) > len(told) / 2
    assert went_off(Triggers.of(cue(each.when) for each in told), records) == pytest.approx(
        moments, abs=0.002
    )


def test_a_hand_that_was_taken_down_is_none(hands):
    """A hand that was taken down is not in a scenario from a run."""
    records = []
    for record in read(hands / "journal.jsonl"):
        records.append(record)
        if isinstance(record.event, FloorRequested) and record.event.participant == "kim":
            records.append(Record(record.seq, record.at, FloorRequestCancelled("kim"), ()))
    assert clips_of("kim", records, ()) == []


def test_a_run_meets_the_written_expectations(run, tmp_path, edges):
    """A scenario from a run expects each turn's first words, and a run of it meets that."""
    document, second = again(run, tmp_path, edges)
    assert len(document["expect"]["in_order"]) == len(turns_told(told(run)))
    assert '"expectations"' in (second / "result.json").read_text()


def test_a_tool_that_answered_twice_stands_twice(run, tmp_path):
    """A tool with two results is two tools in a scenario from a run."""
    journal = run / "journal.jsonl"
    records = tuple(read(journal))

    calls = [r.event.call_id for r in records if isinstance(r.event, ToolRequested)]
    assert len(calls) == 1
    scripts = scripts_of(records)
    other = ToolRequested("bob", 1, "another", "price", "{}")

    at = records[-1].at
    scripts.take(Record(1, at, other, (RunTool("bob", "another", "price", "{}"),)))
    scripts.take(Record(2, at + 1, ToolFinished("bob", "another", "failed", "closed"), ()))
    assert scripts.calls.tools(())["price_2"]["mock"] == {"error": "closed", "delay": "1s"}
    assert scripts.calls.tools_of("bob") == ["price", "price_2"]
    assert scripts.script("bob")[-1]["call"] == {"tool": "price_2", "arguments": {}}


def test_a_call_that_was_cut_off_and_came_again_stands_once():
    """A call that was cut off and repeated is once in a scenario from a run."""
    call = ToolRequested("bob", 1, "c1", "price", "{}")
    records = [
        Record(1, 1.0, call, (RunTool("bob", "c1", "price", "{}"),)),
        Record(2, 2.0, ToolCallCancelled("bob", "c1"), (CancelTool("bob", "c1"),)),
        Record(3, 2.0, ToolFinished("bob", "c1", "cancelled", ""), ()),
        Record(4, 3.0, evolve(call, call_id="c2"), (RunTool("bob", "c2", "price", "{}"),)),
        Record(5, 4.0, ToolFinished("bob", "c2", "succeeded", '"eight"'), ()),
        Record(6, 4.0, ReplyStarted("bob", 1), ()),
        Record(7, 4.0, SentenceSaid("bob", 1, "It is eight.", 0.0), ()),
        Record(8, 4.1, PlaybackStarted("bob", 1, 1, 4.1), ()),
    ]
    scripts = scripts_of(records)
    assert scripts.script("bob") == [{"call": {"tool": "price", "arguments": {}}, "say": "It is eight."}]
    assert {name: each["mock"] for name, each in scripts.calls.tools(()).items()} == {
        "price": {"result": '"eight"', "delay": "1s"}
    }


def test_an_agent_thinks_as_long_before_it_calls_a_tool():
    """An agent in a scenario from a run thinks as long before its first call as it did."""
    calls = [(1.3, "c1"), (2.0, "c2")]
    records = [
        Record(1, 1.0, Woke("x"), (Cue("bob", 1, "It is your turn.", 1),)),
        *(
            Record(
                2, at, ToolRequested("bob", 1, call, "price", "{}"), (RunTool("bob", call, "price", "{}"),)
            )
            for at, call in calls
        ),
    ]
    assert [each.get("think") for each in scripts_of(records).script("bob")] == ["300ms", None]


def test_a_call_that_came_again_has_the_result_of_the_run_that_was_not_stopped():
    """A repeated call in a scenario from a run has the result and the time of the run that it waited for."""
    call = ToolRequested("bob", 1, "c1", "price", "{}")
    records = [
        Record(1, 1.0, call, (RunTool("bob", "c1", "price", "{}"),)),
        Record(2, 2.0, ToolCallCancelled("bob", "c1"), ()),
        Record(3, 2.5, evolve(call, call_id="c2"), ()),
        Record(4, 3.0, ToolFinished("bob", "c1", "succeeded", '"eight"'), ()),
    ]
    scripts = scripts_of(records)
    assert [each["call"]["tool"] for each in scripts.script("bob")] == ["price"]
    assert scripts.calls.tools_of("bob") == ["price"]
    assert scripts.calls.tools(())["price"]["mock"] == {"result": '"eight"', "delay": "2s"}


@pytest.mark.parametrize(
    "empty", ["[{when: {heard: cost}, say: Thank you.}]", "[{say: '', think: 1s}, {say: Yes.}]"]
)
def test_a_turn_that_passed_passes_again(empty, tmp_path, edges):
    """A repeated meeting keeps an empty turn instead of moving later words into it."""
    path = tmp_path / "passing.yaml"
    path.write_text(
        "trialogue: 1\nname: passing\nrun: {clock: virtual, seed: 1, limits: {time: 60s, turns: 6}}\n"
        "cast:\n  ann: {lines: [Hello., It costs eight., Good.]}\n"
        f"  ben: {{think: {{provider: scripted, script: {empty}}}}}\n"
    )
    run_meeting(prepare(path, Overrides()), out=tmp_path / "run", edges=edges)
    document, second = again(tmp_path / "run", tmp_path, edges)
    assert document["cast"]["ben"]["think"]["script"][0]["say"] == ""
    assert first_difference(told(tmp_path / "run"), told(second)) is None


def test_a_redacted_run_has_no_words_to_say(run, tmp_path):
    """A scenario from a redacted run is an error with the journal's path."""
    redact(read(run / "journal.jsonl"), tmp_path / "redacted.jsonl")
    with pytest.raises(JournalError, match="is redacted"):
        retell(read(tmp_path / "redacted.jsonl"), tmp_path / "x.yaml")


def test_nothing_is_overwritten(run, tmp_path):
    """A scenario's file that exists is not overwritten by a scenario from a run."""
    (tmp_path / "mine.yaml").write_text("mine")
    with pytest.raises(SetupError, match="already exists"):
        retell(read(run / "journal.jsonl"), tmp_path / "mine.yaml")
    assert (tmp_path / "mine.yaml").read_text() == "mine"


# --- where two meetings part -----------------------------------------------------------------------


def said(name, start, heard, cause="finished"):
    return Utterance(
        name, 1, start, start + 1, heard, f"{heard} and" if cause == "interrupted" else heard, cause
    )


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ([said("a", 0, "one")], [said("a", 0.5, "one")], None),
        ([said("a", 0, "one two", "interrupted")], [said("a", 0, "one", "interrupted")], None),
        ([said("a", 0, "One. Transfer")], [said("a", 0, "one, transfer.")], None),
        (
            [said("a", 0, "one")],
            [said("b", 0.5, "one")],
            "turn 1 is of a in the recording and b in the new run, +0.50 s",
        ),
        (
            [said("a", 0, "one")],
            [said("a", 0.25, "two")],
            "turn 1 has other words, of a in the recording and a in the new run, +0.25 s",
        ),
        ([said("a", 0, "one")], [], "turn 1 is of a in the recording and nobody in the new run"),
    ],
)
def test_the_first_turn_that_differs_is_told(then, now, words):
    """The first difference of two runs names both speakers and times; small shifts are none."""
    found = first_difference(then, now)
    assert (found if found is None else str(found)) == words


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_what_is_made_from_a_run_is_its_owners_alone(run, tmp_path):
    """Other users of the machine could read the words and hear the people, but not in the run itself."""
    (tmp_path / "dana.wav").rename(run / "audio" / "dana.wav")
    retell(read(run / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    made = [each for each in (tmp_path / "again").rglob("*") if each.is_file()]
    assert {each.suffix for each in made} == {".yaml", ".wav"}
    assert {each.stat().st_mode & 0o777 for each in made} == {0o600}


# --- what if ---------------------------------------------------------------------------------------


def test_the_same_rules_change_nothing(run, tmp_path, edges):
    """A what-if with the recorded policy and frames has the same turns."""
    came = what_if(read(run / "journal.jsonl"), {"floor.policy": "moderated"}, tmp_path / "out", edges)
    assert read(tmp_path / "out" / "journal.jsonl").header.frame_ms == 100
    assert came.asked > 3
    assert (came.others, came.horizon) == ((), None)


def test_nothing_but_the_new_run_stays(run, tmp_path, edges):
    """A folder with people's recorded speech stayed beside it; after a refused value it forbade `out`."""
    reading = read(run / "journal.jsonl")
    with pytest.raises(ScenarioError, match="a duration needs its unit"):
        what_if(reading, {"floor.hold.max": "20"}, tmp_path / "made" / "out", edges)
    assert not (tmp_path / "made").exists()
    what_if(reading, {"floor.hold.max": "80s"}, tmp_path / "made" / "out", edges)
    assert list((tmp_path / "made").iterdir()) == [tmp_path / "made" / "out"]


def test_a_policy_of_its_own_gives_way_to_another(tmp_path, edges, monkeypatch):
    """A what-if of a meeting with a policy of its own has another one, and compares their choices."""
    (tmp_path / "own_floor.py").write_text(
        "from trialogue import Next\n\ndef choose(view):\n    return Next('ann', 'always')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "own.yaml"
    path.write_text(
        "trialogue: 1\nname: own\nrun: {clock: virtual, limits: {time: 60s, turns: 4}}\n"
        "floor: {policy: custom, custom: 'own_floor:choose'}\n"
        "cast:\n  ann: {lines: [One., Two., Three., Four.]}\n  ben: {lines: [Five., Six.]}\n"
    )
    permitted = evolve(edges, permissions=Permissions(imports=("own_floor.*",)))
    run_meeting(prepare(path, Overrides()), out=tmp_path / "run", edges=permitted)
    reading = read(tmp_path / "run" / "journal.jsonl")
    came = what_if(reading, {"floor.policy": "round-robin"}, tmp_path / "other", permitted)
    assert (came.others[0].turn, came.others[0].now.split()[0]) == (2, "ben")
    assert what_if(reading, {"floor.hold.max": "80s"}, tmp_path / "same", permitted).horizon is None


def test_other_rules_choose_otherwise_and_part_there(run, tmp_path, edges):
    """A what-if names both speakers of the first other choice, where the turns part."""
    came = what_if(read(run / "journal.jsonl"), {"floor.policy": "round-robin"}, tmp_path / "out", edges)
    assert came.others
    assert came.horizon is not None
    assert came.horizon.place >= came.others[0].turn - 1
    assert (tmp_path / "out" / "result.json").exists()
    assert came.made.measures.participants != came.recorded.measures.participants


@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"run.seed": "4"}, SetupError, "can only change the floor"),
        ({"floor.policy": "nobody"}, ScenarioError, "nobody"),
        ({"floor.polcy": "auction"}, ScenarioError, '^what-if: floor: unknown key "polcy"; did you mean'),
        ({"floor.hold.max": "[1"}, SetupError, "not a valid value for floor.hold.max"),
        ({"floor.order": "&a [*a]"}, SetupError, "not a valid value for floor.order"),
        ({"floor.policy.x": "1"}, SetupError, "is not a place"),
    ],
)
def test_an_impossible_floor_is_an_error(run, tmp_path, edges, changes, error, why):
    """A wrong change of a what-if is an error before any meeting is held."""
    with pytest.raises(error, match=why):
        what_if(read(run / "journal.jsonl"), changes, tmp_path / "out", edges)
    assert not (tmp_path / "out").exists()
