"""Steps of a playback from a run: exact from a session's journal, rebuilt from a meeting's events.

1. A session's journal has every message and all sound, so its steps are the recorded messages.
2. A meeting's events of one participant have its service's sentences and calls, and its recording has the
   heard sound. The unheard rest of a cut reply is synthesized, after a `Warning` that says so.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import orjson
from attrs import field

from trialogue.errors import JournalError, SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import Reading, read
from trialogue.journal.records import JournalKind
from trialogue.model.audio import AudioFormat
from trialogue.model.commands import Command, Cue, Prepare, Speak
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    ToolRequested,
)
from trialogue.model.json_text import read_json
from trialogue.model.participants import Kind
from trialogue.model.records import Record
from trialogue.model.wire import WireOpened, WireSide, WireSound, WireText
from trialogue.regular_files import open_regular, read_regular
from trialogue.serving.playback import AwaitSound, AwaitText, PlaybackStep, SayBack
from trialogue.serving.recording import sound_of
from trialogue.values import define

__all__ = ["MEETING_FORMAT", "REMAINDER", "Voice", "remembered"]

Voice = Callable[[str], bytes]
"""Function that speaks words in `MEETING_FORMAT`."""

MEETING_FORMAT: Final = AudioFormat("linear16", 24_000)
"""Format of a meeting's recordings, and of the sound in a playback of one."""

REMAINDER: Final = "REPLAYED_REMAINDER"
"""Code of the warning before the synthesized rest of a reply."""

_FRAME_S: Final = 0.2


def remembered(run: Path, participant: str | None, voice: Voice) -> list[PlaybackStep]:
    """Steps of a run's session; `participant` names whose, for a meeting.

    `SetupError` where there is no such participant; `JournalError` for a journal or sound that cannot be
    read.
    """
    reading = read(journal_of(run))
    if reading.header.of is JournalKind.SESSION:
        if participant is not None:
            raise SetupError("--participant is for a meeting's run; this run is a session")
        return list(_of_session(reading))
    agents = [each.name for each in reading.header.plan.participants if each.kind is Kind.AGENT]
    if participant not in agents:
        raise SetupError(f"--participant must name an agent whose session to replay: {', '.join(agents)}")
    return list(_Meeting(reading.path.parent, participant, voice).steps(reading))


def _of_session(reading: Reading) -> Iterator[PlaybackStep]:
    folder, at = reading.path.parent, 0.0
    path = sound_of(folder, "server")
    try:
        sounds: dict[WireSide, bytes] = {"server": read_regular(path)}
    except OSError as error:
        raise JournalError(f"cannot read {path}: {error.strerror}", path=str(path)) from error
    heard = awaited = 0
    for record in reading.wire():
        match record.fact:
            case WireOpened():
                at = record.at
            case WireText(by="client", text=text):
                kind = _kind(text)
                if kind != "KeepAlive":
                    yield AwaitText(kind, text)
                    at = record.at
            case WireSound(by="client", offset=offset, size=size):
                heard = offset + size
            case WireText(by="server", text=text):
                if heard > awaited and _kind(text) in _SPEECH_BRINGS:
                    yield AwaitSound(heard)
                    awaited, at = heard, record.at
                yield SayBack(text, max(0.0, record.at - at))
                at = record.at
            case WireSound(offset=offset, size=size):
                yield SayBack(sounds["server"][offset : offset + size], max(0.0, record.at - at))
                at = record.at
            case _:
                pass


_SPEECH_BRINGS: Final = frozenset({"UserStartedSpeaking", "EndOfTurn", "StartOfTurn", "Results", "Update"})
"""Messages that a server sends because of the user's sound."""


def _kind(text: str) -> str:
    try:
        return str(read_json(text).get("type", ""))
    except (orjson.JSONDecodeError, AttributeError):
        return ""


@define
class _Reply:
    """Reply, with its known parts."""

    said: list[str] = field(factory=list[str])
    calls: list[ToolRequested] = field(factory=list[ToolRequested])
    began: float | None = None
    played_s: float = 0.0
    length_s: float | None = None


