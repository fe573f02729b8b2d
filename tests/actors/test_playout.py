"""A mouth holds replies until they are played, and says exactly what was heard."""

import pytest

from trialogue.actors.playout import HELD_ALL_S, HELD_S, Playout
from trialogue.model.events import PlaybackFinished, PlaybackPaused, PlaybackStarted, ReplyWithdrawn

RATE = 1000
"""Samples a second: a sample is a millisecond."""


def mouth():
    events = []
    return Playout("ada", RATE, events.append), events


def test_nothing_is_heard_without_a_decision():
    """Sound that has arrived is held until the brain lets it be played."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 100)
    assert playout.pull(20, 0) is None
    assert events == []


def test_plays_to_the_last_sample():
    """A reply starts at the tick it is first heard in and ends with its last sample, not the tick's."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 30)
    assert playout.finish(1) == 0.03
    playout.play(1, turn=7)
    assert playout.pull(20, 40) == b"\1\0" * 20
    assert playout.pull(20, 60) == b"\1\0" * 10 + b"\0\0" * 10
    assert playout.pull(20, 80) is None
    assert events == [
        PlaybackStarted("ada", 7, 1, 0.04),
        PlaybackFinished("ada", 7, 1, position_s=0.07, played_s=0.03, outcome="complete"),
    ]


def test_sound_may_come_while_it_is_heard():
    """A reply goes on through a gap, and the gap is in its time but not in what was played."""
    playout, events = mouth()
    playout.open(1)
    playout.play(1, turn=1)
    assert playout.pull(20, 0) is None
    playout.arrive(1, b"\1\0" * 20)
    assert playout.pull(20, 20) is not None
    assert playout.pull(20, 40) is None
    playout.arrive(1, b"\1\0" * 20)
    playout.finish(1)
    assert playout.pull(20, 60) is not None
    assert events == [
        PlaybackStarted("ada", 1, 1, 0.02),
        PlaybackFinished("ada", 1, 1, position_s=0.08, played_s=0.04, outcome="complete"),
    ]


def test_stopped_is_silent_at_once_and_forgets_the_rest():
    """A stopped reply is silent at once, and its later sound is dropped."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 100)
    playout.play(1, turn=2)
    playout.pull(20, 0)
    playout.stop(2, 20)
    playout.arrive(1, b"\1\0" * 100)
    assert playout.pull(20, 20) is None
    assert not playout.is_open(1)
    assert events[-1] == PlaybackFinished("ada", 2, 1, position_s=0.02, played_s=0.02, outcome="cut")


def test_a_stopped_reply_is_as_long_as_its_sound():
    """Its length and the places of its later sentences are not 0: they say which words were heard."""
    playout, _ = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 100)
    playout.play(1, turn=2)
    playout.pull(20, 0)
    playout.stop(2, 20)
    assert playout.arrived_s(1) == 0.1
    playout.arrive(1, b"\1\0" * 200)
    assert playout.finish(1) == 0.3
    playout.open(2)
    playout.drop(2)
    playout.arrive(1, b"\1\0" * 100)
    playout.arrive(2, b"\1\0" * 40)
    assert playout.finish(2) == 0.04
    assert playout.pull(20, 40) is None


def test_stopping_another_turn_changes_nothing():
    """A late order to stop an earlier turn does not cut the current one."""
    playout, events = mouth()
    playout.open(1)
    playout.play(1, turn=2)
    playout.stop(1, 0)
    assert events == []
    assert repr(playout) == "<Playout ada: playing turn 2, 1 replies>"


def ticked(playout, since, until):
    """What is heard in ticks of 20 ms."""
    return [playout.pull(20, position) for position in range(since, until, 20)]


def test_a_reply_that_runs_dry_for_a_second_is_over():
    """A service that never says that it is done costs a second, and the reply ended where its sound did."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 20)
    playout.play(1, turn=1)
    ticked(playout, 0, 1000)
    assert events == [PlaybackStarted("ada", 1, 1, 0.0)]
    ticked(playout, 1000, 1020)
    assert events[1:] == [PlaybackFinished("ada", 1, 1, 0.02, 0.02, "dry")]
    assert playout.has_dried(1)


