"""Every block of code in the documentation does what its page says.

Meetings run under the virtual clock: `trialogue run` gets `--clock virtual`, and `trio.run` a virtual
clock. Voices and ears are the real ones, except behind the server for the official SDK.
"""

import contextlib
import io
import os
import queue
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import forked
import orjson
import pytest
import trio
import yaml
from docs_blocks import PAGES, ROOT, Block, blocks_of, commands_of, fences_of, is_like, name_of

from trialogue.compute import InThreads
from trialogue.journal.records import parse_end, parse_header, parse_record
from trialogue.meeting.virtual import run_virtual
from trialogue.scenario import check
from trialogue.server.equipment import Equipment
from trialogue.server.listener import open_server
from trialogue.server.options import ServerOptions
from trialogue.server.script_file import read_script_file
from trialogue.server.think.stand_in import ThinkStandIn
from trialogue.testing import murmuring_engines

NOT_RUN = {
    "pip install '.[local]' && trialogue run scenarios/edge-cache.yaml": "installs; its second half is run",
    "pip install -e '.[test]' && pytest -n auto --durations=20": "is what runs this",
    "python3 -m venv .venv && . .venv/bin/activate && pip install 'trialogue[local]'": "installs",
    "DEEPGRAM_API_KEY=... trialogue run scenarios/edge-cache.yaml --via deepgram": "needs a key",
    "export DEEPGRAM_API_KEY=...": "needs a key",
    "trialogue run review.yaml --endpoint wss://api.eu.deepgram.com/v1/agent/converse": "needs a key",
    "trialogue serve --port 8090": "serves until Ctrl-C; the blocks after it talk to such a server",
    "trialogue serve --script answers.yaml": "likewise",
    "trialogue serve --record runs": "likewise",
    "trialogue serve --expect expected.yaml": "likewise",
    "trialogue serve --replay runs/session": "likewise",
    "python3 -m venv .venv && . .venv/bin/activate\npip install trialogue": "installs",
    "pytest\n": "tests/docs/test_follow.py does",
    "npm install ws": "likewise",
    "node --test": "likewise",
    "trialogue serve --voices murmur": "likewise",
    "trialogue serve --as-of 2025-06": "likewise",
    "STEER=let-me-steer trialogue serve": "likewise",
    'curl -H "Authorization: Bearer let-me-steer"': "asks such a server; tests/serving does",
    "trialogue serve --tls-self-signed": "likewise; tests/cli has such a process",
    '{"config": ': "is what a request sends; tests/server sends such",
    "const environment = { base": "tests/serving runs the whole of it",
    "VOICE_KEY=a-key-for-tests docker compose": "needs docker; tests/serving runs its commands",
    "LLM_KEY=... trialogue serve": "needs a model",
    "VOICE_KEY=... trialogue serve --host 0.0.0.0 --api-key-env VOICE_KEY": "serves the whole network",
    "$ trialogue resume runs/edge-cache-20250131-101500": "needs a crash; tests/process has them",
    "trialogue run scenarios/policy-": "CI runs every scenario; the page's picture is of the same run",
    "PYTHONPATH=scenarios/custom trialogue run": "the page's picture is of the same run",
    "pytest tests/brain": "is what CI runs, step by step",
    "pip install -r requirements.lock && pip install --no-deps -e .": "installs",
    "pytest -m long tests/witness": "is what CI runs",
    "pip install atheris": "installs, and then looks for a minute",
    "apt-get install libportaudio2": "installs a library of the system",
    "import trio\nfrom trialogue import open_agent\nfrom trialogue.events import ReplySent": "needs a key",
}
"""Blocks that no test can run, by how they begin, and why."""

SHOWN_ELSEWHERE = {"", "text", "ini"}
"""Languages of blocks that show something: output, which is compared where it is made; settings."""

PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
"""Where commands are found: those of this environment first."""

real_run = trio.run


