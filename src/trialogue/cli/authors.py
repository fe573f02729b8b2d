"""`trialogue new`, `fmt`, `graph` and `why`: tools for authors of scenarios."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from attrs import asdict, evolve

from trialogue.cli.endings import WRONG_USE
from trialogue.cli.view_lines import Line, Span, Tone, line, padded, span, width
from trialogue.cli.view_screens import put, put_json, put_lines, show
from trialogue.errors import SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read
from trialogue.model.clock_time import clock
from trialogue.model.text import well_formed
from trialogue.regular_files import check_regular, open_input, replace_content
from trialogue.report.cast import with_everybody
from trialogue.report.why import TurnGiven, grants
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.formatting import formatted
from trialogue.scenario.graph import mermaid, picture, svg
from trialogue.scenario.resolve import prepare
from trialogue.scenario.skeleton import HowAgentsThink, NewScenario, skeleton
from trialogue.scenario.tree import MAX_BYTES
from trialogue.scenario.vocabulary import PolicyName

MOST_AGENTS = 24
"""Most agents of a new scenario."""


def new_file(file: Path, wanted: NewScenario, *, asks: bool) -> int:
    """Write a new scenario; in a terminal, ask for what is missing. An existing file is not overwritten."""
    if file.exists():
        raise SetupError(f"{file} already exists; choose another name")
    if asks and sys.stdin.isatty():
        wanted = _asked(wanted)
    policies = [each.value for each in PolicyName if each.value != "custom"]
    if wanted.policy not in policies:
        hint = did_you_mean(wanted.policy, policies) or f"; known policies: {', '.join(policies)}"
        raise SetupError(f'--policy: unknown policy "{wanted.policy}"{hint}')
    if not 1 <= wanted.agents <= MOST_AGENTS:
        raise SetupError(f"--agents must be a number from 1 to {MOST_AGENTS}")
    if wanted.policy == "moderated" and wanted.agents + wanted.person < 2:
        raise SetupError("a moderated meeting needs a chair and another participant: give --agents 2 or more")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_new(file, well_formed(skeleton(wanted)))
    except OSError as error:
        raise SetupError(f"cannot write {file}: {error.strerror}") from error
    put(f"{file}: written. Run it: trialogue run {quote(str(file))}")
    return 0


def _write_new(file: Path, text: str) -> None:
    """Write a file that does not exist yet, whole or not at all; OSError where that fails."""
    with file.open("x", encoding="utf-8"):
        pass
    try:
        file.write_text(text, encoding="utf-8")
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _asked(wanted: NewScenario) -> NewScenario:
    """The new scenario with the author's answers; an empty answer takes the default shown."""
    policies = [each.value for each in PolicyName if each.value != "custom"]
    thinks = [each.value for each in HowAgentsThink]
    topic = _answer("What is the meeting about?", wanted.topic)
    agents = _answer(
        "How many agents?", str(wanted.agents), [str(each) for each in range(1, MOST_AGENTS + 1)]
    )
    policy = _answer(f"Who speaks next ({', '.join(policies)})?", wanted.policy, policies)
    think = _answer(f"How do they think ({', '.join(thinks)})?", wanted.think.value, thinks)
    person = _answer("Do you want a seat yourself (yes, no)?", "no", ["yes", "no"])
    return evolve(
        wanted,
        topic=topic,
        agents=int(agents),
        policy=policy,
        think=HowAgentsThink(think),
        person=person == "yes",
    )


def _answer(question: str, default: str, words: Sequence[str] = ()) -> str:
    while True:
        print(f"{question} [{default}] ", end="", flush=True)
        said = sys.stdin.readline()
        answer = said.strip() or default
        if not words or answer in words:
            return answer
        if not said:
            return default
        print(f'"{answer}" is none of them{did_you_mean(answer, words) or f": {words[0]} to {words[-1]}"}')


def format_files(files: Sequence[Path], *, only_check: bool) -> int:
    """Format scenario files; with `only_check`, only name those that need it."""
    stale = False
    for file in files:
        if not only_check:
            _check_place(file)
        text = _text(file)
        after = formatted(text, str(file))
        if after == text:
            continue
        stale = True
        if not only_check:
            _rewrite(file, after)
        put(f"{file}: {'is not formatted' if only_check else 'formatted'}")
    return WRONG_USE if stale and only_check else 0


def _check_place(file: Path) -> None:
    """Refuse what cannot be replaced by a file, before it is read: a pipe would be gone."""
    try:
        check_regular(file)
    except OSError as error:
        raise SetupError(f"cannot format {file}: {error.strerror}") from error


def _text(file: Path) -> str:
    try:
        with open_input(file) as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(f"cannot read {file}: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise SetupError(f"cannot read {file}: it is larger than 1 MiB")
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeError as error:
        raise SetupError(f"cannot read {file}: it is not UTF-8") from error


def _rewrite(file: Path, text: str) -> None:
    """Replace a file's text. If that fails, for example on a full disk, the file is unchanged."""
    try:
        replace_content(file, text.encode())
    except OSError as error:
        raise SetupError(f"cannot write {file}: {error.strerror}") from error


def draw_file(file: Path, overrides: Overrides, *, as_svg: bool) -> int:
    """Print a scenario as a diagram, in Mermaid or SVG."""
    drawn = picture(prepare(file, overrides))
    put_lines((svg(drawn) if as_svg else mermaid(drawn)).rstrip("\n"))
    return 0


def tell_why(run: Path, *, as_json: bool) -> int:
    """Print who got the floor at each turn of a run, and why."""
    reading = read(journal_of(run))
    records = tuple(reading)
    found = grants(records)
    if as_json:
        put_json([asdict(each) for each in found])
        return 0
    labels = {each.name: each.label for each in with_everybody(reading.header.plan, records).participants}
    cells = max([width(label) for label in labels.values()], default=0)
    show([_told(each, labels, cells) for each in found])
    return 0


def _told(each: TurnGiven, labels: dict[str, str], cells: int) -> Line:
    lasted = "" if each.lasted_s is None else f" after {each.lasted_s:.1f} s"
    ended = f"; {each.cause}{lasted}" if each.cause else "; did not end"
    hands = f"; also asked: {', '.join(labels.get(name, name) for name in each.hands)}" if each.hands else ""
    return line(
        span(f"{each.turn:>4}  {clock(each.at)}  ", Tone.FAINT),
        span(f"{padded(labels.get(each.to, each.to), cells)}  ", Tone.STRONG),
        span(f"{each.reason}{hands}"),
        Span(f"  ({each.event}{ended})", Tone.FAINT),
        hang=cells + 15,
    )
