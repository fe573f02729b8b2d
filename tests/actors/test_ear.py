"""A person's ear: sessions in a row that make words of what is said, and never answer."""

import pytest
import trio
from listening_service import RATE, ListeningService, listening, settled

from trialogue.actors.ear import EarPast
from trialogue.actors.ear_session import TAIL_S
from trialogue.errors import DialFailed, ProviderRefused
from trialogue.model.events import EarFailed, EarHeard, EarLost, EarReady, ServiceWarned

FRAME = b"\1\0" * 20


def of(events, *kinds):
    return [event for event in events if isinstance(event, kinds)]


def hears(ear, since, until, frame=FRAME):
    """Let an ear hear ticks of 20 ms between two places on the meeting's clock."""
    for position in range(round(since * RATE), round(until * RATE), 20):
        ear.hear(frame, 20, position)


async def test_words_have_their_place_on_the_meetings_clock(autojump_clock):
    """An ear's words have the meeting's time, though the service counts from its own start."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        hears(ear, 41.0, 43.0)
        service.socket.understands("I think", 0.5, 1.0)
        service.socket.understands("I think so.", 0.5, 1.5, "EndOfTurn")
        await settled()
        assert events == [
            EarReady("dana", 1, "r"),
            EarHeard("dana", 1, 1, "I think", 41.5, 42.0, "interim"),
            EarHeard("dana", 1, 1, "I think so.", 41.5, 42.5, "final"),
        ]
        assert service.socket.sound == FRAME * 100
        assert repr(ear) == "<Ear dana: listening, session 1>"


async def test_places_hold_over_a_new_connection(autojump_clock):
    """Words have the meeting's times after a lost connection, and an open utterance becomes final."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        hears(ear, 10.0, 11.0)
        service.socket.understands("Hello", 0.0, 0.5)
        await settled()
        service.socket.loses()
        await trio.sleep(1)
        before = service.socket.sounded_s
        hears(ear, 20.0, 21.0)
        service.socket.understands("again", before + 0.2, before + 0.7, "EndOfTurn")
        await settled()
        assert of(events, EarHeard)[1:] == [
            EarHeard("dana", 1, 1, "Hello", 10.0, 10.5, "final"),
            EarHeard("dana", 2, 2, "again", 20.2, 20.7, "final"),
        ]
        assert of(events, EarLost)[0].reason == "it broke"
        assert of(events, EarReady) == [EarReady("dana", 1, "r"), EarReady("dana", 2, "r")]


async def test_a_resumed_ear_counts_on(autojump_clock):
    """An ear in a resumed meeting numbers sessions and utterances from where it was."""
    service = ListeningService()
    async with listening(service, EarPast(sessions=4, utterances=7)) as (ear, events):
        hears(ear, 0.0, 1.0)
        service.socket.understands("Hello", 0.0, 0.5, "EndOfTurn")
        await settled()
        assert events[-1] == EarHeard("dana", 5, 8, "Hello", 0.0, 0.5, "final")


async def test_silence_is_fed_behind_speech_and_not_for_ever(autojump_clock):
    """An ear is fed silence for some seconds after speech, and then next to none."""
    service = ListeningService()
    async with listening(service) as (ear, _):
        hears(ear, 0.0, 1.0)
        hears(ear, 1.0, 30.0, frame=None)
        assert len(service.socket.sound) == 2 * RATE * (1 + TAIL_S)
        await trio.sleep(30)
        assert service.socket.sound.endswith(bytes(2 * RATE))
        assert len(service.socket.sound) < 2 * RATE * 12


async def test_a_gap_in_the_sound_ends_the_utterance(autojump_clock):
    """A mute in the middle of speech makes the ear give its words at once."""
    service = ListeningService()
    async with listening(service) as (ear, _):
        hears(ear, 0.0, 1.0)
        ear.interrupt()
        assert service.socket.told == [], "nothing was said"
        service.socket.understands("Hello", 0.0, 0.5)
        await settled()
        ear.interrupt()
        assert service.socket.told == ["ForceEndTurn"]


async def test_a_warning_about_a_turn_that_is_over_harms_nothing(autojump_clock):
    """A warning about a turn that the service has ended meanwhile changes nothing."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        warning = {"code": "FORCE_END_TURN_NO_ACTIVE_TURN", "description": "There is none."}
        service.socket.says("Warning", **warning)
        hears(ear, 0.0, 1.0)
        service.socket.understands("Hello", 0.0, 0.5, "EndOfTurn")
        await settled()
        assert of(events, ServiceWarned) == [ServiceWarned("dana", *warning.values())]
        assert [event.text for event in of(events, EarHeard)] == ["Hello"]


async def test_after_a_sleep_the_ear_listens_in_a_new_session(autojump_clock):
    """After a sleep of the machine the ear has a new session, and no loss is reported."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        ear.renew()
        await settled()
        assert events == [EarReady("dana", 1, "r"), EarReady("dana", 2, "r")]


