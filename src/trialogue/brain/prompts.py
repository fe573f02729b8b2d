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
"""Seconds before the first time; doubled each time."""


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
    """Step of a prompt."""

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
"""Every step that a prompt can take; a missing entry is a fault of the caller."""


@define
class Prompt:
    """One prompt."""

    number: int
    """Its number, unique in the meeting, from 1."""

    to: str
    """The agent that is prompted."""

    kind: PromptKind
    """Kind of prompt."""

    turn: int
    """Number of the turn that it is for; 0 for none."""

    text: str
    """Words for the agent. Personal."""

    told: Missed = Factory(Missed)
    """Missed words that it tells."""

    ask: str = ""
    """Question beside speaking. Personal."""

    behavior: Behavior = "default"
    """Behaviour of words to say while anybody speaks."""

    state: PromptState = PromptState.SENT
    """State that it is in."""

    refusals: int = 0
    """Number of times that it was refused."""

    failures: int = 0
    """Number of times that its reply failed."""

    retry_at: float = 0.0
    """Time at which it is sent again, if it was refused."""

    def take(self, step: Step) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = TRANSITIONS.get((self.state, step))
        if after is None:
            raise LocalProtocolError(f"a prompt that is {self.state.value} cannot {step.value}")
        self.state = after

    @property
    def is_open(self) -> bool:
        """Whether it may still be answered."""
        return self.state in {PromptState.SENT, PromptState.REFUSED}

    @property
    def is_used_up(self) -> bool:
        """Whether it was refused, or failed, as often as is borne."""
        return self.refusals > REFUSALS or self.failures > FAILURES or self.kind is PromptKind.FILLER

    def command(self) -> Cue | Speak | Prepare:
        """The order that tells it."""
        if self.kind is PromptKind.CUE:
            return Cue(self.to, self.turn, self.text, self.number)
        if self.kind is PromptKind.PREPARE:
            return Prepare(self.to, self.text, self.number)
        return Speak(self.to, self.turn, self.text, self.behavior, self.number)


@frozen
class Answered:
    """Answer of a reply that begins."""

    prompt: Prompt | None = None
    """The prompt; None where it answers none."""

    is_late: bool = False
    """Whether it answers a prompt that is over."""


@frozen
class Forced:
    """Words that wait to be said."""

    text: str
    """The words. Personal."""

    is_warning: bool = False
    """Whether the meeting itself wants them said: time runs out."""


