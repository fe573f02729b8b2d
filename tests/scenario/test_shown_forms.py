"""Forms that messages show for an unknown key: written in its place, each is taken."""

from __future__ import annotations

import json
import re
from copy import deepcopy

import pytest
import yaml

from trialogue.model import kinds
from trialogue.model.kinds import record_of
from trialogue.scenario import check, forms, key_aliases
from trialogue.scenario.problem_lines import lines_of
from trialogue.scenario.schema import Document
from trialogue.scenario.stages import options_of

SHOWN = re.compile(
    r"; (?:write|it belongs (?P<top>at the top level)?(?:under [^:]+)?:) (?P<form>.*)", re.DOTALL
)
INNERMOST = re.compile(r"\{[^{}]*\}")
ELSEWHERE = {"E-FILE", "E-PATH", "E-SECRET", "E-TOOL-UNUSED"}
"""Problems of what an example names: a file, a secret in a stand-in, or a tool that nobody has."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
GOOD = yaml.load(
    """
trialogue: 1
name: shown
cast:
  moderator: {role: chair, lines: [Hello.]}
  tech:
    think: {provider: scripted, script: [{when: {heard: price}, call: {tool: prices}, say: Hi.}]}
    tools: [prices, price_list, from_http]
  biz: {lines: [Hi.]}
  dana: {role: human, via: {clips: [{when: {speaking: tech}, say: Hi.}]}}
  fay: {via: {scripted: [{say: Hi.}]}, tools: [prices]}
  law:
    via: deepgram
    tools: [prices]
    think: {provider: open_ai, model: gpt-4o-mini}
    listen: {}
    speak: {}
    restart: {}
    on_failure:
      replace:
        think: {provider: open_ai, model: gpt-4o-mini}
        speak: {model: aura-2-luna-en}
defaults: {agent: {}}
run: {limits: {}}
tools:
  prices: {mock: {result: 8}, filler: {after: 2s, say: One moment.}}
  price_list: {mcp: {url: "http://127.0.0.1:8000/mcp"}}
  from_http: {http: {url: "http://127.0.0.1:8080/prices"}}
floor: {policy: moderated, hold: {}, silence: {}, share: {}, interrupt: {}}
agenda: [{id: cost, title: Cost, time: 1m, done_when: {at: 5s}}]
end: {any: [limits]}
faults:
  - {id: biz-drop, when: {at: 5s}, do: disconnect, to: biz}
  - {id: late, when: {at: 5s}, do: delay, by: 3s, to: biz}
expect:
  always: [{response-latency: {max: 2s}}, {floor-share: {max: 50%}}]
  in_order: [{said: {match: we agree}}]
  at_end: [{tool: prices, called: {min: 1}}]
  judge: {ask: [Is it polite.]}
