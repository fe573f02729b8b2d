"""Livelocks, politeness loops and deputies of dead chairs."""

import pytest
from playbook import BIZ, CHAIR, EAR, GUEST, LAW, TECH, Noted, Table, moderated, of, opened, plan

from trialogue.model.commands import Cue, EndMeeting, GrantFloor, Report
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    SessionFailed,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import AgendaItem, FloorRules

HANDS = FloorRules(policy="queue", otherwise="queue")


@pytest.mark.parametrize(("raised", "waited"), [(2.0, True), (2.5, False)])
def test_a_participant_who_has_waited_since_the_first_of_six_turns_comes_in(raised, waited):
    """Two who only answer each other cannot keep a third waiting for more than six turns."""
    table = opened(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue"))
    table.at(0, GrantAsked("tech"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        table.begins(name, f"At {table.now:.0f}: what of it, {other}?")
        table.plays(name)
        if table.meeting.turn == (1 if raised == 2.0 else 2):
            table.at(raised, FloorRequested("law"))
            table.now = 2.0 * (table.meeting.turn - 1)
        table.ends(name)
    assert ("livelock" in table.reports()) is waited


def test_the_chair_breaks_a_loop_though_another_is_next():
    """A politeness loop gives the floor to the chair, by ear or not, with a cue to go on or end."""
    rules = FloorRules(order=("tech", "biz", "mod"))
    table = opened(EAR, TECH, BIZ, floor=rules)
    table.at(0, GrantAsked("biz"))
    for text in ("Well.", "Thank you.", "Bye.", "Bye bye.", "Goodbye."):
        assert table.reports() == []
        table.says(table.meeting.holder, text)
    assert (table.reports(), table.meeting.holder) == (["politeness-loop"], "mod")
    assert of(table.log[-1][2], Cue)[0].text.endswith("Go on to something else, or end the meeting.")


def test_an_agent_is_deputy_before_a_person():
    """A person who may not want to chair is made deputy only where no agent is left."""
    table = opened(CHAIR, GUEST, TECH, floor=FloorRules(policy="moderated"))
    table.at(1, SessionFailed("mod", "401"))
    assert (table.meeting.floor_view.chair, table.reports()) == ("tech", ["participant-failed", "chair-dead"])


def test_a_chair_that_passes_is_not_dead():
    """A chair that answers its cues with nothing to say is not replaced by a deputy."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    for _ in range(4):
        while table.meeting.holder != "mod":
            table.says(table.meeting.holder, f"At {table.now:.0f}.")
        table.begins("mod", "", 0.0)
    assert "chair-dead" not in table.reports()


@pytest.mark.parametrize("policy", ["addressed", "free", "hand-off"])
def test_three_that_name_each_other_let_a_hand_in(policy):
    """Speakers who only name one another cannot keep a hand waiting for more than six turns."""
    table = opened(TECH, BIZ, LAW, GUEST, floor=FloorRules(policy=policy, otherwise="queue"))
    table.at(0, GrantAsked("tech"))
    table.at(0, FloorRequested("dana"))
    turns = (("tech", "biz"), ("biz", "law"), ("law", "tech")) * 2
    for number, (name, other) in enumerate(turns):
        assert table.meeting.holder == name
        table.begins(name, f"At {table.now:.0f}: what of it, {other}?")
        table.at(table.now, ToolRequested(name, 1, f"c{number}", "hand_off", f'{{"to": "{other}"}}'))
        table.plays(name)
        table.ends(name)
    assert table.meeting.holder == "dana"
    assert table.reports() == ["livelock"]


def test_a_chair_that_names_several_by_turns_breaks_no_circle():
    """A chair that names two speakers by turns makes no livelock, though a hand is up."""
    table = opened(CHAIR, TECH, BIZ, GUEST, floor=FloorRules(policy="moderated"))
    table.at(0, FloorRequested("dana"))
    for other in ("Tech", "Biz") * 3:
        table.says("mod", f"At {table.now:.0f}: what of it, {other}?")
        table.says(other.lower(), f"At {table.now:.0f}.")
    assert "livelock" not in table.reports()


def loops(first, second, cast=(TECH, BIZ)):
    """What is reported where two say these by turns, twice."""
    table = Table(plan(*cast))
    table.open()
    for text in (first, second, first, second):
        table.says(table.meeting.holder, text)
    return table.reports()


def test_four_words_are_enough_to_be_alike():
    """Turns make a loop if they have four words and share four fifths of them, and not with three words."""
    assert loops("Look into this matter.", "look into THIS matter") == ["politeness-loop"]
    assert loops("Look into this.", "look into THIS") == []
    assert loops("a b c d e", "a b c d") == ["politeness-loop"]
    assert loops("a b c d e", "a b c d f") == []


def test_twelve_words_may_be_a_closing():
    """A remark of twelve words can be a closing of a politeness loop, and one of thirteen cannot."""
    twelve = "Thank you, {} one two three four five six seven eight nine"
    assert loops(twelve.format("Tech"), "Bye.") == ["politeness-loop"]
    assert loops(twelve.format("Tech") + " ten", "Bye.") == []


def test_a_loop_is_four_turns_long():
    """A politeness loop is reported at the fourth closing remark, and not at the third."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for text in ("So it is decided.", "Thank you.", "Thank you too.", "Bye."):
        table.says(table.meeting.holder, text)
    assert table.reports() == []
    table.says(table.meeting.holder, "Bye bye.")
    assert table.reports() == ["politeness-loop"]


def test_a_loop_is_counted_once():
    """A politeness loop is reported once, and again only after four more closing remarks."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for _ in range(7):
        table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"]
    table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"] * 2


def test_two_who_speak_by_turns_let_the_third_in():
    """Livelock: after six turns of A and B, C, whose hand is up, has the floor."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue")))
    table.open()
    table.at(0, GrantAsked("tech"))
    table.at(0, FloorRequested("law"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        assert table.meeting.holder == name
        table.says(name, f"At {table.now:.0f}: what of it, {other}?")
    assert table.meeting.holder == "law"
    assert [r for r in table.commands(Report) if r.code == "livelock"] == [
        Noted("livelock", "law", "biz", "tech")
    ]


def test_a_participant_who_does_not_wait_long_breaks_nothing():
    """A hand that went up in the middle waits for its turn."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="addressed", otherwise="queue")))
    table.open()
    table.at(0, GrantAsked("tech"))
    for name, other in (("tech", "Biz"), ("biz", "Tech")) * 3:
        if table.now == 6.0:
            table.at(table.now, FloorRequested("law"))
        table.says(name, f"At {table.now:.0f}: what of it, {other}?")
    assert table.meeting.holder == "tech"
    assert "livelock" not in table.reports()


def test_closings_without_end_end_the_meeting():
    """A first politeness loop asks the chair to go on, and a second one ends the meeting."""
    table = Table(moderated(CHAIR, TECH))
    table.open()
    for text in ("Thank you. Tech?", "Thank you too!", "Goodbye. Tech?", "Bye! Have a nice day."):
        table.says(table.meeting.holder, text)
    assert table.reports() == ["politeness-loop"]
    assert table.commands(Cue)[-1].text.endswith("Go on to something else, or end the meeting.")
    for text in ("Thank you. Tech?", "Thank you too!", "Goodbye. Tech?"):
        table.says(table.meeting.holder, text)
    assert of(table.says(table.meeting.holder, "Take care."), EndMeeting) == [EndMeeting("politeness-loop")]


def test_the_same_words_again_and_again():
    """Near-identical turns of two are a loop; of one alone, or of few words, they are none."""
    same = "We should look into this matter more closely"
    table = Table(plan(TECH, BIZ))
    table.open()
    for index in range(4):
        table.says(table.meeting.holder, f"{same}{'!' * index}")
    assert table.reports() == ["politeness-loop"]
    short = Table(plan(TECH, BIZ))
    short.open()
    for _ in range(8):
        short.says(short.meeting.holder, "So be it.")
    assert short.reports() == []
    alone = Table(plan(TECH))
    alone.open()
    for _ in range(6):
        alone.says("tech", same)
    assert alone.reports() == []


def test_long_thanks_are_no_closing():
    """Thanks beside new content are not taken for a politeness loop."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for index in range(6):
        said = " ".join(f"w{index}{n}" for n in range(12))
        table.says(table.meeting.holder, f"Thank you. {said}")
    assert table.reports() == []


def test_a_chair_that_is_gone_has_a_deputy():
    """A chair that failed is replaced by the next of the cast, who gets the floor between turns as it did."""
    table = Table(moderated(CHAIR, TECH, BIZ, LAW))
    table.open()
    table.says("mod", "Biz?")
    table.at(table.now, SessionFailed("mod", "401"))
    table.says("biz")
    assert [r.participant for r in table.commands(Report) if r.code == "chair-dead"] == ["tech"]
    assert table.meeting.holder == "tech"
    table.says("tech", "Law, please.")
    assert table.meeting.holder == "law"
    table.says("law")
    assert table.meeting.holder == "tech"


def test_a_chair_that_never_answers_has_a_deputy():
    """A chair that keeps silent for three of its turns in a row is replaced by a deputy."""
    table = Table(moderated(CHAIR, TECH, BIZ))
    table.open()
    for _ in range(3):
        assert table.meeting.holder == "mod"
        table.now += 20
        table.at(table.now, Woke(f"think:{table.meeting.turn}"))
        if "chair-dead" not in table.reports():
            table.says(table.meeting.holder)
    assert [r.participant for r in table.commands(Report) if r.code == "chair-dead"] == ["tech"]
    assert table.meeting.floor_view.chair == "tech"


def test_without_a_chair_everybody_is_told():
    """Where nobody can break a loop, every agent reads of it in its next digest."""
    table = Table(plan(TECH, BIZ, agenda=(AgendaItem("one", "One", time_s=60.0, warn_s=10.0),)))
    table.open()
    table.says("tech", length=19.0)
    table.says("biz", length=19.0)
    table.begins("tech", length=19.0)
    table.plays("tech")
    table.at(50, Woke("box"))
    table.now = 38
    assert "Note: 10 seconds are left for this point: One." in of(table.ends("tech", 19.0), Cue)[0].text


def test_a_chair_by_ear_can_be_the_one_that_is_dead():
    """A failed chair that heard audio can have a deputy that reads text."""
    table = Table(moderated(EAR, TECH, BIZ))
    table.open()
    table.at(1, SessionFailed("mod", "401"))
    assert of(table.log[-1][2], GrantFloor)[0].to == "tech"
