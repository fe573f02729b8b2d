"""`AsyncAgentWebSocketClient`: one agent in the words of the vendor's SDK, for asyncio.

Each session has a task that calls the handlers, plain or async, one after the other.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import cast

from trialogue.actors.dialling import Connect
from trialogue.aio import LoneAgent, open_agent
from trialogue.arguments import checks_arguments
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


@given_by("DeepgramClient.agent.asyncwebsocket")
class AsyncAgentWebSocketClient:
    """One agent's connection; made by `client.agent.asyncwebsocket.v("1")`.

    Each call returns True if the request was sent, else False; then the handlers of `Error` get the reason.
    Options of a wrong class raise TypeError.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._handlers = Handlers()
        self._agent: LoneAgent | None = None
        self._talk: Talk | None = None
        self._life: asyncio.Task[None] | None = None
        self._opened: LoneAgent | None = None
        self._is_live = False

    @checks_arguments
    def v(self, version: str = "1") -> AsyncAgentWebSocketClient:
        """A new connection with this version of the protocol; only version 1 exists."""
        del version
        return make(type(self), self._connect)

    def on(self, event: str, handler: Handler) -> None:
        """Register a handler for an event (`AgentWebSocketEvents`), called as `handler(client, response)`."""
        self._handlers.keep(event, handler, must_be_plain=False)

    @property
    def is_connected(self) -> bool:
        """Whether the session is open."""
        return self._agent is not None

    # --- what is asked ------------------------------------------------------------------------------

    async def start(self, options: SettingsOptions, **_: object) -> bool:
        """Open the session; True when its settings are applied, False if that failed permanently."""
        asked = asked_for(checked(options, SettingsOptions))
        if self._life is not None:
            await self._emit("Error", ErrorResponse("this connection was already started"))
            return False
        started: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._is_live = True
        self._life = asyncio.create_task(self._live(asked, started))
        self._life.add_done_callback(lambda _: self._has_ended(started))  # even if it never began
        try:
            return await asyncio.shield(started)
        except asyncio.CancelledError:
            self._life.cancel()
            raise

    async def send_settings(self, settings: SettingsOptions) -> bool:
        """Apply the differences to the current settings.

        False, with an error, if a session cannot change them.
        """
        wanted = checked(settings, SettingsOptions)
        return await self._change(lambda talk: talk.changed(wanted))

    async def update_prompt(self, options: UpdatePromptOptions) -> bool:
        """Add to the prompt."""
        prompt = checked(options, UpdatePromptOptions).prompt
        return await self._change(lambda _: {"prompt": prompt})

    async def update_speak_options(self, options: UpdateSpeakOptions) -> bool:
        """Change the voice; the sound format stays the session's."""
        speak = checked(options, UpdateSpeakOptions).speak
        return await self._change(lambda talk: talk.spoken_by(speak))

    async def inject_agent_message(self, options: InjectAgentMessageOptions) -> bool:
        """Make the agent say these words; `InjectionRefused` is reported if it does not."""
        asked = checked(options, InjectAgentMessageOptions)
        return await self._ask(lambda agent: agent.say(asked.text, asked.behavior))  # type: ignore[arg-type] # judged there

    async def inject_user_message(self, options: InjectUserMessageOptions) -> bool:
        """Give the agent these words as the user's."""
        text = checked(options, InjectUserMessageOptions).text
        is_asked = await self._ask(lambda agent: agent.ask(text))
        if is_asked:
            await self._emit("ConversationText", ConversationTextResponse(text, "user"))
        return is_asked

    async def send_function_call_response(self, response: FunctionCallResponse) -> bool:
        """Answer the call with this id, or the oldest open one with this name; False if there is none."""
        given = checked(response, FunctionCallResponse)
        request = self._talk.answered(given) if self._talk is not None else None
        return request is not None and await self._ask(lambda agent: agent.answer(request, given.result))

    async def keep_alive(self) -> bool:
        """Send a keep-alive message; this also happens automatically."""
        return await self._ask(lambda agent: agent.keep_alive())

    async def send_audio(self, audio_data: bytes) -> bool:
        """Send sound to the agent, in real time, in the format of the settings."""
        return await self._ask(lambda agent: agent.hear(audio_data))

    async def close(self) -> bool:
        """End the session, opened or still opening, and wait for its end; False if there is none."""
        agent, life = self._opened, self._life
        if life is None or not self._is_live:
            return False
        try:
            if agent is None:
                life.cancel()
            else:
                await agent.close()
        except AlreadyOver:  # it ends by itself, or is another process's, of which this is a fork
            return False
        if life is not asyncio.current_task():
            await asyncio.wait([life])
        return True

    # --- how ----------------------------------------------------------------------------------------

    async def _ask(self, question: Callable[[LoneAgent], Awaitable[None]]) -> bool:
        agent = self._agent
        if agent is None:
            return False
        try:
            await question(agent)
        except NOT_TAKEN as why:
            await self._emit("Error", told_failure(why))
            return False
        return True

    async def _change(self, changes_of: Callable[[Talk], Changes | NotChangeable]) -> bool:
        talk = self._talk
        if talk is None or self._agent is None:
            return False
        changes = changes_of(talk)
        if isinstance(changes, NotChangeable):
            await self._emit("Error", ErrorResponse(str(changes), "NOT_CHANGEABLE"))
            return False
        is_asked = not changes or await self._ask(lambda agent: agent.update(**changes))
        if is_asked:
            talk.note(changes)
        return is_asked

    async def _live(self, asked: Asked, started: asyncio.Future[bool]) -> None:
        try:
            async with open_agent(asked.agent, connect=self._connect, terms=asked.terms) as agent:
                self._talk = talk = Talk(asked)
                self._opened = agent
                async for event in agent:
                    if isinstance(event, SessionReady) and not started.done():
                        self._agent = agent
                        await self._emit("Open", OpenResponse())
                    for name, response in talk.told(event):
                        await self._emit(name, response)
                    if self._agent is not None and not started.done():
                        started.set_result(True)
        except TrialogueError as failure:
            self._has_ended()
            await self._emit("Error", told_failure(failure))
        finally:
            self._has_ended(started)
            await self._emit("Close", CloseResponse())

    def _has_ended(self, started: asyncio.Future[bool] | None = None) -> None:
        self._agent = self._opened = None
        self._is_live = False
        if started is not None and not started.done():
            started.set_result(False)

    async def _emit(self, event: str, response: object) -> None:
        for handler in self._handlers.of(event):
            try:
                came = handler(self, response)
                if inspect.isawaitable(came):
                    await cast("Awaitable[object]", came)
            except Exception as error:  # noqa: BLE001 - the app's handler may raise anything: it is logged and reported
                words = failed(event, error)
                if event != "Error":
                    await self._emit("Error", ErrorResponse(words, "HANDLER_FAILED"))

    def __repr__(self) -> str:
        """Give a status line."""
        return f"<AsyncAgentWebSocketClient: {'not open' if self._agent is None else self._agent}>"
