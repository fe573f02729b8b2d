"""Expectations, looked up in records: what is met, what is missed, and what is said of it."""

import pytest
from expect_values import AT_ONCE, MEETING, expecting, missed, numbered, turn, verdict

from trialogue.cli.view_verdict import headline
from trialogue.errors import ScenarioError
from trialogue.meeting.outputs import verdict_code
from trialogue.model.commands import (
    AnswerTool,
    Attribute,
    EndMeeting,
    EndTurn,
    GrantFloor,
    Report,
    RunTool,
)
from trialogue.model.events import (
    FaultStruck,
    HookAnswered,
    MeetingStarted,
    ReplyFailed,
    ServiceWarned,
    SessionFailed,
    SessionLost,
    SessionReady,
    TextTyped,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.expectations import Advice
from trialogue.report.tools import tool_calls


@pytest.mark.parametrize(
    "event",
    [
        "said: {by: ann, match: cost}",
        "said: {by: ben, number: 9000}",
        "said: {by: ben, name: ann}",
        "speaking: ann, for: 3s",
        "agenda: cost, event: started",
        "agenda: cost, event: done",
        "agenda: done, event: started",
        "participant: ben, event: ready",
        "participant: ben, event: lost",
        "participant: ben, event: rejoined",
        "participant: ben, event: granted",
        "participant: ann, event: heard",
        "tool: price, by: ben, outcome: succeeded",
        "tool: price, arguments: edge, result: '8'",
        "ended: agenda-done",
    ],
)
def test_events_that_happened_are_found(event):
    """Expected events are found at the end, and in their order."""
    assert missed(f"  at_end: [{{{event}}}]") == []
    assert missed(f"  in_order: [{{{event}}}]") == []
    (miss,) = verdict(f"  never: [{{{event}}}]").misses[:1]
    assert (miss.section, miss.happened.startswith("it happened at")) == ("never", True)


@pytest.mark.parametrize(
    "event",
    [
        "said: {by: ben, match: cost, number: 90}",
        "said: {by: ann, number: 9000}",
        "speaking: ann, for: 5s",
        "participant: ann, event: lost",
        "participant: ann, event: interrupted",
        "tool: price, outcome: failed",
        "tool: price, by: ann",
        "tool: price, arguments: origin",
        "error: any",
        "ended: said",
    ],
)
def test_events_that_did_not_happen_are_missed(event):
    """Events that did not happen are missed at the end and in an order, and `never` is met."""
    assert len(missed(f"  at_end: [{{{event}}}]")) == 1
    assert len(missed(f"  in_order: [{{{event}}}]")) == 1
    assert missed(f"  never: [{{{event}}}]") == []


def test_an_order_goes_on_from_what_came_before():
    """The second turn of Ann's is after the call, the first is not."""
    order = "[{{tool: price}}, {{said: {{by: ann, match: '{0}'}}}}]"
    assert missed(f"  in_order: {order.format('Thank')}") == []
    assert missed(f"  in_order: {order.format('morning')}") == [
        (
            "expect.in_order[1]",
            "behaviour",
            5.0,
            "it did not come after tool price called (6.00 s); it came at 5.00 s",
        )
    ]


def test_a_late_event_is_a_miss_of_timing_and_the_order_continues():
    """The rest of the order counts from where it came."""
    order = "[{participant: ben, event: rejoined, within: 10s}, {said: {match: Thank}, within: 4s}]"
    assert missed(f"  in_order: {order}") == [
        ("expect.in_order[0]", "timing", 15.0, "it came at 15.00 s, 15.00 s after the start")
    ]


def test_the_nth_time_counts():
    """`nth: 2` is met by the second grant, and not by the first."""
    assert missed("  in_order: [{participant: ann, event: granted, nth: 2, within: 15s}]") == []
    assert missed("  in_order: [{participant: ann, event: granted, nth: 3}]") == [
        ("expect.in_order[0]", "behaviour", 15.0, "it came 2 times after the start, not 3")
    ]
    assert (
        missed("  in_order: [{participant: ben, event: ready}, {participant: ann, event: heard, nth: 2}]")
        == []
    )


def test_how_often_is_counted():
    """Bounds on how often an event happens are checked, and the miss has the number."""
    assert missed("  at_end: [{participant: ann, event: heard, times: {min: 2, max: 2}}]") == []
    assert missed("  at_end: [{tool: price, called: {min: 2}}]") == [
        ("expect.at_end[0]", "behaviour", 6.0, "once, at 6.00 s")
    ]
    assert missed("  at_end: [{tool: price, called: {max: 0}}]")[0][1] == "behaviour"


def test_whenever_one_thing_happens_another_follows():
    """`always` wants its second event within its time, except where the meeting's end cuts that off."""
    then = "{{participant: ben, event: rejoined, within: {0}}}"
    rule = f"  always: [{{{{when: {{{{participant: ben, event: lost}}}}, then: {then}}}}}]"
    assert missed(rule.format("4s")) == []
    assert missed(rule.format("2s")) == [("expect.always[0]", "timing", 15.0, "it came 3.00 s after 12.00 s")]
    never = "  always: [{when: {said: {match: Thank}}, then: {tool: price, within: 30s}}]"
    assert missed(never) == []
    assert missed(never.replace(", within: 30s", ""))[0][3] == "after 18.00 s it never came"


def test_whenever_has_times_of_its_own():
    """`when` counts from the start, `then` from each `when`."""
    then = "{{said: {{by: ann, match: '.'}}{1}}}"
    rule = f"  always: [{{{{when: {{{{participant: ann, event: granted{{0}}}}}}, then: {then}}}}}]"
    assert missed(rule.format("", ", within: 6s")) == []
    assert missed(rule.format("", ", within: 1s"))[0][1:] == ("timing", 5.0, "it came 5.00 s after 0.00 s")
    both = missed(rule.format("", ", within: 2s"))
    assert (len(both), missed(rule.format(", within: 9s", ", within: 2s"))) == (2, both[:1])
    assert missed(rule.format(", after: 30s", ", within: 1s")) == []
    assert missed(rule.format("", ", after: 7s"))[0][3] == "after 15.00 s it never came"


def test_whenever_a_turn_ends_the_next_grant_follows_though_both_are_of_one_moment():
    """The floor is granted as the turn before ends: that grant follows the words, and is no later one."""
    then = "then: {participant: ben, event: granted, within: 1s}"
    assert missed(f"  always: [{{when: {{said: {{by: ann, match: cost}}}}, {then}}}]", AT_ONCE) == []
    backwards = "when: {participant: ben, event: granted}, then: {said: {by: ann, match: cost}}"
    assert missed(f"  always: [{{{backwards}}}]", AT_ONCE)[0][3] == "after 5.00 s it never came"
    itself = "when: {said: {by: ann, match: cost}}, then: {said: {match: Ben}}"
    assert missed(f"  always: [{{{itself}}}]", AT_ONCE)[0][3] == "after 5.00 s it never came"


def test_a_limit_of_time_is_told_with_what_came_too_late():
    """An event that came too late is a miss of timing, with its time."""
    (late,) = verdict("  at_end: [{participant: ben, event: heard, within: 10ms}]").misses
    assert (late.kind, late.expected, late.happened) == (
        "timing",
        "ben heard at least once within 0.01 s of the start",
        "0 times; outside of that time at 7.00 s",
    )
    (absent,) = verdict("  in_order: [{participant: ann, event: hand, within: 5s}]").misses
    assert (absent.kind, absent.expected) == ("behaviour", "ann hand within 5 s of the start")
    (early,) = verdict("  at_end: [{participant: ann, event: granted, after: 16s, within: 17s}]").misses
    assert early.expected == "ann granted at least once from 16 s to 17 s after the start"


def test_an_expectation_with_several_bounds_counts_once():
    """An expectation with several bounds counts as one."""
    found = verdict("  always: [{response-latency: {max: 1s, p50: 1ms}}, {turn-length: {min: 1s, max: 9s}}]")
    assert (found.checked, [each.place for each in found.misses]) == (2, ["expect.always[0]"] * 2)


def test_measures_stay_within_bounds():
    """Bounds on single values, percentiles, shares and counts are checked."""
    assert missed("  always: [{response-latency: {max: 2s, p50: 2s}}, {turn-length: {max: 10s}}]") == []
    assert missed("  always: [{response-latency: {max: 1.5s}}]") == [
        ("expect.always[0]", "timing", 7.0, "2.000 s at 7.00 s, of ben, the highest of 3")
    ]
    assert missed("  at_end: [{floor-share: {min: 45%, each: [ann, ben]}}]") == [
        ("expect.at_end[0]", "behaviour", 18.0, "38.1%")
    ]
    assert missed("  at_end: [{turns: {min: 2, each: [ann]}}, {words: {max: 5, each: [ben]}}]") == [
        ("expect.at_end[1]", "behaviour", 18.0, "8 words")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "always: [{stop-latency: {each: [ben], max: 1ms}}]",
        "at_end: [{stop-latency: {p95: 1ms}}]",
        "always: [{when: {tool: price, by: ann}, then: {participant: ben, event: heard}}]",
        "always: [{response-latency: {each: [ben], max: 5s}, stop-latency: {max: 1s}}]",
    ],
)
def test_what_had_nothing_to_measure_is_neither_met_nor_missed(text):
    """Nobody was interrupted, and Ann called nothing; one of several measures with values is enough."""
    found = verdict(f"  {text}")
    assert (found.is_met, verdict_code(found)) == (True, 0)
    several = "response" in text
    assert len(found.empty) == (not several)
    told = "1 expectation, all met" if several else "1 expectation: 0 met, 1 measured nothing"
    assert headline(found) == told


