"""Faults of engines and providers, and what of a session outlives them."""

from __future__ import annotations

from desk import Desk, error_of, running, settings, speaking, thinking

from trialogue.server import commands as cmd
from trialogue.server import events as ev


def test_failed_thinking_costs_the_turn_not_the_session() -> None:
    """A turn that no provider can think ends with FAILED_TO_THINK, and the next one is thought about."""
    desk, number = thinking()
    desk.happen(ev.ThinkStumbled(number, "THINK_REQUEST_FAILED", "HTTP status 500"))
    desk.happen(ev.ThinkFailed(number))
    assert desk.names() == ["THINK_REQUEST_FAILED", "CutReply", "ReturnEntry", "FAILED_TO_THINK"]
    desk.say({"type": "InjectUserMessage", "content": "Again"})
    assert desk.last(cmd.BeginPass).request.heard == "Hi Again"


def test_failed_voice_ends_the_session() -> None:
    """SPEAK_REQUEST_FAILED comes for each voice, then FAILED_TO_SPEAK and the end."""
    desk, number = speaking()
    desk.happen(ev.VoiceStumbled(number, "broken"))
    desk.happen(ev.VoiceFailed(number))
    assert desk.names() == ["SPEAK_REQUEST_FAILED", "CutReply", "FAILED_TO_SPEAK", "Close"]


def test_failed_ear_ends_the_session() -> None:
    """Without engines, FAILED_TO_START_LISTENING is sent, and the session ends."""
    desk = running()
    desk.happen(ev.HearingFailed("pip install 'trialogue[local]'"))
    assert error_of(desk)["code"] == "FAILED_TO_START_LISTENING"


def test_nothing_is_said_after_the_end() -> None:
    """Messages of a client after the error get no answer."""
    desk, number = speaking()
    desk.say("nonsense")
    desk.look()
    desk.happen(ev.SentenceThought(number, "Late."))
    desk.say(settings())
    desk.happen(ev.DeadlineReached())
    assert desk.names() == []
    assert desk.conversation.next_deadline() == float("inf")


def test_repr_is_a_status_line() -> None:
    """A conversation's repr is one line about its state, without speech."""
    assert repr(running().conversation) == "<Conversation r-1: running, user silent>"


def speaks(model: str) -> dict[str, object]:
    """A voice of the service's, in Settings or an update."""
    return {"provider": {"type": "deepgram", "model": model}}


def test_a_voice_that_cannot_be_had_is_told() -> None:
    """A voice that is unknown or of another language gets VOICE_SUBSTITUTED, and the session goes on."""
    desk = Desk()
    desk.say(settings(speak=[speaks("aura-2-celeste-es"), speaks("aura-2-thalia-en")]))
    assert desk.names()[-2:] == ["SettingsApplied", "VOICE_SUBSTITUTED"]
    desk.say({"type": "UpdateSpeak", "speak": speaks("aura-2-thalia-en")})
    desk.say({"type": "UpdateSpeak", "speak": speaks("aura-2-nobody-en")})
    assert desk.names() == ["SpeakUpdated", "SpeakUpdated", "VOICE_SUBSTITUTED"]


def test_voices_of_other_vendors_are_their_own() -> None:
    """Voices of other vendors get no warning; of unknown names of the service, five at most do."""
    desk = Desk()
    other = {"provider": {"type": "eleven_labs", "model_id": "21m00Tcm4TlvDq8ikWAM"}}
    desk.say(settings(speak=[other, speaks("thalia")]))
    assert desk.names()[-1] == "SettingsApplied"
    desk.say({"type": "UpdateSpeak", "speak": [other, *[speaks("nobody")] * 3]})
    assert desk.names() == ["SpeakUpdated", "VOICE_SUBSTITUTED"]
    desk.say({"type": "UpdateSpeak", "speak": [speaks(f"nobody-{n}") for n in range(100)]})
    assert desk.names() == ["SpeakUpdated", *["VOICE_SUBSTITUTED"] * 5]
