"""The scripted think provider: which line comes when."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
import trio
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from trialogue.server.options import ServerOptions
from trialogue.server.terms import chance
from trialogue.server.think.place import ScriptPlace, split_denial
from trialogue.server.think.ports import (
    CallItem,
    Chosen,
    FunctionWanted,
    ThinkRequest,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.server.think.scripted import ScriptedThink, ScriptError, fill, read_script
from trialogue.server.think.terms import ScriptedTerms


def opened(*entries: dict[str, Any]) -> ScriptedThink:
    """A provider at the script's beginning."""
    return ScriptedThink(read_script(list(entries)), random.Random(1))


async def ask(provider: ScriptedThink, heard: str = "", **more: Any) -> Any:
    """What one pass says: its text, or its calls, or None for silence."""
    thoughts: list[Thought] = []
    await provider.think(ThinkRequest(memory=(), heard=heard, **more), thoughts.append)
    thoughts = [thought for thought in thoughts if not isinstance(thought, Chosen)]
    if not thoughts:
        return None
    if isinstance(thoughts[0], ThoughtCalls):
        return thoughts[0].calls
    return " ".join(t.text for t in thoughts if isinstance(t, ThoughtSentence))


async def test_entries_come_in_order_and_run_out() -> None:
    """A script without rules gives its lines in order, and then nothing."""
    provider = opened({"say": "One."}, {"say": "Two."})
    assert [await ask(provider) for _ in range(4)] == ["One.", "Two.", None, None]


async def test_fitting_rules_go_before_the_order() -> None:
    """A script's first unused rule that fits goes before its lines, once."""
    provider = opened({"say": "One."}, {"when": {"heard": "(?i)cost"}, "say": "Cheap."}, {"say": "Two."})
    assert [await ask(provider, h) for h in ("hi", "the COST", "cost", "cost")] == [
        "One.",
        "Cheap.",
        "Two.",
        None,
    ]


async def test_otherwise_when_nothing_fits() -> None:
    """A script's `otherwise` lines come in order, and the last one again and again."""
    provider = opened(
        {"otherwise": "Pardon?"}, {"when": {"heard": "x"}, "say": "X."}, {"otherwise": "Again?"}
    )
    assert [await ask(provider, h) for h in ("a", "b", "x", "x")] == ["Pardon?", "Again?", "X.", "Again?"]


async def test_rule_that_may_come_again() -> None:
    """A rule with `again` fits any number of times, after unused ones."""
    provider = opened(
        {"when": {"heard": "hi"}, "say": "Hello.", "again": True}, {"when": {"heard": "hi"}, "say": "Oh."}
    )
    assert [await ask(provider, "hi") for _ in range(4)] == ["Hello.", "Oh.", "Hello.", "Hello."]


async def test_a_reply_that_was_cut_before_its_first_words_gives_its_entry_back() -> None:
    """A script gives a line again whose reply was cut before its words."""
    provider = opened({"say": "One."}, {"say": "Two."})
    assert await ask(provider, reply=1) == "One."
    provider.place.give_back(1)
    assert await ask(provider, reply=2) == "One."
    assert await ask(provider, reply=3) == "Two."


async def test_denied_replies_are_said_again_in_order() -> None:
    """Unheard lines of a script are said again, in order, before the rest."""
    provider = opened(*({"say": f"{n}."} for n in range(5)))
    assert [await ask(provider, reply=n) for n in range(3)] == ["0.", "1.", "2."]
    provider.place.go_back(2)
    assert [await ask(provider, reply=n) for n in range(3, 7)] == ["1.", "2.", "3.", "4."]
    provider.place.go_back(99)
    assert await ask(provider, reply=8) == "0."


async def test_denied_rules_fit_again_and_fallbacks_come_again() -> None:
    """A rule whose reply was unheard fits again, once, with all that was heard since."""
    provider = opened(
        {"when": {"heard": "cost"}, "say": "Cheap, ${heard}"}, {"otherwise": "X."}, {"otherwise": "Y."}
    )
    assert await ask(provider, "the cost", reply=1) == "Cheap, the cost"
    assert await ask(provider, "hm", reply=2) == "X."
    provider.place.go_back(2)
    assert await ask(provider, "go on", reply=3) == "Cheap, the cost hm go on"
    assert [await ask(provider, "hm", reply=n) for n in (4, 5, 6)] == ["X.", "Y.", "Y."]


async def test_recalled_words_outlive_an_unsent_reply() -> None:
    """Recalled words are still heard after a reply that was cut before its words."""
    provider = opened({"when": {"heard": "cost"}, "say": "Cheap."})
    assert await ask(provider, "the cost", reply=1) == "Cheap."
    provider.place.go_back(1)
    assert await ask(provider, "go on", reply=2) == "Cheap."
    provider.place.give_back(2)
    assert await ask(provider, "go on", reply=3) == "Cheap."


