"""The listening routes under a virtual clock: what a client is told of what it sends."""

import io
import json

import pytest
import soundfile
import trio
import trio.testing
from fakes import FakeSocket, fake_equipment, silence, speech

from trialogue.model.audio import AudioFormat
from trialogue.server.listen.connection import MAX_WAITING_BYTES, _Inbox, listen
from trialogue.server.listen.terms import read_query
from trialogue.server.options import ServerOptions, UnknownFields
from trialogue.speech.coding import wav_header

FLUX = "model=flux-general-en&encoding=linear16&sample_rate=16000"
NOVA = "model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true&smart_format=true"


@pytest.fixture
async def clients(nursery):
    """Opens connections of either route whose other end is the test."""

    def open_client(route, query, *texts, options=None):
        socket = FakeSocket()
        equipment = fake_equipment(options, texts=texts)
        terms = read_query(route, query)
        nursery.start_soon(_listen, socket, equipment, terms)
        socket.recognizer = equipment.recognizer
        return socket

    async def _listen(socket, equipment, terms):
        await listen(socket, equipment, terms, request_id="r-1")

    yield open_client
    nursery.cancel_scope.cancel()


async def paced(socket, *parts):
    """Send sound in real time, 100 ms at a time."""
    sound = b"".join(parts)
    for start in range(0, len(sound), 3200):
        socket.hear(sound[start : start + 3200])
        await trio.sleep(0.1)


def turns(socket):
    """Events of turns that are no plain updates, with their texts."""
    return [
        (m["event"], m["transcript"])
        for m in socket.messages
        if m["type"] == "TurnInfo" and m["event"] != "Update"
    ]


# --- Flux -------------------------------------------------------------------------------------------


async def test_flux_greets_and_numbers_what_it_tells(clients, autojump_clock):
    """Connected comes first, and every message counts on from 0."""
    socket = clients("v2", FLUX)
    await paced(socket, silence(1.0))
    await trio.testing.wait_all_tasks_blocked()
    assert socket.messages[0] == {"type": "Connected", "request_id": "r-1", "sequence_id": 0}
    assert [m["sequence_id"] for m in socket.messages] == list(range(5))
    updates = socket.messages[1:]
    assert {(m["event"], m["transcript"], tuple(m["words"])) for m in updates} == {("Update", "", ())}
    assert [m["audio_window_end"] for m in updates] == [0.25, 0.5, 0.75, 1.0]


async def test_a_flux_turn_starts_with_its_first_words_and_ends_by_silence(clients, autojump_clock):
    """A Flux turn has places for its words and ends 0.8 s after them."""
    socket = clients("v2", FLUX, "Well", "Well then.")
    await paced(socket, silence(0.5), speech(1.0), silence(1.5))
    assert turns(socket) == [("StartOfTurn", "Well"), ("EndOfTurn", "Well then.")]
    start, end = (m for m in socket.messages if m.get("event") in ("StartOfTurn", "EndOfTurn"))
    assert start["audio_window_end"] == pytest.approx(0.9, abs=0.06)
    assert end["audio_window_end"] == pytest.approx(2.3, abs=0.06)
    assert end["trigger"] == "model"
    assert "trigger" not in start
    assert [word["word"] for word in end["words"]] == ["Well", "then."]
    assert end["words"][0]["start"] == pytest.approx(0.5, abs=0.03)
    assert end["words"][-1]["end"] == pytest.approx(1.5, abs=0.03)
    assert socket.messages[-1]["turn_index"] == 1


async def test_an_eager_end_is_taken_back_by_more_speech(clients, autojump_clock):
    """More speech after EagerEndOfTurn gives TurnResumed, and an end with all the words."""
    socket = clients("v2", f"{FLUX}&eager_eot_threshold=0.4", "One", "One two.", "One two three.")
    await paced(socket, speech(0.6), silence(0.6), speech(0.6), silence(1.5))
    assert turns(socket) == [
        ("StartOfTurn", "One"),
        ("EagerEndOfTurn", "One two."),
        ("TurnResumed", "One two."),
        ("EagerEndOfTurn", "One two three."),
        ("EndOfTurn", "One two three."),
    ]
    sure = {m["event"]: m["end_of_turn_confidence"] for m in socket.messages if "event" in m}
    assert 0.4 <= sure["EagerEndOfTurn"] < 0.7 <= sure["EndOfTurn"]


async def test_a_threshold_of_one_leaves_the_end_to_the_timeout(clients, autojump_clock):
    """With `eot_threshold=1.0`, a turn ends by its timeout only."""
    socket = clients("v2", f"{FLUX}&eot_threshold=1.0&eot_timeout_ms=2000", "Hm.")
    await paced(socket, speech(0.5), silence(3.0))
    (end,) = [m for m in socket.messages if m.get("event") == "EndOfTurn"]
    assert end["trigger"] == "timeout"
    assert end["audio_window_end"] == pytest.approx(2.5, abs=0.06)


