"""Slips in a first scenario: each is answered by the form that mends it, in its author's own words."""

from __future__ import annotations

import pytest

from trialogue.scenario import check, prepare
from trialogue.scenario.notes import notes
from trialogue.scenario.problem_lines import lines_of

VIRTUAL = "run: {clock: virtual}\n"
HEAD = f"trialogue: 1\nname: x\n{VIRTUAL}"
CAST = """cast:
  skipper: {role: chair, lines: ["Rosa, please.", It is decided.]}
  olga: {lines: [Heron.]}
  piet: {lines: [Patience.]PIET}
  rosa: {role: human, via: {clips: [{say: Heron., when: {said: {by: skipper, match: Rosa}}}]}}
"""
ROSA = CAST.splitlines(keepends=True)[-1]


def seat(text):
    """Head and cast with another person."""
    return HEAD + CAST.replace(ROSA, f"  rosa: {{role: human{text}}}\n").replace("PIET", "")


def rest(text):
    """Head and cast with more at the top level."""
    return f"{HEAD}{CAST.replace('PIET', '')}{text}\n"


def clips(text):
    """Head and cast with other clips."""
    return seat(f", via: {{clips: [{text}]}}")


def tool(text, more=""):
    """Head and cast with more at an agent."""
    return f"{HEAD}{CAST.replace('PIET', text)}{more}\n"


