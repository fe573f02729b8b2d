"""Transcript of a meeting: a pure fold of its events and commands.

1. A turn's words are those of the replies that were played in it, in order.
2. A reply that was heard to its end was heard completely; one without sound was not heard.
3. Of a cut reply, the words before the last played sample were heard. Sentences have the position where their
   sound begins; within one, words are assumed to be spread evenly over its characters, and the cut is at the
   boundary before the current word.
4. A paused turn was heard until its pause, and again from where it was resumed.
5. A person's speech is where its voice activity was; its words are those that were attributed to it.
   Typed words are where they were read, and words of speech before its turn began are where that
   speech was. Words beside another's turn are separate utterances.
6. A reply that was cut and continues in a later turn is there from the cut on.
7. Between a cut and its `PlaybackFinished` the played length is the time since `PlaybackStarted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import Factory

from trialogue.brain.words.spoken import SpokenScript, behind
from trialogue.model.commands import Attribute, Cause, Command, EndTurn, GrantFloor, Play
from trialogue.model.events import (
    Event,
    Left,
    MeetingResumed,
    MuteAsked,
    PlaybackFinished,
    PlaybackPaused,
    PlaybackResumed,
    PlaybackStarted,
    ProcessSuspended,
    ReplySent,
    SentenceSaid,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.records import Record
from trialogue.model.sums import summed
from trialogue.model.text import UNCLEAR
from trialogue.model.transcript import Passage, Utterance
from trialogue.values import define


def _aside(words: Attribute) -> Utterance:
    text = " ".join(words.text.split())
    return Utterance(
        participant=words.participant,
        turn=words.turn,
        start_s=words.begin_s,
        end_s=words.end_s,
        heard=text,
        intended=text,
        cause="finished",
        is_certain=words.is_certain,
        beside=words.beside,
    )


@define
class _Piece:
    """One reply as it was played in a turn; a person's speech is reply 0."""

    reply: int
    started_s: float | None = None
    ended_s: float | None = None
    played_s: float = 0.0
    is_whole: bool = False
    is_dry: bool = False
    going_since_s: float | None = None
    """Position where it was last started or resumed; None while it is paused."""
    paused_s: float | None = None
    """Position where it was last paused."""
    base_s: float = 0.0
    """Seconds of the reply that were heard in an earlier turn."""

    def played_until(self, position_s: float) -> float:
        """Seconds of the reply that have been heard at a position."""
        if self.ended_s is not None or self.going_since_s is None:
            return self.played_s
        return self.played_s + max(0.0, position_s - self.going_since_s)

    def pause(self, position_s: float, played_s: float | None = None) -> None:
        """Note that the piece falls silent for a while."""
        self.played_s = self.played_until(position_s) if played_s is None else max(0.0, played_s)
        self.going_since_s = None
        self.paused_s = position_s


@define
class _Turn:
    participant: str
    pieces: list[_Piece] = Factory(list[_Piece])
    cause: Cause | None = None
    words: list[str] = Factory(list[str])
    spoken: list[Passage] = Factory(list[Passage])
    is_certain: bool = True

    @property
    def is_noise(self) -> bool:
        """Whether only a person's sound was heard, and no words."""
        return not self.words and all(piece.reply == 0 for piece in self.pieces)

    def piece(self, participant: str, reply: int) -> _Piece | None:
        """Piece of a reply; None if the reply is not part of the turn."""
        if participant != self.participant:
            return None
        return next((piece for piece in self.pieces if piece.reply == reply), None)

    def close(self, at: float, cause: Cause) -> None:
        """End the turn; sound that still plays ends now, unless its `PlaybackFinished` corrects that."""
        self.cause = cause
        for piece in self.pieces:
            if piece.ended_s is None and piece.started_s is not None:
                paused_s = piece.paused_s if piece.going_since_s is None else None
                piece.played_s = piece.played_until(at)
                piece.ended_s = max(piece.started_s, at if paused_s is None else paused_s)


