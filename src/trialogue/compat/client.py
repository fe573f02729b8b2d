"""`AgentWebSocketClient`: one agent in the words of the vendor's SDK, for threads.

Each session has a thread that calls the handlers, one after the other, in the order of what happens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from trialogue.actors.dialling import Connect
from trialogue.arguments import checks_arguments
from trialogue.blocking import LoneAgent, open_agent
from trialogue.compat.checks import NOT_TAKEN, checked, told_failure
from trialogue.compat.handlers import Handler, Handlers, failed
from trialogue.compat.options import (
    FunctionCallResponse,
    InjectAgentMessageOptions,
    InjectUserMessageOptions,
    SettingsOptions,
    UpdatePromptOptions,
    UpdateSpeakOptions,
)
from trialogue.compat.responses import CloseResponse, ConversationTextResponse, ErrorResponse, OpenResponse
from trialogue.compat.talk import Changes, NotChangeable, Talk
from trialogue.compat.wire import Asked, asked_for
from trialogue.errors import AlreadyOver, TrialogueError
from trialogue.handles import given_by, make
from trialogue.model.events import SessionReady


@given_by("DeepgramClient.agent.websocket")
class AgentWebSocketClient:
    """One agent's connection; made by `client.agent.websocket.v("1")`.

    Each call returns True if the request was sent, else False; then the handlers of `Error` get the reason.
    Options of a wrong class raise TypeError.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._handlers = Handlers()
        self._agent: LoneAgent | None = None
        self._talk: Talk | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._opened: LoneAgent | None = None
        self._is_live = False
        self._is_closed = False

    @checks_arguments
    def v(self, version: str = "1") -> AgentWebSocketClient:
        """A new connection with this version of the protocol; only version 1 exists."""
        del version
        return make(type(self), self._connect)

    def on(self, event: str, handler: Handler) -> None:
        """Register a handler for an event (`AgentWebSocketEvents`), called as `handler(client, response)`."""
        self._handlers.keep(event, handler, must_be_plain=True)

    @property
    def is_connected(self) -> bool:
        """Whether the session is open."""
        return self._agent is not None

    # --- what is asked ------------------------------------------------------------------------------

    def start(self, options: SettingsOptions, **_: object) -> bool:
        """Open the session; True when its settings are applied, False if that failed permanently."""
        asked = asked_for(checked(options, SettingsOptions))
        if self._thread is not None:
            self._emit("Error", ErrorResponse("this connection was already started"))
            return False
        started: Future[bool] = Future()
        name = "trialogue compat"
        self._thread = threading.Thread(target=self._live, args=(asked, started), name=name, daemon=True)
        self._is_live = True
        try:
            self._thread.start()
            return started.result()
        except BaseException:  # Ctrl-C, or no thread to be had
            self.close()
            raise

    def send_settings(self, settings: SettingsOptions) -> bool:
        """Apply the differences to the current settings.

        False, with an error, if a session cannot change them.
        """
        wanted = checked(settings, SettingsOptions)
        return self._change(lambda talk: talk.changed(wanted))

    def update_prompt(self, options: UpdatePromptOptions) -> bool:
        """Add to the prompt."""
        prompt = checked(options, UpdatePromptOptions).prompt
        return self._change(lambda _: {"prompt": prompt})

    def update_speak_options(self, options: UpdateSpeakOptions) -> bool:
        """Change the voice; the sound format stays the session's."""
        speak = checked(options, UpdateSpeakOptions).speak
        return self._change(lambda talk: talk.spoken_by(speak))

    def inject_agent_message(self, options: InjectAgentMessageOptions) -> bool:
        """Make the agent say these words; `InjectionRefused` is reported if it does not."""
        asked = checked(options, InjectAgentMessageOptions)
        return self._ask(lambda agent: agent.say(asked.text, asked.behavior))  # type: ignore[arg-type] # judged there

    def inject_user_message(self, options: InjectUserMessageOptions) -> bool:
        """Give the agent these words as the user's."""
        text = checked(options, InjectUserMessageOptions).text
        is_asked = self._ask(lambda agent: agent.ask(text))
        if is_asked:
            self._emit("ConversationText", ConversationTextResponse(text, "user"))
        return is_asked

    def send_function_call_response(self, response: FunctionCallResponse) -> bool:
        """Answer the call with this id, or the oldest open one with this name; False if there is none."""
        given = checked(response, FunctionCallResponse)
        request = self._talk.answered(given) if self._talk is not None else None
        return request is not None and self._ask(lambda agent: agent.answer(request, given.result))

    def keep_alive(self) -> bool:
        """Send a keep-alive message; this also happens automatically."""
        return self._ask(lambda agent: agent.keep_alive())

    def send_audio(self, audio_data: bytes) -> bool:
        """Send sound to the agent, in real time, in the format of the settings."""
        return self._ask(lambda agent: agent.hear(audio_data))

    def close(self) -> bool:
        """End the session, opened or still opening, and wait for its end; False if there is none."""
        thread = self._thread
        with self._lock:
            if thread is None or not self._is_live:
                return False
            self._is_closed = True
            agent = self._opened
        try:
            if agent is not None:
                agent.close()
        except AlreadyOver:  # it ends by itself, or is another process's, of which this is a fork
            return False
        if thread.is_alive() and thread is not threading.current_thread():
            thread.join()
        return True

    # --- how ----------------------------------------------------------------------------------------

    def _ask(self, question: Callable[[LoneAgent], None]) -> bool:
        agent = self._agent
        if agent is None:
            return False
        try:
            question(agent)
        except NOT_TAKEN as why:
            self._emit("Error", told_failure(why))
            return False
        return True

    def _change(self, changes_of: Callable[[Talk], Changes | NotChangeable]) -> bool:
        talk = self._talk
        if talk is None or self._agent is None:
            return False
        changes = changes_of(talk)
        if isinstance(changes, NotChangeable):
            self._emit("Error", ErrorResponse(str(changes), "NOT_CHANGEABLE"))
            return False
        is_asked = not changes or self._ask(lambda agent: agent.update(**changes))
        if is_asked:
            talk.note(changes)
        return is_asked

    def _live(self, asked: Asked, started: Future[bool]) -> None:
        try:
            with open_agent(asked.agent, connect=self._connect, terms=asked.terms) as agent:
                self._talk = talk = Talk(asked)
                self._enter(agent)
                for event in agent:
                    if isinstance(event, SessionReady) and not started.done():
                        self._agent = agent
                        self._emit("Open", OpenResponse())
                    for name, response in talk.told(event):
                        self._emit(name, response)
                    if self._agent is not None and not started.done():
                        started.set_result(True)
        except TrialogueError as failure:
            self._has_ended()
            self._emit("Error", told_failure(failure))
        finally:
            self._has_ended()
            if not started.done():
                started.set_result(False)
            self._emit("Close", CloseResponse())

    def _enter(self, agent: LoneAgent) -> None:
        with self._lock:
            self._opened = agent
            is_closed = self._is_closed
        if is_closed:
            agent.close()

    def _has_ended(self) -> None:
        with self._lock:
            self._agent = self._opened = None
            self._is_live = False

    def _emit(self, event: str, response: object) -> None:
        for handler in self._handlers.of(event):
            try:
                handler(self, response)
            except Exception as error:  # noqa: BLE001 - the app's handler may raise anything: it is logged and reported
                words = failed(event, error)
                if event != "Error":
                    self._emit("Error", ErrorResponse(words, "HANDLER_FAILED"))

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<AgentWebSocketClient: {'not open' if self._agent is None else self._agent}>"
