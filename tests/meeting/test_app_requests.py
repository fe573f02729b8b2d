"""What an app asks: from any thread, and refused before anything is touched where it is wrong."""

import shutil
import threading

import numpy as np
import pytest
import trio
from attrs import evolve

from trialogue.agent.opening import open_agent
from trialogue.brain.meeting import Brain
from trialogue.errors import AlreadyOver, AskedWrongly, AuthorFailed, WrongLoop
from trialogue.journal.reader import read
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges, local_connect
from trialogue.meeting.meeting import open_meeting
from trialogue.meeting.run import run_meeting
from trialogue.meeting.virtual import run_virtual
from trialogue.model.events import (
    FloorRequested,
    MeetingStarted,
    MuteAsked,
    NoteGiven,
    SayAsked,
    SentenceSaid,
    SessionReady,
    StopAsked,
    ToolRequested,
)
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

AGENT = {"think": {"provider": {"type": "scripted", "script": [{"otherwise": "Good morning."}]}}}

SCENARIO = """
trialogue: 1
name: asked
run: {limits: {time: 20s, turns: 6}}
cast:
  ann: {lines: [One., Two.]}
  bob: {lines: [Three., Four.]}
  kim: {role: human, via: text}
  eve: {role: observer, lines: [Nothing.]}
"""


@pytest.fixture
def scenario(tmp_path):
    """Two agents, a person who types, and an observer."""
    path = tmp_path / "asked.yaml"
    path.write_text(SCENARIO)
    return path


async def in_thread(function):
    """Call it in a thread of no one's, which the loop waits for; what it raised."""
    raised = []

    def call():
        try:
            function()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            raised.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    with trio.fail_after(50):
        while thread.is_alive():  # noqa: ASYNC110 - a thread of an app's rings no bell
            await trio.sleep(0.01)
    return raised


async def asked_in(scenario, tmp_path, ask):
    """What is recorded where `ask(meeting)` runs in another thread, and what that raised."""
    edges = Edges(engines=murmuring_engines())
    with trio.fail_after(50):
        async with open_meeting(scenario, out=tmp_path / "run", edges=edges) as meeting:
            async for record in meeting.records():
                if isinstance(record.event, SessionReady):
                    break
            raised = await in_thread(lambda: ask(meeting))
            meeting.stop("enough")
            result = await meeting.finished()
    assert result.result.reason == "enough"
    assert verify(meeting.folder / "journal.jsonl", Brain).records > 3
    return [record.event for record in read(meeting.folder / "journal.jsonl")], raised


def everything(meeting):
    """All that can be asked of a meeting."""
    meeting.say("ann", "Words.")
    meeting.inject("bob", "A note.")
    meeting.grant("bob", "your view")
    meeting.update("ann", prompt="Be brief.")
    meeting.type("kim", "Hello.")
    meeting.raise_hand("ann", 2)
    meeting.lower_hand("ann")
    meeting.mute("bob", True)
    meeting.mute("bob", False)
    assert meeting.now > 0
    assert meeting.levels() is not None
    assert meeting.records() is not None
    assert meeting.sample_rate == 24_000
    assert "asked" in repr(meeting)


async def test_a_meeting_can_be_asked_from_another_thread(scenario, tmp_path):
    """Requests to a meeting from another thread are recorded, and the meeting goes on."""
    events, raised = await asked_in(scenario, tmp_path, everything)
    assert raised == []
    for kind in (SayAsked, NoteGiven, FloorRequested, MuteAsked):
        assert any(isinstance(event, kind) for event in events), kind


async def test_a_meeting_can_be_stopped_from_another_thread(scenario, tmp_path):
    """The meeting ends for the reason of the first request to stop."""
    edges = Edges(engines=murmuring_engines())
    with trio.fail_after(50):
        async with open_meeting(scenario, out=tmp_path / "run", edges=edges) as meeting:
            assert await in_thread(lambda: meeting.stop("by thread")) == []
            assert (await meeting.finished()).result.reason == "by thread"


