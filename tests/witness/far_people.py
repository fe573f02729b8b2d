"""People: their voices, hands and keyboards, the detector at their microphone, and the ear for words.

1. A voice is a stretch of sound with gaps. The detector tells its beginning 80 to 200 ms late, a fall of the
   voice within 100 ms, and its end once it was silent for its hang.
2. The ear tells words while they are spoken and behind the end: late, in pieces, as nothing, or never.
3. What a person does is drawn: coughs, assent, interruptions, long speech, typing, raised hands, silence.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field
from physics import World

from trialogue.model.commands import GrantFloor
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarLost,
    EarReady,
    EchoNoticed,
    FloorRequestCancelled,
    FloorRequested,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
    VoiceFell,
    VoiceRose,
)
from trialogue.model.participants import Participant

HANG_S = 0.4
FALLS_S = 0.08
WORDS_A_SECOND = 2.5


@define(eq=False)
class Stretch:
    """One stretch of a person's voice, in truth."""

    by: str
    kind: str
    begin: float
    parts: tuple[tuple[float, float], ...]
    """Where its voice begins and ends, in seconds from its beginning: gaps lie between."""
    words: str
    end: float = 0.0
    utterance: int = 0
    was_detected: bool = False
    was_told: str | None = None
    """The words that the ear told in the end; None where it told nothing before the meeting's."""
    was_broken: bool = False
    """Whether mute, leave, sleep or death of the process cut it off."""
    beside: set[str] = field(factory=set)
    """The agents that were heard when it began."""

    @property
    def length(self) -> float:
        """Seconds from its first sound to its last."""
        return self.parts[-1][1]


