"""Each policy's rule, as meetings show it."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, CHAIR, GUEST, LAW, TECH, Table, of, plan

from trialogue.brain.floor.view import Next, Nobody, Wait
from trialogue.model.commands import Cue, Drop, EndMeeting, EndTurn, GrantFloor, Play, Prepare
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    ReplySent,
    ReplyStarted,
    SentenceSaid,
    SessionFailed,
    SessionLost,
    SpeechStarted,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Hears
from trialogue.model.plan import AgendaItem, FloorRules, Interrupters, InterruptRules, Said

EARS = tuple(evolve(p, hears=Hears.AUDIO) for p in (TECH, BIZ, LAW))


def under(policy, *cast, otherwise="round-robin", **more):
    """An open meeting of this cast, by this policy."""
    floor = FloorRules(policy=policy, otherwise=otherwise, **more.pop("floor", {}))
    table = Table(plan(*(cast or (TECH, BIZ, LAW)), floor=floor, **more))
    table.open()
    return table


def calls(table, name, tool, arguments):
    """An agent calls one of the floor's tools: what it is answered."""
    number = len(table.log)
    answer = table.at(table.now, ToolRequested(name, 1, f"c{number}", tool, arguments))
    return next(command.content for command in answer if hasattr(command, "content"))


def test_addressed_who_is_named_in_the_last_sentence_speaks():
    """Under `addressed` the last sentence names the next speaker, or else `otherwise` decides."""
    table = under("addressed")
    table.says("tech", "Biz knows. But Law, what do you think?")
    assert table.meeting.holder == "law"
    table.says("law", "Biz was right. I think so too.")
    assert table.meeting.holder == "biz"
    assert [grant.reason for grant in table.commands(GrantFloor)] == [
        "next in order",
        "named in the last sentence",
        "next in order",
    ]


def test_addressed_nobody_is_named_twice_by_the_same_words():
    """Under `addressed` one who was named and kept silent, or is away, is not named by the same words."""
    table = under("addressed")
    table.says("tech", "Law, please.")
    table.at(30, Woke("think"))
    assert table.meeting.holder == "biz"
    table.at(31, SessionLost("law", 1, "1006", 1.0))
    table.now = 31
    table.says("biz", "Law, please.")
    assert table.meeting.holder == "tech"


def test_hand_off_the_speaker_names_the_next():
    """The holder's tool names the next speaker; its words alone do not."""
    table = under("hand-off")
    assert calls(table, "biz", "hand_off", '{"to": "law"}') == "Refused: you do not have the floor."
    assert (
        calls(table, "tech", "hand_off", '{"to": "Law", "about": "the risk"}')
        == "Law has the floor after you."
    )
    answer = table.says("tech", "Biz, you are next.")
    assert of(answer, Cue)[0].text.endswith('It is your turn. You are asked: "the risk"')
    assert table.meeting.holder == "law"
    table.says("law", "Biz, you are next.")
    assert table.meeting.holder == "biz"


def test_hand_off_to_nobody():
    """A hand-off to an unknown or absent participant is refused, and one to who leaves is passed over."""
    table = under("hand-off")
    assert calls(table, "tech", "hand_off", "{}").startswith("Nobody of that name")
    assert calls(table, "tech", "hand_off", '{"to": "law"}').startswith("Law has")
    table.at(1, SessionFailed("law", "401"))
    table.now = 1
    assert calls(table, "tech", "hand_off", '{"to": "law"}') == "Law is away. Name somebody else."
    table.says("tech")
    assert table.meeting.holder == "biz"


def test_queue_hands_by_priority_then_first_come():
    """`queue` grants hands by priority, then in order, whoever has raised them."""
    table = under("queue", TECH, BIZ, LAW, GUEST)
    assert calls(table, "biz", "request_floor", '{"priority": "low"}') == "Your hand is up."
    assert calls(table, "law", "request_floor", "{}") == "Your hand is up."
    table.at(1, FloorRequested("dana", 1))
    table.now = 1
    table.says("tech")
    assert table.meeting.holder == "dana"
    table.at(20, Woke("think"))
    assert table.meeting.holder == "law"
    table.now = 20
    table.says("law")
    assert table.meeting.holder == "biz"


