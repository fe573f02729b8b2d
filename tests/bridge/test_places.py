"""Where a meeting is opened or run from: it works, or says at once which surface to take."""

import asyncio
import threading

import pytest

from trialogue import aio, open_agent, open_meeting, run_meeting
from trialogue.errors import WrongLoop


def test_in_asyncio_trios_surface_names_asyncios(scenario, edges, tmp_path):
    """Calling trio's function in asyncio raises an error that names the right module."""
    path, out = scenario(), tmp_path / "run"

    async def opened():
        async with open_meeting(path, out=out, edges=edges):
            pass

    async def held():
        async with open_agent({}):
            pass

    async def ran():
        run_meeting(path, out=out, edges=edges)

    for main, name in ((opened, "open_meeting"), (held, "open_agent"), (ran, "run_meeting")):
        with pytest.raises(WrongLoop, match=f"trialogue.aio.{name}"):
            asyncio.run(main())
    assert not out.exists()


async def test_inside_trio_run_meeting_names_open_meeting(scenario, edges, tmp_path):
    """A loop cannot start another: the error names the call that works inside trio."""
    with pytest.raises(WrongLoop, match="inside trio, use open_meeting"):
        run_meeting(scenario(), out=tmp_path / "run", edges=edges)
    assert not (tmp_path / "run").exists()


def test_in_plain_code_a_block_names_the_blocking_one(scenario, edges, tmp_path):
    """Whoever drives the block by hand is told as well."""
    block = open_meeting(scenario(), out=tmp_path / "run", edges=edges)
    with pytest.raises(WrongLoop, match=r"trialogue\.blocking\.open_meeting"):
        block.__aenter__().send(None)
    assert not (tmp_path / "run").exists()


async def test_inside_trio_asyncios_surface_names_trios(scenario, edges, tmp_path):
    """Calling asyncio's functions inside trio raises an error that names trio's."""
    path, out = scenario(), tmp_path / "run"
    with pytest.raises(WrongLoop, match="in a trio task, use trialogue itself"):
        async with aio.open_meeting(path, out=out, edges=edges):
            pass
    with pytest.raises(WrongLoop, match="in a trio task, use trialogue itself"):
        await aio.run_meeting(path, out=out, edges=edges)
    assert not out.exists()


def test_on_a_loop_that_is_not_asyncios_its_surface_names_threads(scenario, edges, tmp_path):
    """A coroutine that somebody else drives; threads' surface works on it."""
    out = tmp_path / "run"
    for other in (aio.run_meeting(scenario(), out=out, edges=edges), aio.open_agent({}).__aenter__()):
        with pytest.raises(WrongLoop, match=r"on another loop, use trialogue\.blocking in a thread"):
            other.send(None)
    assert not out.exists()


def test_any_thread_may_run_a_meeting(scenario, edges, tmp_path):
    """Signals are the main thread's; the meeting is not."""
    came, path = [], scenario("virtual", "2")
    thread = threading.Thread(
        target=lambda: came.append(run_meeting(path, out=tmp_path / "run", edges=edges))
    )
    thread.start()
    thread.join(60)
    assert came[0].folder == tmp_path / "run"
