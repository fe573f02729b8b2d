"""Playout of one participant: the replies that have arrived, and the one that is being heard.

1. Sent is not played. A reply's sound is held until `play`.
2. The floor is enforced here a second time: one reply is heard at a time, and sound of a stopped turn is
   dropped, also when it arrives later.
3. A reply ends when it has been played to its last sample *and* its last byte has arrived; when it is
   stopped; or when it was announced and none of its sound comes for `FIRST_S`.
4. A reply that was heard and has run dry for `DRY_S`, with no further words, is over: some services never
   mark a reply's end. Sound that comes after all belongs to another reply.
5. A paused turn is silent and keeps its sound; resumed, it continues at the next sample.
6. A ducked turn is quieter, in all of its replies, until it is unducked.
7. A reply's end is its last heard sample; the event also has the silence at its end.
8. Held sound is bounded: unplayed sound beyond `HELD_S` of a reply, or `HELD_ALL_S` of all replies, withdraws
   the reply for which it came, and is not kept; nor is any that still comes for it.

There is no task and no clock: the router calls `pull` once a tick. Positions are samples on the meeting's
clock.
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
"""Most seconds of unplayed sound of one reply."""

HELD_ALL_S = 300.0
"""Most seconds of unplayed sound of all of a participant's replies."""

SILENT_S = 1.0
"""Most seconds of silence that are reported at the end of a reply."""

Outcome = Literal["complete", "cut", "stalled", "dry"]


@define
class _Reply:
    """Reply whose sound is here, or still comes."""

    number: int
    sound: bytearray = field(factory=bytearray)
    arrived: int = 0
    played: int = 0
    whole: bool = False
    overflown: bool = False
    """Whether there was no room for some of its sound."""


@define
class _Turn:
    """Reply that is being heard."""

    number: int
    reply: _Reply
    heard_to: int | None = None
    """Place at which its last heard sample ended; None before its first."""

    paused: bool = False
    resumed: bool = False
    """Whether the next heard sample is the first after a pause."""

    dry: int = 0
    """Samples of silence since the sound ran out."""

    last: bytearray = field(factory=bytearray)
    """Sound heard last without a pause: at least `SILENT_S` of it and at most twice that, or all."""

    voiced: bool = False
    """Whether any heard sound before `last` was louder than silence."""

    def keep(self, pcm: bytes, sample_rate: int) -> None:
        """Keep heard sound for as long as the silence at its end may need."""
        self.last += pcm
        most = round(2 * SILENT_S * sample_rate)
        if len(self.last) > 2 * most:
            self.voiced = self.voiced or silent_end_s(self.last[:-most], sample_rate) is not None
            del self.last[:-most]

    def silent_s(self, sample_rate: int) -> float:
        """Seconds of silence at the end of the sound, `SILENT_S` at most; 0 where all of it was silence."""
        found = silent_end_s(self.last, sample_rate)
        if found is None:
            return SILENT_S if self.voiced else 0.0
        return min(SILENT_S, found)


