"""Turn of an agent: a machine with a transition table.

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
    """Fact that changes an agent's turn."""

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
"""Transitions of an agent's turn. An empty or withdrawn reply counts as sound that ended."""


@define
class AgentTurn:
    """Current turn of an agent, from its grant."""

    number: int
    """Number of the turn, which is its epoch."""

    holder: Participant
    """Agent that holds the floor."""

    chosen_by: str
    """Chooser: a policy's name, `asked`, `hand`, `silence`, `self`, `loop` or `livelock`."""

    ask: str
    """Question to the holder, as its digest puts it; empty for none. Personal."""

    is_urgent: bool
    """Whether the holder is cued at once, even if it hears audio: it cannot have heard the question."""

    began_at: float
    """Time at which the floor was granted, in seconds since the meeting's start."""

    hold_until: float
    """Time at which the floor is revoked, in seconds since the meeting's start."""

    was_named: bool
    """Whether the chair named the holder."""

    state: AgentState = AgentState.AWAITED
    """State of the turn."""

    thinking_since: float = 0.0
    """Start of the holder's time to think."""

    ear_since: float | None = None
    """Start of the wait for a reply that the holder begins by itself; None without such a wait."""

    reply: int | None = None
    """Number of the reply that is played, or was played last; None before the first."""

    following: deque[int] = Factory(deque[int])
    """Numbers of further replies, to be played in order."""

    prompted: set[PromptKind] = Factory(set[PromptKind])
    """Kinds of prompts that the holder has had."""

    owes_cue: bool = False
    """Whether the holder is to speak for itself after a warning that it was made to say."""

    retold: int = 0
    """Number of new cues because an unheard remark was reported too late."""

    owes_reply: bool = False
    """Whether a reply is to come after a tool call of this turn."""

    called_tool: bool = False
    """Whether a tool was called in it: a further reply is then part of the turn."""

    was_heard: bool = False
    """Whether any of its sound was heard."""

    was_prepared: bool = False
    """Whether its reply was prepared before the turn: later words are told in the next cue."""

    was_warned: bool = False
    """Whether it was reported as long."""

    revoke_at: float | None = None
    """Time at which it ends after its limit, at the end of a sentence; None before the limit."""

    filler: str = ""
    """Words for the holder to say if its tool takes long; empty for none. Personal."""

    filler_at: float | None = None
    """Time at which those words are said; None if they are not to be."""

    def take(self, fact: AgentFact) -> None:
        """Move along the table; LocalProtocolError, and no change, for a step that it does not have."""
        after = TRANSITIONS.get((self.state, fact))
        if after is None:
            raise LocalProtocolError(f"an agent's turn that is {self.state.value} takes no {fact.value!r}")
        self.state = after

    @property
    def is_playing(self) -> bool:
        """Whether one of its replies is being played."""
        return self.state is AgentState.PLAYING

    @property
    def is_forced(self) -> bool:
        """Whether the holder was prompted only to say given words."""
        return self.prompted == {PromptKind.WORDS}

    def think(self, now: float) -> None:
        """Restart the holder's time to think."""
        self.thinking_since = now

    def wait_for_own(self, now: float) -> None:
        """Wait for a reply that the holder begins by itself."""
        self.ear_since = now

    def own_comes(self) -> None:
        """Note that a reply that the holder begins by itself is on its way."""
        self.ear_since = None

    def prompt(self, kind: PromptKind, now: float) -> None:
        """Note that the holder was prompted."""
        self.take(AgentFact.PROMPTED)
        self.prompted.add(kind)
        if kind is not PromptKind.FILLER:
            self.thinking_since, self.ear_since = now, None

    def queue(self, reply: int) -> None:
        """Add a reply that has begun to the turn."""
        self.following.append(reply)

    def unqueue(self, reply: int) -> None:
        """Remove a reply that will not be heard."""
        self.following.remove(reply)

    def play_next(self, *, still_owes: bool) -> int:
        """Play the next reply; returns its number."""
        self.take(AgentFact.REPLY_BEGAN)
        self.reply = self.following.popleft()
        self.owes_reply = self.owes_reply and still_owes
        self.ear_since = None
        return self.reply

    def hear(self) -> None:
        """Note that some of its sound was heard."""
        self.was_heard = True

    def owe(self) -> None:
        """Note that a reply is to come after a tool call."""
        self.take(AgentFact.TOOL_ASKED)
        self.owes_reply, self.ear_since = True, None

    def call(self) -> None:
        """Note that a tool was called in it."""
        self.called_tool = True

    def owe_nothing(self) -> None:
        """Note that no reply is to come: it has continued, or will not come."""
        self.owes_reply = False

    def go_on_thinking(self) -> None:
        """Note that the played part is over, and more is to come."""
        self.take(AgentFact.SOUND_ENDED_OWING)

    def has_own(self) -> None:
        """Note that the holder has spoken for itself."""
        self.owes_cue = False

    def owe_cue(self) -> None:
        """Note that the holder is to speak for itself after the words that it is made to say."""
        self.owes_cue = True

    def retell(self) -> None:
        """Count a new cue of the holder."""
        self.retold += 1

    def fill(self, words: str, at: float) -> None:
        """Plan words to be said at a time if a tool still runs then."""
        self.filler, self.filler_at = words, at

    def filled(self) -> None:
        """Note that the time of the planned words has come."""
        self.filler_at = None

    def prepare(self) -> None:
        """Note that its reply exists already: prepared in a round, or cut before."""
        self.was_prepared = True

    def warn(self) -> None:
        """Note that it was reported as long."""
        self.was_warned = True

    def revoke(self, at: float) -> None:
        """Note that its time is over: it ends at the end of its sentence."""
        self.revoke_at = at
