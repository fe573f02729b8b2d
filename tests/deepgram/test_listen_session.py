"""A listening session: sound, messages and time in, facts out."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listening import CONNECTED, results, turn, utterance_end

from trialogue.errors import LocalProtocolError
from trialogue.services.close_codes import Recovery
from trialogue.services.deepgram.listen import LISTEN_TRANSITIONS, ListenSession, ListenSettings, ListenState
from trialogue.services.deepgram.listen.flux import FluxConfigure
from trialogue.services.deepgram.settings import DeepgramListenProviderV1, DeepgramListenProviderV2
from trialogue.services.facts import (
    ChangeRefused,
    Closed,
    Failed,
    Malformed,
    Ready,
    Timeout,
    Transmit,
    Understood,
    Unknown,
    Updated,
    Warned,
)

RATE = 16_000
SECOND = b"\x01\x00" * RATE
NOVA = ListenSettings(DeepgramListenProviderV1(model="nova-3"))


def flux(**more):
    """A recognizer of the newer route."""
    return DeepgramListenProviderV2(model="flux-general-en", **more)


def flux_session(at=0.0, **more):
    """A Flux session that has been greeted."""
    session = ListenSession(ListenSettings(**more))
    assert session.start(at) == []
    assert session.receive_text(CONNECTED, at) == [Ready("r")]
    return session


def nova_session(at=0.0):
    """A session of the older route, whose socket is open."""
    session = ListenSession(NOVA)
    assert session.start(at, "from-the-header") == [Ready("from-the-header")]
    return session


def until(session, end, now=0.0):
    """All that time brings up to `end`, with its moments."""
    brought = []
    while (deadline := session.next_deadline()) is not None and deadline <= end:
        now = max(now, deadline)
        brought += [(round(now, 3), due) for due in session.tick(now)]
    return brought


def is_sound(due):
    return isinstance(due, Transmit) and isinstance(due.message, bytes)


def seconds(dues):
    """How much silence was due."""
    return sum(len(due.message) / 2 / RATE for _, due in dues if is_sound(due))


# --- Flux -------------------------------------------------------------------------------------------


def test_a_flux_turn_becomes_one_utterance():
    """Flux's updates, eager end, resumption and end of a turn make one utterance."""
    session = flux_session()
    session.hear(SECOND * 5, 0.0, at=100.0)
    play = [
        (turn("Update", ""), []),
        (turn("StartOfTurn", "I", at=(0.5, 0.6)), [("I", "interim", "")]),
        (turn("Update", "I think", at=(0.5, 0.9)), [("I think", "interim", "")]),
        (turn("Update", "I think", at=(0.5, 0.9)), []),
        (turn("EagerEndOfTurn", "I think.", at=(0.5, 1.0)), [("I think.", "eager", "")]),
        (turn("TurnResumed", "I think.", at=(0.5, 1.0)), [("I think.", "interim", "")]),
        (
            turn("EndOfTurn", "I think so.", at=(0.5, 1.5), trigger="model"),
            [("I think so.", "final", "model")],
        ),
        (turn("Update", "", index=1), []),
    ]
    for step, (text, wanted) in enumerate(play):
        told = session.receive_text(text, step * 1.0)
        assert [(fact.text, fact.stage, fact.trigger) for fact in told] == wanted
        assert all(fact.utterance == 1 and fact.begin_s == pytest.approx(100.5) for fact in told)


def test_interims_are_told_at_most_every_quarter_of_a_second():
    """Interim words are reported at most four times a second."""
    session = flux_session()
    assert session.receive_text(turn("StartOfTurn", "a"), 1.0) != []
    assert session.receive_text(turn("Update", "a b"), 1.1) == []
    assert [fact.text for fact in session.receive_text(turn("Update", "a b"), 1.26)] == ["a b"]


def test_a_missed_end_is_made_up_for_by_the_next_turn():
    """An utterance whose EndOfTurn was missed ends with the words it had when the next turn begins."""
    session = flux_session()
    session.receive_text(turn("StartOfTurn", "one"), 0.0)
    session.receive_text(turn("Update", "one two"), 0.1)
    told = session.receive_text(turn("StartOfTurn", "three", index=1), 2.0)
    assert [(f.utterance, f.text, f.stage, f.trigger) for f in told] == [
        (1, "one two", "final", "lost"),
        (2, "three", "interim", ""),
    ]