def test_events_after_one_that_never_came_are_not_reached():
    """Events after one that never came are listed as not reached, and not as met."""
    found = verdict("  in_order: [{participant: ann, event: hand}, {participant: ben, event: heard}]")
    assert [each.outcome for each in found.results] == ["missed", "not-reached"]
    assert headline(found) == "0 of 2 expectations met, 1 not reached; 1 miss: 1 of behaviour"
    assert ", 1 not reached: in_order[1] ben heard; 1 miss" in headline(found, named=True)


def test_a_single_value_is_told_with_each_of_its_two_bounds():
    """Exactly five was asked, and what was read was that at least five were expected."""
    found = verdict("  at_end: [{turns: {total: {min: 9, max: 9}}}, {turns: {each: [ann], min: 9, max: 9}}]")
    assert [each.expected for each in found.misses] == [
        "turns of all together exactly 9 (min)",
        "turns exactly 9 (min) of ann",
    ]


def test_a_figure_has_the_unit_of_its_limit():
    """One line does not mix milliseconds with seconds."""
    (miss,) = verdict("  always: [{response-latency: {max: 1ms, each: [ben]}}]").misses
    assert (miss.expected, miss.happened) == (
        "response-latency max 1ms of ben",
        "2000 ms at 7.00 s, the only one",
    )


