"""Makes typical changes in a copy of the source, shows that each works, and counts the files that it touches.

    python tests/exercises/count.py

A line an exercise; exit code 1 where one does not work, or touches more than it may.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

SOURCE = Path(__file__).parents[2] / "src"

VENDOR = Path(__file__).parents[1] / "services" / "tiny_vendor.py"
"""Another vendor, whole; the tests seat it in a meeting beside the one that is listed."""

SCENARIO = """
trialogue: 1
name: small
run: {seed: 3, clock: virtual, limits: {time: 2m, turns: 4}}
cast:
  ann: {lines: [One., Two.]}
  bob: {lines: [Three., Four.]}
floor: {policy: POLICY}
"""

HOLD = """
import sys
from trialogue import Edges, run_meeting
from trialogue.testing import murmuring_engines
print(run_meeting(sys.argv[1], out=sys.argv[2], edges=Edges(engines=murmuring_engines())).result.reason)
"""

POLICY = '''"""Whoever has been silent longest speaks next."""

from __future__ import annotations

from attrs import frozen

from trialogue.brain.floor.entry import PolicyEntry
from trialogue.brain.floor.view import Decision, FloorView, Next, Nobody


@frozen
class LongestSilent:
    """The oldest silence decides."""

    def choose(self, view: FloorView, /) -> Decision:
        """Name whoever's last turn is longest ago."""
        ended = {taken.participant: taken.ended_at for taken in view.turns}
        able = view.able()
        if not able:
            return Nobody("all-away")
        return Next(min(able, key=lambda name: ended.get(name, -1.0)), "silent longest")


POLICY = PolicyEntry("longest-silent", LongestSilent(), about="Nobody shall be silent for long.", keys=())
'''

EXPORT = '''"""Lines: one an utterance, for small scripts."""

from __future__ import annotations

from collections.abc import Iterable

from trialogue.model.transcript import Utterance


def lines(utterances: Iterable[Utterance]) -> str:
    """Each utterance's start in seconds, and who spoke."""
    return "".join(f"{each.start_s:.3f},{each.participant}\\n" for each in utterances)
'''


DICE_KEYS = """@frozen
class DiceKeys:
    \"\"\"A die.\"\"\"

    faces: Annotated[int | None, Whole(1, 100)] = None
    \"\"\"How many faces it has.\"\"\"


@frozen
class DiceRoll:
    \"\"\"A tool that rolls a die.\"\"\"

    faces: int
    \"\"\"How many faces it has.\"\"\"


"""

DICE = '''"""Tools that are dice."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.scenario.tool_keys import DiceRoll
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.tools.executor import Tool
from trialogue.tools.permissions import Permissions
from trialogue.tools.signatures import SILENT, Signature


class Die:
    """Always falls on its highest face."""

    timeout_s = 1.0

    def __init__(self, faces: int) -> None:
        self._faces = faces

    async def call(self, _: Mapping[str, object]) -> object:
        """Roll it."""
        return self._faces


def make(action: DiceRoll, _: ToolSpec, __: Permissions, ___: object) -> tuple[Tool, Signature]:
    """The tool of this die."""
    return Die(action.faces), SILENT
'''

ROLL = """
import trio
from trialogue.scenario import loads, resolve
from trialogue.tools.toolbox import open_tools
text = "{trialogue: 1, name: m, cast: {a: {lines: [Hi.], tools: [die]}}, tools: {die: {dice: {faces: 20}}}}"

async def roll():
    async with open_tools(resolve(loads(text))) as box:
        return await box.tools["die"].call({})

assert trio.run(roll) == 20
"""

MESSAGE = """@frozen
class MoodChanged(WireObject):
    type: ClassVar[str] = "MoodChanged"

    mood: str


