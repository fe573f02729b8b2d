"""A session that was written down: its journal, what can be told from it, and what can be heard."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from foreign import App, dial, settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from trialogue.cli import main
from trialogue.errors import JournalError, SetupError
from trialogue.journal.files import verify_files
from trialogue.journal.reader import read
from trialogue.journal.records import JournalKind
from trialogue.meeting.resumption import open_resumption
from trialogue.model.audio import AudioFormat
from trialogue.model.events import (
    PlaybackFinished,
    ReplyFailed,
    SessionFailed,
    SpeechStarted,
    TextTyped,
)
from trialogue.model.secrets import Secrets
from trialogue.model.wire import WireClosed, WireOpened, WireSound, WireText
from trialogue.serving.for_tests import VoiceAgentServer
from trialogue.serving.measuring import SideSounds
from trialogue.serving.recording import hide_keys, sound_of
from trialogue.speech.coding import Coding, SoundForm, open_encoder

CALL = {
    "when": {"heard": "price"},
    "call": {"tool": "price", "arguments": {"of": "tea"}},
    "say": "${result}.",
}


@pytest.fixture
def session(voice_agent_server: VoiceAgentServer, tmp_path: Path) -> tuple[Path, App]:
    """A recorded session: a greeting, a spoken turn, a function call; and what the client saw of it."""
    voice_agent_server.record(tmp_path / "runs")
    with dial(voice_agent_server.url + "?tag=mine") as socket:
        app = App(socket)
        think = {"provider": {"type": "scripted", "script": [CALL, {"say": "Yes."}]}}
        functions = [{"name": "price", "parameters": {"type": "object"}}]
        app.tell(settings(greeting="Hello!", think={**think, "functions": functions}))
        app.until("AgentAudioDone")
        voice_agent_server.user.say("What is the price?", at_once=True)
        call = app.until("FunctionCallRequest")["functions"][0]
        app.tell({"type": "FunctionCallResponse", "id": call["id"], "name": "price", "content": "Ten"})
        app.until("AgentAudioDone")
        socket.send(bytes(640))
        app.tell({"type": "KeepAlive"})
        voice_agent_server.wait_for("KeepAlive")
    voice_agent_server.reset()
    return finished(tmp_path / "runs"), app


def finished(runs: Path) -> Path:
    """The one session of a directory."""
    (folder,) = runs.iterdir()
    return folder


def test_the_wire_is_kept_as_it_was(session: tuple[Path, App]) -> None:
    """Every message of both sides, in order, and every byte of sound."""
    folder, app = session
    reading = read(folder / "journal.jsonl")
    facts = [record.fact for record in reading.wire()]
    assert reading.header.of is JournalKind.SESSION
    assert not reading.problems
    assert isinstance(facts[0], WireOpened)
    assert facts[0].query == "tag=mine"
    assert facts[-1] == WireClosed(1000)
    texts = [json.loads(fact.text) for fact in facts if isinstance(fact, WireText) and fact.by == "server"]
    assert texts == [message for message in app.seen if isinstance(message, dict)]
    sizes = [fact.size for fact in facts if isinstance(fact, WireSound) and fact.by == "server"]
    heard = [message for message in app.seen if isinstance(message, bytes)]
    assert sizes == [len(frame) for frame in heard]
    assert sound_of(folder, "server").read_bytes() == b"".join(heard)
    assert sound_of(folder, "client").read_bytes() == bytes(640)
    sent = [
        json.loads(fact.text)["type"] for fact in facts if isinstance(fact, WireText) and fact.by == "client"
    ]
    assert sent == ["Settings", "FunctionCallResponse", "KeepAlive"]


def test_only_its_owner_reads_it(session: tuple[Path, App]) -> None:
    """Files are private, as those of a meeting."""
    folder, _ = session
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_its_files_are_vouched_for(session: tuple[Path, App]) -> None:
    """`verify-files` checks each file of a recorded session."""
    folder, _ = session
    verified = verify_files(folder)
    assert verified.is_whole
    assert {"sound/client.raw", "audio/mix.wav", "result.json", "transcript.md"} <= verified.files.keys()


def test_it_is_replayed_as_what_was_said(
    session: tuple[Path, App], capsys: pytest.CaptureFixture[str]
) -> None:
    """`replay` of a recorded session shows who said what, in order."""
    folder, _ = session
    assert main(["replay", str(folder), "--json"]) == 0
    said = [(each["participant"], each["intended"]) for each in orjson.loads(capsys.readouterr().out)]
    assert said[:2] == [("agent", "Hello!"), ("user", "What is the price?")]


def test_a_recorded_session_has_no_decisions(
    session: tuple[Path, App], capsys: pytest.CaptureFixture[str]
) -> None:
    """`replay --verify` says that there is nothing to decide, and succeeds."""
    folder, _ = session
    assert main(["replay", str(folder), "--verify"]) == 0
    assert "a session has no decisions to verify" in capsys.readouterr().out


def test_there_is_no_meeting_to_go_on_with(session: tuple[Path, App]) -> None:
    """Resuming a recorded session is refused in one line."""
    with pytest.raises(SetupError, match="cannot be continued"):
        open_resumption(session[0])


@pytest.mark.parametrize("options", [[], ["--html"]])
def test_it_is_reported(
    session: tuple[Path, App], capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """Measures and a page, as of a meeting."""
    folder, _ = session
    assert main(["report", str(folder), *options, "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert (folder / "report.html").exists() if options else told["reason"] == "client-closed"


def test_typed_words_and_a_failed_reply_are_what_they_are(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed words are no speech of milliseconds in the measures, and a failed reply is no failed session."""
    nobody = {"url": "http://127.0.0.1:9/v1/chat/completions"}
    think = {"provider": {"type": "open_ai", "model": "m"}, "endpoint": nobody}
    voice_agent_server.record(tmp_path)
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings(think=think))
        app.until("SettingsApplied")
        app.tell({"type": "InjectUserMessage", "content": "Are you there?"})
        app.until("Error")
        app.tell({"type": "InjectAgentMessage", "message": "I am."})
        app.until("AgentAudioDone")
    voice_agent_server.reset()
    folder = finished(tmp_path)
    told = [record.event for record in read(folder / "journal.jsonl")]
    assert TextTyped("user", "Are you there?") in told
    assert ReplyFailed("agent", 0, "FAILED_TO_THINK") in told
    assert not [event for event in told if isinstance(event, SpeechStarted | SessionFailed)]
    assert main(["report", str(folder), "--json"]) == 0
    user, _ = orjson.loads(capsys.readouterr().out)["measures"]["participants"]
    assert [user[name] for name in ("turns", "typed", "spoken_s", "words_per_minute")] == [0, 1, 0.0, None]


