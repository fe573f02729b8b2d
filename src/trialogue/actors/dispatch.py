"""Dispatch of commands: each goes to the actor that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, assert_never

from trialogue.actors.agent import Agent
from trialogue.actors.router import Router
from trialogue.actors.timers import AlarmClock
from trialogue.diagnostics import Log
from trialogue.model.commands import (
    AnswerTool,
    AskHook,
    Attribute,
    CancelTool,
    CancelWake,
    Command,
    Cue,
    Drop,
    DuckPlayout,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    PausePlayout,
    Play,
    Prepare,
    Replace,
    Report,
    ResumePlayout,
    RollOver,
    RunTool,
    SetHearing,
    Speak,
    StopPlayout,
    UnduckPlayout,
    Update,
    WakeAt,
)
from trialogue.tools.executor import ToolExecutor
from trialogue.values import frozen

Sound: TypeAlias = (
    SetHearing | Play | Drop | StopPlayout | PausePlayout | ResumePlayout | DuckPlayout | UnduckPlayout
)
"""Commands to the audio plane."""

diagnostics: Final = Log("trialogue.meeting")


def _nobody(_: AskHook) -> None:
    """Hook runner without hooks."""


@frozen
class Dispatch:
    """Dispatcher: hands each command to the actor that carries it out."""

    router: Router
    """Actor of sound: hearing, playing, stopping."""

    agents: Mapping[str, Agent]
    """Actors of sessions: cues, words to say, answers."""

    tools: ToolExecutor
    """Actor of tool calls."""

    timers: AlarmClock
    """Actor of wake-ups."""

    sync: Callable[[], None]
    """Function that writes the journal to the disk: at a turn's end, and before a tool has effects."""

    ask: Callable[[AskHook], None] = _nobody
    """Function that asks the app's hooks; without hooks the defaults hold."""

    def __call__(self, command: Command) -> None:
        """Carry out one command, or hand it on, without waiting."""
        match command:
            case Prepare(to, text, prompt):
                self.agents[to].orders.post(Cue(to, 0, text, prompt))  # the service sees an ordinary cue
            case Cue(to) | Speak(to):
                self.agents[to].orders.post(command)
            case AnswerTool(participant) | RollOver(participant) | Update(participant) | Replace(participant):
                self.agents[participant].orders.post(command)
            case RunTool():
                self.sync()
                self.tools.order(command)
            case AskHook():
                self.ask(command)
            case CancelTool():
                self.tools.order(command)
            case WakeAt():
                self.timers.set(command)
            case CancelWake(timer):
                self.timers.cancel(timer)
            case EndTurn() | EndMeeting():
                self.sync()
            case Report(code, text, participant):
                diagnostics.info(text, code=code, participant=participant)
            case GrantFloor() | MoveAgenda() | Attribute():
                pass  # decisions for the journal and the screen; no actor carries them out
            case _:
                self._sound(command)

    def _sound(self, command: Sound) -> None:
        """Carry out a command that changes what is heard."""
        match command:
            case SetHearing():
                self.router.set_hearing(command)
            case Play(participant, reply, turn):
                self.router.playouts[participant].play(reply, turn)
            case Drop(participant, reply):
                self.router.playouts[participant].drop(reply)
            case StopPlayout(participant, turn):
                self.router.stop(participant, turn)
            case PausePlayout(participant, turn):
                self.router.pause(participant, turn)
            case ResumePlayout(participant, turn):
                self.router.resume(participant, turn)
            case DuckPlayout(participant, turn, gain_db):
                self.router.duck(participant, turn, gain_db)
            case UnduckPlayout(participant, turn):
                self.router.unduck(participant, turn)
            case _ as never:
                assert_never(never)