async def test_another_thread_gets_what_its_question_raises(scenario, tmp_path):
    """An error of a call from another thread is raised there, and the meeting goes on."""
    _, raised = await asked_in(scenario, tmp_path, lambda meeting: meeting.say("nobody", "Words."))
    (error,) = raised
    assert isinstance(error, KeyError)
    assert isinstance(error, AskedWrongly)
    assert error.argument == "participant"
    assert "'nobody'" in str(error)
    assert "ann, bob, kim, eve" in str(error)


def test_a_meeting_whose_loop_has_ended_says_so(scenario, tmp_path):
    """A thread that asks a meeting too late gets an error, and does not hang."""

    async def held():
        async with open_meeting(scenario, out=tmp_path / "late", edges=edges) as meeting:
            meeting.stop("enough")
            await meeting.finished()
            return meeting

    edges = Edges(engines=murmuring_engines())
    box = []
    thread = threading.Thread(target=lambda: box.append(trio.run(held)))
    thread.start()
    thread.join(50)
    (meeting,) = box
    with pytest.raises(AlreadyOver, match="loop that opened this has ended"):
        meeting.say("ann", "Too late.")


def test_the_thread_that_ran_the_loop_is_told_as_well(scenario, tmp_path):
    """A request to a meeting whose loop has ended is an error that says so, also within the next loop."""

    async def held():
        async with open_meeting(scenario, out=tmp_path / "late", edges=edges) as meeting:
            meeting.stop("enough")
            await meeting.finished()
            return meeting

    def asked():
        for ask in (
            lambda: meeting.state,
            lambda: meeting.now,
            meeting.levels,
            lambda: meeting.say("ann", "x"),
        ):
            with pytest.raises(AlreadyOver, match="ended"):
                ask()

    async def later():
        asked()

    edges = Edges(engines=murmuring_engines())
    meeting = trio.run(held)
    asked()
    trio.run(later)


async def test_waiting_elsewhere_is_refused_in_words(scenario, tmp_path):
    """Waiting for a meeting outside its loop is an error that says so."""

    def waiting(meeting):
        for wait in (meeting.finished(), meeting.records().__anext__(), meeting.left_behind()):
            with pytest.raises(WrongLoop, match="only in a task of the trio loop"):
                wait.send(None)

    _, raised = await asked_in(scenario, tmp_path, waiting)
    assert raised == []


def test_a_plain_tool_may_ask_its_meeting(tmp_path):
    """A plain tool, which runs in a thread, can call methods of its meeting."""
    box = {}

    def tell() -> str:
        """Tell Bob."""
        box["meeting"].inject("bob", "ann asked the tool")
        return "told"

    path = tmp_path / "tool.yaml"
    path.write_text("""
trialogue: 1
name: asking
run: {limits: {time: 20s, turns: 2}}
cast:
  ann:
    tools: [tell]
    think: {provider: scripted, script: [{call: {tool: tell, arguments: {}}, say: "It is ${result}."}]}
  bob: {lines: [Yes.]}
tools: {tell: {python: tell}}
""")

    async def watch(meeting):
        box["meeting"] = meeting
        await meeting.finished()

    held = run_meeting(
        path,
        out=str(tmp_path / "run"),
        edges=Edges(engines=murmuring_engines()),
        tools={"tell": tell},
        watch=watch,
    )
    events = [record.event for record in read(held.folder / "journal.jsonl")]
    assert NoteGiven("bob", "ann asked the tool") in events
    assert held.result.reason == "limit-turns"


