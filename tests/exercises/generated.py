"""Scenarios by the thousand: made of the format's parts and of its schema, half of them broken on purpose.

`python tests/exercises/generated.py [COUNT] [SEED]` reads each; what is good is held to its end on the
virtual clock, and what is not must be refused with a place. It prints what came of them, and ends with 1 if
anything crashed, hung, or was refused without saying where.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from attrs import define, field
from happenings import happenings

from trialogue.brain.floor.policies import POLICIES
from trialogue.errors import ScenarioError, TrialogueError
from trialogue.journal.verify import verify
from trialogue.meeting.edges import Edges
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.run import run_meeting
from trialogue.model import kinds
from trialogue.model.kinds import record_of
from trialogue.scenario import check, loads
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.schema import Clock, Document
from trialogue.scenario.stages import stage_record
from trialogue.speech.murmur import murmuring_engines
from trialogue.tools.permissions import Permissions

PLACE = re.compile(r"^.+:\d+:\d+: .+ \[E-[A-Z-]+\]$|^.+:\d+:\d+: and \d+ more \[E-[A-Z-]+\]$")
"""How a fault is told: file, line, column, words, code."""

LONGEST_S = 60.0
"""How long one scenario may take, in seconds of this machine."""

WORDS = ("It is fast.", "What does it cost?", "Ben, what do you say?", "Thank you.", "No: not today.", "Hm.")


# --- whole scenarios ----------------------------------------------------------------------------------


def scenario(chance: random.Random) -> dict[str, object]:
    """A scenario that is good, of a random part of what the format has."""
    names = ["ann", "ben", "cleo", "dan", "eve"][: chance.randint(1, 5)]
    cast: dict[str, object] = {name: seat(chance) for name in names}
    policy = chance.choice(sorted(POLICIES))
    if policy == "moderated" or chance.random() < 0.3:
        cast[names[0]] = {**seat(chance), "role": "chair"}
    document: dict[str, object] = {
        "trialogue": 1,
        "name": "made",
        "run": {
            "clock": "virtual",
            "seed": chance.randint(0, 99),
            "limits": {"time": "20s", "turns": chance.randint(1, 6), "silence": "8s"},
        },
        "cast": cast,
        "floor": {"policy": policy, **floor(chance)},
    }
    if chance.random() < 0.3:
        document["agenda"] = [{"id": "one", "title": "One", "owner": names[-1], "time": "6s"}]
    if chance.random() < 0.3:
        document["vars"] = {"topic": "the cache", "n": 5, "deep": {"er": "costs"}}
        cast[names[-1]] = {"lines": ["We talk of ${topic}, ${n} ${deep.er}."]}
    if chance.random() < 0.3:
        cast["guest"] = {"role": "human", "via": {"clips": [clip(chance, names)]}}
    if chance.random() < 0.3:
        cast["tool-user"] = {
            "tools": ["price"],
            "think": {
                "provider": "scripted",
                "script": [
                    {"call": {"tool": "price", "arguments": {"item": "edge"}}, "say": "${result.edge}."}
                ],
            },
        }
        document["tools"] = {"price": {"mock": {"result": {"edge": "eight"}, "delay": "300ms"}}}
    if chance.random() < 0.6:
        document |= happenings(chance, document)
    if chance.random() < 0.2:
        document["profiles"] = {"short": {"run": {"limits": {"turns": 1}}}}
        document["matrix"] = {"run.seed": [1, 2]}
    return document


def seat(chance: random.Random) -> dict[str, object]:
    """One agent's."""
    found: dict[str, object] = {"lines": chance.sample(WORDS, chance.randint(1, 3))}
    if chance.random() < 0.2:
        found["greeting"] = "Welcome."
    if chance.random() < 0.2:
        found["hears"] = "audio"
    if chance.random() < 0.2:
        found["speak"] = {"speed": 1.1}
    return found


