"""The drawing of a meeting, by what no meeting of the policies has: a turn that is cut off."""

import sys
from xml.etree import ElementTree as ET

from docs_blocks import DOCS

from trialogue.model.commands import EndTurn, GrantFloor
from trialogue.model.events import MeetingStarted, PlaybackFinished, PlaybackStarted
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record

sys.path.insert(0, str(DOCS))
from timeline import draw

PLAN = MeetingPlan("cut", (Participant("ada"), Participant("bob")))


def records(cause):
    """Ada is heard for two seconds, and her turn ends for this cause."""
    return [
        Record(1, 0.0, MeetingStarted(), (GrantFloor("ada", 1, "a < b", 90.0),)),
        Record(2, 0.0, PlaybackStarted("ada", 1, 1, 0.0), ()),
        Record(3, 2.0, PlaybackFinished("ada", 1, 1, 2.0, 2.0, "cut"), (EndTurn("ada", 1, cause),)),
    ]


def test_a_turn_that_is_cut_off_is_marked():
    """The mark is at its end, and the legend says what it is; a finished turn has neither."""
    assert draw("Cut", PLAN, records("interrupted")).count('class="cut"') == 2
    assert draw("Cut", PLAN, records("finished")).count('class="cut"') == 0


def test_the_picture_says_in_words_what_it_shows():
    """It has a title and a description, and is well-formed whatever the words are."""
    root = ET.fromstring(draw("Ada & Bob", PLAN, records("interrupted")))
    texts = {part.get("id"): part.text for part in root if part.get("id")}
    assert texts == {"title": "Ada & Bob", "desc": "Turn 1: Ada, 0.0 to 2.0 s, a < b; interrupted."}
