"""What users notice, checked from outside of the brain after every event.

1. Silence is called only when nobody is to be heard, and was not for as long as the plan says.
2. Dead air is no longer than the silence limit lets it be; a floor that is free goes to somebody in time.
3. Every scripted line is heard once, in order.
4. There is one holder; each turn ends once, and no timer, mute or departure leaves one behind.
5. Nobody who is to be heard is cut without a verdict, a limit or a stop; a cough or assent cuts nobody.
6. Who goes on speaking beside a turn is let in, in time; who is ducked or paused does not stay so.
7. A raised hand is granted or taken down; nobody is passed over for ever where a policy promises it.
8. Time moves; nobody is asked for ever in vain.
9. A person's speech stands in the transcript, in words or as `(unclear)`; what it typed is read in its turn.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from attrs import define, field
from far_people import Stretch
from physics import TICK_S, Decision, Violation, World

from trialogue.brain.turn.attribution import SURE_S
from trialogue.brain.words.names import addressee, last_addressee
from trialogue.model import commands as c
from trialogue.model import events as e
from trialogue.model.participants import Kind
from trialogue.model.plan import SilenceStep
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.report.measures.interruptions import attempts
from trialogue.report.stretches import stretches

SLACK_S = 0.35
"""What a detector, a tick and a mailbox may take together."""

BLUR_S = 0.1
"""By how much a detector's places may make speech shorter than it is."""

AT_ONCE = 120
"""The most events of one instant; a machine that wakes up finds many."""

WOKEN_AT_ONCE = 12
AGREE = {
    "backchannel": ("backchannel",),
    "interruption": ("succeeded", "failed"),
    "overlap": ("overlap", "succeeded", "failed"),
}
"""What the report may call what the brain calls so."""

HELD = 6
"""How many turns of others a hand waits for at most; what is silent, lost or asked for comes on top."""

IN_VAIN = 40
"""The most prompts that an agent may be given while nobody is heard at all."""

FAIR = frozenset(("round-robin", "least-spoken", "parallel-collect", "random"))
"""Policies under which everybody who can speak comes to speak."""


@define
class Turn:
    """The turn that goes on, as commands tell of it."""

    holder: str
    number: int
    at: float
    hold_until: float
    was_begun: bool = False
    """Whether its holder, a person, has begun to speak or typed: a hand is for another turn then."""