def test_a_count_of_each_participant_says_whose_it_is():
    """Turns and words are counted per participant: the miss names the one, and says that each is counted."""
    each = "(each of 2 participants is counted; total counts all together)"
    assert [miss[3] for miss in missed("  at_end: [{turns: {min: 4}}, {turns: {max: 1}}]")] == [
        f"ben had 1 turn {each}",
        f"ann had 2 turns {each}",
    ]
    assert missed("  always: [{response-latency: {p50: 10ms}}]")[0][3].endswith("s at 7.00 s, of ben")


def test_a_total_counts_all_participants_together():
    """Ann has two turns and Ben has one."""
    assert missed("  at_end: [{turns: {total: {min: 3, max: 3}}}, {words: {total: {min: 15}}}]") == []
    (few, many) = verdict("  at_end: [{turns: {total: {min: 4}, max: 2}}, {turns: {total: {max: 2}}}]").misses
    assert (few.expected, few.happened) == ("turns of all together min 4", "3 turns")
    assert (many.expected, many.happened) == ("turns of all together max 2", "3 turns")


def test_words_that_nobody_knows_are_none_that_are_counted():
    """Somebody is heard, and no word of it is known: at least one is missed, and at most nine is not met."""
    heard = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 61.0, ""),
        (61.0, SessionReady("ben", 1), EndMeeting("said")),
    )
    assert missed("  at_end: [{words: {min: 1, each: [ann]}}]", heard) == [
        ("expect.at_end[0]", "behaviour", 61.0, "0 words")
    ]
    for bound, outcome in (
        ("{max: 9, each: [ann]}", "measured-nothing"),
        ("{max: 9, each: [ben]}", "met"),
        ("{total: {max: 9}}", "measured-nothing"),
        ("{max: 9}", "measured-nothing"),
    ):
        (result,) = verdict(f"  at_end: [{{words: {bound}}}]", heard).results
        assert result.outcome == outcome


