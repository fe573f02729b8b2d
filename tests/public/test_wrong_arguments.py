"""Wrong arguments to everything public that can be called: an error of ours at the call, and on it goes.

Whatever `__all__` names, or the reference shows, is tried by values of every kind for each parameter. What is
not tried stands in `NOT_TRIED`, with its reason: a name that is new is tried without anybody's doing.
"""

import asyncio
import inspect
from contextlib import closing
from datetime import UTC, datetime
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import get_type_hints

import attrs
import numpy as np
import pytest
import trio
from fake_service import FakeService
from public_names import WRONG, fits, publics

import trialogue
from trialogue import (
    AskedWrongly,
    Clock,
    Edges,
    Hook,
    Overrides,
    Permissions,
    Scenario,
    TrialogueError,
    WrongValue,
    aio,
    blocking,
    brain_for,
    compat,
    report,
    supervise,
)
from trialogue.arguments import kind_of
from trialogue.compute import InThreads
from trialogue.expect import HeldRecords
from trialogue.handles import make
from trialogue.journal import read, verify
from trialogue.model.expectations import Expectations
from trialogue.model.state import MeetingState
from trialogue.scenario.defaults import Sitting
from trialogue.server.equipment import Equipment
from trialogue.services.sound_terms import SessionTerms, SoundTerms
from trialogue.serving.for_tests import opened
from trialogue.serving.ledger import Session, SessionMessage
from trialogue.supervise import ChildSpec, Intensity
from trialogue.telemetry import MeetingSpans
from trialogue.testing import (
    FaultPlan,
    Planned,
    Player,
    WholeMeeting,
    casts,
    fault_named,
    murmuring_engines,
)

NOT_TRIED = {
    "trialogue.Meeting.hold": "the meeting itself: open_meeting calls it, once",
    "trialogue.Meeting.left_behind": "for whoever owns the process",
    "trialogue.LoneAgent.run": "the agent itself: open_agent calls it, once",
    "trialogue.journal.Journal.*": "writes a run: a meeting does, for each record",
    "trialogue.serving.ledger.Session.note": "keeps each message: the server does, while it serves",
    "trialogue.agent.events.told_by": "makes an event of each fact: an agent does",
    "trialogue.model.text.*": "takes every text that is shown or sent",
    "trialogue.model.audio.AudioFormat.*": "takes every frame of sound",
    "trialogue.compute.In*.run": "takes every call of an engine",
    "trialogue.testing.Murmur*": "an engine: meetings call it, for each stretch of sound",
    "trialogue.testing.Threshold.feed": "likewise",
    "trialogue.FloorView.*": "policies ask it at each choice: what goes wrong there is AuthorFailed",
}
"""Patterns of names, with the reasons."""

HOLDS = (
    "open_meeting",
    "open_agent",
    "run_meeting",
    "hold_meeting",
    "try_meeting",
    "resume_meeting",
    "local_connect",
    "open_server",
    "open_supervisor",
    "opened",
    "serve_stream",
    "watch_signals",
)
"""What holds a meeting, or a server: arguments that fit are not tried, for they would be held."""

ENDS = {"stop", "close"}
"""Methods that end what the others are tried on: arguments that fit are not tried."""

ENGINES = murmuring_engines()
EDGES = Edges(engines=ENGINES)
VIRTUAL = Overrides(clock=Clock.VIRTUAL)
CAST = {
    "ann": {"lines": ["One."] * 300},
    "bob": {"lines": ["Two."] * 300},
    "kim": {"role": "human", "via": "app"},
}
SCENARIO = Scenario.build("fuzzed", CAST, run={"limits": {"turns": 500, "time": "10m"}})
SHORT = Scenario.build("short", {"ann": {"lines": ["One."]}, "kim": {"role": "human", "via": "app"}})
AGENT = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
PLAN = casts.plan("ann", "bob")


async def ready(*, task_status):
    """Live as a child does: ready at once, and on until it is cancelled."""
    task_status.started()
    await trio.sleep_forever()


