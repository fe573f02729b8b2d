"""A session's beginning: Welcome, Settings, and what they may say."""

from __future__ import annotations

from typing import Any

import pytest
from desk import AUDIO, KEEP_ALIVE, Desk, error_of, running, scripted, settings

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.options import ServerOptions, UnknownFields
from trialogue.server.updating import OUT_OF_RANGE
from trialogue.services.deepgram.settings import AgentSettings


def test_welcome_comes_first_and_unasked() -> None:
    """The session begins with Welcome and its request id."""
    assert Desk().look() == [{"type": "Welcome", "request_id": "r-1"}]


def test_settings_are_accepted_before_welcome_is_read() -> None:
    """Settings that are sent before Welcome is read are applied."""
    desk = Desk()
    desk.say(settings())
    assert desk.names() == ["Welcome", "OpenEarAndVoice", "UseThink", "SettingsApplied"]


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"a": 1}', '{"type": 5}', '{"type": "Nonsense"}'])
def test_text_that_is_no_message_is_unparsable(text: str) -> None:
    """Text that is no message of the protocol gets UNPARSABLE_CLIENT_MESSAGE, and ends the session."""
    desk = running()
    desk.say(text)
    assert error_of(desk)["code"] == "UNPARSABLE_CLIENT_MESSAGE"


def test_messages_before_settings_are_refused() -> None:
    """Text and audio before Settings get NON_SETTINGS_MESSAGE_BEFORE_SETTINGS."""
    for act in (lambda d: d.say(KEEP_ALIVE), lambda d: d.happen(ev.AudioReceived(b"\x01\x00"))):
        desk = Desk()
        act(desk)
        assert error_of(desk)["code"] == "NON_SETTINGS_MESSAGE_BEFORE_SETTINGS"


def test_settings_apply_once() -> None:
    """Second Settings get SETTINGS_ALREADY_APPLIED."""
    desk = running()
    desk.say(settings())
    assert error_of(desk)["code"] == "SETTINGS_ALREADY_APPLIED"


def test_whitespace_in_json_is_free() -> None:
    """Indented JSON, which older SDKs send, is read."""
    desk = running()
    desk.say('{\n    "type":\t"KeepAlive"\n}')
    assert desk.names() == []


def test_whole_numbers_do_for_floats() -> None:
    """1 is read where a number like 1.0 is expected: SDKs write it so."""
    desk = running()
    listen = {"type": "deepgram", "version": "v2", "model": "flux-general-en", "eot_threshold": 1}
    desk.say({"type": "UpdateListen", "listen": {"provider": listen}})
    assert desk.names() == ["ListenUpdated"]


@pytest.mark.parametrize(
    "agent",
    [
        {"language": "en"},
        {"listen": {"provider": {"type": "deepgram", "model": "nova-3"}}},
        {"think": [scripted({"say": "a"}), scripted({"say": "b"})]},
        {"speak": [{"provider": {"type": "deepgram", "model": m}} for m in ("aura-2-luna-en", "b")]},
        {"greeting": None, "context": None},
        {"speak": {"provider": {"type": "cartesia", "model_id": "m", "voice": {"mode": "id", "id": "v"}}}},
    ],
)  # fmt: skip
def test_settings_in_all_their_shapes(agent: dict[str, Any]) -> None:
    """Lists, absent versions, nulls and deprecated fields are accepted."""
    desk = Desk()
    desk.say({**settings(**agent), "experimental": None, "mip_opt_out": None, "tags": ["a"]})
    assert "SettingsApplied" in desk.names()


ANTHROPIC = {"type": "anthropic", "model": "m"}


OPEN_AI = {"type": "open_ai", "model": "m"}


ABROAD = {"url": "https://example.com/"}


ELSEWHERE = "use scripted or open_ai with endpoint"


@pytest.mark.parametrize(
    ("agent", "audio", "code", "words"),
    [
        ({"think": {"provider": ANTHROPIC}}, None, "INVALID_SETTINGS", ELSEWHERE),
        ({"think": {"provider": OPEN_AI}}, None, "INVALID_SETTINGS", ELSEWHERE),
        ({"think": {"provider": OPEN_AI, "endpoint": ABROAD}}, None, "INVALID_SETTINGS", "not allowed"),
        ({"think": scripted({"say": 5})}, None, "INVALID_SETTINGS", "script[0]"),
        ({}, {"input": {**AUDIO, "encoding": "opus"}}, "INVALID_SETTINGS", "audio.input.encoding"),
        ({}, {"output": {"encoding": "aac"}}, "INVALID_SETTINGS", "audio.output: encoding aac"),
        (
            {},
            {"output": {"encoding": "opus", "container": "none"}},
            "INVALID_SETTINGS",
            "audio.output: opus without a container",
        ),
        ({}, {"input": {**AUDIO, "sample_rate": 1}}, "INVALID_SETTINGS", "sample_rate"),
        ({"think_live": {"provider": {}}}, None, "UNPARSABLE_CLIENT_MESSAGE", ""),
        ({"greeting": 5}, None, "UNPARSABLE_CLIENT_MESSAGE", ""),
    ],
)
def test_settings_that_cannot_be_had(
    agent: dict[str, Any], audio: dict[str, Any] | None, code: str, words: str
) -> None:
    """Settings that this server cannot serve are refused at once, with the reason."""
    desk = Desk(ServerOptions(stand_in=None))
    desk.say(settings(audio=audio, **agent))
    error = error_of(desk)
    assert error["code"] == code
    assert words in error["description"]