@define
class _Meeting:
    """One participant of a meeting, as its service."""

    folder: Path
    name: str
    voice: Voice
    _replies: dict[int, _Reply] = field(factory=dict[int, _Reply], init=False)
    _order: list[int | ToolRequested | str] = field(factory=list["int | ToolRequested | str"], init=False)

    def steps(self, records: Iterator[Record] | Reading) -> Iterator[PlaybackStep]:
        """Steps of the playback: messages to send, and messages to wait for."""
        for record in records:
            self._take(record)
        yield SayBack(_message("Welcome", request_id="replayed"))
        yield AwaitText("Settings")
        yield SayBack(_message("SettingsApplied"))
        for item in self._order:
            match item:
                case str():
                    yield AwaitText(item)
                case int():
                    yield from self._reply(self._replies[item])
                case ToolRequested():
                    yield from self._call(item)

    def _take(self, record: Record) -> None:
        event = record.event
        match event:
            case ReplyStarted(participant=self.name, reply=number):
                self._replies[number] = _Reply()
                self._order.append(number)
            case SentenceSaid(participant=self.name, reply=number, text=text) if number in self._replies:
                self._replies[number].said.append(text)
            case ReplySent(participant=self.name, reply=number, duration_s=length) if number in self._replies:
                self._replies[number].length_s = length
            case PlaybackStarted(participant=self.name, reply=number) if number in self._replies:
                self._replies[number].began = event.position_s
            case PlaybackFinished(participant=self.name, reply=number) if number in self._replies:
                self._replies[number].played_s = event.played_s
            case ToolRequested(participant=self.name):
                self._order.append(event)
            case _:
                pass
        self._order += [kind for each in record.commands if (kind := _prompt(each, self.name))]

    def _reply(self, reply: _Reply) -> Iterator[PlaybackStep]:
        for sentence in reply.said:
            text = {"role": "assistant", "content": sentence}
            yield SayBack(_message("ConversationText", **text))
        if reply.began is not None:
            yield from _frames(self._recorded(reply.began, reply.played_s))
        is_cut = reply.length_s is None or reply.played_s < reply.length_s - 0.05
        if reply.said and is_cut:
            yield SayBack(
                _message(
                    "Warning", code=REMAINDER, description="The rest was heard by nobody: a voice says it."
                )
            )
            yield from _frames(self.voice(self._unheard(reply)))
        yield SayBack(_message("AgentAudioDone"))

    def _unheard(self, reply: _Reply) -> str:
        """Words after the heard ones, by the share of the reply that was heard."""
        words = " ".join(reply.said).split()
        share = min(1.0, reply.played_s / reply.length_s) if reply.length_s else 0.0
        return " ".join(words[int(share * len(words)) :]) or words[-1]

    def _call(self, call: ToolRequested) -> Iterator[PlaybackStep]:
        asked = {"id": call.call_id, "name": call.tool, "arguments": call.arguments, "client_side": call.ours}
        yield SayBack(orjson.dumps({"type": "FunctionCallRequest", "functions": [asked]}).decode())
        if call.ours:
            yield AwaitText("FunctionCallResponse")

    def _recorded(self, began: float, length_s: float) -> bytes:
        path = self.folder / "audio" / f"{self.name}.wav"
        if not path.exists():
            raise SetupError(f"{path} is missing: the sound of {self.name} is unknown")
        try:
            with open_regular(path) as opened, wave.open(opened, "rb") as file:
                rate = file.getframerate()
                file.setpos(min(file.getnframes(), round(began * rate)))
                return file.readframes(round(length_s * rate))
        except (OSError, EOFError, wave.Error) as error:
            raise JournalError(f"cannot read {path} as sound", path=str(path)) from error


def _prompt(command: Command, name: str) -> str:
    """Type of the message by which a command reaches an agent; empty for any other command."""
    match command:
        case Cue(to=to) | Prepare(to=to) if to == name:
            return "InjectUserMessage"
        case Speak(to=to) if to == name:
            return "InjectAgentMessage"
        case _:
            return ""


def _message(kind: str, **fields: str) -> str:
    return orjson.dumps({"type": kind, **fields}).decode()


def _frames(sound: bytes) -> Iterator[SayBack]:
    size = MEETING_FORMAT.bytes_for(_FRAME_S)
    return (SayBack(sound[start : start + size]) for start in range(0, len(sound), size))