WRONG = [
    ("say", ("ann", None), TypeError),
    ("say", ("ann", ""), ValueError),
    ("say", ("ann", " \n"), ValueError),
    ("say", ("ann", "x" * 100_001), ValueError),
    ("say", ("kim", "Words."), ValueError),
    ("say", ("eve", "Words."), ValueError),
    ("say", ("nobody", "Words."), KeyError),
    ("grant", ("ann", 5), TypeError),
    ("grant", ("eve",), ValueError),
    ("inject", ("ann", b"x"), TypeError),
    ("inject", ("ann", ""), ValueError),
    ("type", ("ann", "Hello."), ValueError),
    ("type", ("kim", ""), ValueError),
    ("type", ("kim", 3), TypeError),
    ("raise_hand", ("ann", 1.5), TypeError),
    ("raise_hand", ("ann", "high"), TypeError),
    ("raise_hand", ("ann", True), TypeError),
    ("raise_hand", ("ann", np.int64(1)), TypeError),
    ("raise_hand", ("ann", 3), ValueError),
    ("raise_hand", ("ann", 2**70), ValueError),
    ("raise_hand", ("eve", 0), ValueError),
    ("lower_hand", ("nobody",), KeyError),
    ("mute", ("ann", 0), TypeError),
    ("mute", ("ann", 1), TypeError),
    ("mute", ("ann", "yes"), TypeError),
    ("mute", ("ann", None), TypeError),
    ("mute", ("ann", np.bool_(True)), TypeError),
    ("stop", (None,), TypeError),
    ("stop", ("",), ValueError),
    ("stop", ("a\nb",), ValueError),
    ("stop", ("r" * 201,), ValueError),
    ("source", ("ann",), ValueError),
    ("source", ("nobody",), KeyError),
    ("say", (5, "Words."), TypeError),
    ("say", ("", "Words."), ValueError),
    ("revoke", ("eve",), ValueError),
    ("on", (str, print), ValueError),
    ("on", ([], print), TypeError),
    ("on", (SayAsked, None), TypeError),
]


async def test_wrong_questions_leave_a_meeting_untouched(scenario, tmp_path):
    """A wrong request to a meeting is an error at the call, and nothing of it is recorded."""

    def ask(meeting):
        for method, arguments, error in WRONG:
            with pytest.raises(error) as caught:
                getattr(meeting, method)(*arguments)
            assert isinstance(caught.value, AskedWrongly)
            assert caught.value.argument
        for wrong in ({"prompt": ""}, {"prompt": 5}):
            with pytest.raises((TypeError, ValueError)):
                meeting.update("ann", **wrong)
        meeting.update("ann", prompt="x" * 60_000)
        with pytest.raises(ValueError, match="with what was added before"):
            meeting.update("ann", prompt="x" * 60_000)
        with pytest.raises(ValueError, match="longer than 100,000 characters in JSON"):
            meeting.update("ann", think={"provider": {"type": "open_ai", "model": "x" * 100_000}})
        with pytest.raises(ValueError, match="kim is not an agent"):
            meeting.update("kim", prompt="Be brief.")

    events, raised = await asked_in(scenario, tmp_path, ask)
    assert raised == []
    assert not [event for event in events if isinstance(event, SayAsked | MuteAsked | FloorRequested)]
    assert [event for event in events if isinstance(event, StopAsked)] == [StopAsked("enough")]


