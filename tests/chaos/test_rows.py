"""The rows of the catalogue that one fault on demand cannot make: sockets, other processes, whole tables.

Each holds a meeting, too, and each asks for the same promises.
"""

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import trio
import trustme
from attrs import evolve
from cutting import Connections
from playbook import context_of

from trialogue.actors.dialling import DialLimiter
from trialogue.brain.meeting import Brain
from trialogue.chaos.catalogue import fault_named
from trialogue.chaos.plan import FaultPlan, Planned, drawn, planned
from trialogue.chaos.promises import Row, judge
from trialogue.chaos.trial import CANARY, Trial
from trialogue.errors import JournalError, RecordsMissed, SetupError, TrialogueError
from trialogue.journal import EPOCH, Header, HeaderClock, Journal, ProblemKind, read, verify
from trialogue.mailbox import Mailbox, MailboxFull
from trialogue.meeting.edges import Edges, Seams
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import EndTurn, Report, RunTool, SetHearing
from trialogue.model.events import (
    ActorOverran,
    FloorRequestCancelled,
    MeetingStarted,
    PlaybackFinished,
    SessionFailed,
    SessionLost,
    SessionReady,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.memory import ContextCall
from trialogue.model.records import Record
from trialogue.server.listener import PATH
from trialogue.supervise import lone_error
from trialogue.testing import murmuring_engines
from trialogue.transport.dial import DialRules, open_websocket

AUTHORIZATION = {"Authorization": lambda: f"Token {CANARY}"}
NO_FAULTS = FaultPlan(())


@pytest.fixture
def hold(tmp_path):
    """Hold a meeting of its own parts, or of others; gives its result and its records, judged."""
    count = 0

    def run(resolved, seams=None, watch=None):
        nonlocal count
        count += 1
        out = tmp_path / f"held-{count}"
        edges = Edges(engines=murmuring_engines(), seams=seams or Seams())
        options = {} if watch is None else {"watch": watch}
        held = run_meeting(resolved, out=out, edges=edges, **options)
        assert judge(Trial(NO_FAULTS, (), out, held)).broken == ()
        return held, tuple(read(out / "journal.jsonl"))

    return run


def ends(records, participant=None):
    """The turns that ended, and why."""
    orders = (c for record in records for c in record.commands if isinstance(c, EndTurn))
    return [(c.participant, c.cause) for c in orders if participant in {None, c.participant}]


def failed(records):
    """Who failed for good, and why."""
    return {r.event.participant: r.event.reason for r in records if isinstance(r.event, SessionFailed)}


# --- 5 and 6: TLS, over real sockets ------------------------------------------------------------------


@asynccontextmanager
async def dialled(serve, *, ca_file=None):
    """Dial a listener of this process that `serve` plays, by wss."""
    with lone_error():
        async with trio.open_nursery() as nursery:
            listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host="127.0.0.1"))
            port = listeners[0].socket.getsockname()[1]
            url, rules = f"wss://127.0.0.1:{port}{PATH}", DialRules(ca_file=ca_file)
            async with open_websocket(url, headers=AUTHORIZATION, dial=rules) as socket:
                yield socket
            nursery.cancel_scope.cancel()


def ann_dials(serve, **options):
    """Seams by which ann's service is that listener."""
    return Seams(connect=lambda name, own: partial(dialled, serve, **options) if name == "ann" else own)