def test_a_share_is_looked_at_on_the_way():
    """It was out of its bound after a minute, and is within it at the end."""
    long = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 61.0, "I talk and talk."),
        (61.0, SessionReady("ben", 1), GrantFloor("ben", 2, "next", 90.0)),
        *turn(2, "ben", 62.0, 122.0, "So do I."),
        (122.0, SessionReady("ann", 2), EndMeeting("said")),
    )
    bound = "[{floor-share: {max: 60%, each: [ann]}}]"
    assert missed(f"  at_end: {bound}", long) == []
    assert missed(f"  always: {bound}", long) == [
        ("expect.always[0]", "behaviour", 61.0, "100.0% at 61.00 s, the highest of 3")
    ]


def test_without_names_the_share_of_each_is_looked_at_on_the_way():
    """Whoever has most of the speech after a minute is told, though all is balanced at the end."""
    long = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 61.0, "I talk and talk."),
        (61.0, SessionReady("ben", 1), GrantFloor("ben", 2, "next", 90.0)),
        *turn(2, "ben", 62.0, 122.0, "So do I."),
        (122.0, SessionReady("ann", 2), EndMeeting("said")),
    )
    bound = "[{floor-share: {max: 60%}}]"
    assert missed(f"  at_end: {bound}", long) == []
    assert missed(f"  always: {bound}", long) == [
        ("expect.always[0]", "behaviour", 61.0, "ann had 100.0% at 61.00 s")
    ]


def test_a_fault_of_the_scenario_excuses_the_silence_that_it_makes():
    """A silence is nobody's: with `except`, one during the effect of the fault does not count."""
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (2.5, FaultStruck("ben", "drop", "disconnect")),
        *turn(2, "ben", 9.0, 10.0, "I am back."),
        *turn(3, "ann", 40.0, 41.0, "Bye."),
        (41.0, SessionReady("ann", 1), EndMeeting("said")),
    )
    faults = "faults:\n  - {id: drop, when: {at: 2s}, do: disconnect, to: ben}\n"
    told = [
        (each.outcome, each.found)
        for bound in ("{silence: {min: 8s}}", "{silence: {min: 8s}, except: drop}")
        for each in verdict(f"  always: [{bound}]\n{faults}", held).results
    ]
    assert told == [
        ("missed", "7.000 s at 9.00 s, the lowest of 2"),
        ("met", "30.000 s at 40.00 s, the only one"),
    ]


@pytest.mark.parametrize(
    ("lasts", "lost_at", "outcome"),
    [(2.0, 31.0, "missed"), (2.0, 5.0, "met"), (None, 31.0, "met")],
)
def test_a_fault_excuses_nothing_until_a_loss_that_it_did_not_make(lasts, lost_at, outcome):
    """A slow line of 2 s excuses what follows at once, or a loss of that time, not one much later.

    Without a length it lasts to the end of its session.
    """
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        (0.5, SessionReady("ben", 1)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (3.0, FaultStruck("ben", "slow", "slow-line", lasts)),
        (lost_at, SessionLost("ben", 1, "closed", 1.0), GrantFloor("ben", 2, "next", 99.0)),
        (36.0, SessionReady("ben", 2)),
        *turn(2, "ben", 37.0, 38.0, "I am back."),
        (41.0, SessionReady("ann", 1), EndMeeting("said")),
    )
    faults = "faults:\n  - {id: slow, when: {at: 3s}, do: slow-line, to: ben}\n"
    bound = "{response-latency: {max: 3s}, except: slow}"
    assert verdict(f"  always: [{bound}]\n{faults}", held).results[0].outcome == outcome


def test_a_miss_after_a_failed_session_is_of_infrastructure():
    """Ben failed for good, so that he said nothing says nothing of him; Ann's silence does of her."""
    broken = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (3.0, SessionFailed("ben", "gone")),
        (9.0, SessionReady("ann", 1), EndMeeting("silence")),
    )
    kinds = [
        each[1]
        for each in missed("  at_end: [{said: {by: ben, match: x}}, {said: {by: ann, match: x}}]", broken)
    ]
    assert kinds == ["infrastructure", "behaviour"]
    assert missed("  never: [{error: any}]", broken) == [
        ("expect.never[0]", "infrastructure", 3.0, "it happened at 3.00 s: session-failed: gone")
    ]
    assert missed("  never: [{error: any, except: [session-failed]}]", broken) == []