SLIPS = [
    (rest("expect: {turns: {olga: 2, piet: 1, rosa: 1}}"), "turns: {each: [piet, rosa], min: 1, max: 1}"),
    (rest("expect: {turns: {Olga: 2}}"), "write at_end: [{turns: {each: [olga], min: 2, max: 2}}]"),
    (rest("expect: {always: [{turns: {olga: 2}}]}"), "write {each: [olga], min: 2, max: 2}"),
    (rest("expect: {always: [{participant: olga, turns: 2}]}"), "turns: {each: [olga], min: 2, max: 2}"),
    (rest("expect: {at_end: [{by: piet, response-latency: 2s}]}"), "{each: [piet], max: 2s}"),
    (rest("expect: {at_end: [{turns: {each: [olga], is: 2}}]}"), "write min: 2, max: 2"),
    (rest("expect: {at_end: [{turns: {each: [olga], ==: 2}}]}"), "write min: 2, max: 2"),
    (rest("expect: {at_end: [{said: {match: Heron}, times: {exactly: 2}}]}"), "write min: 2, max: 2"),
    (rest("expect: {latency: {piet: 2s}}"), "at_end: [{response-latency: {each: [piet], max: 2s}}]"),
    (rest("expect: {at_end: [{latency: {piet: 2 s}}]}"), "response-latency: {each: [piet], max: 2s}"),
    (rest("expect: {at_end: [{stop-latency: {piet: 2s}}]}"), "write {each: [piet], max: 2s}"),
    (rest("expect: {said: {by: olga, match: Heron}}"), "at_end: [{said: {by: olga, match: Heron}}]"),
    (rest("expect: {said: [{by: olga, match: Heron}, boat]}"), "{said: {match: boat}}]"),
    (
        rest("expect: {always: [{said: {by: olga, match: Heron}}]}"),
        "example: at_end: [{said: {match: Heron, by: olga}}]",
    ),
    (
        rest("expect: {always: [{participant: olga, event: left, after: 2s}]}"),
        "example: at_end: [{participant: olga, event: left, after: 2s}]",
    ),
    (rest("expect: {at_end: [{response-latency: {max: 2 seconds}}]}"), "did you mean 2s?"),
    (rest("expect: {at_end: [{floor-share: {max: 50}}]}"), "did you mean 50%?"),
    (rest("expect: {at_end: [{cost: {max: $2}}]}"), "did you mean 2.00 USD?"),
    (rest("expect: {never: [{said: {by: anyone, match: Titanic}}]}"), ": leave it out for anybody"),
    (rest("expect: {never: [{said: {by: '*', match: Titanic}}]}"), "; leave it out for anybody"),
    (rest("expect: {at_end: [{turns: {each: [all], min: 1}}]}"), ": leave each out for all of them"),
    (rest("end: {said: {by: skipper, match: it is decided}}"), "{by: skipper, match: it is decided}}]"),
    (rest("end: {skipper: it is decided}"), "any: [{said: {by: skipper, match: it is decided}}]"),
    (rest("end: {when: it is decided}"), "any: [{said: {match: it is decided}}]"),
    (rest("expect: {olga: {turns: 2}}"), "at_end: [{turns: {each: [olga], min: 2, max: 2}}]"),
    (
        rest("expect: {at_end: [{piet: {latency: 2s, says: a}}]}"),
        "{response-latency: {each: [piet], max: 2s}}, {said: {by: piet, match: a}}",
    ),
    (rest("expect: {at_end: [{olga: Heron}]}"), "said: {by: olga, match: Heron}"),
    (rest("expect: {said: {olga: Heron}}"), "at_end: [{said: {by: olga, match: Heron}}]"),
    (rest("expect: {at_end: [{said: {olga: Heron}}]}"), "by: olga, match: Heron"),
    (rest("expect: {at_end: [{says: {olga: Heron}}]}"), "said: {by: olga, match: Heron}"),
    (rest("expect: {contains: Heron}"), "at_end: [{said: {match: Heron}}]"),
    (rest("expect: {in_order: [olga]}"), "{participant: olga, event: heard}"),
    (rest("expect: {response_time: {piet: {within: 2}}}"), "{each: [piet], max: 2s}"),
    (rest("roles: {skipper: moderator}"), "cast: {skipper: {role: chair}}"),
    (rest("chairs: [skipper]"), "cast: {skipper: {role: chair}}"),
    (rest("limits: {duration: 12m}"), "run: {limits: {time: 12m}}"),
    (rest("moderator: skipper"), "cast: {skipper: {role: chair}}"),
    (rest("floor: {chair: Skipper}"), "cast: {skipper: {role: chair}}"),
    (seat(""), "via: {clips: [{say: Hello., when: {granted: true}}]}"),
    (seat(", via: text"), "via: {clips: [{say: Hello., when: {granted: true}}]}"),
    (
        seat(", lines: [Heron suits me., 'I agree.']"),
        "{say: Heron suits me., when: {granted: true}}, {say: I agree., when: {granted: true, nth: 2}}]}",
    ),
    (seat(", via: {lines: [Heron.]}"), "clips: [{say: Heron., when: {granted: true}}]"),
    (
        seat(", clips: [{say: Ah., when: {said: {by: olga, match: a}}}]"),
        "via: {clips: [{say: Ah., when: {said",
    ),
    (seat(", says: Heron."), "via: {clips: [{say: Heron., when: {granted: true}}]}"),
    (seat(", via: lines"), "via: {clips: [{say: "),
    (seat(", via: {script: [Heron.]}"), "clips: [{say: Heron., when: {granted: true}}]"),
    (seat(", person: true").replace("role: human, ", ""), "write role: human"),
    (seat(", kind: person").replace("role: human, ", ""), "write role: human"),
    (seat(", type: clips").replace("role: human, ", ""), "write via: {clips: [{say: "),
    (seat(", kind: bot").replace("role: human, ", ""), "write role: speaker"),
    (seat(", kind: microphone"), "write via: microphone"),
    (seat(", kind: human"), "leave it out: role says it"),
    (seat(", kind: physicist"), "write role for who takes part"),
    (seat(", via: person").replace("role: human, ", ""), "example: role: human"),
    (seat("").replace("role: human", "role: clips"), "example: via: {clips: [{say: "),
    (clips("{say: Ah., after: piet}"), 'when: {said: {by: piet, match: "."}}'),
    (clips("{say: Ah., when: {after: piet}}"), 'when: {said: {by: piet, match: "."}}'),
    (clips("{say: Ah., when: after piet}"), 'when: {said: {by: piet, match: "."}}'),
    (clips("{say: Ah., when: {piet: Patience}}"), "said: {by: piet, match: Patience}"),
    (clips("{say: Ah., when: granted}"), "when: {granted: true}"),
    (clips("{say: Ah., when: 5s}"), "when: {at: 5s}"),
    (clips("{say: Ah., when: Rosa}"), "when: {said: {match: Rosa}}"),
    (clips("Heron."), "{say: Heron., when: {granted: true}}"),
    (clips("{say: Heron.}"), "when: {speaking: olga, for: 3s}"),
    (clips("{sound: horn.wav, when: {at: 5s}}"), "play: horn.wav"),
    (clips("{say: Ah., when: {said: {by: piet}}}"), 'said: {by: piet, match: "."}'),
    (
        clips("{say: Ah., when: {said: {by: piet, match: Patience}}, after: 2}"),
        "when: {said: {by: piet, match: Patience}, after: 2s}",
    ),
    (tool(", tools: [dictionary]"), "tools: {dictionary: {mock: {result: 8}}}"),
    (
        tool(", tools: [{name: dictionary, command: echo one two}]"),
        "tools: {dictionary: {mock: {result: 8}}}",
    ),
    (tool(", tools: {dictionary: {mock: {result: 3}}}"), "tools: {dictionary: {mock: {result: 3}}}"),
    (
        tool(", tools: [dictionary]", "tools: [{name: dictionary, mock: {result: 3}}]"),
        "tools: {dictionary: {mock: {result: 3}}}",
    ),
    (
        tool(", tools: [dictionary]", "tools: {dictionary: {command: echo 'one two' three}}"),
        "in the world [E-TYPE]\n   = example: mock: {result: 8}",
    ),
    (
        tool(", tools: [{name: dictionary, command: echo one two}]").replace(VIRTUAL, ""),
        "tools: {dictionary: {command: [echo, one, two]}}",
    ),
    (
        tool(", tools: [dictionary]", "tools: {dictionary: {command: echo 'one two' three}}").replace(
            VIRTUAL, ""
        ),
        "command: [echo, one two, three]",
    ),
    (rest("expect: {never: [{said: {match: [anthem, jingle bells]}}]}"), 'match: "anthem|jingle bells"'),
    (rest("expect: {never: [{said: {match: ['(?i)a', '(?i)b']}}]}"), 'match: "(?i)a|b"'),
    (rest("expect: {never: [{said: {match: {text: jingle}}}]}"), "match: jingle"),
    (rest("expect: {never: [{said: {match: {who: x}}}]}"), "leave them out, or put the whole text in quotes"),
    (rest("expect: {never: [{said: {by: {name: piet}, match: Heron}}]}"), "not a map; write by: piet"),
    (rest("expect: {never: [{said: {by: {a: piet, b: x}, match: Heron}}]}"), "; write one name alone"),
    (rest("expect: {never: [{said: {by: '{name: piet}', match: Heron}}]}"), 'did you mean "piet"?'),
    (
        tool(", think: {provider: scripted, script: [{say: Hi.}]}"),
        "remove lines: the script has what is said",
    ),
    (
        tool(", think: {provider: open_ai, model: x, endpoint: {url: 'http://127.0.0.1:9/v1'}}").replace(
            VIRTUAL, ""
        ),
        "remove think to have the lines said",
    ),
    (rest("expect: {never: [{said: {by: [piet], match: Heron}}]}"), "not a list; write by: piet"),
    (
        rest("expect: {must: [{said: {by: olga, match: a Heron}}]}"),
        "at_end: [{said: {by: olga, match: a Heron}}]",
    ),
    (
        rest("expect: {should: {turns: {by: olga, min: 2}}}"),
        "write at_end: [{turns: {each: [olga], min: 2}}]",
    ),
    (
        rest("expect: {finally: {said: {match: a}, silence: 5s, olga: {turns: 2}}}"),
        "[{said: {match: a}}, {silence: {max: 5s}}, {turns: {each: [olga], min: 2, max: 2}}]",
    ),
    (rest("expect: {contains: [{said: {match: a}}]}"), "example: at_end: [{said: {match: a}}]"),
    (rest("expect: {all: true}"), "write at_end: [{said: {by: olga, match: ...}}]"),
    (rest("expect: {must_not: [jingle, {error: any}]}"), "never: [{said: {match: jingle}}, {error: any}]"),
    (rest("expect: {forbidden: []}"), "write never: [{said: {by: olga, match: ...}}]"),
    (rest("expect: {must_not: [{silence: 5s}]}"), "write at_end: [{silence: {max: 5s}}]"),
    (rest("expect: {no: [jingle]}"), "example: never: [{said: {match: jingle}}]"),
    (
        rest("expect: {then: [olga, {by: piet, match: a}]}"),
        "in_order: [{participant: olga, event: heard}, {said: {by: piet, match: a}}]",
    ),
    (rest("expect: [{said: {match: a}}]"), "expect: {at_end: [{said: {match: a}}]}"),
    (rest("must: [{said: {match: a}}]"), "expect: {at_end: [{said: {match: a}}]}"),
    (
        rest("floor: {policy: agenda, agenda: [heron, boat]}"),
        "agenda: [{id: heron, title: Heron, time: 2m}, {id: boat, title: Boat, time: 2m}]",
    ),
    (
        rest("floor: {agenda: [The boat, {title: Heron, minutes: 3}]}"),
        "example: agenda: [{id: the-boat, title: The boat, time: 2m}, {id: heron, title: Heron, time: 3m}]",
    ),
    (rest("points: [boat]"), "write agenda: [{id: boat, title: Boat, time: 2m}]"),
    (rest("agenda: [boat]"), "example: {id: boat, title: Boat, time: 2m}"),
    (rest("agenda: {boat: 3m}"), "agenda: [{id: boat, title: Boat, time: 3m}]"),
    (
        rest("agenda: [{id: boat, title: Boat, owner: olga}, {id: heron, title: Heron}]"),
        "example: {id: boat, title: Boat, owner: olga, time: 2m}",
    ),
    (tool(", voice: male"), "example: speak: {model: hugo}"),
    (tool(", voice: thalia"), "example: speak: {model: thalia}"),
    (tool(", speak: female"), "example: speak: {model: cleo}"),
]
"""Files with one slip, and what the answer contains."""


