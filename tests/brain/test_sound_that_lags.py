"""Sound of people that is behind the meeting's clock, as on a busy machine: it is waited for."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.brain.turn.attribution import WORDS_S
from trialogue.model.commands import Attribute, EndMeeting, EndTurn, GrantFloor, Report
from trialogue.model.events import (
    EarFailed,
    EarHeard,
    EarReady,
    Event,
    MeetingResumed,
    PlaybackFinished,
    PlaybackStarted,
    SessionReady,
    SoundLagged,
    SpeechStarted,
    SpeechStopped,
    VoiceFell,
    VoiceRose,
)
from trialogue.testing.casts import opening, person, plan, reply
from trialogue.testing.playbooks import Player

LAG_S = 1.3


def at_the_table(*heard, lag_s=LAG_S, **rules):
    """Tech speaks from 1.1 to 11.1 s; what of dana is heard is told so much later than it is."""
    made = plan("tech", "biz", person("dana"), **{"policy": "round-robin", **rules})
    player = Player(Brain(made), wakes=True)
    story = [
        *reply(1.0, "tech", 1, "A long story.", length_s=10.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
    ]
    for at, event in [*opening(made), (0.5, EarReady("dana", 1)), *story]:
        player.tell(at, event)
    if lag_s:
        player.tell(2.0, SoundLagged(lag_s))
    for at, event in heard:
        player.tell(round(at + lag_s, 6), event)
    return player


def says(begin_s: float, end_s: float) -> list[tuple[float, Event]]:
    """A person's voice from one place to another, told as a source in time tells it."""
    return [
        (begin_s + 0.15, SpeechStarted("dana", begin_s)),
        (end_s + 0.08, VoiceFell("dana", end_s)),
        (end_s + 0.6, SpeechStopped("dana", end_s)),
    ]


def reports(player: Player) -> list[tuple[str, str | None]]:
    """What was noted of people."""
    return [(each.code, each.participant) for each in player.decided(Report)]


@pytest.mark.parametrize("lag_s", [0.0, LAG_S])
def test_an_assent_stops_nobody(lag_s):
    """Half a second of speech is a backchannel, however late its sound is."""
    player = at_the_table(*says(3.0, 3.5), lag_s=lag_s)
    assert player.decided(EndTurn) == []
    assert reports(player) == [("backchannel", "dana")]


@pytest.mark.parametrize("lag_s", [0.0, LAG_S])
def test_an_interruption_is_judged_once_its_length_was_heard(lag_s):
    """An interruption is decided when the sound itself has passed the limit by 0.15 s."""
    player = at_the_table((3.15, SpeechStarted("dana", 3.0)), lag_s=lag_s)
    player.wait(10.0)
    cut = [at for at, _, commands in player.log if any(isinstance(each, EndTurn) for each in commands)]
    assert cut == [pytest.approx(3.95 + lag_s)]


def test_sound_that_falls_behind_while_it_is_unsure_moves_the_verdict():
    """A stall of 1.3 s in the middle of a backchannel does not make it an interruption."""
    player = at_the_table((3.15, SpeechStarted("dana", 3.0)), lag_s=0.0)
    player.tell(3.9, SoundLagged(0.7))
    player.tell(4.5, SoundLagged(LAG_S))
    player.tell(4.6, VoiceFell("dana", 3.5))
    player.tell(4.7, SoundLagged(0.0))
    player.tell(4.8, SpeechStopped("dana", 3.5))
    assert player.decided(EndTurn) == []


def test_sound_that_has_caught_up_is_judged_in_time_again():
    """An interruption that waited for late sound is decided at once when the sound has caught up."""
    player = at_the_table((3.15, SpeechStarted("dana", 3.0)))
    player.tell(4.8, SoundLagged(0.0))
    assert [each.cause for each in player.decided(EndTurn)] == ["interrupted"]


BEHIND_IT = [
    (11.1, PlaybackFinished("tech", 1, 1, 11.1, 10.0, "complete")),
    *reply(11.5, "biz", 1, "Indeed.", length_s=1.0),
    (11.6, PlaybackStarted("biz", 2, 1, 11.6)),
    (12.6, PlaybackFinished("biz", 2, 1, 12.6, 1.0, "complete")),
]
"""What the agents do, which is told in time."""


def behind_all(*heard, **rules):
    """Both agents have spoken, and it is dana's turn, or nobody's; then this is heard of dana."""
    player = at_the_table(**rules)
    for at, event in BEHIND_IT:
        player.tell(at, event)
    for at, event in heard:
        player.tell(round(at + LAG_S, 6), event)
    return player


def test_a_pause_in_a_turn_is_no_end_of_it():
    """A person's turn goes on after a second of pause that is reported late."""
    player = behind_all(
        (11.4, EarFailed("dana", "refused", refused=True)), *says(13.0, 15.0), *says(15.8, 17.0)
    )
    player.wait(18.9)
    assert [each.participant for each in player.decided(EndTurn)] == ["tech", "biz"]