def test_only_one_dry_stretch_counts():
    """Short gaps in a reply's sound do not add up to its end."""
    playout, events = mouth()
    playout.open(1)
    playout.play(1, turn=1)
    for number in range(4):
        playout.arrive(1, b"\1\0" * 20)
        ticked(playout, number * 500, number * 500 + 500)
    assert events == [PlaybackStarted("ada", 1, 1, 0.0)]
    assert not playout.has_dried(1)


def test_words_say_that_sound_is_on_its_way():
    """A reply of which words have come since does not run dry before their sound."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 20)
    playout.play(1, turn=1)
    ticked(playout, 0, 800)
    playout.expect(1)
    ticked(playout, 800, 1780)
    playout.arrive(1, b"\1\0" * 20)
    assert playout.pull(20, 1780) == b"\1\0" * 20
    assert events == [PlaybackStarted("ada", 1, 1, 0.0)]


def test_a_turn_that_was_paused_ends_where_it_fell_silent():
    """The silence of a pause is no part of what was heard."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 100)
    playout.play(1, turn=1)
    ticked(playout, 0, 40)
    playout.pause(1, 40)
    ticked(playout, 40, 1000)
    playout.stop(1, 1000)
    assert events[1:] == [
        PlaybackPaused("ada", 1, 1, position_s=0.04, played_s=0.04),
        PlaybackFinished("ada", 1, 1, position_s=0.04, played_s=0.04, outcome="cut"),
    ]


def test_a_turn_that_is_stopped_in_a_gap_ends_before_it():
    """A turn stopped in a pause of its sound ends where it was last heard."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 20)
    playout.play(1, turn=1)
    ticked(playout, 0, 500)
    playout.pause(1, 500)
    playout.stop(1, 500)
    assert [event.position_s for event in events] == [0.0, 0.02, 0.02]


def test_a_reply_stopped_before_its_first_sample_ends_there():
    """A reply that was cut before its sound counts as not heard at all."""
    playout, events = mouth()
    playout.open(1)
    playout.play(1, turn=1)
    playout.stop(1, 60)
    assert events == [PlaybackFinished("ada", 1, 1, position_s=0.06, played_s=0.0, outcome="cut")]


def test_stalls_when_nothing_ever_comes():
    """A reply that was announced and brings no sound for ten seconds is over, and was not heard."""
    playout, events = mouth()
    playout.open(1)
    playout.play(1, turn=1)
    for position in range(0, 9_980, 20):
        playout.pull(20, position)
    assert events == []
    playout.pull(20, 9_980)
    assert events == [PlaybackFinished("ada", 1, 1, 0.0, 0.0, "stalled")]


def test_an_empty_reply_ends_at_once():
    """A reply without sound is over as soon as it is played."""
    playout, events = mouth()
    playout.open(1)
    playout.finish(1)
    playout.play(1, turn=3)
    assert playout.pull(20, 100) is None
    assert events == [PlaybackFinished("ada", 3, 1, 0.1, 0.0, "complete")]


def test_a_dropped_reply_is_gone():
    """A denied reply is never heard, and neither is sound that still arrives for it."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, b"\1\0" * 20)
    playout.drop(1)
    playout.arrive(1, b"\1\0" * 20)
    assert playout.finish(1) == playout.arrived_s(1) == 0.04
    playout.play(1, turn=1)
    assert playout.pull(20, 0) is None
    assert [type(each) for each in events] == [PlaybackFinished]


