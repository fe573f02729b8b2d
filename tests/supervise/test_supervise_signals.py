# ruff: noqa: PT012 - what raises is a whole block: its nursery, whatever stands in its body
"""Signals as calls: in this process, and as the end of a real one."""

import signal
import subprocess
import sys
from functools import partial

import pytest
import trio
from supervise_toys import settle

from trialogue.supervise import watch_signals
from trialogue.supervise.signals import WATCHED

PROGRAM = """
import trio
from trialogue.supervise import ChildSpec, open_supervisor, watch_signals

def child(name):
    async def start(*, task_status):
        task_status.started()
        try:
            await trio.sleep_forever()
        finally:
            print("ended", name, flush=True)
    return ChildSpec(name, start)

async def main():
    async with trio.open_nursery() as nursery:
        told = trio.Event()
        def on_signal(name):
            print("told", name, flush=True)
            told.set()
        await nursery.start(watch_signals, on_signal)
        async with open_supervisor([child("a"), child("b")], name="top"):
            print("ready", flush=True)
            await told.wait()
            if {impatient}:
                await trio.sleep_forever()
        nursery.cancel_scope.cancel(reason="seen enough")

trio.run(main)
"""


@pytest.fixture
def program():
    """Starts the program, with its supervised children ready; ends it whatever happens."""
    started = []

    def start(*, impatient: bool) -> subprocess.Popen[str]:
        source = PROGRAM.replace("{impatient}", str(impatient))
        process = subprocess.Popen(
            [sys.executable, "-c", source],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        line = process.stdout.readline()
        while line not in {"ready\n", ""}:
            line = process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [number for number in WATCHED if number != signal.SIGINT])
def test_a_signal_that_would_kill_stops_in_order(program, number):
    """The children's `finally` blocks run, in reverse order, and the program ends well."""
    process = program(impatient=False)
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    told = [line for line in output.splitlines() if line.startswith(("told", "ended"))]
    assert told == [f"told {number.name}", "ended b", "ended a"]
    assert process.returncode == 0


def test_a_second_interrupt_ends_a_program_that_takes_its_time(program):
    """The first is told; the second raises, and the children still stop in order."""
    process = program(impatient=True)
    process.send_signal(signal.SIGINT)
    line = process.stdout.readline()
    assert line == "told SIGINT\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert [line for line in output.splitlines() if line.startswith("ended")] == ["ended b", "ended a"]
    assert "KeyboardInterrupt" in errors
    assert process.returncode != 0


async def test_each_signal_is_told_by_its_name(nursery):
    """The first signal and all later ones are reported by name."""
    names: list[str] = []
    await nursery.start(watch_signals, names.append)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
        signal.raise_signal(number)
        await settle()
    assert names == ["SIGTERM", "SIGHUP", "SIGTERM"]
    nursery.cancel_scope.cancel(reason="the test is over")


@pytest.mark.parametrize(
    ("first", "second"), [(signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGTERM)]
)
async def test_an_interrupt_and_another_signal_are_impatience(first, second):
    """In either order: the second is not told but raised, and known before any task runs."""
    names: list[str] = []
    with pytest.raises(BaseExceptionGroup) as caught:
        async with trio.open_nursery() as nursery:
            await nursery.start(watch_signals, names.append, partial(names.append, "at once"))
            signal.raise_signal(first)
            await settle()
            signal.raise_signal(second)
            assert names == [first.name, "at once"]
            await trio.sleep_forever()
    assert names == [first.name, "at once"]
    assert [type(error) for error in caught.value.exceptions] == [KeyboardInterrupt]


async def test_signals_have_their_former_effect_again():
    """After the watch, the program's own signal handlers are back."""
    before = [signal.getsignal(number) for number in WATCHED]
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as inner:
            await inner.start(watch_signals, print)
            assert [signal.getsignal(number) for number in WATCHED] != before
            scope.cancel(reason="seen enough")
    assert [signal.getsignal(number) for number in WATCHED] == before


async def test_a_hangup_stays_ignored_behind_nohup(nursery):
    """A program that was told to outlive its terminal is not ended by the terminal's end."""
    names: list[str] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        await nursery.start(watch_signals, names.append)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.raise_signal(number)
            await settle()
        assert names == ["SIGTERM"]
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        nursery.cancel_scope.cancel(reason="the test is over")
    finally:
        signal.signal(signal.SIGHUP, before)
