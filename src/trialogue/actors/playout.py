"""One participant's mouth: the replies that have arrived, and the one that is being heard.

1. Sent is not played. A reply's sound is held until `play`; nothing is heard without it.
2. The floor is enforced here a second time: one reply at a time, and a stopped turn's sound is gone,
   whatever of it still arrives.
3. A reply ends when it has been played to its last sample *and* its last byte has arrived; when it is
   stopped; or when nothing more of it has come for `STALL_S` although it was not at its end, or nothing
   at all for `FIRST_S` although it was announced.
4. A paused turn is silent and keeps its sound; resumed, it goes on at the very next sample.
5. What is held is bounded: more than `HELD_S` of unplayed sound withdraws the reply.

No task, no clock: the router calls `pull` once a tick. Positions are samples of the meeting's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import define, field

from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplyWithdrawn,
)

STALL_S = 3.0
FIRST_S = 10.0
HELD_S = 120.0

Outcome = Literal["complete", "cut", "stalled"]


@define
class _Reply:
    """A reply whose sound is here, or still comes."""

    number: int
    sound: bytearray = field(factory=bytearray)
    arrived: int = 0
    played: int = 0
    whole: bool = False


@define
class _Turn:
    """The reply that is being heard."""

    number: int
    reply: _Reply
    begun: bool = False
    paused: bool = False
    resumed: bool = False
    """Whether the next sample that is heard is the first after a pause."""

    dry: int = 0
    """Samples of silence since the sound ran out."""

    gain: float = 1.0
    """The factor of loudness."""


class Playout:
    """One participant's queue of sound (linear16 at the meeting's rate), played at its pace."""

    def __init__(self, participant: str, sample_rate: int, post: Callable[[Event], None]) -> None:
        self.participant = participant
        self._rate = sample_rate
        self._post = post
        self._replies: dict[int, _Reply] = {}
        self._turn: _Turn | None = None

    # --- what arrives (from the session) ---

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Take sound of a reply; sound of a reply that was dropped or stopped is forgotten."""
        held = self._replies.get(reply)
        if held is None:
            return
        held.sound += pcm
        held.arrived += len(pcm)
        if len(held.sound) > HELD_S * self._rate * 2:
            self.withdraw(reply, "overflow")

    def open(self, reply: int) -> None:
        """Expect sound of a new reply."""
        self._replies[reply] = _Reply(reply)

    def finish(self, reply: int) -> float:
        """Note that the reply's last byte has arrived; returns its length in seconds."""
        held = self._replies.get(reply)
        if held is None:
            return 0.0
        held.whole = True
        return held.arrived / (2 * self._rate)

    def is_open(self, reply: int) -> bool:
        """Whether any of this reply may still be heard."""
        return reply in self._replies

    def arrived_s(self, reply: int) -> float:
        """Seconds of the reply's sound that have arrived."""
        held = self._replies.get(reply)
        return held.arrived / (2 * self._rate) if held else 0.0

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Report that no more of the reply comes and that what is here is not to be trusted."""
        if reply in self._replies:
            self._replies[reply].whole = True
            self._post(ReplyWithdrawn(self.participant, reply, reason))

    # --- what is decided (from the brain) ---

    def play(self, reply: int, turn: int) -> None:
        """Let the reply be heard from the next tick on."""
        held = self._replies.get(reply)
        if held is None:
            held = _Reply(reply, whole=True)
            self._replies[reply] = held
        self._turn = _Turn(turn, held)

    def drop(self, reply: int) -> None:
        """Forget a reply and whatever still comes of it; one that is being played falls silent, untold."""
        self._replies.pop(reply, None)
        if self._turn is not None and self._turn.reply.number == reply:
            self._turn = None

    def stop(self, turn: int, position: int) -> None:
        """Silence the turn at `position` and forget the rest of its reply."""
        if self._turn is not None and self._turn.number == turn:
            self._end("cut", position)

    def pause(self, turn: int, position: int) -> None:
        """Fall silent at `position` in this turn; nothing where something else is heard, or nothing is."""
        playing = self._turn
        if playing is None or playing.number != turn or playing.paused:
            return
        playing.paused = True
        self._post(
            PlaybackPaused(
                participant=self.participant,
                turn=turn,
                reply=playing.reply.number,
                position_s=position / self._rate,
                played_s=playing.reply.played / (2 * self._rate),
            )
        )

    def resume(self, turn: int) -> None:
        """Go on in a paused turn from the next tick on."""
        playing = self._turn
        if playing is not None and playing.number == turn and playing.paused:
            playing.paused, playing.resumed = False, True

    def duck(self, turn: int, gain_db: float) -> None:
        """Be heard more quietly in this turn from the next tick on."""
        if self._turn is not None and self._turn.number == turn:
            self._turn.gain = 10 ** (gain_db / 20)

    def unduck(self, turn: int) -> None:
        """Be heard at full loudness in this turn from the next tick on."""
        self.duck(turn, 0.0)

    # --- what is heard (from the router's tick) ---

    def pull(self, samples: int, position: int) -> bytes | None:
        """The next `samples` of what is heard, which start at `position`; None for silence."""
        turn = self._turn
        if turn is None or turn.paused:
            return None
        reply = turn.reply
        pcm = bytes(memoryview(reply.sound)[: 2 * samples])
        del reply.sound[: len(pcm)]
        if not pcm:
            self._dry(turn, samples, position)
            return None
        if not turn.begun:
            turn.begun = True
            self._post(PlaybackStarted(self.participant, turn.number, reply.number, position / self._rate))
        if turn.resumed:
            turn.resumed = False
            self._post(PlaybackResumed(self.participant, turn.number, reply.number, position / self._rate))
        reply.played += len(pcm)
        turn.dry = 0
        if not reply.sound and reply.whole:
            self._end("complete", position + len(pcm) // 2)
        heard = pcm if turn.gain == 1.0 else scaled(pcm, turn.gain)
        return heard.ljust(2 * samples, b"\0")

    def _dry(self, turn: _Turn, samples: int, position: int) -> None:
        """Nothing is here to be heard: the end, or a wait for more."""
        if turn.reply.whole:
            self._end("complete", position)
            return
        turn.dry += samples
        if turn.dry >= (STALL_S if turn.begun else FIRST_S) * self._rate:
            self._end("stalled", position - turn.dry + samples)

    def _end(self, outcome: Outcome, position: int) -> None:
        """The turn is over for this mouth."""
        turn = self._turn
        assert turn is not None  # noqa: S101 - callers have looked
        self._turn = None
        self._replies.pop(turn.reply.number, None)
        self._post(
            PlaybackFinished(
                participant=self.participant,
                turn=turn.number,
                reply=turn.reply.number,
                position_s=position / self._rate,
                played_s=turn.reply.played / (2 * self._rate),
                outcome=outcome,
            )
        )

    def __repr__(self) -> str:
        """Give a status line."""
        turn = self._turn
        doing = f"playing turn {turn.number}" if turn else "silent"
        return f"<Playout {self.participant}: {doing}, {len(self._replies)} replies>"


def scaled(pcm: bytes, gain: float) -> bytes:
    """The same linear16 sound, louder or softer by a factor of at most 1."""
    import numpy as np  # noqa: PLC0415 - only while a turn is ducked

    return (np.frombuffer(pcm, np.int16) * gain).astype(np.int16).tobytes()