@define
class Witness:
    """Sees events, commands and the truth, and knows nothing of the brain."""

    world: World
    is_calm: bool = False
    """Whether nothing outranks whom a speaker names."""
    turn: Turn | None = None
    words: dict[tuple[str, int], str] = field(factory=dict)
    last_reply: int = 0
    named: str | None = None
    """Who was named in the turn that has just ended, and must speak next."""
    number: int = 0
    over: bool = False
    over_at: float = 0.0
    opened: bool = False
    quiet_since: float | None = None
    quiet_before: float | None = None
    """Since when nobody was heard before the sound that is heard now."""
    fell_silent_at: float = 0.0
    was_noticed: bool = False
    """Whether anybody was told of the sound that is heard now, or was last."""
    chair: str | None = None
    """Who chairs: the cast's chair, or the deputy in its place."""
    told_speaking: set[str] = field(factory=set)
    told_playing: dict[str, int] = field(factory=dict)
    away: set[str] = field(factory=set)
    muted: set[str] = field(factory=set)
    heard: dict[str, list[int]] = field(factory=dict)
    replies_heard: dict[str, int] = field(factory=dict)
    dropped: set[tuple[str, int]] = field(factory=set)
    started: set[tuple[str, int]] = field(factory=set)
    cued: set[tuple[str, int]] = field(factory=set)
    soft: dict[str, tuple[float, str]] = field(factory=dict)
    """Who is ducked or paused, since when, and which."""
    hands: dict[str, tuple[float, int]] = field(factory=dict)
    waits: Counter[str] = field(factory=Counter)
    vain: Counter[str] = field(factory=Counter)
    instant: tuple[float, int, int] = (0.0, 0, 0)
    run: set[tuple[str, str]] = field(factory=set)
    disturbed_at: float = -100.0
    longest_quiet: float = 0.0
    longest_free: float = 0.0
    waiting_since: float | None = None
    read_until: float = 0.0
    """Until when typed words are read: that is no silence."""
    sounding_before: frozenset[str] = frozenset()
    typed: dict[str, list[str]] = field(factory=dict)
    """What people have typed that was not read yet."""

    def __attrs_post_init__(self) -> None:
        """Note who chairs."""
        chair = self.world.plan.chair
        self.chair = chair.name if chair else None

    # --- what is said in the names of the checks ---------------------------------------------------

    def fail(self, kind: str, text: str) -> None:
        """Report what a user would notice."""
        raise Violation(kind, f"at {self.world.now:g}: {text}")

    def must(self, holds: object, kind: str, text: str) -> None:
        """Report it unless this holds."""
        if not holds:
            self.fail(kind, text)

    # --- an event, its commands --------------------------------------------------------------------

    def before(self, decision: Decision) -> None:
        """Look at a decision before it is carried out: the truth is still that of the event."""
        self._time_moves(decision)
        self._take_event(decision.event)
        self.sounding_before = frozenset(self.world.sound.sounding)
        self._named_speaks_next(decision)
        for command in decision.commands:
            last_words = isinstance(decision.event, e.EarHeard) and isinstance(command, c.Attribute)
            self.must(not self.over or last_words, "decides-after-the-end", f"{command}")
            self._take_command(command, decision)
        self._deadlines()

    def after(self, decision: Decision) -> None:
        """Look at the world once a decision was carried out."""
        if self.turn is None and self.world.brain.holder is not None:
            self.fail("holder", f"the brain has a holder that nobody was told of: {self.world.brain.holder}")
        if self.turn is not None and self.world.brain.holder != self.turn.holder:
            self.fail("holder", f"{self.turn.holder} was granted the floor, {self.world.brain.holder} has it")
        self.sound_changed()

    def _time_moves(self, decision: Decision) -> None:
        at, count, woken = self.instant
        if decision.at != at:
            count = woken = 0
        count += 1
        woken += isinstance(decision.event, e.Woke)
        self.instant = (decision.at, count, woken)
        self.must(count <= AT_ONCE, "time-stands-still", f"{count} events in one instant")
        self.must(woken <= WOKEN_AT_ONCE, "time-stands-still", f"{woken} timers in one instant")

    def _take_event(self, event: e.Event) -> None:
        if isinstance(event, e.SpeechStarted | e.TextTyped) and self.turn is not None:
            self.turn.was_begun = self.turn.was_begun or self.turn.holder == event.participant
        if isinstance(event, e.SpeechStarted | e.VoiceRose | e.PlaybackStarted | e.PlaybackResumed):
            self._is_noticed()
        match event:
            case e.SpeechStarted(participant=name):
                self.told_speaking.add(name)
            case e.SpeechStopped(participant=name):
                self.told_speaking.discard(name)
            case e.PlaybackStarted(participant=name, turn=turn, reply=reply):
                self.told_playing[name] = turn
                self._is_heard(name, reply)
            case e.SentenceSaid(participant=name, reply=reply, text=text):
                self.words[name, reply] = f"{self.words.get((name, reply), '')} {text}"
            case e.PlaybackPaused(participant=name):
                self.told_playing.pop(name, None)
            case e.PlaybackResumed(participant=name, turn=turn):
                self.told_playing[name] = turn
            case e.PlaybackFinished(participant=name):
                self.told_playing.pop(name, None)
                self.soft.pop(name, None)
            case e.TextTyped(participant=name, text=text):
                if name not in self.muted and name not in self.away:
                    self.typed.setdefault(name, []).append(text)
            case _:
                self._take_seats(event)

    def _is_noticed(self) -> None:
        """Sound is told of, that goes on or has just ended."""
        self.was_noticed = True
        if self.quiet_since is not None:
            self.quiet_since = max(self.quiet_since, self.fell_silent_at)

    def _take_seats(self, event: e.Event) -> None:
        match event:
            case e.ReplyStarted(participant=name, reply=reply):
                self.started.add((name, reply))
            case e.SessionReady(participant=name):
                self.away.discard(name)
            case e.SessionLost(participant=name) | e.SessionFailed(participant=name):
                self._leaves(name)
            case e.Left(participant=name):
                self._leaves(name)
                self.hands.pop(name, None)
            case e.Joined(seat=seat):
                self.muted.discard(seat.name)
                if seat.kind is not Kind.AGENT:
                    self.away.discard(seat.name)
            case e.FloorRequested(participant=name):
                waits = self.turn is None or self.turn.holder != name or self.turn.was_begun
                may_speak = name not in self.muted and self.world.plan.participant(name).may_speak
                if may_speak and waits and not self.over:
                    self.hands.setdefault(name, (self.world.now, self.number))
            case e.FloorRequestCancelled(participant=name):
                self.hands.pop(name, None)
            case e.MuteAsked(participant=name, muted=False):
                self.muted.discard(name)
            case e.ProcessSuspended() | e.MeetingResumed():
                self._disturbed(event)
            case _:
                pass

    def _leaves(self, name: str) -> None:
        self.away.add(name)
        self.told_speaking.discard(name)
        self.waits.pop(name, None)
        self.typed.pop(name, None)

    def _disturbed(self, event: e.Event) -> None:
        """All sessions are gone, all sources begin anew."""
        self.disturbed_at = self.world.now
        self.told_speaking.clear()
        if self.quiet_since is not None and isinstance(event, e.ProcessSuspended):
            self.quiet_since = min(self.world.now, self.quiet_since + event.for_s)
            self.read_until = min(self.world.now, self.read_until + event.for_s)
        if self.quiet_before is not None and isinstance(event, e.ProcessSuspended):
            self.quiet_before = min(self.world.now, self.quiet_before + event.for_s)
        self.waits.clear()
        self.soft.clear()
        self.away |= {p.name for p in self.world.plan.participants if p.kind is Kind.AGENT}
        if isinstance(event, e.MeetingResumed):
            self.told_playing.clear()

    # --- names -------------------------------------------------------------------------------------

    def _named_speaks_next(self, decision: Decision) -> None:
        """Who was named and is there has the floor next, where nothing outranks it, or a note says why."""
        plan = self.world.plan
        for command in decision.commands if self.is_calm else ():
            match command:
                case c.EndTurn(participant=name, cause="finished"):
                    text = self.words.get((name, self.last_reply), "")
                    asks = {"moderated": addressee, "addressed": last_addressee}.get(plan.floor.policy)
                    speaks = plan.floor.policy != "moderated" or name == self.chair
                    self.named = asks(text, plan.participants, name) if asks and speaks else None
                case c.GrantFloor(to=to):
                    noted = any(isinstance(each, c.Report) for each in decision.commands)
                    absent = self.named is not None and self.named in self.away
                    fits = self.named in {None, to} or noted or absent
                    self.must(fits, "named-passed-over", f"{self.named} was named, {to} has the floor")
                    self.named = None
                case _:
                    pass

    # --- lines -------------------------------------------------------------------------------------

    def _is_heard(self, name: str, reply: int) -> None:
        entry = self.world.far.agents[name].entry_of.get(reply)
        if entry is None:
            return
        heard = self.heard.setdefault(name, [])
        goes_on = self.replies_heard.get(name) == reply  # from where a false interruption cut it
        self.last_reply = self.replies_heard[name] = reply
        if goes_on:
            return
        self.must(entry not in heard, "line-twice", f"{name} says line {entry} again")
        self.must(entry == len(heard), "line-lost", f"{name} says line {entry}, behind {heard[-1:]}")
        heard.append(entry)

    # --- commands ----------------------------------------------------------------------------------

    def _take_command(self, command: Any, decision: Decision) -> None:
        cast = {p.name: p for p in self.world.plan.participants}
        match command:
            case c.GrantFloor():
                self._grants(command, cast)
            case c.EndTurn(participant=name, turn=turn, cause=cause):
                self.must(
                    self.turn is not None and (self.turn.holder, self.turn.number) == (name, turn),
                    "one-holder",
                    f"a turn ends that is not: {command}",
                )
                self._ends(name, cause, decision)
            case c.Cue(to=to, turn=turn) | c.Speak(to=to, turn=turn):
                self._chair_reads_of_hands(command)
                self.must(
                    self.turn and (self.turn.holder, self.turn.number) == (to, turn), "cue", f"{command}"
                )
                self._prompts(to)
            case c.Prepare(to=to):
                self._prompts(to)
            case c.Play(participant=name, reply=reply, turn=turn):
                self.must(
                    self.turn and (self.turn.holder, self.turn.number) == (name, turn), "play", f"{command}"
                )
                self.must((name, reply) in self.started - self.dropped, "play", f"no such reply: {command}")
            case c.Drop(participant=name, reply=reply):
                self.must((name, reply) in self.started, "drop", f"no such reply: {command}")
                self.dropped.add((name, reply))
            case c.DuckPlayout(participant=name):
                self.soft[name] = (self.world.now, "ducked")
            case c.PausePlayout(participant=name):
                self.soft[name] = (self.world.now, "paused")
            case (
                c.UnduckPlayout(participant=name)
                | c.ResumePlayout(participant=name)
                | c.StopPlayout(participant=name)
            ):
                self.soft.pop(name, None)
            case c.RunTool(participant=name, call_id=call):
                self.must((name, call) not in self.run, "tool-twice", f"{command}")
                self.run.add((name, call))
            case c.WakeAt(at=at):
                self.must(at > self.world.now, "time-stands-still", f"{command}")
            case c.SetHearing(muted=muted):
                self.muted = set(muted)
                for name in muted:
                    self.hands.pop(name, None)
                    self.waits.pop(name, None)
                    self.typed.pop(name, None)
            case _:
                self._take_more(command)

    def _chair_reads_of_hands(self, command: c.Cue | c.Speak) -> None:
        """A chair that is an agent is told whose hands are up whenever it is asked to speak."""
        if self.world.plan.floor.policy != "moderated" or not isinstance(command, c.Cue):
            return
        is_again = (command.to, command.prompt) in self.cued
        self.cued.add((command.to, command.prompt))
        up = {name for name in self.hands if name != command.to}
        if command.to == self.chair and up and not is_again:
            self.must("hands are up" in command.text, "hand-untold", f"{sorted(up)} to {command}")

    def _take_more(self, command: Any) -> None:
        match command:
            case c.EndMeeting(reason=reason):
                self._meeting_ends(reason)
            case c.Replace(participant=name):
                self.heard.pop(name, None)  # its fallback has a script of its own
            case c.Attribute(participant=name, text=text, end_s=end_s):
                self.read_until = max(self.read_until, end_s)
                self.typed[name] = [each for each in self.typed.get(name, ()) if each not in text]
            case c.Report(code="chair-dead", participant=deputy):
                self.chair = deputy
            case _:
                pass

    def _grants(self, grant: c.GrantFloor, cast: Any) -> None:
        self.must(self.turn is None, "one-holder", f"{grant} while {self.turn} goes on")
        self.must(grant.turn == self.number + 1, "epoch", f"{grant} follows turn {self.number}")
        self.must(cast[grant.to].may_speak, "grant", f"an observer: {grant}")
        self.must(grant.to not in self.muted, "grant", f"who is muted: {grant}")
        if cast[grant.to].kind is Kind.AGENT:
            self.must(grant.to not in self.away, "grant", f"who is away: {grant}")
        self.turn = Turn(grant.to, grant.turn, self.world.now, grant.hold_until)
        self.number = grant.turn
        self.hands.pop(grant.to, None)
        self.waits[grant.to] = 0
        self.opened = True

    def _prompts(self, to: str) -> None:
        self.must(to in self.world.far.agents, "dispatch", f"a person is prompted: {to}")
        self.vain[to] += 1
        self.must(
            self.vain[to] <= IN_VAIN, "in-vain", f"{to} is asked {self.vain[to]} times while nobody is heard"
        )

    def _ends(self, name: str, cause: str, decision: Decision) -> None:
        turn, self.turn = self.turn, None
        self.soft.pop(name, None)
        if cause in {"finished", "yielded", "timeout"}:
            self.must(not self.typed.get(name), "typed-lost", f"{name} typed {self.typed.get(name)}")
        if self.world.sound.sounding or self.told_playing:
            for other in self.world.far.agents:
                if other != name and other not in self.away and other not in self.muted:
                    self.waits[other] += 1
        if name in self.world.sound.sounding and name not in self.muted:
            self._cut(name, cause, turn, decision)
        policy = self.world.plan.floor.policy
        for other, count in self.waits.items():
            far = self.world.far.agents.get(other)
            bound = 4 * len(self.world.plan.participants) + 6
            if policy in FAIR and far is not None and far.queue and far.is_ready:
                self.must(count <= bound, "passed-over", f"{other} for {count} turns")

    # --- cuts --------------------------------------------------------------------------------------

    def _cut(self, name: str, cause: str, turn: Any, decision: Decision) -> None:
        """Somebody is silenced who is to be heard: there must be a reason that a user would see, too."""
        if cause in {"lost", "left", "failed", "meeting-ended"} or isinstance(
            decision.event, e.RevokeAsked | e.MuteAsked | e.SessionLost | e.ReplyWithdrawn
        ):
            return
        if cause == "hold-limit":
            self.must(
                self.world.now
                >= turn.at + min(self.world.plan.floor.hold.max_s, turn.hold_until - turn.at) - 0.01,
                "cut-early",
                f"{name} is cut at its hold limit after {self.world.now - turn.at:g} s",
            )
            return
        self.must(cause == "interrupted", "cut", f"{name} is to be heard, and its turn ends as {cause}")
        if isinstance(decision.event, e.ToolRequested | e.ReplyStarted | e.PlaybackFinished):
            return  # a chair's own cut, an addressed agent's, or what follows a stop
        self.must(
            self._interrupters(name), "cut-by-nobody", f"{name} is cut, and nobody has spoken long enough"
        )

    def _interrupters(self, name: str) -> list[Stretch]:
        """Whose speech beside this turn, in truth, is more than a backchannel."""
        rules = self.world.plan.floor.interrupt
        found: list[Stretch] = []
        for person in self.world.far.people.values():
            for stretch in person.stretches[-2:]:
                end = stretch.end or self.world.now
                so_far = end - stretch.begin
                is_long = so_far >= rules.backchannel_s - 0.05
                has_words = len(stretch.words.split()) > rules.backchannel_words and so_far > 0.3
                if self.world.now - end < 3.0 and (is_long or has_words):
                    found.append(stretch)
        return found

    # --- deadlines of the world --------------------------------------------------------------------

    def sound_changed(self) -> None:
        """Note since when nobody is heard; sound that was cut off before a detector tells of it is none."""
        if self.world.audible():
            if self.quiet_since is not None:
                self.quiet_before, self.quiet_since, self.was_noticed = self.quiet_since, None, False
            self.vain.clear()
        elif self.quiet_since is None:
            self.fell_silent_at = self.world.now
            was_heard = self.was_noticed or self.quiet_before is None
            self.quiet_since = self.world.now if was_heard else self.quiet_before

    def _deadlines(self) -> None:
        now, plan = self.world.now, self.world.plan
        if self.over or not self.opened:
            return
        if self.quiet_since is not None:
            quiet = now - max(self.quiet_since, self.read_until)
            self.longest_quiet = max(self.longest_quiet, quiet)
            self.must(quiet <= plan.limits.silence_s + 6.0, "dead-air", f"nobody was heard for {quiet:g} s")
        self._free_floor()
        for name, (since, how) in self.soft.items():
            most = plan.floor.interrupt.backchannel_s + plan.floor.interrupt.overlap_s + 3.0
            if how == "ducked" or not self.told_speaking:
                self.must(now - since <= most, f"stays-{how}", f"{name} since {since:g}")
        for name, (since, turn) in self.hands.items():
            if plan.floor.policy != "moderated" and name not in self.away:
                bound = HELD + 2 * len(plan.participants)
                self.must(self.number - turn <= bound, "hand-ignored", f"{name}, up since {since:g}")
        self._let_in()

    def _free_floor(self) -> None:
        """A floor that is free while an agent could speak goes to somebody, by policy or ladder."""
        plan = self.world.plan
        able = [name for name, far in self.world.far.agents.items() if far.is_ready and far.queue]
        able = [name for name in able if plan.participant(name).may_speak and name not in self.muted]
        climbs = SilenceStep.NEXT_SPEAKER in plan.floor.silence.steps
        if self.turn is not None or self.world.audible() or not able or not climbs:
            self.waiting_since = None
            return
        if self.waiting_since is None:
            self.waiting_since = self.world.now
        waited = self.world.now - max(self.waiting_since, self.disturbed_at)
        rules = plan.floor
        most = rules.chair_timeout_s + 3 * rules.silence.after_s + rules.think_s + 6.0
        self.longest_free = max(self.longest_free, waited)
        self.must(waited <= most, "floor-stays-free", f"for {waited:g} s, while {able} could speak")

    def _let_in(self) -> None:
        """Who speaks on beside an agent's turn is let in."""
        now, rules = self.world.now, self.world.plan.floor.interrupt
        if rules.overlap_s > 0 or now - self.disturbed_at < 10.0:
            return
        for person in self.world.far.people.values():
            stretch = person.stretch
            if stretch is None or not person.voice or stretch.was_broken or person.is_muted:
                continue
            first = stretch.parts[0][1]
            late = now - stretch.begin - rules.backchannel_s - 0.2 - SLACK_S
            if first < rules.backchannel_s + 0.1 or late < 0 or not stretch.was_detected:
                continue
            if self.turn is None or self.turn.holder in self.world.far.people:
                continue
            beside = self.turn.at < stretch.begin - 0.1 and self.turn.holder in stretch.beside
            barred = any(each.length > 15.0 for each in person.stretches[-3:])
            if beside and not barred and self.turn.holder in self.world.sound.sounding:
                self.fail(
                    "not-let-in", f"{person.name} speaks since {stretch.begin:g} beside {self.turn.holder}"
                )

    # --- the end -----------------------------------------------------------------------------------

    def _meeting_ends(self, reason: str) -> None:
        self.over, self.over_at = True, self.world.now
        self.must(self.turn is None, "one-holder", "a turn outlives the meeting")
        if reason == "silence":
            audible = {*self.world.sound.sounding, *self.told_speaking, *self.told_playing} - self.muted
            audible |= {name for name, far in self.world.far.people.items() if far.is_heard_for(SLACK_S)}
            self.must(not audible, "silence-called", f"while {sorted(audible)} are to be heard")
            if self.quiet_since is not None and self.opened:
                quiet = self.world.now - self.quiet_since
                least = min(self.world.plan.limits.silence_s, self.world.plan.floor.silence.after_s) - 1.0
                self.must(quiet >= least, "silence-called", f"after {quiet:g} s of it")

    def end(self) -> None:
        """Look at what stays of the meeting."""
        self._words_agree()
        utterances = self.world.brain.utterances()
        for person in self.world.far.people.values():
            for stretch in person.stretches:
                self._is_written_down(stretch, utterances)

    def _words_agree(self) -> None:
        """What the brain calls speech beside an agent's turn, the report calls the same."""
        records = [Record(seq, d.at, d.event, d.commands) for seq, d in enumerate(self.world.log, 1)]
        heard = stretches(records)
        ends = {(each.participant, each.start_s): each.end_s for each in heard}
        noted = [
            (record.at, command.participant, command.code)
            for record in records
            for command in record.commands
            if isinstance(command, c.Report) and command.code in AGREE
        ]
        rules = self.world.plan.floor.interrupt
        said = self.world.brain.utterances()
        for each in attempts(heard, said, rules):
            until = ends[each.by, each.at] + 0.6
            codes = [code for at, by, code in noted if by == each.by and each.at <= at <= until]
            if each.of in self.world.far.people or each.by not in self.world.far.people:
                continue
            if not codes:
                text = f"{each.by} cut {each.of} off at {each.at:g} in the report, and not in the brain"
                is_cut = each.outcome == "succeeded" and not self._was_cut_otherwise(each.of, each.at)
                self.must(not is_cut, "words-differ", text)
                continue
            text = f"{each.by} beside {each.of} at {each.at:g}: {codes[0]}, and {each.outcome} in the report"
            self.must(each.outcome in AGREE[codes[0]], "words-differ", text)

    def _was_cut_otherwise(self, name: str, at: float) -> bool:
        """Whether the next cut of somebody behind a moment was another person's, the app's or an agent's.

        Its sound ends with the tick in which it was cut: who began within that tick cut nobody.
        """
        for decision in self.world.log:
            ends = [each for each in decision.commands if isinstance(each, c.EndTurn)]
            if decision.at >= at - TICK_S and any(each.participant == name for each in ends):
                asked = e.MuteAsked | e.RevokeAsked | e.ToolRequested | e.ReplyStarted | e.ReplyWithdrawn
                noted = any(
                    isinstance(each, c.Report) and each.code == "interruption" for each in decision.commands
                )
                return noted or isinstance(decision.event, asked)
        return False

    def _is_written_down(self, stretch: Stretch, utterances: tuple[Utterance, ...]) -> None:
        """A stretch of speech that was noticed is there, with the words that the ear told, or unclear."""
        begun = self.over_at - stretch.begin > SURE_S + SLACK_S
        if not stretch.was_detected or stretch.was_broken or not begun or self._is_within_words(stretch):
            return
        mine = [each for each in utterances if each.participant == stretch.by]
        if stretch.was_told and stretch.words:
            word = stretch.words.split()[0]
            said = any(word in each.heard for each in mine)
            self.must(said, "words-lost", f"{stretch.by} said {word} at {stretch.begin:g}")
        elif stretch.length > SURE_S + BLUR_S:  # what is shorter may be any noise
            there = any(word in each.heard for word in stretch.words.split() for each in mine) or any(
                each.start_s <= (stretch.end or self.over_at) + SLACK_S
                and each.end_s >= stretch.begin - SLACK_S
                for each in mine
            )
            self.must(there, "speech-lost", f"{stretch.by} spoke at {stretch.begin:g}, and nothing says so")

    def _is_within_words(self, stretch: Stretch) -> bool:
        """Whether it was a cough in the midst of what the ear took for one utterance, and told in words."""
        worded = self.world.far.people[stretch.by].worded
        return not stretch.words and any(
            begin <= stretch.begin and stretch.end <= end for begin, end in worded
        )
