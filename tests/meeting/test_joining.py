"""Participants who come to the table of a meeting that runs, and leave it."""

import json
from functools import partial

import numpy as np
import pytest
import trio

from trialogue import (
    AlreadyOver,
    Edges,
    PermissionMissing,
    Scenario,
    ScenarioError,
    SetupError,
    UnknownName,
    WrongLoop,
    WrongType,
    WrongValue,
    brain_for,
    open_meeting,
    prepare,
    run_virtual,
)
from trialogue.cli import main
from trialogue.events import (
    EndTurn,
    GrantFloor,
    Joined,
    Left,
    SentenceSaid,
    SessionReady,
    SpeechStarted,
    StopPlayout,
    ToolFinished,
)
from trialogue.journal.files import verify_files
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting import joining
from trialogue.meeting.scenario_from import retell
from trialogue.report import cast
from trialogue.testing import murmuring_engines

EDGES = Edges(engines=murmuring_engines())
CAST = {
    "ann": {"lines": [f"This is what I say in my turn {number}." for number in range(20)]},
    "bob": {"lines": [f"And I say {number} things." for number in range(20)]},
}
NEW = {"lines": ["I am new here.", "I say this too.", "And this."], "title": "Kim Q."}
LOUD = (np.sign(np.sin(np.arange(24_000) * 2 * np.pi * 200 / 24_000)) * 8000).astype(np.int16).tobytes()


def scenario(cast=None, **keys):
    return Scenario.build("coming", cast or CAST, **{"run": {"limits": {"time": "40s"}}, **keys})


def held(tmp_path, visit, *, of=None, edges=EDGES, run=run_virtual):
    """What `visit(meeting)` returns, beside a meeting that ends with it; its journal verifies."""

    async def main():
        async with open_meeting(of or scenario(), out=tmp_path / "run", edges=edges) as meeting:
            came = await visit(meeting)
            if not meeting.is_over:
                meeting.stop("enough")
            await meeting.finished()
            return came

    came = run(main)
    verify(tmp_path / "run" / "journal.jsonl", partial(brain_for))
    return came


def records(tmp_path):
    return list(read(tmp_path / "run" / "journal.jsonl"))


def events(tmp_path, kind):
    return [record.event for record in records(tmp_path) if isinstance(record.event, kind)]


def grants(tmp_path):
    return [c.to for record in records(tmp_path) for c in record.commands if isinstance(c, GrantFloor)]


async def turn_of(meeting, name):
    """Wait until a turn of this participant is over."""
    async for record in meeting.records():
        if any(isinstance(c, EndTurn) and c.participant == name for c in record.commands):
            return


def recorded(tmp_path, name):
    """What was recorded of one, as samples."""
    return np.frombuffer((tmp_path / "run" / "audio" / f"{name}.wav").read_bytes()[44:], np.int16)


# --- coming -----------------------------------------------------------------------------------------


def test_an_agent_that_joins_has_its_turns_like_the_others(tmp_path, capsys):
    """An agent that joins has a turn in each round from then on, and is listed with its label."""

    async def visit(meeting):
        await trio.sleep(3)
        await meeting.join("kim", NEW)
        await trio.sleep(12)
        return meeting.state.participants[-1]

    state = held(tmp_path, visit)
    assert (state.name, state.label) == ("kim", "Kim Q.")
    assert state.turns >= 2
    came = grants(tmp_path)
    since = came[came.index("kim") :]
    assert all(len({*since[place : place + 3]}) == 3 for place in range(len(since) - 2))
    said = [each.text for each in events(tmp_path, SentenceSaid) if each.participant == "kim"]
    assert said[:2] == NEW["lines"][:2]
    assert main(["why", str(tmp_path / "run")]) == 0
    assert "  Kim Q.  " in capsys.readouterr().out


def test_the_journal_says_who_came_with_its_whole_seat(tmp_path):
    """The journal has the whole entry of a participant who joined, and the scenario's file has none."""

    async def visit(meeting):
        await meeting.join("kim", NEW)

    held(tmp_path, visit)
    (joined,) = events(tmp_path, Joined)
    entry = json.loads(joined.entry)
    assert (entry["lines"], entry["title"], entry["via"]) == (NEW["lines"], "Kim Q.", "local")
    assert joined.seat.title == "Kim Q."
    assert "kim" not in (tmp_path / "run" / "scenario.yaml").read_text()
    reading = read(tmp_path / "run" / "journal.jsonl")
    assert [each.name for each in reading.header.plan.participants] == ["ann", "bob"]
    assert [each.name for each in cast.with_everybody(reading.header.plan, reading).participants] == [
        "ann",
        "bob",
        "kim",
    ]


