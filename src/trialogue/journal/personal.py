"""Which fields hold speech, prompts or tool data; and how to tell of them without telling them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import attrs

from trialogue.model import commands, events, transcript

PERSONAL: Final[Mapping[type[attrs.AttrsInstance], tuple[str, ...]]] = {
    events.SentenceSaid: ("text",),
    events.WordsHeard: ("text",),
    events.SayAsked: ("text",),
    events.NoteGiven: ("text",),
    events.TextTyped: ("text",),
    events.UpdateAsked: ("content",),
    events.ToolRequested: ("arguments", "thought_signature"),
    events.ToolFinished: ("content",),
    commands.Cue: ("text",),
    commands.Prepare: ("text",),
    commands.Attribute: ("text",),
    commands.Update: ("content",),
    commands.Speak: ("text",),
    commands.RunTool: ("arguments",),
    commands.AnswerTool: ("content",),
    transcript.Utterance: ("heard", "intended"),
}
"""The fields whose docstring says `Personal.`, by class."""

_Value = TypeVar("_Value", bound=attrs.AttrsInstance)


def mask(text: str) -> str:
    """How much text there is, and nothing of it: `<12 words>`."""
    return f"<{len(text.split())} words>"


def masked(value: _Value) -> _Value:
    """The same event, command or utterance with its personal fields masked."""
    fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    for name in PERSONAL.get(type(value), ()):
        if fields[name] is not None:
            fields[name] = mask(fields[name])
    return type(value)(**fields)