class FarPerson:
    """One person, as the meeting meets it."""

    def __init__(self, world: World, seat: Participant, on: frozenset[str]) -> None:
        self.world = world
        self.name = seat.name
        self.on = on
        self.chance = world.stream(f"person {seat.name}")
        self.stretches: list[Stretch] = []
        self.stretch: Stretch | None = None
        self.voice = False
        self.voice_since = 0.0
        self.is_muted = False
        self.is_present = True
        self.epoch = 0
        self.ear_session = 0
        self.ear_is_ready = False
        self.utterance = 0
        self.pending: list[Stretch] = []
        self.free_at = 0.0
        self.typed = 0
        self.word = 0
        self.hand_at: float | None = None
        self.is_detected = False
        self.worded: list[tuple[float, float]] = []
        """From where to where each utterance was for which the ear told words in the end."""
        world.after(self.chance.uniform(0.2, 1.5), self.ear_connects)
        self._live()

    @property
    def is_audible(self) -> bool:
        """Whether it is to be heard at this moment."""
        return self.voice and not self.is_muted and self.is_present

    def is_heard_for(self, seconds: float) -> bool:
        """Whether it is to be heard, and has been for so long."""
        return self.is_audible and self.world.now - self.voice_since > seconds

    # --- what it does -------------------------------------------------------------------------------

    def _live(self) -> None:
        """Draw what it does by itself, over the whole meeting."""
        for feature, rate, act in (
            ("coughs", 25, self.coughs),
            ("backchannels", 12, self.assents),
            ("interruptions", 30, self.interrupts),
            ("long-speech", 80, self.tells_a_story),
            ("typing", 60, self.types),
            ("hands", 40, self.raises_a_hand),
        ):
            if feature in self.on:
                self._again(rate, act, self.world.stream(f"{self.name} {feature}"))
        if "ear-faults" in self.on:
            self.world.after(self.chance.expovariate(1 / 60), self.ear_drops)
        if "echo" in self.on:
            self._after(5.0, lambda: self.world.tell(EchoNoticed(self.name, self.world.now)))

    def _again(self, rate: float, act: Callable[[], None], chance) -> None:
        def happens() -> None:
            if self.is_present:
                act()
            self._again(rate, act, chance)

        self.world.after(chance.expovariate(1 / rate), happens)

    def _after(self, seconds: float, happening: Callable[[], None]) -> None:
        epoch = self.epoch
        self.world.after(seconds, lambda: happening() if self.epoch == epoch and self.is_present else None)

    def sees(self, command: object) -> None:
        """Answer a grant, unless it is one who says nothing."""
        if isinstance(command, GrantFloor) and command.to == self.name and "silent" not in self.on:
            delay = self.chance.choice((0.3, 1.0, 2.5, 8.0))
            act = self.types if "typing" in self.on and self.chance.random() < 0.2 else self.answers
            self._after(delay, act)

    def coughs(self) -> None:
        """Sound without words, too short to be speech."""
        length = (
            self.chance.uniform(1.1, 2.0) if self.chance.random() < 0.2 else self.chance.uniform(0.2, 0.6)
        )
        self.speaks("cough", ((0.0, length),), words=0)

    def assents(self) -> None:
        """`Mm-hm` and its like: short, one or two words."""
        self.speaks(
            "backchannel", ((0.0, self.chance.uniform(0.3, 0.7)),), words=self.chance.choice((1, 1, 2))
        )

    def interrupts(self) -> None:
        """Speech that means to be heard."""
        self._speaks_at_length("interruption", self.chance.uniform(1.4, 6.0))

    def tells_a_story(self) -> None:
        """Speech that does not end soon."""
        self._speaks_at_length("story", self.chance.uniform(15.0, 60.0))

    def answers(self) -> None:
        """What it says once it has the floor."""
        self._speaks_at_length("answer", self.chance.choice((0.9, 2.0, 6.0, 20.0)))

    def _speaks_at_length(self, kind: str, length: float) -> None:
        parts: list[tuple[float, float]] = []
        at = 0.0
        while at < length:
            end = min(length, at + self.chance.uniform(0.9, 4.0))
            parts.append((at, end))
            at = end + self.chance.uniform(0.12, 0.3)
        self.speaks(kind, tuple(parts), words=max(1, int(length * WORDS_A_SECOND)))

    def types(self) -> None:
        """Words at the keyboard."""
        self.typed += 1
        self.world.tell(
            TextTyped(self.name, f"Typed {self.name} {self.typed}. " + "word " * self.chance.choice((1, 8)))
        )

    def raises_a_hand(self) -> None:
        """Raise a hand, or take it down."""
        if self.hand_at is not None and self.chance.random() < 0.3:
            self.hand_at = None
            self.world.tell(FloorRequestCancelled(self.name))
        elif self.hand_at is None:
            self.hand_at = self.world.now
            self.world.tell(FloorRequested(self.name, self.chance.choice((-1, 0, 0, 1, 2))))

    # --- its voice ----------------------------------------------------------------------------------

    def speaks(self, kind: str, parts: tuple[tuple[float, float], ...], words: int) -> None:
        """Begin a stretch of voice, unless one goes on."""
        if self.stretch is not None or not self.is_present or self.world.now < self.free_at:
            return
        self.word += 1
        text = " ".join(f"{self.name}{self.word}x{place}" for place in range(words))
        stretch = Stretch(self.name, kind, self.world.now, parts, text)
        stretch.beside = set(self.world.sound.sounding)
        self.stretch = stretch
        self.stretches.append(stretch)
        for place, (begin, end) in enumerate(parts):
            last = place == len(parts) - 1
            self._after(begin, lambda first=place == 0: self._rises(stretch, first=first))
            self._after(end, lambda last=last: self._falls(stretch, last=last))

    def _rises(self, stretch: Stretch, *, first: bool) -> None:
        self.voice = True
        self.voice_since = self.world.now
        self.world.sound_changed()
        begun = self.world.now
        if self.is_muted:
            return
        if first or not self.is_detected:
            self._after(self.chance.uniform(0.08, 0.2), lambda: self._detected(stretch, begun))
        else:
            self._after(
                FALLS_S, lambda: self.world.tell(VoiceRose(self.name, begun)) if self.is_detected else None
            )

    def _detected(self, stretch: Stretch, begun: float) -> None:
        if self.is_muted or self.is_detected:
            return
        self.is_detected = stretch.was_detected = True
        self.world.tell(SpeechStarted(self.name, round(begun, 6)))
        if self.ear_is_ready and stretch.words:
            if not self.pending:
                self.utterance += 1
            if stretch not in self.pending:
                self.pending.append(stretch)
            stretch.utterance = self.utterance
            self._interim(stretch)

    def _falls(self, stretch: Stretch, *, last: bool) -> None:
        self.voice = False
        ended = self.world.now
        self.world.sound_changed()
        delay = self.chance.uniform(0.02, FALLS_S)
        self._after(delay, lambda: self.world.tell(VoiceFell(self.name, ended)) if self.is_detected else None)
        if last:
            stretch.end = ended
            self.stretch = None
            self.free_at = ended + HANG_S + 0.1
            self._after(HANG_S, lambda: self._stopped(ended))
            self._after(HANG_S + self.chance.uniform(0.0, 1.0), lambda: self._ear_ends(stretch))

    def _stopped(self, ended: float) -> None:
        if self.is_detected:
            self.is_detected = False
            self.world.tell(SpeechStopped(self.name, ended))

    def muted(self) -> None:
        """The source gives silence from now on: no ear hears what is said meanwhile."""
        self.is_muted = True
        self._breaks_off()
        if self.stretch is not None:
            words = self.stretch.words.split()
            share = min(1.0, (self.world.now - self.stretch.begin) / self.stretch.length)
            self.stretch.words = " ".join(words[: int(share * len(words))])
        ended = self.world.now
        self._after(HANG_S, lambda: self._stopped(ended))
        self.world.sound_changed()

    def unmuted(self) -> None:
        """The source gives sound again."""
        self.is_muted = False
        self.voice_since = self.world.now
        if self.stretch is not None:
            stretch, begun = self.stretch, self.world.now
            if not stretch.was_detected:
                stretch.words = ""  # what the ear makes of its rest is nothing that anybody knows
            stretch.was_broken = True
            if self.voice:
                self._after(0.15, lambda: self._detected(stretch, begun) if self.voice else None)
        self.world.sound_changed()

    def _breaks_off(self) -> None:
        if self.stretch is not None:
            self.stretch.was_broken = True

    def resets(self) -> None:
        """The detector starts anew, as behind a sleep: who still speaks is told of again."""
        self.epoch += 1
        self.is_detected = False
        self.voice = False
        self.pending.clear()
        if self.stretch is not None:
            self.stretch.was_broken = True
            self.stretch.end = self.world.now
        self.stretch = None
        self.ear_is_ready = False
        self.world.after(1.0, self.ear_connects)

    def leaves(self) -> None:
        """The seat is empty: nothing of it comes any more."""
        self.resets()
        self.is_present = False
        self.hand_at = None
        self.world.sound_changed()

    def returns(self) -> None:
        """The seat is taken again."""
        self.is_present = True
        self.world.after(0.5, self.ear_connects)

    # --- its ear ------------------------------------------------------------------------------------

    def ear_connects(self) -> None:
        """A listening session is ready."""
        if self.ear_is_ready or not self.is_present:
            return
        self.ear_session += 1
        self.ear_is_ready = True
        self.world.tell(EarReady(self.name, self.ear_session))

    def ear_drops(self) -> None:
        """The listening session is lost, sometimes for good."""
        if not self.ear_is_ready:
            return
        self.ear_is_ready = False
        self.pending.clear()
        if self.chance.random() < 0.2:
            self.world.tell(EarFailed(self.name, "refused", refused=True))
            return
        self.world.tell(EarLost(self.name, self.ear_session, "1006", 1.0))
        self.world.after(1.5, self.ear_connects)

    def _text(self, share: float = 1.0) -> str:
        said = [stretch.words for stretch in self.pending]
        words = said[-1].split()
        said[-1] = " ".join(words[: max(1, int(len(words) * share))])
        return " ".join(filter(None, said))

    def _interim(self, stretch: Stretch) -> None:
        """Tell words while they are spoken, every half second."""
        if stretch not in self.pending or self.stretch is not stretch or self.is_muted:
            return
        share = 1.0 if stretch.was_broken else (self.world.now - stretch.begin) / stretch.length
        if share * len(stretch.words.split()) >= 1:
            self._hears(self._text(min(1.0, share)), "interim", self.world.now)
        self._after(0.5, lambda: self._interim(stretch))

    def _ear_ends(self, stretch: Stretch) -> None:
        """The end of the person's turn, as the ear takes it: unless the person speaks again."""
        if not self.pending or self.pending[-1] is not stretch or self.stretch is not None:
            return
        text = self._text()
        if "unclear" in self.on and self.chance.random() < 0.3:
            text = ""
        for told in self.pending:
            told.was_told = text if self.world.ended is None else None
        if "never" in self.on and self.chance.random() < 0.1:
            for told in self.pending:
                told.was_told = None
            self.pending.clear()
            return
        if self.chance.random() < 0.2:
            self._hears(text, "eager", stretch.end)
        self._hears(text, "final", stretch.end)
        self.pending.clear()

    def _hears(self, text: str, stage, end: float) -> None:
        begin = self.pending[0].begin
        if text and stage == "final":
            self.worded.append((begin, end))
        self.world.tell(
            EarHeard(self.name, self.ear_session, self.pending[0].utterance, text, begin, end, stage)
        )