""",
    LOADER,
)
NAMES = ("tech", "moderator", "biz", "dana", "fay", "law", "prices", "price_list", "from_http")


def records(kind, node, path=()):
    """Each record of a document, with its place."""
    match kind:
        case kinds.KeyMap() if isinstance(node, dict):
            yield path, kind
            for member in kind.members:
                if member.key in node:
                    yield from records(member.kind, node[member.key], (*path, member.key))
        case kinds.MapOf(value=inner) if isinstance(node, dict):
            for name, each in node.items():
                yield from records(inner, each, (*path, name))
        case kinds.ListOf(item=inner) if isinstance(node, list):
            for index, each in enumerate(node):
                yield from records(inner, each, (*path, index))
        case kinds.OneOf() | kinds.StageKeys():
            for each in options_of(kind):
                yield from records(each, node, path)
        case _:
            pass


def shown():
    """Each form, the record it is shown for with its places, and whether it is for the top level."""
    found = {}
    for path, record in records(record_of(Document), GOOD):
        own = {member.key for member in record.members}
        words = (*key_aliases.WANTED.get(record.cls.__name__, {}), *forms._below(record), *key_aliases.LIMITS)
        for word in words:
            hint = SHOWN.fullmatch(forms.key_hint(word, record)) if word not in own else None
            if hint is not None:
                top = hint["top"] is not None
                found.setdefault((record.cls, hint["form"], top), (record, []))[1].append(path)
    return [(form, top, record, paths) for (_, form, top), (record, paths) in found.items()]


def merged(here, form):
    """A map, with what an author adds to it."""
    both = dict(here)
    for key, value in form.items():
        inside = isinstance(value, dict) and isinstance(here.get(key), dict)
        both[key] = merged(here[key], value) if inside else value
    return both


def documents(form, record, path):
    """Documents with the form in its place: beside all other keys there, beside some, or replacing them."""
    example = forms.examples().get(record.cls.__name__, {})
    for extra in (None, "", *(member.key for member in record.members)):
        for added in (merged, lambda here, more: here | more):
            document = deepcopy(GOOD)
            inside = document
            for step in path[:-1]:
                inside = inside[step]
            old = inside[path[-1]] if path else document
            if path and extra is not None:
                kept = [member.key for member in record.members if member.required or member.key == extra]
                old = {key: old.get(key, yaml.load(example[key], LOADER)) for key in kept if key in example}
            if not path:
                document = added(old, form)
            else:
                inside[path[-1]] = added(old, form)
            yield document
        if not path:
            return


def is_taken(file, text, top, record, paths):
    """Whether some file has no problem at the place of the form."""
    for name in NAMES if "NAME" in text else NAMES[:1]:
        form = yaml.load(f"{{{text.replace('NAME', name)}}}", LOADER)
        for path in [()] if top else paths:
            place = path or (next(iter(form)),)
            for document in documents(form, record, path):
                file.write_text(json.dumps(document), encoding="utf-8")
                wrong = [each for each in check(file) if each.code.value not in ELSEWHERE]
                if not any(each.path[: len(place)] == place for each in wrong):
                    return True
    return False


def not_taken(some, file):
    return [
        f"{record.cls.__name__}: {text}"
        for text, top, record, paths in some
        if not is_taken(file, text, top, record, paths)
    ]


def test_the_file_with_the_places_is_good(tmp_path):
    """The file into which forms are pasted is valid by itself."""
    file = tmp_path / "good.yaml"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    assert check(file) == []


def test_each_missing_key_is_told(tmp_path):
    """A key that its map requires is missed beside all others; `tools` hid that `cast` was not there."""
    file, silent = tmp_path / "missing.yaml", []
    for path, record in records(record_of(Document), GOOD):
        for key in [member.key for member in record.members if member.required]:
            document = deepcopy(GOOD)
            inside = document
            for step in path:
                inside = inside[step]
            if inside.pop(key, None) is not None:
                file.write_text(json.dumps(document), encoding="utf-8")
                silent += [] if check(file) else [(*path, key)]
    assert silent == []


def test_what_is_shown_for_clips_and_the_end_is_taken(tmp_path):
    """Forms shown for clips and the end are valid when they are pasted."""
    some = {}
    for each in shown():
        if each[2].cls.__name__ in {"ClipsKeys", "EndKeys"}:
            some.setdefault((INNERMOST.search(each[0]) or [each[0]])[0], each)
    assert len(some) > 25
    assert not_taken(some.values(), tmp_path / "shown.yaml") == []


@pytest.mark.parametrize("seat", ["lines: [Hi.]", "role: human, via: text"])
@pytest.mark.parametrize("key", ["timeout: 20", "patience: a while", "max_turn: 1m"])
def test_what_is_shown_for_a_time_at_a_seat_is_taken(tmp_path, seat, key):
    """The form for a time at a seat leads to the floor's key, and is valid when it is pasted."""
    file = tmp_path / "seat.yaml"
    start = "trialogue: 1\nname: x\ncast: {ann: {lines: [Hi.]}, ben: {"
    file.write_text(f"{start}{seat}, {key}}}}}\n")
    (wrong,) = check(file)
    _, _, form = wrong.text.partition(" at the top level: ")
    file.write_text(f"{start}{seat}}}}}\n{form}\n")
    assert form.startswith("floor: {")
    assert check(file) == []


SHAPES = [
    "speak: aura-2-thalia-en",
    "listen: nova-3",
    "restart: 3",
    "tools: prices",
    "aliases: engineer",
    "hold: 45s",
    "silence: 4s",
    "share: 50%",
    "limits: 10m",
    "limits: 12",
    "mock: 8",
    "mock: eight cents",
    "agenda: Cost",
    "agenda: [Cost]",
    "end: Good night",
    "words: we agree",
    "turns: 7",
    "duration: 10m",
    "cost: 1.50 USD",
    "response-latency: 2s",
    "floor-share: 10%",
    "interruptions: 2",
    "times: 2",
    "called: 1",
    "said: we agree",
    "each: tech",
    "always: {cost: {max: 1 USD}}",
    "in_order: we agree",
    "judge: Was it polite?",
    "via: clips",
]
"""Values in another shape than that of their key."""

ROUND_SHAPES = {
    "agent": ("speak", "listen", "restart", "tools", "aliases"),
    "floor": ("hold", "silence", "share"),
    "run": ("limits",),
    "tool": ("mock",),
    "top": ("agenda", "end"),
    "entry": (
        "words",
        "turns",
        "duration",
        "cost",
        "response-latency",
        "floor-share",
        "interruptions",
        "said",
    ),
    "event": ("times",),
    "call": ("called",),
    "measure": ("each",),
    "expect": ("always", "in_order", "judge"),
    "person": ("via",),
}
"""Keys by what is around them."""