@pytest.mark.parametrize(("text", "mend"), SLIPS, ids=[str(number) for number in range(len(SLIPS))])
def test_a_slip_is_answered_by_what_mends_it(tmp_path, text, mend):
    """A slip of a newcomer is one problem, with the form that mends it."""
    file = tmp_path / "slip.yaml"
    file.write_text(text)
    (problem,) = check(file)
    assert mend in "\n".join((str(problem), *lines_of(problem)[1:][-1:]))


@pytest.mark.parametrize(
    "text",
    [
        tool(", voice: woman, via: deepgram"),
        tool(", speak: woman", "defaults: {agent: {via: deepgram}}"),
        rest("defaults: {agent: {via: deepgram, voice: woman}}"),
    ],
)
def test_a_word_for_a_voice_leads_to_one_of_its_service(tmp_path, text):
    """A word in a voice's place is answered by a voice of the agent's service."""
    file = tmp_path / "voice.yaml"
    file.write_text(text)
    (form,) = (each.form for each in check(file) if "model" in each.form)
    assert form == "speak: {model: aura-2-thalia-en}"


@pytest.mark.parametrize("clock", ["real", "virtual"])
def test_lines_of_a_person_who_types_lead_to_clips_with_them(tmp_path, clock):
    """Lines of a person who types are answered by clips with those lines, which are valid when pasted."""
    file = tmp_path / "typed.yaml"
    cast = "{ann: {lines: [Hi.]}, jo: {role: human, "
    start = f"{{trialogue: 1, name: x, run: {{clock: {clock}}}, cast: {cast}"
    file.write_text(start + "via: text, lines: [I bring the amplifier.]}}}")
    problems = check(file)
    assert any("clips speak in its place, instead of via: text" in each.text for each in problems)
    (form,) = {each.form for each in problems}
    assert "say: I bring the amplifier." in form
    file.write_text(start + form + "}}}")
    assert check(file) == []


