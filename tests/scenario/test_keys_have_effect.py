"""Each key beside each kind of entry: it is refused, or what the entry becomes is another thing.

A key that is accepted without effect makes a test that tests nothing.
"""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
import yaml
from attrs import evolve

from trialogue.model.fault_names import FAULT_NAMES
from trialogue.model.kinds import record_of
from trialogue.scenario import check, forms, prepare, problems
from trialogue.scenario.expect_keys import BoundKeys, ExpectationKeys, JudgeKeys
from trialogue.scenario.expecting import EXAMPLES, UNITS
from trialogue.scenario.fault_keys import FaultKeys
from trialogue.scenario.patterns import EventKeys, SpokenKeys
from trialogue.scenario.people import ClipKeys
from trialogue.scenario.schema import AgentKeys, LimitKeys, PointKeys, RestartKeys, RunKeys
from trialogue.scenario.tool_keys import HttpKeys, McpKeys, MockKeys, ToolKeys
from trialogue.services.script import ScriptEntryKeys

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
GOOD = yaml.load(
    """
trialogue: 1
name: beside
cast:
  moderator: {role: chair, lines: [Hello.]}
  tech: {lines: [Hi.], tools: [prices, price_list]}
  biz: {lines: [Hi.], tools: [price_list]}
  dana: {role: human, via: {clips: [{when: {speaking: tech}, say: Hi.}]}}
tools:
  prices: {mock: {result: 8}}
  price_list: {mock: {result: 8}}
agenda: [{id: cost, title: Cost, time: 1m}]
""",
    LOADER,
)
EVENTS = {
    "said": {"said": {"match": "we agree"}},
    "speaking": {"speaking": "tech"},
    "agenda": {"agenda": "cost", "event": "done"},
    "participant": {"participant": "biz", "event": "lost"},
    "tool": {"tool": "price_list"},
    "error": {"error": "any"},
    "at": {"at": "5s"},
    "ended": {"ended": "said"},
    "granted": {"granted": True},
}
MEASURES = {name: {name: {"max": EXAMPLES[unit]}} for name, unit in UNITS.items()}
MEASURES = yaml.load(json.dumps(MEASURES).replace('"3"', "3"), LOADER)
WHENEVER = {"when and then": {"when": EVENTS["participant"], "then": EVENTS["said"]}}
PLACES = {
    "always": (ExpectationKeys, {name: MEASURES[name] for name in ("silence", "turns", "cost")} | WHENEVER),
    "at_end": (ExpectationKeys, {**EVENTS, **MEASURES}),
    "when": (EventKeys, EVENTS),
    "then": (EventKeys, EVENTS),
    "in_order": (EventKeys, EVENTS),
    "never": (EventKeys, EVENTS),
    "clips": (EventKeys, EVENTS),
    "end": (EventKeys, EVENTS),
    "done_when": (EventKeys, EVENTS),
    "faults": (EventKeys, EVENTS),
}


def placed(place, entries):
    """A document with the entries at a place, and the path of the list that they are in."""
    document = deepcopy(GOOD)
    if place in {"always", "at_end", "in_order", "never"}:
        document["expect"] = {place: entries}
        return document, ("expect", place)
    if place == "clips":
        document["cast"]["dana"]["via"]["clips"] = entries
        return document, ("cast", "dana", "via", "clips")
    document["end" if place == "end" else place] = {"any": entries} if place == "end" else entries
    return document, ("end", "any") if place == "end" else (place,)


def what_it_is(place, resolved, index):
    """What an entry has become, without its place."""
    match place:
        case "clips":
            return next(each for each in resolved.people if each.name == "dana").clips[index]
        case "end":
            return resolved.plan.end[index]
        case "agenda":
            return evolve(resolved.plan.agenda[index], id="")
        case "faults":
            return evolve(resolved.plan.faults[index], id="")
        case _:
            at = f"expect.{place}[{index}]"
            return [
                evolve(each, place="") for each in getattr(resolved.expectations, place) if each.place == at
            ]


