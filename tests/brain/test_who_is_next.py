"""Who has the floor next."""

from attrs import evolve
from playbook import BIZ, EAR, GUEST, LAW, TECH, WATCH, Noted, Table, moderated, of, plan

from trialogue.model.commands import (
    Cue,
    Drop,
    EndMeeting,
    GrantFloor,
)
from trialogue.model.events import (
    FloorRequestCancelled,
    FloorRequested,
    GrantAsked,
    SayAsked,
    SessionFailed,
    SessionLost,
    SessionReady,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import FloorRules


def test_round_robin_goes_round():
    """Everybody speaks in the cast's order, again and again."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    for name in ("tech", "biz", "law", "tech"):
        assert table.meeting.holder == name
        table.says(name)


def test_round_robin_by_an_order():
    """The plan's order, with repetitions, is what goes round."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(order=("tech", "biz", "tech", "law"))))
    table.open()
    for name in ("tech", "biz", "tech", "law", "tech", "biz"):
        assert table.meeting.holder == name
        table.says(name)


def test_nobody_follows_on_itself():
    """A participant that the app asked out of order is not the next in order as well."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(0, GrantAsked("biz"))
    table.says("tech")
    table.says("biz")
    assert table.grants() == ["tech", "biz", "law"]


def test_a_script_is_gone_through_once():
    """A scripted order ends the meeting; absent speakers are skipped, and asked turns do not count."""
    floor = FloorRules(policy="scripted", order=("tech", "biz", "law", "tech"))
    table = Table(plan(TECH, BIZ, LAW, floor=floor))
    table.open()
    table.at(0, SessionFailed("law", "gone"))
    table.at(0, GrantAsked("biz"))
    table.says("tech")
    table.says("biz")
    table.says("biz")
    assert table.says("tech")[-1] == EndMeeting("order-done")
    assert table.grants() == ["tech", "biz", "biz", "tech"]


def test_a_script_whose_rest_is_away():
    """Under `scripted`, `otherwise` chooses while the rest of the order is away."""
    floor = FloorRules(policy="scripted", order=("tech", "biz"))
    table = Table(plan(TECH, BIZ, LAW, floor=floor))
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 1.0))
    table.says("tech")
    assert table.meeting.holder == "tech"
    table.at(2, SessionReady("biz", 2))
    table.says("tech")
    assert table.meeting.holder == "biz"


def test_the_chair_names_the_next():
    """Under `moderated` the last one that the chair's heard words name is next, and then the chair."""
    table = Table(moderated())
    table.open()
    table.says("mod", "Thanks, Tech. Money, what does it cost?")
    assert table.meeting.holder == "biz"
    table.says("biz")
    assert table.meeting.holder == "mod"


def test_the_chair_gives_the_floor_by_its_tool():
    """The chair's `give_floor` goes before a name in its words, and its question is in the cue."""
    table = Table(moderated())
    table.open()
    table.begins("mod", "Tech, please.")
    table.plays("mod")
    table.at(1, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "Biz", "about": "the price"}'))
    answer = table.ends("mod")
    assert of(answer, GrantFloor)[0].reason == "the chair gave it the floor"
    assert of(answer, Cue)[0].text.endswith('It is your turn. You are asked: "the price"')


def test_a_chair_that_names_nobody_is_waited_for():
    """A chair that names nobody is waited for `chair_timeout_s`; then `otherwise` chooses."""
    table = Table(moderated())
    table.open()
    assert of(table.says("mod", "Well, well."), GrantFloor) == []
    answer = table.at(8, Woke("choose"))
    assert answer[0] == Noted("chair-timeout", "mod")
    assert table.meeting.holder == "tech"
    table.says("tech")
    table.says("mod", "Well.")
    table.at(18, Woke("choose"))
    assert table.meeting.holder == "biz"


def test_a_chair_that_goes_on_is_heard():
    """A chair that goes on after its turn is heard, and the name in its remark decides."""
    table = Table(moderated(EAR, TECH))
    table.open()
    table.says("mod", "Well.")
    table.begins("mod", "Tech, then.")
    assert table.meeting.holder == "mod"
    table.plays("mod")
    table.ends("mod")
    assert table.meeting.holder == "tech"


def test_a_tool_call_ends_the_wait():
    """`give_floor` while the floor is free grants at once."""
    table = Table(moderated())
    table.open()
    table.says("mod", "Well.")
    table.at(3, ToolRequested("mod", 1, "c1", "give_floor", '{"to": "biz"}'))
    assert table.meeting.holder == "biz"


def test_a_named_one_that_is_away():
    """A chair that names an absent participant leaves the choice to `otherwise`."""
    table = Table(moderated())
    table.open()
    table.at(0, SessionLost("biz", 1, "gone", 9.0))
    table.says("mod", "Biz, please.")
    assert table.meeting.holder == "tech"


def test_a_silent_chair_leaves_it_to_otherwise():
    """A chair that named nobody is not called again before somebody was heard."""
    table = Table(moderated())
    table.open()
    table.at(20, Woke("think"))
    table.at(40, Woke("think"))
    table.at(60, Woke("think"))
    assert table.grants() == ["mod", "tech", "biz"]


def test_a_chair_is_told_who_kept_silent():
    """A chair's cue says who had the floor and said nothing."""
    table = Table(moderated(EAR, TECH, BIZ))
    table.open()
    table.says("mod", "Tech, please.")
    answer = table.at(30, Woke("think"))
    assert of(answer, Cue) == [Cue("mod", 3, "(Tech said nothing.)\nIt is your turn.")]


def test_a_chair_that_is_away():
    """Under `moderated`, `otherwise` chooses while the chair is away and where there is none."""
    table = Table(moderated())
    table.open()
    table.at(1, SessionLost("mod", 1, "gone", 9.0))
    assert table.meeting.holder == "tech"
    without = Table(moderated(TECH, BIZ))
    without.open()
    assert without.meeting.holder == "tech"


def test_the_app_asks_before_the_policy():
    """The app's request comes before the policy, and its question is in the digest."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(1, SessionLost("biz", 1, "gone", 9.0))
    table.at(1, GrantAsked("biz"))
    table.at(1, GrantAsked("law", "the law"))
    assert of(table.says("tech"), GrantFloor)[0].to == "law"
    table.at(3, SessionReady("biz", 2))
    assert of(table.says("law"), GrantFloor)[0].to == "biz"


def test_who_cannot_have_the_floor():
    """Observers and the failed are not queued; nobody puts words into a person's mouth."""
    table = Table(plan(TECH, BIZ, WATCH, GUEST))
    table.open()
    table.at(1, SessionFailed("biz", "gone"))
    for name in ("watch", "biz"):
        table.at(1, GrantAsked(name))
        table.at(1, SayAsked(name, "Hello."))
        table.at(1, FloorRequested(name))
    assert table.reports() == ["participant-failed"] + ["stale"] * 6
    table.at(1, SayAsked("dana", "Hello."))
    assert table.reports()[-1] == "stale"
    assert table.meeting.floor_view.queue == ()


def test_raised_hands():
    """Hands wait by priority and then by time, and can be taken down."""
    table = Table(plan(TECH, BIZ, LAW))
    table.open()
    table.at(1, FloorRequested("biz"))
    table.at(1, FloorRequested("law", 9))
    view = table.meeting.floor_view
    assert [(waiting.participant, waiting.priority) for waiting in view.queue] == [("law", 2), ("biz", 0)]
    assert not view.is_prepared("law")
    table.at(1, FloorRequestCancelled("law"))
    table.at(1, FloorRequestCancelled("law"))
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["biz"]
    assert table.reports() == ["stale"]


def test_a_raised_hand_outlives_its_remark():
    """A denied remark does not take a hand down."""
    ear = evolve(LAW, hears=EAR.hears)
    table = Table(plan(TECH, BIZ, ear, floor=FloorRules(policy="addressed")))
    table.open()
    table.at(0, FloorRequested("law"))
    table.begins("tech", "Biz, please.")
    table.begins("law", "")
    table.plays("tech")
    assert of(table.ends("tech"), Drop) == [Drop("law", 1, "denied")]
    assert [waiting.participant for waiting in table.meeting.floor_view.queue] == ["law"]


def test_shares_can_be_seen():
    """A policy sees who spoke for how long, and a number drawn for the turn."""
    table = Table(plan(TECH, BIZ, seed=7))
    table.open()
    first = table.meeting.floor_view
    table.says("tech", length=2.5)
    view = table.meeting.floor_view
    assert (view.spoken_s("tech"), view.spoken_s("biz")) == (2.5, 0)
    assert 0 <= view.draw < 1
    assert view.draw != first.draw
