"""Updates of a running session: prompt, think, speak, listen, the end of a turn."""

from __future__ import annotations

from desk import FLUX, Desk, error_of, inject, running, scripted, settings, speaking

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.options import ServerOptions


def test_update_prompt_appends() -> None:
    """UpdatePrompt adds to the prompt, and does not replace it."""
    desk = running(think=scripted({"say": "x"}, prompt="Be kind."))
    desk.say({"type": "UpdatePrompt", "prompt": "Be brief."})
    assert desk.names() == ["PromptUpdated"]
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    assert desk.last(cmd.BeginPass).request.prompt == "Be kind.\nBe brief."


def test_update_think_replaces_everything() -> None:
    """UpdateThink drops the prompt and the functions that it leaves out."""
    desk = running(think=scripted({"say": "x"}, prompt="Be kind.", functions=[{"name": "tool"}]))
    desk.say({"type": "UpdateThink", "think": scripted({"say": "y"})})
    assert desk.names() == ["UseThink", "ThinkUpdated"]
    desk.say({"type": "InjectUserMessage", "content": "Hi"})
    request = desk.last(cmd.BeginPass).request
    assert (request.prompt, request.functions) == ("", ())


def test_update_think_to_what_is_not_here() -> None:
    """UpdateThink to a model that is not available ends the session with INVALID_SETTINGS."""
    desk = running(ServerOptions(stand_in=None))
    desk.say({"type": "UpdateThink", "think": {"provider": {"type": "google", "model": "m"}}})
    assert error_of(desk)["code"] == "INVALID_SETTINGS"


def test_update_speak_counts_from_the_next_reply() -> None:
    """A changed voice begins with the next reply, not in the middle of one."""
    desk, number = speaking()
    desk.say({"type": "UpdateSpeak", "speak": {"provider": {"type": "deepgram", "model": "aura-2-luna-en"}}})
    desk.happen(ev.SentenceThought(number, "Second."))
    assert desk.last(cmd.SpeakSentence).voices == ("aura-2-thalia-en",)
    desk.say(inject("interrupt"))
    assert desk.last(cmd.SpeakSentence).voices == ("aura-2-luna-en",)
    assert "SpeakUpdated" in desk.names()


def test_update_listen_is_partial_but_for_language_hints() -> None:
    """UpdateListen keeps what it leaves out, except `language_hints`."""
    hints = {**FLUX, "model": "flux-general-multi", "language_hints": ["en"], "keyterms": ["edge"]}
    desk = running(listen={"provider": hints})
    desk.say({"type": "UpdateListen", "listen": {"provider": {**FLUX, "eot_threshold": 0.9}}})
    assert desk.names() == ["ListenUpdated"]
    agent = desk.conversation._agent
    assert agent is not None
    listen = agent.terms.listen
    assert (listen.keyterms, listen.model) == (("edge",), "flux-general-en")
    assert getattr(listen, "language_hints", None) is None


def test_update_listen_where_the_provider_is_fixed() -> None:
    """With the older rule, UpdateListen to another model gets a warning and changes nothing."""
    desk = running(ServerOptions(listen_identity_fixed=True), listen={"provider": FLUX})
    other = {"type": "deepgram", "model": "nova-3"}
    desk.say({"type": "UpdateListen", "listen": {"provider": other}})
    assert desk.names() == ["UPDATE_LISTEN_UNSUPPORTED_FIELDS_CHANGED"]


def test_long_prompts_are_cut_with_a_warning() -> None:
    """A prompt over 25,000 characters gets PROMPT_TOO_LONG, unless the model is the client's own."""
    desk = Desk()
    desk.say(settings(think=scripted({"say": "x"}, prompt="p" * 25_001)))
    assert desk.names()[-1] == "PROMPT_TOO_LONG"
    desk.say({"type": "UpdatePrompt", "prompt": "q"})
    assert desk.names() == ["PromptUpdated", "PROMPT_TOO_LONG"]
    endpoint = {"url": "http://127.0.0.1:1/v1/chat/completions"}
    own = {"provider": {"type": "open_ai", "model": "m"}, "endpoint": endpoint, "prompt": "p" * 25_001}
    desk.say({"type": "UpdateThink", "think": own})
    assert desk.names() == ["UseThink", "ThinkUpdated"]


def test_updates_of_a_prompt_have_a_bound_together() -> None:
    """Updates of a prompt together are cut at the bound of the prompt itself."""
    endpoint = {"url": "http://127.0.0.1:1/v1/chat/completions"}
    own = {"provider": {"type": "open_ai", "model": "m"}, "endpoint": endpoint, "prompt": "p" * 30_000}
    desk = Desk()
    desk.say(settings(think=own))
    desk.say({"type": "UpdatePrompt", "prompt": "q"})
    assert desk.names()[-1] == "PromptUpdated"
    agent = desk.conversation._agent
    assert agent is not None
    assert agent.terms.prompt.prompt == "p" * 30_000 + "\nq"
    for _ in range(10):
        desk.say({"type": "UpdatePrompt", "prompt": "q" * 100_000})
    assert desk.names()[-2:] == ["PromptUpdated", "PROMPT_TOO_LONG"]
    assert len(agent.terms.prompt.prompt) == 1_000_000


def test_force_end_turn() -> None:
    """ForceEndTurn ends the user's turn under Flux, is ignored without one, and gets a warning elsewhere."""
    nova = running()
    nova.say({"type": "ForceEndTurn"})
    assert nova.names() == ["FORCE_END_TURN_UNSUPPORTED"]
    flux = running(listen={"provider": FLUX})
    flux.say({"type": "ForceEndTurn"})
    assert flux.names() == []
    flux.happen(ev.SpeechBegan())
    flux.look()
    flux.say({"type": "ForceEndTurn"})
    assert flux.names() == ["EndUserTurn"]


def test_flux_timeout_shortens_the_hang() -> None:
    """A turn ends after `eot_timeout_ms` of silence at the latest."""
    desk = Desk()
    desk.say(settings(listen={"provider": {**FLUX, "eot_timeout_ms": 500}}))
    assert desk.last(cmd.OpenEarAndVoice).terms.hang_s == 0.5