def become(file, place, entries):
    """What each entry becomes; None for one that is refused."""
    document, path = placed(place, entries)
    file.write_text(json.dumps(document))
    wrong = {each.path[len(path)] for each in check(file) if each.path[: len(path)] == path}
    good = [number for number in range(len(entries)) if number not in wrong]
    if not good:
        return [None] * len(entries)
    document, _ = placed(place, [entries[number] for number in good])
    file.write_text(json.dumps(document))
    resolved = prepare(file)
    found = {number: what_it_is(place, resolved, index) for index, number in enumerate(good)}
    return [found.get(number) for number in range(len(entries))]


def wrapped(place, event, index):
    """An event as an entry of its place."""
    match place:
        case "clips":
            return "clips", {"say": "Hi.", "when": event}
        case "done_when":
            return "agenda", {"id": f"p{index}", "title": "Point", "time": "1s", "done_when": event}
        case "when" | "then":
            return "always", {"when": EVENTS["speaking"], "then": EVENTS["speaking"], place: event}
        case "faults":
            return "faults", {"id": f"f{index}", "when": event, "do": "disconnect", "to": "biz"}
        case _:
            return place, event


def examples(record):
    return {key: yaml.load(text, LOADER) for key, text in forms.examples()[record.cls.__name__].items()}


def swallowed(file, place, record, kinds):
    """Keys that are accepted beside those of an entry, and change nothing of what it becomes."""
    shown = examples(record)
    asked = [
        (kind, key, base if key is None else {**base, key: shown[key]})
        for kind, base in kinds.items()
        for key in (None, *shown)
        if key not in base
    ]
    entries = [wrapped(place, entry, index) for index, (_, _, entry) in enumerate(asked)]
    found = become(file, entries[0][0], [entry for _, entry in entries])
    bare = {kind: each for (kind, key, _), each in zip(asked, found, strict=True) if key is None}
    told = zip(asked, found, strict=True)
    return [(kind, key) for (kind, key, _), each in told if key and each is not None and each == bare[kind]]


@pytest.mark.parametrize("place", PLACES)
def test_no_key_is_swallowed_beside_an_event_or_a_measure(tmp_path, monkeypatch, place):
    """Each key beside an event or a measure has an effect or is refused, in every section."""
    monkeypatch.setattr(problems, "MOST", 10_000)
    cls, kinds = PLACES[place]
    for some in batched(kinds.items(), 4):
        assert swallowed(tmp_path / "x.yaml", place, record_of(cls), dict(some)) == []


def batched(items, size):
    """Items in groups: the time for a file grows with the square of its problems."""
    listed = list(items)
    return [listed[at : at + size] for at in range(0, len(listed), size)]


@pytest.mark.parametrize("measure", UNITS)
def test_no_bound_is_swallowed_beside_another(tmp_path, measure):
    """Each bound of a measure has an effect beside `max`, or is refused."""
    bound = MEASURES[measure][measure]["max"]
    more = dict.fromkeys(("min", "p50", "p95", "p99"), bound) | {"each": ["tech"]}
    more |= {key: value for key, value in examples(record_of(BoundKeys)).items() if key not in {*more, "max"}}
    entries = [
        {measure: {"max": bound}},
        *({measure: {"max": bound, key: value}} for key, value in more.items()),
    ]
    first, *others = become(tmp_path / "x.yaml", "at_end", entries)
    assert [key for key, each in zip(more, others, strict=True) if each == first] == []


def test_no_key_is_swallowed_in_what_is_said(tmp_path):
    """Each key of `said` has an effect beside the others, or is refused."""
    for base in ({"match": "we agree"}, {"number": 8}, {"name": "biz"}):
        more = {"match": "yes", "number": 9, "name": "tech", "by": "tech"}
        more = {key: value for key, value in more.items() if key not in base}
        entries = [{"said": base}, *({"said": {**base, key: value}} for key, value in more.items())]
        first, *others = become(tmp_path / "x.yaml", "at_end", entries)
        assert first not in others
    assert {member.key for member in record_of(SpokenKeys).members} == {"match", "number", "name", "by"}