CHILD = ChildSpec("one", ready)
RECORDS = ()
RESULT = report.result(PLAN, RECORDS, (), report.Run("virtual"))
EQUIPMENT = Equipment(ENGINES.recognizer, ENGINES.synthesizer, ENGINES.open_detector, InThreads())

RIGHT = {
    "at": 1.0,
    "by": "ann",
    "brain": trialogue.brain_for(PLAN),
    "book": (),
    "cast": CAST,
    "child_id": "one",
    "children": (CHILD,),
    "document": trialogue.resolve(SCENARIO, VIRTUAL).document,
    "environment": {},
    "equipment": EQUIPMENT,
    "expectations": Expectations(),
    "heard": (),
    "held": HeldRecords(RECORDS, RESULT),
    "kind": "Settings",
    "on_signal": print,
    "records": RECORDS,
    "seconds": 0.0,
    "spec": CHILD,
    "utterances": (),
    "value": {},
    "count": 1,
    "edges": EDGES,
    "engines": ENGINES,
    "agent": AGENT,
    "event": trialogue.MeetingStarted(),
    "journal": Path("nowhere"),
    "length_s": 1.0,
    "name": "ann",
    "number": 1,
    "out": "out",
    "overrides": VIRTUAL,
    "participant": "kim",
    "path": "nowhere.yaml",
    "plan": PLAN,
    "resolved": trialogue.resolve(SHORT, VIRTUAL),
    "run": "nowhere",
    "scenario": SHORT,
    "seed": 1,
    "text": "Hello.",
    "turn": 1,
    "words": ("half-open",),
}
"""What stands beside the argument that is wrong, by the parameter's name."""

INSTANCES = {
    "trialogue.MeetingPlan": PLAN,
    "trialogue.MeetingState": MeetingState("talking", 0.0, None, 0, None, (), ()),
    "trialogue.Overrides": VIRTUAL,
    "trialogue.SoundTerms": SoundTerms(),
    "trialogue.report.Export": report.EXPORTS["vtt"],
    "trialogue.report.Result": RESULT,
    "trialogue.serving.ledger.Session": Session("1", "/", "", 0.0),
    "trialogue.serving.ledger.SessionMessage": SessionMessage(0.0, "client", "{}"),
    "trialogue.supervise.Diagnostics": supervise.Diagnostics(),
    "trialogue.telemetry.MeetingSpans": MeetingSpans(PLAN, datetime.now(UTC)),
    "trialogue.testing.FaultPlan": FaultPlan(()),
    "trialogue.testing.Planned": Planned(fault_named("half-open"), "ann"),
    "trialogue.testing.WholeMeeting": WholeMeeting(result=None, folder=Path("nowhere"), machine_s=0.0),
    "trialogue.testing.Player": Player(trialogue.brain_for(PLAN)),
}
"""What methods of values are called on."""

HANDLES = {
    "trialogue": ("Meeting", "PersonSource", "RoomSound", "Records", "LoneAgent"),
    "trialogue.aio": ("Meeting", "LoneAgent", "Stream"),
    "trialogue.blocking": ("Meeting", "LoneAgent", "Stream"),
    "trialogue.supervise": ("Supervisor",),
    "trialogue.serving.for_tests": ("VoiceAgentServer", "User", "AioServer", "AioUser"),
    "trialogue.compat": ("AgentWebSocketClient", "AsyncAgentWebSocketClient"),
}
"""What lives: its methods are tried on a meeting, or an agent, that runs."""


def is_left_out(name):
    """Whether a name is not tried, for a reason that is written down."""
    return any(fnmatch(name, pattern) for pattern in NOT_TRIED)


TRIED = [each for each in publics() if not is_left_out(each.name)]
LIVES = [f"{surface}.{name}" for surface, names in HANDLES.items() for name in names]
FUNCTIONS = [each for each in TRIED if each.owner is None]
OF_VALUES = [
    each for each in TRIED if each.owner and each.parameters and each.name.rpartition(".")[0] not in LIVES
]


