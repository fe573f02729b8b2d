"""One session of the voice agent protocol, from the server's side, as a pure state machine.

1. `handle(event, now)` returns commands and never raises, for any event in any order.
2. The table `SESSION_TRANSITIONS` has the session's phases: Settings come first, once. A step without an
   entry, or a text that is no valid message, ends the session: one `Error`, then an empty close.
3. `SessionLimits` ends a session whose client is silent or connected for too long.
4. `UserTurn` has the user's turn, `Answering` the agent's replies; `updating` applies updates.
5. Speech at the ear and injected user messages always interrupt the agent.
6. After the end there are no more commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum
from typing import Final, assert_never

from trialogue.server import events as ev
from trialogue.server import terms as tm
from trialogue.server import wording as say
from trialogue.server.answering import Answering
from trialogue.server.commands import Close, Command, EndUserTurn, GoBack, HearAudio, Orders, Send
from trialogue.server.dates import MOST_TOLD, known_then
from trialogue.server.injections import InjectionRefusal, refusal_of
from trialogue.server.limits import NEVER, SessionLimit, SessionLimits
from trialogue.server.options import LatencyStyle, RefusalStyle, ServerOptions, UnknownFields
from trialogue.server.think.place import split_denial
from trialogue.server.think.stand_in import Caller
from trialogue.server.updating import applied, updated
from trialogue.server.user_turn import UserFact, UserState, UserTurn
from trialogue.services.deepgram.messages import (
    AgentError,
    ClientMessage,
    ConversationText,
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    InjectUserMessage,
    KeepAlive,
    LatencyReport,
    Settings,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
    UpdateThinkLive,
    Welcome,
    WireInjectionRefused,
    WireUnknownMessage,
    WireUserStartedSpeaking,
)
from trialogue.speech.sentences import split_sentences


class SessionPhase(Enum):
    """Phase of a session."""

    AWAITING_SETTINGS = "awaiting-settings"
    RUNNING = "running"
    OVER = "over"


class SessionStep(Enum):
    """Step of a session: moves it to another phase, or is allowed in the present one."""

    SETTINGS = "Settings"
    MESSAGE = "another message"
    SOUND = "sound"
    END = "its end"


SESSION_TRANSITIONS: Final[dict[tuple[SessionPhase, SessionStep], SessionPhase]] = {
    (SessionPhase.AWAITING_SETTINGS, SessionStep.SETTINGS): SessionPhase.RUNNING,
    (SessionPhase.RUNNING, SessionStep.MESSAGE): SessionPhase.RUNNING,
    (SessionPhase.RUNNING, SessionStep.SOUND): SessionPhase.RUNNING,
    (SessionPhase.AWAITING_SETTINGS, SessionStep.END): SessionPhase.OVER,
    (SessionPhase.RUNNING, SessionStep.END): SessionPhase.OVER,
}
"""Every step of a session; a missing one is the client's error and ends the session."""


