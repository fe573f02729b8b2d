"""Session as a meeting of a user and an agent: a pure fold over its messages, for reports and pages.

1. The agent's sound comes faster than it plays. Its times are those of a client that plays it at once: after
   what is still playing, and only until the server reports that the user speaks.
2. The user's turn lasts from `UserStartedSpeaking` to the server's words for it; injected words are typed,
   and read at once.
3. Turns are counted as they were taken. They were not granted, as their reason says.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from attrs import evolve, field

from trialogue.model.commands import Attribute, Command, EndMeeting, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    Event,
    LatencyMeasured,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ServiceWarned,
    SessionFailed,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    StopAsked,
    TextTyped,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.participants import Kind, Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.wire import WireSide
from trialogue.serving.measuring import HeardPiece, SideSounds
from trialogue.values import define, frozen

__all__ = ["AGENT", "USER", "FoldedRecord", "WireAsMeeting", "session_plan"]

AGENT: Final = "agent"
USER: Final = "user"

_TAKEN: Final = "taken"
"""Reason of each turn: it was not granted."""

_NO_REPLY: Final = "FAILED_TO_THINK"
"""Code of the error after which a session goes on, without a reply."""

_LONGEST_WARNING: Final = 1024

_MOST_TYPED: Final = 64
"""Most injected texts that may wait for the server's repetition: some are never repeated."""

_JITTER_S: Final = 0.3
"""Seconds that a client's sound may be early or late within one stretch."""


def session_plan(name: str, seed: int) -> MeetingPlan:
    """Plan of a session: a user and an agent."""
    return MeetingPlan(name, (Participant(USER, kind=Kind.HUMAN), Participant(AGENT)), seed=seed)


@frozen
class FoldedRecord:
    """Record to be made."""

    at: float
    """Moment, in seconds since the upgrade."""

    event: Event
    """Event that the message amounts to."""

    commands: tuple[Command, ...] = ()
    """Commands that describe the turns, where the event changed them."""


@define
class _Reply:
    """Reply whose sound is coming."""

    number: int
    turn: int
    begins: float
    """Earliest place at which its sound begins to be heard."""
    size_s: float = 0.0
    has_sound: bool = False

    @property
    def ends(self) -> float:
        """End of its sound so far."""
        return self.begins + self.size_s