async def test_noise_without_words_is_no_turn(clients, autojump_clock):
    """A noise without words starts no turn, and the next turn is heard."""
    socket = clients("v2", FLUX, "", "Hello.")
    await paced(socket, speech(0.3), silence(1.5), speech(0.3), silence(1.5))
    assert turns(socket) == [("StartOfTurn", "Hello."), ("EndOfTurn", "Hello.")]
    assert socket.messages[-1]["turn_index"] == 1


async def test_a_turn_is_ended_by_hand_with_what_is_known(clients, autojump_clock):
    """ForceEndTurn ends a turn with its words so far, and gets a warning without a turn."""
    socket = clients("v2", FLUX, "First", "Second", "Second.")
    socket.say({"type": "ForceEndTurn"})
    await paced(socket, speech(0.6))
    socket.say({"type": "ForceEndTurn"})
    await paced(socket, speech(0.5), silence(1.5))
    assert turns(socket) == [
        ("StartOfTurn", "First"),
        ("EndOfTurn", "First"),
        ("StartOfTurn", "Second"),
        ("EndOfTurn", "Second."),
    ]
    ends = [m for m in socket.messages if m.get("event") == "EndOfTurn"]
    assert [m["trigger"] for m in ends] == ["manual", "model"]
    assert ends[0]["end_of_turn_confidence"] < 0.5
    assert (await socket.until("Warning"))["code"] == "FORCE_END_TURN_NO_ACTIVE_TURN"


async def test_a_closed_flux_stream_ends_with_an_update_and_no_status(clients, autojump_clock):
    """A closed Flux stream gives its last words as an Update, without EndOfTurn."""
    socket = clients("v2", FLUX, "So", "So be it.")
    await paced(socket, speech(0.75))
    socket.say({"type": "CloseStream"})
    await trio.testing.wait_all_tasks_blocked()
    last = socket.messages[-1]
    assert (last["event"], last["transcript"]) == ("Update", "So be it.")
    assert turns(socket) == [("StartOfTurn", "So")]
    assert socket.close_codes == [None]


async def test_a_turn_may_start_with_the_end_of_its_stream(clients, autojump_clock):
    """Words that become known at a stream's end get StartOfTurn."""
    socket = clients("v2", FLUX, "Oh.")
    await paced(socket, speech(0.3))
    socket.say({"type": "CloseStream"})
    await trio.testing.wait_all_tasks_blocked()
    assert turns(socket) == [("StartOfTurn", "Oh.")]
    assert socket.messages[-1]["transcript"] == "Oh."


async def test_a_change_is_answered_with_all_that_holds(clients, autojump_clock):
    """Configure is answered with all current values, and a refused change alters none of them."""
    socket = clients("v2", FLUX)
    socket.say({"type": "Configure", "thresholds": {"eot_threshold": 0.8}, "keyterms": ["Ada"]})
    socket.say({"type": "Configure", "thresholds": {"eager_eot_threshold": 0.9}, "keyterms": []})
    socket.say({"type": "Configure", "numerals": True})
    await trio.testing.wait_all_tasks_blocked()
    first, refused, last = socket.messages[1:]
    assert first["thresholds"] == {"eot_threshold": 0.8, "eot_timeout_ms": 5000}
    assert (refused["type"], refused["code"]) == ("ConfigureFailure", "INVALID_THRESHOLD")
    assert (last["keyterms"], last["numerals"]) == (["Ada"], True)


@pytest.mark.parametrize(
    "message",
    ['{"type": "KeepAlive"}', '{"type": "Finalize"}', '{"type": "Configure", "features": {}}', "{"],
)
async def test_flux_ends_over_a_message_that_it_does_not_know(clients, autojump_clock, message):
    """An unknown message gets an Error, and the socket is closed without a status."""
    socket = clients("v2", FLUX)
    socket.say(message)
    await trio.testing.wait_all_tasks_blocked()
    assert socket.messages[-1]["code"] == "UNPARSABLE_CLIENT_MESSAGE"
    assert socket.close_codes == [None]


async def test_undeclared_keys_may_be_let_through(clients, autojump_clock):
    """Undeclared keys are let through where the operator wants it."""
    socket = clients("v2", FLUX, options=ServerOptions(unknown_fields=UnknownFields.WARNED))
    socket.say({"type": "Configure", "features": {}})
    await trio.testing.wait_all_tasks_blocked()
    assert socket.types == ["Connected", "ConfigureSuccess"]


# --- v1 ---------------------------------------------------------------------------------------------


