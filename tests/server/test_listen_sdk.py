"""The official SDK's listening clients, sync and async, talk with the server; its types read what it says."""

import asyncio

import pytest
import trio
from attrs import evolve
from deepgram import AsyncDeepgramClient, DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.listen.v1.types import (
    ListenV1Configure,
    ListenV1ConfigureSuccess,
    ListenV1Metadata,
    ListenV1Results,
    ListenV1SpeechStarted,
    ListenV1UtteranceEnd,
)
from deepgram.listen.v2.types import (
    ListenV2ConfigureFailure,
    ListenV2ConfigureSuccess,
    ListenV2Connected,
    ListenV2FatalError,
    ListenV2TurnInfo,
    ListenV2Warning,
)
from fakes import fake_equipment, silence, speech
from test_sdk import environment, serving

from trialogue.compute import InThreads

pytestmark = pytest.mark.real

FLUX = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": 16000}
NOVA = {"model": "nova-3", "encoding": "linear16", "sample_rate": 16000}


def live(*texts):
    """Fakes, but in threads, as in life."""
    return evolve(fake_equipment(texts=texts), compute=InThreads())


def strictly(message):
    """The message, held against the SDK's own model: its parser alone checks nothing."""
    return type(message).model_validate(message.model_dump())


def sync_flux(server):
    """Everything that a Flux client can do, with the sync SDK."""
    seen = []
    client = DeepgramClient(api_key="x", environment=environment(server))
    with client.listen.v2.connect(**FLUX, eager_eot_threshold=0.4, keyterm=["Ada", "of Lovelace"]) as socket:

        def until(kind, accept=lambda _: True):
            while True:
                seen.append(socket.recv())
                if isinstance(seen[-1], kind) and accept(seen[-1]):
                    return seen[-1]

        until(ListenV2Connected)
        socket.send_media(speech(0.6) + silence(1.0))
        end = until(ListenV2TurnInfo, lambda m: m.event == "EndOfTurn")
        socket.send_force_end_turn()
        until(ListenV2Warning)
        socket.send_configure({"type": "Configure", "thresholds": {"eot_threshold": 0.9}})
        until(ListenV2ConfigureSuccess)
        socket.send_configure({"type": "Configure", "thresholds": {"eot_threshold": 0.2}})
        until(ListenV2ConfigureFailure)
        socket.send_media(speech(0.6))
        socket.send_close_stream()
        until(ListenV2TurnInfo, lambda m: m.event == "Update" and m.transcript == "Good bye.")
    assert [strictly(message) for message in seen] == seen
    assert [m.sequence_id for m in seen] == list(range(len(seen)))
    return end


async def test_the_sync_client_holds_a_flux_session():
    """Turns, warnings and changes come out as the SDK's own types."""
    async with serving(live("Good", "Good morning.", "Good", "Good bye.")) as server:
        end = await trio.to_thread.run_sync(sync_flux, server, abandon_on_cancel=True)
    assert (end.transcript, end.trigger, end.turn_index) == ("Good morning.", "model", 0)
    assert [word.word for word in end.words] == ["Good", "morning."]


def sync_nova(server):
    """Everything that a client of v1 can do, with the sync SDK."""
    seen = []
    client = DeepgramClient(api_key="x", environment=environment(server))
    options = {
        "interim_results": True,
        "vad_events": True,
        "smart_format": True,
        "utterance_end_ms": 1000,
        "endpointing": 300,
    }
    with client.listen.v1.connect(**NOVA, **options) as socket:

        def until(kind, accept=lambda _: True):
            while True:
                seen.append(socket.recv())
                if isinstance(seen[-1], kind) and accept(seen[-1]):
                    return seen[-1]

        socket.send_keep_alive()
        socket.send_media(silence(0.2) + speech(0.6) + silence(1.5))
        until(ListenV1SpeechStarted)
        final = until(ListenV1Results, lambda m: m.speech_final)
        until(ListenV1UtteranceEnd)
        socket.send_configure(ListenV1Configure(keyterms=["Ada"]))
        until(ListenV1ConfigureSuccess)
        socket.send_media(speech(0.6))
        socket.send_finalize()
        until(ListenV1Results, lambda m: m.from_finalize)
        socket.send_close_stream()
        until(ListenV1Metadata)
    assert [strictly(message) for message in seen] == seen
    return final


async def test_the_sync_client_holds_a_session_of_v1():
    """Results, ends and metadata come out as the SDK's own types."""
    async with serving(live("Good", "Good morning.", "Good", "Good bye.")) as server:
        final = await trio.to_thread.run_sync(sync_nova, server, abandon_on_cancel=True)
    assert final.channel.alternatives[0].transcript == "Good morning."
    assert final.channel.alternatives[0].words[0].start == pytest.approx(0.2, abs=0.05)


async def async_errors(server):
    """What is refused at the door, and what ends a session."""
    client = AsyncDeepgramClient(api_key="x", environment=environment(server))
    with pytest.raises(ApiError) as refused:
        async with client.listen.v2.connect(**{**FLUX, "model": "nova-3"}):
            pass
    async with client.listen.v2.connect(**FLUX) as socket:
        assert isinstance(await socket.recv(), ListenV2Connected)
        await socket.send_configure({"type": "Configure", "features": {"numerals": True}})
        return refused.value.status_code, await socket.recv()


async def test_the_async_client_is_told_what_it_does_wrong():
    """A model of the other route is refused with 400, a field of the other route ends the session."""
    async with serving(live()) as server:
        status, error = await trio.to_thread.run_sync(
            lambda: asyncio.run(async_errors(server)), abandon_on_cancel=True
        )
    assert status == 400
    assert isinstance(error, ListenV2FatalError)
    assert error.code == "UNPARSABLE_CLIENT_MESSAGE"