def certified(host, *, days=1):
    """A TLS server with a certificate of its own authority, and that authority."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    until = datetime.now(UTC) + timedelta(days=days)
    authority.issue_cert(host, not_after=until).configure_cert(context)

    async def serve(tcp):
        with suppress(trio.BrokenResourceError):
            await trio.SSLStream(tcp, context, server_side=True).do_handshake()

    return serve, authority


CERTIFICATES = {
    "untrusted": ("127.0.0.1", 1, False, "unable to get local issuer|self.signed"),
    "wrong-host": ("elsewhere.example", 1, True, "not valid for|mismatch"),
    "expired": ("127.0.0.1", -1, True, "expired"),
}
"""Host, days that it holds, whether its authority is trusted, and what is to be told of it."""


@pytest.mark.parametrize("name", CERTIFICATES)
def test_row_05_certificates(name, scene, hold, tmp_path, note):
    """A certificate that does not verify fails its participant once, with the reason; the others go on."""
    host, days, is_trusted, why = CERTIFICATES[name]
    serve, authority = certified(host, days=days)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ca_file = str(tmp_path / "ca.pem") if is_trusted else None
    held, records = hold(scene(), ann_dials(serve, ca_file=ca_file))
    assert re.search(why, failed(records)["ann"])
    assert not [record for record in records if isinstance(record.event, SessionLost)]
    assert held.result.reason == "limit-turns"
    note(Row(f"tls-{name}", 5, "ann", 0.0, "dropped", None, ("ann",)))


def test_row_06_wss_to_a_plain_port(scene, hold, note):
    """A peer that answers TLS in plain text fails its participant; the others go on."""

    async def serve(tcp):
        with suppress(trio.BrokenResourceError):
            await tcp.receive_some()
            await tcp.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    held, records = hold(scene(), ann_dials(serve))
    assert failed(records)["ann"].startswith("TLS: ")
    assert held.result.reason == "limit-turns"
    note(Row("tls-to-plain-port", 6, "ann", 0.0, "dropped", None, ("ann",)))


def test_row_06_tls_that_stalls(scene, hold, note):
    """A TLS handshake that is never answered ends at the deadline of the dial, and is tried again."""

    async def serve(tcp):
        with suppress(trio.BrokenResourceError):
            while await tcp.receive_some():
                pass

    _, records = hold(scene(), ann_dials(serve))
    lost = [record for record in records if isinstance(record.event, SessionLost)]
    assert lost[0].event.reason.startswith("dial.timeout")
    assert lost[0].at == pytest.approx(10.0, abs=0.1)
    note(Row("tls-stalls", 6, "ann", 0.0, "away", None, ()))


# --- 12, 20, 29: once is an accident ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bad-accept", "closed-999", "masked"])
def test_rows_12_20_and_29_are_fatal_the_second_time(name, run_under):
    """A peer that breaks the protocol twice in a row is no voice agent: its participant is dropped."""
    twice = (Planned(fault_named(name), "ann", session=session) for session in (1, 2))
    trial, judged = run_under(*twice)
    records = tuple(read(trial.folder / "journal.jsonl"))
    assert judged.broken == ()
    assert [strike.planned.session for strike in trial.strikes] == [1, 2]
    assert set(failed(records)) == {"ann"}


# --- 40: what comes too late --------------------------------------------------------------------------


def test_row_40_late_events_of_an_old_session(scene, run_under, hold, note):
    """What an earlier session still tells changes nothing, and is noted as stale."""

    async def watch(meeting):
        await trio.sleep(5)
        meeting._stage.sequencer.post(SessionLost("ann", 0, "late", 0.0))

    held, records = hold(scene(), watch=watch)
    (late,) = [record for record in records if isinstance(record.event, SessionLost)]
    assert [c.code for c in late.commands if isinstance(c, Report)] == ["stale"]
    assert held.result.reason == "limit-turns"
    note(Row("late-event", 40, "ann", 5.0, "unharmed", 0.0, ()))


# --- 41 and 57: the disk ------------------------------------------------------------------------------


def test_row_41_a_full_disk_takes_half_a_line(scene, hold, monkeypatch, tmp_path, note):
    """A short write, then none: the meeting ends with exit code 4, and every record before it is whole."""
    write, written = os.write, []

    def full(descriptor, data):
        if len(written) == 30:
            raise OSError(28, "No space left on device")
        written.append(data)
        if len(written) == 30:
            return write(descriptor, data[: len(data) // 2])
        return write(descriptor, data)

    monkeypatch.setattr("trialogue.journal.writer.os.write", full)
    with pytest.raises(JournalError) as raised:
        hold(scene())
    monkeypatch.undo()
    assert raised.value.exit_code == 4
    records = tuple(read(tmp_path / "held-1" / "journal.jsonl", salvage=True))
    assert [record.seq for record in records] == list(range(1, 29))
    note(Row("short-write", 41, "-", records[-1].at, "ended in order", None, ()))


def test_row_41_no_place_for_a_run(scene, hold, tmp_path):
    """A run whose directory cannot be made is refused before anybody speaks."""
    (tmp_path / "held-1").write_text("a file")
    with pytest.raises(TrialogueError) as raised:
        hold(scene())
    assert raised.value.exit_code in {2, 4}
    assert "held-1" in str(raised.value)


def test_row_57_a_crash_while_the_manifest_is_written(scene, hold, monkeypatch, tmp_path, note):
    """The manifest is replaced in one step: the older one stands, and the journal is whole without it."""
    replace, replaced = Path.replace, []

    def crash(self, target):
        replaced.append(target)
        if len(replaced) == 2:
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(JournalError):
        hold(scene())
    monkeypatch.undo()
    path = tmp_path / "held-1" / "journal.jsonl"
    assert verify(path, Brain).records > 50
    note(Row("manifest-crash", 57, "-", None, "ended in order", None, ()))


# --- 42 and 44: the process ---------------------------------------------------------------------------


def test_row_42_a_second_interrupt_is_at_once(scene, hold, tmp_path, note):
    """Ctrl-C twice raises KeyboardInterrupt, and what was recorded until then can be read."""

    async def watch(_meeting):
        await trio.sleep(5)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        hold(scene(), watch=watch)
    records = tuple(read(tmp_path / "held-1" / "journal.jsonl", salvage=True))
    assert records[-1].at == pytest.approx(5.0, abs=0.1)
    note(Row("second-interrupt", 42, "-", 5.0, "ended in order", 0.0, ()))


KILLED = """
import os, signal, sys
from pathlib import Path
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.meeting.edges import Seams
from trialogue.speech.murmur import murmuring_engines

