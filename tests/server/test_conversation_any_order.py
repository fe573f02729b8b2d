"""Any order of anything that a client and the engines may say."""

from __future__ import annotations

from typing import Any

from desk import CALL, FLUX, KEEP_ALIVE, Desk, inject, respond, scripted, settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from trialogue.server import commands as cmd
from trialogue.server import events as ev
from trialogue.server.conversation import SessionPhase

NUMBERS = st.integers(0, 4)


CLIENT = st.sampled_from([
    settings(greeting="Hello.", think=scripted({"say": "x"}, functions=[{"name": "tool"}])),
    settings(), KEEP_ALIVE, inject(), inject("queue"), inject("interrupt"), respond(), respond(None),
    {"type": "InjectUserMessage", "content": "Hi"}, {"type": "ForceEndTurn"},
    {"type": "UpdatePrompt", "prompt": "More."}, {"type": "UpdateThink", "think": scripted({"say": "y"})},
    {"type": "UpdateListen", "listen": {"provider": FLUX}}, {"type": "__customToThinkProvider", "content": 1},
])  # fmt: skip


OWN = st.one_of(
    st.sampled_from([ev.SpeechBegan(), ev.SpeechEnded(), ev.WordsRecognized("So."), ev.WordsRecognized("")]),
    st.sampled_from([ev.DeadlineReached(), ev.AudioReceived(b"\x01\x00"), ev.AudioReceived(b"")]),
    st.builds(ev.SentenceThought, NUMBERS, st.just("A.")),
    st.builds(ev.CallsThought, NUMBERS, st.just((CALL,))),
    st.builds(ev.ThoughtEnded, NUMBERS),
    st.builds(ev.ThinkFailed, NUMBERS),
    st.builds(ev.SentenceVoiced, NUMBERS, st.just("A.")),
    st.builds(ev.AudioSent, NUMBERS, st.just(0.2)),
    st.builds(ev.ReplyAudioSent, NUMBERS),
)


@given(st.lists(st.tuples(st.one_of(CLIENT, OWN), st.sampled_from([0.0, 0.1, 3.0])), max_size=30))
@hypothesis_settings(max_examples=6 * hypothesis_settings.default.max_examples)
def test_any_order_of_anything_is_decided(steps: list[tuple[Any, float]]) -> None:
    """Messages in any order raise no error, end a session once at most, and cut no reply twice."""
    desk = Desk()
    desk.say(steps[0][0]) if steps and isinstance(steps[0][0], dict) else desk.say(settings())
    for step, after in steps:
        desk.now += after
        desk.say(step) if isinstance(step, dict) else desk.happen(step)
    closes = [c for c in desk.commands if isinstance(c, cmd.Close)]
    assert len(closes) == (desk.conversation.phase is SessionPhase.OVER)
    assert not closes or isinstance(desk.commands[-1], cmd.Close)
    cuts = [c.reply for c in desk.commands if isinstance(c, cmd.CutReply)]
    assert cuts == sorted(set(cuts))
    assert desk.conversation.next_deadline() > 0