@define
class WireAsMeeting:
    """Fold from a session's messages to a meeting's records."""

    sounds: SideSounds = field(factory=SideSounds)
    """Format and length of each side's sound."""

    pieces: dict[WireSide, list[HeardPiece]] = field(factory=lambda: {"client": [], "server": []})
    """Heard pieces of each side, with their times and their places in its file of sound."""

    _turn: int = field(default=0, init=False)
    _replies: int = field(default=0, init=False)
    _open: _Reply | None = field(default=None, init=False)
    _heard: _Reply | None = field(default=None, init=False)
    _user_turn: int = field(default=0, init=False)
    _typed: deque[list[str]] = field(factory=lambda: deque[list[str]](maxlen=_MOST_TYPED), init=False)
    """Injected texts that the server has not repeated yet, word by word."""

    _typed_told: float | None = field(default=None, init=False)
    """Moment at which the server reported speech that may be the first of them."""

    _due: list[tuple[float, int, FoldedRecord]] = field(
        factory=list[tuple[float, int, FoldedRecord]], init=False
    )
    _count: int = field(default=0, init=False)

    def open(self) -> list[FoldedRecord]:
        """Begin the session."""
        return [FoldedRecord(0.0, MeetingStarted())]

    def text(self, at: float, by: WireSide, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take a text message."""
        told = self._until(at)
        take = _TAKES.get((by, str(message.get("type", ""))))
        return told if take is None else [*told, *take(self, at, message)]

    def sound(self, at: float, by: WireSide, data: bytes) -> list[FoldedRecord]:
        """Take sound."""
        told = self._until(at)
        if by == "client":
            piece = self.sounds.measured("client", data, is_new=False)
            self._place("client", evolve(piece, begins=self._user_hears(at, piece.length_s)))
            return told
        reply = self._open or self._begin(at)
        piece = self.sounds.measured("server", data, is_new=not reply.has_sound)
        if not reply.has_sound:
            reply.has_sound, reply.begins = True, max(at, reply.begins)
            self._later(reply.begins, PlaybackStarted(AGENT, reply.turn, reply.number, reply.begins))
        self._place("server", evolve(piece, begins=reply.ends))
        reply.size_s += piece.length_s
        return [*told, *self._until(at)]

    def _user_hears(self, at: float, seconds: float) -> float:
        """Place of a client's sound: after the sound before, if that is close to now."""
        last = self.pieces["client"][-1:]
        behind = last[0].ends if last else 0.0
        return behind if abs(at - seconds - behind) < _JITTER_S else max(behind, at - seconds)

    def _place(self, by: WireSide, piece: HeardPiece) -> None:
        """Append a piece of sound; it is joined to one that it continues."""
        pieces = self.pieces[by]
        last = pieces[-1] if pieces else None
        if last is not None and last.is_followed_by(piece):
            pieces[-1] = evolve(last, size=last.size + piece.size, length_s=last.length_s + piece.length_s)
        elif piece.length_s:
            pieces.append(piece)

    def close(self, at: float, reason: str) -> list[FoldedRecord]:
        """End the session; sound that was still to be heard is not heard."""
        told = [*self._until(at), *self._cut(at)]
        if self._user_turn:
            told.append(self._user_ends(at, ""))
        return [*told, FoldedRecord(at, StopAsked(reason), (EndMeeting(reason),))]

    # --- the agent ----------------------------------------------------------------------------------

    def _begin(self, at: float) -> _Reply:
        """Begin a reply, to be heard after the one before."""
        self._turn, self._replies = self._turn + 1, self._replies + 1
        begins = at if self._heard is None else max(at, self._heard.ends)
        reply = self._open = _Reply(self._replies, self._turn, begins)
        granted = GrantFloor(AGENT, reply.turn, _TAKEN, float("inf"))
        commands = (granted, Play(AGENT, reply.number, reply.turn))
        self._later(begins, ReplyStarted(AGENT, reply.number), *commands)
        return reply

    def take_says(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take words of the agent, or the server's words for the user's speech."""
        if message.get("role") == "user":
            return self._understood(at, str(message.get("content", "")))
        reply = self._open or self._begin(at)
        said = SentenceSaid(AGENT, reply.number, str(message.get("content", "")), reply.size_s)
        self._later(reply.begins, said)
        return self._until(at)

    def take_done(self, at: float, _: Mapping[str, Any]) -> list[FoldedRecord]:
        """Note that all sound of a reply was sent."""
        reply, self._open = self._open, None
        if reply is None:
            return []
        self._heard = reply
        self._later(reply.begins, ReplySent(AGENT, reply.number, reply.size_s))
        if reply.has_sound:
            played = (reply.ends, reply.size_s)
            finished = PlaybackFinished(AGENT, reply.turn, reply.number, *played, "complete")
            self._later(reply.ends, finished, EndTurn(AGENT, reply.turn, "finished"))
        return self._until(at)

    def _cut(self, at: float) -> list[FoldedRecord]:
        """Cut the agent's sound here, and drop what was still to be heard."""
        self._due.clear()
        self.pieces["server"] = [each.until(at) for each in self.pieces["server"] if each.begins < at]
        heard = [each for each in (self._heard, self._open) if each is not None]
        self._heard = self._open = None
        return [
            FoldedRecord(
                at,
                PlaybackFinished(AGENT, each.turn, each.number, at, max(0.0, at - each.begins), "cut"),
                (EndTurn(AGENT, each.turn, "interrupted"),),
            )
            for each in heard
            if each.begins <= at < each.ends
        ]

    # --- the user -----------------------------------------------------------------------------------

    def take_user_speaks(self, at: float, _: Mapping[str, Any]) -> list[FoldedRecord]:
        """Note that the server hears the user begin; some servers also report injected words by this."""
        told = self._cut(at)
        if self._user_turn:
            return told
        if self._typed and self._typed_told is None:
            self._typed_told = at
            return told
        return [*told, self._user_begins(at, at)]

    def _user_begins(self, at: float, begins: float) -> FoldedRecord:
        self._turn += 1
        self._user_turn = self._turn
        granted = GrantFloor(USER, self._turn, _TAKEN, float("inf"))
        return FoldedRecord(at, SpeechStarted(USER, begins), (granted,))

    def take_types(self, _: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take injected words of the user."""
        words = str(message.get("content", "")).split()
        self._typed.extend([words] if words else [])
        return []

    def _read(self, at: float, words: str) -> list[FoldedRecord]:
        """Take the server's repetition of injected words; those before them are not repeated any more."""
        while self._typed.popleft() != words.split():
            pass
        self._typed_told = None
        self._turn += 1
        granted = GrantFloor(USER, self._turn, _TAKEN, float("inf"))
        attributed = Attribute(USER, self._turn, words, is_certain=True, begin_s=at, end_s=at)
        ended = EndTurn(USER, self._turn, "finished")
        return [*self._cut(at), FoldedRecord(at, TextTyped(USER, words), (granted, attributed, ended))]

    def _understood(self, at: float, words: str) -> list[FoldedRecord]:
        if words.split() in self._typed:
            return self._read(at, words)
        begins, self._typed_told = self._typed_told, None
        if begins is not None:
            self._typed.popleft()
        begun: list[FoldedRecord] = []
        if not self._user_turn:
            cut = self._cut(at) if begins is None else []
            begun = [*cut, self._user_begins(at, at if begins is None else begins)]
        return [*begun, self._user_ends(at, words)]

    def _user_ends(self, at: float, words: str) -> FoldedRecord:
        turn, self._user_turn = self._user_turn, 0
        attributed = (Attribute(USER, turn, words, is_certain=True),) if words else ()
        return FoldedRecord(at, SpeechStopped(USER, at), (*attributed, EndTurn(USER, turn, "finished")))

    # --- the rest -----------------------------------------------------------------------------------

    def take_settings(self, _: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take the formats of the client's sound."""
        self.sounds.use(message)
        return []

    def take_applied(self, at: float, _: Mapping[str, Any]) -> list[FoldedRecord]:
        """Note that the session is ready."""
        return [FoldedRecord(at, SessionReady(AGENT, 1))]

    def take_called(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take function calls."""
        return [
            FoldedRecord(
                at,
                ToolRequested(
                    AGENT,
                    1,
                    str(call.get("id", "")),
                    str(call.get("name", "")),
                    str(call.get("arguments", "")),
                    ours=bool(call.get("client_side", True)),
                ),
            )
            for call in _objects(message.get("functions"))
        ]

    def take_answered(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take the result of a function."""
        call = str(message.get("id", ""))
        return [FoldedRecord(at, ToolFinished(AGENT, call, "succeeded", str(message.get("content", ""))))]

    def take_measured(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take the times of stages."""
        parts = [
            _seconds(message.get(name))
            for name in ("stt_latency", "ttt_text_latency", "tts_latency", "total_latency")
        ]
        return [FoldedRecord(at, LatencyMeasured(AGENT, *parts))]

    def take_warned(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Take a warning of the server."""
        words = str(message.get("description", ""))[:_LONGEST_WARNING]
        return [FoldedRecord(at, ServiceWarned(AGENT, str(message.get("code", "")), words))]

    def take_failed(self, at: float, message: Mapping[str, Any]) -> list[FoldedRecord]:
        """Note that the session failed, or only a reply."""
        code = str(message.get("code", ""))
        failed = ReplyFailed(AGENT, 0, code) if code == _NO_REPLY else SessionFailed(AGENT, code)
        return [FoldedRecord(at, failed)]

    # --- what is due --------------------------------------------------------------------------------

    def _later(self, at: float, event: Event, *commands: Command) -> None:
        self._count += 1
        heapq.heappush(self._due, (at, self._count, FoldedRecord(at, event, commands)))

    def _until(self, at: float) -> list[FoldedRecord]:
        told: list[FoldedRecord] = []
        while self._due and self._due[0][0] <= at:
            told.append(heapq.heappop(self._due)[2])
        return told


_Take: TypeAlias = Callable[[WireAsMeeting, float, Mapping[str, Any]], list[FoldedRecord]]

_TAKES: Final[Mapping[tuple[WireSide, str], _Take]] = {
    ("client", "Settings"): WireAsMeeting.take_settings,
    ("client", "InjectUserMessage"): WireAsMeeting.take_types,
    ("server", "SettingsApplied"): WireAsMeeting.take_applied,
    ("server", "UserStartedSpeaking"): WireAsMeeting.take_user_speaks,
    ("server", "ConversationText"): WireAsMeeting.take_says,
    ("server", "AgentAudioDone"): WireAsMeeting.take_done,
    ("server", "FunctionCallRequest"): WireAsMeeting.take_called,
    ("server", "FunctionCallResponse"): WireAsMeeting.take_answered,
    ("client", "FunctionCallResponse"): WireAsMeeting.take_answered,
    ("server", "LatencyReport"): WireAsMeeting.take_measured,
    ("server", "Warning"): WireAsMeeting.take_warned,
    ("server", "Error"): WireAsMeeting.take_failed,
}
"""Functions by type of message; other messages change nothing."""


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in cast("list[object]", value):
            if isinstance(each, dict):
                yield cast("dict[str, Any]", each)


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
