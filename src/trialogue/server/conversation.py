"""One session of the voice agent protocol, from the server's side, as a pure state machine.

1. `handle(event, now)` gives commands and never raises, whatever comes in whatever order.
2. Settings come first, once. What breaks that rule, or fits no message, ends the session: one `Error`,
   then an empty close.
3. A session without a client message for `idle_s` ends, and one that lasts `max_session_s`.
4. The user's turn runs from the first speech at the ear to its words. Speech that goes on before the
   words of the first part are there is the same turn.
5. Speech at the ear and injected user messages interrupt the agent, always.
6. After the end nothing is decided any more.
"""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from attrs import evolve

from trialogue.server import events as ev
from trialogue.server import terms as tm
from trialogue.server import wording as say
from trialogue.server.answering import Answering
from trialogue.server.commands import Close, Command, EndUserTurn, GoBack, Listen, Prepare, Send, UseThink
from trialogue.server.options import RefusalStyle, ServerOptions, UnknownFields
from trialogue.server.reply import NEVER
from trialogue.server.think.place import split_denial
from trialogue.services.deepgram.codec import unknown_fields
from trialogue.services.deepgram.messages import (
    AgentError,
    AgentWarning,
    ClientMessage,
    ConversationText,
    CustomToThinkProvider,
    ForceEndTurn,
    FunctionCallResponse,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    InjectionRefused,
    InjectUserMessage,
    KeepAlive,
    LatencyReport,
    ListenUpdated,
    PromptUpdated,
    ServerMessage,
    Settings,
    SettingsApplied,
    SpeakUpdated,
    ThinkUpdated,
    UnknownMessage,
    UpdateListen,
    UpdatePrompt,
    UpdateSpeak,
    UpdateThink,
    UpdateThinkLive,
    UserStartedSpeaking,
    Welcome,
)
from trialogue.speech.sentences import split_sentences


class Phase(Enum):
    """How far a session has come."""

    AWAITING_SETTINGS = "awaiting-settings"
    RUNNING = "running"
    OVER = "over"


class User(Enum):
    """What the user does, as the ear tells."""

    SILENT = "silent"
    SPEAKING = "speaking"
    BEING_UNDERSTOOD = "being-understood"