def test_options_of_wrong_types_are_refused_before_anything_is_made(scenario, tmp_path):
    """Options of a wrong type are errors before a run's directory is made."""
    with pytest.raises(TypeError, match="overrides must be Overrides, not a dict"):
        run_meeting(scenario, overrides={"clock": "virtual"}, out=str(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("clock", list(Clock))
@pytest.mark.parametrize("where", ["watch", "progress"])
def test_a_callback_that_leaves_ends_the_meeting_as_its_authors_error(tmp_path, clock, where):
    """A callback that raises `SystemExit` is its author's error, and does not end the process with 0."""

    async def watch(_):
        await trio.lowlevel.checkpoint()
        if where == "watch":
            raise SystemExit

    def progress(_):
        if where == "progress":
            raise SystemExit

    path = tmp_path / "small.yaml"
    path.write_text("trialogue: 1\nname: small\ncast: {ann: {lines: [One.]}, bob: {lines: [Two.]}}\n")
    edges = Edges(engines=murmuring_engines(), progress=progress)
    with pytest.raises(AuthorFailed, match="raised SystemExit"):
        run_meeting(path, overrides=Overrides(clock=clock), out=tmp_path / "run", edges=edges, watch=watch)


def test_a_block_left_before_the_first_tick_leaves_a_whole_run(scenario, tmp_path):
    """A meeting that is left before its first tick has a complete run."""

    async def held():
        async with open_meeting(scenario, out=tmp_path / "run", edges=Edges(engines=murmuring_engines())):
            raise KeyError("mine")

    for _ in range(5):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        with pytest.raises(KeyError, match="mine"):
            trio.run(held)
        reading = read(tmp_path / "run" / "journal.jsonl")
        assert [type(each.event) for each in reading][:1] == [MeetingStarted]
        assert (reading.problems, reading.end.reason) == ([], "left")


# --- an agent alone ---------------------------------------------------------------------------------


def alone(conversation):
    """What comes of a conversation with an agent over the embedded server."""

    async def main():
        with trio.fail_after(30):
            async with (
                local_connect(murmuring_engines(), seed=0) as connect,
                open_agent(AGENT, connect=connect) as agent,
            ):
                return await conversation(agent)

    return trio.run(main)


async def until(agent, kind):
    """Wait for the next event of a kind."""
    while not isinstance(event := await agent.next_event(), kind):
        pass
    return event


def test_an_agent_can_be_asked_from_another_thread():
    """An agent answers a question that another thread asks."""

    async def conversation(agent):
        await until(agent, SessionReady)
        assert (
            await in_thread(
                lambda: (agent.hear(b"\0\0"), agent.ask("Hello?"), agent.update(prompt="Be kind."))
            )
            == []
        )
        return (await until(agent, SentenceSaid)).text

    assert alone(conversation) == "Good morning."


def test_wrong_questions_leave_an_agent_untouched():
    """A wrong request to an agent is an error at the call, and the agent answers the next."""
    request = ToolRequested("agent", 1, "c", "clock", "{}")
    wrong = [
        ("ask", ("",), ValueError),
        ("ask", (None,), TypeError),
        ("say", ("x", "later"), ValueError),
        ("say", ("  ",), ValueError),
        ("hear", (b"abc",), ValueError),
        ("hear", ("ab",), TypeError),
        ("answer", ("c", "x"), TypeError),
        ("answer", (request, {"a": 1}), TypeError),
    ]

    async def conversation(agent):
        await until(agent, SessionReady)
        for method, arguments, error in wrong:
            with pytest.raises(error):
                getattr(agent, method)(*arguments)
        with pytest.raises(ValueError, match="the prompt has no words"):
            agent.update(prompt="")
        agent.ask("Hello?")
        return (await until(agent, SentenceSaid)).text

    assert alone(conversation) == "Good morning."


@pytest.mark.parametrize("rate", [0, -1, 24_000.0, True, "24000", 10**9])
def test_a_sample_rate_that_is_none_is_refused(rate):
    """A wrong sample rate is an error in the app's call, before any service sees it."""

    async def main():
        async with open_agent(AGENT, connect=None, sample_rate=rate):
            raise AssertionError("it was let in")

    with pytest.raises((TypeError, ValueError), match="the sample rate"):
        trio.run(main)


# --- errors -----------------------------------------------------------------------------------------


class Mine(Exception):
    """An app's own error."""


@pytest.mark.parametrize("run", [trio.run, run_virtual], ids=["real", "virtual"])
def test_errors_in_the_block_are_raised_unchanged(run):
    """An error within `open_agent` is raised as it is, and not in a group."""

    async def main():
        async with local_connect(murmuring_engines(), seed=0) as connect, open_agent(AGENT, connect=connect):
            raise Mine

    with pytest.raises(Mine):
        run(main)


def test_an_agent_is_warm_before_its_first_turn():
    """An agent's engines are loaded when it is opened, not at its first words."""
    loaded = []

    async def main():
        engines = evolve(murmuring_engines(), warm=lambda: loaded.append(threading.current_thread()))
        async with local_connect(engines, seed=0):
            assert len(loaded) == 1
            assert loaded[0] is not threading.main_thread()

    trio.run(main)


def test_virtual_time_loads_nothing_before_it_is_wanted():
    """In virtual time no engine is loaded before speech needs it."""
    loaded = []

    async def main():
        engines = evolve(murmuring_engines(), warm=lambda: loaded.append("all"))
        async with local_connect(engines, seed=0):
            assert not loaded

    run_virtual(main)