def test_an_agent_by_id_must_be_registered() -> None:
    """An unknown agent id gets INVALID_AGENT_ID; a registered one is served."""
    message = {"type": "Settings", "audio": {}, "agent": "f5-uuid"}
    desk = Desk()
    desk.say(message)
    assert error_of(desk)["code"] == "INVALID_AGENT_ID"
    known = Desk(ServerOptions(agents={"f5-uuid": AgentSettings(greeting="Hello.")}))
    known.say(message)
    assert known.names()[-2:] == ["SpeakSentence", "FinishReply"]


def test_unknown_keys_are_rejected_or_warned_of() -> None:
    """Unknown keys are refused, or warned of where the operator wants that."""
    message = {"type": "FunctionCallResponse", "name": "f", "content": "x", "id": "1", "output": "x"}
    strict = running()
    strict.say(message)
    assert "$.output" in error_of(strict)["description"]
    lenient = running(ServerOptions(unknown_fields=UnknownFields.WARNED))
    lenient.say(message)
    assert lenient.names() == ["UNKNOWN_FIELDS_IGNORED"]


def test_audio_of_a_file_is_not_raw_audio() -> None:
    """A WAV file where raw samples were declared gets USER_AUDIO_FORMAT."""
    desk = running()
    desk.happen(ev.AudioReceived(b"RIFF\x00\x00\x00\x00WAVE"))
    assert error_of(desk)["code"] == "USER_AUDIO_FORMAT"


def test_audio_goes_to_the_ear_and_empty_audio_nowhere() -> None:
    """A client's sound is recognized, and messages without sound change nothing."""
    desk = running()
    desk.happen(ev.AudioReceived(b""))
    desk.happen(ev.AudioReceived(b"\x01\x00"))
    assert desk.commands == [cmd.HearAudio(b"\x01\x00")]


def test_thresholds_that_are_none_are_warned_of() -> None:
    """A threshold out of its range gets a warning with the range, and the session goes on."""
    flux = {"type": "deepgram", "version": "v2", "model": "flux-general-en"}
    desk = Desk()
    asked = {**flux, "eot_threshold": 1.5, "eager_eot_threshold": 0.4, "eot_timeout_ms": 100}
    desk.say(settings(listen={"provider": asked}))
    told = desk.look()
    assert [each.get("code") for each in told[-2:] if isinstance(each, dict)] == [OUT_OF_RANGE] * 2
    assert "eot_threshold must be from 0.5 to 1.0, not 1.5." in str(told[-2])
    desk.say({"type": "UpdateListen", "listen": {"provider": {**flux, "eager_eot_threshold": 0.1}}})
    assert desk.names() == ["ListenUpdated", OUT_OF_RANGE]
    desk.say({"type": "UpdateListen", "listen": {"provider": {**flux, "eager_eot_threshold": 0.5}}})
    assert desk.names() == ["ListenUpdated"]


def test_compressed_sound_may_come_in_its_container() -> None:
    """Compressed sound in the container that was declared is heard."""
    output = {"encoding": "linear16", "sample_rate": 16_000}
    for encoding, magic in (("flac", b"fLaC"), ("ogg-opus", b"OggS")):
        desk = Desk()
        desk.say(settings(audio={"input": {"encoding": encoding, "sample_rate": 48_000}, "output": output}))
        desk.happen(ev.AudioReceived(magic + bytes(100)))
        assert desk.names()[-1] == "HearAudio"


@pytest.mark.parametrize("encoding", ["opus", "amr-nb", "amr-wb", "speex", "g729", "aac", "mp3"])
def test_sound_that_cannot_be_heard_is_refused_by_name(encoding: str) -> None:
    """The error for an unsupported encoding lists the supported ones."""
    desk = Desk()
    desk.say(settings(audio={"input": {"encoding": encoding, "sample_rate": 16_000}}))
    error = desk.look()[-2]
    assert isinstance(error, dict)
    assert error["code"] == "INVALID_SETTINGS"
    assert f"audio.input.encoding {encoding} is not available" in error["description"]
    assert "ogg-opus" in error["description"]