def methods_of(handle):
    """What is tried of one handle's class."""
    return [each for each in TRIED if each.owner and each.name.rpartition(".")[0] == handle]


def attempts(public, *, with_fitting):
    """Arguments of calls, each with one that may be wrong, and whether it is of the wrong type."""
    hints = public.hints
    for parameter in public.parameters:
        for value in WRONG:
            is_wrong = not fits(value, hints.get(parameter.name, object))
            is_wait = parameter.name == "timeout_s" and value in (None, 5, 1.5)
            if is_wait or not (is_wrong or with_fitting):
                continue
            given = {
                each.name: RIGHT.get(each.name, value)
                for each in public.parameters
                if each.default is each.empty
            }
            yield {**given, parameter.name: value}, is_wrong


class Tally:
    """Calls that were not answered as they should be, and how many there were."""

    def __init__(self):
        self.calls = 0
        self.wrongs = []

    def note(self, public, given, came, *, is_wrong):
        """Note what a call with these arguments came to: an exception, or None for none."""
        self.calls += 1
        if isinstance(came, TrialogueError) or (came is None and not is_wrong):
            return
        shown = {name: repr(value)[:30] for name, value in given.items()}
        self.wrongs.append((public.name, shown, repr(came)[:120] if came else "was taken"))


def try_each(public, call, tally, *, with_fitting=True):
    """Call it by each of its attempts; what it raises is noted."""
    for given, is_wrong in attempts(public, with_fitting=with_fitting):
        try:
            call(given)
        except BaseException as raised:  # noqa: ASYNC103, BLE001 - it is what is looked at
            tally.note(public, given, raised, is_wrong=is_wrong)
        else:
            tally.note(public, given, None, is_wrong=is_wrong)


def enter(made, is_asyncio):
    """Enter a block, and leave it at once; await what is to be awaited."""
    if isinstance(made, Path):  # a value that was given back; it has an old __enter__
        return
    if hasattr(made, "__enter__"):
        with made:
            return
    if not hasattr(made, "__aenter__") and not inspect.iscoroutine(made):
        return

    async def entered():
        if inspect.iscoroutine(made):
            await made
            return
        async with made:
            pass

    asyncio.run(entered()) if is_asyncio else trio.run(entered)


def test_reasons_are_still_needed():
    """A pattern that leaves nothing out is deleted, and every handle is there."""
    names = [each.name for each in publics()]
    assert [pattern for pattern in NOT_TRIED if not any(fnmatch(name, pattern) for name in names)] == []
    assert [handle for handle in LIVES if not methods_of(handle) and handle != "trialogue.Records"] == []


@pytest.mark.parametrize("public", FUNCTIONS, ids=lambda each: each.name)
def test_functions_refuse_wrong_arguments(public, tmp_path, monkeypatch):
    """At the call, or at the entry of the block, and without any effect."""
    monkeypatch.chdir(tmp_path)
    tally = Tally()
    is_held = public.name.endswith(HOLDS)

    def call(given):
        enter(public.call(**given), public.name.startswith("trialogue.aio"))

    try_each(public, call, tally, with_fitting=not is_held)
    assert tally.wrongs == []
    if is_held:
        assert not [*tmp_path.rglob("journal.jsonl")]


@pytest.mark.parametrize("public", OF_VALUES, ids=lambda each: each.name)
def test_methods_of_values_refuse_what_is_wrong(public):
    """A class that is new needs an instance here, or a reason why it has none."""
    instance, tally = INSTANCES[public.name.rpartition(".")[0]], Tally()
    try_each(public, lambda given: public.call(instance, **given), tally)
    assert tally.wrongs == []


GIVEN = {
    ChildSpec: {},
    Edges: {"hooks": "each is judged by name as a meeting is opened"},
    Intensity: {},
    MeetingSpans: {},
    Overrides: {},
    Permissions: {"registered": "likewise", "policies": "likewise"},
    Sitting: {},
}
"""Values that openings are given, and the fields that are judged later, with the reason."""