def test_no_key_is_swallowed_beside_a_fault(tmp_path):
    """`by` and `for` have an effect at each fault, or are refused."""
    more = {key: value for key, value in examples(record_of(FaultKeys)).items() if key in {"by", "for"}}
    assert {member.key for member in record_of(FaultKeys).members} == {"id", "when", "do", "to", *more}
    for at in range(0, len(FAULT_NAMES), 30):
        names = FAULT_NAMES[at : at + 30]
        base = [
            {"id": f"f{n}", "when": {"at": "5s"}, "do": name, "to": "tech"} for n, name in enumerate(names)
        ]
        first = become(tmp_path / "x.yaml", "faults", base)
        for key, value in more.items():
            assert not [
                name
                for name, one, other in zip(
                    names,
                    first,
                    become(tmp_path / "x.yaml", "faults", [{**each, key: value} for each in base]),
                    strict=True,
                )
                if other is not None and one == other
            ]


def test_no_key_is_swallowed_beside_a_clip(tmp_path):
    """Each key of a clip has an effect beside its words, or is refused."""
    base = {"say": "Hi.", "when": {"at": "5s"}}
    more = {**examples(record_of(ClipKeys)), "mode": "wait", "voice": "heart"}
    more = {key: value for key, value in more.items() if key not in base}
    first, *others = become(
        tmp_path / "x.yaml", "clips", [base, *({**base, key: value} for key, value in more.items())]
    )
    assert set(more) == {"play", "type", "voice", "text", "mode"}
    assert first not in others


SEATS = {
    "lines": {"lines": ["Hi."]},
    "script": {"think": {"provider": "scripted", "script": [{"say": "Hi."}]}},
    "script under via": {"via": {"scripted": [{"say": "Hi."}]}},
    "model": {"think": {"provider": "open_ai", "model": "m", "endpoint": {"url": "http://127.0.0.1:1/v1"}}},
    "hosted": {"via": "deepgram", "prompt": "You are here."},
    "text": {"role": "human", "via": "text"},
    "microphone": {"role": "human", "via": "microphone"},
    "app": {"role": "human", "via": "app"},
    "clips": {"via": {"clips": [{"say": "Hi.", "when": {"at": "5s"}}]}},
    "watching": {"role": "observer", "via": "app"},
}
MORE_OF_SEATS = {
    "title": "Eve",
    "think": {"provider": "scripted", "script": [{"say": "Yes."}]},
    "hears": "audio",
    "restart": {"max": 7},
    "on_failure": "end",
    "tools": ["prices"],
    "listen": {"language": "de"},
    "role": "chair",
    "via": "deepgram",
    "speak": {"model": "aura-2-luna-en"},
}


def seat_of(file, seat):
    """What a seat becomes; None for one that is refused."""
    document = deepcopy(GOOD)
    document["cast"] = {"tech": document["cast"]["tech"], "eve": seat}
    file.write_text(json.dumps(document))
    if check(file):
        return None
    resolved = prepare(file)
    mine = [each for each in (*resolved.agents, *resolved.people) if each.name == "eve"]
    return mine, resolved.plan.participant("eve"), resolved.plan.floor


@pytest.mark.parametrize("kind", SEATS)
def test_no_key_is_swallowed_beside_a_seat(tmp_path, kind):
    """Each key of a seat has an effect at agents and at people, or is refused."""
    base = SEATS[kind]
    more = {**examples(record_of(AgentKeys)), **MORE_OF_SEATS}
    first = seat_of(tmp_path / "x.yaml", base)
    assert first is not None
    taken = {
        key: seat_of(tmp_path / "x.yaml", {**base, key: value})
        for key, value in more.items()
        if key not in base
    }
    assert [key for key, seat in taken.items() if seat == first] == []