def floor(chance: random.Random) -> dict[str, object]:
    """Some keys of the floor."""
    keys: dict[str, object] = {
        "hold": {"max": "9s"},
        "silence": {"after": "2s"},
        "hang": "900ms",
        "interrupt": {"agent": "never", "overlap": "400ms"},
        "share": {"max": "60%", "over": "1m"},
        "otherwise": chance.choice(sorted(POLICIES.keys() - {"moderated"})),
    }
    return {key: keys[key] for key in keys if chance.random() < 0.3}


def clip(chance: random.Random, names: list[str]) -> dict[str, object]:
    """One clip of a person's."""
    when = chance.choice([{"at": "2s"}, {"speaking": names[0], "for": "300ms"}, {"said": {"match": "cost"}}])
    return {"say": "And what about privacy?", "when": when, "mode": chance.choice(["interrupt", "wait"])}


# --- broken ones --------------------------------------------------------------------------------------


def by_schema(chance: random.Random, document: dict[str, object]) -> str:
    """With a key of the schema somewhere, and any value of its kind or of another."""
    here: object = document
    record = record_of(Document)
    for _ in range(chance.randint(0, 3)):
        inner = [(m, v) for m in record.members if isinstance(v := _at(here, m.key), dict)]
        records = [(r, v) for m, v in inner for r in _records(m.kind)]
        if not records:
            break
        record, here = chance.choice(records)
    member = chance.choice(record.members)
    if isinstance(here, dict):
        here[member.key] = any_value(chance, member.kind, 0)
    return written(document)


def _at(here: object, key: str) -> object:
    return here.get(key) if isinstance(here, dict) else None


def _records(kind: kinds.Kind) -> Iterator[kinds.KeyMap]:
    match kind:
        case kinds.KeyMap():
            yield kind
        case kinds.OneOf(options=options):
            for option in options:
                yield from _records(option)
        case kinds.StageKeys():
            yield stage_record(kind, "local")
        case _:
            pass


def any_value(chance: random.Random, kind: kinds.Kind, depth: int) -> object:  # noqa: PLR0911 - one a kind
    """A value of a kind, mostly."""
    if depth > 4 or chance.random() < 0.1:
        return chance.choice([None, True, -1, 1.5, "x", "10s", [], {}, ["x"], {"x": 1}, "${env:X|y}"])
    match kind:
        case kinds.KeyMap(members=members):
            wanted = [m for m in members if m.required or chance.random() < 0.3]
            return {m.key: any_value(chance, m.kind, depth + 1) for m in wanted}
        case kinds.StageKeys():
            return any_value(chance, stage_record(kind, "local"), depth)
        case kinds.ListOf(item):
            return [any_value(chance, item, depth + 1) for _ in range(chance.randint(0, 3))]
        case kinds.MapOf(_, value):
            return {
                name: any_value(chance, value, depth + 1) for name in ("ann", "x")[: chance.randint(0, 2)]
            }
        case kinds.OneOf(options):
            return any_value(chance, chance.choice(options), depth)
        case kinds.ClosedList(options):
            return chance.choice(list(options)).value
        case kinds.ListedWord(options):
            return chance.choice(options())
        case kinds.Whole(low, high):
            return chance.randint(low, min(high, low + 50))
        case kinds.Number() | kinds.Flag():
            return chance.choice([0, 1, 0.5, True])
        case kinds.Duration() | kinds.DurationRange():
            return chance.choice(["0s", "900ms", "20s", "1h30m", "1s..2s"])
        case kinds.Money():
            return "1.50 USD"
        case kinds.Percent():
            return "50%"
        case _:
            return chance.choice(
                ["ann", "x", "price", "A title", "(?i)cost", "http://127.0.0.1:1/", "x.yaml"]
            )


