"""CHAT: the transcript for CLAN and similar tools (the CHAT manual of TalkBank, part 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from trialogue.model.clock_time import milliseconds
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import UNCLEAR, safe_text
from trialogue.model.transcript import Utterance
from trialogue.report.cues import labels

_BULLET: Final = "\x15"
"""Character around an utterance's times."""

_NO_WORD: Final = re.compile(r"[^\w'\-]|_|-(?=0)")
"""Characters that are no part of a word: brackets, quotes, most signs and a zero after a hyphen have other
meanings in CHAT.
"""

_CODE: Final = 7
"""Most characters of a speaker's code."""


def chat(plan: MeetingPlan, utterances: Iterable[Utterance]) -> str:
    """Transcript with one main line an utterance, with its times in milliseconds.

    Words stay and signs are removed, except the last: `?` and `!` where the utterance ends in them, `+/.`
    where it was cut off. Speech without recognized words is `xxx`.
    """
    spoken = sorted(utterances, key=lambda each: (each.start_s, each.end_s))
    codes = _codes([*(each.name for each in plan.participants), *(each.participant for each in spoken)])
    names = labels(plan)
    present = ", ".join(f"{code} {_word(names.get(name, name))} Participant" for name, code in codes.items())
    lines = [
        "@UTF8",
        "@Begin",
        "@Languages:\teng",
        f"@Participants:\t{present}",
        *(f"@ID:\teng|{_word(plan.name)}|{code}|||||Participant|||" for code in codes.values()),
    ]
    for each in spoken:
        words = _words(each.heard)
        if not words:
            continue
        start_ms = milliseconds(each.start_s)
        end_ms = max(start_ms + 1, milliseconds(each.end_s))
        times = f"{_BULLET}{start_ms}_{end_ms}{_BULLET}"
        lines.append(f"*{codes[each.participant]}:\t{' '.join(words)} {_ending(each)} {times}")
    return "\n".join([*lines, "@End"]) + "\n"


def _codes(names: Iterable[str]) -> dict[str, str]:
    """Code of each participant: the first letters of its name as capitals, numbered where two are equal."""
    codes: dict[str, str] = {}
    for name in dict.fromkeys(names):
        plain = re.sub(r"[^A-Z0-9]", "", name.upper())[:_CODE] or "SPK"
        code, number = plain, 1
        while code in codes.values():
            number += 1
            code = f"{plain[: _CODE - len(str(number))]}{number}"
        codes[name] = code
    return codes


def _words(heard: str) -> list[str]:
    if heard == UNCLEAR:
        return ["xxx"]
    found = (_NO_WORD.sub(" ", word).strip("'- ") for word in safe_text(heard).split())
    return [part for word in found for part in word.split()]


def _ending(each: Utterance) -> str:
    if each.was_cut:
        return "+/."
    last = each.heard.rstrip("\"')]} ")[-1:]
    return last if last in {"?", "!"} else "."


def _word(name: str) -> str:
    return "_".join(_NO_WORD.sub(" ", safe_text(name)).split()) or "unnamed"