def virtual_run(function, *arguments, clock=None, **options):
    """`trio.run` by a virtual clock, unless the caller brings one."""
    if clock is not None:
        return real_run(function, *arguments, clock=clock, **options)
    return run_virtual(partial(function, *arguments))


@contextlib.contextmanager
def server(script=None):
    """The embedded server with murmuring voices, in a thread, as another program would have it."""
    engines, compute = murmuring_engines(), InThreads()
    options = ServerOptions(stand_in=ThinkStandIn(read_script_file(Path(script)) if script else ()))
    ready = queue.Queue()

    async def serve():
        equipment = Equipment(
            engines.recognizer, engines.synthesizer, engines.open_detector, compute, options=options
        )
        async with trio.open_nursery() as nursery:
            listening = await nursery.start(open_server, equipment)
            token = trio.lowlevel.current_trio_token()
            ready.put((listening.port, partial(token.run_sync_soon, nursery.cancel_scope.cancel)))

    thread = threading.Thread(target=real_run, args=(serve,))
    thread.start()
    port, stop = ready.get(timeout=10)
    try:
        yield port
    finally:
        stop()
        thread.join()


@contextlib.contextmanager
def virtual_time():
    """Programs and their scenario live by the virtual clock while the block runs."""
    scenario = Path("scenarios/smallest.yaml")
    as_written = scenario.read_text(encoding="utf-8")
    scenario.write_text(f"{as_written}run: {{clock: virtual}}\n", encoding="utf-8")
    trio.run = virtual_run
    try:
        yield
    finally:
        trio.run = real_run
        scenario.write_text(as_written, encoding="utf-8")


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A directory with the scenarios, to work in."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_file(block: Block) -> None:
    """Put a file where the reader is told to put it; tests/docs/test_follow.py does what is done with it."""
    Path(block.mark.removeprefix("file=")).write_text(block.text, encoding="utf-8")


def run_python(block: Block) -> None:
    """Run a program; the text after it is what it prints."""
    if block.mark.startswith("file="):
        write_file(block)
        return
    printed = io.StringIO()
    with contextlib.ExitStack() as stack:
        text = block.text
        kind, _, script = block.mark.partition(" ")
        if kind == "server":
            text = text.replace("8090", str(stack.enter_context(server(script))))
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(virtual_time())
        exec(compile(text, str(block), "exec"), {"__name__": "example"})
    if block.output is not None:
        assert printed.getvalue() == block.output, str(block)


def run_line(line: str) -> tuple[int, str]:
    """Run one command, by a shell where one is needed: its exit code, and what it printed."""
    environment = {**os.environ, "NO_COLOR": "1", "PATH": PATH}
    if forked.is_plain(line):
        return forked.run(line, environment)
    done = subprocess.run(
        ["bash", "-c", line],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment,
    )
    return done.returncode, done.stdout


def run_console(block: Block) -> None:
    """Run the commands of a block, one by one."""
    code = 0
    for command in commands_of(block):
        line = command.line
        if line == "echo $?":
            assert command.output == f"{code}\n", str(block)
            continue
        made_virtual = line.startswith("trialogue run") and "--clock" not in line
        code, output = run_line(f"{line} --clock virtual" if made_virtual else line)
        lines = [text for text in output.splitlines() if not (made_virtual and "virtual clock" in text)]
        printed = "\n".join(lines)
        assert is_like(command.output, printed), f"{block}: {line}\n{printed}"