def told(socket):
    """Results as (final, speech_final, text), other messages by their type."""
    return [
        (m["is_final"], m["speech_final"], m["channel"]["alternatives"][0]["transcript"])
        if m["type"] == "Results"
        else m["type"]
        for m in socket.messages
    ]


async def test_results_of_v1_are_interim_then_final(clients, autojump_clock):
    """A result of v1 has SpeechStarted, interims, a final one, and UtteranceEnd, in this order."""
    query = f"{NOVA}&vad_events=true&endpointing=300&utterance_end_ms=1000"
    socket = clients("v1", query, "Good", "Good morning.")
    await paced(socket, silence(0.5), speech(1.0), silence(1.5))
    assert told(socket) == [
        "SpeechStarted",
        (False, False, "Good"),
        (False, False, "Good morning."),
        (True, True, "Good morning."),
        "UtteranceEnd",
    ]
    started, _, _, final, end = socket.messages
    assert started["timestamp"] == pytest.approx(0.5, abs=0.03)
    words = final["channel"]["alternatives"][0]["words"]
    assert [(w["word"], w["punctuated_word"]) for w in words] == [("good", "Good"), ("morning", "morning.")]
    assert end["last_word_end"] == words[-1]["end"] == pytest.approx(1.5, abs=0.03)
    assert final["start"] == 0.0
    assert final["metadata"]["request_id"] == "r-1"


async def test_interims_and_punctuation_are_asked_for(clients, autojump_clock):
    """Without their switches, there are no interim results and no punctuation."""
    socket = clients("v1", "model=nova-2&encoding=linear16&sample_rate=16000", "Good", "Good morning.")
    await paced(socket, speech(1.0), silence(1.0))
    assert told(socket) == [(True, True, "good morning")]
    assert "punctuated_word" not in socket.messages[0]["channel"]["alternatives"][0]["words"][0]


async def test_without_endpointing_a_result_is_final_but_not_the_speech(clients, autojump_clock):
    """Without endpointing, a result is final without the end of speech."""
    socket = clients("v1", f"{NOVA}&endpointing=false", "Good", "Good morning.")
    await paced(socket, speech(0.6), silence(1.5))
    assert told(socket)[-1] == (True, False, "Good morning.")


async def test_finalize_makes_a_result_of_what_there_is(clients, autojump_clock):
    """`Finalize` gives the words so far as final, and no result if there are none."""
    socket = clients("v1", NOVA, "Good", "Good morning")
    socket.say({"type": "Finalize"})
    await paced(socket, speech(0.7))
    socket.say({"type": "Finalize"})
    await trio.testing.wait_all_tasks_blocked()
    assert told(socket) == [(False, False, "Good"), (True, False, "Good morning")]
    assert socket.messages[-1]["from_finalize"] is True


async def test_a_closed_stream_of_v1_tells_its_metadata(clients, autojump_clock):
    """A closed v1 stream gives its last words, Metadata with length and digest, and 1000."""
    socket = clients("v1", NOVA, "", "Good night.")
    await paced(socket, speech(0.7))
    socket.say({"type": "CloseStream"})
    await trio.testing.wait_all_tasks_blocked()
    assert told(socket) == [(True, False, "Good night."), "Metadata"]
    assert socket.messages[-1]["duration"] == pytest.approx(0.7)
    assert len(socket.messages[-1]["sha256"]) == 64
    assert socket.close_codes == [1000]


async def test_long_silence_is_a_final_result_without_words(clients, autojump_clock):
    """Ten seconds of silence give a final result without words."""
    socket = clients("v1", NOVA)
    await paced(socket, silence(21.0))
    assert [(m["start"], m["duration"]) for m in socket.messages] == [(0.0, 10.0), (10.0, 10.0)]
    assert told(socket) == [(True, False, "")] * 2


async def test_v1_goes_on_over_a_message_that_it_does_not_know(clients, autojump_clock):
    """An unknown message on v1 gets an Error, and the session goes on."""
    socket = clients("v1", "model=nova-2&encoding=linear16&sample_rate=16000")
    for message in (
        {"type": "ForceEndTurn"},
        {"type": "Configure", "keyterms": ["Ada"]},
        {"type": "KeepAlive"},
    ):
        socket.say(message)
    await trio.testing.wait_all_tasks_blocked()
    error, failure = socket.messages
    assert (error["type"], error["variant"]) == ("Error", "SchemaError")
    assert "ForceEndTurn" in error["description"]
    assert failure["code"] == "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
    assert socket.close_codes == []


