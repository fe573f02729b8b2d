"""Hints for keys and words of a seat: a time that a key of `floor` bounds, and a kind of participant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialogue.scenario.key_aliases import LONGEST, MEANT
from trialogue.scenario.time_hints import written_time
from trialogue.scenario.tree import Entries, Node, Pair, Scalar
from trialogue.scenario.vocabulary import PERSONS, Seat, via_words

_WAITS: Final = ("timeout", "wait", "max_wait", "wait_time", "wait_for", "patience", "silence", "max_silence")
_ANSWERS: Final = ("response_timeout", "reply_timeout", "answer_timeout", "response_time", "think_time")
_SILENCE: Final = frozenset((*_WAITS, *_ANSWERS, "human"))
_VOICES: Final = frozenset(("voice", "voice_id", "voice_name", "tts"))
_DELAYS: Final = frozenset(("delay", "pause", "latency"))
_LENGTH: Final = frozenset(
    ("hold", "max_turn", "max_turn_time", "turn_time", "turn_length", "max_length", *LONGEST)
)

_KIND: Final = frozenset(("kind", "type"))

VIA_MAPS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("clips", "clip", "recording", "recordings"),
        "{clips: [{say: What about privacy?, when: {granted: true}}]}",
    ),
    **dict.fromkeys(("scripted", "script"), "{scripted: scripts/tech.yaml}"),
}
"""Map under `via` that a single word means."""


def seat_form(word: str) -> str:
    """Role or way of taking part that a word means, such as `role: human`; empty for none."""
    if word in VIA_MAPS:
        return f"via: {VIA_MAPS[word]}"
    meant = (word, *MEANT.get(word.casefold(), ()))
    of_role = (f"role: {each.value}" for each in Seat if each.value in meant)
    return next(of_role, "") or next((f"via: {each}" for each in via_words() if each in meant), "")


def kind_hint(pair: Pair, seat: Entries) -> str:
    """Hint for a kind of participant, such as `kind: person`; begins with `; `, or is empty."""
    if pair.key.casefold() not in _KIND:
        return ""
    word = pair.value.value if isinstance(pair.value, Scalar) else None
    form = seat_form(word) if isinstance(word, str) else ""
    if not form:
        return "; write role for who takes part, such as role: human, or via for how, such as via: local"
    key = form.partition(":")[0]
    return f"; leave it out: {key} says it" if seat.find(key) is not None else f"; write {form}"


def seat_hint(pair: Pair, seat: Entries) -> str:
    """Hint at where a seat's time, such as `timeout: 20`, is set; empty for another key."""
    word = pair.key.casefold().replace("-", "_")
    time = written_time(pair.value)
    if word in _LENGTH:
        return f"; a turn's length is limited at the top level: floor: {{hold: {{max: {time or '45s'}}}}}"
    if word in _DELAYS and is_person(seat):
        return f"; a clip waits after its event: when: {{speaking: tech, after: {time or '2s'}}}"
    if word in _VOICES and is_person(seat):
        return "; a person has a voice; a clip names the one that says it: write voice: cleo beside say"
    if word not in _SILENCE:
        return ""
    if is_person(seat):
        key, who, usual = "human", "a person", "10s"
    else:
        key, who, usual = "think", "an agent", "8s"
    return f"; how long {who} may take to begin is set at the top level: floor: {{{key}: {time or usual}}}"


def is_person(seat: Entries) -> bool:
    """Whether a seat is a person's, as far as its author has said."""
    via = seat.find("via")
    if isinstance(via, Entries):
        return via.find("clips") is not None
    return "human" in _meant(seat.find("role")) or any(each in PERSONS for each in _meant(via))


def _meant(node: Node | None) -> tuple[str, ...]:
    """Word of the file, with those of the format that mean the same."""
    value = node.value if isinstance(node, Scalar) else None
    return (value, *MEANT.get(value.casefold(), ())) if isinstance(value, str) else ()
