"""People at a table with scripted agents: scenarios in a line, held in virtual time, and what was heard."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from trialogue import Edges
from trialogue.model.commands import Cue, EndTurn, Prepare
from trialogue.model.events import PlaybackFinished, PlaybackStarted, SentenceSaid
from trialogue.report.stretches import Stretch, stretches
from trialogue.speech.engines import Engines
from trialogue.testing import WholeMeeting, hold_meeting

Keys = dict[str, Any]


def text(words: str) -> str:
    """A long text that stands on several lines, as one."""
    return " ".join(words.split())


def says(*lines: str, **keys: Any) -> Keys:
    """An agent with a script."""
    return {"lines": list(lines), **keys}


def sits(*clips: Keys, **keys: Any) -> Keys:
    """A person whose part clips play; without any, one that would speak at an hour that never comes."""
    silent = {"say": "Good night.", "when": {"at": "12h"}}
    return {"role": "human", "via": {"clips": list(clips) or [silent]}, **keys}


def beside(speaker: str, after: float, words: str, **keys: Any) -> Keys:
    """Words that are said into somebody's speech."""
    return {"say": words, "when": {"speaking": speaker, "for": f"{after}s"}, **keys}


def granted(words: str, nth: int = 1, **keys: Any) -> Keys:
    """Words that are said once the person has the floor for the nth time."""
    return {"say": words, "when": {"granted": True, "nth": nth}, **keys}


def scenario(cast: Keys, **keys: Any) -> Keys:
    """A scenario; `run`, `floor` and others as keys. Frames of 100 ms take a fifth of the ticks."""
    run = {"frame": "100ms", **keys.pop("run", {})}
    return {"trialogue": 1, "name": "table", "cast": cast, "run": run, **keys}


@frozen
class Reply:
    """What was heard of one reply of an agent's."""

    by: str
    turn: int
    text: str
    begin_s: float
    end_s: float
    outcome: str


@frozen
class Held(WholeMeeting):
    """A meeting that was held: what was heard of each one in it."""

    @property
    def replies(self) -> list[Reply]:
        """All replies of which anything was heard, in order."""
        words: dict[tuple[str, int], list[str]] = {}
        for said in self.all(SentenceSaid):
            words.setdefault((said.participant, said.reply), []).append(said.text)
        begun = {(e.participant, e.turn, e.reply): e.position_s for e in self.all(PlaybackStarted)}
        return [
            Reply(
                by=e.participant,
                turn=e.turn,
                text=" ".join(words.get((e.participant, e.reply), ())),
                begin_s=begun[e.participant, e.turn, e.reply],
                end_s=e.position_s,
                outcome=e.outcome,
            )
            for e in self.all(PlaybackFinished)
            if e.played_s > 0
        ]

    def lines(self, by: str) -> list[str]:
        """The replies of which anything was heard of an agent, in order."""
        return [reply.text for reply in self.replies if reply.by == by]

    def cut(self) -> list[str]:
        """Whose replies were cut."""
        return [reply.by for reply in self.replies if reply.outcome != "complete"]

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Whose turn ended why, in order."""
        return [(end.participant, end.cause) for end in self.all(EndTurn)]

    def cues(self, to: str) -> list[str]:
        """What an agent was told, in order."""
        return [cue.text for cue in (*self.all(Cue), *self.all(Prepare)) if cue.to == to]

    @property
    def sound(self) -> tuple[Stretch, ...]:
        """Who was heard from when to when."""
        return stretches(self.records)

    def holes(self, by: str) -> list[tuple[float, float]]:
        """Silences within one turn of an agent's, in seconds from and to."""
        mine = [stretch for stretch in self.sound if stretch.participant == by]
        pairs = pairwise(mine)
        return [(a.end_s, b.start_s) for a, b in pairs if a.turn == b.turn and b.start_s - a.end_s > 0.04]

    def said_by(self, person: str) -> str:
        """All that stands in the transcript of a person, in order."""
        text = (self.folder / "transcript.vtt").read_text(encoding="utf-8")
        cues = (" ".join(block.splitlines()[2:]) for block in text.split("\n\n"))
        label = f"<v {person.capitalize()}"
        return " ".join(
            cue.split(">", 1)[1].removesuffix("</v>")
            for cue in cues
            if cue.startswith((f"{label}>", f"{label} "))
        )


def hold(keys: Keys, folder: Path, engines: Engines | None = None) -> Held:
    """Hold a meeting in virtual time, by engines that murmur where no others are given."""
    path = folder / "table.yaml"
    path.write_text(json.dumps(keys), encoding="utf-8")
    out = folder / f"run-{len(list(folder.glob('run-*')))}"
    held = hold_meeting(path, out, edges=Edges(engines=engines), must_pass=False)
    return Held(**asdict(held, recurse=False))


def in_order(heard: Sequence[str], script: Iterable[str]) -> bool:
    """Whether what was heard is the script's beginning, each line once."""
    lines = list(script)
    return list(heard) == lines[: len(heard)]