class Killing:
    def __init__(self, journal):
        self.journal = journal
    def append(self, record):
        self.journal.append(record)
        if record.seq == 40:
            os.kill(os.getpid(), signal.SIGKILL)

edges = Edges(engines=murmuring_engines(), seams=Seams(journal=Killing))
run_meeting(Path(sys.argv[1]), out=Path(sys.argv[2]), edges=edges)
"""


def test_row_44_a_kill_loses_nothing_that_was_acknowledged(scene, tmp_path, note):
    """After SIGKILL every acknowledged record is there, and the journal says that it was never closed."""
    scene()
    out = tmp_path / "killed"
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "table.yaml"), str(out)], check=False, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    reading = read(out / "journal.jsonl")
    assert len(tuple(reading)) == 40
    assert {problem.kind for problem in reading.problems} == {ProblemKind.NOT_CLOSED}
    assert verify(out / "journal.jsonl", Brain).records == 40
    note(Row("killed", 44, "-", None, "resumable", None, ()))


# --- 45: the clock on the wall ------------------------------------------------------------------------


def test_row_45_no_decision_uses_the_clock_on_the_wall(scene, hold, monkeypatch, note):
    """A wall clock that jumps by hours changes not one byte of a meeting in virtual time."""
    calm, _ = hold(scene())
    hours = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "time", lambda: next(hours))
    jumping, _ = hold(scene())
    monkeypatch.undo()
    same = "journal.jsonl"
    assert (calm.folder / same).read_bytes() == (jumping.folder / same).read_bytes()
    note(Row("wall-clock-jumps", 45, "-", 0.0, "unharmed", 0.0, ()))


def test_row_45_a_jump_is_recorded(scene, tmp_path):
    """Records show a jump of the wall clock in their time of day, and not in their time in the meeting."""
    wall = iter([1000.0, 4601.0, 1002.0, 1003.0])
    header = Header(scene().plan, "0", HeaderClock.REAL, EPOCH)
    journal = Journal.create(tmp_path / "journal.jsonl", header, wall=lambda: next(wall))
    for seq in (1, 2, 3):
        journal.append(Record(seq, float(seq), MeetingStarted(), ()))
    journal.close("over")
    reading = read(tmp_path / "journal.jsonl")
    assert [record.at for record in reading] == [1.0, 2.0, 3.0]
    assert reading.problems == []


# --- 46: what is full -------------------------------------------------------------------------------


async def read_on(records, seen):
    async for record in records:
        seen += [record.seq]


def test_row_46_a_watcher_that_falls_behind(scene, hold, monkeypatch, note):
    """A slow reader of records gets `RecordsMissed`, and does not hold up the meeting."""
    monkeypatch.setattr("trialogue.actors.sequencer.SUBSCRIBER_RECORDS", 20)
    read_late = []

    async def watch(meeting):
        meeting.records()  # the one that gets them from the start
        slow, brisk = meeting.records(), meeting.records()
        async for record in brisk:
            if record.at > 10.0:
                break
        with pytest.raises(RecordsMissed):
            await read_on(slow, read_late)

    held, records = hold(scene(), watch=watch)
    assert held.result.reason == "limit-turns"
    assert read_late == list(range(read_late[0], read_late[0] + 20))
    assert records[-1].seq > read_late[-1] + 20
    note(Row("slow-watcher", 46, "-", 0.0, "unharmed", 0.0, ("what it did not read",)))


def test_row_46_control_is_never_dropped(scene, hold, monkeypatch, note):
    """An app that overfills the mailbox gets an error, and each of its accepted requests is recorded."""
    monkeypatch.setattr("trialogue.actors.sequencer.Mailbox", lambda name, _: Mailbox(name, 500))
    taken = []

    def flood(meeting):
        for _ in range(1000):
            meeting.lower_hand("ann")
            taken.append(meeting)

    async def watch(meeting):
        await trio.sleep(5)
        with pytest.raises(MailboxFull):
            flood(meeting)

    held, records = hold(scene(), watch=watch)
    assert held.result.reason == "limit-turns"
    assert sum(isinstance(record.event, FloorRequestCancelled) for record in records) == len(taken)
    note(Row("full-mailbox", 46, "-", 5.0, "unharmed", 0.0, ()))


# --- 48 to 52: agents among themselves ----------------------------------------------------------------


def test_row_48_an_agent_that_never_yields(scene, hold, note):
    """An agent that talks without end is cut off at the longest hold, and the next one speaks."""
    endless = "word " * 400
    resolved = scene(
        ("The cache is at the edge. It is fast, and it is near.", endless + "."),
        ("{policy: round-robin}", "{policy: round-robin, hold: {max: 5s}}"),
    )
    _, records = hold(resolved)
    assert set(ends(records, "ann")) == {("ann", "hold-limit")}
    assert ("bob", "finished") in ends(records)
    note(Row("never-yields", 48, "ann", 0.0, "unharmed", 5.0, ("the rest of its turns",)))


def test_row_49_two_at_once_are_never_heard_at_once(scene, hold, note):
    """Three agents greet at the same moment: one is heard at a time."""
    greeting = "    greeting: Good morning to everybody at this table.\n"
    resolved = scene(("  ann:\n", f"  ann:\n{greeting}"), ("  cleo:\n", f"  cleo:\n{greeting}"))
    sounding = []

    class Counting:
        def __init__(self, sink):
            self.sink = sink

        def frame(self, position, heard):
            sounding.append(len(heard))
            self.sink.frame(position, heard)

    hold(resolved, Seams(sink=Counting))
    assert set(sounding) == {0, 1}
    note(Row("two-at-once", 49, "-", 0.0, "unharmed", 0.0, ()))


def test_row_50_endless_politeness_ends(scene, hold, note):
    """Agents that say goodbye for ever are asked to go on, and ended when they come to it again."""
    polite = "Thank you. Goodbye."
    resolved = scene(
        ("The cache is at the edge. It is fast, and it is near.", polite),
        ("The price is ${result.cents} cents, as it was.", polite),
        ("We should write that down. I will do that today.", polite),
        ("turns: 9", "turns: 40"),
    )
    held, records = hold(resolved)
    assert held.result.reason == "politeness-loop"
    assert [c.code for r in records for c in r.commands if isinstance(c, Report)] == ["politeness-loop"] * 2
    assert len(ends(records)) < 12
    note(Row("endless-politeness", 50, "-", 0.0, "ended in order", None, ()))


def test_row_50_agents_that_never_end(scene, hold):
    """The limits of turns and of time end a meeting whose agents never come to an end."""
    assert hold(scene())[0].result.reason == "limit-turns"
    assert (
        hold(scene(("turns: 9", "turns: 900"), ("time: 10m", "time: 30s")))[0].result.reason == "limit-time"
    )


def test_row_51_dead_air_ends(scene, scenario_text, hold, note):
    """Agents that have nothing to say are asked, and then the meeting ends as silent."""
    text = scenario_text.replace('heard: ""', 'heard: "never said"')
    held, records = hold(scene(text=text))
    assert held.result.reason == "silence"
    assert any(c.code == "silence" for r in records for c in r.commands if isinstance(c, Report))
    note(Row("dead-air", 51, "-", 0.0, "ended in order", None, ()))


def test_row_52_nobody_hears_itself(scene, hold, note):
    """No hearing table of a meeting lets anybody hear itself, whatever happens to its sessions."""
    _, records = hold(scene(("  ann:\n", "  ann:\n    hears: audio\n")))
    tables = [c.table for record in records for c in record.commands if isinstance(c, SetHearing)]
    assert tables
    assert all(each.listener not in each.speakers for table in tables for each in table)
    note(Row("echo", 52, "ann", 0.0, "unharmed", 0.0, ()))


# --- 39, 54, 55: many at once -------------------------------------------------------------------------


def test_row_39_a_result_reaches_the_next_session_as_context(run_under):
    """A tool whose session was lost runs once, and the next session begins with its result."""
    trial, judged = run_under(Planned(fault_named("lost-while-calling"), "bob"))
    records = tuple(read(trial.folder / "journal.jsonl"))
    assert judged.broken == ()
    (first, *_) = [r.event for r in records if isinstance(r.event, ToolRequested)]
    lost = next(r.seq for r in records if isinstance(r.event, SessionLost))
    back = next(r.seq for r in records if isinstance(r.event, SessionReady) and r.seq > lost)
    finished = [r for r in records if isinstance(r.event, ToolFinished) and r.event.call_id == first.call_id]
    assert [r.event.outcome for r in finished] == ["succeeded"]
    assert lost < finished[0].seq < back
    assert [c.code for c in finished[0].commands if isinstance(c, Report)] == ["superseded"]
    orders = [c for r in records for c in r.commands if getattr(c, "call_id", "") == first.call_id]
    assert [type(each) for each in orders] == [RunTool]
    plan = read(trial.folder / "journal.jsonl").header.plan
    calls = [each for each in context_of(plan, "bob", records[:back]) if isinstance(each, ContextCall)]
    assert [(each.call_id, each.result) for each in calls] == [(first.call_id, finished[0].event.content)]


def test_row_38_a_fault_strikes_only_the_calls_of_its_participant(scene, run_under, scenario_text):
    """`tool-raises@cleo` lets the earlier call of bob succeed, and fails that of cleo."""
    of_cleo = """  cleo:
    tools: [price]
    think:
      provider: scripted
      script: [{when: {heard: ""}, again: true, call: {tool: price, arguments: {item: edge}}, say: "Cheap."}]
