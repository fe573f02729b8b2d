"""The task that watches: real time by the clock, virtual time by records."""

import math
import threading

import pytest
import trio
from cli_playbook import MEETING, PLAN, TOLD

from trialogue.cli.view_lines import plain
from trialogue.cli.view_screens import NoScreen
from trialogue.cli.view_watcher import PICTURE_S, Watcher
from trialogue.supervise import lone_error


class Stage:
    """A meeting that gives out its records at their times."""

    plan = PLAN

    def __init__(self):
        self._epoch = trio.current_time()

    @property
    def now(self):
        return trio.current_time() - self._epoch

    def levels(self):
        return {"ada": -20.0}

    async def records(self):
        for record in MEETING:
            await trio.sleep_until(self._epoch + record.at)
            yield record


class Paper(NoScreen):
    """Keeps what is drawn; `breaks_at` is the drawing from which on nobody reads."""

    def __init__(self, columns=60, breaks_at=None):
        self.columns = columns
        self.heard, self.pictures, self.threads = [], [], set()
        self.breaks_at = breaks_at

    def draw(self, heard, picture):
        if self.breaks_at == len(self.pictures):
            raise BrokenPipeError
        self.heard += [plain(each) for each in heard]
        self.pictures.append([plain(each) for each in picture])
        self.threads.add(threading.get_ident())


@pytest.fixture
def clock_of_threads(autojump_clock, monkeypatch):
    """A clock that jumps over waits, and stands still while a thread works."""
    run_sync = trio.to_thread.run_sync

    async def run_and_hold(*arguments, **options):
        autojump_clock.autojump_threshold = math.inf
        try:
            return await run_sync(*arguments, **options)
        finally:
            autojump_clock.autojump_threshold = 0.0

    monkeypatch.setattr(trio.to_thread, "run_sync", run_and_hold)
    return autojump_clock


async def test_in_life_a_picture_is_drawn_ten_times_a_second(clock_of_threads):
    """The live view is drawn ten times a second in real time, from the first to the last moment."""
    paper, began = Paper(), []
    watcher = Watcher(paper, is_virtual=False, begins=lambda: began.append(paper.pictures[:]))
    await watcher(Stage())
    assert began == [[]]
    assert len(paper.pictures) == pytest.approx(20.0 / PICTURE_S, abs=3)
    assert threading.get_ident() not in paper.threads
    assert "\n".join(paper.heard) + "\n" == TOLD
    assert paper.pictures[-1][0] == "── edge cache · 00:20 · turn 5 ".ljust(60, "─")


async def test_in_virtual_time_records_alone_drive_it(autojump_clock):
    """The live view of a virtual meeting uses no timer and no thread."""
    paper = Paper()
    await Watcher(paper, is_virtual=True)(Stage())
    assert paper.threads == {threading.get_ident()}
    assert "\n".join(paper.heard) + "\n" == TOLD


async def test_without_a_picture_lines_name_their_speaker(autojump_clock):
    """Plain lines each name their speaker, and ask for no levels."""
    paper = Paper(columns=None)
    await Watcher(paper, is_virtual=True)(Stage())
    assert "00:02  Moderator         Tech, what hurts?" in paper.heard
    assert paper.pictures == [[]] * len(paper.pictures)


@pytest.mark.parametrize("is_virtual", [True, False])
async def test_a_meeting_goes_on_unseen(clock_of_threads, is_virtual):
    """A closed terminal does not end the meeting that it was watching."""
    paper = Paper(breaks_at=3)
    watcher = Watcher(paper, is_virtual=is_virtual)
    await watcher(Stage())
    assert len(paper.pictures) == 3
    assert trio.current_time() == pytest.approx(20.0, abs=1.0)


async def test_looking_at_a_meeting_ends_with_its_output(clock_of_threads):
    """`watch` ends when its output is closed."""
    watcher = Watcher(Paper(breaks_at=3), is_virtual=False, goes_on_unseen=False)
    with pytest.raises(BrokenPipeError), lone_error():
        await watcher(Stage())
    assert trio.current_time() < 1.0
