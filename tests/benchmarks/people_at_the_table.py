"""Two agents and two people, in real time, with real recognition, measured from the recordings.

    python tests/benchmarks/people_at_the_table.py [free | moderated] [--keep FOLDER] [--clock virtual]

The people speak in voices that the cast does not use, 12 dB apart, in rooms whose noise never stops, 15 dB
below their speech. Each meeting is of five minutes: 24 times somebody assents for 0.3 to 0.7 s beside an
agent's turn, 12 times somebody cuts in. Prints what the WAV files say: agents that assent silenced (none may
be), how long each verdict and each silence took, and lines that were lost. A cut is longer than `backchannel`
from where it is heard behind that bound: who pauses there may have meant no more than to assent. Exits with 1
where an agent fell silent for assent, a verdict came later than 0.2 s after that moment, silence later than
0.2 s after the verdict, or a line was lost.

On the virtual clock the machine takes no time: what is left is what the detector and the rules take.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import wave
from functools import partial
from pathlib import Path

import numpy as np
import trio
from attrs import define, frozen

from trialogue import Meeting, open_meeting
from trialogue.journal.reader import read
from trialogue.meeting.virtual import run_virtual
from trialogue.model.commands import EndTurn, Report
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackStarted,
    SentenceSaid,
)
from trialogue.speech.engines import open_engines

RATE = 24_000
FRAME_S = 0.02
BACKCHANNEL_S, JUDGED_S, SILENT_S = 0.8, 0.2, 0.2
NOISE_DB = -15.0
SOFT_DB = -20.0
"""What is so much softer than the speech is a pause in it, if it lasts for `PAUSE_S`."""
PAUSE_S = 0.1
LEVELS_DB = {"dana": -20.0, "eve": -32.0}
VOICES = {"dana": "hugo", "eve": "iris"}
ASSENT = ("Mm-hm.", "Yes.", "Right.", "I see.", "Okay.", "Sure.", "Yeah.", "Exactly.")
CUTS = (
    "Wait a moment, I have a question about the costs of all this.",
    "Sorry, but who is going to pay for that in the end?",
    "Hold on, that is not what we agreed upon last week.",
    "Excuse me, what about the privacy of our customers in Europe?",
)
SENTENCES = (
    "The first thing to say about it is that it has worked for many years without much trouble.",
    "Then somebody asked whether it could be done at a lower price, and nobody had an answer.",
    "We have looked at the numbers of the last three months, and they tell a different story.",
    "There are two ways to go on from here, and both of them have something to be said for them.",
    "In the north it rains more often, so the machines there have to be looked after every week.",
    "What remains is to find out how long it takes until everybody has moved to the new place.",
)


@frozen
class Act:
    """Something that a person does beside an agent's turn."""

    kind: str
    by: str
    text: str
    sound: np.ndarray


@define
class Done:
    """An act that was done: where its sound begins, and what came of it, in seconds of the meeting."""

    act: Act
    pushed_at: float
    beside: str
    begin_s: float = 0.0
    verdict_s: float | None = None
    silent_s: float | None = None

    @property
    def late_s(self) -> float:
        """How long behind the moment at which it is longer than `backchannel` the verdict came."""
        return (self.verdict_s or 9.0) - longer_from(self.act.sound)


def speech(text: str, voice: str, level_db: float) -> np.ndarray:
    """A text as this voice says it, without silence around it, at a level (RMS, dB below full scale)."""
    spoken = b"".join(each.pcm for each in open_engines().synthesizer.synthesize(text, voice))
    sound = np.frombuffer(spoken, np.int16).astype(float) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1]]
    return sound * 10 ** (level_db / 20) / np.sqrt(np.mean(sound**2))


