"""People that have nothing to say are not waited for, and agents by ear are not told their own words."""

from __future__ import annotations

from attrs import evolve
from playbook import BIZ, GUEST, LAW, TECH, Table, plan

from trialogue.model.commands import Cue, GrantFloor, Prepare
from trialogue.model.events import FloorRequested, GrantAsked, SpeechStarted, SpeechStopped, Woke
from trialogue.model.participants import Hears
from trialogue.model.plan import FloorRules

TECH_EAR, LAW_EAR = (evolve(each, hears=Hears.AUDIO) for each in (TECH, LAW))


def under(policy, *cast, **more):
    """An open table under a policy."""
    table = Table(plan(*cast, floor=FloorRules(policy=policy, **more)))
    table.open()
    return table


def test_least_spoken_passes_over_people_without_a_request():
    """A person that was never heard has the lowest share, and is not granted ten seconds of silence."""
    table = under("least-spoken", TECH, BIZ, GUEST)
    for name in ("tech", "biz", "tech", "biz"):
        table.says(name)
    assert table.grants() == ["tech", "biz", "tech", "biz", "tech"]


def test_least_spoken_names_people_who_asked():
    """A hand that is up comes before a share."""
    table = under("least-spoken", TECH, BIZ, GUEST)
    table.at(0.5, FloorRequested("dana"))
    table.says("tech")
    assert table.grants() == ["tech", "dana"]


def test_a_table_of_people_who_ask_for_nothing_stays_free():
    """People alone talk freely: nobody is granted a turn of silence."""
    table = under("least-spoken", GUEST, evolve(GUEST, name="erin"), otherwise="least-spoken")
    assert table.grants() == []
    table.at(2, SpeechStarted("erin", 2.0))
    table.at(2.3, Woke("begin"))
    assert table.grants() == ["erin"]


def test_a_person_goes_on_by_speaking():
    """Under `free` a person who was heard last is not granted the floor again in silence."""
    table = under("free", TECH_EAR, LAW_EAR, GUEST, otherwise="least-spoken")
    table.at(0.1, SpeechStarted("dana", 0.1))
    table.at(0.4, Woke("begin"))
    table.at(2, SpeechStopped("dana", 2.0))
    table.at(3.2, Woke("hang"))
    answer = table.at(5.7, Woke("choose"))
    assert [each.to for each in answer if isinstance(each, GrantFloor)] == ["tech"]
    assert table.grants() == ["dana", "tech"]


def test_an_agent_by_ear_is_not_told_what_it_heard_or_said():
    """An agent by ear reads neither others' turns nor its own remark in a cue or a round."""
    for policy, order in (("scripted", Cue), ("parallel-collect", Prepare)):
        table = under(policy, TECH_EAR, LAW_EAR, BIZ, order=("tech", "biz", "law"))
        table.at(0, GrantAsked("tech"))
        table.says("tech", "A is dear.")
        table.begins("law", "I object to A.")
        table.at(table.now, GrantAsked("biz"))
        if table.meeting.holder == "tech":
            table.says("tech", "B is dear.")
        while table.meeting.holder == "biz":
            table.says("biz", "C is dear.")
        table.at(table.now, GrantAsked("law"))
        if table.meeting.holder == "law":
            table.at(table.now + 6, Woke(f"ear:{table.meeting.turn}"))
        told = [each.text for each in table.commands(order) if each.to == "law"]
        assert told, policy
        assert not any("dear" in text or "object" in text for text in told), (policy, told)