def test_too_much_unheard_sound_withdraws_the_reply():
    """A reply with more unheard sound than the bound is withdrawn, so that it cannot fill the memory."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, bytes(int(2 * RATE * HELD_S) + 2))
    assert events == [ReplyWithdrawn("ada", 1, "overflow")]


def test_a_reply_that_was_too_long_holds_no_more_and_is_told_once():
    """A reply beyond the bound is reported once, and holds no more sound."""
    playout, events = mouth()
    playout.open(1)
    for _ in range(10):
        playout.arrive(1, bytes(int(2 * RATE * HELD_S)))
    assert events == [ReplyWithdrawn("ada", 1, "overflow")]
    assert playout.arrived_s(1) == HELD_S
    playout.play(1, turn=1)
    assert sum(playout.pull(1000, at * 1000) is not None for at in range(200)) == HELD_S


def test_all_replies_together_have_a_bound():
    """An agent's unheard replies together have a bound, and sound that is heard makes room."""
    playout, events = mouth()
    for reply in range(1, 10):
        playout.open(reply)
        playout.arrive(reply, bytes(2 * RATE * 50))
    assert HELD_ALL_S == 6 * 50
    assert [event.reply for event in events] == [7, 8, 9]
    playout.play(1, turn=1)
    assert playout.pull(RATE * 50, 0) is not None
    playout.open(10)
    assert playout.untold_s(10) == 50
    playout.arrive(10, bytes(2 * RATE * 50))
    assert playout.untold_s(10) == 0
    assert len([event for event in events if isinstance(event, ReplyWithdrawn)]) == 3


def test_withdrawing_what_is_gone_says_nothing():
    """A reply that is over is not reported as withdrawn."""
    playout, events = mouth()
    playout.withdraw(4, "interrupted")
    assert events == []


VOICE, SILENCE = b"\0\20", b"\1\0"
"""A sample of each, at -18 and at -90 dBFS."""


def finished(sound, samples=20):
    """How a reply of this sound ends, heard in ticks of so many samples."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, sound)
    playout.finish(1)
    playout.play(1, turn=1)
    for position in range(0, len(sound) // 2 + samples, samples):
        playout.pull(samples, position)
    return events[-1]


@pytest.mark.parametrize("samples", [10, 20, 100, 5_000])
@pytest.mark.parametrize(
    ("sound", "silent_s"),
    [
        (VOICE * 300, 0.0),
        (VOICE * 300 + SILENCE * 190, 0.19),
        (SILENCE * 200 + VOICE * 3_000 + SILENCE * 200 + VOICE * 10 + SILENCE * 330, 0.33),
        (VOICE * 10 + SILENCE * 3_700, 1.0),
        (SILENCE * 3_700, 0.0),
        (b"", 0.0),
    ],
    ids=["voice", "tail", "pauses", "long", "silence", "nothing"],
)
def test_the_silence_that_a_reply_ends_with_is_told(sound, silent_s, samples):
    """The silence at a reply's end is reported up to a second, however its sound was cut."""
    ended = finished(sound, samples)
    assert (ended.outcome, ended.silent_s) == ("complete", silent_s)
    assert ended.position_s == pytest.approx(len(sound) / 2 / RATE)


def test_a_reply_that_is_cut_would_have_gone_on():
    """A reply that is cut in its silence ends where it was stopped, with no silence at its end."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, VOICE * 20 + SILENCE * 200)
    playout.play(1, turn=1)
    ticked(playout, 0, 100)
    playout.stop(1, 100)
    assert (events[-1].outcome, events[-1].position_s, events[-1].silent_s) == ("cut", 0.1, 0.0)


def test_silence_behind_a_pause_is_no_end_of_the_voice_before_it():
    """Silence after a pause does not count as the silence of the voice before the pause."""
    playout, events = mouth()
    playout.open(1)
    playout.arrive(1, VOICE * 20 + SILENCE * 100)
    playout.finish(1)
    playout.play(1, turn=1)
    ticked(playout, 0, 20)
    playout.pause(1, 20)
    playout.resume(1)
    ticked(playout, 200, 320)
    assert (events[-1].position_s, events[-1].silent_s) == (0.3, 0.0)