@define
class Transcript:
    """Transcript of a meeting: a fold; give it each event and then its commands, with the record's time."""

    _scripts: dict[tuple[str, int], SpokenScript] = Factory(dict[tuple[str, int], SpokenScript])
    _turns: dict[int, _Turn] = Factory(dict[int, _Turn])
    _speaking: dict[str, float] = Factory(dict[str, float])
    _held: tuple[str, int] | None = None
    _last: dict[tuple[str, int], _Piece] = Factory(dict[tuple[str, int], _Piece])
    _asides: list[Utterance] = Factory(list[Utterance])

    def take_event(self, event: Event) -> None:
        """Note words and sound that an event reports; other events change nothing."""
        match event:
            case SentenceSaid(participant=name, reply=reply, text=text, offset_s=offset_s):
                self._script(name, reply).add(text, offset_s)
            case ReplySent(participant=name, reply=reply, duration_s=duration_s) if duration_s > 0:
                self._script(name, reply).end_at(duration_s)
            case PlaybackStarted(participant=name, turn=turn, reply=reply, position_s=position_s):
                piece = self._piece(name, turn, reply)
                if piece is not None:
                    piece.started_s = piece.going_since_s = position_s
            case PlaybackPaused(participant=name, turn=turn, reply=reply):
                piece = self._piece(name, turn, reply)
                if piece is not None and piece.ended_s is None:
                    piece.pause(event.position_s, event.played_s)
            case PlaybackResumed(participant=name, turn=turn, reply=reply):
                piece = self._piece(name, turn, reply)
                if piece is not None and piece.ended_s is None:
                    piece.going_since_s = event.position_s
            case SpeechStarted(participant=name, position_s=position_s):
                self._speaking.setdefault(name, position_s)
                self._speak(name)
            case SpeechStopped(participant=name, position_s=position_s):
                self._fall_silent(name, position_s)
            case PlaybackFinished():
                self._finish(event)
            case ProcessSuspended(skipped_s=skipped_s):
                self._speaking.clear()  # sources start again
                self._skip(skipped_s)
            case MeetingResumed():
                self._speaking.clear()
            case MuteAsked(participant=name) | Left(participant=name):
                self._speaking.pop(name, None)
            case _:
                pass

    def take_command(self, at: float, command: Command) -> None:
        """Note the effect of a command on turns and words; other commands change nothing."""
        match command:
            case GrantFloor(to=to, turn=turn):
                self._turns[turn] = _Turn(to)
                self._held = (to, turn)
                if to in self._speaking:
                    self._speak(to)
            case Play(turn=turn, reply=reply) if turn in self._turns:
                self._play(self._turns[turn], reply)
            case EndTurn(turn=turn, cause=cause) if turn in self._turns:
                self._turns[turn].close(at, cause)
                self._held = None
            case Attribute(beside=beside) if beside:
                self._stand_aside(_aside(command))
            case Attribute(turn=turn) if turn in self._turns:
                self._attribute(at, self._turns[turn], command)
            case _:
                pass

    def _stand_aside(self, said: Utterance) -> None:
        """Add words beside a turn; they replace `(unclear)` for the same speech."""
        self._asides = [
            each
            for each in self._asides
            if not (
                each.participant == said.participant
                and each.heard == UNCLEAR
                and said.start_s <= each.start_s <= said.end_s
            )
        ]
        self._asides.append(said)

    def _play(self, taken: _Turn, reply: int) -> None:
        before = self._last.get((taken.participant, reply))
        base_s = before.played_s if before is not None else 0.0
        piece = self._last[taken.participant, reply] = _Piece(reply, played_s=base_s, base_s=base_s)
        taken.pieces.append(piece)

    def _speak(self, name: str) -> None:
        """Add a person's speech to the turn that it holds."""
        held = self._held
        if held is None or held[0] != name:
            return
        taken, start = self._turns[held[1]], self._speaking[name]
        if all(piece.ended_s is not None for piece in taken.pieces):
            taken.pieces.append(_Piece(0, started_s=start, going_since_s=start))

    def _skip(self, skipped_s: float) -> None:
        """Leave out time that passed unheard: what was being heard has not gone on in it."""
        taken = self._turns.get(self._held[1]) if self._held is not None else None
        for piece in taken.pieces if taken is not None else ():
            if piece.ended_s is None and piece.going_since_s is not None:
                piece.going_since_s += skipped_s

    def _fall_silent(self, name: str, position_s: float) -> None:
        self._speaking.pop(name, None)
        held = self._held
        if held is None or held[0] != name:
            return
        for piece in self._turns[held[1]].pieces:
            if piece.reply == 0 and piece.ended_s is None:
                piece.played_s = piece.played_until(position_s)
                piece.ended_s = max(position_s, piece.started_s or position_s)

    def _attribute(self, at: float, taken: _Turn, words: Attribute) -> None:
        taken.words = [each for each in taken.words if each != UNCLEAR]
        taken.spoken = [each for each in taken.spoken if each.text != UNCLEAR]
        taken.words.append(" ".join(words.text.split()))
        taken.is_certain = taken.is_certain and words.is_certain
        if words.end_s > words.begin_s:
            taken.spoken.append(Passage(words.begin_s, words.end_s, taken.words[-1]))
            length_s = words.end_s - words.begin_s
            taken.pieces.append(_Piece(0, started_s=words.begin_s, ended_s=words.end_s, played_s=length_s))
        elif not taken.pieces:
            taken.pieces.append(_Piece(0, started_s=at, ended_s=at))

    def holds(self, turn: int, position_s: float) -> bool:
        """Whether a turn has sound that was heard at a position."""
        taken = self._turns.get(turn)
        return taken is not None and any(
            piece.started_s is not None
            and piece.started_s <= position_s
            and (piece.ended_s is None or piece.ended_s >= position_s)
            for piece in taken.pieces
        )

    def sentence_left_s(self, turn: int, position_s: float) -> float | None:
        """Seconds until the sentence that is heard at a position ends; None if unknown."""
        taken = self._turns.get(turn)
        for piece in taken.pieces if taken else ():
            if piece.started_s is not None and piece.ended_s is None and taken is not None:
                played = piece.played_until(position_s)
                end = self._script(taken.participant, piece.reply).next_sentence_s(played)
                return None if end is None else end - played
        return None

    def heard_by(self, turn: int, position_s: float) -> str:
        """Words heard in a current turn, up to a position."""
        taken = self._turns.get(turn)
        if taken is None:
            return ""
        parts = (
            self._script(taken.participant, piece.reply).between(piece.base_s, piece.played_until(position_s))
            for piece in taken.pieces
        )
        return " ".join(part for part in parts if part)

    def _script(self, participant: str, reply: int) -> SpokenScript:
        return self._scripts.setdefault((participant, reply), SpokenScript())

    def _piece(self, participant: str, turn: int, reply: int) -> _Piece | None:
        taken = self._turns.get(turn)
        return taken.piece(participant, reply) if taken else None

    def _finish(self, event: PlaybackFinished) -> None:
        piece = self._piece(event.participant, event.turn, event.reply)
        if piece is None:
            return
        piece.going_since_s = None
        piece.played_s, piece.ended_s = max(0.0, event.played_s), event.position_s
        piece.is_whole = event.outcome == "complete" and event.played_s > 0
        piece.is_dry = event.outcome == "dry"
        if piece.started_s is None and event.played_s > 0:
            piece.started_s = event.position_s - max(0.0, event.played_s - piece.base_s)

    def _heard(self, participant: str, piece: _Piece) -> str:
        script = self._script(participant, piece.reply)
        if piece.played_s <= piece.base_s:
            return ""  # words without sound were not heard
        heard = script.begun_by if piece.is_dry else script.until
        whole = script.text if piece.is_whole else heard(piece.played_s)
        return behind(whole, script.until(piece.base_s)) if piece.base_s else whole

    def spoken_s(self, turn: int) -> float:
        """Seconds of sound heard in a turn so far."""
        taken = self._turns.get(turn)
        return summed(max(0.0, piece.played_s - piece.base_s) for piece in taken.pieces) if taken else 0.0

    def heard(self, turn: int) -> str:
        """Words heard in a turn so far."""
        taken = self._turns.get(turn)
        if taken is None:
            return ""
        parts = (*(self._heard(taken.participant, piece) for piece in taken.pieces), *taken.words)
        return " ".join(part for part in parts if part)

    def utterance(self, turn: int) -> Utterance | None:
        """Utterance of a completed turn; None if it is not over, or nothing was heard.

        A person's sound without words is noise: speech that was not understood has words that say so.
        """
        taken = self._turns.get(turn)
        if taken is None or taken.cause is None or taken.is_noise:
            return None
        starts = [piece.started_s for piece in taken.pieces if piece.started_s is not None]
        ends = [piece.ended_s for piece in taken.pieces if piece.ended_s is not None]
        if not starts or not ends:
            return None
        texts = (
            *(self._script(taken.participant, piece.reply).text for piece in taken.pieces),
            *taken.words,
        )
        return Utterance(
            participant=taken.participant,
            turn=turn,
            start_s=min(starts),
            end_s=max(ends),
            heard=self.heard(turn),
            intended=" ".join(text for text in texts if text),
            cause=taken.cause,
            is_certain=taken.is_certain,
            passages=tuple(self._passages(taken)),
        )

    def _passages(self, taken: _Turn) -> Iterator[Passage]:
        """Passages of a turn's words; a pause within a reply is spread over the whole reply."""
        yield from taken.spoken
        for piece in taken.pieces:
            script = self._scripts.get((taken.participant, piece.reply))
            played_s = piece.played_s - piece.base_s
            if script is None or piece.started_s is None or piece.ended_s is None or played_s <= 0:
                continue
            pace = max(0.0, piece.ended_s - piece.started_s) / played_s
            for begin, end, text in script.passages(piece.base_s, piece.played_s):
                at, until = begin - piece.base_s, end - piece.base_s
                yield Passage(piece.started_s + at * pace, piece.started_s + until * pace, text)

    def utterances(self) -> tuple[Utterance, ...]:
        """Utterances in order of turns, each turn's own before the speech beside it."""
        found = [self.utterance(turn) for turn in sorted(self._turns)]
        spoken = [utterance for utterance in found if utterance is not None]
        return tuple(sorted([*spoken, *self._asides], key=lambda each: (each.turn, each.beside != "")))


def utterances(records: Iterable[Record]) -> tuple[Utterance, ...]:
    """Utterances of a meeting, from a journal's records, in order of turns."""
    transcript = Transcript()
    for record in records:
        transcript.take_event(record.event)
        for command in record.commands:
            transcript.take_command(record.at, command)
    return transcript.utterances()
