"""An agent's turn: a machine with a table.

1. A turn is awaited until it is prompted or one of its replies begins; thinking while a prompt, or a reply
   due after a tool call, is unanswered; playing while one of its replies is heard.
2. Facts change it along `TRANSITIONS` only; a missing entry is a fault of the caller.
3. Replies that begin while one is played follow it.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from attrs import Factory

from trialogue.brain.prompts import PromptKind
from trialogue.errors import LocalProtocolError
from trialogue.model.participants import Participant
from trialogue.values import define


class AgentState(Enum):
    """State of an agent's turn."""

    AWAITED = "awaited"
    THINKING = "thinking"
    PLAYING = "playing"
    ENDED = "ended"


class AgentFact(Enum):
    """Fact of an agent's turn."""

    PROMPTED = "prompt sent"
    REPLY_BEGAN = "reply began"
    SOUND_ENDED_OWING = "sound ended, more owed"
    SOUND_ENDED = "sound ended, nothing owed"
    TOOL_ASKED = "tool asked"
    TOOL_ANSWERED = "tool answered"
    ENDED_EARLY = "given up, lost or cut"


_WAITING = (AgentState.AWAITED, AgentState.THINKING)

TRANSITIONS: dict[tuple[AgentState, AgentFact], AgentState] = {
    **{(state, AgentFact.PROMPTED): AgentState.THINKING for state in _WAITING},
    **{(state, AgentFact.REPLY_BEGAN): AgentState.PLAYING for state in _WAITING},
    **{(state, AgentFact.SOUND_ENDED_OWING): AgentState.THINKING for state in _WAITING},
    **{(state, AgentFact.SOUND_ENDED): AgentState.ENDED for state in _WAITING},
    **{(state, AgentFact.TOOL_ASKED): AgentState.THINKING for state in _WAITING},
    **{(state, AgentFact.TOOL_ANSWERED): AgentState.THINKING for state in _WAITING},
    **{(state, AgentFact.ENDED_EARLY): AgentState.ENDED for state in _WAITING},
    (AgentState.PLAYING, AgentFact.PROMPTED): AgentState.PLAYING,
    (AgentState.PLAYING, AgentFact.REPLY_BEGAN): AgentState.PLAYING,
    (AgentState.PLAYING, AgentFact.SOUND_ENDED_OWING): AgentState.THINKING,
    (AgentState.PLAYING, AgentFact.SOUND_ENDED): AgentState.ENDED,
    (AgentState.PLAYING, AgentFact.TOOL_ASKED): AgentState.PLAYING,
    (AgentState.PLAYING, AgentFact.TOOL_ANSWERED): AgentState.PLAYING,
    (AgentState.PLAYING, AgentFact.ENDED_EARLY): AgentState.ENDED,
}
"""Every step of an agent's turn. A reply that is empty or withdrawn is sound that ended."""


