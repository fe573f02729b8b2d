"""Real voices, our client's session and the server's listening routes: words, places and ends of turns."""

import json
import random
from array import array

import pytest
import trio
import trio.testing
from attrs import evolve
from fakes import FakeSocket, fake_equipment

from trialogue.server.listen.connection import listen
from trialogue.server.listen.terms import read_query
from trialogue.services.deepgram.listen import ListenSession, ListenSettings
from trialogue.services.deepgram.settings import DeepgramListenProviderV1, DeepgramListenProviderV2
from trialogue.services.facts import Ready, Timeout, Understood
from trialogue.speech.resample import Resampler

pytestmark = pytest.mark.real

RATE = 16_000
SAID = "We can move the session cache to the edge in two weeks."
ROUTES = [
    ListenSettings(DeepgramListenProviderV2(model="flux-general-en", eager_eot_threshold=0.4)),
    ListenSettings(DeepgramListenProviderV1(model="nova-3")),
]


def spoken(engines, text, voice="aura-2-orion-en"):
    """A text as sound at 16 kHz, without the silence at its ends; and how long it is."""
    parts = engines.synthesizer.synthesize(text, voice)
    pcm = b"".join(Resampler(part.sample_rate, RATE).feed(part.pcm) for part in parts)
    samples = array("h", pcm)
    loud = [index for index, sample in enumerate(samples) if abs(sample) > 300]
    return samples[loud[0] : loud[-1]].tobytes()


def silence(seconds):
    return bytes(2 * round(seconds * RATE))


async def understood(engines, settings, sound):
    """What a session tells of a sound that is heard in real time, from 100 s on its owner's axis."""
    socket, session, facts = FakeSocket(), ListenSession(settings), []
    equipment = evolve(fake_equipment(), recognizer=engines.recognizer, open_detector=engines.open_detector)
    terms = read_query(settings.route, settings.query())
    async with trio.open_nursery() as nursery:

        async def serve():
            await listen(socket, equipment, terms, request_id="r")

        nursery.start_soon(serve)
        facts += session.start(trio.current_time(), "r")
        await trio.testing.wait_all_tasks_blocked()
        taken = 0
        for start in range(0, len(sound), 640):
            for message in socket.received[taken:]:
                facts += session.receive_text(json.dumps(message), trio.current_time())
            taken = len(socket.received)
            if any(isinstance(fact, Ready) for fact in facts):
                at = 100.0 + start / 2 / RATE
                socket.hear(session.hear(sound[start : start + 640], trio.current_time(), at))
            await trio.sleep(0.02)
        assert not [due for due in session.tick(trio.current_time()) if isinstance(due, Timeout)]
        nursery.cancel_scope.cancel()
    return [fact for fact in facts if isinstance(fact, Understood)]


def plain(text):
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").split()


PATIENT = [
    ListenSettings(
        DeepgramListenProviderV2(model="flux-general-en", eot_threshold=1.0, eot_timeout_ms=5_000)
    ),
    ListenSettings(DeepgramListenProviderV1(model="nova-3"), endpointing_ms=5_000),
]


@pytest.mark.parametrize("settings", PATIENT, ids=["flux", "nova"])
async def test_words_after_a_long_pause_are_understood(settings, engines, autojump_clock):
    """Whoever waits longer than the speaker pauses gets the words before and after the pause, once each."""
    before, after = "Please bring the blue folder with you.", SAID
    first, second = spoken(engines, before), spoken(engines, after)
    sound = silence(1.0) + first + silence(4.0) + second + silence(7.0)
    final = [fact for fact in await understood(engines, settings, sound) if fact.stage == "final"]
    words = plain(" ".join(fact.text for fact in final))
    assert words == plain(before) + plain(after)
    assert final[-1].end_s == pytest.approx(100.0 + len(sound) / 2 / RATE - 7.0, abs=0.25)


@pytest.mark.parametrize("settings", ROUTES, ids=["flux", "nova"])
async def test_a_sentence_is_understood_with_its_place(settings, engines, autojump_clock):
    """Words while it is said, all of them at its end, and its place to a quarter of a second."""
    speech = spoken(engines, SAID)
    seconds = len(speech) / 2 / RATE
    facts = await understood(engines, settings, silence(1.0) + speech + silence(2.0))
    final = facts[-1]
    assert [fact.stage for fact in facts].count("final") == 1
    assert final.stage == "final"
    assert len(set(plain(SAID)) - set(plain(final.text))) <= 2
    assert final.begin_s == pytest.approx(101.0, abs=0.25)
    assert final.end_s == pytest.approx(101.0 + seconds, abs=0.25)
    interims = [fact.text for fact in facts if fact.stage == "interim"]
    assert len(interims) >= 2
    assert plain(interims[0])[0] == plain(final.text)[0]


async def test_the_same_sound_is_told_the_same(engines, autojump_clock):
    """Under the virtual clock nothing depends on the machine."""
    sound = silence(0.5) + spoken(engines, SAID) + silence(1.0) + spoken(engines, "Yes.") + silence(1.5)
    runs = [await understood(engines, ROUTES[0], sound) for _ in range(2)]
    assert runs[0] == runs[1]
    assert [fact.utterance for fact in runs[0] if fact.stage == "final"] == [1, 2]


@pytest.mark.parametrize("word", ["Yes.", "Mm-hm.", "Okay."])
async def test_a_short_word_is_understood(word, engines, autojump_clock):
    """A backchannel has words: what is believed is bounded by its length, not refused for it."""
    facts = await understood(engines, ROUTES[0], silence(0.5) + spoken(engines, word) + silence(1.5))
    assert [fact.stage for fact in facts][-1:] == ["final"]
    assert 1 <= len(plain(facts[-1].text)) <= 4


def plucked(seconds=0.3, pitch=220):
    """A plucked string (Karplus and Strong, 1983)."""
    chance = random.Random(7)
    string = [chance.uniform(-20_000, 20_000) for _ in range(RATE // pitch)]
    samples = array("h")
    for index in range(round(seconds * RATE)):
        here, after = string[index % len(string)], string[(index + 1) % len(string)]
        string[index % len(string)] = 0.498 * (here + after)
        samples.append(int(here))
    return samples.tobytes()


def knock():
    """Thirty milliseconds of noise that dies away."""
    chance = random.Random(8)
    return array("h", [int(chance.gauss(0, 9000) * 0.99**n) for n in range(RATE // 4)]).tobytes()


@pytest.mark.parametrize("settings", ROUTES, ids=["flux", "nova"])
@pytest.mark.parametrize("noise", [plucked(), plucked(0.15, 110), plucked(0.5, 330), knock()])
async def test_non_speech_never_becomes_words(noise, settings, engines, autojump_clock):
    """A plucked string or a knock gives no result."""
    sound = (silence(0.7) + noise + silence(1.5)) * 3
    assert await understood(engines, settings, sound) == []