@pytest.mark.real
def test_the_agent_is_heard_at_its_pace(voice_agent_server: VoiceAgentServer, tmp_path: Path) -> None:
    """All that was sent, as long as it lasts, where the user lets it."""
    voice_agent_server.record(tmp_path)
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings(greeting="Hi."))
        app.until("AgentAudioDone")
        time.sleep(0.7)  # it plays for 0.2 s, and 0.4 s are silence
    voice_agent_server.reset()
    sent = np.frombuffer(b"".join(m for m in app.seen if isinstance(m, bytes)), "<i2")
    folder = finished(tmp_path)
    assert heard_s(folder / "audio" / "agent.wav") == pytest.approx(np.count_nonzero(sent) / 16_000, abs=0.02)
    assert heard_s(folder / "audio" / "mix.wav") == pytest.approx(np.count_nonzero(sent) / 16_000, abs=0.02)


@pytest.mark.real
@pytest.mark.parametrize(
    "output",
    [
        {"encoding": "flac", "sample_rate": 16_000},
        {"encoding": "mp3"},
        {"encoding": "opus", "container": "ogg"},
        {"encoding": "linear16", "sample_rate": 16_000, "container": "wav"},
        {"encoding": "linear32", "sample_rate": 16_000},
    ],
    ids=lambda output: output["encoding"] + output.get("container", ""),
)
def test_coded_sound_of_the_agent_is_heard(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, output: dict[str, Any]
) -> None:
    """Two replies, each a stream of its own, lie in the recording, and their lengths in the journal."""
    voice_agent_server.record(tmp_path)
    asked = settings({"say": "Yes, of course."}, greeting="Good morning.")
    asked["audio"]["output"] = output
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(asked)
        app.until("AgentAudioDone")
        time.sleep(1.2)
        app.tell({"type": "InjectUserMessage", "content": "Well?"})
        app.until("AgentAudioDone")
        time.sleep(1.2)
    voice_agent_server.reset()
    folder = finished(tmp_path)
    played = [r.event for r in read(folder / "journal.jsonl") if isinstance(r.event, PlaybackFinished)]
    assert [each.outcome for each in played] == ["complete", "complete"]
    assert all(0.2 < each.played_s < 1.2 for each in played)
    assert 0.3 < heard_s(folder / "audio" / "agent.wav") <= sum(each.played_s for each in played) + 0.1


