"""A machine so busy that the meeting's sound is 1.3 s behind its clock while people are at the table."""

import pytest
import trio
from table import beside, hold, says, scenario, sits

from trialogue.actors.sources import AudioSource
from trialogue.model.events import SoundLagged

LAG_S = 1.3
LINES = (
    "First I speak for a while about this and that and other things, and I do not stop so soon.",
    "Then I say some more of it, for there is always something left to be said of such things.",
)


@pytest.fixture
def busy(monkeypatch):
    """From the first second on each tick of the sound takes as long as it is, and one took 1.3 s."""
    pull = AudioSource.pull
    slow = [LAG_S]

    def late(source, samples, position, **more):
        clock = trio.lowlevel.current_clock()
        if position > source._rate:
            clock.jump(slow.pop() if slow else samples / source._rate)
        return pull(source, samples, position, **more)

    monkeypatch.setattr(AudioSource, "pull", late)


def meeting(folder, words):
    """Two agents, and a person who says something two seconds into what the first says."""
    cast = {"tech": says(*LINES), "biz": says("Thank you."), "dana": sits(beside("tech", 2.0, words))}
    return hold(scenario(cast, run={"frame": "20ms", "limits": {"time": "60s"}}), folder)


def test_assent_stops_nobody(busy, tmp_path):
    """What is heard of it is over before its verdict, which waits for the sound."""
    held = meeting(tmp_path, "Mm-hm.")
    assert [each.lag_s for each in held.all(SoundLagged)][:1] == [pytest.approx(LAG_S, abs=0.11)]
    assert held.cut() == []
    assert "backchannel" in held.reports


def test_an_interruption_is_let_in(busy, tmp_path):
    """A second and a half of speech has the floor, as late as it is heard."""
    held = meeting(tmp_path, "Wait a moment please, I have a question about all of that.")
    assert held.cut() == ["tech"]
    assert "dana" in held.granted
