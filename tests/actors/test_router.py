"""The audio plane: who hears what of each tick."""

import numpy as np
import pytest
import trio

from trialogue.actors.mixing import mix
from trialogue.actors.router import AudioGrid, Router
from trialogue.model.commands import Hearing, SetHearing
from trialogue.model.events import ProcessSuspended

GRID = AudioGrid(sample_rate=1000, frame_ms=10)


def tone(value):
    return np.full(10, value, np.int16).tobytes()


def speaking(router, name, value, frames=3, turn=1):
    playout = router.playouts[name]
    playout.open(1)
    playout.arrive(1, tone(value) * frames)
    playout.finish(1)
    playout.play(1, turn)


def table_of_all():
    names = ("a", "b", "c")
    return SetHearing(tuple(Hearing(n, tuple(m for m in names if m != n)) for n in names))


def router_with_ears():
    router = Router(GRID, ("a", "b", "c"), lambda _: None)
    heard = {name: [] for name in ("a", "b", "c")}
    for name, frames in heard.items():
        router.listen(name, frames.append)
    return router, heard


def test_nobody_hears_itself():
    """Each participant hears all others, and never itself."""
    router, heard = router_with_ears()
    router.set_hearing(table_of_all())
    speaking(router, "a", 100)
    speaking(router, "b", 10)
    router.tick()
    assert {name: frames[0] for name, frames in heard.items()} == {
        "a": tone(10),
        "b": tone(100),
        "c": tone(110),
    }


def test_nobody_hears_itself_whatever_the_table_says():
    """An agent does not hear itself even where the hearing table says so."""
    router, heard = router_with_ears()
    router.set_hearing(SetHearing((Hearing("a", ("a", "b")), Hearing("b", ("b",)))))
    speaking(router, "a", 100)
    speaking(router, "b", 10)
    router.tick()
    assert heard["a"] == [tone(10)]
    assert heard["b"] == [tone(0)]


async def test_a_late_loop_that_computed_catches_up(autojump_clock):
    """A process that was busy catches up without skipped sound or a report of a sleep."""
    events, computed = [], [0.0]
    router = Router(GRID, ("a",), events.append, lambda: computed[0])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(router.run, trio.current_time())
        await trio.sleep(0.025)
        computed[0] += 4.0
        autojump_clock.jump(10.0)
        await trio.sleep(0.02)
        nursery.cancel_scope.cancel()
    assert events == []
    assert router.position == pytest.approx(10_045, abs=10)


async def test_a_process_that_stood_still_goes_on_where_it_is(autojump_clock):
    """Ticks that a suspended process missed are skipped, and the suspension is reported."""
    events = []
    router = Router(GRID, ("a",), events.append, lambda: 0.01)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(router.run, trio.current_time())
        await trio.sleep(0.025)
        autojump_clock.jump(10.0)
        await trio.sleep(0.02)
        nursery.cancel_scope.cancel()
    assert [type(event) for event in events] == [ProcessSuspended]


def test_without_a_row_there_is_silence():
    """A participant that hears nobody is fed silence at the same pace."""
    router, heard = router_with_ears()
    router.set_hearing(SetHearing((Hearing("c", ("a",)),)))
    speaking(router, "a", 100)
    router.tick()
    assert heard["b"] == [tone(0)]
    assert heard["c"] == [tone(100)]


def test_a_new_table_replaces_the_old_one():
    """Who hears whom follows the latest hearing table alone."""
    router, heard = router_with_ears()
    router.set_hearing(table_of_all())
    router.set_hearing(SetHearing(()))
    speaking(router, "a", 100)
    router.tick()
    assert heard["c"] == [tone(0)]


def test_sinks_get_who_sounded_and_where():
    """A sink gets every tick with its place, without the silent participants."""

    class Sink:
        def __init__(self):
            self.ticks = []

        def frame(self, position, sounding):
            self.ticks.append((position, dict(sounding)))

    router, _ = router_with_ears()
    sink = Sink()
    router.record(sink)
    speaking(router, "b", 5, frames=1)
    router.tick()
    router.tick()
    assert sink.ticks == [(0, {"b": tone(5)}), (10, {})]
    assert router.position == 20
    assert router.sounding == {}


def test_mixing_clips_instead_of_wrapping():
    """Two loud voices together are limited in level, and do not turn into noise."""
    assert mix([tone(30000), tone(30000)]) == tone(32767)


async def test_ticks_at_the_pace_of_its_grid(autojump_clock):
    """A second of ticks takes a second, and a late loop catches up."""
    router, heard = router_with_ears()
    with trio.move_on_after(0.995):
        await router.run(trio.current_time())
    assert len(heard["a"]) == 100


@pytest.mark.parametrize(("rate", "frame_ms", "samples"), [(24_000, 20, 480), (16_000, 100, 1600)])
def test_grid(rate, frame_ms, samples):
    """A tick is a whole number of samples."""
    assert AudioGrid(rate, frame_ms).frame_samples == samples


async def test_a_router_that_is_late_says_by_how_much(autojump_clock):
    """A late router says by how much its sound is behind the clock."""
    router = Router(GRID, (), lambda _: None)
    await trio.sleep(3.0)
    assert router.lag_s == 0.0
    async with trio.open_nursery() as nursery:
        await nursery.start(router.run, trio.current_time() - 1.3)
        lagged = router.lag_s
        await trio.sleep(1.0)
        assert (lagged, router.lag_s) == (pytest.approx(1.3, abs=0.05), pytest.approx(0.0, abs=0.011))
        nursery.cancel_scope.cancel()