HERE = "http://127.0.0.1:1/"
PARTS = {
    "tool": (
        ("tools", "prices"),
        ToolKeys,
        [{"mock": {"result": 8}}, {"http": {"url": HERE}}, {"mcp": {"url": HERE}}],
    ),
    "mock": (("tools", "prices", "mock"), MockKeys, [{"result": 8}, {"error": "closed"}]),
    "http": (("tools", "prices", "http"), HttpKeys, [{"url": HERE}]),
    "mcp": (("tools", "prices", "mcp"), McpKeys, [{"url": HERE}, {"command": ["x"]}]),
    "run": (("run",), RunKeys, [{}]),
    "limits": (("run", "limits"), LimitKeys, [{}]),
    "point": (
        ("agenda", 0),
        PointKeys,
        [{"id": "cost", "title": "Cost"}, {"id": "cost", "title": "Cost", "time": "1m"}],
    ),
    "restart": (("cast", "tech", "restart"), RestartKeys, [{}, {"max": 3}]),
    "entry": (
        ("cast", "biz", "think", "script", 0),
        ScriptEntryKeys,
        [
            {"say": "a"},
            {"call": {"tool": "price_list"}},
            {"say": "a", "when": {"heard": "x"}},
            {"otherwise": "b"},
        ],
    ),
    "judge": (
        ("expect", "judge"),
        JudgeKeys,
        [{"ask": ["x"]}, {"ask": ["x"], "model": "m", "endpoint": {"url": HERE}}],
    ),
}
"""Maps by their places, with what stands in them before another key is added."""

OTHER_THAN_DEFAULT = {"when": "never", "method": "GET"}


def part_of(file, path, keys):
    """What a document with a map at its place becomes; None for one that is refused."""
    document = deepcopy(GOOD)
    document["cast"]["biz"] = {
        "tools": ["price_list"],
        "think": {"provider": "scripted", "script": [{"say": "z"}, {"say": "y"}]},
    }
    if path[:2] == ("tools", "prices") and path[2:]:
        document["tools"]["prices"] = {}
    inside = document
    for step in path[:-1]:
        inside = inside[step] if isinstance(inside, list) else inside.setdefault(step, {})
    inside[path[-1]] = keys
    file.write_text(json.dumps(document))
    if check(file):
        return None
    resolved = prepare(file)
    own = (
        resolved.document.run.page,
        resolved.document.expect,
        resolved.models,
        resolved.frame_ms,
        resolved.clock,
    )
    return resolved.plan, resolved.agents, resolved.tools, own


@pytest.mark.parametrize("part", PARTS)
def test_no_key_is_swallowed_in_other_maps(tmp_path, part):
    """Each key of tools, the run, the agenda and other maps has an effect, or is refused."""
    path, cls, bases = PARTS[part]
    swallowed_keys = []
    for base in bases:
        first = part_of(tmp_path / "x.yaml", path, base)
        assert first is not None
        more = {**examples(record_of(cls)), **(OTHER_THAN_DEFAULT if part in {"restart", "http"} else {})}
        own = {member.key for member in record_of(cls).members}
        swallowed_keys += [
            key
            for key, value in more.items()
            if key in own - base.keys() and part_of(tmp_path / "x.yaml", path, {**base, key: value}) == first
        ]
    assert swallowed_keys == []


@pytest.mark.parametrize("key", ["max: 3", "within: 2m", "backoff: 1s..8s"])
@pytest.mark.parametrize("never", ["when: never", "max: 0"])
def test_retries_that_never_happen_have_no_number(tmp_path, key, never):
    """A number for retries that never happen is refused, at a seat and in the defaults."""
    if key[:3] == never[:3]:
        return
    file = tmp_path / "x.yaml"
    file.write_text(
        f"trialogue: 1\nname: x\ncast: {{ann: {{lines: [Hi.], restart: {{{never}, {key}}}}}}}\n"
        f"defaults: {{agent: {{restart: {{{never}, {key}}}}}}}\n"
    )
    told = f"has no effect with {never}, which retries nothing"
    assert [each.text for each in check(file)] == [told, told]