def test_its_recording_is_silent_until_it_came(tmp_path):
    """A later participant's recording is as long as the others, and silent until it came."""

    async def visit(meeting):
        await trio.sleep(5)
        await meeting.join("kim", NEW)
        came_at = meeting.now
        await trio.sleep(10)
        return came_at

    came_at = held(tmp_path, visit)
    assert {len(recorded(tmp_path, name)) for name in ("ann", "bob", "kim", "mix")} == {
        len(recorded(tmp_path, "mix"))
    }
    heard = recorded(tmp_path, "kim")
    assert not heard[: round(came_at * 24_000)].any()
    assert heard.any()
    assert verify_files(tmp_path / "run").is_whole
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["participants"] == ["ann", "bob", "kim"]
    assert "Kim Q." in (tmp_path / "run" / "transcript.md").read_text()


def test_a_scenario_is_made_of_a_meeting_that_somebody_joined(tmp_path):
    """A scenario from a meeting with a later participant can be held, and its head names who came."""

    async def visit(meeting):
        await trio.sleep(3)
        await meeting.join("kim", NEW)
        await trio.sleep(12)

    held(tmp_path, visit)
    path = retell(read(tmp_path / "run" / "journal.jsonl"), tmp_path / "again" / "scenario.yaml")
    assert prepare(path).plan.floor.order == ("ann", "bob", "kim")
    assert "when kim came and left" in path.read_text()


def test_a_person_who_joins_is_heard(tmp_path):
    """The app's sound for a person who joined is heard, and its words are recognized."""

    async def visit(meeting):
        await trio.sleep(2)
        await meeting.join("dana", {"via": "app"})
        source = meeting.source("dana", sample_rate=24_000)
        await source.send(LOUD)
        await source.drain()
        await trio.sleep(2)

    held(tmp_path, visit)
    assert [each.participant for each in events(tmp_path, SpeechStarted)] == ["dana"]
    assert recorded(tmp_path, "dana").any()


def test_clips_join_and_are_kept_with_the_run(tmp_path):
    """A recording of a person who joins is copied into the run, and the entry names the copy."""
    path = tmp_path / "hello.wav"
    import soundfile

    soundfile.write(path, np.frombuffer(LOUD, np.int16), 24_000)
    file = tmp_path / "coming.yaml"
    file.write_text("trialogue: 1\nname: coming\ncast: {ann: {lines: [One.]}, bob: {lines: [Two.]}}\n")

    async def visit(meeting):
        await meeting.join("pia", {"via": {"clips": [{"when": {"at": "3s"}, "play": "hello.wav"}]}})
        await trio.sleep(6)

    held(tmp_path, visit, of=file)
    assert [each.participant for each in events(tmp_path, SpeechStarted)] == ["pia"]
    (joined,) = events(tmp_path, Joined)
    (clip,) = json.loads(joined.entry)["via"]["clips"]
    assert clip["play"] == "clips/hello.wav"
    assert (tmp_path / "run" / "clips" / "hello.wav").read_bytes() == path.read_bytes()


def test_a_participant_who_joins_may_call_the_meetings_tools(tmp_path):
    """A later participant can call the scenario's tools, and another tool is an error at the call."""
    tools = {"tools": {"price": {"description": "A price.", "mock": {"result": {"cents": "eight"}}}}}
    script = [{"call": {"tool": "price", "arguments": {}}, "say": "It is ${result.cents}."}]

    async def visit(meeting):
        with pytest.raises(ScenarioError, match="there is no tool"):
            await meeting.join("kim", {"lines": ["Hello."], "tools": ["other"]})
        await meeting.join("kim", {"tools": ["price"], "think": {"provider": "scripted", "script": script}})
        await trio.sleep(12)

    cast = {**CAST, "bob": {**CAST["bob"], "tools": ["price"]}}
    held(tmp_path, visit, of=scenario(cast, **tools))
    assert [(each.participant, each.outcome) for each in events(tmp_path, ToolFinished)] == [
        ("kim", "succeeded")
    ]


def test_the_service_of_one_who_joins_is_opened_for_it(tmp_path):
    """A meeting of people opens the embedded server for an agent that joins."""
    people = {name: {"role": "human", "via": "text"} for name in ("dana", "pia")}

    async def visit(meeting):
        await meeting.join("kim", NEW)
        async for record in meeting.records():
            if isinstance(record.event, SessionReady):
                return

    held(tmp_path, visit, of=scenario(people), run=trio.run)
    assert [each.participant for each in events(tmp_path, SessionReady)] == ["kim"]


# --- leaving ----------------------------------------------------------------------------------------