def by_text(chance: random.Random, document: dict[str, object]) -> str:
    """With some of its characters or lines gone, doubled, moved, or others in their place."""
    text = written(document)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        lines = text.split("\n")
        line = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + chance.choice("\t:-[]{}\"'@%&*!|>#,?\u00a0\x07\ud83d\u3000x") + text[at:]
            case 2:
                text = "\n".join([*lines[:line], *lines[line + 1 :]])
            case 3:
                text = "\n".join([*lines[:line], lines[line], *lines[line:]])
            case 4:
                text = "\n".join([*lines[:line], f" {lines[line]}", *lines[line + 1 :]])
            case _:
                other = chance.randrange(len(lines))
                lines[line], lines[other] = lines[other], lines[line]
                text = "\n".join(lines)
        text = text or "x"
    return text


def by_value(chance: random.Random, document: dict[str, object]) -> str:
    """With another value, or no key, at a random place."""
    here: object = document
    while isinstance(here, dict | list) and here:
        key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
        inner = here[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
            if isinstance(here, dict) and chance.random() < 0.3:
                here[f"{key}x"] = here.pop(key)
            else:
                here[key] = chance.choice([None, True, -3, 2.5, "", "x", "0s", [], {}, [[]], "a: b", "99h"])
            break
        here = inner
    return written(document)


def written(document: dict[str, object]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)


BREAKS: tuple[Callable[[random.Random, dict[str, object]], str], ...] = (by_schema, by_text, by_value)


# --- trials -------------------------------------------------------------------------------------------


@define
class Tally:
    """What came of all scenarios."""

    counts: Counter[str] = field(factory=Counter[str])
    wrong: list[str] = field(factory=list[str])
    slowest_s: float = 0.0

    @property
    def valid_share(self) -> float:
        """The part of them that was good."""
        return self.counts["held"] / max(1, self.counts.total())


def texts(count: int, seed: int) -> Iterator[str]:
    """So many scenarios, the same for the same seed; about half of them broken."""
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        document = scenario(chance)
        yield written(document) if chance.random() < 0.45 else chance.choice(BREAKS)(chance, document)


def tried(count: int, seed: int, folder: Path) -> Tally:
    """Read so many, and hold what is good."""
    tally = Tally()
    for number, text in enumerate(texts(count, seed)):
        begun = time.monotonic()
        try:
            tally.counts[_try_one(text, folder / f"{number}")] += 1
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is told
            tally.wrong.append(f"{number}: {type(fault).__name__}: {fault}")
            tally.counts["crashed"] += 1
        took_s = time.monotonic() - begun
        tally.slowest_s = max(tally.slowest_s, took_s)
        if took_s > LONGEST_S:
            tally.wrong.append(f"{number}: took {took_s:.0f} s")
    return tally


def _try_one(text: str, folder: Path) -> str:
    file = folder.with_suffix(".yaml")
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    asked = Overrides(clock=Clock.VIRTUAL, time_s=20.0, turns=6)
    problems = [str(each) for each in check(file, asked)]
    if problems:
        unplaced = [each for each in problems if not PLACE.match(each)]
        if unplaced:
            raise AssertionError(f"without a place: {unplaced[0]}")
        return "refused"
    loads(file.read_bytes())
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(faults=True))
    try:
        run_meeting(file, overrides=asked, out=folder, edges=edges)
    except ScenarioError as refused:
        raise AssertionError(f"check called it good, and run refused: {refused}") from refused
    except TrialogueError as fault:
        return f"ended by {type(fault).__name__}"
    verify(folder / "journal.jsonl", brain_for)
    return "held"


def main() -> int:
    """Try them, and print what came of it."""
    count, seed = (int(word) for word in [*sys.argv[1:], "1000", "7"][:2]) if sys.argv[1:] else (1000, 7)
    with tempfile.TemporaryDirectory() as folder:
        tally = tried(count, seed, Path(folder))
    print(f"{count} scenarios, seed {seed}: {dict(tally.counts)}; {tally.valid_share:.0%} held to their end")
    print(f"the slowest took {tally.slowest_s:.1f} s")
    for line in tally.wrong:
        print(f"  {line}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