def longer_from(sound: np.ndarray) -> float:
    """The first moment behind `BACKCHANNEL_S` at which something is heard of it, in seconds.

    Where that is behind a pause, it is where the voice rose. What ends within 50 ms of the bound cannot be
    said to be longer: that little is hidden by the room.
    """
    size = RATE // 100
    hops = sound[: len(sound) // size * size].reshape(-1, size)
    loud = np.mean(hops**2, axis=1) > np.mean(sound**2) * 10 ** (SOFT_DB / 10)
    at = next(place for place in range(round(100 * BACKCHANNEL_S) + 5, len(loud)) if loud[place])
    heard = np.flatnonzero(loud[: at + 1])
    pauses = np.flatnonzero(np.diff(heard) >= 100 * PAUSE_S)
    return max(BACKCHANNEL_S, float(heard[pauses[-1] + 1]) / 100 if len(pauses) else 0.0)


def acts(seed: int) -> list[Act]:
    """24 times assent and 12 cuts, in an order that a seed shuffles."""
    chance = random.Random(seed)
    found: list[Act] = []
    for name, voice in VOICES.items():
        sounds = [(text, speech(text, voice, LEVELS_DB[name])) for text in ASSENT]
        short = [(text, sound) for text, sound in sounds if 0.3 <= len(sound) / RATE <= 0.7]
        found += [Act("assent", name, *short[place % len(short)]) for place in range(12)]
        found += [
            Act("cut", name, CUTS[place % 4], speech(CUTS[place % 4], voice, LEVELS_DB[name]))
            for place in range(6)
        ]
    chance.shuffle(found)
    return found


def lines(name: str) -> list[str]:
    """What an agent says: long turns, each with a number of its own."""
    chance = random.Random(name)
    return [f"Point {number} of {name}. " + " ".join(chance.sample(SENTENCES, 4)) for number in range(1, 31)]


def scenario(policy: str, clock: str) -> dict[str, object]:
    """Two agents with much to say, two people by an app."""
    keys = {"hears": "audio"} if policy == "free" else {}
    ann = {"lines": lines("Ann"), **keys, **({"role": "chair"} if policy == "moderated" else {})}
    return {
        "trialogue": 1,
        "name": f"people-{policy}",
        "run": {"clock": clock, "seed": 3, "limits": {"time": "5m"}},
        "floor": {"policy": policy},
        "cast": {
            "ann": ann,
            "ben": {"lines": lines("Ben"), **keys},
            "dana": {"role": "human", "via": "app"},
            "eve": {"role": "human", "via": "app"},
        },
    }


class Room:
    """A person at a microphone in a room that is never silent."""

    def __init__(self, meeting: Meeting, name: str) -> None:
        self._feed = meeting.source(name)
        self._level = 10 ** ((LEVELS_DB[name] + NOISE_DB) / 20)
        self._noise = np.random.default_rng(len(name))
        self._last = 0.0
        self._sound = np.zeros(0)

    def say(self, sound: np.ndarray) -> None:
        """Speak from the next frame on."""
        self._sound = sound

    @property
    def is_speaking(self) -> bool:
        """Whether words are left to be said."""
        return len(self._sound) > 0

    async def run(self) -> None:
        """Give a frame every 20 ms: the room's noise, darker than white, and what is being said."""
        size = round(FRAME_S * RATE)
        due = trio.current_time()
        while True:
            white = self._noise.standard_normal(size)
            noise = np.empty(size)
            for place, value in enumerate(white):
                self._last = 0.9 * self._last + value
                noise[place] = self._last
            frame = noise * self._level * np.sqrt(1 - 0.9**2)
            said, self._sound = self._sound[:size], self._sound[size:]
            frame[: len(said)] += said
            self._feed.push((np.clip(frame, -1, 1) * 32767).astype(np.int16).tobytes())
            due += FRAME_S
            await trio.sleep_until(due)


class Director:
    """Has people act beside agents' turns, one act after another."""

    def __init__(self, meeting: Meeting, plays: list[Act]) -> None:
        self._meeting = meeting
        self._plays = plays
        self._speaker: tuple[str, float] | None = None
        self.rooms = {name: Room(meeting, name) for name in VOICES}
        self.done: list[Done] = []

    async def watch(self) -> None:
        """Note which agent is heard, and since when."""
        async for record in self._meeting.records():
            match record.event:
                case PlaybackStarted(participant=name):
                    self._speaker = (name, record.at)
                case PlaybackFinished():
                    self._speaker = None

    async def direct(self) -> None:
        """Do each act two seconds or more into an agent's turn, and at least ten before its end."""
        chance = random.Random(9)
        for act in self._plays:
            wait_s = chance.uniform(1.5, 3.0)
            since = self._meeting.now
            while not self._may_act(since + wait_s):  # noqa: ASYNC110 - as a person listens
                await trio.sleep(0.05)
            assert self._speaker is not None
            self.done.append(Done(act, self._meeting.now, self._speaker[0]))
            self.rooms[act.by].say(act.sound)
            while self.rooms[act.by].is_speaking:  # noqa: ASYNC110 - likewise
                await trio.sleep(0.05)
        await trio.sleep(5.0)
        self._meeting.stop("all-acted")

    def _may_act(self, at: float) -> bool:
        if self._speaker is None or self._meeting.now < at:
            return False
        heard_s = self._meeting.now - self._speaker[1]
        return 2.0 <= heard_s <= 12.0


async def hold(policy: str, folder: Path, clock: str) -> list[Done]:
    """Hold one meeting: what was done in it."""
    path = folder / f"{policy}.yaml"
    path.write_text(json.dumps(scenario(policy, clock)))
    plays = acts(len(policy))
    async with open_meeting(path, out=folder / policy) as meeting, trio.open_nursery() as nursery:
        director = Director(meeting, plays)
        for room in director.rooms.values():
            nursery.start_soon(room.run)
        nursery.start_soon(director.watch)
        nursery.start_soon(director.direct)
        await meeting.finished()
        nursery.cancel_scope.cancel()
    return director.done


def recording(folder: Path, name: str) -> np.ndarray:
    """What was heard of somebody."""
    with wave.open(str(folder / "audio" / f"{name}.wav")) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), np.int16).astype(float) / 32768


