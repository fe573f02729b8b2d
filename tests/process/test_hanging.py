"""Whether a command hangs: what it wants of a core decides, and how busy the machine is does not."""

import json
import math
import os
import signal
import subprocess
import sys
import time

import browser
import hanging
import pytest
from hanging import HUNG_S, Wants, Watch, wanted_by_thread


def first_hung(wanted_of, seconds):
    """The first second in which a command that wanted so much by then hangs; None for none."""
    wants = Wants(0.0)
    return next((now for now in range(seconds) if wants.is_hung(now, wanted_of(now))), None)


def test_a_process_that_waits_for_a_core_is_not_hung():
    """A command that hardly gets a core for an hour does not count as hung."""
    assert first_hung(lambda now: {1: 0.99 * now}, 3600) is None


def test_a_process_that_only_watches_is_hung():
    """A command counts as hung although one of its threads still looks twenty times a second."""
    assert first_hung(lambda now: {1: min(now, 7.0), 2: 0.03 * now}, 3600) == pytest.approx(HUNG_S, abs=8)


def test_a_thread_that_has_ended_takes_nothing_back():
    """Work counts as work when one thread after another does it."""
    assert first_hung(lambda now: {now // 60: float(now % 60)}, 3600) is None


@pytest.fixture
def program():
    """Begin a program that prints when it is so far; it is killed behind the test, with all that it began."""
    begun = []

    def begin(code):
        command = [sys.executable, "-S", "-c", code]
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True))
        begun[-1].stdout.readline()
        return begun[-1]

    yield begin
    for each in begun:
        os.killpg(each.pid, signal.SIGKILL)
        each.communicate()


@pytest.fixture
def look_on(monkeypatch):
    """Watch a program without a rest, by limits as short as a test has time for."""

    def look(process, **limits):
        for name, limit in {"LOOK_S": 0.0, **limits}.items():
            monkeypatch.setattr(hanging, name, limit)
        watch = Watch(process)
        while True:
            watch.look()

    return look


def test_a_program_that_waits_for_nothing_is_told(program, look_on):
    """A real program that waits for ever is found to hang."""
    with pytest.raises(TimeoutError, match="hangs"):
        look_on(program("import signal; print(flush=True); signal.pause()"), HUNG_S=0.05)


def test_a_program_that_computes_for_too_long_is_told(program, look_on):
    """A program that computes without end is found to spin, by its processor time."""
    with pytest.raises(TimeoutError, match="spins"):
        look_on(program("print(flush=True)\nwhile True: pass"), SPINS_S=0.05)


def test_children_of_a_command_count(program):
    """Threads of a child's child are threads of the command."""
    begins = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {!r}])"
    waits = "import signal; print(flush=True); signal.pause()"
    watched = program(begins.format(begins.format(waits)))
    assert len(dict(wanted_by_thread(watched.pid))) == 3


class SlowSocket:
    """A browser's connection on which the answer to each question comes after so many seconds."""

    def __init__(self, after_s):
        self.after_s = after_s

    def send(self, told):
        self.answer = json.dumps({"id": json.loads(told)["id"], "result": {}})
        self.asked_at = time.monotonic()

    def recv(self, timeout):
        if time.monotonic() < self.asked_at + self.after_s:
            time.sleep(0.001)
            raise TimeoutError
        return self.answer


def test_a_browser_is_waited_for_while_it_wants_a_core(program, monkeypatch):
    """A slow browser is waited for while it computes, and given up when it does nothing."""
    for name, limit in {"LOOK_S": 0.0, "HUNG_S": 0.05}.items():
        monkeypatch.setattr(hanging, name, limit)
    alive = program("print(flush=True)\nwhile True: pass")
    assert browser.Page(SlowSocket(0.1), alive).call("Page.enable") == {}
    hung = program("import signal; print(flush=True); signal.pause()")
    with pytest.raises(TimeoutError, match="hangs"):
        browser.Page(SlowSocket(math.inf), hung).call("Page.enable")


def test_computing_before_the_watch_is_no_spinning(program, monkeypatch):
    """Processor time from before the watch does not count as spinning."""
    monkeypatch.setattr(hanging, "LOOK_S", 0.0)
    monkeypatch.setattr(hanging, "SPINS_S", 0.1)
    work = "import signal, time\nwhile time.process_time() < 0.2: pass\nprint(flush=True); signal.pause()"
    Watch(program(work)).look()