async def test_a_script_begins_behind_what_was_given() -> None:
    """A script begins after the entries that were given, by their index in the list."""
    script: list[dict[str, Any]] = [
        {"think_ms": [0, 0]},
        {"say": "A."},
        {"when": {"heard": "x"}, "say": "B."},
    ]
    script += [{"otherwise": "P."}, {"say": "C."}, {"otherwise": "Q."}]
    provider = ScriptedThink(read_script(script), random.Random(1), ScriptPlace(frozenset({1, 2, 3})))
    assert [await ask(provider, "x", reply=n) for n in range(3)] == ["C.", "Q.", "Q."]


async def test_recalled_words_are_heard_once_more() -> None:
    """Words of a lost turn are heard once more by a script's first reply."""
    rules = [{"when": {"heard": "cost"}, "say": "Cheap.", "again": True}, {"otherwise": "What?"}]
    place = ScriptPlace(frozenset({0}), "What does it cost?")
    provider = ScriptedThink(read_script(rules), random.Random(1), place)
    assert [await ask(provider, "go on", reply=n) for n in range(2)] == ["Cheap.", "What?"]


async def test_the_chosen_entry_is_told_by_its_index() -> None:
    """The reported index of a reply is its place in the script's list."""
    provider = opened({"think_ms": [0, 0]}, {"say": "A."}, {"otherwise": "P."})
    told: list[Thought] = []
    for reply in range(2):
        await provider.think(ThinkRequest(memory=(), reply=reply), told.append)
    assert [t.entry for t in told if isinstance(t, Chosen)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 remark of yours was not heard.", (1, "")),
        ("Ada: Yes.\n12 remarks of yours were not heard.\nYour turn.", (12, "Ada: Yes.\nYour turn.")),
        ("1 remarks of yours were not heard.", (0, None)),
        ("0 remarks of yours were not heard.", (0, None)),
        ("Ada: 2 remarks of yours were not heard.", (0, None)),
        ("2 remarks of yours were not heard. Really.", (0, None)),
    ],
)
def test_a_denial_is_a_line_of_its_own(text: str, found: tuple[int, str | None]) -> None:
    """A script goes back only for a line that is exactly the digest's, not for quoted speech."""
    assert split_denial(text) == (found[0], text if found[1] is None else found[1])


async def test_call_then_say() -> None:
    """A script's entry with a call asks for the tool first, and its line has the result."""
    provider = opened(
        {"call": {"tool": "price", "arguments": {"item": "edge"}}, "say": "It is ${result.usd}."}
    )
    (call,) = await ask(provider, "cost")
    assert (call.name, call.arguments) == ("price", '{"item": "edge"}')
    done = CallItem("c1", call.name, call.arguments, '{"usd": 0.08}')
    assert await ask(provider, "cost", results=(done,)) == "It is 0.08."


async def test_call_without_say_is_silent_after_it() -> None:
    """A script's entry with only a call says nothing after it."""
    provider = opened({"call": {"tool": "end"}})
    assert await ask(provider) == (FunctionWanted("end", "{}"),)
    assert await ask(provider, results=(CallItem("c1", "end", "{}", "ok"),)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${result}", '{"a": {"b": [1, "two"]}, "t": true}'),
        ("${result.a.b.1}!", "two!"),
        ("${result.a.b.0}", "1"),
        ("${result.t}", "true"),
        ("${result.a.b.7} ${result.x.y}", "unknown unknown"),
        ("${heard} ${other}", "cost? ${other}"),
    ],
)
def test_placeholders(text: str, said: str) -> None:
    """A script's line has parts of the result by their path, and what was heard."""
    done = CallItem("1", "f", "{}", '{"a": {"b": [1, "two"]}, "t": true}')
    assert fill(text, ThinkRequest(memory=(), heard="cost?", results=(done,))) == said


def test_placeholders_without_a_result_or_json() -> None:
    """A placeholder without a call says `unknown`, and a result that is no JSON is said as text."""
    request = ThinkRequest(memory=())
    assert fill("${result.a}", request) == "unknown"
    done = (CallItem("1", "f", "{}", "plain"),)
    assert fill("${result}, ${result.a}", evolve(request, results=done)) == "plain, unknown"


UNREADABLE = ["[" * 9_000 + "]" * 9_000, '{"a": "\\ud800"}', '{"a": NaN}', "9" * 6_000]