def test_an_excepted_error_excuses_no_other_error_of_the_same_moment():
    """A session fails, and with it its participant: only the code that is excepted does not count."""
    broken = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (3.0, SessionFailed("ben", "gone"), Report("participant-failed", "no more", "ben", "failure")),
        (9.0, SessionReady("ann", 1), EndMeeting("silence")),
    )
    told = {"session-failed": "participant-failed: no more", "participant-failed": "session-failed: gone"}
    for excepted, counted in told.items():
        assert missed(f"  never: [{{error: any, except: [{excepted}]}}]", broken) == [
            ("expect.never[0]", "infrastructure", 3.0, f"it happened at 3.00 s: {counted}")
        ]
    assert missed(f"  never: [{{error: any, except: [{', '.join(told)}]}}]", broken) == []


def test_typed_words_are_said_once_when_they_have_been_read():
    """Words that a person types are said in the turn that they take, and not once more before it."""
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (2.5, TextTyped("cat", "I agree."), GrantFloor("cat", 2, "asked for", 99.0)),
        (
            2.5,
            SessionReady("ann", 1),
            Attribute("cat", 2, "I agree.", is_certain=True, begin_s=2.5, end_s=3.5),
        ),
        (3.5, Woke("read"), EndTurn("cat", 2, "finished")),
        (4.0, TextTyped("cat", "I agree with that."), EndMeeting("said")),
    )
    assert missed("  at_end: [{said: {match: agree}, times: {max: 1}}]", held) == []
    assert missed("  never: [{said: {match: agree}}]", held)[0][2] == 3.5


def test_sound_of_exactly_the_wanted_length_is_found():
    """Sound from 1.3 to 3.3 s lasts two seconds, though the numbers' difference is a little less."""
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.3, 3.3, "Good morning."),
        (4.0, SessionReady("ann", 1), EndMeeting("said")),
    )
    assert missed("  at_end: [{speaking: ann, for: 2s}]", held) == []
    assert missed("  at_end: [{speaking: ann, for: 2.01s}]", held) != []


def test_turns_in_writing_are_turns():
    """A person who types has turns for an expectation as in the summary, and so has the meeting."""
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 2.0, "Good morning."),
        (2.5, TextTyped("ben", "I agree."), GrantFloor("ben", 2, "asked for", 99.0)),
        (2.5, Woke("x"), Attribute("ben", 2, "I agree.", is_certain=True, begin_s=2.5, end_s=3.5)),
        (3.5, Woke("read"), EndTurn("ben", 2, "finished"), EndMeeting("said")),
    )
    assert missed("  at_end: [{turns: {each: [ann, ben], min: 1, max: 1}}]", held) == []
    assert missed("  at_end: [{turns: {total: {min: 2}}}]", held) == []


def test_a_request_that_is_repeated_after_a_reconnect_is_no_second_call():
    """A service asks again for a call that has ended; it is a second call where the tool runs again."""

    def called(*again):
        held = numbered(
            (0.0, MeetingStarted(), GrantFloor("ben", 1, "opening", 90.0)),
            (1.0, ToolRequested("ben", 1, "c1", "price", "{}"), RunTool("ben", "c1", "price", "{}")),
            (2.0, ToolFinished("ben", "c1", "succeeded", "8"), AnswerTool("ben", 1, "c1", "price", "8")),
            (3.0, SessionLost("ben", 1, "closed", 1.0)),
            (4.0, SessionReady("ben", 2)),
            (5.0, ToolRequested("ben", 2, "c1", "price", "{}"), *again),
            *turn(1, "ben", 7.0, 11.0, "It costs eight."),
            (18.0, SessionReady("ann", 1), EndMeeting("agenda-done")),
        )
        return [each[-1] for each in missed("  at_end: [{tool: price, called: {max: 1}}]", held)]

    assert called(AnswerTool("ben", 2, "c1", "price", "8")) == []
    assert called(RunTool("ben", "c1", "price", "{}")) == ["2 times, at 2.00 s, 18.00 s"]