class Conversation:
    """One session; `request_id` is what `Welcome` says."""

    def __init__(self, options: ServerOptions, request_id: str) -> None:
        self.request_id = request_id
        self._options = options
        self._out: list[Command] = []
        self._phase = Phase.AWAITING_SETTINGS
        self._user = User.SILENT
        self._words: list[str] = []
        self._agent: Answering | None = None
        self._opened_at = 0.0
        self._active_at = 0.0
        self._has_heard_audio = False
        self._warns_at = NEVER

    def __repr__(self) -> str:
        return f"<Conversation {self.request_id}: {self._phase.value}, user {self._user.value}>"

    @property
    def phase(self) -> Phase:
        """How far the session has come."""
        return self._phase

    def open(self, now: float) -> list[Command]:
        """Begin the session."""
        self._opened_at = self._active_at = now
        self._warns_at = now + self._options.max_session_s - self._options.session_warning_s
        self._send(Welcome(request_id=self.request_id))
        return self._taken()

    def handle(self, event: ev.Event, now: float) -> list[Command]:
        """Decide what an event causes."""
        if self._phase is not Phase.OVER:
            self._take(event, now)
        return self._taken()

    def next_deadline(self) -> float:
        """When `Woke` is to be told next, on the same clock as `now`."""
        if self._phase is Phase.OVER:
            return NEVER
        deadlines = [
            self._active_at + self._options.idle_s,
            self._opened_at + self._options.max_session_s,
            self._warns_at,
        ]
        if self._agent is not None:
            deadlines.append(self._agent.next_deadline())
        return min(deadlines)

    def _taken(self) -> list[Command]:
        taken, self._out[:] = list(self._out), []
        return taken

    def _take(self, event: ev.Event, now: float) -> None:
        match event:
            case ev.MessageReceived():
                self._active_at = now
                self._take_message(event.message, now)
            case ev.NonsenseReceived():
                self._end("UNPARSABLE_CLIENT_MESSAGE", say.UNPARSABLE)
            case ev.AudioReceived():
                self._active_at = now
                self._take_audio(event.audio)
            case ev.Woke():
                self._wake(now)
            case _ if self._agent is not None:
                self._take_own(event, self._agent, now)
            case _:
                return

    def _wake(self, now: float) -> None:
        if now >= self._opened_at + self._options.max_session_s:
            self._end("MAXIMUM_SESSION_LENGTH_REACHED", say.TOO_LONG)
            return
        if now >= self._active_at + self._options.idle_s:
            self._end("CLIENT_MESSAGE_TIMEOUT", self._silence())
            return
        if now >= self._warns_at:
            self._warns_at = NEVER
            self._warn("MAXIMUM_SESSION_LENGTH_APPROACHING", say.ENDS_SOON)
        if self._agent is not None:
            self._agent.wake(now)

    def _silence(self) -> str:
        if self._phase is Phase.AWAITING_SETTINGS:
            return say.NO_SETTINGS
        return say.NO_MESSAGE if self._has_heard_audio else say.NO_AUDIO

    # what the client sends

    def _take_audio(self, audio: bytes) -> None:
        if self._phase is Phase.AWAITING_SETTINGS:
            self._end("NON_SETTINGS_MESSAGE_BEFORE_SETTINGS", say.SETTINGS_FIRST)
        elif not self._has_heard_audio and audio.startswith(say.CONTAINERS):
            self._end("USER_AUDIO_FORMAT", say.NOT_RAW)
        elif audio:
            self._has_heard_audio = True
            self._out.append(Listen(audio))

    def _take_message(self, message: ClientMessage, now: float) -> None:
        if isinstance(message, UnknownMessage):
            self._end("UNPARSABLE_CLIENT_MESSAGE", say.UNPARSABLE)
        elif self._has_accepted_fields(message):
            if isinstance(message, Settings):
                self._take_settings(message, now)
            elif self._agent is None:
                self._end("NON_SETTINGS_MESSAGE_BEFORE_SETTINGS", say.SETTINGS_FIRST)
            else:
                self._take_running(message, self._agent, now)

    def _has_accepted_fields(self, message: ClientMessage) -> bool:
        unknown = unknown_fields(message)
        if not unknown:
            return True
        paths = ", ".join(unknown[:5])
        if self._options.unknown_fields is UnknownFields.REJECTED:
            self._end("UNPARSABLE_CLIENT_MESSAGE", f"{say.UNPARSABLE} Unknown: {paths}")
            return False
        self._warn("UNKNOWN_FIELDS_IGNORED", f"Ignored: {paths}")
        return True

    def _take_settings(self, settings: Settings, now: float) -> None:
        if self._agent is not None:
            self._end("SETTINGS_ALREADY_APPLIED", say.SETTINGS_ONCE)
            return
        try:
            terms = tm.read_terms(settings, self._options)
        except tm.TermsRefused as refusal:
            self._end(refusal.code, str(refusal))
            return
        self._phase = Phase.RUNNING
        self._agent = Answering(terms, self._options, self._out)
        self._out += (Prepare(terms), UseThink(terms.think))
        self._send(SettingsApplied())
        self._warn_of_prompt(terms.prompt)
        if terms.greeting:
            self._agent.say(split_sentences(terms.greeting, self._options.max_sentences), now)

    def _take_running(self, message: ClientMessage, agent: Answering, now: float) -> None:
        match message:
            case UpdateListen() | UpdateThink() | UpdateSpeak() | UpdatePrompt():
                self._take_update(message, agent)
            case InjectUserMessage(content=words) | InjectAgentMessage(message=words) if not words.strip():
                self._send(InjectionRefused(message=say.NO_WORDS))
            case InjectUserMessage():
                self._send(UserStartedSpeaking())
                self._end_turn(message.content, agent, now, is_read=True)
            case InjectAgentMessage():
                self._take_injection(message, agent, now)
            case FunctionCallResponse():
                agent.take_response(message, now)
            case ForceEndTurn():
                self._force_end(agent)
            case InjectDynamicAgentMessage() | UpdateThinkLive():
                self._end("UNPARSABLE_CLIENT_MESSAGE", say.NO_THINK_LIVE)
            case KeepAlive() | CustomToThinkProvider() | Settings() | UnknownMessage():
                return
            case _ as never:
                assert_never(never)

    def _take_injection(self, message: InjectAgentMessage, agent: Answering, now: float) -> None:
        behavior = message.behavior or "default"
        if behavior == "interrupt":
            agent.interrupt(now)
        elif self._user is not User.SILENT:
            self._refuse("USER")
            return
        elif (behavior == "default" and agent.is_speaking(now)) or agent.is_full:
            self._refuse("AGENT")
            return
        agent.say(split_sentences(message.message, self._options.max_sentences), now)

    def _refuse(self, who: str) -> None:
        reason = f"{who.lower()} is speaking"
        if self._options.refusal_style is RefusalStyle.INJECTION_REFUSED:
            self._send(InjectionRefused(message=reason))
        else:
            self._warn(f"INJECT_AGENT_MESSAGE_DURING_{who}_SPEECH", f"The message was ignored: {reason}.")

    def _force_end(self, agent: Answering) -> None:
        if not agent.terms.is_flux:
            self._warn("FORCE_END_TURN_UNSUPPORTED", say.NO_FLUX)
        elif self._user is User.SPEAKING:
            self._out.append(EndUserTurn())

    def _take_update(
        self, message: UpdateListen | UpdateThink | UpdateSpeak | UpdatePrompt, agent: Answering
    ) -> None:
        match message:
            case UpdateListen():
                self._update_listen(message, agent)
            case UpdateThink():
                self._update_think(message, agent)
            case UpdateSpeak():
                agent.terms = evolve(agent.terms, voices=tm.read_voices(message.speak))
                self._send(SpeakUpdated())
            case UpdatePrompt():
                longer = tm.append_prompt(agent.terms.prompt, message.prompt)
                agent.terms = evolve(agent.terms, prompt=tm.cut_prompt(longer, self._options))
                self._send(PromptUpdated())
                self._warn_of_prompt(agent.terms.prompt)
            case _ as never:
                assert_never(never)

    def _update_listen(self, message: UpdateListen, agent: Answering) -> None:
        old, update = agent.terms.listen, message.listen.provider
        if self._options.listen_identity_fixed and not tm.is_same_recognizer(old, update):
            self._warn("UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED", say.LISTEN_IS_FIXED)
            return
        agent.terms = evolve(agent.terms, listen=tm.fold_listen(old, update))
        self._send(ListenUpdated())

    def _update_think(self, message: UpdateThink, agent: Answering) -> None:
        try:
            think = tm.read_think(message.think, self._options)
        except tm.TermsRefused as refusal:
            self._end(refusal.code, str(refusal))
            return
        prompt = tm.read_prompt(message.think, self._options)
        agent.terms = evolve(agent.terms, think=think, prompt=prompt)
        self._out.append(UseThink(think))
        self._send(ThinkUpdated())
        self._warn_of_prompt(prompt)

    # what our own ear, think providers and voice say

    def _take_own(self, event: ev.Event, agent: Answering, now: float) -> None:
        match event:
            case ev.SpeechBegan() | ev.SpeechEnded() | ev.WordsRecognized() | ev.EarFailed():
                self._take_heard(event, agent, now)
            case ev.SentenceThought():
                agent.take_sentence(event.reply, event.text, now)
            case ev.EntryChosen():
                agent.choose(event.reply, event.entry)
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
            case ev.ReplySent():
                agent.end_reply(event.reply)
            case ev.VoiceStumbled():
                agent.warn(event.reply, "SPEAK_REQUEST_FAILED", event.reason)
            case ev.VoiceFailed():
                self._end("FAILED_TO_SPEAK", say.NO_VOICE)
            case ev.MessageReceived() | ev.NonsenseReceived() | ev.AudioReceived() | ev.Woke():
                return
            case _ as never:
                assert_never(never)

    def _take_heard(
        self,
        event: ev.SpeechBegan | ev.SpeechEnded | ev.WordsRecognized | ev.EarFailed,
        agent: Answering,
        now: float,
    ) -> None:
        match event:
            case ev.SpeechBegan():
                self._user = User.SPEAKING
                self._send(UserStartedSpeaking())
                agent.interrupt(now)
            case ev.SpeechEnded():
                self._user = User.BEING_UNDERSTOOD
            case ev.WordsRecognized():
                self._take_words(event, agent, now)
            case ev.EarFailed():
                self._end("FAILED_TO_START_LISTENING", event.reason)
            case _ as never:
                assert_never(never)

    def _take_words(self, event: ev.WordsRecognized, agent: Answering, now: float) -> None:
        if event.text:
            self._words.append(event.text)
            self._send(LatencyReport(stt_latency=event.listen_s))
        if self._user is User.SPEAKING:
            return
        self._user = User.SILENT
        text, self._words = " ".join(self._words), []
        if text:
            self._end_turn(text, agent, now)

    def _end_turn(self, text: str, agent: Answering, now: float, *, is_read: bool = False) -> None:
        """Answer a turn; one that is read, not heard, may say that earlier replies reached nobody."""
        agent.interrupt(now)
        denied, heard = split_denial(text) if is_read else (0, text)
        if denied:
            self._out.append(GoBack(denied))
        self._send(ConversationText(role="user", content=text, conversational_behavior="default"))
        agent.answer(text, now, heard=heard)

    def _take_calls(self, event: ev.CallsThought, agent: Answering) -> None:
        if agent.is_offered(event.calls):
            agent.take_calls(event.reply, event.calls)
        elif agent.is_current(event.reply):
            self._end("NON_EXISTENT_FUNCTION_CALLED", say.NO_SUCH_FUNCTION)

    # the ends

    def _warn_of_prompt(self, prompt: tm.PromptTerms) -> None:
        if prompt.was_cut:
            limit = self._options.max_prompt_chars
            self._warn("PROMPT_TOO_LONG", f"The prompt was cut at {limit} characters.")

    def _warn(self, code: str, description: str) -> None:
        self._send(AgentWarning(code=code, description=description))

    def _end(self, code: str, description: str) -> None:
        self._phase = Phase.OVER
        if self._agent is not None:
            self._agent.abandon()
        self._send(AgentError(code=code, description=description))
        self._out.append(Close())

    def _send(self, message: ServerMessage) -> None:
        self._out.append(Send(message))