def test_the_floor_of_one_who_leaves_is_given_on(tmp_path):
    """An agent that leaves in its turn is silent at once, and the next gets the floor."""

    async def visit(meeting):
        async for record in meeting.records():
            if isinstance(record.event, SentenceSaid) and record.event.participant == "bob":
                break
        await trio.sleep(0.3)
        holder = meeting.state.holder
        await meeting.leave("bob")
        left_at = meeting.now
        await trio.sleep(6)
        return holder, left_at

    brief = scenario(run={"frame": "20ms", "limits": {"time": "40s"}})
    holder, left_at = held(tmp_path, visit, of=brief)
    assert holder == "bob"
    (decided,) = (each.commands for each in records(tmp_path) if isinstance(each.event, Left))
    assert [type(each) for each in decided[:3]] == [StopPlayout, EndTurn, GrantFloor]
    assert decided[1].cause == "left"
    assert not recorded(tmp_path, "bob")[round((left_at + 0.05) * 24_000) :].any()
    assert "bob" not in grants(tmp_path)[2:]
    assert not [each for each in records(tmp_path) if type(each.event).__name__ == "ActorCrashed"]


def test_a_person_who_leaves_is_heard_no_more(tmp_path):
    """An app that still gives a person's sound after it left gets an error that says so.

    It said that the meeting has ended.
    """

    async def visit(meeting):
        await meeting.join("dana", {"via": "app"})
        source = meeting.source("dana", sample_rate=24_000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_given, source)
            await trio.sleep(0.5)
            await meeting.leave("dana")
        with pytest.raises(UnknownName):
            meeting.source("dana")

    async def _given(source):
        with pytest.raises(AlreadyOver, match="dana has left"):
            await source.send(5 * LOUD)

    held(tmp_path, visit)


def test_a_participant_who_comes_back_as_it_was_goes_on_where_it_left(tmp_path):
    """A participant that comes back goes on after its heard lines, in a new session."""

    async def visit(meeting):
        await meeting.join("kim", NEW)
        await turn_of(meeting, "kim")
        await meeting.leave("kim")
        await trio.sleep(3)
        await meeting.join("kim")
        await trio.sleep(8)

    held(tmp_path, visit)
    assert [each.session for each in events(tmp_path, SessionReady) if each.participant == "kim"] == [1, 2]
    said = [each.text for each in events(tmp_path, SentenceSaid) if each.participant == "kim"]
    assert said == NEW["lines"][: len(said)]
    assert len(said) >= 2
    assert [bool(each.entry) for each in events(tmp_path, Joined)] == [True, False]


def test_another_seat_of_the_same_name_begins_anew(tmp_path):
    """Another participant under a former name begins with its own first line."""
    again = {"lines": ["Somebody else sits here.", "Really."]}

    async def visit(meeting):
        await turn_of(meeting, "bob")
        await meeting.leave("bob")
        await meeting.join("bob", again)
        await trio.sleep(9)

    held(tmp_path, visit)
    said = [each.text for each in events(tmp_path, SentenceSaid) if each.participant == "bob"]
    assert said[1:3] == again["lines"]


def test_all_may_leave_and_others_come(tmp_path):
    """A meeting that all have left goes on with those who join later."""

    async def visit(meeting):
        await meeting.leave("ann")
        await meeting.leave("bob")
        await trio.sleep(2)
        await meeting.join("kim", NEW)
        await trio.sleep(5)

    held(tmp_path, visit)
    assert grants(tmp_path)[-1] == "kim"


# --- what is refused --------------------------------------------------------------------------------

NO_CLIP = {"via": {"clips": [{"when": {"at": "3s"}, "play": "no.wav"}]}}
REFUSED = [
    pytest.param("ann", NEW, WrongValue, "is already at the table", id="taken"),
    pytest.param("Kim", NEW, ScenarioError, "is not a valid name", id="no-name"),
    pytest.param("mix", NEW, ScenarioError, "the recording of all together", id="mix"),
    pytest.param("kim", None, UnknownName, "give its seat", id="no-seat"),
    pytest.param("kim", 5, WrongType, "a mapping", id="no-mapping"),
    pytest.param("kim", {"lines": object()}, WrongType, "plain JSON values", id="no-json"),
    pytest.param("kim", {"lines": ["x" * 100_000]}, WrongValue, "longer than", id="too-long"),
    pytest.param("kim", {"promt": "x"}, ScenarioError, 'did you mean "prompt"', id="unknown-key"),
    pytest.param("kim", {}, ScenarioError, "cannot think here", id="nothing-to-say"),
    pytest.param("kim", {**NEW, "role": "chair"}, WrongValue, "the chair", id="chair"),
    pytest.param("kim", {"via": "microphone"}, ScenarioError, "virtual", id="virtual-microphone"),
    pytest.param("kim", {"prompt": "x", "via": "deepgram"}, ScenarioError, "virtual", id="virtual-hosted"),
    pytest.param(
        "kim",
        {"via": {"clips": [{"when": {"at": "3s"}, "play": "no.wav"}]}},
        ScenarioError,
        "no.wav",
        id="clip",
    ),
]


