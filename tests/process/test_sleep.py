"""Clocks that are set, machines that sleep, processes that are stopped."""

import signal
import sys
import time
from itertools import count
from pathlib import Path

import pytest
import trio
from process_values import kinds, seconds_of, shown

import trialogue
from trialogue.actors.clocks import Clocks, ClockWatch, compare, machine_clocks
from trialogue.actors.router import AudioGrid, Router
from trialogue.cli import main
from trialogue.journal.reader import read
from trialogue.model.commands import EndMeeting, EndTurn
from trialogue.model.events import PlaybackFinished, PlaybackStarted, ProcessSuspended, WallClockJumped

BEFORE = Clocks(wall_s=1000.0, steady_s=50.0, boot_s=60.0)


@pytest.mark.parametrize(
    ("now", "events"),
    [
        (Clocks(1001.0, 51.0, 61.0), []),
        (Clocks(1001.5, 51.0, 61.0), []),
        (Clocks(4601.0, 51.0, 61.0), [WallClockJumped(3600.0)]),
        (Clocks(-2599.0, 51.0, 61.0), [WallClockJumped(-3600.0)]),
        (Clocks(1601.0, 51.0, 661.0), [ProcessSuspended(600.0)]),
        (Clocks(1601.0, 651.0, 661.0), []),
        (Clocks(5201.0, 51.0, 661.0), [ProcessSuspended(600.0), WallClockJumped(3600.0)]),
    ],
    ids=["a second", "slewed", "set on", "set back", "asleep", "stopped or busy", "asleep and set"],
)
def test_a_sleep_and_a_step_of_the_clock(now, events):
    """A machine's sleep and a step of its wall clock are told apart, and a busy machine is neither."""
    assert compare(BEFORE, now) == events


async def test_the_watch_reports_a_step_once(autojump_clock):
    """A step of the wall clock is reported once, not at each later look."""
    looks = [Clocks(w, s, s) for w, s in ((0.0, 0.0), (1.0, 1.0), (3602.0, 2.0), (3603.0, 3.0))]
    posted = []
    watch = ClockWatch(posted.append, lambda: looks.pop(0) if len(looks) > 1 else looks[0])
    async with trio.open_nursery() as nursery:
        await nursery.start(watch.run)
        await trio.sleep(3.5)
        nursery.cancel_scope.cancel()
    assert posted == [WallClockJumped(3600.0)]


def test_the_machines_clocks_go_on():
    """The steady clocks of this machine never go back."""
    first, second = machine_clocks(), machine_clocks()
    assert second.steady_s >= first.steady_s
    assert second.boot_s >= first.boot_s


def test_a_virtual_meeting_looks_at_no_clock(hold, out, tmp_path, monkeypatch):
    """A virtual meeting is the same byte for byte whatever the machine's clocks say."""
    hold()
    out.rename(tmp_path / "first")
    hours = count(3600.0, 3600.0)
    looks = []

    def look(*_):
        looks.append(sys._getframe(1).f_code.co_filename)
        return next(hours)

    for name in ("time", "monotonic", "clock_gettime"):
        monkeypatch.setattr(time, name, look)
    hold()
    monkeypatch.undo()
    assert (out / "journal.jsonl").read_bytes() == (tmp_path / "first" / "journal.jsonl").read_bytes()
    ours = Path(trialogue.__file__).parent
    assert [path for path in looks if Path(path).is_relative_to(ours)] == []


async def test_an_hour_of_sleep_is_no_hour_of_ticks(mock_clock):
    """After a sleep the rest of a reply is heard, without a tick for each moment of the gap."""
    posted, frames = [], []
    router = Router(AudioGrid(1000, 10), ("ann",), posted.append)

    class Sink:
        def frame(self, position, sounding):
            frames.append((position, bool(sounding)))

    router.record(Sink())
    router.playouts["ann"].open(1)
    router.playouts["ann"].arrive(1, b"\1\0" * 40)
    router.playouts["ann"].finish(1)
    router.playouts["ann"].play(1, 1)
    async with trio.open_nursery() as nursery:
        await nursery.start(router.run, trio.current_time())
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(3600)
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(0.03)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert frames == [(0, True), (3_600_010, True), (3_600_020, True), (3_600_030, True)]
    assert posted == [
        PlaybackStarted("ann", 1, 1, 0.0),
        ProcessSuspended(3599.99, 3600.0),
        PlaybackFinished("ann", 1, 1, 3600.04, 0.04, "complete"),
    ]


async def test_a_turn_ended_by_a_sleep_is_not_heard_after_it(mock_clock):
    """A turn that a sleep ends is not heard for another tick after it."""
    posted = []

    def post(event):
        posted.append(event)
        if isinstance(event, ProcessSuspended):
            router.stop("ann", 1)

    router = Router(AudioGrid(1000, 10), ("ann",), post)
    router.playouts["ann"].open(1)
    router.playouts["ann"].arrive(1, b"\1\0" * 400)
    router.playouts["ann"].play(1, 1)
    async with trio.open_nursery() as nursery:
        await nursery.start(router.run, trio.current_time())
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(3600)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert posted[-1] == PlaybackFinished("ann", 1, 1, 0.01, 0.01, "cut")


async def test_a_busy_loop_catches_up(mock_clock):
    """A loop that is half a second late still plays every tick."""
    frames = []
    router = Router(AudioGrid(1000, 10), (), frames.append)

    class Sink:
        def frame(self, position, sounding):
            frames.append(position)

    router.record(Sink())
    async with trio.open_nursery() as nursery:
        await nursery.start(router.run, trio.current_time())
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(0.5)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert frames == list(range(0, 510, 10))


def test_a_stopped_process_goes_on_with_new_sessions(command, endless, out):
    """A stopped process dials everybody anew when it goes on, and its journal verifies."""
    with command("run", endless, "--out", out) as process:
        shown(process, "This goes on")
        process.send_signal(signal.SIGSTOP)
        time.sleep(5.6)  # the system's stop, not a race: it has to last longer than what counts as asleep
        process.send_signal(signal.SIGCONT)
        shown(process, "! suspended: the process stood still")
        shown(process, "This goes on")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=8)
    assert process.returncode == 143
    records = list(read(out / "journal.jsonl"))
    names = kinds(records)
    at = names.index("ProcessSuspended")
    assert "SessionReady" in names[at:]
    assert "PlaybackStarted" in names[at:]
    cut = [c.cause for record in records for c in record.commands if isinstance(c, EndTurn)]
    assert "lost" in cut
    ended = next(r.at for r in records for c in r.commands if isinstance(c, EndMeeting))
    # The gap is in the recording; how late a loaded machine is at the end is not what is tested.
    assert seconds_of(out / "audio" / "mix.wav") == pytest.approx(ended, abs=3.0)
    assert main(["replay", str(out), "--verify"]) == 0