def test_an_end_without_words_is_nobodys():
    """A turn of noise makes no utterance."""
    session = flux_session()
    assert session.receive_text(turn("EndOfTurn", "", trigger="timeout"), 1.0) == []
    assert session.receive_text(turn("StartOfTurn", "so", index=1), 2.0)[0].utterance == 1


def test_words_without_times_lie_at_the_end_of_their_sound():
    """Words without times, from a service before the middle of 2026, are placed at the end of their sound."""
    session = flux_session()
    session.hear(SECOND, 0.0, at=40.0)
    told = json.loads(turn("StartOfTurn", "hello", at=(0.2, 0.9)))
    told["words"] = [{"word": "hello", "confidence": 0.9}]
    (fact,) = session.receive_text(json.dumps(told), 1.0)
    assert (fact.begin_s, fact.end_s) == (pytest.approx(40.9), pytest.approx(40.9))


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (
            {"type": "Warning", "code": "FORCE_END_TURN_NO_ACTIVE_TURN"},
            Warned("FORCE_END_TURN_NO_ACTIVE_TURN", ""),
        ),
        ({"type": "Sparkle"}, Unknown("Sparkle", {"type": "Sparkle"})),
        (
            {"type": "ConfigureFailure", "code": "INVALID_THRESHOLD", "description": "no"},
            ChangeRefused("INVALID_THRESHOLD", "no"),
        ),
        ({"type": "ConfigureSuccess", "thresholds": {}, "keyterms": []}, Updated("listen")),
        (
            {"type": "Connected", "request_id": "again"},
            Warned("out-of-order", "a greeting came while listening"),
        ),
    ],
)
def test_reports_about_the_session_are_harmless(message, fact):
    """Warnings and confirmations of the service change no words."""
    session = flux_session()
    assert session.receive_text(json.dumps(message), 1.0) == [fact]
    assert session.state is ListenState.LISTENING


