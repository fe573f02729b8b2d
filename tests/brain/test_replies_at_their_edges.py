"""Replies of agents at their edges: too soon, empty, failed, cut before their sound."""

import pytest
from attrs import evolve
from playbook import BIZ, TECH, opened, passes

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, Play, Prepare, Report
from trialogue.model.events import (
    FloorRequested,
    GrantAsked,
    LineTaken,
    PlaybackFinished,
    PlaybackStarted,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    RevokeAsked,
    WordsHeard,
)
from trialogue.model.participants import Hears
from trialogue.model.plan import FloorRules
from trialogue.testing.casts import agent, chair, opening, person, plan, played, reply
from trialogue.testing.playbooks import Player

YOUR_TURN = "It is your turn."
UNHEARD = ["1 remark of yours was not heard.", "You were cut off."]


def begun(*cast, **rules):
    """An open meeting whose timers run by themselves."""
    made = plan(*cast, **rules)
    player = Player(Brain(made), wakes=True)
    for at, event in opening(made):
        player.tell(at, event)
    return player


def tell(player, *book):
    """All of these events; what is decided on the last."""
    decided = []
    for at, event in book:
        decided = player.tell(at, event)
    return decided


def heard(player, at, by, number, turn, prompt=0, text="Well."):
    """A reply of two seconds that answers this prompt is heard."""
    said = reply(at, by, number, text)[1:]
    began = (at, ReplyStarted(by, number, prompt))
    return tell(player, began, *said, *played(at + 0.1, by, number, turn=turn))


def of(decided, *kinds):
    return [each for each in decided if isinstance(each, kinds)]


def prompted(player, kind, to):
    """The number of the last prompt of this kind for somebody."""
    return [each.prompt for each in player.decided(kind) if each.to == to][-1]


def test_a_person_makes_no_replies():
    """A reply of a person is noted as stale, and asks for no floor."""
    player = begun("tech", person("dana"))
    for event in (ReplyStarted("dana", 1), ReplySent("dana", 1, 2.0), PlaybackStarted("dana", 1, 1, 1.0)):
        assert [each.code for each in player.tell(1.0, event)] == ["stale"]
    assert player.brain.floor_view.queue == ()


def test_an_unprompted_reply_of_an_agent_by_text_is_no_answer():
    """A remark that names no prompt does not use up the cue, which is answered later."""
    player = begun("tech", "biz")
    tell(
        player, (1.0, ReplyStarted("tech", 1, prompted(player, Cue, "tech"))), *played(1.1, "tech", 1, turn=1)
    )
    tell(player, (3.2, ReplyStarted("biz", 1, prompted(player, Cue, "biz"))), *played(3.3, "biz", 1, turn=2))
    assert of(player.tell(5.4, ReplyStarted("tech", 2)), Drop, Play) == [Drop("tech", 2, "denied")]
    answer = player.tell(5.6, ReplyStarted("tech", 3, prompted(player, Cue, "tech")))
    assert of(answer, Drop, Play) == [Play("tech", 3, 3)]


def test_a_line_that_comes_too_soon_is_cued_anew_three_times_at_most():
    """A scripted agent that keeps answering too soon does not keep its turn for ever."""
    player = begun(agent("tech", by_ear=True), agent("biz", by_ear=True), policy="free")
    player.tell(0.5, GrantAsked("tech", "the price"))

    def says(number, prompt=0):
        player.tell(1.0, LineTaken("tech", number, number))
        return of(player.tell(1.0, ReplyStarted("tech", number, prompt)), Drop, Cue, Play)

    assert says(1) == [Play("tech", 1, 1)]
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    for own, answer in ((2, 3), (4, 5), (6, 7)):
        assert says(own) == [Drop("tech", own, "denied")]
        dropped, cue = says(answer, prompted(player, Cue, "tech"))
        assert dropped == Drop("tech", answer, "denied")
        assert "2 remarks of yours were not heard." in cue.text
    assert says(8) == [Drop("tech", 8, "denied")]
    assert says(9, prompted(player, Cue, "tech")) == []
    ended = player.tell(3.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "complete"))
    assert of(ended, Play) == [Play("tech", 9, 1)]


def test_a_prepared_line_is_heard_as_it_was_prepared():
    """A line that an agent prepared is played at its grant, and neither dropped nor asked for again."""
    player = begun("tech", "biz", policy="parallel-collect")
    asked = {name: prompted(player, Prepare, name) for name in ("tech", "biz")}
    tell(player, (1.0, LineTaken("tech", 1, 0)), (1.0, ReplyStarted("tech", 1, asked["tech"])))
    decided = player.tell(1.5, ReplyStarted("biz", 1, asked["biz"]))
    assert of(decided, Play) == [Play("tech", 1, 1)]
    assert player.decided(Drop) == []
    assert player.decided(Cue) == []