class Playout:
    """Queue of one participant's sound (linear16 at the meeting's rate), played at its pace."""

    def __init__(self, participant: str, sample_rate: int, post: Callable[[Event], None]) -> None:
        self.participant = participant
        self._rate = sample_rate
        self._post = post
        self._replies: dict[int, _Reply] = {}
        self._turn: _Turn | None = None
        self._loudness: tuple[int, Fader] = 0, Fader(sample_rate)
        self._newest = _Reply(0)
        self._dried = 0

    # --- from the session ---

    def arrive(self, reply: int, pcm: bytes) -> None:
        """Take sound of a reply; sound of a dropped or stopped reply is only counted."""
        held = self._replies.get(reply)
        if held is None:
            self._newest.arrived += len(pcm) * (reply == self._newest.number)
            return
        if held.overflown:
            return
        if len(pcm) > 2 * self._rate * self._room_s(held):
            held.overflown = True
            self.withdraw(reply, "overflow")
            return
        held.sound += pcm
        held.arrived += len(pcm)

    def _room_s(self, held: _Reply) -> float:
        """Seconds of a reply's sound that can still be held."""
        room_s = HELD_S - len(held.sound) / (2 * self._rate)
        if len(self._replies) * HELD_S <= HELD_ALL_S:
            return room_s
        every = sum(len(each.sound) for each in self._replies.values())
        return min(room_s, HELD_ALL_S - every / (2 * self._rate))

    def open(self, reply: int) -> None:
        """Expect sound of a new reply."""
        self._newest = self._replies[reply] = _Reply(reply)

    def expect(self, reply: int) -> None:
        """Note that sound of the reply is on its way, as its words have come: it does not run dry."""
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
        return self._dried == reply

    def arrived_s(self, reply: int) -> float:
        """Seconds of the reply's sound that have arrived, also where the newest was stopped or dropped."""
        held = self._newest if reply == self._newest.number else self._replies.get(reply)
        return held.arrived / (2 * self._rate) if held else 0.0

    def untold_s(self, reply: int) -> float:
        """Seconds of the reply's sound that can arrive, whenever it is heard, without an event."""
        held = self._replies.get(reply)
        if held is None or held.overflown:
            return inf
        return min(HELD_S - held.arrived / (2 * self._rate), self._room_s(held))

    def withdraw(self, reply: int, reason: Literal["interrupted", "lost", "overflow"]) -> None:
        """Note that no more of the reply comes, and report that its sound is not to be trusted."""
        if reply in self._replies:
            self._replies[reply].whole = True
            self._post(ReplyWithdrawn(self.participant, reply, reason))

    # --- from the brain ---

    def play(self, reply: int, turn: int) -> None:
        """Let the reply be heard from the next tick on."""
        held = self._replies.get(reply)
        if held is None:
            held = _Reply(reply, whole=True)
            self._replies[reply] = held
        self._turn = _Turn(turn, held)

    def drop(self, reply: int) -> None:
        """Discard a reply and its later sound; one that is being played falls silent without an event."""
        self._replies.pop(reply, None)
        if self._turn is not None and self._turn.reply.number == reply:
            self._turn = None

    def stop(self, turn: int, position: int) -> None:
        """Silence the turn at `position` and discard the rest of its reply."""
        playing = self._turn
        if playing is not None and playing.number == turn:
            self._end("cut", position if playing.heard_to is None else playing.heard_to)

    def pause(self, turn: int, position: int) -> None:
        """Fall silent at `position` in this turn; does nothing where no sound of it is heard."""
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
        """Continue a paused turn from the next tick on."""
        playing = self._turn
        if playing is not None and playing.number == turn and playing.paused:
            playing.paused, playing.resumed = False, True
            playing.last, playing.voiced = bytearray(), False

    def duck(self, turn: int, gain_db: float) -> None:
        """Lower the loudness of this turn by so many dB (below 0), from its next sample on."""
        self._loudness_of(turn).set(gain_db)

    def unduck(self, turn: int) -> None:
        """Give this turn its full loudness again, from its next sample on."""
        self.duck(turn, 0.0)

    def _loudness_of(self, turn: int) -> Fader:
        """Loudness of a turn; an earlier turn's is forgotten."""
        if turn > self._loudness[0]:
            self._loudness = turn, Fader(self._rate)
        return self._loudness[1] if turn == self._loudness[0] else Fader(self._rate)

    # --- from the router's tick ---

    def pull(self, samples: int, position: int) -> bytes | None:
        """Next `samples` of the heard sound, which start at `position`; None for silence."""
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
        loudest, fader = self._loudness
        heard = fader.apply(pcm) if loudest == turn.number else pcm
        return heard.ljust(2 * samples, b"\0")

    @property
    def is_sounding(self) -> bool:
        """Whether there is sound to be heard now."""
        turn = self._turn
        return turn is not None and not turn.paused and bool(turn.reply.sound)

    @property
    def is_dry(self) -> bool:
        """Whether an incomplete reply has no sound here: the next sound that arrives is heard at once."""
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
        """Handle an empty queue: end the reply, or wait for more."""
        heard_to = position if turn.heard_to is None else turn.heard_to
        if turn.reply.whole:
            self._end("complete", heard_to)
            return
        turn.dry += samples
        if turn.heard_to is None and turn.dry >= FIRST_S * self._rate:
            self._end("stalled", position - turn.dry + samples)
        elif turn.heard_to is not None and turn.dry >= DRY_S * self._rate:
            self._dried = turn.reply.number
            self._end("dry", heard_to)

    def _end(self, outcome: Outcome, position: int) -> None:
        """End the turn in this mouth."""
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
        """Status line."""
        turn = self._turn
        doing = f"playing turn {turn.number}" if turn else "silent"
        return f"<Playout {self.participant}: {doing}, {len(self._replies)} replies>"