def test_auction_the_most_urgent_bid_wins():
    """Under `auction` the highest bid wins, up to a bound, also one made in the bidder's own turn."""
    table = under("auction")
    assert table.meeting.holder is None
    table.at(1.5, Woke("choose"))
    assert table.meeting.holder == "tech"
    table.now = 1.5
    calls(table, "law", "bid", '{"urgency": 3}')
    calls(table, "biz", "bid", '{"urgency": 8, "about": "money"}')
    calls(table, "tech", "bid", '{"urgency": 99}')
    answer = table.says("tech")
    grant = of(answer, GrantFloor)[0]
    assert (grant.to, grant.reason) == ("tech", "the best of 3 bids: 10")
    answer = table.says("tech")
    assert table.meeting.holder is None
    answer = table.at(table.now + 1.5, Woke("choose"))
    assert of(answer, GrantFloor)[0].to == "biz"
    assert of(answer, Cue)[0].text.endswith('You are asked: "money"')


def test_auction_ties_go_to_the_least_spoken():
    """Among equal bids and equal shares, the first bid wins."""
    table = under("auction")
    table.at(1.5, Woke("choose"))
    table.now = 1.5
    for name in ("tech", "law", "biz"):
        table.at(table.now, FloorRequested(name))
    table.says("tech")
    assert table.grants() == ["tech", "law"]
    table.says("law")
    table.at(table.now + 1.5, Woke("choose"))
    assert table.grants() == ["tech", "law", "biz"]


def test_least_spoken_the_lowest_share_speaks():
    """The participant with the lowest share is next, unless it has just spoken."""
    table = under("least-spoken")
    table.says("tech", length=2.0)
    table.says("biz", length=9.0)
    table.says("law", length=4.0)
    assert table.meeting.holder == "tech"
    table.says("tech", length=1.0)
    assert table.meeting.holder == "law"
    assert table.meeting.floor_view.share("biz") == 9 / 16


def test_agenda_the_owner_opens_its_point():
    """A point's owner speaks first, and then the others, unless the owner asks again."""
    items = (AgendaItem("one", "One", "law", done_when=Said("done")), AgendaItem("two", "Two"))
    table = under("agenda", agenda=items)
    assert table.grants() == ["law"]
    table.says("law")
    assert table.meeting.holder == "tech"
    table.at(table.now, FloorRequested("law"))
    table.says("tech")
    assert table.meeting.holder == "law"
    table.at(table.now, FloorRequested("law"))
    table.says("law", "This is done.")
    assert table.meeting.item == items[1]
    assert table.meeting.holder == "biz"


def test_agenda_an_owner_that_is_away_is_not_waited_for():
    """A point is discussed by the others while its owner has no session."""
    table = Table(
        plan(TECH, BIZ, floor=FloorRules(policy="agenda"), agenda=(AgendaItem("one", "One", "biz"),))
    )
    table.open()
    table.at(1, SessionLost("biz", 1, "1006", 9.0))
    assert table.meeting.holder == "tech"


def test_random_draws_are_the_seeds():
    """Under `random` equal seeds choose the same speakers, and nobody speaks twice in a row."""

    def drawn(seed):
        table = under("random", seed=seed)
        for _ in range(12):
            table.says(table.meeting.holder)
        return table.grants()

    assert drawn(1) == drawn(1) != drawn(2)
    assert all(a != b for a, b in zip(drawn(1), drawn(1)[1:], strict=False))
    assert set(drawn(1)) == {"tech", "biz", "law"}


def test_parallel_collect_all_prepare_at_once():
    """Under `parallel-collect` all prepare at once, are heard in order, and then read each other."""
    table = Table(plan(TECH, BIZ, LAW, floor=FloorRules(policy="parallel-collect")))
    asked = table.open()
    assert of(asked, Prepare) == [Prepare(name, "It is your turn.") for name in ("tech", "biz", "law")]
    assert table.begins("law", "Law speaks.") == []
    assert table.begins("biz", "Biz speaks.") == []
    assert of(table.begins("tech", "Tech speaks."), Play, Cue) == [Play("tech", 1, 1)]
    table.plays("tech")
    assert of(table.ends("tech"), Play, Cue) == [Play("biz", 1, 2)]
    table.plays("biz")
    assert of(table.ends("biz"), Play, Cue) == [Play("law", 1, 3)]
    table.plays("law")
    again = of(table.ends("law"), Prepare)
    assert [prepare.to for prepare in again] == ["tech", "biz", "law"]
    assert again[1].text == "Tech: Tech speaks.\nLaw: Law speaks.\nIt is your turn."