def test_words_of_a_turn_are_waited_for_as_much_longer():
    """A turn's words are waited for longer by as much as a person's sound is late."""
    player = behind_all(*says(13.0, 15.0))
    words_s = 15.0 + player.brain.plan.floor.hang_s + WORDS_S + LAG_S
    player.wait(words_s - 0.1)
    assert [each.participant for each in player.decided(EndTurn)] == ["tech", "biz"]
    player.wait(words_s + 0.1)
    assert [each.participant for each in player.decided(EndTurn)] == ["tech", "biz", "dana"]


def test_a_person_who_begins_in_time_has_not_let_its_turn_go_by():
    """A person who begins within `floor.human_s` keeps its turn, though its sound comes late."""
    player = behind_all(*says(12.6 + 9.8, 12.6 + 12.0))
    assert [each.participant for each in player.decided(EndTurn)] == ["tech", "biz"]


def test_a_noise_takes_no_free_floor():
    """A quarter of a second of sound takes no free floor, however late it is heard."""
    player = behind_all(*says(13.0, 13.25), policy="queue", otherwise="queue")
    assert "dana" not in [each.to for each in player.decided(GrantFloor)]


def test_silence_is_not_called_while_somebody_may_speak():
    """A meeting does not end by silence when a person spoke before the limit and its sound is late."""
    player = behind_all(*says(12.6 + 9.5, 12.6 + 11.0), policy="queue", otherwise="queue", silence_s=10.0)
    assert player.decided(EndMeeting) == []


def test_a_new_process_is_in_time():
    """A resumed meeting has no lag of sound from the process before it."""
    player = at_the_table()
    player.tell(3.0, MeetingResumed("abc"))
    player.tell(3.5, SessionReady("tech", 2))
    assert player.timers["limit-silence"] == 3.0 + player.brain.plan.limits.silence_s


def test_unheard_speech_makes_no_interruption():
    """A voice that rises again is judged by what was heard of it, not by the clock."""
    player = at_the_table()
    player.tell(5.0 + LAG_S, SpeechStarted("dana", 5.0))
    player.tell(5.5 + LAG_S, VoiceFell("dana", 5.4))
    player.tell(5.6 + LAG_S, VoiceRose("dana", 5.55))
    assert reports(player) == []
    player.wait(5.94 + LAG_S)
    assert reports(player) == []
    player.wait(6.0 + LAG_S)
    assert reports(player) == [("interruption", "dana")]


def free(**rules):
    """A meeting in which nobody is asked to speak, and what is heard of dana is told so much later."""
    made = plan("tech", person("dana"), policy="queue", otherwise="queue", **rules)
    player = Player(Brain(made), wakes=True)
    for at, event in [*opening(made), (0.0, EarReady("dana", 1)), (0.5, SoundLagged(LAG_S))]:
        player.tell(at, event)
    return player


def moments(player, kind):
    """When commands of a class were decided."""
    return [round(at, 3) for at, _, commands in player.log for each in commands if isinstance(each, kind)]


def test_a_person_who_speaks_on_a_free_floor_has_it_once_that_was_heard():
    """A person gets the free floor once 0.3 s of its speech have come, however late its sound is."""
    player = free()
    player.tell(2.1 + LAG_S, SpeechStarted("dana", 2.0))
    player.wait(5.0)
    assert moments(player, GrantFloor) == [round(2.3 + LAG_S, 3)]


def test_the_silence_ladder_waits_for_what_may_have_been_said():
    """The silence ladder waits longer by as much as people's sound is late."""
    player = free()
    player.wait(9.0)
    assert moments(player, GrantFloor) == [4.0 + LAG_S]


def test_a_person_who_was_cut_goes_on_once_it_would_be_known_that_somebody_speaks():
    """A turn that a noise cut goes on 1.5 s after the noise, and later by the lag of sound."""
    player = at_the_table((5.15, SpeechStarted("dana", 5.0)), lag_s=LAG_S)
    player.tell(6.4 + LAG_S, SpeechStopped("dana", 6.3))
    player.tell(6.5 + LAG_S, EarHeard("dana", 1, 1, "", 5.0, 6.3, "final"))
    assert player.decided(EndTurn)[-1] == EndTurn("dana", 2, "finished")
    player.wait(20.0)
    assert moments(player, GrantFloor)[2] == round(6.3 + 1.5 + LAG_S, 3)
    assert player.decided(GrantFloor)[2].to == "tech"


def test_words_beside_a_turn_are_waited_for_as_much_longer():
    """Speech beside a turn is unclear four seconds after it, and later by the lag of its sound."""
    player = at_the_table(*says(3.0, 3.5))
    player.wait(11.0)
    unclear = [at for at, _, commands in player.log for each in commands if isinstance(each, Attribute)]
    assert unclear == [round(3.5 + WORDS_S + LAG_S, 3)]
