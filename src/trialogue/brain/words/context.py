"""Context of each agent: the words that it heard and said, from which a new session is restored.

1. An agent heard its cues, and, if it hears audio, its own recognizer's words.
2. Its own words are those that were *heard* in its turns: a cut reply is there with its heard words only.
3. A tool call is there when it is finished, with its result, whether that was delivered or not.
   One that still runs when the context is made is at its end: its result is told later.
4. A cue that the service refused was not heard; it is sent again.
5. A participant who comes back to the same seat keeps its context; in another seat it begins with none.
6. The context for a session is bounded: for a long meeting, its last part. A service refuses a message that
   is too long, and an agent without its context could not come back at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from attrs import Factory

from trialogue.brain.words.transcript import Transcript
from trialogue.model.commands import AnswerTool, Command, Cue, EndTurn, Prepare
from trialogue.model.events import (
    Event,
    InjectionRefused,
    Joined,
    ToolCallCancelled,
    ToolFinished,
    ToolRequested,
    WordsHeard,
)
from trialogue.model.memory import ContextCall, ContextItem, ContextMessage
from trialogue.model.participants import Hears
from trialogue.model.plan import MeetingPlan
from trialogue.values import define, frozen

STILL_RUNNING = "The call still runs. Its result will be told to you."
"""Result, in the context, of a call that was running when its session was lost."""


REMEMBERED: Final = 64_000
"""Most characters of words, arguments and results in a context; the oldest are left out first."""

RECALLED: Final = 5_000
"""Most characters of its last prompts that an agent's script gets again; the oldest are left out first."""

ITEM: Final = 16
"""Weight of an item in addition to its characters, so that the number of empty items is bounded, too."""


def context_call(call: ToolRequested, result: str) -> ContextCall:
    """Context item for a requested call, with its result."""
    return ContextCall(call.call_id, call.tool, call.arguments, result, call.thought_signature)


def size_of(item: ContextItem) -> int:
    """Size of an item, as it counts in `REMEMBERED`."""
    match item:
        case ContextMessage(text=text):
            return ITEM + len(text)
        case ContextCall(arguments=arguments, result=result, thought_signature=signature):
            return ITEM + len(arguments) + len(result) + len(signature or "")


def latest(items: Sequence[ContextItem]) -> Sequence[ContextItem]:
    """Last items that fit in `REMEMBERED`; at least the very last one."""
    left = REMEMBERED
    for at in range(len(items) - 1, -1, -1):
        left -= size_of(items[at])
        if left < 0:
            return items[min(at + 1, len(items) - 1) :]
    return items


@frozen
class _Cued:
    turn: int
    text: str
    prompt: int


@frozen
class _Spoke:
    turn: int


_Entry: TypeAlias = ContextMessage | ContextCall | _Cued | _Spoke


@define
class Contexts:
    """Contexts of all participants: a fold; give it each event and then its commands, in order."""

    plan: MeetingPlan
    """Plan of the meeting."""

    transcript: Transcript
    """Transcript of the meeting; its owner gives it the events."""

    _entries: dict[str, list[_Entry]] = Factory(dict[str, list[_Entry]])
    _open_calls: dict[tuple[str, str], ToolRequested] = Factory(dict[tuple[str, str], ToolRequested])
    _by_ear: set[str] = Factory(set[str])

    def __attrs_post_init__(self) -> None:
        """Begin with an empty context for each participant."""
        self._entries = {participant.name: [] for participant in self.plan.participants}
        self._by_ear = {p.name for p in self.plan.participants if p.hears is Hears.AUDIO}

    def take_event(self, event: Event) -> None:
        """Note the words that an agent heard, and its tool calls."""
        match event:
            case WordsHeard(participant=name, text=text) if self._hears_words(name, text):
                self._entries[name].append(ContextMessage("user", text))
            case InjectionRefused(participant=name, turn=turn, prompt=prompt):
                self._take_back(name, turn, prompt)
            case Joined(seat=seat, entry=entry):
                self._entries[seat.name] = [] if entry else self._entries.get(seat.name, [])
                own = {seat.name}
                self._by_ear = self._by_ear | own if seat.hears is Hears.AUDIO else self._by_ear - own
            case ToolRequested(participant=name, call_id=call_id):
                self._open_calls.setdefault((name, call_id), event)
            case ToolFinished(participant=name, call_id=call_id, content=content):
                self._finish_call(name, call_id, content)
            case ToolCallCancelled(participant=name, call_id=call_id):
                self._open_calls.pop((name, call_id), None)
            case _:
                pass

    def take_command(self, command: Command) -> None:
        """Note cues, ends of turns and results of calls."""
        match command:
            case Cue(to=to, turn=turn, text=text, prompt=prompt):
                self._entries[to].append(_Cued(turn, text, prompt))
            case Prepare(to=to, text=text, prompt=prompt):
                self._entries[to].append(_Cued(0, text, prompt))
            case EndTurn(participant=name, turn=turn):
                self._entries[name].append(_Spoke(turn))
            case AnswerTool(participant=name, call_id=call_id, content=content):
                self._finish_call(name, call_id, content)
            case _:
                pass

    def of(self, participant: str) -> tuple[ContextItem, ...]:
        """Context of one agent, as far as it fits; KeyError for an unknown participant."""
        items = [_item(self.transcript, entry) for entry in self._entries[participant]]
        running = (
            context_call(call, STILL_RUNNING)
            for (name, _), call in self._open_calls.items()
            if name == participant and call.ours
        )
        return (*latest([item for item in items if item is not None]), *running)

    def last_prompts(self, participant: str) -> str:
        """Last `RECALLED` characters of the prompts for an agent's last turn; KeyError for a wrong name."""
        told: list[str] = []
        turns = 0
        for entry in reversed(self._entries[participant]):
            match entry:
                case _Spoke():
                    turns += 1
                    if turns > 1:
                        break
                case ContextMessage(role="user", text=text) | _Cued(text=text) if turns:
                    told.append(text)
                case _:
                    pass
        return " ".join(reversed(told))[-RECALLED:]

    def _hears_words(self, name: str, text: str) -> bool:
        """Whether these words came in by ear; a service may also echo the cue that it was given."""
        entries = self._entries.get(name)
        if entries is None or name not in self._by_ear:
            return False
        last = next((entry for entry in reversed(entries) if isinstance(entry, _Cued)), None)
        return last is None or last.text != text

    def _take_back(self, name: str, turn: int, prompt: int) -> None:
        """Forget a refused cue: the one with that number, or without a number the last one of the turn."""
        entries = self._entries.get(name, [])
        for place in range(len(entries) - 1, -1, -1):
            entry = entries[place]
            if isinstance(entry, _Cued) and (entry.prompt == prompt if prompt else entry.turn == turn):
                del entries[place]
                return

    def _finish_call(self, name: str, call_id: str, content: str) -> None:
        call = self._open_calls.pop((name, call_id), None)
        if call is not None and name in self._entries:
            self._entries[name].append(context_call(call, content))


def _item(transcript: Transcript, entry: _Entry) -> ContextItem | None:
    match entry:
        case _Cued(text=text):
            return ContextMessage("user", text)
        case _Spoke(turn=turn):
            heard = transcript.heard(turn)
            return ContextMessage("assistant", heard) if heard else None
        case _:
            return entry