@pytest.mark.parametrize("result", UNREADABLE, ids=["deep", "surrogate", "no number", "long number"])
def test_results_that_cannot_be_read_are_text(result: str) -> None:
    """A tool's result that is no valid JSON is said as it is."""
    request = ThinkRequest(memory=(), results=(CallItem("1", "f", "{}", result),))
    assert fill("${result}", request) == result
    assert fill("${result.a}", request) == "unknown"


async def test_latency_is_drawn_from_the_seed(autojump_clock: MockClock) -> None:
    """An entry's own range goes before the script's; the same seed takes the same time."""
    times = []
    for _ in range(2):
        provider = opened({"say": "A.", "think_ms": [100, 100]}, {"say": "B."}, {"think_ms": [400, 1200]})
        begun = trio.current_time()
        await ask(provider)
        assert trio.current_time() - begun == pytest.approx(0.1)
        await ask(provider)
        times.append(round(trio.current_time() - begun, 6))
    assert times[0] == times[1]
    assert 0.5 <= times[0] <= 1.3


async def test_lines_are_told_sentence_by_sentence() -> None:
    """A script's line comes sentence by sentence."""
    thoughts: list[Thought] = []
    await opened({"say": "One. Two."}).think(ThinkRequest(memory=()), thoughts.append)
    assert thoughts == [Chosen(0), ThoughtSentence("One."), ThoughtSentence("Two.")]


@pytest.mark.parametrize(
    ("script", "where"),
    [
        (None, "list"), ("text", "list"), ([5], "script[0]"), ([{}], "script[0]"),
        ([{"say": "a"}, {"sayy": "b"}], "'sayy'"), ([{"say": 5}], "text"),
        ([{"say": "a", "when": {"heard": "("}}], "regular expression"), ([{"say": "a", "when": {}}], "heard"),
        ([{"say": "a", "when": {"said": "x"}}], "'said'"), ([{"call": {"tool": 5}}], "tool"),
        ([{"call": {"tool": "t", "arguments": []}}], "arguments"), ([{"think_ms": [2, 1]}], "think_ms"),
        ([{"otherwise": "a", "say": "b"}], "otherwise"), ([{"say": "a", "again": 1}], "again"),
    ],
)  # fmt: skip
def test_faulty_scripts(script: object, where: str) -> None:
    """The error names the place of a script's fault."""
    with pytest.raises(ScriptError) as caught:
        read_script(script)
    assert where in str(caught.value)


@pytest.mark.parametrize(
    ("heard", "where"), [("a(?=b)", "looks ahead"), ("(a)\\1", "refers back"), ("a{2000}", "too large")]
)
def test_a_pattern_that_could_take_for_ever_is_refused(heard: str, where: str) -> None:
    """A script's pattern that could take for ever is refused with advice."""
    with pytest.raises(ScriptError, match=rf"script\[0\].when.heard: .*{where}"):
        read_script([{"say": "a", "when": {"heard": heard}}])


def test_the_patterns_of_a_script_have_a_bound_together() -> None:
    """Many large patterns of a script are refused like a single one."""
    rules = [{"say": "a", "when": {"heard": f"[a-z]{{900}}{number}"}} for number in range(200)]
    assert len(read_script(rules[:50]).entries) == 50
    with pytest.raises(ScriptError, match="fill a script"):
        read_script(rules)


async def test_a_pattern_and_a_text_of_a_stranger_stop_nobody() -> None:
    """A client's slow patterns and long text do not keep others waiting."""
    rules = [{"say": "x", "when": {"heard": f"(?:a?){{400}}{number}$"}} for number in range(20)]
    provider = opened({"say": "x", "when": {"heard": "(a+)+$"}}, *rules, {"otherwise": "Pardon?"})
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(others)
        assert await ask(provider, "a" * 4_000 + "!") == "Pardon?"
        nursery.cancel_scope.cancel()
    assert turns >= len(rules) // 2


KEYS = st.sampled_from(["say", "when", "heard", "call", "tool", "otherwise", "think_ms", "again"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12))
def test_any_json_is_a_script_or_an_error(raw: object) -> None:
    """Any JSON as a script is either read or refused with an error."""
    with suppress(ScriptError):
        assert read_script(raw).think_ms >= (0, 0)


def test_draws_are_those_of_the_journals_that_are_there():
    """The thinking times of a script are the same as in earlier releases."""
    script = read_script(
        [
            {"say": "Yes.", "think_ms": [100, 900]},
            {"call": {"tool": "look", "arguments": {}}, "when": {"heard": "go"}},
        ]
    )
    terms = ScriptedTerms(script, seed=7)
    assert chance(ServerOptions(seed=3), terms).random() == pytest.approx(0.214792709)