"""

SEAT = """
from trialogue.scenario import loads, resolve
text = "{trialogue: 1, name: m, cast: {a: {via: tiny, prompt: p, think: {mind: sharp}}}}"
agent = resolve(loads(text)).agents[0]
assert (agent.via, agent.block["mind"]) == ("tiny", "sharp")
"""

HEAR = """
from trialogue.services.deepgram.agent import settings_for
from trialogue.services.deepgram.session import ClientSession
from trialogue.services.facts import HandedThrough
session = ClientSession(0.0)
session.send(settings_for({}, 24_000), 0.0)
session.receive_text('{"type": "Welcome", "request_id": "r"}', 0.0)
session.receive_text('{"type": "SettingsApplied"}', 0.0)
told = session.receive_text('{"type": "MoodChanged", "mood": "merry"}', 0.0)
assert told == [HandedThrough("merry")], told
"""


@frozen
class Exercise:
    """A change that is typical of its kind."""

    name: str
    """What is added or replaced."""

    target: str
    """What it may touch, in words."""

    change: Callable[[Path], None]
    """Makes it in the package's folder."""

    works: Callable[[Path], bool]
    """Whether it works: holds a meeting with it."""

    fits: Callable[[list[str]], bool]
    """Whether the touched files, by their paths in the package, are no more than it may touch."""


def add_policy(package: Path) -> None:
    """Write the policy's module."""
    (package / "brain/floor/policies/longest_silent.py").write_text(POLICY)


def add_export(package: Path) -> None:
    """Write the export's module, and its line in the list."""
    (package / "report/lines.py").write_text(EXPORT)
    listing = package / "report/exports.py"
    text = listing.read_text()
    line = '        "lines": Export("lines.csv", "lines", lambda held: lines(held.utterances), True),\n'
    text = text.replace('        "vtt": Export(', f'{line}        "vtt": Export(', 1)
    text = text.replace(
        "from trialogue.report.markdown",
        "from trialogue.report.lines import lines\nfrom trialogue.report.markdown",
        1,
    )
    listing.write_text(text)


def add_tool_kind(package: Path) -> None:
    """Write the kind's keys with what they ask for, its module, and its line in the list."""
    keys = package / "scenario/tool_keys.py"
    text = keys.read_text()
    text = text.replace("@frozen\nclass FillingKeys", f"{DICE_KEYS}@frozen\nclass FillingKeys", 1)
    text = text.replace("import AnyObject, Anything", "import AnyObject, Anything, Whole", 1)
    field = '    dice: DiceKeys | None = None\n    """A die."""\n\n'
    text = text.replace(
        "    timeout: OptionalStretch = None\n", f"{field}    timeout: OptionalStretch = None\n", 1
    )
    text = text.replace(
        "ToolAction: TypeAlias = MockAnswer", "ToolAction: TypeAlias = DiceRoll | MockAnswer", 1
    )
    entry = '        "dice": ToolKind[DiceKeys](lambda _, keys, __: DiceRoll(keys.faces or 6)),\n'
    keys.write_text(text.replace('        "mock": ToolKind', f'{entry}        "mock": ToolKind', 1))
    (package / "tools/kinds/dice.py").write_text(DICE)
    listing = package / "tools/kinds/__init__.py"
    text = listing.read_text().replace("import command, http", "import command, dice, http", 1)
    text = text.replace("tool_keys import Command", "tool_keys import DiceRoll, Command", 1)
    listing.write_text(
        text.replace("        MockAnswer:", "        DiceRoll: dice.make,\n        MockAnswer:", 1)
    )


def add_vendor(package: Path) -> None:
    """Put the vendor's package beside the other, and its line into the list."""
    home = package / "services/tiny"
    home.mkdir()
    shutil.copyfile(VENDOR, home / "__init__.py")
    listing = package / "services/__init__.py"
    line = '    "tiny": "trialogue.services.tiny:SERVICE",\n'
    text = listing.read_text()
    listing.write_text(text.replace("    EMBEDDED: ", f"{line}    EMBEDDED: ", 1))


def add_message(package: Path) -> None:
    """Write the message's class with its line in the union, and what it tells a meeting."""
    declared = package / "services/deepgram/messages/server.py"
    union, plain = "ServerMessage: TypeAlias = (\n", "Plain: TypeAlias = (\n"
    text = declared.read_text()
    declared.write_text(text.replace(union, f"{MESSAGE}{union}    MoodChanged\n    | ", 1))
    translate = package / "services/deepgram/translate.py"
    imported = "from trialogue.services.deepgram.messages.server import MoodChanged\n\n"
    case = "        case WireAgentThinking(content=text):\n"
    told = f"        case MoodChanged(mood=mood):\n            return HandedThrough(mood)\n{case}"
    text = translate.read_text().replace(plain, f"{imported}{plain}    MoodChanged\n    | ", 1)
    translate.write_text(text.replace(case, told, 1))


