"""People of a meeting that was recorded elsewhere, by clips of its sound at their times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

from trialogue.errors import JournalError, SetupError
from trialogue.importing import import_extra
from trialogue.meeting.scenario_from.foreign import (
    named,
    read_whole,
    refuse_there,
    slug,
    titled,
    whole_scenario,
    written_length,
)
from trialogue.meeting.scenario_from.new_files import NewFiles, new_files
from trialogue.model.sums import summed
from trialogue.regular_files import open_regular
from trialogue.report.foreign import READERS
from trialogue.report.recordings import check_rate
from trialogue.report.stretches import Stretch, joined, time_with
from trialogue.scenario.quantities import write_duration
from trialogue.speech.recordings import open_sound
from trialogue.values import frozen

__all__ = ["Agreement", "agreement", "retell_sound", "speech_of"]

Keys = dict[str, object]

_SOUNDS: Final = (".wav", ".flac")
_BEHIND_S: Final = 3.0
"""Seconds after the last word."""


def speech_of(file: Path) -> tuple[Stretch, ...]:
    """Stretches of speakers, joined where one's own touch; JournalError where nobody spoke."""
    told = read_whole(file, READERS[file.suffix.lower()])
    heard = tuple(each for each in joined(told) if each.length_s > 0)
    if not heard:
        raise JournalError(f"{file} has no speaker with speech", path=str(file))
    return heard


def retell_sound(file: Path, path: Path, sound: Path) -> Path:
    """Write the scenario of a meeting by its sound, and return where it is; its clips lie beside it.

    `file` says who spoke when. `sound` is a recording of all, or a folder with one of each speaker, as
    `NAME.wav` or `meeting-NAME.wav`. JournalError for what cannot be read, SetupError where a recording is
    missing or a file is there already.
    """
    heard = speech_of(file)
    names = named(each.participant for each in heard)
    recordings = {who: _recording(sound, who) for who in names}
    refuse_there(path)
    lacks = ["words: the meeting recognizes what is said"]
    if len(set(recordings.values())) < len(recordings):
        lacks.append("a track for each: where people spoke at once, each one's clip has all voices")
    cast: Keys = {}
    titles = titled(names)
    with new_files() as files:
        for who, name in names.items():
            own = [each for each in heard if each.participant == who]
            clips = list(_clips(own, name, recordings[who], (path.parent, files)))
            cast[name] = {"role": "human", **titles[name], "via": {"clips": clips}}
        table = _table(written_length(file, round(max(each.end_s for each in heard) + _BEHIND_S, 3)))
        files.write(path, whole_scenario(file, lacks, {"name": slug(file.stem), **table, "cast": cast}))
    return path


def _table(whole: str) -> Keys:
    """Rules under which the floor follows the speakers, and none of them is told to be brief."""
    return {
        "run": {"clock": "virtual", "limits": {"time": whole, "silence": whole}},
        "floor": {"policy": "queue", "hold": {"max": whole}, "human": whole, "silence": {"after": whole}},
    }


def _clips(
    heard: Sequence[Stretch], name: str, recording: Path, place: tuple[Path, NewFiles]
) -> Iterator[Keys]:
    """Clips of one speaker, cut from a recording; `place` is the scenario's folder and what is made in it."""
    soundfile = cast("Any", import_extra("soundfile", "a recording", "local"))
    folder, files = place
    try:
        with open_regular(recording) as opened, open_sound(soundfile, opened) as file:
            check_rate(recording, file.samplerate)
            for number, each in enumerate(heard, 1):
                clip, rate = f"clips/{name}-{number:04}.wav", file.samplerate
                first = min(file.frames, round(each.start_s * rate))
                file.seek(first)
                length = max(0, round(each.end_s * rate) - first)
                sound = file.read(length, dtype="float32", always_2d=True)
                if not len(sound):
                    raise SetupError(f"{recording} ends before {each.participant} speaks")
                files.write_sound(folder / clip, sound.mean(axis=1), rate)
                yield {"when": {"at": write_duration(max(0.001, round(each.start_s, 3)))}, "play": clip}
    except (OSError, soundfile.SoundFileError) as error:
        raise JournalError(f"cannot read {recording} as sound", path=str(recording)) from error


def _recording(sound: Path, who: str) -> Path:
    """The recording in which a speaker is heard."""
    if not sound.is_dir():
        return sound
    files = sorted(each for each in sound.iterdir() if each.suffix.lower() in _SOUNDS)
    found = [each for each in files if who.lower() in {each.stem.lower(), _last(each.stem.lower())}]
    if len(found) != 1:
        what = "more than one recording" if found else "no recording"
        raise SetupError(f"{sound} has {what} for {who}: expected {who}.wav")
    return found[0]


def _last(stem: str) -> str:
    return re.split(r"[-.\s]", stem)[-1]


@frozen
class Agreement:
    """Agreement of a repeated meeting with the recorded one, by the times of speech."""

    heard: float
    """Share of the speech that is heard, from 0 to 1."""

    more: float
    """Speech that is heard where nobody spoke, as a share of the speech."""


def agreement(then: Sequence[Stretch], now: Sequence[Stretch]) -> Agreement:
    """Comparison of recorded times of speech with heard ones; both under the scenario's names."""
    both = spoken = made = 0.0
    for name in {each.participant for each in (*then, *now)}:
        mine = [[each for each in told if each.participant == name] for told in (then, now)]
        one, other = (summed(each.length_s for each in joined(part)) for part in mine)
        either, _ = time_with([*joined(mine[0]), *_as_other(joined(mine[1]))])
        both, spoken, made = both + one + other - either, spoken + one, made + other
    return Agreement(both / spoken, (made - both) / spoken)


def _as_other(heard: Sequence[Stretch]) -> list[Stretch]:
    return [Stretch(f"{each.participant} again", None, each.start_s, each.end_s) for each in heard]
