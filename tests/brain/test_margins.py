"""Where a rule begins to hold, and where it no longer does: at its limit, and just beside it."""

from __future__ import annotations

import pytest
from attrs import evolve
from playbook import BIZ, LAW, TECH, Table, plan

from trialogue.brain.floor.dominance import dominant
from trialogue.brain.floor.view import FloorView, TurnTaken
from trialogue.brain.restarts import Loss, RestartRules, Restarts
from trialogue.brain.tools.arguments import misfit
from trialogue.brain.words.transcript import Script
from trialogue.model.commands import EndTurn
from trialogue.model.events import (
    FloorRequested,
    PlaybackStarted,
    ReplyStarted,
    SentenceSaid,
    ToolRequested,
    Woke,
)
from trialogue.model.plan import FloorRules, HoldRules, ShareRules


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


# --- arguments of tools -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "fits", "fails"),
    [
        ({"minimum": 2}, 2, 1),
        ({"maximum": 2}, 2, 3),
        ({"exclusiveMinimum": 2}, 3, 2),
        ({"exclusiveMaximum": 2}, 1, 2),
        ({"minLength": 2}, "ab", "a"),
        ({"maxLength": 2}, "ab", "abc"),
        ({"minItems": 2}, [1, 2], [1]),
        ({"maxItems": 2}, [1, 2], [1, 2, 3]),
    ],
)
def test_a_bound_counts_as_the_standard_says(schema, fits, fails):
    """What is exclusive leaves its bound out, all others take it in."""
    assert misfit(schema, fits) is None
    assert misfit(schema, fails) is not None


def nested(within, value_within, levels):
    """A schema and a value of so many levels."""
    schema, value = {"type": "integer"}, 7
    for _ in range(levels):
        schema, value = within(schema), value_within(value)
    return schema, value


@pytest.mark.parametrize(
    ("within", "value_within"),
    [
        (lambda inner: {"items": inner}, lambda value: [value]),
        (lambda inner: {"properties": {"a": inner}}, lambda value: {"a": value}),
        (lambda inner: {"additionalProperties": inner}, lambda value: {"a": value}),
        (lambda inner: {"allOf": [inner]}, lambda value: value),
        (lambda inner: {"anyOf": [inner]}, lambda value: value),
    ],
)
def test_arguments_are_looked_into_for_thirty_one_levels(within, value_within):
    """By whichever way they are nested; what is deeper does not fit, and nothing recurses without end."""
    assert misfit(*nested(within, value_within, 31)) is None
    assert misfit(*nested(within, value_within, 32)).endswith("is nested too deeply")
    assert misfit(*nested(within, value_within, 200)).endswith("is nested too deeply")


def test_one_of_several_is_one_of_them():
    """Neither none nor two nor all; any of several may be all."""
    parts = [{"type": "integer"}, {"minimum": 2}, {"maximum": 5}]
    assert misfit({"oneOf": parts}, 1.5) is None
    for value in (1, 3, 2.5):
        assert misfit({"oneOf": parts}, value) == "arguments: fits more than one of what it may be"
        assert misfit({"anyOf": parts}, value) is None


def test_a_pattern_is_searched_and_a_foreign_one_left_to_the_tool():
    """The model is told which."""
    assert misfit({"pattern": "^[0-9]{4}$"}, "2026") is None
    assert misfit({"pattern": "^[0-9]{4}$"}, "26") == "arguments: must match ^[0-9]{4}$"
    assert misfit({"pattern": "("}, "26") is None


def test_a_model_is_not_told_more_than_it_can_read():
    """Twenty of many choices, and forty characters of a name of its own."""
    choices = misfit({"enum": list(range(30))}, "x")
    assert choices.endswith("17, 18 or 19")
    name = "n" * 40
    closed = {"properties": {}, "additionalProperties": False}
    assert misfit(closed, {name + "x": 1}) == f"arguments.{name}: is not known; there are none"
    assert misfit({"additionalProperties": {"type": "null"}}, {name + "x": 1}).startswith(
        f"arguments.{name}: "
    )