def replace_library(package: Path) -> None:
    """Put another package in the place of trio-websocket, wherever it is named."""
    (package.parent / "other_websocket.py").write_text("from trio_websocket import *\n")
    for path in package.rglob("*.py"):
        text = path.read_text()
        if re.search(r"^(import|from) trio_websocket", text, re.MULTILINE):
            path.write_text(text.replace("trio_websocket", "other_websocket"))


def held(package: Path, policy: str = "round-robin") -> Path | None:
    """The run of a meeting with the package as it is now; None where it failed."""
    file, run = package.parent / f"{policy}.yaml", package.parent / f"run-{policy}"
    file.write_text(SCENARIO.replace("POLICY", policy))
    path = os.pathsep.join((str(package.parent), *filter(None, sys.path)))
    done = subprocess.run(
        [sys.executable, "-c", HOLD, str(file), str(run)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    print(done.stderr, end="", file=sys.stderr)
    return run if done.returncode == 0 else None


def runs(package: Path, program: str) -> bool:
    """Whether a program goes through with the package as it is now."""
    path = os.pathsep.join((str(package.parent), *filter(None, sys.path)))
    ran = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, timeout=120, check=False
    )
    return ran.returncode == 0


def decides(package: Path) -> bool:
    """Whether the added policy has granted the floor."""
    run = held(package, "longest-silent")
    return run is not None and "silent longest" in (run / "journal.jsonl").read_text()


def exports(package: Path) -> bool:
    """Whether the added file is among a meeting's."""
    run = held(package)
    return run is not None and (run / "lines.csv").read_text().count("\n") == 4


def connects(package: Path) -> bool:
    """Whether a meeting is held, and nothing names the old library any more."""
    left = [path for path in package.rglob("*.py") if "trio_websocket" in path.read_text()]
    return not left and held(package) is not None


EXERCISES = (
    Exercise("a floor policy", "1 file", add_policy, decides, lambda touched: len(touched) == 1),
    Exercise("an export", "1 file, and a line", add_export, exports, lambda touched: len(touched) == 2),
    Exercise(
        "a vendor",
        "its package, and a line",
        add_vendor,
        lambda package: runs(package, SEAT),
        lambda touched: touched == ["services/__init__.py", "services/tiny/__init__.py"],
    ),
    Exercise(
        "a kind of tool",
        "its keys, its module, and a line",
        add_tool_kind,
        lambda package: runs(package, ROLL),
        lambda touched: len(touched) == 3,
    ),
    Exercise(
        "a message of the wire",
        "2 files",
        add_message,
        lambda package: runs(package, HEAR),
        lambda touched: len(touched) == 2,
    ),
    Exercise(
        "another websocket library",
        "transport/ alone",
        replace_library,
        connects,
        lambda touched: all(name.startswith("transport/") for name in touched),
    ),
)


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the package, to be changed."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "trialogue"
        shutil.copytree(SOURCE / "trialogue", package, ignore=shutil.ignore_patterns("__pycache__"))
        yield package


def contents(package: Path) -> dict[str, bytes]:
    """What is in each module, by its path in the package."""
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*.py")}


def done(exercise: Exercise) -> bool:
    """Do one, and print what it took; whether it works and fits."""
    with copied() as package:
        before = contents(package)
        exercise.change(package)
        after = contents(package)
        touched = sorted(name for name in after if after[name] != before.get(name))
        works = exercise.works(package)
    fits = bool(touched) and exercise.fits(touched)
    verdict = "ok" if works and fits else "TOO MANY" if works else "DOES NOT WORK"
    print(f"{exercise.name}: {len(touched)} source files (target: {exercise.target}), {verdict}")
    print(*(f"    {name}" for name in touched), sep="\n")
    return works and fits


if __name__ == "__main__":
    outcomes = [done(exercise) for exercise in EXERCISES]
    sys.exit(0 if all(outcomes) else 1)