@pytest.mark.real
@pytest.mark.parametrize(
    "output",
    [{"encoding": "flac", "sample_rate": 16_000}, {"encoding": "opus", "container": "ogg"}],
    ids=lambda output: output["encoding"],
)
def test_coded_sound_of_words_that_interrupt_is_heard(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, output: dict[str, Any]
) -> None:
    """Of a reply that injected words interrupted, and of these words, a recording had nothing."""
    voice_agent_server.record(tmp_path)
    asked = settings(greeting="Good morning, everybody, and welcome to the meeting of today.")
    asked["audio"]["output"] = output
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(asked)
        while not any(isinstance(each, bytes) for each in app.seen):
            app.until("ConversationText")
            app.seen.append(socket.recv())
        app.tell({"type": "InjectAgentMessage", "message": "Stop, all of you.", "behavior": "interrupt"})
        app.until("AgentAudioDone")
        time.sleep(1.2)
    voice_agent_server.reset()
    with wave.open(str(finished(tmp_path) / "audio" / "agent.wav")) as file:
        assert file.getnframes() / file.getframerate() > 1.0  # Opus makes silence of the murmur


@pytest.mark.real
@pytest.mark.parametrize(
    ("encoding", "coding", "rate"),
    [
        ("flac", Coding.FLAC, 16_000),
        ("ogg-opus", Coding.OGG_OPUS, 48_000),
    ],
)
def test_coded_sound_of_the_user_is_heard(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, encoding: str, coding: Coding, rate: int
) -> None:
    """A client's one stream lies in the recording where it was sent."""
    voice_agent_server.record(tmp_path)
    noise = np.random.default_rng(1).normal(size=rate) * 3_000
    encoder = open_encoder(SoundForm(AudioFormat("linear16", rate), coding))
    stream = b"".join(each.data for each in encoder.encode(noise.astype("<i2").tobytes())) + encoder.end()
    asked = settings()
    asked["audio"]["input"] = {"encoding": encoding, "sample_rate": rate}
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(asked)
        app.until("SettingsApplied")
        for at in range(0, len(stream), 4_000):
            socket.send(stream[at : at + 4_000])
        app.tell({"type": "KeepAlive"})
        voice_agent_server.wait_for("KeepAlive")
    voice_agent_server.reset()
    assert heard_s(finished(tmp_path) / "audio" / "user.wav") == pytest.approx(1.0, abs=0.05)


def test_the_agent_is_heard_no_longer_than_the_user_lets_it(session: tuple[Path, App]) -> None:
    """A user who speaks at once cuts the greeting off."""
    folder, app = session
    sent = np.frombuffer(b"".join(m for m in app.seen if isinstance(m, bytes)), "<i2")
    assert heard_s(folder / "audio" / "agent.wav") < np.count_nonzero(sent) / 16_000 - 0.05


def heard_s(path: Path) -> float:
    """How much of a recording is not silence, in seconds."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return float(np.count_nonzero(samples)) / file.getframerate()


def test_a_session_without_settings_is_a_whole_run(
    voice_agent_server: VoiceAgentServer, tmp_path: Path
) -> None:
    """Who leaves before anything is agreed on leaves a run of silence, and it is vouched for."""
    voice_agent_server.record(tmp_path / "runs")
    with dial(voice_agent_server.url) as socket:
        App(socket).until("Welcome")
    voice_agent_server.reset()
    folder = finished(tmp_path / "runs")
    assert main(["verify-files", str(folder)]) == 0
    assert {each.name for each in (folder / "audio").iterdir()} == {"user.wav", "agent.wav", "mix.wav"}


@pytest.mark.parametrize("sample_rate", [0, -1, 0.5, 10**9])
@pytest.mark.parametrize("encoding", ["linear16", "mulaw", [], {"a": 1}])
def test_sound_of_a_format_that_is_none_is_kept_and_has_no_length(
    sample_rate: float, encoding: object
) -> None:
    """A client that was told so may send on: its record goes on as well."""
    sounds = SideSounds()
    form = {"encoding": encoding, "sample_rate": sample_rate}
    sounds.use({"type": "Settings", "audio": {"input": form, "output": form}})
    for by in ("client", "server"):
        assert sounds.measured(by, bytes(640), is_new=True).length_s == 0.0


@pytest.mark.parametrize("form", [{"encoding": "linear16", "sample_rate": 0}, {"encoding": "nonsense"}])
def test_a_session_of_a_format_that_is_none_is_a_whole_run(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, form: dict[str, object]
) -> None:
    """It was refused, its client sent sound all the same, and the record has its files."""
    voice_agent_server.record(tmp_path / "runs")
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.until("Welcome")
        socket.send(json.dumps({"type": "Settings", "audio": {"input": form}}))
        with contextlib.suppress(ConnectionClosed):  # a quick server has closed by now
            socket.send(bytes(640))
        app.until("Error")
    voice_agent_server.reset()
    assert main(["verify-files", str(finished(tmp_path / "runs"))]) == 0


def test_keys_in_headers_are_not_written() -> None:
    """Keys of endpoints in a client's messages are not in the recorded session."""
    message = {"agent": {"think": [{"endpoint": {"headers": {"authorization": "Bearer secret-key"}}}]}}
    text, parsed = hide_keys(json.dumps(message))
    assert "secret-key" not in text
    assert json.loads(text) == parsed


