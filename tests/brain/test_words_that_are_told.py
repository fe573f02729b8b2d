"""Words of people as agents read them: late, beside a turn, typed, unsure; and who reads them at all."""

import pytest

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Attribute, Cue, Report
from trialogue.model.events import (
    EarHeard,
    EarReady,
    PlaybackFinished,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    TextTyped,
)
from trialogue.model.plan import InterruptRules
from trialogue.testing.casts import agent, observer, opening, person, plan, reply
from trialogue.testing.playbooks import Player


def table(*cast, **rules):
    """A meeting in which tech is heard from 1.1 s on, for eight seconds."""
    wanted = plan(*cast, **rules)
    player = Player(Brain(wanted), wakes=True)
    heard = [
        (0.0, EarReady("dana", 1)),
        *reply(1.0, "tech", 1, "One two three. Four five six.", length_s=8.0),
        (1.1, PlaybackStarted("tech", 1, 1, 1.1)),
    ]
    for at, event in (*opening(wanted), *heard):
        player.tell(at, event)
    return player


def cues(player, to):
    """All that an agent was told in cues, in one text each."""
    return [cue.text for cue in player.decided(Cue) if cue.to == to]


def goes_on(player, at, name, turn, number=1):
    """A turn of an agent's, of a second."""
    for when, event in reply(at, name, number, "Well.", length_s=1.0):
        player.tell(when, event)
    player.tell(at + 0.1, PlaybackStarted(name, turn, number, at + 0.1))
    player.tell(at + 1.1, PlaybackFinished(name, turn, number, at + 1.1, 1.0, "complete"))


ENDS = PlaybackFinished("tech", 1, 1, 9.1, 8.0, "complete")


def test_an_overlap_is_read_by_whoever_reads():
    """Agents by text read an overlap; its speaker, observers and agents by ear do not."""
    player = table(
        "tech",
        "biz",
        agent("law", by_ear=True),
        observer("watch"),
        person("dana"),
        interrupt=InterruptRules(overlap_s=5.0),
    )
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(5.2, SpeechStopped("dana", 5.0))
    player.tell(5.4, EarHeard("dana", 1, 1, "That is not how I know it.", 3.0, 5.0, "final"))
    player.tell(9.1, ENDS)
    goes_on(player, 10.0, "biz", 2)
    player.wait(30.0)
    assert ["That is not how I know it." in text for text in cues(player, "biz")] == [True]
    assert not any("That is not how I know it." in text for text in cues(player, "law"))
    assert cues(player, "watch") == cues(player, "dana") == []


def test_a_backchannel_is_read_by_nobody():
    """A backchannel of a person is in no agent's cue."""
    player = table("tech", "biz", person("dana"))
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    player.tell(3.9, EarHeard("dana", 1, 1, "Mm-hm.", 3.0, 3.5, "final"))
    player.tell(9.1, ENDS)
    assert not any("Mm-hm" in text for text in cues(player, "biz"))


def test_assent_without_words_is_unclear_and_noted():
    """A backchannel of which no words come is `(unclear)` after four seconds, once."""
    player = table("tech", "biz", person("dana"))
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.7, SpeechStopped("dana", 3.5))
    player.wait(9.0)
    assert player.decided(Attribute) == [
        Attribute("dana", 1, "(unclear)", is_certain=False, beside="backchannel", begin_s=3.0, end_s=3.5)
    ]
    assert [each.code for each in player.decided(Report)] == ["backchannel", "unclear"]


def test_words_that_come_late_are_read_all_the_same():
    """Words that come after their turn are read by agents as uncertain, once."""
    player = table("tech", "biz", person("dana"))
    player.tell(9.1, ENDS)
    goes_on(player, 9.5, "biz", 2)
    player.tell(10.9, SpeechStarted("dana", 10.8))
    player.tell(13.0, SpeechStopped("dana", 12.5))
    player.wait(17.8)
    assert player.decided(Attribute)[-1].text == "(unclear)"
    player.tell(18.0, EarHeard("dana", 1, 1, "It was me who said so.", 10.8, 12.5, "final"))
    assert player.decided(Attribute)[-1] == Attribute("dana", 3, "It was me who said so.", is_certain=False)
    goes_on(player, 18.5, "tech", 4, number=2)
    told = [text for text in cues(player, "biz") if "It was me who said so." in text]
    assert len(told) == 1
    assert "Dana (uncertain): It was me who said so." in told[0]


@pytest.mark.parametrize("by_ear", [False, True])
def test_typed_words_are_told_to_agents_that_hear_audio(by_ear):
    """Typed words are in the cue of an agent by ear, too, and take the time of reading."""
    player = table("tech", agent("biz", by_ear=by_ear), person("dana"))
    player.tell(5.0, TextTyped("dana", "Please be shorter from now on."))
    player.tell(9.1, ENDS)
    player.wait(10.6)
    assert player.decided(Attribute) == [
        Attribute("dana", 2, "Please be shorter from now on.", is_certain=True, begin_s=9.1, end_s=10.6)
    ]
    assert [cue.text.split("\n")[-2] for cue in player.decided(Cue) if cue.to == "biz"][-1] == (
        "Dana: Please be shorter from now on."
    )


def test_an_agent_that_was_cut_off_reads_what_it_could_not_hear():
    """An agent by ear reads the interruption that cut it off, which it did not hear."""
    player = table(agent("tech", by_ear=True), agent("biz", by_ear=True), person("dana"))
    player.tell(3.1, SpeechStarted("dana", 3.0))
    player.tell(3.8, EarHeard("dana", 1, 1, "Stop it here, please.", 3.0, 3.7, "final"))
    player.tell(4.0, SpeechStopped("dana", 3.8))
    player.wait(20.0)
    words = "Dana: Stop it here, please."
    assert not any(words in text for text in cues(player, "biz"))
    goes_on(player, 21.0, "biz", 3)
    player.wait(40.0)
    assert any(words in text for text in cues(player, "tech"))


def test_unsure_words_make_an_unsure_utterance():
    """Words that an ear had not settled by the turn's end are marked as uncertain in the transcript."""
    player = table("tech", "biz", person("dana"))
    player.tell(9.1, ENDS)
    goes_on(player, 9.5, "biz", 2)
    player.tell(10.9, SpeechStarted("dana", 10.8))
    player.tell(12.0, EarHeard("dana", 1, 1, "It was me who", 10.8, 11.9, "interim"))
    player.tell(13.0, SpeechStopped("dana", 12.5))
    player.wait(20.0)
    mine = [each for each in player.brain.utterances() if each.participant == "dana"]
    assert [(each.heard, each.is_certain) for each in mine] == [("It was me who", False)]