def found_at(sound: np.ndarray, clip: np.ndarray, around: float) -> float:
    """Where a clip begins in a recording, by correlation, near a moment; in seconds."""
    first = max(0, round((around - 1.0) * RATE))
    part = sound[first : round((around + 2.0) * RATE) + len(clip)]
    match = np.fft.irfft(np.fft.rfft(part, 2 * len(part)) * np.conj(np.fft.rfft(clip, 2 * len(part))))
    return (first + int(np.argmax(match[: len(part)]))) / RATE


def falls_silent(sound: np.ndarray, since: float, until: float) -> float | None:
    """Where an agent's sound ends for 0.7 s or more between two moments; None where it goes on."""
    loud = np.flatnonzero(np.abs(sound[round(since * RATE) : round((until + 0.7) * RATE)]) > 1e-4)
    if not len(loud):
        return since
    gaps = np.flatnonzero(np.diff(loud) > 0.7 * RATE)
    end = loud[gaps[0]] if len(gaps) else loud[-1]
    silent = since + end / RATE
    return silent if silent < until else None


def measure(folder: Path, done: list[Done]) -> None:
    """Fill in where each act began, its verdict, and where the agent fell silent, by the recordings."""
    records = tuple(read(folder / "journal.jsonl"))
    sounds = {name: recording(folder, name) for name in ("ann", "ben", *VOICES)}
    heard_s = min(len(sound) for sound in sounds.values()) / RATE
    if done and done[-1].pushed_at > heard_s:
        sys.exit("the sound is seconds behind the clock: the machine is too busy for it to be measured")
    for each in done:
        each.begin_s = found_at(sounds[each.act.by], each.act.sound, each.pushed_at)
        length_s = len(each.act.sound) / RATE
        near = [r for r in records if each.begin_s <= r.at <= each.begin_s + length_s + 1.5]
        verdicts = [
            record.at
            for record in near
            for command in record.commands
            if isinstance(command, Report)
            and command.participant == each.act.by
            and command.code == ("interruption" if each.act.kind == "cut" else "backchannel")
        ]
        each.verdict_s = verdicts[0] - each.begin_s if verdicts else None
        silent = falls_silent(sounds[each.beside], each.begin_s, each.begin_s + max(length_s, 1.6) + 0.4)
        each.silent_s = None if silent is None else silent - each.begin_s