def test_parallel_collect_waits_for_nobody_for_ever():
    """Under `parallel-collect` one who is late is left out; if all are, `otherwise` decides."""
    table = under("parallel-collect")
    table.begins("law", "Law speaks.")
    answer = table.at(20, Woke("choose"))
    assert of(answer, Play) == [Play("law", 1, 1)]
    silent = under("parallel-collect")
    assert of(silent.at(20, Woke("choose")), GrantFloor)[0].to == "tech"


# --- free -------------------------------------------------------------------------------------------------


def test_free_the_current_selects_the_next():
    """Under `free` the speaker chooses the next one, by name or by handing over."""
    table = under("free", *EARS)
    table.at(1.0, GrantAsked("tech"))
    table.now = 1.0
    table.says("tech", "Law, what do you say?")
    assert table.meeting.holder == "law"


def test_free_the_first_to_start_speaks():
    """Under `free` the first to start has the floor after a moment, and others who started are next."""
    table = under("free", *EARS)
    table.at(1.0, ReplyStarted("biz", 1))
    assert table.meeting.holder is None
    table.at(1.2, ReplyStarted("law", 1))
    table.at(1.2, SentenceSaid("law", 1, "My remark.", 0.0))
    answer = table.at(1.3, Woke("choose"))
    assert of(answer, GrantFloor, Drop) == [
        Drop("law", 1, "denied"),
        GrantFloor("biz", 1, "the first to start", 91.3),
    ]
    assert table.reports() == ["collision"]
    waiting = table.meeting.floor_view.queue[0]
    assert (waiting.participant, waiting.priority, waiting.is_prepared) == ("law", 1, False)
    table.at(1.3, SentenceSaid("biz", 1, "Well.", 0.0))
    table.at(1.3, ReplySent("biz", 1, 2.0))
    table._reply["biz"] = 1
    table.now = 1.3
    table.plays("biz")
    table.ends("biz")
    table.at(table.now + 0.3, Woke("choose"))
    assert table.meeting.holder == "law"


def test_free_a_chair_that_starts_with_others_goes_first():
    """The chair goes first of several who start at once, then higher priority, then the first."""
    table = under("free", *EARS[:2], evolve(CHAIR, hears=Hears.AUDIO))
    table.at(1.0, ReplyStarted("biz", 1))
    table.at(1.2, ReplyStarted("mod", 1))
    table.at(1.3, Woke("choose"))
    assert table.meeting.holder == "mod"


def test_free_the_current_may_go_on():
    """Under `free` the speaker may go on once if nobody else starts, and then `otherwise` decides."""
    table = under("free", *EARS, otherwise="scripted")
    table.at(1.0, GrantAsked("tech"))
    table.now = 1.0
    table.says("tech")
    assert table.meeting.holder is None
    answer = table.at(table.now + 2.5, Woke("choose"))
    assert of(answer, GrantFloor)[0].reason == "nobody else starts: the speaker may go on"
    table.says("tech")
    answer = table.at(table.now + 2.5, Woke("choose"))
    assert of(answer, EndMeeting) == [EndMeeting("order-done")]


def test_free_an_agent_that_is_addressed_may_cut_in():
    """Under `free` an agent that is named in the current sentence interrupts only if the rules allow it."""
    for may, holder in ((Interrupters.WHEN_ADDRESSED, "law"), (Interrupters.NEVER, "tech")):
        table = under("free", *EARS, floor={"interrupt": InterruptRules(agents=may)})
        table.at(1.0, GrantAsked("tech"))
        table.now = 1.0
        table.begins("tech", "Nobody. Law, you would know best what all of this could mean.", 10.0)
        table.plays("tech")
        table.at(7.0, ReplyStarted("law", 1))
        assert table.meeting.holder == holder
        assert ("interruption" in table.reports()) is (holder == "law")


