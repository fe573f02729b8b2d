"""Kills at random: `python tests/process/killing.py 100 --seed 7` kills runs, resumptions and verifications.

Each trial holds a meeting, goes on with it and verifies it, and kills each of the three at a moment that
is drawn. After every kill it holds the promises: what was shown or recorded is there, what is left says how
far it goes, one run can be gone on with, and nothing looks whole that is not. Then the meeting is held to
its end. With `--browser`, the page of every run that is left is opened in Chromium, too.
A busy machine makes it slow, and nothing else: what hangs is told by what it computes (`hanging.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import orjson
import soundfile
from attrs import define, field
from hanging import Watch, computed_s

from trialogue.brain.meeting import Brain
from trialogue.cli.replay import print_transcript
from trialogue.errors import JournalError, SetupError
from trialogue.journal.files import digests_in, journal_of, verify_files
from trialogue.journal.reader import ProblemKind, Reading, read
from trialogue.journal.verify import verify
from trialogue.meeting.exporting import held_meeting
from trialogue.meeting.paging import write_page
from trialogue.meeting.resumption import open_resumption
from trialogue.model.commands import GrantFloor
from trialogue.model.events import SentenceSaid
from trialogue.model.records import Record
from trialogue.report.exports import EXPORTS
from trialogue.report.foreign import READERS, read_foreign

PROGRAM = str(Path(__file__).parent / "program.py")

ALLOWED = {ProblemKind.TORN_TAIL, ProblemKind.NOT_CLOSED}
"""What a kill may leave amiss with a journal."""

WHOLE = {
    *("journal.jsonl", "scenario.yaml", "result.json", "audio/mix.wav"),
    *(f"transcript.{kind}" for kind in ("vtt", "srt", "md", "rttm")),
}
"""What a run has that looks whole."""

LONGEST_S = 3600.0
"""How much sound a meeting may have recorded."""


class BrokenPromise(AssertionError):
    """What a kill has done that it may not do."""


def promise(kept: object, what: str) -> None:
    """Raise for a promise that is not kept."""
    if not kept:
        raise BrokenPromise(what)


def wait_for(process: subprocess.Popen[bytes], is_so: Callable[[], bool], look_s: float = 0.002) -> None:
    """Look every few milliseconds until it is so, or the command has ended; not for ever."""
    watch = Watch(process)
    while process.poll() is None and not is_so():
        watch.look()
        time.sleep(look_s)


@define
class Trial:
    """One meeting, killed three times."""

    scenario: Path
    """What is held."""

    folder: Path
    """Where its runs go."""

    chance: random.Random
    """When it is killed."""

    struck: Counter[str] = field(factory=Counter[str])
    """How often what was killed: a command that had ended in time was not."""

    shown: list[str] = field(factory=list)
    """Every sentence that was shown."""

    look: Callable[[Path, int], None] = field(default=lambda page, turns: None)
    """Opens a page, which has so many turns, in a browser."""

    def hold(self) -> None:
        """Kill, check, go on, and hold it to its end."""
        begun = self.folder / "run"
        ended = self.command("run", self.scenario, "--clock", "virtual", "--out", begun, kill="run") == 0
        run = self.check_left(begun, None)
        if run is None:
            return
        for number in (1, 2):
            before = self.records(run)
            resumed = self.folder / f"resumed-{number}"
            if not self.can_go_on(run):
                break
            kill = "resume" if number == 1 else None
            ended = self.command("resume", run, "--out", resumed, kill=kill) == 0
            run = self.check_left(resumed, run) or run
            promise(self.records(run)[: len(before)] == before, "a resumed run lost records of the old one")
        self.check_verifying(run)
        self.check_all_is_said(run)
        if ended:
            promise(read_to_its_end(run).problems == [], "a run that was held to its end is not closed")
            promise(verify_files(run).is_whole, "a run that was held to its end is not whole")

    def command(self, *arguments: object, kill: str | None) -> int:
        """Run a command of the command line, killed at a drawn moment; what it has shown is noted."""
        out = self.folder / "shown.txt"
        with out.open("w") as shown:
            process = subprocess.Popen(
                [sys.executable, PROGRAM, *map(str, arguments)],
                stdout=shown,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "TERM": "dumb"},
            )
            try:
                if kill is not None:
                    self.wait_for_moment(process, kill, out)
                else:
                    wait_for(process, lambda: False, look_s=0.02)
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    self.struck[str(kill)] += 1
                process.wait()
        told = out.read_text()
        lines = told.splitlines() if told.endswith("\n") else told.splitlines()[:-1]
        self.shown += [line.split("  ")[-1].strip() for line in lines if "This goes on" in line]
        if kill is None:
            promise(process.returncode == 0, f"{arguments[0]} ended with {process.returncode}: {told[-500:]}")
        return process.returncode

    def wait_for_moment(self, process: subprocess.Popen[bytes], kill: str, out: Path) -> None:
        """Wait until the command has begun with something, and then for so much more of its computing."""
        began = {"run": self.folder / "run", "resume": self.folder / "resumed-1"}.get(kill)
        more_s = self.chance.uniform(0.0, 1.5)
        match self.chance.randrange(3):
            case 1 if began is not None:  # while its directory is filled: the records are taken over
                wait_for(process, began.exists)
                more_s /= 15
            case 1 | 2:
                wait_for(process, lambda: bool(out.stat().st_size))
                more_s *= 0.03 if kill == "verify" else 1.7
            case _:
                pass
        until = computed_s(process.pid) + more_s
        wait_for(process, lambda: computed_s(process.pid) >= until)

    def check_left(self, run: Path, old: Path | None) -> Path | None:
        """What a kill has left of `run`; the run to go on with, None where no word was ever recorded."""
        try:
            path = journal_of(run)
        except JournalError as error:
            promise(old is None or open_resumption(old).seq, "the old run cannot be resumed any more")
            has_note = (run / "manifest.json").exists()
            promise(not has_note or old is None or str(old) in str(error), "the old run is not named")
            promise(old is not None or not self.shown, "what was shown is nowhere")
            return old
        reading = read(path)
        records = list(reading)
        kinds = {problem.kind for problem in reading.problems}
        promise(kinds <= ALLOWED, f"the journal is {kinds}")
        promise(verify(path, Brain).records == len(records), "not all records verify")
        replayed = io.StringIO()
        with contextlib.redirect_stdout(replayed), contextlib.redirect_stderr(io.StringIO()):
            print_transcript(run, as_json=False)
        lost = [words for words in self.shown if words not in replayed.getvalue()]
        promise(not lost, f"shown and not replayed: {lost}")
        self.check_looks(run)
        self.check_page(run, len(records))
        self.check_files(run)
        self.check_exports(reading)
        return run if records else None

    def check_looks(self, run: Path) -> None:
        """A run that looks whole is whole."""
        try:
            verified = verify_files(run)
        except JournalError:
            return
        if verified.is_whole:
            promise(verified.files.keys() >= WHOLE, f"looks whole with {sorted(verified.files)}")

    def check_page(self, run: Path, records: int) -> None:
        """Whatever was left has its page, with sound as far as it was recorded, and shows every turn."""
        before = digests_in(run)
        path = write_page(run, out=self.folder / "page.html")
        page = path.read_bytes()
        said = orjson.loads(page.partition(b'id="data">')[2].partition(b"</script>")[0])
        granted = sum(
            isinstance(each, GrantFloor) for record in self.records(run) for each in record.commands
        )
        shown = sum(mark["k"] == "grant" for mark in said["marks"])
        promise(shown == granted, f"the page of {records} records shows {shown} turns of {granted}")
        promise(digests_in(run) == before, "a page that is written elsewhere has changed the run")
        self.look(path, granted)

    def check_files(self, run: Path) -> None:
        """Each file that is there is whole, or sound up to where it was cut: none is half a document."""
        for path in sorted(each for each in run.rglob("*") if each.is_file()):
            name = path.relative_to(run).as_posix()
            match path.suffix:
                case ".json":
                    promise(isinstance(orjson.loads(path.read_bytes()), dict), f"{name} is half a document")
                case ".wav" if path.stat().st_size:
                    with soundfile.SoundFile(path) as sound:
                        promise(len(sound.read(dtype="int16")) <= LONGEST_S * sound.samplerate, name)
                case ".vtt" | ".srt" | ".md" | ".rttm" | ".yaml":
                    promise(path.read_text("utf-8").endswith("\n"), f"{name} is cut off")
                case _:
                    pass

    def check_exports(self, reading: Reading) -> None:
        """Every format is made of what was left, and those that are read here have every word's time."""
        held = held_meeting(reading)
        spoken = sum(bool(each.heard.strip()) for each in held.utterances)
        for name, export in EXPORTS.items():
            path = self.folder / export.file
            path.write_bytes(export.content(held))
            promise(path.stat().st_size or not spoken, f"the export {name} is empty")
            if path.suffix.lower() in READERS:
                told = read_foreign(path)
                promise(bool(told) >= bool(spoken), f"the export {name} has nobody's speech")
            elif name == "eaf":
                ET.fromstring(path.read_bytes())
            elif name == "csv":
                rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
                promise(len(rows) == 1 + len(held.utterances), f"the table has {len(rows)} rows")

    def check_verifying(self, run: Path) -> None:
        """A verification that is killed has changed nothing."""
        before = digests_in(run)
        self.command("replay", run, "--verify", kill="verify")
        promise(digests_in(run) == before, "verifying has changed the run")

    def check_all_is_said(self, run: Path) -> None:
        """The last run has everything that was ever shown."""
        said = " ".join(r.event.text for r in self.records(run) if isinstance(r.event, SentenceSaid))
        promise(all(words in said for words in self.shown), "words that were shown are lost")

    def can_go_on(self, run: Path) -> bool:
        """Whether there is anything to go on with: a meeting that had ended in time is over."""
        try:
            open_resumption(run)
        except SetupError:
            return False
        return True

    def records(self, run: Path) -> list[Record]:
        """What a run's journal holds."""
        return list(read(journal_of(run)))