def test_an_agent_that_is_addressed_cuts_in_by_itself():
    """Under `free` an agent by ear interrupts when it is named in the sentence that is heard."""
    player = begun(agent("tech", by_ear=True), agent("biz", by_ear=True), policy="free")
    tell(
        player,
        (0.5, ReplyStarted("tech", 1)),
        *reply(0.5, "tech", 1, "Biz, what do you say?", length_s=9.0)[1:],
    )
    player.wait(1.0)
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    decided = player.tell(8.0, ReplyStarted("biz", 1))
    assert of(decided, EndTurn) == [EndTurn("tech", 1, "interrupted")]
    assert [(each.to, each.reason) for each in of(decided, GrantFloor)] == [
        ("biz", "interrupts, being addressed")
    ]


def test_an_agent_that_turned_out_to_have_nothing_to_say_is_waited_for_like_anybody():
    """An agent by ear that made nothing of its words is cued six seconds after its grant."""
    player = begun(chair("mod"), agent("biz", by_ear=True), policy="moderated")
    tell(
        player,
        (1.0, ReplyStarted("mod", 1)),
        *reply(1.0, "mod", 1, "Well.")[1:],
        *played(1.1, "mod", 1, turn=1),
    )
    assert player.brain.holder is None
    tell(
        player,
        (3.2, ReplyStarted("biz", 1)),
        (3.3, WordsHeard("biz", "Well.")),
        (3.4, ReplySent("biz", 1, 0.0)),
    )
    player.wait(9.5)
    assert player.brain.holder == "biz"
    player.wait(20.0)
    granted, cued = (
        [at for at, _, commands in player.log for each in of(commands, kind) if each.to == "biz"]
        for kind in (GrantFloor, Cue)
    )
    assert [round(cue - grant, 3) for grant, cue in zip(granted[:1], cued[:1], strict=True)] == [6.0]


def test_a_reply_that_could_not_be_prepared_is_asked_for_once_more():
    """A round goes on without an agent that failed twice, which reads what it missed later."""
    player = begun("tech", "biz", policy="parallel-collect")
    asked = prompted(player, Prepare, "tech")
    failed = ReplyFailed("tech", 0, "FAILED_TO_THINK", asked)
    player.tell(1.0, failed)
    player.wait(1.5)
    player.tell(2.0, failed)
    player.wait(9.0)
    assert [each.prompt for each in player.decided(Prepare) if each.to == "tech"] == [asked] * 2
    assert player.brain.floor_view.collecting.missing == ("biz",)


@pytest.mark.parametrize(
    ("sound", "lines"),
    [
        ([], UNHEARD),
        (
            [(2.3, PlaybackFinished("tech", 1, 1, 2.3, 0.0, "cut"))],
            ["1 remark of yours was not heard.", "You were cut off."],
        ),
        ([(2.3, PlaybackStarted("tech", 1, 1, 2.2))], ["You were cut off."]),
        ([(2.3, PlaybackFinished("tech", 1, 1, 2.3, 0.1, "cut"))], ["You were cut off."]),
    ],
)
def test_sound_that_crossed_its_stop_was_heard_after_all(sound, lines):
    """A reply is counted as unheard only where nothing of it was."""
    player = begun("tech", "biz")
    tell(player, *reply(1.0, "tech", 1, "One two three.", length_s=3.0), (2.2, RevokeAsked("tech")), *sound)
    tell(player, *reply(3.0, "biz", 1), *played(3.1, "biz", 1, turn=2))
    assert player.decided(Cue)[-1].text.split("\n") == ["Biz: Well.", *lines, YOUR_TURN]
    assert [each for each in player.decided(Report) if each.level == "failure"] == []


BY_EAR = evolve(BIZ, hears=Hears.AUDIO)


def test_a_turn_with_an_empty_reply_is_yielded():
    """An agent that yields is not told of an unheard remark in its next cue."""
    table = opened(TECH, BIZ)
    passes(table, "tech")
    assert table.commands(Drop) == [Drop("tech", 1, "withdrawn")]
    assert table.commands(EndTurn) == [EndTurn("tech", 1, "yielded")]
    table.says("biz", "Well.")
    assert table.commands(Cue)[-1] == Cue("tech", 3, "Biz: Well.\nIt is your turn.")


def test_an_empty_reply_that_waits_is_let_go():
    """An empty prepared reply leaves no request for the floor."""
    table = opened(TECH, BY_EAR, floor=FloorRules("queue", "queue"))
    table.begins("biz")
    table.plays("biz")
    table.at(1.0, ReplyStarted("biz", 2))
    assert table.at(1.1, ReplySent("biz", 2, 0.0)) == [Drop("biz", 2, "withdrawn")]
    table.ends("biz")
    assert table.grants() == ["biz"]
    table.at(5.0, FloorRequested("biz"))
    assert table.commands(Cue) == [Cue("biz", 2, "It is your turn.")]