async def test_words_before_a_sleep_are_kept(autojump_clock):
    """What was heard of an utterance when the machine fell asleep is final: nobody will finish it."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        hears(ear, 0.0, 1.0)
        service.socket.understands("My number is nine", 0.0, 0.9)
        await settled()
        ear.interrupt()
        ear.renew()
        await settled()
        heard = of(events, EarHeard)
        assert [(each.text, each.stage, each.session) for each in heard] == [
            ("My number is nine", "interim", 1),
            ("My number is nine", "final", 1),
        ]
        assert events[-1] == EarReady("dana", 2, "r")
        hears(ear, 9.0, 1.0)
        service.socket.understands("Four", 0.0, 0.5)
        await settled()
        assert of(events, EarHeard)[-1].utterance == 2


async def test_a_session_that_comes_to_its_end_is_left_between_two_utterances(autojump_clock):
    """An ear's session that nears its age limit is replaced between two utterances."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        hears(ear, 0.0, 1.0)
        service.socket.understands("Hello", 0.0, 0.5)
        service.socket.says("Warning", code="MAXIMUM_SESSION_LENGTH_APPROACHING", description="Soon.")
        await settled()
        assert len(service.sockets) == 1
        service.socket.understands("Hello", 0.0, 0.5, "EndOfTurn")
        await settled()
        assert [type(event) for event in events[-2:]] == [EarHeard, EarReady]
        await trio.sleep(10)
        service.socket.says("Warning", code="MAXIMUM_SESSION_LENGTH_APPROACHING", description="Soon.")
        await settled()
        assert events[-1] == EarReady("dana", 3, "r"), "nothing was being said"


async def test_a_service_that_ends_each_session_at_its_beginning_is_dialled_with_pauses(autojump_clock):
    """A service that ends each of an ear's sessions at once is dialled with pauses."""
    service, warned = ListeningService(), []
    async with listening(service):
        for _ in range(600):
            if len(service.sockets) > len(warned):
                warned.append(service.socket)
                service.socket.says("Warning", code="MAXIMUM_SESSION_LENGTH_APPROACHING", description="Soon.")
            await trio.sleep(0.1)
        assert 4 <= len(service.sockets) <= 20


async def test_a_service_that_does_not_greet_is_lost_and_dialled_again(autojump_clock):
    """A silent service does not hold a person's ear up for ever."""
    service = ListeningService(greets=False)
    async with listening(service) as (_, events):
        await trio.sleep(11)
        assert of(events, EarLost)[0].reason == "the service did not respond in time"
        assert len(service.sockets) == 2


async def test_an_ear_that_is_refused_has_failed(autojump_clock):
    """The person's ear is not dialled again, and the failure says where it can be mended."""
    service = ListeningService(failures=[ProviderRefused("the key is refused", status=401)])
    async with listening(service) as (ear, events):
        assert events == [EarFailed("dana", "the key is refused [cast.dana, small.yaml:8:3]", refused=True)]
        hears(ear, 0.0, 1.0)
        assert repr(ear) == "<Ear dana: away, session 1>"


async def test_an_ear_that_cannot_be_reached_fails_in_the_end(autojump_clock):
    """Attempts to reach a person's ear are bounded, like an agent's."""
    service = ListeningService(failures=[DialFailed("no answer", stage="reach")] * 50)
    async with listening(service) as (_, events):
        await trio.sleep(120)
        assert len(of(events, EarLost)) == 6
        assert events[-1].refused is False


@pytest.mark.parametrize(
    ("code", "ended"), [("INTERNAL_SERVER_ERROR", EarLost), ("USER_AUDIO_FORMAT", EarFailed)]
)
async def test_errors_end_a_session_by_their_verdict(code, ended, autojump_clock):
    """An error that can pass is met by a new session of the ear, and another one fails the ear."""
    service = ListeningService()
    async with listening(service) as (_, events):
        service.socket.says("Error", code=code, description="No.")
        await settled()
        assert isinstance(events[-1], ended)
        assert code in events[-1].reason


async def test_unreadable_messages_are_tolerated_for_a_while(autojump_clock):
    """The fifth unreadable message in ten seconds ends the session."""
    service = ListeningService()
    async with listening(service) as (_, events):
        for _ in range(5):
            service.socket.says("TurnInfo")
        await settled()
        assert len(of(events, ServiceWarned)) == 5
        assert len(of(events, EarLost)) == 1


async def test_the_last_words_come_before_the_end(autojump_clock):
    """A person's last words are asked for and recorded when the meeting ends in mid-speech."""
    service = ListeningService()
    async with listening(service) as (ear, events):
        hears(ear, 0.0, 1.0)
        service.socket.understands("That is", 0.0, 0.8)
        await settled()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ear.finish)
            await settled()
            assert service.socket.told == ["ForceEndTurn", "CloseStream"]
            service.socket.understands("That is all.", 0.0, 1.0, "EndOfTurn")
            service.socket.loses(1005)
        assert events[-1] == EarHeard("dana", 1, 1, "That is all.", 0.0, 1.0, "final")
        await trio.sleep(60)
        assert of(events, EarLost, EarFailed) == []
        assert len(service.sockets) == 1


async def test_nobody_waits_for_words_of_whoever_was_silent(autojump_clock):
    """The ear of a silent person closes its session at the end without waiting for words."""
    service = ListeningService()
    async with listening(service) as (ear, _):
        hears(ear, 0.0, 1.0)
        hears(ear, 1.0, 9.0, frame=None)
        before = trio.current_time()
        await ear.finish()
        assert trio.current_time() == before
        assert service.socket.told == ["CloseStream"]