def lines_lost(folder: Path) -> list[str]:
    """Lines of agents that were passed over, or said twice."""
    words: dict[tuple[str, int], str] = {}
    lost: list[str] = []
    count: dict[str, int] = {}
    for record in read(folder / "journal.jsonl"):
        match record.event:
            case SentenceSaid(participant=name, reply=reply, text=text):
                words.setdefault((name, reply), text)
            case PlaybackStarted(participant=name, reply=reply):
                number = int(words[name, reply].split()[1])
                expected = count.get(name, 0) + 1
                lost += [f"{name} {number} where {expected} was next"] if number != expected else []
                count[name] = number
    return lost


def report(policy: str, folder: Path, done: list[Done]) -> bool:
    """Print the figures of one meeting; whether all of them hold."""
    cuts = [each for each in done if each.act.kind == "cut"]
    assent = [each for each in done if each.act.kind == "assent"]
    stopped = [each for each in assent if each.silent_s is not None]
    ends = sum(
        isinstance(c, EndTurn) and c.cause == "interrupted"
        for r in read(folder / "journal.jsonl")
        for c in r.commands
    )
    verdicts = [each.verdict_s for each in cuts if each.verdict_s is not None]
    silences = [
        each.silent_s - each.verdict_s
        for each in cuts
        if each.silent_s is not None and each.verdict_s is not None
    ]
    lost = lines_lost(folder)
    lengths = _span(len(each.act.sound) / RATE for each in assent)
    print(f"{policy}: {len(assent)} times assent ({lengths} s), {len(cuts)} cuts")
    print(f"  agents silenced by assent      {len(stopped)}")
    print(f"  cuts that were let in          {len(silences)} of {len(cuts)}")
    print(f"  turns that ended interrupted   {ends}")
    print(f"  from its sound to the verdict  {_span(verdicts)} s")
    print(f"  behind being too long for one  {_span(each.late_s for each in cuts)} s")
    print(f"  from the verdict to silence    {_span(silences)} s")
    print(f"  lines lost or said twice       {len(lost)} {lost[:3]}")
    for each in stopped:
        print(f"    assent by {each.act.by} at {each.begin_s:.2f}: silent after {each.silent_s:.2f} s")
    for each in cuts:
        if each.late_s > JUDGED_S or each.silent_s is None:
            print(
                f"    {each.act.by} at {each.begin_s:.2f}: {each.verdict_s}, {each.silent_s}, {each.act.text}"
            )
    return (
        not stopped
        and not lost
        and len(silences) == len(cuts)
        and max((each.late_s for each in cuts), default=9.0) <= JUDGED_S
        and max(silences, default=9.0) <= SILENT_S
    )


def _span(values: object) -> str:
    """The least, the middle and the greatest of some figures."""
    ordered = sorted(values)  # type: ignore[call-overload]
    return f"{ordered[0]:.3f} / {ordered[len(ordered) // 2]:.3f} / {ordered[-1]:.3f}" if ordered else "none"


def main() -> int:
    """Hold the meetings that are asked for; 1 where a figure does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("policy", nargs="*", default=["free", "moderated"])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--clock", choices=("real", "virtual"), default="real")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    holds = True
    for policy in asked.policy:
        for name, script in (("ann", lines("Ann")), ("ben", lines("Ben"))):
            for line in script[:14]:
                speech(line, name, -20.0)  # into the cache: the meeting shall measure itself
        holding = partial(hold, policy, folder, asked.clock)
        done = run_virtual(holding) if asked.clock == "virtual" else trio.run(holding)
        measure(folder / policy, done)
        holds = report(policy, folder / policy, done) and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