@pytest.mark.parametrize(("name", "seat", "error", "match"), REFUSED)
def test_an_impossible_join_is_refused_without_effects(tmp_path, name, seat, error, match):
    """The error says what is wrong; the meeting continues, and its journal and folder are unchanged."""

    async def visit(meeting):
        await trio.sleep(1)
        with pytest.raises(error, match=match):
            await meeting.join(name, seat)
        await meeting.join("zoe", NEW)

    held(tmp_path, visit)
    assert [each.seat.name for each in events(tmp_path, Joined)] == ["zoe"]
    assert {each.stem for each in (tmp_path / "run" / "audio").iterdir()} == {"ann", "bob", "zoe", "mix"}


def test_a_join_without_permission_is_refused(tmp_path, monkeypatch):
    """A join with a host without permission, or an unset variable, is refused as at the start."""
    monkeypatch.delenv("KIMS_TOKEN", raising=False)
    endpoint = {"url": "https://models.example.org/v1"}
    seat = {"prompt": "Be brief.", "think": {"provider": "open_ai", "model": "m", "endpoint": endpoint}}
    here = {"url": "http://127.0.0.1:9/v1", "headers": {"authorization": "Bearer ${env:KIMS_TOKEN}"}}

    async def visit(meeting):
        with pytest.raises((PermissionMissing, ScenarioError), match=r"Permissions\(hosts="):
            await meeting.join("kim", seat)
        with pytest.raises(SetupError, match="KIMS_TOKEN"):
            await meeting.join("kim", {**seat, "think": {**seat["think"], "endpoint": here}})

    held(tmp_path, visit, run=trio.run)
    assert events(tmp_path, Joined) == []


def test_a_key_of_a_seat_is_in_no_file(tmp_path, monkeypatch):
    """The key of a participant who joins is in no file of the run."""
    monkeypatch.setenv("KIMS_WORD", "very-confidential-word")
    here = {"url": "http://127.0.0.1:9/v1", "headers": {"authorization": "Bearer ${env:KIMS_WORD}"}}
    seat = {"prompt": "Be brief.", "think": {"provider": "open_ai", "model": "m", "endpoint": here}}

    async def visit(meeting):
        await meeting.join("kim", seat)
        meeting.inject("ann", "The word is very-confidential-word, keep it.")

    held(tmp_path, visit, run=trio.run)
    text = (tmp_path / "run" / "journal.jsonl").read_text()
    assert "${env:KIMS_WORD}" in text
    assert "very-confidential-word" not in text


def test_calls_at_the_wrong_moment(tmp_path):
    """A join or leave with a wrong name, after the end or in another loop, is an error."""

    async def visit(meeting):
        with pytest.raises(UnknownName):
            await meeting.leave("nobody")
        with pytest.raises(WrongLoop):
            await trio.to_thread.run_sync(lambda: trio.run(meeting.leave, "bob"))
        await meeting.leave("bob")
        for call in (meeting.mute, meeting.raise_hand, meeting.grant):
            with pytest.raises(UnknownName):
                call("bob")
        with pytest.raises(UnknownName):
            await meeting.leave("bob")
        with pytest.raises(WrongValue, match="an agent"):
            await meeting.join("bob", {"via": "app"})
        meeting.stop("enough")
        await meeting.finished()
        for call in (partial(meeting.join, "kim", NEW), partial(meeting.leave, "ann")):
            with pytest.raises(AlreadyOver):
                await call()

    held(tmp_path, visit)


@pytest.mark.parametrize("most", [9, pytest.param(joining.MOST_SEATS, marks=pytest.mark.long)])
def test_as_many_names_as_a_meeting_knows(tmp_path, monkeypatch, most):
    """A participant over the limit of a meeting is refused, even if others have left."""
    monkeypatch.setattr(joining, "MOST_SEATS", most)

    async def visit(meeting):
        for number in range(most - 2):
            await meeting.join(f"p{number}", {"lines": ["Hm."], "role": "observer"})
            await meeting.leave(f"p{number}")
        with pytest.raises(WrongValue, match=f"cannot be added: a meeting can have {most} participants"):
            await meeting.join("zoe", NEW)
        await meeting.join("p0")

    held(tmp_path, visit)


def test_a_cancelled_join_leaves_a_seat_whole(tmp_path):
    """A participant whose join was cancelled is either fully at the table or not at all."""

    async def visit(meeting):
        with trio.move_on_after(0) as scope:
            await meeting.join("kim", NEW)
        with trio.CancelScope() as asking:
            asking.cancel()
            await meeting.join("zoe", NEW)
        await trio.sleep(8)
        return scope.cancelled_caught

    held(tmp_path, visit)
    here = {each.seat.name for each in events(tmp_path, Joined)}
    ready = {each.participant for each in events(tmp_path, SessionReady)}
    assert here == ready - {"ann", "bob"}