NEEDED = {
    ChildSpec: {"id": "one", "start": ready},
    MeetingSpans: {"plan": PLAN, "started": datetime.now(UTC)},
    Sitting: {"name": "kim"},
}
"""Fields without a default."""


async def opened_with_terms(terms):
    """Open an agent with these terms."""
    async with trialogue.open_agent(AGENT, connect=FakeService(), terms=terms):
        pass


OPENED_WITH = {
    Hook: lambda hook: trialogue.run_meeting(SHORT, overrides=VIRTUAL, edges=EDGES, hooks={"grant": hook}),
    SessionTerms: lambda terms: trio.run(opened_with_terms, terms),
    SoundTerms: lambda sound: trio.run(opened_with_terms, SessionTerms(speaks=sound)),
}
"""Values that are judged where something is opened with them."""


@pytest.mark.parametrize("cls", OPENED_WITH, ids=lambda cls: cls.__name__)
def test_values_that_something_is_opened_with_are_judged_there(cls, tmp_path, monkeypatch):
    """A wrong field is named in the error, and nothing is opened."""
    monkeypatch.chdir(tmp_path)
    hints, taken = get_type_hints(cls), []
    for field in attrs.fields(cls):
        for value in WRONG:
            if fits(value, hints[field.name]):
                continue
            try:
                OPENED_WITH[cls](cls(**({"function": bool} if cls is Hook else {}) | {field.name: value}))
            except AskedWrongly:
                pass
            else:
                taken.append((field.name, value))
    assert taken == []
    with pytest.raises(WrongValue, match=r"deadline_s must be from 0\.01 to 3,600 seconds"):
        OPENED_WITH[Hook](Hook(bool, 10**400))


@pytest.mark.parametrize("cls", GIVEN, ids=lambda cls: cls.__name__)
def test_values_that_are_given_are_judged_as_they_are_made(cls):
    """A field of another type is refused by its name, and so is what cannot be meant."""
    hints, taken = get_type_hints(cls), []
    for field in attrs.fields(cls):
        for value in WRONG:
            if not field.init or field.name in GIVEN[cls] or fits(value, hints[field.name]):
                continue
            try:
                cls(**NEEDED.get(cls, {}) | {field.name: value})
            except AskedWrongly as refused:
                taken += [] if refused.argument == field.name else [refused]
            else:
                taken.append((field.name, value))
    assert taken == []
    for name in ("turns", "time_s", "silence_s"):
        with pytest.raises(WrongValue, match=f"{name} must be more than 0"):
            Overrides(**{name: 0})


def fitting(public):
    """Whether arguments that fit are tried, too."""
    return public.name.rpartition(".")[2] not in ENDS


async def try_on(instance, publics_of, tally):
    """Try methods on something that lives; what is awaited is given up after a moment."""
    for public in publics_of:
        for given, is_wrong in attempts(public, with_fitting=fitting(public)):
            came = None
            try:
                with trio.move_on_after(0.01):
                    made = public.call(instance, **given)
                    if inspect.iscoroutine(made):
                        await made
            except Exception as raised:  # noqa: BLE001 - it is what is looked at
                came = raised
            tally.note(public, given, came, is_wrong=is_wrong)


async def try_behind_the_end(instance, publics_of, tally):
    """Call each method rightly once there is nothing more to be asked: refused by name, or answered."""
    for public in publics_of:
        given = {each.name: RIGHT.get(each.name, each.default) for each in public.parameters}
        if any(value is inspect.Parameter.empty for value in given.values()):
            continue
        came = None
        try:
            with trio.fail_after(5):
                made = public.call(instance, **given)
                if inspect.iscoroutine(made):
                    await made
        except Exception as raised:  # noqa: BLE001 - it is what is looked at
            came = raised
        tally.note(public, given, came, is_wrong=False)