async def test_long_speech_is_final_piece_by_piece(clients, autojump_clock):
    """Long speech becomes final in pieces of up to sixteen seconds without gaps."""
    texts = [f"w{n}" for n in range(60)]
    socket = clients("v1", NOVA, *texts)
    await paced(socket, speech(40.0), silence(1.0))
    finals = [m for m in socket.messages if m["is_final"]]
    assert len(finals) > 3
    assert [m["speech_final"] for m in finals] == [False] * (len(finals) - 1) + [True]
    assert max(len(pcm) for pcm in socket.recognizer.heard) <= 2 * 16_000 * 16.4
    ends = [m["start"] + m["duration"] for m in finals[:-1]]
    assert [m["start"] for m in finals[1:]] == pytest.approx(ends)


# --- both -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("route", "query", "limit"), [("v1", NOVA, 10.0), ("v2", FLUX, 60.0)])
async def test_a_silent_client_is_left(clients, autojump_clock, route, query, limit):
    """The socket of a client that sends nothing is closed with the service's words."""
    socket = clients(route, query)
    await trio.sleep(limit - 0.1)
    assert socket.close_codes == []
    await trio.sleep(0.2)
    assert socket.close_codes == [1011]


async def test_messages_do_not_depend_on_how_sound_is_cut(clients, autojump_clock):
    """A stream of sound gives the same messages however it is cut into pieces."""
    sound = silence(0.3) + speech(0.9) + silence(1.4) + speech(0.5) + silence(1.2)
    seen = []
    for size in (640, 3200, 999, len(sound)):
        socket = clients("v2", f"{FLUX}&eager_eot_threshold=0.5", "a", "a b.", "c.", "c d.")
        for start in range(0, len(sound), size):
            socket.hear(sound[start : start + size])
        await trio.testing.wait_all_tasks_blocked()
        seen.append(socket.messages)
    assert all(messages == seen[0] for messages in seen)
    assert len(seen[0]) > 10


async def test_a_wav_stream_says_itself_what_it_is(clients, autojump_clock):
    """A WAV stream needs no encoding in the query, and an unknown container is refused."""
    header = wav_header(AudioFormat("linear16", 16_000))
    socket = clients("v2", "model=flux-general-en", "Hello.", "Hello.")
    for byte in range(0, len(header), 7):
        socket.hear(header[byte : byte + 7])
    await paced(socket, speech(0.5), silence(1.5))
    assert turns(socket)[-1] == ("EndOfTurn", "Hello.")
    for route, query, code in (("v1", "model=nova-3", 1008), ("v2", "model=flux-general-en", None)):
        socket = clients(route, query)
        socket.hear(b"ID3" + bytes(100))
        await trio.testing.wait_all_tasks_blocked()
        assert socket.close_codes == [code]


@pytest.mark.parametrize("query", ["", "&encoding=flac", "&encoding=flac&sample_rate=16000"])
async def test_flac_says_itself_what_it_is(query, clients, autojump_clock):
    """A FLAC stream is heard with or without its encoding in the query, on both routes."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 16_000, 1, "PCM_16", format="FLAC") as made:
        made.buffer_write(speech(0.5) + silence(2.5), dtype="int16")
    for route, asked in (("v2", "model=flux-general-en"), ("v1", "model=nova-3")):
        socket = clients(route, asked + query, "Hello.", "Hello.")
        for at in range(0, len(file.getvalue()), 100):
            socket.hear(file.getvalue()[at : at + 100])
        await trio.testing.wait_all_tasks_blocked()
        assert "hello" in json.dumps(socket.messages).lower()


async def test_more_words_than_speech_can_hold_are_not_believed(clients, autojump_clock):
    """More words than the speech can hold are not in the results."""
    socket = clients("v2", FLUX, "Thank you for watching this film.", "Thank you.")
    await paced(socket, speech(0.13), silence(1.5), speech(0.1), silence(1.5))
    assert turns(socket) == []


async def test_sound_of_a_client_that_has_gone_is_heard_no_more(clients, autojump_clock):
    """Sound of a client that has gone is not recognized any more."""
    socket = clients("v2", FLUX)
    await trio.testing.wait_all_tasks_blocked()
    socket.hear(silence(100.0))
    await socket.put.aclose()
    await trio.testing.wait_all_tasks_blocked()
    assert len(socket.messages) < 5


async def test_many_small_messages_hold_up_nobody(autojump_clock):
    """Many small messages of one client do not keep others waiting."""
    inbox, turns_of_others = _Inbox(), 0

    async def another():
        nonlocal turns_of_others
        while True:
            await trio.lowlevel.checkpoint()
            turns_of_others += 1

    with trio.move_on_after(1):
        for _ in range(MAX_WAITING_BYTES):
            await inbox.put("")
    assert 1_000 < len(inbox._items) < 100_000
    async with trio.open_nursery() as nursery:
        nursery.start_soon(another)
        for _ in range(100):
            await inbox.take()
        nursery.cancel_scope.cancel()
    assert turns_of_others > 90