@pytest.mark.parametrize(
    ("policy", "law", "said", "before"),
    [
        ("round-robin", Hears.AUDIO, "Law, you would know best what it means.", None),
        ("free", Hears.TEXT, "Law, you would know best what it means.", None),
        ("free", Hears.AUDIO, "Law, you know. But then all of us know what it means.", None),
        ("free", Hears.AUDIO, "Biz, you would know best what it means.", None),
        ("free", Hears.AUDIO, "Law, you would know best what it means.", SpeechStarted("dana", 6.9)),
    ],
)
def test_nobody_else_cuts_in(policy, law, said, before):
    """Under `free` only an agent by ear that is addressed in the sentence cuts in, and beside nobody else."""
    table = under(policy, *EARS[:2], evolve(LAW, hears=law), GUEST)
    table.at(1.0, GrantAsked("tech"))
    table.now = 1.0
    holder = table.meeting.holder
    table.begins(holder, said, 10.0)
    table.plays(holder)
    if before is not None:
        table.at(6.95, before)
    table.at(7.0, ReplyStarted("law", 1))
    assert "interruption" not in table.reports()
    assert table.meeting.holder == holder


def test_free_who_was_asked_does_not_start_once_more():
    """Under `free` a holder's second reply beside its own turn is dropped, and asks for no floor."""
    table = under("free", *EARS)
    table.at(1.0, GrantAsked("tech"))
    table.now = 1.0
    table.begins("tech", "My answer.", 5.0)
    table.plays("tech")
    assert of(table.at(2.0, ReplyStarted("tech", 2)), Drop) == [Drop("tech", 2, "denied")]
    assert table.meeting.floor_view.queue == ()


# --- what they share --------------------------------------------------------------------------------------


def test_the_chair_may_always_interrupt():
    """The chair's request with the highest priority cuts the current turn."""
    table = under("round-robin", CHAIR, TECH)
    table.says("mod")
    table.begins("tech", "A long story.", 30.0)
    table.plays("tech")
    assert calls(table, "mod", "request_floor", '{"priority": "highest"}') == "You have the floor."
    assert table.meeting.holder == "mod"
    assert calls(table, "tech", "request_floor", '{"priority": 9}') == "Your hand is up."
    assert table.meeting.holder == "mod"


def test_observers_have_no_hands():
    """A request of an observer for the floor is refused: it only listens."""
    from playbook import WATCH

    table = under("queue", TECH, WATCH)
    assert calls(table, "watch", "bid", "nonsense") == "Refused: you are here to listen."


@pytest.mark.parametrize("decision", [Next("nobody", "?"), Wait(0.0, "?"), Nobody("?")])
def test_a_custom_policy_is_asked_by_its_name(decision):
    """A custom policy that names nobody usable leaves the choice to `otherwise`."""
    from trialogue.brain.meeting import Brain
    from trialogue.model.events import MeetingStarted, SessionReady

    class Odd:
        def choose(self, view, /):
            return decision

    odd = plan(TECH, BIZ, floor=FloorRules(policy="my.own:odd"))
    meeting = Brain(odd, {"my.own:odd": Odd()})
    meeting.handle(MeetingStarted(), 0.0)
    for name in ("tech", "biz"):
        meeting.handle(SessionReady(name, 1), 0.0)
    assert meeting.holder == "tech"


def test_recency_names_who_spoke_before():
    """Under `recency` the last two speakers alternate until a hand goes up, which then takes part."""
    table = under("recency")
    for name in ("tech", "biz", "tech"):
        assert table.meeting.holder == name
        table.says(name)
    table.at(table.now, FloorRequested("law"))
    for name in ("biz", "law", "biz", "law"):
        assert table.meeting.holder == name
        table.says(name)


def test_an_agent_that_prepares_already_is_not_cued_when_it_is_granted():
    """An agent that prepares when the app grants it the floor says that, without a cue."""
    table = under("parallel-collect", TECH, BIZ)
    for name in ("biz", "tech"):
        table.at(table.now + 0.5, GrantAsked(name))
        assert table.meeting.holder == name
        table.says(name)
    assert table.commands(Cue) == []
    assert [(end.participant, end.cause) for end in table.commands(EndTurn)] == [
        ("biz", "finished"),
        ("tech", "finished"),
    ]