def test_a_call_that_shares_the_result_of_another_has_its_outcome():
    """Of two calls of one identity one tool runs; both got the result, so neither is unanswered."""
    both = [AnswerTool("ann", 1, "c1", "price", "8"), AnswerTool("ben", 1, "c1", "price", "8", 1)]
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ben", 1, "opening", 90.0)),
        (1.0, ToolRequested("ann", 1, "c1", "price", "{}"), RunTool("ann", "c1", "price", "{}")),
        (1.5, ToolRequested("ben", 1, "c1", "price", "{}")),
        (2.0, ToolFinished("ann", "c1", "succeeded", "8"), *both),
        (3.0, ToolRequested("ben", 1, "c2", "price", "{}"), AnswerTool("ben", 1, "c2", "price", "8")),
        (4.0, ToolRequested("ben", 1, "c2", "price", "{}"), AnswerTool("ben", 1, "c2", "price", "8")),
        (5.0, ToolRequested("ben", 1, "c3", "price", "{}")),
        (5.1, HookAnswered("ben", 1, allowed=False), AnswerTool("ben", 1, "c3", "price", "Refused")),
        *turn(1, "ben", 7.0, 11.0, "It costs eight."),
        (18.0, SessionReady("ann", 1), EndMeeting("agenda-done")),
    )

    def came(outcome):
        keys = f"tool: price, outcome: {outcome}, called: {{min: 9}}"
        return next(each[-1] for each in missed(f"  at_end: [{{{keys}}}]", held)).partition(";")[0]

    assert came("succeeded") == "3 times, at 2.00 s, 2.00 s, 3.00 s"
    assert came("answered") == "once, at 5.10 s"
    assert came("unanswered") == "0 times"
    assert [each.outcome for each in tool_calls(held)] == ["succeeded"] * 3 + ["answered"]


def test_a_failed_reply_is_missed_with_its_reason():
    """A tester wants to know what failed the model, which the service warned of."""
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        (1.0, ServiceWarned("ann", "THINK_REQUEST_FAILED", "Connection refused")),
        (
            1.0,
            ReplyFailed("ann", 1, "FAILED_TO_THINK"),
            Report("reply-failed", "FAILED_TO_THINK", "ann", "failure"),
        ),
        *turn(2, "ben", 2.0, 3.0, "Good morning."),
        (9.0, SessionReady("ann", 1), EndMeeting("silence")),
    )
    (miss,) = missed("  never: [{error: any}]", held)
    assert miss[-1] == "it happened at 1.00 s: reply-failed: FAILED_TO_THINK: Connection refused"


@pytest.mark.parametrize("section", ["at_end", "in_order"])
def test_a_miss_of_speech_quotes_what_was_heard_beside_it(section):
    """The last words of the participant, or of anybody; what happened itself stays without speech."""
    (miss,) = verdict(f"  {section}: [{{said: {{by: ann, match: nowhere}}}}]").misses
    quoted = miss.heard.strip('"')
    assert (len(quoted) > 5, quoted in str(MEETING), quoted in miss.happened) == (True, True, False)
    assert miss.happened_and_heard.endswith(f's: "{quoted}"')
    (other,) = verdict(f"  {section}: [{{tool: price, by: ann}}]").misses
    assert (other.heard, other.happened_and_heard) == ("", other.happened)


@pytest.mark.parametrize("by", ["by: ben, ", ""])
def test_what_was_said_in_spite_of_never_is_quoted(by):
    """Words that were said in spite of `never` are quoted with their speaker."""
    (miss,) = verdict(f"  never: [{{said: {{{by}number: 9000}}}}]").misses
    assert ("nine thousand" in miss.heard, "nine thousand" in miss.happened) == (True, False)
    assert miss.happened.endswith(" s" if by else " s, said by ben")
    (often,) = verdict(f"  at_end: [{{said: {{{by}number: 9000}}, times: {{max: 0}}}}]").misses
    assert often.heard == miss.heard


def test_of_a_long_turn_the_sentence_with_the_words_is_quoted():
    """A quotation from a long turn begins at the sentence with the words."""
    long = f"{'It is a long story. ' * 8}I said cancel. That is all."
    held = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "opening", 90.0)),
        *turn(1, "ann", 1.0, 9.0, long),
        (10.0, SessionReady("ann", 1), EndMeeting("silence")),
    )
    (miss,) = verdict("  never: [{said: {match: cancel}}]", held).misses
    assert miss.heard == '"… I said cancel. That is all."'