def test_an_error_counts_before_the_code_of_the_close():
    """An error decides whether to connect again, not the bare close that follows it."""
    session = flux_session()
    session.receive_text(turn("StartOfTurn", "half a"), 1.0)
    (failed,) = session.receive_text(json.dumps({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE"}), 2.0)
    assert isinstance(failed, Failed)
    assert failed.recovery is Recovery.FATAL
    last, closed = session.receive_close(1005, 2.1)
    assert (last.text, last.stage, last.trigger) == ("half a", "final", "lost")
    assert (closed.code, closed.recovery) == (1005, Recovery.FATAL)
    assert session.receive_text(CONNECTED, 3.0) == session.receive_close(1000, 3.0) == []


@pytest.mark.parametrize(
    ("code", "recovery"),
    [(1005, Recovery.RETRY), (1011, Recovery.RETRY), (1000, Recovery.RETRY), (1008, Recovery.FATAL)],
)
def test_a_close_that_was_not_asked_for_is_judged_by_its_code(code, recovery):
    """A clean close that nobody asked for is followed by another attempt."""
    (closed,) = flux_session().receive_close(code, 1.0)
    assert isinstance(closed, Closed)
    assert closed.recovery is recovery


def test_the_end_asks_for_the_last_words_first():
    """An open turn is ended before Flux's stream is closed, so its last words are not lost."""
    session = flux_session()
    assert [json.loads(text)["type"] for text in session.finish(1.0)] == ["CloseStream"]
    session = flux_session()
    session.receive_text(turn("StartOfTurn", "and"), 1.0)
    assert [json.loads(text)["type"] for text in session.finish(1.5)] == ["ForceEndTurn", "CloseStream"]
    with pytest.raises(LocalProtocolError, match="finishing"):
        session.hear(SECOND, 1.6)
    assert session.receive_text(turn("EndOfTurn", "and so", trigger="manual"), 1.7)[0].text == "and so"
    (closed,) = session.receive_close(1005, 1.8)
    assert closed.recovery is Recovery.GO_ON


def test_a_server_that_does_not_close_is_left():
    """A server that does not close is left three seconds after the end was asked for."""
    session = flux_session()
    session.finish(1.0)
    assert until(session, 10.0) == [(4.0, Timeout("end"))]
    assert session.state is ListenState.CLOSED


# --- v1 ---------------------------------------------------------------------------------------------


def test_an_utterance_of_v1_is_its_final_results_together():
    """An utterance of v1 is all final results up to a speech_final, and interim words stand after them."""
    session = nova_session()
    session.hear(SECOND * 8, 0.0, at=0.0)
    play = [
        (results("", is_final=True, speech_final=True), []),
        (results("I", at=(1, 1.2)), [("I", "interim")]),
        (results("I would like", at=(1, 2), is_final=True), [("I would like", "interim")]),
        (results("two", at=(2.2, 2.4)), [("I would like two", "interim")]),
        (
            results("two apples.", at=(2.2, 3), is_final=True, speech_final=True),
            [("I would like two apples.", "final")],
        ),
        (utterance_end(-1), []),
        (utterance_end(3.0), []),
    ]
    for step, (text, wanted) in enumerate(play):
        told = session.receive_text(text, step * 1.0)
        assert [(fact.text, fact.stage) for fact in told] == wanted
        assert all(fact.begin_s == pytest.approx(1.0) for fact in told)


def test_noise_that_hides_the_silence_ends_an_utterance_by_its_gap():
    """An utterance in noise, without a speech_final, is ended by UtteranceEnd."""
    session = nova_session()
    session.receive_text(results("Hello there", is_final=True), 1.0)
    told = session.receive_text(utterance_end(1.0), 2.5)
    assert [(f.text, f.stage, f.trigger) for f in told] == [("Hello there", "final", "timeout")]


def test_a_finalize_without_an_answer_ends_the_utterance_itself():
    """An unanswered `Finalize` still ends the utterance, with the words so far."""
    session = nova_session()
    session.receive_text(results("Hello"), 1.0)
    assert json.loads(session.end_utterance(1.5)) == {"type": "Finalize"}
    finals = [
        (at, due.text, due.trigger) for at, due in until(session, 4.0, 1.5) if isinstance(due, Understood)
    ]
    assert finals == [(3.5, "Hello", "manual")]


def test_a_finalize_with_an_answer_ends_it_once():
    """The result that answers a `Finalize` is the only final one."""
    session = nova_session()
    session.receive_text(results("Hello"), 1.0)
    session.end_utterance(1.5)
    (told,) = session.receive_text(results("Hello.", is_final=True, from_finalize=True), 1.6)
    assert (told.text, told.stage, told.trigger) == ("Hello.", "final", "manual")
    assert not [due for _, due in until(session, 4.0, 1.6) if isinstance(due, Understood)]


def test_an_error_of_v1_is_a_warning_without_what_was_sent():
    """An error of v1 does not end the stream, and its text, which quotes the frame, is not shown."""
    error = {"type": "Error", "variant": "SchemaError", "description": "secret", "message": "secret"}
    (told,) = nova_session().receive_text(json.dumps(error), 1.0)
    assert told == Warned("SchemaError", "a message was not understood")


# --- time -------------------------------------------------------------------------------------------


def test_a_server_that_does_not_greet_is_left():
    """A server without a greeting of Flux is given up after ten seconds."""
    session = ListenSession(ListenSettings())
    session.start(5.0)
    assert session.next_deadline() == 15.0
    assert session.tick(14.9) == []
    assert session.tick(15.0) == [Timeout("connected")]


def test_silence_is_fed_where_nobody_speaks_and_then_the_stream_rests():
    """Silence is sent for six seconds after speech; then a KeepAlive on v1 keeps the stream open."""
    session = nova_session()
    session.hear(SECOND, 0.0)
    dues = until(session, 30.0)
    fed = [(at, due) for at, due in dues if is_sound(due)]
    assert fed[0][0] == 1.5
    assert fed[-1][0] == pytest.approx(7.0, abs=0.3)
    assert seconds(fed) == pytest.approx(fed[-1][0] - 1.0, abs=0.01)
    kept = [at for at, due in dues if isinstance(due, Transmit) and not is_sound(due)]
    assert [round(b - a, 2) for a, b in zip([fed[-1][0], *kept], kept, strict=False)] == [4.0] * len(kept)
    assert len(kept) == 5


def test_a_resting_flux_stream_breathes():
    """A resting stream of v2 gets short silences: without sound the service would end it."""
    session = flux_session()
    dues = until(session, 60.0)
    assert all(is_sound(due) for _, due in dues)
    breaths = [at for at, _ in dues if at > 7.0]
    assert [round(at) for at in breaths] == [26, 46]


def test_silence_is_fed_for_as_long_as_an_utterance_is_open():
    """Silence is sent while an utterance is open, since without sound it would not end."""
    session = flux_session()
    for second in range(20):
        session.receive_text(turn("Update", "and"), float(second))
    assert seconds(until(session, 20.0)) == pytest.approx(20.0, abs=0.5)


@pytest.mark.parametrize(
    ("encoding", "sample"), [("linear16", b"\0\0"), ("mulaw", b"\xff"), ("alaw", b"\xd5")]
)
def test_silence_is_silent_in_every_encoding(encoding, sample):
    """Silence that an ear is fed is not loud in G.711, where zeros are."""
    session = flux_session(encoding=encoding, sample_rate=8000)
    (due,) = session.tick(session.next_deadline())
    assert due.message == sample * (len(due.message) // len(sample))
    assert len(due.message) // len(sample) == 1600


def test_a_service_that_falls_silent_while_it_is_fed_is_lost():
    """A service that stops to answer is given up after four timeouts, and its words so far are kept."""
    session = flux_session(recognizer=flux(eot_timeout_ms=1000))
    session.receive_text(turn("StartOfTurn", "help"), 1.0)
    dues = [due for at, due in until(session, 9.0) if not is_sound(due)]
    assert [type(due) for due in dues] == [Understood, Timeout]
    assert dues[0].text == "help"
    assert dues[1] == Timeout("words")


def test_a_long_silence_does_not_count_as_a_late_service():
    """The wait for words begins with the next sound, however long it was silent before."""
    session = flux_session(recognizer=flux(eot_timeout_ms=500))
    for tenth in range(0, 100, 2):
        session.receive_text(turn("Update", ""), tenth / 10)
        until(session, tenth / 10)
    assert not [due for _, due in until(session, 300.0, 10.0) if isinstance(due, Timeout)]
    session.hear(SECOND, 300.0)
    assert session.state is ListenState.LISTENING
    assert not [due for _, due in until(session, 302.9, 300.0) if isinstance(due, Timeout)]
    assert [due for _, due in until(session, 304.0, 302.9) if isinstance(due, Timeout)]


def test_places_stay_true_over_dropped_frames_and_rests():
    """Words have their time in the meeting, also after pauses in what was sent."""
    session = flux_session()
    session.hear(SECOND, 0.0, at=1000.0)
    until(session, 100.0)
    sent = session.clock.sent_s
    session.hear(SECOND, 100.0, at=1100.0)
    (fact,) = session.receive_text(turn("StartOfTurn", "now", at=(sent + 0.25, sent + 0.75)), 101.0)
    assert (fact.begin_s, fact.end_s) == (pytest.approx(1100.25), pytest.approx(1100.75))
    (early,) = session.receive_text(turn("EndOfTurn", "then", at=(0.5, 0.6)), 101.5)
    assert early.begin_s == pytest.approx(1000.5)


@given(st.lists(st.tuples(st.floats(0.01, 0.5), st.floats(0.0, 2.0)), max_size=60))
def test_places_are_where_the_frame_that_holds_them_was(frames):
    """A frame's middle is placed where it was heard, to 40 ms, whatever gaps lie between frames."""
    session, now = nova_session(), 0.0
    heard = []
    for duration, gap in frames:
        until(session, now, now)
        data = b"\x01\x00" * round(duration * RATE)
        heard.append((session.clock.sent_s + duration / 2, now + duration / 2))
        session.hear(data, now, at=now)
        now += duration + gap
    assert all(abs(session.clock.at(place) - at) < 0.04 for place, at in heard)


# --- misuse -----------------------------------------------------------------------------------------


def test_nothing_goes_out_before_the_session_is_ready():
    """No sound is sent before the service is ready, and no empty message at all."""
    session = ListenSession(ListenSettings())
    session.start(0.0)
    for out in (
        lambda: session.hear(SECOND, 0.0),
        lambda: session.finish(0.0),
        lambda: session.end_utterance(0.0),
    ):
        with pytest.raises(LocalProtocolError, match="opening"):
            out()
    with pytest.raises(LocalProtocolError, match="empty"):
        flux_session().hear(b"", 0.0)


def test_one_change_is_on_its_way_at_a_time():
    """A second change is refused until the first one has been answered."""
    session = flux_session()
    assert json.loads(session.configure(FluxConfigure(keyterms=("Ada",)), 1.0))["keyterms"] == ["Ada"]
    with pytest.raises(LocalProtocolError, match="before the previous one is answered"):
        session.configure(FluxConfigure(keyterms=()), 1.1)
    session.receive_text(json.dumps({"type": "ConfigureSuccess", "thresholds": {}, "keyterms": ["Ada"]}), 1.2)
    session.configure(FluxConfigure(keyterms=()), 1.3)


def test_sound_from_a_listening_service_is_malformed():
    """Binary messages of a service that only listens are a protocol error."""
    assert flux_session().receive_audio(b"\0\0") == [
        Malformed("2 bytes of sound came from a service that listens", "")
    ]


def test_the_table_leads_to_closed_from_everywhere():
    """A session can be closed in any state, and is then over."""
    assert {state for state, _ in LISTEN_TRANSITIONS} == set(ListenState)
    assert [to for (state, _), to in LISTEN_TRANSITIONS.items() if state is ListenState.CLOSED] == [
        ListenState.CLOSED
    ]


@given(st.data())
def test_no_order_of_messages_raises(data):
    """Messages in any order and at any time raise nothing, and each utterance ends once, in order."""
    session = data.draw(st.sampled_from([flux_session, nova_session]))()
    text = st.sampled_from(["", "one", "one two", "three"])
    event = st.sampled_from(["Update", "StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EndOfTurn", "New"])
    flag = st.sampled_from([True, False, None])
    message = st.one_of(
        st.builds(lambda e, t, n: turn(e, t, index=n), event, text, st.integers(0, 3)),
        st.builds(
            lambda t, f, s, z: results(t, is_final=f, speech_final=s, from_finalize=z), text, flag, flag, flag
        ),
        st.sampled_from([CONNECTED, utterance_end(1.0), utterance_end(-1), "{", "[]", '{"type": 1}']),
    )
    now, told = 0.0, []
    for step in data.draw(st.lists(message, max_size=20)):
        now += data.draw(st.floats(0, 3))
        told += [due for _, due in until(session, now, now)] + session.receive_text(step, now)
    told += session.receive_close(1006, now)
    utterances = [fact for fact in told if isinstance(fact, Understood)]
    finals = [fact.utterance for fact in utterances if fact.stage == "final"]
    assert finals == sorted(set(finals))
    assert {fact.utterance for fact in utterances} == set(finals)


# --- the address ------------------------------------------------------------------------------------


def test_the_address_says_all_that_is_asked_for():
    """The address of a stream has each setting that was given, lists as repeated keys, and no others."""
    asked = flux(eager_eot_threshold=0.4, keyterms=("Ada Lovelace", "trialogue"), language_hints=("en",))
    settings = ListenSettings(asked, tags=("a",))
    parts = urlsplit(settings.url("wss://api.eu.deepgram.com/v1/agent/converse?x=y"))
    assert (parts.scheme, parts.netloc, parts.path) == ("wss", "api.eu.deepgram.com", "/v2/listen")
    assert parse_qs(parts.query) == {
        "model": ["flux-general-en"],
        "encoding": ["linear16"],
        "sample_rate": ["16000"],
        "eager_eot_threshold": ["0.4"],
        "keyterm": ["Ada Lovelace", "trialogue"],
        "language_hint": ["en"],
        "tag": ["a"],
    }


def test_the_older_route_is_asked_for_interims_and_both_ends():
    """The address on v1 asks for interim words, and for an end of speech in noise."""
    parts = urlsplit(
        ListenSettings(DeepgramListenProviderV1(model="nova-3", language="en-GB")).url("ws://127.0.0.1:1")
    )
    query = parse_qs(parts.query)
    assert parts.path == "/v1/listen"
    assert query["language"] == ["en-GB"]
    assert query["interim_results"] == query["vad_events"] == ["true"]
    assert query["utterance_end_ms"] == ["1000"]


def test_personal_text_is_not_in_the_repr():
    """The repr of settings, words and sessions shows neither what was said nor keyterms."""
    assert "Ada" not in repr(ListenSettings(flux(keyterms=("Ada",))))
    assert "hello" not in repr(Understood(1, "hello", 0.0, 1.0, "final"))
    assert repr(flux_session()) == "<ListenSession r: listening>"