class Conversation:
    """State machine of one session with `caller`; `Welcome` carries `request_id`."""

    def __init__(self, options: ServerOptions, request_id: str, caller: Caller = tm.STRANGER) -> None:
        self.request_id = request_id
        self._caller = caller
        self._options = options
        self._orders = Orders()
        self._phase = SessionPhase.AWAITING_SETTINGS
        self._limits = SessionLimits(options)
        self._user = UserTurn()
        self._agent: Answering | None = None
        self._has_heard_audio = False

    def __repr__(self) -> str:
        return f"<Conversation {self.request_id}: {self._phase.value}, user {self._user.state.value}>"

    @property
    def phase(self) -> SessionPhase:
        """Phase of the session."""
        return self._phase

    def open(self, now: float) -> list[Command]:
        """Begin the session."""
        self._limits.open(now)
        self._orders.send(Welcome(request_id=self.request_id))
        return self._ordered()

    @property
    def is_hearing(self) -> bool:
        """Whether further sound of the client would change nothing except that the client is still active."""
        return self._phase is SessionPhase.RUNNING and self._has_heard_audio

    def note_sound(self, now: float) -> None:
        """Note that the client is active, with sound that the ear already has."""
        self._limits.note_client(now)

    def handle(self, event: ev.Event, now: float) -> list[Command]:
        """Decide about an event."""
        if self._phase is not SessionPhase.OVER:
            self._take(event, now)
        return self._ordered()

    def _ordered(self) -> list[Command]:
        """Commands that send nothing which is newer than the date of the served clients."""
        day, ordered = self._options.as_of, self._orders.take()
        return ordered if day is None else list(_known_then(ordered, day))

    def next_deadline(self) -> float:
        """Next moment, on the clock of `now`, at which `DeadlineReached` is to be reported."""
        if self._phase is SessionPhase.OVER:
            return NEVER
        deadline = self._limits.next_deadline()
        return deadline if self._agent is None else min(deadline, self._agent.next_deadline())

    def _take(self, event: ev.Event, now: float) -> None:
        match event:
            case ev.MessageReceived():
                self._limits.note_client(now)
                if event.old_names and self._options.as_of is None:
                    self._orders.warn("OLD_FIELD_NAMES", f"Taken by their old names: {_few(event.old_names)}")
                self._take_message(event, now)
            case ev.NonsenseReceived():
                self._refuse_message(event.reason)
            case ev.AudioReceived():
                self._limits.note_client(now)
                self._take_audio(event.audio)
            case ev.DeadlineReached():
                self._wake(now)
            case _ if self._agent is not None:
                self._take_own(event, self._agent, now)
            case _:
                return

    def _wake(self, now: float) -> None:
        match self._limits.due(now):
            case SessionLimit.TOO_LONG:
                self._end("MAXIMUM_SESSION_LENGTH_REACHED", say.TOO_LONG)
                return
            case SessionLimit.TOO_SILENT:
                self._end("CLIENT_MESSAGE_TIMEOUT", self._silence())
                return
            case SessionLimit.ENDS_SOON:
                self._orders.warn("MAXIMUM_SESSION_LENGTH_APPROACHING", say.ENDS_SOON)
            case None:
                pass
            case _ as never:
                assert_never(never)
        if self._agent is not None:
            self._agent.wake(now)

    def _silence(self) -> str:
        if self._phase is SessionPhase.AWAITING_SETTINGS:
            return say.NO_SETTINGS
        return say.NO_MESSAGE if self._has_heard_audio else say.NO_AUDIO

    # the session's phase

    def _may(self, step: SessionStep) -> bool:
        """Whether the table has the step; without it the session ends."""
        if (self._phase, step) in SESSION_TRANSITIONS:
            return True
        if step is SessionStep.SETTINGS:
            self._end("SETTINGS_ALREADY_APPLIED", say.SETTINGS_ONCE)
        else:
            self._end("NON_SETTINGS_MESSAGE_BEFORE_SETTINGS", say.SETTINGS_FIRST)
        return False

    def _step(self, step: SessionStep) -> None:
        self._phase = SESSION_TRANSITIONS[self._phase, step]

    def _end(self, code: str, description: str) -> None:
        self._step(SessionStep.END)
        if self._agent is not None:
            self._agent.abandon()
        self._orders.send(AgentError(code=code, description=description))
        self._orders.give(Close())

    # from the client

    def _take_audio(self, audio: bytes) -> None:
        if not self._may(SessionStep.SOUND):
            return
        if not self._has_heard_audio and audio.startswith(say.CONTAINERS) and self._wants_samples():
            self._end("USER_AUDIO_FORMAT", say.NOT_RAW)
        elif audio:
            self._has_heard_audio = True
            self._orders.give(HearAudio(audio))

    def _wants_samples(self) -> bool:
        return self._agent is None or self._agent.terms.compressed is None

    def _take_message(self, event: ev.MessageReceived, now: float) -> None:
        message = event.message
        if isinstance(message, WireUnknownMessage):
            self._refuse_message("unknown type at $.type")
        elif self._has_accepted_fields(event.undeclared):
            if isinstance(message, Settings):
                self._take_settings(message, now)
            elif self._may(SessionStep.MESSAGE) and self._agent is not None:
                self._take_running(message, self._agent, now)

    def _refuse_message(self, reason: str) -> None:
        """End the session over a message that cannot be read, or skip the message if the options say so."""
        if self._options.unknown_fields is UnknownFields.REJECTED or self._agent is None:
            self._end("UNPARSABLE_CLIENT_MESSAGE", f"{say.UNPARSABLE} {reason}".rstrip())
        else:
            self._orders.warn("MESSAGE_IGNORED", f"{say.UNPARSABLE} {reason}".rstrip())

    def _has_accepted_fields(self, unknown: tuple[str, ...]) -> bool:
        if not unknown:
            return True
        if self._options.unknown_fields is UnknownFields.REJECTED:
            self._refuse_message(f"Unknown: {_few(unknown)}")
            return False
        self._orders.warn("UNKNOWN_FIELDS_IGNORED", f"Ignored: {_few(unknown)}")
        return True

    def _take_settings(self, settings: Settings, now: float) -> None:
        if not self._may(SessionStep.SETTINGS):
            return
        try:
            terms = tm.read_terms(settings, self._options, self._caller)
        except tm.TermsRefused as refusal:
            self._end(refusal.code, str(refusal))
            return
        self._step(SessionStep.SETTINGS)
        self._agent = Answering(terms, self._options, self._orders)
        self._orders.give(*applied(terms, self._options))
        if terms.greeting:
            self._agent.say(split_sentences(terms.greeting, self._options.max_sentences), now)

    def _take_running(self, message: ClientMessage, agent: Answering, now: float) -> None:
        match message:
            case UpdateListen() | UpdateThink() | UpdateSpeak() | UpdatePrompt():
                try:
                    agent.terms, orders = updated(agent.terms, message, self._options)
                except tm.TermsRefused as refusal:
                    self._end(refusal.code, str(refusal))
                else:
                    self._orders.give(*orders)
            case InjectUserMessage(content=words) | InjectAgentMessage(message=words) if not words.strip():
                self._orders.send(WireInjectionRefused(message=say.NO_WORDS))
            case InjectUserMessage():
                self._orders.send(WireUserStartedSpeaking())
                self._end_turn(message.content, agent, now, is_read=True)
            case InjectAgentMessage():
                self._take_injection(message, agent, now)
            case FunctionCallResponse():
                agent.take_response(message, now)
            case ForceEndTurn():
                self._force_end(agent)
            case InjectDynamicAgentMessage() | UpdateThinkLive():
                self._end("UNPARSABLE_CLIENT_MESSAGE", say.NO_THINK_LIVE)
            case KeepAlive() | CustomToThinkProvider() | Settings() | WireUnknownMessage():
                return
            case _ as never:
                assert_never(never)

    def _take_injection(self, message: InjectAgentMessage, agent: Answering, now: float) -> None:
        behavior = message.behavior or "default"
        if behavior == "interrupt":
            if agent.is_speaking(now):
                agent.interrupt(now)
        elif refusal := refusal_of(behavior, self._user.state, agent, now):
            self._refuse(refusal)
            return
        text = message.message
        as_one = None if self._options.splits_injections else text
        agent.say(split_sentences(text, self._options.max_sentences), now, as_one=as_one)

    def _refuse(self, refusal: InjectionRefusal) -> None:
        if self._options.refusal_style is RefusalStyle.INJECTION_REFUSED:
            self._orders.send(WireInjectionRefused(message=refusal.reason))
        else:
            self._orders.warn(refusal.code, f"The message was ignored: {refusal.reason}.")

    def _force_end(self, agent: Answering) -> None:
        if not agent.terms.is_flux:
            self._orders.warn("FORCE_END_TURN_UNSUPPORTED", say.NO_FLUX)
        elif self._user.state is UserState.SPEAKING:
            self._orders.give(EndUserTurn())

    # from our ear, think providers and voice

    def _take_own(self, event: ev.Event, agent: Answering, now: float) -> None:
        match event:
            case ev.SpeechBegan() | ev.SpeechEnded() | ev.WordsRecognized() | ev.HearingFailed():
                self._take_heard(event, agent, now)
            case ev.SentenceThought():
                agent.take_sentence(event.reply, event.text, now)
            case ev.EntryChosen():
                agent.choose(event.reply, event.entry, event.fault)
            case ev.CallsThought():
                self._take_calls(event, agent)
            case ev.ThoughtEnded():
                agent.end_pass(event.reply, now)
            case ev.ThinkStumbled():
                agent.warn(event.reply, event.code, event.reason)
            case ev.ThinkFailed():
                agent.fail(event.reply)
            case ev.SentenceVoiced():
                agent.begin_sentence(event.reply, event.text)
            case ev.AudioSent():
                agent.count_audio(event.reply, event.duration_s, now)
            case ev.ReplyAudioSent():
                agent.end_reply(event.reply)
            case ev.VoiceStumbled():
                agent.warn(event.reply, "SPEAK_REQUEST_FAILED", event.reason)
            case ev.VoiceFailed():
                self._end("FAILED_TO_SPEAK", say.NO_VOICE)
            case ev.MessageReceived() | ev.NonsenseReceived() | ev.AudioReceived() | ev.DeadlineReached():
                return
            case _ as never:
                assert_never(never)

    def _take_heard(
        self,
        event: ev.SpeechBegan | ev.SpeechEnded | ev.WordsRecognized | ev.HearingFailed,
        agent: Answering,
        now: float,
    ) -> None:
        match event:
            case ev.SpeechBegan():
                self._user.take(UserFact.SPEECH_BEGAN)
                self._orders.send(WireUserStartedSpeaking())
                agent.interrupt(now)
            case ev.SpeechEnded():
                self._user.take(UserFact.SPEECH_ENDED)
            case ev.WordsRecognized():
                if event.text and self._options.latency_style is not LatencyStyle.NONE:
                    self._orders.send(LatencyReport(stt_latency=event.listen_s))
                if words := self._user.take_words(event.text):
                    self._end_turn(words, agent, now)
            case ev.HearingFailed():
                self._end(event.code, event.reason)
            case _ as never:
                assert_never(never)

    def _end_turn(self, text: str, agent: Answering, now: float, *, is_read: bool = False) -> None:
        """Answer a turn; a typed turn may begin with the number of earlier replies that nobody heard."""
        agent.interrupt(now)
        denied, heard = split_denial(text) if is_read else (0, text)
        if denied:
            self._orders.give(GoBack(denied))
        self._orders.send(ConversationText(role="user", content=text, conversational_behavior="default"))
        agent.answer(text, now, heard=heard)

    def _take_calls(self, event: ev.CallsThought, agent: Answering) -> None:
        if agent.is_refused(event.reply, event.calls):
            self._end("NON_EXISTENT_FUNCTION_CALLED", say.NO_SUCH_FUNCTION)
        else:
            agent.take_calls(event.reply, event.calls)


def _few(names: tuple[str, ...]) -> str:
    """First names of a long list."""
    return ", ".join(names[:MOST_TOLD])


def _known_then(ordered: list[Command], day: date) -> Iterator[Command]:
    for command in ordered:
        if not isinstance(command, Send):
            yield command
        elif (message := known_then(command.message, day)) is not None:
            yield Send(message)