@define
class Prompts:
    """All prompts of the meeting, and words that wait to be said."""

    _open: dict[str, list[Prompt]] = Factory(dict[str, list[Prompt]])
    _all: dict[int, Prompt] = Factory(dict[int, Prompt])
    _waiting: dict[str, deque[Forced]] = Factory(dict[str, deque[Forced]])
    _prompted: set[str] = Factory(set[str])
    _named: set[str] = Factory(set[str])
    _last: dict[str, Prompt] = Factory(dict[str, Prompt])

    # --- words that wait ------------------------------------------------------------------------------

    def want_said(self, name: str, words: Forced, *, first: bool = False) -> None:
        """Have words said at an agent's next turn, behind or before those that wait already."""
        waiting = self._waiting.setdefault(name, deque())
        if first:
            waiting.appendleft(words)
        else:
            waiting.append(words)

    def next_words(self, name: str) -> Forced:
        """Take the next words that an agent shall say; IndexError where none wait."""
        return self._waiting[name].popleft()

    def forget_words(self, name: str) -> None:
        """An agent will say nothing more."""
        self._waiting.pop(name, None)

    def has_words(self, name: str) -> bool:
        """Whether words wait to be said by an agent that the app wants said, or a warning."""
        return bool(self._waiting.get(name))

    def has_asked_words(self, name: str) -> bool:
        """Whether words wait that the app wants said."""
        return any(not words.is_warning for words in self._waiting.get(name, ()))

    def has_warning(self, name: str) -> bool:
        """Whether a warning waits to be said."""
        return any(words.is_warning for words in self._waiting.get(name, ()))

    # --- prompts --------------------------------------------------------------------------------------

    def tell(self, to: str, kind: PromptKind, turn: int, text: str) -> Prompt:
        """Begin a new prompt."""
        prompt = Prompt(len(self._all) + 1, to, kind, turn, text)
        self._all[prompt.number] = prompt
        self._open.setdefault(to, []).append(prompt)
        self._prompted.add(to)
        return prompt

    def tells(self, prompt: Prompt, told: Missed, ask: str) -> None:
        """Note what a prompt tells of what its agent missed, and what it asks."""
        prompt.told, prompt.ask = told, ask

    def reword(self, prompt: Prompt, text: str) -> None:
        """Replace the words for the next time that the prompt is sent."""
        prompt.text = text

    def queues(self, prompt: Prompt) -> None:
        """Let words wait while their agent speaks, rather than be refused."""
        prompt.behavior = "queue"

    def answer(self, name: str, number: int, *, by_ear: bool = False) -> Answered:
        """A reply begins that names this prompt, or none (0): what it answers.

        `by_ear`: whether its agent speaks by itself as well.
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
            if by_ear:  # behind a refused prompt, what it says is its own
                waiting = [each for each in waiting if each.state is PromptState.SENT]
            prompt = waiting[0] if waiting and name not in self._named else None
            if prompt is None:
                return Answered()
        if prompt.state is PromptState.REFUSED:
            prompt.take(Step.TELL_AGAIN)  # it was taken after all
        if not prompt.is_open:
            return Answered(is_late=True)
        prompt.take(Step.ANSWER)
        self._close(prompt)
        return Answered(prompt)

    def names(self, name: str) -> None:
        """An agent's wire says which prompt a reply answers: a reply that names none is the agent's own."""
        self._named.add(name)

    def refuse(self, name: str, number: int, turn: int, now: float) -> Prompt | None:
        """A prompt was refused: which one; None where it is over."""
        prompt = self._meant(name, number, turn)
        if prompt is not None:
            prompt.take(Step.REFUSE)
            prompt.refusals += 1
            prompt.retry_at = now + RETRY_S * 2 ** (prompt.refusals - 1)
        return prompt

    def fail(self, name: str, number: int, turn: int, now: float) -> Prompt | None:
        """A prompt's reply failed: which one; None where it is over.

        Where a wire says which prompt a reply answers, one that names none was the agent's own.
        """
        is_own = not number and name in self._named
        prompt = None if is_own else self._meant(name, number, turn)
        if prompt is not None:
            prompt.take(Step.REFUSE)
            prompt.failures += 1
            prompt.told = evolve(prompt.told, unheard=())  # it was read: those remarks are told
            prompt.retry_at = now + RETRY_S * 2 ** (prompt.failures - 1)
        return prompt

    def _meant(self, name: str, number: int, turn: int) -> Prompt | None:
        """The open prompt of that number, or without one the oldest of that turn."""
        sent = [each for each in self._open.get(name, []) if each.state is PromptState.SENT]
        return next((each for each in sent if (each.number == number if number else each.turn == turn)), None)

    def tell_again(self, prompt: Prompt) -> None:
        """Tell a refused prompt once more."""
        prompt.take(Step.TELL_AGAIN)

    def give_up(self, prompt: Prompt) -> Missed:
        """Give a refused prompt up: what it would have told."""
        prompt.take(Step.GIVE_UP)
        self._close(prompt)
        return prompt.told

    def supersede(self, name: str) -> Missed:
        """Supersede all prompts of an agent; returns those that were sent in vain."""
        untold = Missed()
        for prompt in tuple(self._open.get(name, ())):
            if prompt.state is PromptState.REFUSED:  # one that was sent may yet be: see `refused_late`
                untold = untold.then(prompt.told)
            prompt.take(Step.SUPERSEDE)
            self._close(prompt)
        return untold

    def refused_late(self, name: str, number: int) -> Missed:
        """A prompt was refused that was superseded meanwhile: what it told, which nobody has read."""
        prompt = self._all.get(number)
        if prompt is None or prompt.to != name or prompt.state is not PromptState.SUPERSEDED:
            return Missed()
        told, prompt.told = prompt.told, Missed()
        return told

    def adopt(self, name: str, turn: int) -> Prompt | None:
        """Make what an agent prepares already the cue of its turn; None where it prepares nothing."""
        for prompt in self._open.get(name, ()):
            if prompt.kind is PromptKind.PREPARE and prompt.state is PromptState.SENT:
                prompt.kind, prompt.turn = PromptKind.CUE, turn
                return prompt
        return None

    def _close(self, prompt: Prompt) -> None:
        self._open[prompt.to].remove(prompt)
        self._last[prompt.to] = prompt

    def renew(self, name: str) -> None:
        """A new session of an agent is ready: it was prompted for nothing yet."""
        self._prompted.discard(name)

    # --- what they tell -------------------------------------------------------------------------------

    def was_prompted(self, name: str) -> bool:
        """Whether the agent's present session was ever prompted."""
        return name in self._prompted

    def names_prompts(self, name: str) -> bool:
        """Whether the agent's wire says which prompt a reply answers."""
        return name in self._named

    def open_of(self, name: str) -> tuple[Prompt, ...]:
        """The agent's prompts that may still be answered."""
        return tuple(self._open.get(name, ()))

    def of_turn(self, name: str, turn: int) -> tuple[Prompt, ...]:
        """The agent's prompts of a turn: the last that is over, and those that may still be answered."""
        last = self._last.get(name)
        prompts = (*((last,) if last else ()), *self.open_of(name))
        return tuple(prompt for prompt in prompts if prompt.turn == turn)

    def tells_unheard(self, name: str) -> bool:
        """Whether a prompt that tells the agent of remarks that were not heard has not reached it.

        Where its wire names no prompts, a reply may answer one that was sent, but none that was refused.
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
        """Prompts that wait to be told again."""
        return tuple(
            prompt
            for prompts in self._open.values()
            for prompt in prompts
            if prompt.state is PromptState.REFUSED
        )
