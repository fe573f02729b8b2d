"""Prompts: inputs that make an agent speak, each with its own number.

1. A prompt is a cue, words to say, a request to prepare, or a filler while a tool runs. It changes along
   `TRANSITIONS` only.
2. A refused prompt is sent again after 0.5, 1 and 2 s, a failed one once; then it is given up, and its
   contents are put back.
3. A prompt is superseded when its turn ends or its session is gone. The contents of a refused one are put
   back; those of earlier ones are in the context from which a new session is restored.
4. The reply that names a prompt answers it. If a protocol names none, the next reply after a prompt answers
   it.
5. Words that the app, or the meeting itself, wants said wait here for their turn.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from attrs import Factory, evolve

from trialogue.brain.words.digest import Missed
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Behavior, Cue, Prepare, Speak
from trialogue.values import define, frozen

REFUSALS = 3
"""Number of times that a refused prompt is sent again."""

FAILURES = 1
"""Number of times that a prompt is sent again after its reply failed."""

RETRY_S = 0.5
"""Seconds before a refused prompt is sent again for the first time; doubled each further time."""


class PromptKind(Enum):
    """Kind of a prompt."""

    CUE = "cue"
    WORDS = "words"
    PREPARE = "prepare"
    FILLER = "filler"


class PromptState(Enum):
    """State of a prompt."""

    SENT = "sent"
    REFUSED = "refused"
    ANSWERED = "answered"
    GIVEN_UP = "given-up"
    SUPERSEDED = "superseded"


class Step(Enum):
    """Step in the life of a prompt."""

    ANSWER = "answer"
    REFUSE = "refuse"
    TELL_AGAIN = "tell-again"
    GIVE_UP = "give-up"
    SUPERSEDE = "supersede"


TRANSITIONS: dict[tuple[PromptState, Step], PromptState] = {
    (PromptState.SENT, Step.ANSWER): PromptState.ANSWERED,
    (PromptState.SENT, Step.REFUSE): PromptState.REFUSED,
    (PromptState.SENT, Step.SUPERSEDE): PromptState.SUPERSEDED,
    (PromptState.REFUSED, Step.TELL_AGAIN): PromptState.SENT,
    (PromptState.REFUSED, Step.GIVE_UP): PromptState.GIVEN_UP,
    (PromptState.REFUSED, Step.SUPERSEDE): PromptState.SUPERSEDED,
}
"""Transitions of a prompt; a missing entry is a fault of the caller."""


@define
class Prompt:
    """Prompt to one agent, and its state."""

    number: int
    """Number of the prompt, unique in the meeting, from 1."""

    to: str
    """Agent that is prompted."""

    kind: PromptKind
    """Kind of prompt."""

    turn: int
    """Number of the turn that it is for; 0 for none."""

    text: str
    """Words for the agent. Personal."""

    told: Missed = Factory(Missed)
    """Missed words and notes that its text contains."""

    ask: str = ""
    """Question that its text ends with; empty for none. Personal."""

    behavior: Behavior = "default"
    """Behaviour of words to say while anyone speaks."""

    state: PromptState = PromptState.SENT
    """State of the prompt."""

    refusals: int = 0
    """Number of times that it was refused."""

    failures: int = 0
    """Number of times that its reply failed."""

    retry_at: float = 0.0
    """Time at which it is sent again, if it was refused."""

    def take(self, step: Step) -> None:
        """Move along the table; LocalProtocolError, and no change, for a step that it does not have."""
        after = TRANSITIONS.get((self.state, step))
        if after is None:
            raise LocalProtocolError(f"a prompt that is {self.state.value} cannot {step.value}")
        self.state = after

    @property
    def is_open(self) -> bool:
        """Whether a reply may still answer it."""
        return self.state in {PromptState.SENT, PromptState.REFUSED}

    @property
    def is_used_up(self) -> bool:
        """Whether it was refused, or failed, too often to be sent again; a filler is sent only once."""
        return self.refusals > REFUSALS or self.failures > FAILURES or self.kind is PromptKind.FILLER

    def command(self) -> Cue | Speak | Prepare:
        """Command that sends it."""
        if self.kind is PromptKind.CUE:
            return Cue(self.to, self.turn, self.text, self.number)
        if self.kind is PromptKind.PREPARE:
            return Prepare(self.to, self.text, self.number)
        return Speak(self.to, self.turn, self.text, self.behavior, self.number)


@frozen
class Answered:
    """Prompt that a new reply answers, if any."""

    prompt: Prompt | None = None
    """Prompt that is answered; None if the reply answers none."""

    is_late: bool = False
    """Whether the reply answers a prompt that is over."""


@frozen
class Forced:
    """Words that wait to be said by an agent."""

    text: str
    """Words to be said. Personal."""

    is_warning: bool = False
    """Whether they are the meeting's own warning that time runs out; other words are the app's."""


@define
class Prompts:
    """Prompts of the meeting, and words that wait to be said."""

    _open: dict[str, list[Prompt]] = Factory(dict[str, list[Prompt]])
    _all: dict[int, Prompt] = Factory(dict[int, Prompt])
    _waiting: dict[str, deque[Forced]] = Factory(dict[str, deque[Forced]])
    _prompted: set[str] = Factory(set[str])
    _named: set[str] = Factory(set[str])
    _last: dict[str, Prompt] = Factory(dict[str, Prompt])

    # --- words that wait ------------------------------------------------------------------------------

    def want_said(self, name: str, words: Forced, *, first: bool = False) -> None:
        """Queue words for an agent's next turn; with `first`, before those that wait already."""
        waiting = self._waiting.setdefault(name, deque())
        if first:
            waiting.appendleft(words)
        else:
            waiting.append(words)

    def next_words(self, name: str) -> Forced:
        """Take the next words that an agent is to say; IndexError if none wait."""
        return self._waiting[name].popleft()

    def forget_words(self, name: str) -> None:
        """Forget the words that wait for an agent: it says nothing more."""
        self._waiting.pop(name, None)

    def forget_warnings(self) -> None:
        """Forget the warnings that wait: the point that they speak of is over."""
        for name, waiting in self._waiting.items():
            self._waiting[name] = deque(words for words in waiting if not words.is_warning)

    def has_words(self, name: str) -> bool:
        """Whether words wait for an agent: the app's, or a warning."""
        return bool(self._waiting.get(name))

    def has_asked_words(self, name: str) -> bool:
        """Whether words of the app wait for an agent."""
        return any(not words.is_warning for words in self._waiting.get(name, ()))

    def has_warning(self, name: str) -> bool:
        """Whether a warning waits for an agent."""
        return any(words.is_warning for words in self._waiting.get(name, ()))

    # --- prompts --------------------------------------------------------------------------------------

    def tell(self, to: str, kind: PromptKind, turn: int, text: str) -> Prompt:
        """Make a new prompt, which counts as sent."""
        prompt = Prompt(len(self._all) + 1, to, kind, turn, text)
        self._all[prompt.number] = prompt
        self._open.setdefault(to, []).append(prompt)
        self._prompted.add(to)
        return prompt

    def tells(self, prompt: Prompt, told: Missed, ask: str) -> None:
        """Note the missed words in a prompt's text, and its question."""
        prompt.told, prompt.ask = told, ask

    def reword(self, prompt: Prompt, text: str) -> None:
        """Replace the text of a prompt before it is sent."""
        prompt.text = text

    def queues(self, prompt: Prompt) -> None:
        """Let the words of a prompt wait while their agent speaks, instead of being refused."""
        prompt.behavior = "queue"

    def answer(self, name: str, number: int, *, by_ear: bool = False) -> Answered:
        """Find the prompt that a new reply answers; `number` is the one that the reply names, 0 for none.

        `by_ear`: whether the agent also speaks without a prompt.
        """
        if number:
            self._named.add(name)
            prompt = self._all.get(number)
            if prompt is None or prompt.to != name:
                return Answered(is_late=True)
            if prompt.state is PromptState.ANSWERED:
                return Answered(prompt)
        else:
            waiting = self._open.get(name, [])
            if by_ear:  # after a refused prompt, its reply is a remark of its own
                waiting = [each for each in waiting if each.state is PromptState.SENT]
            prompt = waiting[0] if waiting and name not in self._named else None
            if prompt is None:
                return Answered()
        if prompt.state is PromptState.REFUSED:
            prompt.take(Step.TELL_AGAIN)  # the service took it after all
        if not prompt.is_open:
            return Answered(is_late=True)
        prompt.take(Step.ANSWER)
        self._close(prompt)
        return Answered(prompt)

    def names(self, name: str) -> None:
        """Note that an agent's service names prompts in replies: a reply that names none answers none."""
        self._named.add(name)

    def refuse(self, name: str, number: int, turn: int, now: float) -> Prompt | None:
        """Note that a prompt was refused; returns the prompt, or None if it is over."""
        prompt = self._meant(name, number, turn)
        if prompt is not None:
            prompt.take(Step.REFUSE)
            prompt.refusals += 1
            prompt.retry_at = now + RETRY_S * 2 ** (prompt.refusals - 1)
        return prompt

    def fail(self, name: str, number: int, turn: int, now: float) -> Prompt | None:
        """Note that a prompt's reply failed; returns the prompt, or None if it is over.

        If the service names prompts in replies, a failed reply that names none was the agent's own.
        """
        is_own = not number and name in self._named
        prompt = None if is_own else self._meant(name, number, turn)
        if prompt is not None:
            prompt.take(Step.REFUSE)
            prompt.failures += 1
            prompt.told = evolve(prompt.told, unheard=())  # the agent has read of those remarks
            prompt.retry_at = now + RETRY_S * 2 ** (prompt.failures - 1)
        return prompt

    def _meant(self, name: str, number: int, turn: int) -> Prompt | None:
        """Sent prompt with that number; without a number, the oldest one of that turn."""
        sent = [each for each in self._open.get(name, []) if each.state is PromptState.SENT]
        return next((each for each in sent if (each.number == number if number else each.turn == turn)), None)

    def tell_again(self, prompt: Prompt) -> None:
        """Note that a refused prompt is sent again."""
        prompt.take(Step.TELL_AGAIN)

    def give_up(self, prompt: Prompt) -> Missed:
        """Give up a refused prompt; returns the missed words in its text."""
        prompt.take(Step.GIVE_UP)
        self._close(prompt)
        return prompt.told

    def supersede(self, name: str) -> Missed:
        """Supersede all open prompts of an agent; returns the missed words of those that were refused."""
        untold = Missed()
        for prompt in tuple(self._open.get(name, ())):
            if prompt.state is PromptState.REFUSED:  # a sent one may still be refused: see `refused_late`
                untold = untold.then(prompt.told)
            prompt.take(Step.SUPERSEDE)
            self._close(prompt)
        return untold

    def refused_late(self, name: str, number: int) -> Missed:
        """Take the missed words of a superseded prompt that was refused after all; none of any other."""
        prompt = self._all.get(number)
        if prompt is None or prompt.to != name or prompt.state is not PromptState.SUPERSEDED:
            return Missed()
        told, prompt.told = prompt.told, Missed()
        return told

    def adopt(self, name: str, turn: int) -> Prompt | None:
        """Turn a sent request to prepare into the cue of its agent's turn; None if there is none."""
        for prompt in self._open.get(name, ()):
            if prompt.kind is PromptKind.PREPARE and prompt.state is PromptState.SENT:
                prompt.kind, prompt.turn = PromptKind.CUE, turn
                return prompt
        return None

    def _close(self, prompt: Prompt) -> None:
        self._open[prompt.to].remove(prompt)
        self._last[prompt.to] = prompt

    def renew(self, name: str) -> None:
        """Note that an agent has a new session, which has had no prompt yet."""
        self._prompted.discard(name)

    # --- views ----------------------------------------------------------------------------------------

    def was_prompted(self, name: str) -> bool:
        """Whether the agent's current session was ever prompted."""
        return name in self._prompted

    def names_prompts(self, name: str) -> bool:
        """Whether the agent's service says which prompt a reply answers."""
        return name in self._named

    def open_of(self, name: str) -> tuple[Prompt, ...]:
        """Prompts of an agent that may still be answered."""
        return tuple(self._open.get(name, ()))

    def of_turn(self, name: str, turn: int) -> tuple[Prompt, ...]:
        """Prompts of an agent's turn: the last closed one, and those that may still be answered."""
        last = self._last.get(name)
        prompts = (*((last,) if last else ()), *self.open_of(name))
        return tuple(prompt for prompt in prompts if prompt.turn == turn)

    def tells_unheard(self, name: str) -> bool:
        """Whether a prompt that reports unheard remarks has not reached its agent yet.

        If its service names no prompts in replies, a reply may answer a sent prompt, but no refused one.
        """
        return any(
            prompt.told.unheard and (name in self._named or prompt.state is PromptState.REFUSED)
            for prompt in self._open.get(name, ())
        )

    def preparing(self) -> frozenset[str]:
        """Agents that were asked to prepare a reply and have not begun one."""
        return frozenset(
            name
            for name, prompts in self._open.items()
            if any(prompt.kind is PromptKind.PREPARE for prompt in prompts)
        )

    def refused(self) -> tuple[Prompt, ...]:
        """Refused prompts, which wait to be sent again."""
        return tuple(
            prompt
            for prompts in self._open.values()
            for prompt in prompts
            if prompt.state is PromptState.REFUSED
        )