tools:"""
    text = scenario_text[: scenario_text.index("  cleo:")] + of_cleo + scenario_text.partition("\ntools:")[2]
    trial, judged = run_under(Planned(fault_named("tool-raises"), "cleo"), resolved=scene(text=text))
    found = [r.event for r in read(trial.folder / "journal.jsonl") if isinstance(r.event, ToolFinished)]
    assert judged.broken == ()
    assert {(each.participant, each.outcome) for each in found} >= {("bob", "succeeded"), ("cleo", "failed")}
    assert ("bob", "failed") not in {(each.participant, each.outcome) for each in found}


MANY = 50
CROWD = f"""
trialogue: 1
name: crowd
run: {{seed: 3, clock: virtual, frame: 100ms, limits: {{time: 28s, silence: 60s}}}}
cast:
{"".join(f"  a{n}: {{lines: [I am number {n}.]}}" + chr(10) for n in range(MANY))}
floor: {{policy: round-robin}}
"""


@pytest.mark.long  # a meeting of fifty; test_many_agents loses all sessions at once, too
def test_row_54_all_drop_together(scene, hold, note):
    """Fifty agents are cut off in one moment: the limiter spreads their dials, and all are back in time."""
    connections, dials = Connections(), []

    def connect(name, own):
        dial = connections(name, own)

        def timed():
            dials.append(trio.current_time())
            return dial()

        return timed

    async def watch(meeting):
        await trio.sleep(13)
        dials.clear()
        for name in connections.of:
            connections.cut(name)

    held, records = hold(scene(text=CROWD), Seams(connect=connect), watch)
    lost = {r.event.participant: r.at for r in records if isinstance(r.event, SessionLost)}
    ready = {r.event.participant: r.at for r in records if isinstance(r.event, SessionReady)}
    assert len(lost) == len(dials) == MANY
    assert failed(records) == {}
    back_s = max(ready[name] - at for name, at in lost.items())
    assert 0 < back_s <= 30.0
    limits = DialLimiter()
    assert (
        max(sum(at <= other < at + 0.999 for other in dials) for at in dials) <= limits.burst + limits.per_s
    )
    assert any(r.at > max(ready.values()) for r in records if isinstance(r.event, PlaybackFinished))
    assert held.result.reason == "limit-time"
    note(Row("all-drop", 54, "-", 13.0, "returned", back_s, ("the turn under way",)))


def test_row_55_a_revoked_key_is_tried_once(run_under, note):
    """A refused key is not tried again: each agent fails by the first refusal, exit code 3."""
    cut, revoked = fault_named("fin-mid-turn"), fault_named("unauthorized")
    trial, judged = run_under(
        Planned(cut, "ann"),
        Planned(revoked, "ann", session=2),
        Planned(cut, "bob"),
        Planned(cut, "cleo"),
    )
    assert judged.broken == ()
    assert trial.exit_code == 3
    records = tuple(read(trial.folder / "journal.jsonl"))
    assert set(failed(records)) == {"ann", "bob", "cleo"}
    assert all("401" in reason for reason in failed(records).values())
    note(Row("key-revoked", 55, "-", 0.0, "ended in order", None, ("ann", "bob", "cleo")))


# --- 56: what cannot be stopped -----------------------------------------------------------------------


def test_row_56_a_cleanup_that_overruns(scene, hold, note):
    """A session whose end takes a minute keeps no meeting from its end, and no record from the journal."""

    def slow(_name, own):
        @asynccontextmanager
        async def connect():
            async with own() as socket:
                try:
                    yield socket
                finally:
                    with trio.CancelScope(shield=True):
                        await trio.sleep(60)

        return connect

    held, records = hold(scene(), Seams(connect=slow))
    assert held.result.reason == "limit-turns"
    overran = [record.event.actor for record in records if isinstance(record.event, ActorOverran)]
    assert {"agent:ann", "agent:bob", "agent:cleo"} <= set(overran)
    note(Row("overrun", 56, "-", held.result.duration_s, "ended in order", None, ()))


# --- the rest -----------------------------------------------------------------------------------------


def test_a_scenario_without_tools_has_no_calls_to_strike(scene):
    """A fault of tool calls is refused for a scenario without tools, and none is drawn."""
    resolved = scene()
    toolless = evolve(resolved, agents=tuple(evolve(each, tools=()) for each in resolved.agents))
    with pytest.raises(SetupError, match=r"call-twice: .*table has a tool"):
        planned(["call-twice"], toolless, 1)
    assert not any(each.fault.needs_tool for each in drawn(200, toolless, 1).planned)