def test_a_call_among_lines_leads_to_a_script(tmp_path):
    """A tool call among lines is answered by a script with the agent's own words."""
    file = tmp_path / "call.yaml"
    named = "\ntools: {dictionary: {mock: {result: 3}}}\n"
    lines = "piet: {lines: [{tool: dictionary, say: Patience.}], tools: [dictionary]}"
    file.write_text(rest(named).replace("piet: {lines: [Patience.]}", lines))
    (problem,) = check(file)
    script = "{provider: scripted, script: [{call: {tool: dictionary}, say: Patience.}]}"
    assert problem.form == f"think: {script}"
    file.write_text(rest(named).replace("piet: {lines: [Patience.]}", f"piet: {{think: {script}}}"))
    (problem,) = check(file)
    assert (problem.code.value, problem.form) == ("E-TOOL-UNKNOWN", "tools: [dictionary]")
    given = f"piet: {{think: {script}, tools: [dictionary]}}"
    file.write_text(rest(named).replace("piet: {lines: [Patience.]}", given))
    assert check(file) == []


@pytest.mark.parametrize(
    ("written", "hint"),
    [("'{name: dictionary}'", 'letter; did you mean "dictionary"?'), ("'{name: clock}'", "with a letter")],
)
def test_a_name_that_is_not_defined_is_never_proposed(tmp_path, written, hint):
    """Suggestions for a misspelt tool are tools that the scenario defines."""
    file = tmp_path / "name.yaml"
    tools = "\ntools: {dictionary: {mock: {result: 3}}}\nexpect: {never: [{tool: WRITTEN}]}"
    file.write_text(tool(", tools: [dictionary]", tools.replace("WRITTEN", written)))
    (problem,) = check(file)
    assert problem.text.endswith(hint)


def test_a_capital_in_the_cast_is_told_once(tmp_path):
    """A name that begins with a capital in the cast alone is one problem, not one at each use."""
    file = tmp_path / "capital.yaml"
    file.write_text(
        rest("end: {any: [{said: {by: skipper, match: decided}}, limits]}").replace("  skip", "  Skip")
    )
    (problem,) = check(file)
    assert 'did you mean "skipper"?' in problem.text
    assert not any("example" in each for each in lines_of(problem))


def test_forms_for_clips_are_taken(tmp_path):
    """The clips shown for a person's lines have those words, and are valid when pasted."""
    file = tmp_path / "clips.yaml"
    file.write_text(seat(", lines: [Heron suits me., I agree.]"))
    (problem,) = check(file)
    file.write_text(seat(f", {problem.form}"))
    assert check(file) == []


def test_a_comma_between_the_words_is_named(tmp_path):
    """The note on a pattern that never matches says when a comma is the only difference."""
    file = tmp_path / "comma.yaml"
    file.write_text(clips("{say: Ah., when: {said: {by: skipper, match: Rosa please}}}"))
    (note,) = (each for each in notes(prepare(file)) if "match" in each)
    assert note.endswith(
        "matches none of skipper's words, as commas or other signs differ: what it waits for never comes"
    )
