"""Prompts of one session: finds the prompt that each reply answers.

1. A service repeats an injected text as the user's. A reply that begins after this echo answers the prompt; a
   reply before it does not. A reply after an answered tool call belongs to the same prompt.
2. Words to say are not repeated: the reply that begins with them answers their prompt, and no later one does.
   Words before them that no reply has begun with are past.
3. Speech at the agent's ear ends a prompt: a later reply answers that speech. An echo ends the prompts sent
   before it.
4. A refusal concerns words to say, if any wait; otherwise the oldest text that was not repeated.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

from attrs import Factory

from trialogue.model.commands import Cue, Speak
from trialogue.values import define, frozen

_AS_MANY: Final = 3
"""Words that must be equal at the beginning of the spoken sentence and of the requested one."""

_UNSPACED: Final = 20
"""Letters from which a spoken word may be cut: text without spaces, whose sentence ended within it."""

_BETWEEN: Final = re.compile(r"[\s\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+")
"""Text between two words; the stops of Chinese and Japanese are followed by no space."""


@frozen
class AskedPrompt:
    """Prompt, as failures name it."""

    prompt: int = 0
    """Number of the prompt; 0 for none."""

    turn: int = 0
    """Number of the turn that it was for; 0 for none."""


_NOTHING = AskedPrompt()
_Prompt = TypeVar("_Prompt", Cue, Speak)


@define
class Asking:
    """Prompts of one session."""

    _waiting: list[Cue | Speak] = Factory(list[Cue | Speak])
    """Prompts that were sent, and neither repeated nor answered, in order."""

    _last: AskedPrompt = _NOTHING
    """Last prompt that was sent."""

    _repeated: AskedPrompt = _NOTHING
    """Prompt that replies answer now."""

    def tell(self, order: Cue | Speak) -> None:
        """Note that a prompt is sent to the service."""
        self._last = _asked(order)
        self._waiting.append(order)

    def repeats(self, text: str) -> bool:
        """Take words that the service calls the user's; whether they are the echo of a prompt."""
        for index, order in enumerate(self._waiting):
            if isinstance(order, Cue) and order.text.split() == text.split():
                del self._waiting[: index + 1]
                self._repeated = _asked(order)
                return True
        self._repeated = _NOTHING
        return False

    @property
    def repeated(self) -> int:
        """Number of the prompt that replies answer now; 0 for none."""
        return self._repeated.prompt

    def begun(self, words: str = "") -> int:
        """Prompt that a reply answers which begins now, with these words where known; 0 for none."""
        for index, order in enumerate(self._waiting):
            if isinstance(order, Speak) and _begins(order.text, words):
                cues = [each for each in self._waiting[:index] if isinstance(each, Cue)]
                self._waiting[: index + 1] = cues
                return order.prompt
        return self._repeated.prompt

    def refused(self) -> AskedPrompt:
        """Prompt that a refusal concerns."""
        order = self._first(Speak) or self._first(Cue)
        if order is None:
            return self._last
        self._waiting.remove(order)
        return _asked(order)

    def failed(self) -> AskedPrompt:
        """Prompt whose reply could not be made."""
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
    """Whether a text begins with these words, apart from changes by services; none fit any text."""
    wanted, said = (_plain(each) for each in (text, words))
    count = min(_AS_MANY, len(said), len(wanted))
    if said and count == len(said) and len(said[-1]) >= _UNSPACED:
        wanted[count - 1] = wanted[count - 1][: len(said[-1])]
    return wanted[:count] == said[:count]


def _plain(text: str) -> list[str]:
    words = ("".join(filter(str.isalnum, word)).casefold() for word in _BETWEEN.split(text))
    return [word for word in words if word]
