"""A sentence with a pause in it, as the official SDK's listening client is told of it by the server."""

from functools import partial

import numpy as np
import pytest
import trio
from attrs import evolve
from deepgram import DeepgramClient
from deepgram.listen.v2.types import ListenV2TurnInfo
from fakes import fake_equipment, silence
from test_sdk import environment, serving

from trialogue.compute import InThreads
from trialogue.speech.resample import Resampler

pytestmark = pytest.mark.real

RATE = 16_000
FLUX = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": RATE}
FIRST, REST = "We can move the session cache", "to the edge in two weeks."
PAUSE_S = 0.65


def spoken(engines, text):
    """A text as sound at 16 kHz, without the silence at its ends."""
    parts = engines.synthesizer.synthesize(text, "aura-2-orion-en")
    pcm = b"".join(Resampler(part.sample_rate, RATE).feed(part.pcm) for part in parts)
    samples = np.frombuffer(pcm, "<i2")
    loud = np.flatnonzero(np.abs(samples) > 300)
    return samples[loud[0] : loud[-1]].tobytes()


def turns(server, sound, **options):
    """What a client is told of a sound: the events of turns, held against the SDK's own model."""
    client = DeepgramClient(api_key="x", environment=environment(server))
    told = []
    with client.listen.v2.connect(**FLUX, **options) as socket:
        for start in range(0, len(sound), 2560):
            socket.send_media(sound[start : start + 2560])
        while not told or told[-1].event != "EndOfTurn":
            message = socket.recv()
            if isinstance(message, ListenV2TurnInfo):
                assert ListenV2TurnInfo.model_validate(message.model_dump()) == message
                told.append(message)
    return told


def plain(text):
    return {"".join(c for c in word.lower() if c.isalnum()) for word in text.split()}


async def told_of_a_pause(engines, **options):
    """What is told of a sentence in whose middle somebody thinks for a moment."""
    equipment = evolve(
        fake_equipment(),
        recognizer=engines.recognizer,
        open_detector=engines.open_detector,
        compute=InThreads(),
    )
    sound = silence(0.5) + spoken(engines, FIRST) + silence(PAUSE_S) + spoken(engines, REST) + silence(2.0)
    async with serving(equipment) as server:
        hear = partial(turns, server, sound, **options)
        told = await trio.to_thread.run_sync(hear, abandon_on_cancel=True)
    return [message for message in told if message.event != "Update"]


async def test_an_end_that_came_too_soon_is_taken_back(engines):
    """An eager end at a pause is resumed, and the real end has all the words."""
    told = await told_of_a_pause(engines, eager_eot_threshold=0.4)
    assert [message.event for message in told] == [
        "StartOfTurn",
        "EagerEndOfTurn",
        "TurnResumed",
        "EagerEndOfTurn",
        "EndOfTurn",
    ]
    assert {message.turn_index for message in told} == {0}
    _, early, resumed, eager, end = told
    assert plain(FIRST) - plain(early.transcript) == set()
    assert plain(early.transcript) & (plain(REST) - plain(FIRST)) == set()
    assert plain(FIRST + " " + REST) - plain(end.transcript) == set()
    assert eager.transcript == end.transcript
    assert 0.4 <= early.end_of_turn_confidence < 0.7 <= end.end_of_turn_confidence
    assert early.audio_window_end < resumed.audio_window_end < eager.audio_window_end


async def test_nobody_who_does_not_ask_is_told_of_eager_ends(engines):
    """Without an eager threshold, a sentence with a pause is one turn with one end."""
    told = await told_of_a_pause(engines)
    assert [message.event for message in told] == ["StartOfTurn", "EndOfTurn"]
    assert plain(FIRST + " " + REST) - plain(told[-1].transcript) == set()
