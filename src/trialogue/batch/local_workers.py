"""Workers of a batch on this machine: processes ("hands"), each with a thread that gives it jobs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from trialogue.batch.jobs import Job, encoded
from trialogue.batch.lines import READY, from_line, to_line
from trialogue.batch.outcomes import UNFINISHED, Outcome, decoded_outcome
from trialogue.errors import SetupError

__all__ = ["Hand", "HandPool"]

BROKEN: Final = 70
"""Exit code of a batch for a meeting whose process ended by itself during it."""

_KILLED: Final = frozenset({-9, -15})
"""Codes of a process that another one ended, or the system for want of memory; only POSIX has them."""

_PERHAPS: Final = "is there enough memory? --resume continues it"

_ENOUGH: Final = "are there enough open files, memory and processes (ulimit -n, -v, -u)?"

_TICK_S: Final = 0.2
"""Most seconds for which the main thread waits at once: a Ctrl-C reaches it only between waits."""


class Hand:
    """Process that holds meetings; a new one replaces it after its end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def hold(self, job: Job) -> Outcome:
        """Hold a meeting; the outcome also reports an end of the process."""
        try:
            process = self._begun()
        except OSError as error:  # no memory, process or descriptor is left
            text = f"no process could be started for it: {error.strerror}"
            return Outcome(job.name, job.group, job.file, job.folder, "failed", SetupError.exit_code, text)
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise AssertionError  # both are pipes
        try:
            stdin.write(to_line(encoded(job)))
            stdin.flush()
            self._is_ready = self._is_ready or stdout.readline() == READY
            line = stdout.readline() if self._is_ready else b""
        except BrokenPipeError:
            line = b""
        if line.endswith(b"\n"):
            return decoded_outcome(from_line(line))
        code, was_ready = process.wait(), self._is_ready
        self.close()
        if not was_ready:
            text = f"its process could not start, and ended with code {code}: {_ENOUGH}"
            return Outcome(job.name, job.group, job.file, job.folder, "failed", SetupError.exit_code, text)
        text, broken = f"its process died with code {code} during the meeting; see {job.folder}", BROKEN
        if code in _KILLED:
            text, broken = f"its process was killed during the meeting: {_PERHAPS}", UNFINISHED
        return Outcome(job.name, job.group, job.file, job.folder, "interrupted", broken, text)

    def close(self) -> None:
        """End the process: at once during a meeting."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):  # a job that a dead process never read
                        pipe.close()
            process.wait()

    def kill(self) -> None:
        """Kill the process, from another thread than the one that holds."""
        process = self._process
        if process is not None:
            process.kill()

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._is_ready = False
            self._process = subprocess.Popen(
                # -P: no file of the working directory runs in the place of a module
                [sys.executable, "-P", "-m", "trialogue.batch.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,  # a Ctrl-C is ours to answer
            )
        return self._process


class HandPool:
    """Several hands that share one list of jobs."""

    def __init__(self, jobs: Sequence[Job], workers: int) -> None:
        self._left = list(reversed(jobs))
        self._lock = Lock()
        self._stopped = Event()
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()
        self._hands = [Hand() for _ in range(max(1, min(workers, len(jobs))))]

    def outcomes(self) -> Iterator[Outcome]:
        """Outcomes of the jobs, as they end. Stopping early kills running meetings.

        The first Ctrl-C begins no more meetings, the second is raised. So is one that comes while the hands'
        threads are started: such a thread may not be registered yet, and the process does not wait for it.
        Call it from the main thread.
        """
        threads = [Thread(target=self._work, args=(hand,), daemon=True) for hand in self._hands]
        running = len(threads)
        try:
            for thread in threads:
                thread.start()
            while running:
                try:
                    outcome = self._outcomes.get(timeout=_TICK_S)
                except Empty:
                    continue
                except KeyboardInterrupt:
                    if self._stopped.is_set():
                        raise
                    self.stop()
                    continue
                if outcome is None:
                    running -= 1
                else:
                    yield outcome
        finally:
            self.stop()
            if running:
                for hand in self._hands:
                    hand.kill()
            for hand, thread in zip(self._hands, threads, strict=True):
                while thread.is_alive():
                    thread.join(_TICK_S)
                    if running:  # its process may only now exist
                        hand.kill()

    def stop(self) -> None:
        """Begin no more meetings; running ones come to their end."""
        self._stopped.set()

    def _work(self, hand: Hand) -> None:
        try:
            while (job := self._next()) is not None:
                self._outcomes.put(hand.hold(job))
        finally:
            hand.close()
            self._outcomes.put(None)

    def _next(self) -> Job | None:
        with self._lock:
            return self._left.pop() if self._left and not self._stopped.is_set() else None