def test_a_meeting_on_trio_goes_on(tmp_path):
    """After each call; then its journal decides the same again, and nothing is asked of its end."""
    tally = Tally()
    of = {name: methods_of(f"trialogue.{name}") for name in ("Meeting", "PersonSource", "RoomSound")}

    async def main():
        async with trialogue.open_meeting(SCENARIO, out=tmp_path / "run", edges=EDGES) as meeting:
            await try_on(meeting, of["Meeting"], tally)  # before it has begun
            await trio.sleep(0.5)
            source, ear = meeting.source("kim"), meeting.ear("kim")
            await try_on(meeting, of["Meeting"], tally)
            await try_on(source, of["PersonSource"], tally)
            await try_on(ear, of["RoomSound"], tally)
            assert not meeting.is_over
            meeting.type("kim", "Hello.")
            await trio.sleep(1)
            meeting.stop("enough")
            ended = await meeting.finished()
            for name, instance in (("Meeting", meeting), ("PersonSource", source), ("RoomSound", ear)):
                await try_behind_the_end(instance, of[name], tally)
            return ended

    ended = trialogue.run_virtual(main)
    assert tally.wrongs == []
    assert tally.calls > 500
    assert ended.result.reason == "enough"
    assert verify(ended.folder / "journal.jsonl", brain_for).records > 5
    assert any(isinstance(each.event, trialogue.TextTyped) for each in read(ended.folder / "journal.jsonl"))


def test_a_supervisor_goes_on():
    """A supervisor's child still runs after calls with wrong arguments."""
    tally, of = Tally(), methods_of("trialogue.supervise.Supervisor")

    async def main():
        async with supervise.open_supervisor([CHILD], name="top") as supervisor:
            await try_on(supervisor, of, tally)
            assert "one" in [each.id for each in supervisor.children()]
            supervisor.stop()

    trio.run(main)
    assert tally.wrongs == []


@pytest.mark.real
def test_a_server_in_tests_goes_on(tmp_path, monkeypatch):
    """After each call with a wrong argument a client is served."""
    monkeypatch.chdir(tmp_path)
    tally = Tally()
    bridge, server = opened()
    with closing(bridge):
        handles = (("VoiceAgentServer", server), ("User", server.user))
        for name, instance in handles:
            for public in methods_of(f"trialogue.serving.for_tests.{name}"):
                call = partial(in_a_thread, public.call, instance)
                try_each(public, call, tally, with_fitting=False)

        async def main():
            for name, instance in (("AioServer", server.aio), ("AioUser", server.aio.user)):
                await try_awaited(instance, f"trialogue.serving.for_tests.{name}", tally, with_fitting=False)

        asyncio.run(main())
        server.script({"say": "Hello."})
        assert server.sessions() == []
    assert tally.wrongs == []


def test_an_agent_on_trio_goes_on():
    """After each call it can be asked; behind its end it is over by name."""
    tally, of = Tally(), methods_of("trialogue.LoneAgent")

    async def main():
        async with trialogue.open_agent(AGENT, connect=FakeService()) as agent:
            await agent.next_event()
            await try_on(agent, of, tally)
            assert not agent.is_over
            agent.keep_alive()
            agent.close()
            while True:
                try:
                    await agent.next_event()
                except trialogue.AlreadyOver:
                    break
            await try_behind_the_end(agent, of, tally)

    trio.run(main)
    assert tally.wrongs == []


def try_all(instance, handle, tally, call):
    """Try methods of a handle elsewhere than on trio."""
    for public in methods_of(handle):
        try_each(
            public,
            lambda given, public=public: call(public.call, instance, given),
            tally,
            with_fitting=fitting(public),
        )


def in_a_thread(function, instance, given):
    """Call it; a wait that comes to its end in vain is none of a wrong argument."""
    try:
        function(instance, **given)
    except TimeoutError:
        return


@pytest.mark.real
def test_a_meeting_in_threads_goes_on(tmp_path):
    """After calls with wrong arguments the meeting goes on, and its journal verifies."""
    tally = Tally()
    with blocking.open_meeting(SCENARIO, out=tmp_path / "run", edges=EDGES) as meeting:
        try_all(meeting, "trialogue.blocking.Meeting", tally, in_a_thread)
        assert not meeting.is_over
        meeting.stop("enough")
        ended = meeting.finished(timeout_s=60)
    assert tally.wrongs == []
    assert ended.result.reason == "enough"
    assert verify(tmp_path / "run" / "journal.jsonl", brain_for).records > 2