@pytest.mark.parametrize(
    "said",
    [
        '{"provider": {"type": "aws_bedrock", "credentials": {"secret_access_key": "secret-key"}}}',
        '[{"headers": {"authorization": "secret-key"}}]',
        '{"he\\u0061ders": {"authorization": "secret-key"}}',
        '{"headers": {"authorization": "secret-key"}',
        '{"headers": {"authorization": "secret-key"}, "deep": %s}' % ("[" * 1000 + "]" * 1000),
    ],
    ids=["credentials", "a list", "escaped", "cut", "deep"],
)
def test_keys_are_not_written_in_whatever_form_they_come(said: str) -> None:
    """What cannot be read is told by its length alone, where it may hold a key."""
    assert "secret-key" in said
    assert "secret-key" not in hide_keys(said)[0]


def test_the_clients_own_key_is_in_no_file_of_its_session(
    voice_agent_server: VoiceAgentServer, tmp_path: Path
) -> None:
    """Though the service repeats it, as a relayed one may."""
    key = "canary-3c5a7e9b"
    voice_agent_server.record(tmp_path / "runs")
    with connect(
        f"{voice_agent_server.url}?fault=key-echoed&mine={key}",
        additional_headers={"Authorization": f"Token {key}"},
    ) as socket:
        app = App(socket)
        app.tell(settings(greeting="Hello!"))
        app.until("AgentAudioDone")
    voice_agent_server.reset()
    assert key in str(app.seen)
    files = [each for each in finished(tmp_path / "runs").rglob("*") if each.is_file()]
    assert len(files) > 5
    assert not [each for each in files if key.encode() in each.read_bytes()]


def test_an_escaped_key_is_not_written() -> None:
    """Neither in the text nor in what is read of it."""
    told = hide_keys(
        '{"type":"Warning","description":"\\u0063anary-3c5a7e9b"}', Secrets(("canary-3c5a7e9b",))
    )
    assert told == ('{"type":"Warning","description":"***"}', {"type": "Warning", "description": "***"})


def test_a_message_without_a_key_is_written_unchanged() -> None:
    """Byte for byte, though it speaks of keys."""
    for said in (
        '{"type": "X",  "content": "headers and credentials"}',
        '{"type":"X","content":"\\u00e9"}',
        "{",
    ):
        assert hide_keys(said)[0] == said


def test_a_disk_that_is_full_does_not_end_the_session(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client goes on; what is there stays."""
    from trialogue.journal.writer import Journal

    refused = []

    def full(_: Journal, *line: object) -> None:
        refused.append(line)
        raise JournalError("cannot write the journal: No space left on device")

    voice_agent_server.record(tmp_path / "runs")
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.until("Welcome")
        monkeypatch.setattr(Journal, "append_wire", full)
        app.tell(settings({"say": "Yes."}, greeting="Hello!"))
        app.until("AgentAudioDone")
    assert refused
    (journal,) = (tmp_path / "runs").rglob("journal.jsonl")
    assert "Welcome" in journal.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", ["mkdir", "access"])
def test_a_folder_that_cannot_be_written_is_no_wrong_option(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A disk that refuses sessions is told before the first one comes, with the exit code of files."""

    def refuse(*_: object, **__: object) -> bool:
        if fault == "mkdir":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return False

    monkeypatch.setattr(*((Path, "mkdir") if fault == "mkdir" else (os, "access")), refuse)
    with pytest.raises(JournalError, match=r"cannot record in .*runs: Permission denied"):
        voice_agent_server.record(tmp_path / "runs")


@pytest.mark.parametrize("fails", ["a header", "a directory"])
def test_a_client_is_served_where_its_record_cannot_begin(
    voice_agent_server: VoiceAgentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    """Whoever connects after the disk is full is served, and told to the operator; no empty run is left."""
    from trialogue.diagnostics import Log
    from trialogue.journal.writer import Journal

    told: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(Log, "warning", lambda _, event, **fields: told.append((event, fields)))

    def full(*_: object, **__: object) -> None:
        raise JournalError("cannot create the journal: No space left on device")

    runs = tmp_path / "runs"
    voice_agent_server.record(runs)
    if fails == "a header":
        monkeypatch.setattr(Journal, "create", full)
    else:
        runs.rmdir()
        runs.write_bytes(b"")
    with dial(voice_agent_server.url) as socket:
        app = App(socket)
        app.tell(settings({"say": "Yes."}, greeting="Hello!"))
        app.until("AgentAudioDone")
    voice_agent_server.reset()
    assert [event for event, _ in told] == ["a session is not recorded"]
    assert "cannot" in str(told[0][1]["reason"])
    assert runs.is_file() or not [*runs.iterdir()]