def test_a_miss_shows_the_records_around_it_without_speech():
    """The record itself is marked, and texts are counted."""
    (miss,) = verdict("  never: [{said: {number: 9000}}]").misses
    marked = [line for line in miss.around if line.startswith(">")]
    assert marked == [
        ">    11.00 s  PlaybackFinished ben turn 2 reply 2 4.00 complete 0.00 -> EndTurn ben turn 2 finished"
    ]
    assert "nine thousand" not in "".join(miss.around)
    assert len(miss.around) == 6


def test_questions_are_skipped_where_no_model_is_asked():
    """Without a model, its questions are listed as skipped, and decide nothing."""
    found = verdict("  judge: {ask: ['Was Ann polite?']}")
    assert found.is_met
    assert found.advice == (Advice("expect.judge.ask[0]", "skipped", "no model was asked"),)


def test_a_journal_that_holds_nothing_was_cut_off():
    """There is nothing to look up, and that is said."""
    told = "1 expectation not judged: the meeting was cut off"
    assert verdict("  at_end: [{ended: said}]", ()).not_judged == told


def test_expectations_are_written_back_as_they_were_read():
    """What a run keeps of its scenario expects the same."""
    from trialogue.scenario import loads, resolve
    from trialogue.scenario.writing import to_yaml

    resolved = expecting(
        "  always: [{response-latency: {p95: 2.5s, each: [ann]}}]\n"
        "  never: [{error: any, except: [tool-failed]}, {speaking: ann, for: 40s}]\n"
        "  at_end: [{said: {number: 8.5}}]\n"
    )
    again = resolve(loads(to_yaml(resolved)))
    assert again.expectations == resolved.expectations
    assert resolved.expectations.count == 4


def test_an_expectation_of_what_is_not_there_is_refused():
    """An expectation of an unknown participant, tool or point is refused at its place."""
    with pytest.raises(ScenarioError, match=r'no participant is named "bne"; did you mean "ben"\?'):
        expecting("  at_end: [{participant: bne, event: heard}]")


def test_the_meeting_of_these_tests_ends_in_order():
    """Its records are numbered, and its time goes on."""
    assert [each.seq for each in MEETING] == list(range(1, len(MEETING) + 1))
    assert sorted(each.at for each in MEETING) == [each.at for each in MEETING]


@pytest.mark.parametrize(
    ("reason", "why"),
    [("interrupted", "the meeting was interrupted"), ("all-failed", "the services of all agents failed")],
)
def test_nothing_is_judged_of_a_meeting_that_was_stopped(reason, why):
    """One line says so, and no miss of something that could not come."""
    cut = numbered((0.0, MeetingStarted()), (1.0, SessionReady("ann", 1), EndMeeting(reason)))
    found = verdict("  in_order: [{said: {by: ann, match: cost}}, {tool: price}]", cut)
    assert (found.misses, found.is_met) == ((), False)
    assert found.not_judged == f"2 expectations not judged: {why}"


def test_a_silence_that_is_expected_is_judged():
    """A scenario that makes its only agent silent, and expects that, is judged."""
    mute = numbered(
        (0.0, MeetingStarted(), GrantFloor("ann", 1, "chosen", 90.0)),
        (20.0, Woke("think"), EndTurn("ann", 1, "timeout")),
        (40.0, Woke("silence"), EndMeeting("silence")),
    )
    assert verdict("  at_end: [{participant: ann, event: timeout}]", mute).is_met
    assert verdict("  at_end: [{participant: ann, event: heard}]", mute).unjudged


def test_an_end_that_is_expected_is_judged_with_all_else():
    """A scenario may be about a service that fails."""
    cut = numbered((0.0, MeetingStarted()), (1.0, SessionFailed("ann", "gone"), EndMeeting("all-failed")))
    assert verdict("  at_end: [{ended: all-failed}]", cut).is_met
    (miss,) = verdict("  at_end: [{ended: all-failed}, {said: {by: ann, match: cost}}]", cut).misses
    assert miss.place == "expect.at_end[1]"