def read_yaml(block: Block) -> None:
    """Check a scenario, or a file of answers, and leave it for the blocks after it."""
    path = Path(block.mark or "example.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    if path.name.startswith("answers"):
        read_script_file(path)
        return
    assert bool(check(path)) == path.name.startswith("wrong"), str(block)
    yaml.safe_load(block.text)


def read_json(block: Block) -> None:
    """A line of a journal is one."""
    parse = {"header": parse_header, "record": parse_record, "end": parse_end}[block.mark]
    line = orjson.loads(block.text)
    assert len(line["hash"]) == 32, str(block)
    parse(line)


RUN = {"js": write_file, "python": run_python, "console": run_console, "yaml": read_yaml, "json": read_json}


def is_run(block: Block) -> bool:
    """Whether there is something to do for a block."""
    is_directive = block.language.startswith("{")
    is_left_out = any(block.text.startswith(each) for each in NOT_RUN)
    return not is_directive and block.language not in SHOWN_ELSEWHERE and not is_left_out


WITH_BLOCKS = [page for page in PAGES if any(is_run(block) for block in blocks_of(page))]

LONG = {
    "docs/how-to/agent.md": "its meetings have voices; tests/agent has each call",
    "docs/how-to/batch.md": "three batches of many meetings, one of them on Dask; tests/batch has small ones",
    "docs/how-to/compat.md": "its meeting of three takes half a minute; tests/compat runs the SDK's programs",
    "docs/how-to/embed-parts.md": "its programs load voices, a process each; tests/meeting has own parts",
    "docs/how-to/foreign.md": "meetings with voices; tests/meeting makes scenarios of others' meetings",
    "docs/how-to/hosts.md": "its programs load voices, a process each; tests/hosts asks the same programs",
    "docs/how-to/replay.md": "a meeting that is held again with voices; tests/meeting has what-if",
    "docs/how-to/page.md": "a meeting with voices; tests/page has the page, and tests/cli the command",
    "docs/how-to/repeat.md": "eight meetings with voices; tests/batch and tests/cli compare with baselines",
    "docs/how-to/write.md": "meetings with voices; tests/scenario has the keys, the tutorial a first file",
    "docs/reference/faults.md": "meetings under faults with voices; tests/chaos has the command and rows",
    "docs/reference/measures.md": "a meeting with voices; tests/report has each measure",
    "docs/reference/patterns.md": "a meeting with voices; tests/model and tests/scenario have patterns",
}
"""Pages whose programs take many seconds, and what shows their subject in the daily tests."""


def by_length(page: Path) -> object:
    """A page as a parameter, long or not."""
    return pytest.param(page, marks=pytest.mark.long if name_of(page) in LONG else ())


@pytest.mark.real
@pytest.mark.parametrize("page", [by_length(page) for page in WITH_BLOCKS], ids=map(name_of, WITH_BLOCKS))
def test_the_page_does_what_it_says(page, desk):
    """Each block of a page of the documentation does what the page says, in order."""
    for block in blocks_of(page):
        if is_run(block):
            RUN[block.language](block)


def test_the_blocks_are_those_of_markdown():
    """A block that readers of a page see is run: a parser of Markdown finds the same ones."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt()
    markdown.core.ruler.enableOnly(["normalize", "block"])  # what stands in a line is not asked for
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = [token for token in markdown.parse(text) if token.type == "fence"]
        found = [(token.map[0] + 1, token.info.strip(), token.content) for token in fences]
        assert list(fences_of(text)) == found, name_of(page)


def test_pages_of_the_long_tests_have_blocks():
    """Each page that is left to the long tests has something to run."""
    assert set(LONG) <= set(map(name_of, WITH_BLOCKS))


def test_excluded_blocks_exist():
    """Each block that is left out stands on some page."""
    texts = [block.text for page in PAGES for block in blocks_of(page)]
    for beginning in NOT_RUN:
        assert any(text.startswith(beginning) for text in texts), beginning


def test_the_readme_has_the_two_commands():
    """The README has the commands to install and to test, each alone in its block."""
    readme = blocks_of(ROOT / "README.md")
    alone = {block.text for block in readme if block.language == "sh"}
    assert "pip install '.[local]' && trialogue run scenarios/edge-cache.yaml\n" in alone
    assert "pip install -e '.[test]' && pytest -n auto --durations=20\n" in alone
