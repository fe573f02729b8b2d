"""A recording that stands in for a person: when its clips are played."""

import trio

from trialogue.actors.stand_in import StandIn
from trialogue.brain.clip_cues import ClipCue
from trialogue.mailbox import Mailbox
from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.events import FloorRequested, MeetingStarted, TextTyped
from trialogue.model.expectations import (
    Happening,
    SeatPattern,
    TimePattern,
    Trigger,
)
from trialogue.model.records import Record


class Player:
    """Notes which clips are played when."""

    def __init__(self):
        self.played = []

    def play(self, number):
        self.played.append((number, round(trio.current_time() - self.epoch, 3)))


def at(second):
    return ClipCue(Trigger(TimePattern(second)), waits=True)


async def stood_in(cues, happens, **parts):
    """What is played and reported by a recording for Dana, where `happens` are commands by their time."""
    records, player, posted = Mailbox("records", 100), Player(), []
    stand_in = StandIn("dana", cues, player, records=records, post=posted.append, **parts)
    epoch = player.epoch = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stand_in.run, epoch)
        for seq, (moment, command) in enumerate(happens, 1):
            await trio.sleep_until(epoch + moment)
            records.post(Record(seq, moment, MeetingStarted(), (command,)))
        await trio.sleep_until(epoch + 20)
        records.close()
    return player.played, posted


def grant(name="dana", turn=1):
    return GrantFloor(name, turn, "asked", 90.0)


async def test_a_clip_that_waits_is_played_at_the_grant(autojump_clock):
    """A recorded person raises a hand when its clip is due, and plays it when it has the floor."""
    played, posted = await stood_in([at(1.0)], [(3.0, grant())])
    assert (played, posted) == ([(0, 3.0)], [FloorRequested("dana")])


async def test_a_clip_that_is_typed_has_no_sound(autojump_clock):
    """A line that a stand-in types is sent when its moment comes, and takes no place among the sounds."""
    typed, sounds = (
        ClipCue(Trigger(TimePattern(1.0)), waits=False),
        ClipCue(Trigger(TimePattern(2.0)), waits=False),
    )
    played, posted = await stood_in([typed, sounds], [(3.0, grant())], typed={0: "May I?"})
    assert (played, posted) == ([(1, 2.0)], [TextTyped("dana", "May I?")])


async def test_a_person_who_holds_the_floor_does_not_wait(autojump_clock):
    """A recorded person who has the floor plays its clip without raising a hand."""
    played, posted = await stood_in([at(5.0)], [(3.0, grant())])
    assert (played, posted) == ([(0, 5.0)], [])


async def test_a_clip_for_a_grant_is_played_in_that_turn(autojump_clock):
    """A clip for a grant is played in that turn, and not in the next one."""
    cue = ClipCue(Trigger(SeatPattern("dana", Happening.GRANTED)), waits=True)
    assert await stood_in([cue], [(3.0, grant())]) == ([(0, 3.0)], [])


async def test_a_turn_that_is_over_is_held_no_more(autojump_clock):
    """A recorded person speaks again in its next turn, once earlier turns have ended."""
    happens = [
        (1.0, grant()),
        (2.0, EndTurn("ann", 7, "finished")),
        (2.5, EndTurn("dana", 1, "finished")),
        (3.0, grant("ann", 2)),
        (9.0, grant(turn=3)),
    ]
    played, posted = await stood_in([at(2.2), at(4.0)], happens)
    assert (played, posted) == ([(0, 2.2), (1, 9.0)], [FloorRequested("dana")])


async def test_a_grant_that_nobody_asked_for_plays_nothing(autojump_clock):
    """A recorded person that is granted the floor without a clip that waits plays nothing."""
    assert await stood_in([at(30.0)], [(1.0, grant())]) == ([], [])
