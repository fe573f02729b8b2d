"""One participant's mouth: the replies that have arrived, and the one that is being heard.

1. Sent is not played. A reply's sound is held until `play`; nothing is heard without it.
2. The floor is enforced here a second time: one reply at a time, and a stopped turn's sound is gone,
   whatever of it still arrives.
3. A reply ends when it has been played to its last sample *and* its last byte has arrived; when it is
   stopped; or when nothing at all of it has come for `FIRST_S` although it was announced.
4. A reply that was heard and has run dry for `DRY_S`, without a word of more, is over: its service has gone
   on, or never says that it is done. Should it go on after all, that is another reply.
5. A paused turn is silent and keeps its sound; resumed, it goes on at the very next sample.
6. A ducked turn is heard more quietly, all of its replies, until it is unducked.
7. Wherever a reply ends, it ended at its last sample that was heard; how much silence that was is told, too.
8. What is held is bounded: more than `HELD_S` of unplayed sound withdraws the reply.

No task, no clock: the router calls `pull` once a tick. Positions are samples of the meeting's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, inf
from typing import Literal

from attrs import field

from trialogue.actors.loudness import Fader, silent_end_s
from trialogue.model.events import (
    Event,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ReplyWithdrawn,
)
from trialogue.values import define

DRY_S = 1.0
FIRST_S = 10.0
HELD_S = 120.0
SILENT_S = 1.0
"""Silence that a reply is said to end with at most."""

Outcome = Literal["complete", "cut", "stalled", "dry"]


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
    heard_to: int | None = None
    """Place at which its last heard sample ended; None before its first."""

    paused: bool = False
    resumed: bool = False
    """Whether the next sample that is heard is the first after a pause."""

    dry: int = 0
    """Samples of silence since the sound ran out."""

    last: bytearray = field(factory=bytearray)
    """Sound that was heard last without a pause: `SILENT_S` of it, twice that at most, or all."""

    voiced: bool = False
    """Whether what was heard before that was louder than silence anywhere."""

    def keep(self, pcm: bytes, sample_rate: int) -> None:
        """Keep what is heard for as long as the silence at its end is of interest."""
        self.last += pcm
        most = round(2 * SILENT_S * sample_rate)
        if len(self.last) > 2 * most:
            self.voiced = self.voiced or silent_end_s(self.last[:-most], sample_rate) is not None
            del self.last[:-most]

    def silent_s(self, sample_rate: int) -> float:
        """How much silence the sound ends with, `SILENT_S` at most; 0 where it was nothing else."""
        found = silent_end_s(self.last, sample_rate)
        if found is None:
            return SILENT_S if self.voiced else 0.0
        return min(SILENT_S, found)


class Playout:
    """One participant's queue of sound (linear16 at the meeting's rate), played at its pace."""

    def __init__(self, participant: str, sample_rate: int, post: Callable[[Event], None]) -> None:
        self.participant = participant
        self._rate = sample_rate
        self._post = post
        self._replies: dict[int, _Reply] = {}
        self._turn: _Turn | None = None
        self._loudness: tuple[int, Fader] = 0, Fader(sample_rate)
        self._dried: _Reply | None = None

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

    def expect(self, reply: int) -> None:
        """Note that sound of the reply is on its way, as words of it have come: it does not run dry."""
        if self._turn is not None and self._turn.reply.number == reply:
            self._turn.dry = 0

    def finish(self, reply: int) -> float:
        """Note that the reply's last byte has arrived; returns its length in seconds."""
        if reply in self._replies:
            self._replies[reply].whole = True
        return self.arrived_s(reply)

    def is_open(self, reply: int) -> bool:
        """Whether any of this reply may still be heard."""
        return reply in self._replies

    def has_dried(self, reply: int) -> bool:
        """Whether the reply ended because it ran dry."""
        return self._dried is not None and self._dried.number == reply

    def arrived_s(self, reply: int) -> float:
        """Seconds of the reply's sound that have arrived."""
        held = self._dried if self.has_dried(reply) else self._replies.get(reply)
        return held.arrived / (2 * self._rate) if held else 0.0

    def untold_s(self, reply: int) -> float:
        """Seconds of the reply's sound that can arrive, whenever it is heard, without anything being told."""
        held = self._replies.get(reply)
        return inf if held is None else HELD_S - held.arrived / (2 * self._rate)

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
        playing = self._turn
        if playing is not None and playing.number == turn:
            self._end("cut", position if playing.heard_to is None else playing.heard_to)

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
                position_s=(position if playing.heard_to is None else playing.heard_to) / self._rate,
                played_s=playing.reply.played / (2 * self._rate),
            )
        )

    def resume(self, turn: int) -> None:
        """Go on in a paused turn from the next tick on."""
        playing = self._turn
        if playing is not None and playing.number == turn and playing.paused:
            playing.paused, playing.resumed = False, True
            playing.last, playing.voiced = bytearray(), False

    def duck(self, turn: int, gain_db: float) -> None:
        """Let this turn be heard by so many dB (below 0) more quietly, from its next sample on."""
        self._loudness_of(turn).set(gain_db)

    def unduck(self, turn: int) -> None:
        """Let this turn be heard in full again, from its next sample on."""
        self.duck(turn, 0.0)

    def _loudness_of(self, turn: int) -> Fader:
        """The loudness of a turn; an earlier turn's is forgotten."""
        if turn > self._loudness[0]:
            self._loudness = turn, Fader(self._rate)
        return self._loudness[1] if turn == self._loudness[0] else Fader(self._rate)

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
        if turn.heard_to is None or turn.resumed:
            self._tell_beginning(turn, position)
        reply.played += len(pcm)
        turn.keep(pcm, self._rate)
        turn.dry, turn.heard_to = 0, position + len(pcm) // 2
        if not reply.sound and reply.whole:
            self._end("complete", turn.heard_to)
        return self._loudness_of(turn.number).apply(pcm).ljust(2 * samples, b"\0")

    @property
    def is_sounding(self) -> bool:
        """Whether there is anything to be heard now."""
        turn = self._turn
        return turn is not None and not turn.paused and bool(turn.reply.sound)

    @property
    def is_dry(self) -> bool:
        """Whether nothing is here to be heard of a reply that is not whole: what arrives is heard next."""
        turn = self._turn
        return turn is not None and not (turn.paused or turn.reply.sound or turn.reply.whole)

    def untold(self, samples: int, most: int) -> int:
        """Number of ticks of so many samples, `most` at most, that can be pulled without an event."""
        turn = self._turn
        if turn is None or turn.paused:
            return most
        held = len(turn.reply.sound) // 2
        if not held:
            bound_s = FIRST_S if turn.heard_to is None else DRY_S
            left = ceil((bound_s * self._rate - turn.dry) / samples) - 1
            return 0 if turn.reply.whole else max(0, min(most, left))
        if turn.heard_to is None or turn.resumed:
            return 0
        ends = turn.reply.whole and held % samples == 0
        return min(most, held // samples - ends)

    def _tell_beginning(self, turn: _Turn, position: int) -> None:
        """Report the first sample of a reply, and the first after a pause."""
        place = self.participant, turn.number, turn.reply.number, position / self._rate
        if turn.heard_to is None:
            self._post(PlaybackStarted(*place))
        if turn.resumed:
            turn.resumed = False
            self._post(PlaybackResumed(*place))

    def _dry(self, turn: _Turn, samples: int, position: int) -> None:
        """Meet a queue that is empty: the end, or a wait for more."""
        heard_to = position if turn.heard_to is None else turn.heard_to
        if turn.reply.whole:
            self._end("complete", heard_to)
            return
        turn.dry += samples
        if turn.heard_to is None and turn.dry >= FIRST_S * self._rate:
            self._end("stalled", position - turn.dry + samples)
        elif turn.heard_to is not None and turn.dry >= DRY_S * self._rate:
            self._dried = turn.reply
            self._end("dry", heard_to)

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
                silent_s=0.0 if outcome == "cut" else round(turn.silent_s(self._rate), 6),
            )
        )

    def __repr__(self) -> str:
        """Give a status line."""
        turn = self._turn
        doing = f"playing turn {turn.number}" if turn else "silent"
        return f"<Playout {self.participant}: {doing}, {len(self._replies)} replies>"
