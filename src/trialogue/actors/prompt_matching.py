"""Prompts of one session, and which of its replies answers which.

1. A service repeats an injected text as the user's: the reply that begins behind the echo is the prompt's,
   one before it is not. What was called for by an answered tool call belongs to the same prompt.
2. Words to say are not repeated: the reply that begins with them is theirs, and no later one.
3. Speech at the agent's ear ends a prompt: what begins behind it answers what was heard. A text that is
   repeated ends what was told before it.
4. A refusal is about words to say where some wait; else about the oldest text that was not repeated.
"""

from __future__ import annotations

from typing import TypeVar

from attrs import Factory

from trialogue.model.commands import Cue, Speak
from trialogue.values import define, frozen

_AS_MANY = 3
"""Words that must be equal at the beginning of the sentence said and of the sentence asked for."""


@frozen
class AskedPrompt:
    """A prompt, as failures name it."""

    prompt: int = 0
    """Number of the prompt; 0 for none."""

    turn: int = 0
    """Number of the turn that it was for; 0 for none."""


_NOTHING = AskedPrompt()
_Prompt = TypeVar("_Prompt", Cue, Speak)


@define
class Asking:
    """The prompts of one session."""

    _waiting: list[Cue | Speak] = Factory(list[Cue | Speak])
    """Told, and neither repeated nor begun, in their order."""

    _last: AskedPrompt = _NOTHING
    """The last that was told."""

    _repeated: AskedPrompt = _NOTHING
    """Prompt that replies answer now."""

    def tell(self, order: Cue | Speak) -> None:
        """Note that the service is told a prompt."""
        self._last = _asked(order)
        self._waiting.append(order)

    def repeats(self, text: str) -> bool:
        """Take words that the service calls the user's; whether they are an echo of a prompt."""
        for index, order in enumerate(self._waiting):
            if isinstance(order, Cue) and order.text.split() == text.split():
                del self._waiting[: index + 1]
                self._repeated = _asked(order)
                return True
        self._repeated = _NOTHING
        return False

    def begun(self, words: str = "") -> int:
        """Prompt that a reply answers which begins now, with these words where known; 0 for none."""
        speak = self._first(Speak)
        if speak is not None and _begins(speak.text, words):
            self._waiting.remove(speak)
            return speak.prompt
        return self._repeated.prompt

    def refused(self) -> AskedPrompt:
        """Prompt that a refusal is about."""
        order = self._first(Speak) or self._first(Cue)
        if order is None:
            return self._last
        self._waiting.remove(order)
        return _asked(order)

    def failed(self) -> AskedPrompt:
        """Prompt that asked for a reply which cannot be made."""
        return self._last if self._repeated == _NOTHING else self._repeated

    def end(self) -> None:
        """Forget everything: the session is over."""
        self._waiting.clear()
        self._last = self._repeated = _NOTHING

    def _first(self, kind: type[_Prompt]) -> _Prompt | None:
        return next((each for each in self._waiting if isinstance(each, kind)), None)


def _asked(order: Cue | Speak) -> AskedPrompt:
    return AskedPrompt(order.prompt, order.turn)


def _begins(text: str, words: str) -> bool:
    """Whether a text begins with these words, as far as services leave them alone; none fit any."""
    wanted, said = (_plain(each) for each in (text, words))
    count = min(_AS_MANY, len(said), len(wanted))
    return wanted[:count] == said[:count]


def _plain(text: str) -> list[str]:
    words = ("".join(filter(str.isalnum, word)).casefold() for word in text.split())
    return [word for word in words if word]