@define
class AgentTurn:
    """The current turn of an agent: one grant."""

    number: int
    """Its number and epoch."""

    holder: Participant
    """The agent that holds the floor."""

    chosen_by: str
    """A policy's name, `asked`, `hand`, `silence`, `self`, `loop` or `livelock`."""

    ask: str
    """Question to the holder, as its digest puts it. Personal."""

    is_urgent: bool
    """Whether no ear has heard the question, so that an agent by ear is cued at once."""

    began_at: float
    """Moment at which the floor was granted."""

    hold_until: float
    """Moment at which the floor is revoked."""

    was_named: bool
    """Whether the chair named its holder."""

    state: AgentState = AgentState.AWAITED
    """State of the turn."""

    thinking_since: float = 0.0
    """Since when it is awaited, or thinking: its time to think counts from here."""

    ear_since: float | None = None
    """Since when it is waited for what its holder says by itself; None where it is not."""

    reply: int | None = None
    """The reply that is played, or was last."""

    following: deque[int] = Factory(deque[int])
    """Further replies, to be played in order."""

    prompted: set[PromptKind] = Factory(set[PromptKind])
    """Kind of prompt that its holder had."""

    owes_cue: bool = False
    """Whether its holder speaks for itself behind a warning that it was made to say."""

    retold: int = 0
    """Number of times that it was cued anew since a remark was told too late to be unheard."""

    owes_reply: bool = False
    """Whether a tool call of this turn has not been followed by a reply yet."""

    called_tool: bool = False
    """Whether a tool was called in it: a further reply is part of it then."""

    was_heard: bool = False
    """Whether any of it was heard."""

    was_prepared: bool = False
    """Whether its reply was prepared before it: later words are told in the next cue."""

    was_warned: bool = False
    """Whether it was noted that it is long."""

    revoke_at: float | None = None
    """Moment at which it ends behind its limit: at its sentence's end; None before the limit."""

    filler: str = ""
    """Words of its holder if its tool takes long; empty for none. Personal."""

    filler_at: float | None = None
    """Moment at which that is said."""

    def take(self, fact: AgentFact) -> None:
        """Move along the table; LocalProtocolError, and no change, where it has no such entry."""
        after = TRANSITIONS.get((self.state, fact))
        if after is None:
            raise LocalProtocolError(f"an agent's turn that is {self.state.value} takes no {fact.value!r}")
        self.state = after

    @property
    def is_playing(self) -> bool:
        """Whether a reply of it is being played."""
        return self.state is AgentState.PLAYING

    @property
    def is_forced(self) -> bool:
        """Whether its holder was made to say given words, and nothing of its own."""
        return self.prompted == {PromptKind.WORDS}

    def think(self, now: float) -> None:
        """Give the holder its time to think, from now on."""
        self.thinking_since = now

    def wait_for_own(self, now: float) -> None:
        """Wait for what the holder says by itself."""
        self.ear_since = now

    def own_comes(self) -> None:
        """Note that what the holder says by itself is on its way."""
        self.ear_since = None

    def prompt(self, kind: PromptKind, now: float) -> None:
        """The holder was prompted."""
        self.take(AgentFact.PROMPTED)
        self.prompted.add(kind)
        if kind is not PromptKind.FILLER:
            self.thinking_since, self.ear_since = now, None

    def queue(self, reply: int) -> None:
        """A reply has begun that is part of the turn."""
        self.following.append(reply)

    def unqueue(self, reply: int) -> None:
        """A reply that was to follow will not be heard."""
        self.following.remove(reply)

    def play_next(self, *, still_owes: bool) -> int:
        """Play the reply that follows: its number."""
        self.take(AgentFact.REPLY_BEGAN)
        self.reply = self.following.popleft()
        self.owes_reply = self.owes_reply and still_owes
        self.ear_since = None
        return self.reply

    def hear(self) -> None:
        """Some of it was heard."""
        self.was_heard = True

    def owe(self) -> None:
        """A reply behind a tool call is owed."""
        self.take(AgentFact.TOOL_ASKED)
        self.owes_reply, self.ear_since = True, None

    def call(self) -> None:
        """A tool was called in it."""
        self.called_tool = True

    def owe_nothing(self) -> None:
        """The reply that was due continues, or will not come."""
        self.owes_reply = False

    def go_on_thinking(self) -> None:
        """Note that the played part is over, and more is to come."""
        self.take(AgentFact.SOUND_ENDED_OWING)

    def has_own(self) -> None:
        """Note that its holder has spoken for itself."""
        self.owes_cue = False

    def owe_cue(self) -> None:
        """Note that its holder speaks for itself behind what it is made to say."""
        self.owes_cue = True

    def retell(self) -> None:
        """The holder is cued anew."""
        self.retold += 1

    def fill(self, words: str, at: float) -> None:
        """Have words said at a time, if a tool still runs then."""
        self.filler, self.filler_at = words, at

    def filled(self) -> None:
        """The time of words that fill a silence has come."""
        self.filler_at = None

    def prepare(self) -> None:
        """Note that its reply is there: prepared in a round, or cut before."""
        self.was_prepared = True

    def warn(self) -> None:
        """It was noted that it is long."""
        self.was_warned = True

    def revoke(self, at: float) -> None:
        """Note that its time is over: it ends at its sentence's end."""
        self.revoke_at = at