def read_to_its_end(run: Path) -> Reading:
    """A run's journal, whose problems are known."""
    reading = read(journal_of(run))
    for _ in reading:
        pass
    return reading


def kill_often(kills: int, seed: int, scenario: Path, folder: Path, **looks: Any) -> Counter[str]:
    """Hold trials until so many commands were killed; how often what was. `BrokenPromise` names the trial."""
    struck: Counter[str] = Counter()
    number = 0
    while struck.total() < kills:
        number += 1
        place = folder / f"trial-{number}"
        place.mkdir()
        trial = Trial(scenario, place, random.Random(f"{seed}/{number}"), **looks)
        try:
            trial.hold()
        except Exception as error:
            error.add_note(f"in trial {number} of seed {seed}, in {place}")
            raise
        struck += trial.struck
    return struck


@define
class Looks:
    """A tab of Chromium in which pages are opened one after another."""

    tab: Any
    """It, a `browser.Page` of the page's tests."""

    pages: int = 0
    """How many were opened."""

    def __call__(self, page: Path, turns: int) -> None:
        """Open a page: it draws itself whole, has these turns, and nothing is complained about."""
        self.tab.events.clear()
        self.tab.open(page.as_uri())
        opened = self.tab.tell("model.turns.size")
        promise(opened == turns, f"the page has {opened} turns of {turns} in the browser")
        promise(not self.tab.complaints(), f"the browser complains: {self.tab.complaints()}")
        self.pages += 1


@contextlib.contextmanager
def a_browser(profile: Path) -> Iterator[Looks]:
    """A headless Chromium, as the page's tests start it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "page"))
    import browser

    started = browser.start(profile)
    try:
        with started.page() as tab:
            yield Looks(tab)
    finally:
        started.close()


def main() -> None:
    """Kill as often as is asked for, and print what was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--browser", action="store_true", help="open each page that is left in Chromium")
    asked = parser.parse_args()
    from conftest import SCENARIO

    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    scenario = folder / "endless.yaml"
    scenario.write_text(SCENARIO)
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        look = stack.enter_context(a_browser(folder / "profile")) if asked.browser else None
        struck = kill_often(asked.kills, asked.seed, scenario, folder, **({"look": look} if look else {}))
    told = ", ".join(f"{count} of {what}" for what, count in sorted(struck.items()))
    pages = f", {look.pages} pages opened" if look else ""
    print(f"{struck.total()} kills ({told}) in {time.monotonic() - began:.0f} s{pages}: nothing was lost")  # noqa: T201 - it is a program


if __name__ == "__main__":
    main()