@pytest.mark.real
def test_an_agent_in_threads_goes_on():
    """After calls with wrong arguments the agent still answers."""
    tally = Tally()
    with blocking.open_agent(AGENT, connect=FakeService()) as agent:
        agent.next_event(timeout_s=20)
        try_all(agent, "trialogue.blocking.LoneAgent", tally, in_a_thread)
        assert not agent.is_over
        agent.keep_alive()
    assert tally.wrongs == []


async def try_awaited(instance, handle, tally, *, with_fitting=True):
    """Try methods of a handle of asyncio's; what waits is given up after a moment."""
    for public in methods_of(handle):
        for given, is_wrong in attempts(public, with_fitting=with_fitting and fitting(public)):
            came = None
            try:
                made = public.call(instance, **given)
                if inspect.isawaitable(made):
                    async with asyncio.timeout(5):
                        await made
            except TimeoutError:
                pass
            except Exception as raised:  # noqa: BLE001 - it is what is looked at
                came = raised
            tally.note(public, given, came, is_wrong=is_wrong)


@pytest.mark.real
def test_a_meeting_in_asyncio_goes_on(tmp_path):
    """After calls with wrong arguments the meeting goes on, and its journal verifies."""
    tally = Tally()

    async def main():
        async with aio.open_meeting(SCENARIO, out=tmp_path / "run", edges=EDGES) as meeting:
            await try_awaited(meeting, "trialogue.aio.Meeting", tally)
            assert not meeting.is_over
            await meeting.stop("enough")
            return await meeting.finished()

    ended = asyncio.run(asyncio.wait_for(main(), 100))
    assert tally.wrongs == []
    assert ended.result.reason == "enough"
    assert verify(tmp_path / "run" / "journal.jsonl", brain_for).records > 2


@pytest.mark.real
def test_an_agent_in_asyncio_goes_on():
    """After calls with wrong arguments the agent still answers."""
    tally = Tally()

    async def main():
        async with aio.open_agent(AGENT, connect=FakeService()) as agent:
            await agent.next_event()
            await try_awaited(agent, "trialogue.aio.LoneAgent", tally)
            assert not agent.is_over
            await agent.keep_alive()

    asyncio.run(asyncio.wait_for(main(), 100))
    assert tally.wrongs == []


@pytest.mark.real
def test_the_words_of_the_sdk_go_on():
    """An open client goes on after calls with wrong arguments."""
    tally = Tally()
    client = make(compat.AgentWebSocketClient, FakeService())
    assert client.start(compat.SettingsOptions(agent=compat.Agent()))
    try_all(client, "trialogue.compat.AgentWebSocketClient", tally, in_a_thread)
    assert client.keep_alive()
    assert client.close()
    assert tally.wrongs == []


@pytest.mark.real
def test_the_words_of_the_sdk_go_on_in_asyncio():
    """An open asyncio client goes on after calls with wrong arguments."""
    tally = Tally()

    async def main():
        client = make(compat.AsyncAgentWebSocketClient, FakeService())
        assert await client.start(compat.SettingsOptions(agent=compat.Agent()))
        await try_awaited(client, "trialogue.compat.AsyncAgentWebSocketClient", tally)
        assert await client.keep_alive()
        assert await client.close()

    asyncio.run(asyncio.wait_for(main(), 100))
    assert tally.wrongs == []


def test_a_namesake_of_a_builtin_is_told_with_its_module():
    """numpy's truth is called bool, too: 'True or False, not a bool' would help nobody."""
    assert kind_of(np.bool_(True)) in {"a numpy.bool", "a bool_"}  # as numpy 2 calls it, and as it was called
    assert [kind_of(each) for each in (True, None, object())] == ["a bool", "a NoneType", "an object"]
