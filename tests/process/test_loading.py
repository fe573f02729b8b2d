"""A process that is left while models load ends as it should: no engine is killed at its work."""

import subprocess
import sys
import textwrap

import pytest

CANCELLED = """
    import sys, trio
    from trialogue import open_meeting

    async def main():
        with trio.move_on_after(float(sys.argv[2])) as scope:
            async with open_meeting(sys.argv[1], out="run") as meeting:
                await meeting.finished()
        print("left", scope.cancelled_caught)

    trio.run(main)
"""

INTERRUPTED = """
    import os, signal, sys, threading
    from trialogue import run_meeting

    threading.Timer(float(sys.argv[2]), lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    try:
        run_meeting(sys.argv[1], out="run")
    except KeyboardInterrupt:
        pass
    print("left", True)
"""

AT_WORK = """
    import time, trio
    from trialogue.compute import InThreads

    class Engine:
        def __del__(self):
            time.sleep(0.2)
            print("freed", flush=True)

        def load(self):
            time.sleep(0.5)
            print("loaded", flush=True)

    async def main():
        with trio.move_on_after(0.1):
            await InThreads().run(Engine().load)

    trio.run(main)
    print("left", flush=True)
"""

SCENARIO = """
trialogue: 1
name: small
run: {limits: {time: 5s}}
cast: {ann: {lines: [One.]}, bob: {lines: [Two.]}}
"""


def ended(program, *arguments, folder):
    """What a program prints and how it ends."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=folder,
        text=True,
        timeout=120,
    )


def test_the_end_of_the_process_waits_for_an_engine(tmp_path):
    """A cancelled load lets its caller go on, and the process ends after the engine has finished its work."""
    left = ended(AT_WORK, folder=tmp_path)
    assert left.stdout.split() == ["left", "loaded", "freed"]
    assert (left.returncode, left.stderr) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("program", [CANCELLED, INTERRUPTED], ids=["cancelled", "interrupted"])
def test_leaving_while_models_load_is_no_crash(program, tmp_path):
    """A program that leaves its meeting while models load ends without a traceback."""
    pytest.importorskip("ctranslate2")
    (tmp_path / "small.yaml").write_text(SCENARIO, encoding="utf-8")
    for number, after_s in enumerate((0.8, 1.0, 1.2)):
        folder = tmp_path / str(number)
        folder.mkdir()
        left = ended(program, tmp_path / "small.yaml", after_s, folder=folder)
        assert (left.returncode, left.stdout) == (0, "left True\n"), left.stderr