AROUND = {
    "agent": "cast: {{tech: {{lines: [Hi.], {}}}}}",
    "floor": "floor: {{{}}}",
    "run": "run: {{{}}}",
    "tool": "tools: {{prices: {{{}}}}}",
    "top": "{}",
    "entry": "expect: {{at_end: [{{{}}}]}}",
    "event": "expect: {{at_end: [{{participant: tech, event: heard, {}}}]}}",
    "call": "expect: {{at_end: [{{tool: prices, {}}}]}}",
    "measure": "expect: {{at_end: [{{turns: {{min: 1, {}}}}}]}}",
    "expect": "expect: {{{}}}",
    "person": "cast: {{dana: {{{}}}}}",
}
"""What is around a key."""


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_shown_for_another_shape_is_taken(tmp_path, shape):
    """The form for a value of another shape has the author's value, and is valid when it is pasted."""
    file = tmp_path / "shape.yaml"
    here = next(place for place, keys in ROUND_SHAPES.items() if shape.partition(":")[0] in keys)

    def told(text):
        own = yaml.load(AROUND[here].format(text), LOADER)
        with_cast = {"cast": {"tech": {"lines": ["Hi."], "tools": ["prices"]}} | own.pop("cast", {})}
        tools = {"tools": {"prices": {"mock": {"result": 8}}}} if here not in {"agent", "person"} else {}
        document = {"trialogue": 1, "name": "x", **with_cast, **tools, **own}
        if "tools" not in document:
            document["tools"] = {"prices": {"mock": {"result": 8}}}
        file.write_text(json.dumps(document))
        return check(file)

    (wrong, *_) = told(shape)
    assert wrong.form or lines_of(wrong)[-1]
    form = wrong.form or lines_of(wrong)[-1].partition("example: ")[2]
    form = form if ": " in form.partition("{")[0] else f"{shape.partition(':')[0]}: [{form}]"
    assert [each for each in told(form) if each.code.value not in ELSEWHERE] == []


@pytest.mark.parametrize(
    ("wrong", "form"),
    [
        ("cast: {tech: {think: scripted}}", "think: {provider: scripted, script: [{say: Good morning.}]}"),
        ("cast: {tech: {think: groq}}", "think: {provider: groq, model: ...}"),
        ("cast: {tech: [Hello., Bye.]}", "tech: {lines: [Hello., Bye.]}"),
        ("cast: {tech: {lines: 42}}", 'lines: ["42"]'),
        ("cast: {tech: {lines: [Hi.]}, ann: {role: human, via: zoom}}", "via: text"),
        ("cast: {tech: {role: chair, lines: [Hi.]}, ann: {role: Doctor, lines: [Hi.]}}", "role: speaker"),
        ("cast: {tech: {lines: [Hi.]}}\nend: true", "end: {any: [{said: {match: thank you all}}, limits]}"),
        ("cast: {tech: {lines: [Hi.]}}\nfloor: open", "floor: {policy: round-robin}"),
        ("cast: {tech: {lines: [Hi.]}}\nfloor: {policy: 7}", "policy: round-robin"),
        (
            "cast: {tech: {lines: [Hi.]}}\nfloor: {policy: 'rules.floor:choose'}",
            'policy: custom, custom: "rules.floor:choose"',
        ),
        (
            "cast: {tech: {lines: [Hi.]}}\nfloor: rules:choose",
            'floor: {policy: custom, custom: "rules:choose"}',
        ),
        ("cast: {tech: {lines: [Hi.]}}\nexpect: {always: hello}", "at_end: [{said: {match: hello}}]"),
        (
            "cast: {tech: {tools: [from_mock], lines: [Hi.]}}\ntools: {from_mock: {timeout: 2s}}",
            "tools: {from_mock: {mock: {result: 8}}}",
        ),
        (
            "cast: {a: {role: observer, lines: [Hi.]}, b: {lines: [Hi.]}, d: {via: {clips: [{say: Hi.}]}}}",
            "when: {speaking: b, for: 3s}",
        ),
    ],
)
def test_the_form_leads_to_no_other_refusal(tmp_path, wrong, form):
    """Written into the file, each of these was refused again, for a reason that its author had not seen."""
    file = tmp_path / "shown.yaml"
    file.write_text(f"trialogue: 1\nname: x\n{wrong}\n")
    (told,) = check(file)
    assert lines_of(told)[-1].partition("= example: ")[2] == form


def test_several_measures_under_expect_are_shown_as_one_list(tmp_path):
    """Two lists of the same name are a duplicate key: each measure was shown in a list of its own."""
    file, start = tmp_path / "list.yaml", "trialogue: 1\nname: x\ncast: {tech: {lines: [Hi.]}}\n"
    file.write_text(f"{start}expect: {{turns: 5, silence: 5s}}\n")
    texts = {each.text.partition("; write ")[2] for each in check(file)}
    assert texts == {"at_end: [{turns: {total: {min: 5, max: 5}}}, {silence: {max: 5s}}]"}
    file.write_text(f"{start}expect: {{at_end: [{{said: {{match: Hi}}}}], silence: 5s}}\n")
    assert [each.text.partition("; ")[2] for each in check(file)] == [
        "add to the list at_end: {silence: {max: 5s}}"
    ]
    file.write_text(
        f"{start}expect:\n  at_end: [{{silence: {{max: 5s}}}}]\n  at_end: [{{cost: {{max: 1 USD}}}}]\n"
    )
    (told,) = check(file)
    assert told.text == 'duplicate key "at_end": write the entries of both in one list'


@pytest.mark.long
def test_each_form_is_taken_in_each_place(tmp_path):
    """Each form for a misplaced key is valid when it is pasted."""
    assert len(shown()) > 500
    assert not_taken(shown(), tmp_path / "shown.yaml") == []
