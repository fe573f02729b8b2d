"""Controls of a running meeting for the person at the keyboard: words to say, and commands.

A line is what the person says; one that begins with `/` is a command.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Protocol, TypeAlias, assert_never, runtime_checkable

from trialogue.brain.words.names import find
from trialogue.model.plan import MeetingPlan
from trialogue.values import frozen

HELP: Final = (
    "type what you say, or: /hand [high] /down /floor [NAME] /mute NAME /unmute NAME "
    "/say NAME: WORDS /note NAME: WORDS /end"
)
"""All controls, on one line."""

PRIORITIES: Final = MappingProxyType({"": 0, "low": -1, "high": 1, "highest": 2, "lowest": -2})
"""Words for the priority of a raised hand (RFC 8855)."""


@frozen
class Type:
    """Say something, in writing."""

    by: str
    text: str


@frozen
class Raise:
    """Raise a hand."""

    of: str
    priority: int


@frozen
class Lower:
    """Take a raised hand down."""

    of: str


@frozen
class Give:
    """Give a participant the next turn."""

    to: str


@frozen
class Mute:
    """Mute a participant, or unmute it."""

    whom: str
    is_muted: bool


@frozen
class Say:
    """Make an agent say words."""

    who: str
    text: str


@frozen
class Note:
    """Tell a participant something before its next turn."""

    whom: str
    text: str


@frozen
class EndOrder:
    """End the meeting."""


@frozen
class Unclear:
    """Typed line that is not a valid control."""

    text: str
    """Words for the person, in one line."""


Control: TypeAlias = Type | Raise | Lower | Give | Mute | Say | Note | EndOrder
"""Every control; a `match` over it ends in `assert_never`."""


@runtime_checkable
class Steered(Protocol):
    """Meeting that can be steered."""

    def type(self, participant: str, text: str) -> None:
        """Make a person say this in writing."""
        ...

    def raise_hand(self, participant: str, priority: int = 0) -> None:
        """Ask for the floor."""
        ...

    def lower_hand(self, participant: str) -> None:
        """Lower a raised hand."""
        ...

    def grant(self, participant: str, about: str = "") -> None:
        """Give a participant the next turn."""
        ...

    def mute(self, participant: str, muted: bool = True) -> None:  # noqa: FBT001, FBT002 - as in `Meeting.mute`
        """Mute a participant, or unmute it."""
        ...

    def say(self, participant: str, text: str) -> None:
        """Make an agent say these words."""
        ...

    def inject(self, participant: str, text: str) -> None:
        """Tell a participant something at its next turn."""
        ...

    def stop(self, reason: str = "stopped") -> None:
        """End the meeting now."""
        ...


def steer(meeting: Steered, control: Control) -> None:
    """Call the method of the meeting that carries out a control."""
    match control:
        case Type(by, text):
            meeting.type(by, text)
        case Lower(of):
            meeting.lower_hand(of)
        case Raise(of, priority):
            meeting.raise_hand(of, priority)
        case Give(to):
            meeting.grant(to)
        case Mute(whom, is_muted):
            meeting.mute(whom, is_muted)
        case Say(who, text):
            meeting.say(who, text)
        case Note(whom, text):
            meeting.inject(whom, text)
        case EndOrder():
            meeting.stop("ended-by-hand")
        case _ as never:
            assert_never(never)


def done(control: Control, plan: MeetingPlan) -> str:
    """Acknowledgement of a control; empty if its effect is visible anyway, as for typed words."""
    match control:
        case Type():
            return ""
        case Lower():
            return "/down: your hand is down"
        case Raise():
            return "/hand: your hand is up"
        case Give(to):
            return f"/floor: {_label(to, plan)} is asked to speak next"
        case Mute(whom, is_muted):
            label = _label(whom, plan)
            return f"/mute: {label} is muted" if is_muted else f"/unmute: {label} is heard again"
        case Say(who):
            return f"/say: {_label(who, plan)} is asked to say it"
        case Note(whom):
            return f"/note: {_label(whom, plan)} gets the note at its next turn"
        case EndOrder():
            return "/end: the meeting is ending"
        case _ as never:
            assert_never(never)


def _label(name: str, plan: MeetingPlan) -> str:
    return plan.participant(name).label


def read_control(line: str, plan: MeetingPlan, own: str | None) -> Control | Unclear:
    """Control for a typed line; `own` is the participant at this keyboard, or None."""
    if line.startswith("/"):
        word, _, rest = line[1:].partition(" ")
        return _command(word, rest.strip(), plan, own)
    if own is None:
        return Unclear("this keyboard belongs to no participant; /help lists the commands")
    return Type(own, line)


def _command(word: str, rest: str, plan: MeetingPlan, own: str | None) -> Control | Unclear:
    match word:
        case "hand" | "down" | "floor" if own is None and not rest:
            return Unclear(f"/{word}: this keyboard belongs to no participant")
        case "hand" | "down" if own is not None:
            return _hand(word, rest, own)
        case "floor":
            name = _named(rest, plan) if rest else own
            return Unclear(f"/floor: {_nobody(rest, plan)}") if name is None else Give(name)
        case "mute" | "unmute":
            name = _named(rest, plan)
            return Unclear(f"/{word}: {_nobody(rest, plan)}") if name is None else Mute(name, word == "mute")
        case "say" | "note":
            return _words(word, rest, plan)
        case "end" if not rest:
            return EndOrder()
        case "help":
            return Unclear(HELP)
        case _:
            return Unclear(f"/{word} is not a command: {HELP}")


def _hand(word: str, rest: str, own: str) -> Control | Unclear:
    if word == "down":
        return Lower(own)
    if rest not in PRIORITIES:
        return Unclear(f"/hand: the priority must be one of {', '.join(filter(None, PRIORITIES))}")
    return Raise(own, PRIORITIES[rest])


def _words(word: str, rest: str, plan: MeetingPlan) -> Control | Unclear:
    who, colon, text = rest.partition(":")
    name = _named(who, plan)
    if not colon or (name is not None and not text.strip()):
        return Unclear(f"/{word} takes a name, a colon and words: /{word} NAME: WORDS")
    if name is None:
        return Unclear(f"/{word}: {_nobody(who, plan)}")
    return Say(name, text.strip()) if word == "say" else Note(name, text.strip())


def _named(word: str, plan: MeetingPlan) -> str | None:
    found = find(word, plan.participants)
    return None if found is None else found.name


def _nobody(word: str, plan: MeetingPlan) -> str:
    names = ", ".join(participant.name for participant in plan.participants)
    return f'no participant is called "{word}"; there are {names}' if word else f"name a participant: {names}"