# --- the queue --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "counts"), [(-9, -2), (-2, -2), (-1, -1), (1, 1), (2, 2), (9, 2)])
def test_priorities_end_where_the_standard_ends_them(asked, counts):
    """Whatever an app asks for counts as lowest to highest (RFC 8855)."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, FloorRequested("biz", asked))
    (waiting,) = table.meeting.floor_view.queue
    assert (waiting.priority, waiting.urgency) == (counts, 5)


@pytest.mark.parametrize(
    ("word", "counts"),
    [
        ('"lowest"', -2),
        ('" Low "', -1),
        ('"normal"', 0),
        ('"HIGH"', 1),
        ('"highest"', 2),
        ('"utmost"', 0),
        ("-9", -2),
        ("9", 2),
        ("-1", -1),
        ("null", 0),
    ],
)
def test_a_model_says_its_priority_in_words(word, counts):
    """Or as a number; what is neither is normal."""
    table = Table(plan(TECH, BIZ))
    table.open()
    answer = table.at(1, ToolRequested("biz", 1, "c1", "request_floor", f'{{"priority": {word}}}'))
    assert answer[0].content == "Your hand is up."
    assert [waiting.priority for waiting in table.meeting.floor_view.queue] == [counts]


@pytest.mark.parametrize(
    ("urgency", "counts"), [("0", 0), ("10", 10), ("-1", 0), ("11", 10), ("6.6", 7), ('"very"', 5)]
)
def test_a_bid_is_as_urgent_as_ten_at_most(urgency, counts):
    """And not less than nothing; what is no number says nothing."""
    table = Table(plan(TECH, BIZ))
    table.open()
    table.at(1, ToolRequested("biz", 1, "c1", "bid", f'{{"urgency": {urgency}, "about": "money"}}'))
    (waiting,) = table.meeting.floor_view.queue
    assert (waiting.urgency, waiting.priority, waiting.about) == (counts, 0, "money")


# --- shares -----------------------------------------------------------------------------------------------


def seen(*spoken, now=100.0, **share):
    """What a policy sees after turns of (who, how long, when it ended)."""
    turns = tuple(
        TurnTaken(number, name, "finished", "queue", "Well.", ended - length, ended, length)
        for number, (name, length, ended) in enumerate(spoken, 1)
    )
    rules = FloorRules(share=ShareRules(**share))
    return FloorView(plan(TECH, BIZ, LAW, floor=rules), now, now, ("tech", "biz", "law"), turns=turns)


def test_a_minute_of_speech_is_enough_for_a_verdict():
    """Not a second less; and only who is beyond the limit is passed over, not who reaches it."""
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 20.0, 60.0), max=0.5)).keys() == {"tech"}
    assert dominant(seen(("tech", 40.0, 40.0), ("biz", 19.9, 60.0), max=0.5)) == {}
    assert dominant(seen(("tech", 30.0, 40.0), ("biz", 30.0, 70.0), max=0.5)) == {}


def test_a_turn_leaves_the_window_with_its_end():
    """What ended longer ago than the window is wide is forgotten, and so is what ended just then."""
    view = seen(("tech", 40.0, 40.0), ("biz", 60.0, 99.0), now=110.0)
    assert (view.heard_s(70.0), view.heard_s(70.1)) == (60.0, 100.0)
    assert (view.share("tech", 70.0), view.share("tech", 70.1)) == (0.0, 0.4)
    assert seen().share("tech") == 0.0
    assert seen(("tech", 0.5, 99.0)).share("tech") == 1.0


def test_silent_turns_do_not_break_a_run():
    """In a row are turns that were heard, whoever kept silent in between."""
    view = seen(("tech", 5.0, 10.0), ("biz", 0.0, 12.0), ("tech", 5.0, 20.0), in_a_row=2)
    silent = evolve(view, turns=tuple(evolve(t, heard="Well." if t.spoken_s else "") for t in view.turns))
    assert dominant(view) == {}, "typed words are heard"
    assert dominant(silent).keys() == {"tech"}


def test_nobody_is_passed_over_where_all_would_be():
    """And whoever chairs never is."""
    view = seen(("tech", 70.0, 90.0), max=0.5)
    assert dominant(evolve(view, present=("tech",))) == {}
    assert dominant(evolve(view, chair="tech")) == {}


# --- turns ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "ends"), [(30.5, 30.5), (34.9, 34.9), (35.0, 35.0), (35.1, 30.0)])
def test_a_sentence_may_run_five_seconds_behind_the_limit(begins, ends):
    """A turn behind its limit ends with its sentence where that comes so soon; else it is cut."""
    table = Table(plan(TECH, BIZ, floor=FloorRules(hold=HoldRules(30.0))))
    table.open()
    table.at(0, ReplyStarted("tech", 1))
    table.at(0, SentenceSaid("tech", 1, "A long one.", 0.0))
    table.at(0, SentenceSaid("tech", 1, "Another.", begins))
    table.at(0, PlaybackStarted("tech", 1, 1, 0.0))
    answer = table.at(30, Woke("hold"))
    if ends > 30:
        assert of(answer, EndTurn) == []
        assert of(table.at(ends - 0.01, Woke("revoke")), EndTurn) == []
        answer = table.at(ends, Woke("revoke"))
    assert of(answer, EndTurn) == [EndTurn("tech", 1, "hold-limit")]


def test_a_timer_that_is_a_microsecond_early_is_due():
    """Times are recorded so; what is earlier is none of its business."""
    for early, due in ((1e-6, True), (1e-5, False)):
        table = Table(plan(TECH, BIZ))
        table.open()
        assert bool(of(table.at(20.0 - early, Woke("think")), EndTurn)) is due


# --- words ------------------------------------------------------------------------------------------------


def test_a_reply_of_unknown_length_is_read_at_a_speakers_pace():
    """Fifteen characters a second, the space behind the last word among them."""
    script = Script()
    script.add("abcd " * 9, 2.0)  # 44 characters and a space: three seconds
    assert script.until(2.0 + 3.0) == " ".join(["abcd"] * 9)
    assert script.until(2.0 + 2.9) == " ".join(["abcd"] * 8)


def test_the_next_sentence_is_one_that_has_not_begun():
    """At its very beginning a sentence is no longer the next one; behind the last there is the end."""
    script = Script()
    script.add("One.", 0.0)
    script.add("Two.", 2.0)
    assert (script.next_sentence_s(1.9), script.next_sentence_s(2.0)) == (2.0, None)
    script.duration_s = 4.0
    assert script.next_sentence_s(2.0) == 4.0


# --- circles ----------------------------------------------------------------------------------------------


def loops(first, second, cast=(TECH, BIZ)):
    """What is reported where two say these by turns, twice."""
    table = Table(plan(*cast))
    table.open()
    for text in (first, second, first, second):
        table.says(table.meeting.holder, text)
    return table.reports()


def test_four_words_are_enough_to_be_alike():
    """Three are not; and four fifths of all words in common are."""
    assert loops("Look into this matter.", "look into THIS matter") == ["politeness-loop"]
    assert loops("Look into this.", "look into THIS") == []
    assert loops("a b c d e", "a b c d") == ["politeness-loop"]
    assert loops("a b c d e", "a b c d f") == []


def test_twelve_words_may_be_a_closing():
    """Thirteen say something."""
    twelve = "Thank you, {} one two three four five six seven eight nine"
    assert loops(twelve.format("Tech"), "Bye.") == ["politeness-loop"]
    assert loops(twelve.format("Tech") + " ten", "Bye.") == []


def test_a_loop_is_four_turns_long():
    """Three thanks are manners."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for text in ("So it is decided.", "Thank you.", "Thank you too.", "Bye."):
        table.says(table.meeting.holder, text)
    assert table.reports() == []
    table.says(table.meeting.holder, "Bye bye.")
    assert table.reports() == ["politeness-loop"]


def test_a_loop_is_counted_once():
    """The turns of the one are not those of the next: four more make it, not one more."""
    table = Table(plan(TECH, BIZ))
    table.open()
    for _ in range(7):
        table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"]
    table.says(table.meeting.holder, "Thank you.")
    assert table.reports() == ["politeness-loop"] * 2


# --- dialling again ---------------------------------------------------------------------------------------


def test_ten_minutes_of_life_prove_a_session():
    """They end a row of the same loss; a second less does not."""
    for lived, again in ((600.0, True), (599.9, False)):
        once = Loss("error.FAILED_TO_SPEAK", at_most=1)
        restarts = Restarts(7, "tech")
        restarts.lost(1.0, None, once)
        restarts.ready(2.0)
        assert (restarts.lost(2.0 + lived, None, once) is not None) is again


def test_the_first_of_a_kind_need_not_wait_whatever_was_lost_before():
    """Only the same loss in a row has to be patient."""
    away = Loss("error.SERVER_GOING_AWAY", at_once=True)
    restarts = Restarts(7, "tech", RestartRules())
    assert restarts.lost(1.0) is not None
    assert restarts.lost(2.0, None, away) == 0.0
