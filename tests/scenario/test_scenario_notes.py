"""What `check` notes beside a good scenario."""

import ast
from pathlib import Path

import pytest

import trialogue
from trialogue.brain.happenings import AMISS, FAILED_CODES
from trialogue.brain.words.names import namings
from trialogue.cli.view_story_lines import REASONS
from trialogue.expect.unjudged import UNJUDGED
from trialogue.model.end_reasons import END_REASONS, ERROR_CODES
from trialogue.report.result import BAD_ENDS, LOST, UNSPOKEN
from trialogue.scenario import unnamed_notes
from trialogue.scenario.load import loads
from trialogue.scenario.notes import notes
from trialogue.scenario.resolve import prepare, resolve

UNUSED = {
    "  ann: {lines: [Hi.], tools: [price]}\n": (
        "cast.ann.tools[0]: price is never called, for ann's lines call no tool; to call it, "
        "instead of lines, write think: {provider: scripted, script: [{call: {tool: price}, say: …}]}"
    ),
    "  ann: {lines: [Hi.], prompt: Be brief., tools: [price]}\n": "",
    "  ann: {tools: [price], think: {provider: scripted, script: [{call: {tool: price}}, {say: Yes.}]}}\n": (
        "cast.ann.think.script[0]: only calls, and the next entry is said in a later turn; "
        "to speak in the same turn, write {call: {tool: price}, say: …}"
    ),
    "  ann: {tools: [price], think: {provider: scripted, script: [{call: {tool: price}, say: Yes.}]}}\n": "",
    "  ann: {role: chair, lines: [Hi.]}\nfloor: {policy: round-robin}\n": (
        "cast.ann.role: policy: round-robin does not ask the chair who speaks next; policy: moderated does"
    ),
    "  ann: {role: chair, lines: [Hi.]}\nfloor: {policy: random, otherwise: moderated}\n": "",
    "  ann: {role: chair, think: {provider: scripted, script: [{call: {tool: request_floor}, say: Hi.}]}}\n"
    "floor: {policy: queue}\n": "",
    "  ann: {lines: [Hi.]}\nfloor: {policy: hand-off}\n": (
        "floor.policy: no line or script calls hand_off, so round-robin decides each time; to call it, "
        "instead of lines, write think: {provider: scripted, "
        "script: [{call: {tool: hand_off, arguments: {to: NAME}}, say: …}]}"
    ),
    "  ann: {lines: [Hi.]}\nfloor: {policy: free}\n": "",
}


SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_the_scenarios_that_are_shown_have_no_notes():
    """An example that is noted looks wrong, and its notes are taken for what every scenario has."""
    noted = {file.name: notes(prepare(file)) for file in sorted(SCENARIOS.glob("*.yaml"))}
    assert len(noted) > 20
    assert {name: each for name, each in noted.items() if each} == {}


@pytest.mark.parametrize(("match", "said"), [("no, thanks", "No thanks"), ("no thanks", "no, thanks")])
def test_a_pattern_under_never_that_only_a_comma_keeps_from_the_words_is_noted(match, said):
    """Nothing else tells of it: what must not be said was said, and the expectation was met."""
    never = f'expect: {{never: [{{said: {{match: "(?i){match}"}}}}]}}\n'
    why = "matches none of the words of the scenario, as commas or other signs differ"
    assert noted(f'  ann: {{lines: ["{said}."]}}\n{never}') == [f"expect.never[0].said.match: {why}"]
    assert noted(f'  ann: {{lines: ["{match}."]}}\n{never}') == []


@pytest.mark.parametrize("cast", UNUSED)
def test_parts_that_nothing_uses_are_noted_with_what_would_use_them(cast):
    """A tool, a chair or a policy that nothing uses gives a note that says what would use it."""
    tools = "tools: {price: {mock: {result: 8}}}\n" if "price" in cast else ""
    assert noted(f"{cast}{tools}") == ([UNUSED[cast]] if UNUSED[cast] else [])


@pytest.mark.parametrize("kind", ["command: {}", "mcp: {{command: {}}}"])
def test_a_program_with_blanks_that_is_no_file_is_noted(kind, tmp_path):
    """A whole command line in one text gives a note; a program whose path has blanks does not."""
    (tmp_path / "my tool").touch()
    file = tmp_path / "x.yaml"
    for program, parts in (('"echo two words"', "[echo, two, words, now]"), ('"my tool"', None)):
        tool = kind.format(f"[{program}, now]")
        ann = "{think: {provider: scripted, script: [{call: {tool: t}, say: Hi.}]}, tools: [t]}"
        file.write_text(f"trialogue: 1\nname: x\ncast:\n  ann: {ann}\ntools: {{t: {{{tool}}}}}\n")
        told = [note for note in notes(prepare(file)) if "no program" in note]
        assert [note.partition("write ")[2] for note in told] == ([f"command: {parts}"] if parts else [])


UNNAMED = {
    "": (
        "cast.tom: no line of ann names it, so the chair never gives it the floor; "
        'write its name in one, as in "Tom, your view?"'
    ),
    "What would Tom say?": "",
    "And the old tenor?": "",
}
"""Notes by what the chair says besides."""


def meeting(more):
    """Cast of a chair that says more than a name, and two agents."""
    ann = f'ann: {{role: chair, lines: ["Ben, your view?", "{more or "It is decided."}"]}}'
    tom = "tom: {aliases: [old tenor], lines: [I like the lullaby.]}"
    return f"  {ann}\n  ben: {{lines: [The river song.]}}\n  {tom}\n"


@pytest.mark.parametrize("more", UNNAMED)
def test_an_agent_whom_the_chair_never_names_is_noted(more):
    """An agent that the chair never names, by its name or an alias, gives a note: it would stay silent."""
    assert noted(meeting(more)) == ([UNNAMED[more]] if UNNAMED[more] else [])


def test_a_large_cast_is_searched_for_its_own_names_alone(monkeypatch):
    """The notes of a thousand agents come at once: a line is searched for the agents that it may name."""
    tried = []

    def counted(text, cast, speaker):
        tried.append(text)
        return namings(text, cast, speaker)

    monkeypatch.setattr(unnamed_notes, "namings", counted)
    lines = "".join(f"  agent-{n}: {{lines: [I am agent {n} and well.]}}\n" for n in range(1000))
    cast = (
        f"  ann: {{role: chair, lines: [Agent-7 please., A B-C please.]}}\n  a-bc: {{lines: [Yes.]}}\n{lines}"
    )
    found = noted(cast)
    assert len(found) == 0
    assert len(tried) < 2 * 1000 + 10
    assert len(noted(cast.replace("I am agent", "It is"))) == 999


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("role: chair,", "role: chair, prompt: Ask all.,"),
        ("role: chair,", "role: chair, on_failure: {replace: {lines: [Hi.]}},"),
        ("Ben, your view?", "Good evening."),
        ("The river song.", "Ask Tom."),
        ("aliases: [old tenor], lines", "greeting: Hello., lines"),
        ("role: chair, ", ""),
    ],
    ids=["model", "stand-in", "names-nobody", "named-by-another", "greets", "no-chair"],
)
def test_an_agent_that_may_be_named_is_not_noted(old, new):
    """An agent that a model, a stand-in or somebody else may name gives no note."""
    assert old in meeting("")
    assert noted(meeting("").replace(old, new)) == []


def noted(cast):
    return notes(resolve(loads(f"trialogue: 1\nname: x\ncast:\n{cast}")))


def test_words_that_the_voices_cannot_say_are_noted_by_their_place():
    """Words that the local voices cannot say are noted by their place, and not repeated."""
    cast = """
  ann: {lines: ["Hello.", "\u4f60\u597d", "Caf\u00e9, na\u00efve."]}
  ben: {think: {provider: scripted, script: [{say: Yes.}, {otherwise: "\u0414\u0430, Ann."}]}}
  dana: {role: human, via: {clips: [{say: "\u3053\u3093\u306b\u3061\u306f", when: {at: 1s}}]}}
"""
    words = "has words that the local voices cannot say; they speak English only"
    assert noted(cast) == [
        f"cast.ann.lines[1]: {words}",
        f"cast.ben.think.script[1]: {words}",
        f"cast.dana.via.clips[0].say: {words}",
    ]


@pytest.mark.parametrize("voice", ["aura-2-thalya-en", "AURA-2-THALYA-EN", "thalya", "nobody"])
def test_a_voice_that_nobody_knows_is_noted_in_any_spelling(voice):
    """A misspelt voice gives a note; the agent would get another one's."""
    (note,) = noted(f"  ann: {{lines: [Hi.], speak: {{model: {voice}}}}}\n")
    assert note.startswith(f'cast.ann.speak.model: unknown voice "{voice}"')
    assert note.endswith(("?", "; hugo and cleo are voices, and trialogue voices lists all"))


@pytest.mark.parametrize(
    "voice", ["heart", "Heart", "aura-2-thalia-en", "Aura-2-Thalia-EN", "aura-luna-en", "thalia"]
)
def test_a_voice_that_is_known_is_not_noted(voice):
    """A known voice, or none, gives no note."""
    assert noted(f"  ann: {{lines: [Hi.], speak: {{model: {voice}}}}}\n  ben: {{lines: [Hi.]}}\n") == []


HOSTED = """
  ann:
    via: deepgram
    prompt: Hello.
    think: {{provider: open_ai, model: gpt-4o-mini}}
    speak: {speak}
"""


def test_a_voice_that_a_service_never_published_is_noted():
    """A voice that the service never published gives a note with the one that was probably meant."""
    (note,) = noted(HOSTED.format(speak="{model: aura-2-thalya-en}"))
    told = 'Deepgram has published no voice "aura-2-thalya-en"; did you mean "aura-2-thalia-en"?'
    assert note == f"cast.ann.speak.model: {told}"


@pytest.mark.parametrize(
    "speak", ["{model: aura-2-celeste-es}", "{model: flux-kit-en}", "{provider: eleven_labs, model_id: x}"]
)
def test_a_voice_of_a_service_that_is_known_or_another_vendors_is_not_noted(speak):
    """A known voice of the service, or any voice of another vendor, gives no note."""
    assert noted(HOSTED.format(speak=speak)) == []


CASED = """\
trialogue: 1
name: x
cast:
  ann: {role: chair, lines: ["Robin, and you?", "Good night, Ben."]}
  ben:
    think:
      provider: scripted
      script:
        - {when: {heard: good NIGHT}, say: Yes.}
  robin:
    role: human
    via: {clips: [{say: I liked it., when: {said: {by: ann, match: robin}}}]}
end: {any: [{said: {by: ann, match: good night}}, {said: {match: Good}}, {said: {match: elsewhere}}, limits]}
expect: {never: [{said: {match: "(?i)robin"}}, {said: {by: ben, match: yes}}]}
"""


def test_a_pattern_that_only_capital_letters_keep_from_its_words_is_noted():
    """A pattern that only its capitals keep from matching gives a note with the remedy."""
    found = notes(resolve(loads(CASED)))
    why = "as small and capital letters differ: write (?i) before it to ignore that"
    assert found == [
        f"cast.ben.think.script[0].when.heard: matches none of the words of the scenario, {why}",
        f"cast.robin.via.clips[0].when.said.match: matches none of ann's words, {why}",
        f"end.any[0].said.match: matches none of ann's words, {why}",
        f"end.any[2].said.match: matches none of the words of the scenario: {NEVER}",
        f"expect.never[1].said.match: matches none of ben's words, {why}",
    ]


SCRIPTED = """\
trialogue: 1
name: x
cast:
  ann: {{role: chair, lines: ["Ben, and you?", "Robin?", "The hatch is closed."]}}
  ben: {ben}
  robin: {{role: human, via: {{clips: [{{say: I liked it., when: {{said: {{by: ann, match: Robinson}}}}}}]}}}}
agenda:
  - {{id: a, title: Tea, time: 1m, warn: 9s, done_when: {{said: {{by: ann, match: left for this}}}}}}
  - {{id: b, title: Cake, time: 1m, done_when: {{said: {{match: cake}}}}}}
end: {{any: [{{said: {{by: ann, match: airlock}}}}, {{said: {{by: ann, match: "you. Robin"}}}}, limits]}}
expect:
  in_order: [{{said: {{by: ben, match: yes}}}}]
  never: [{{said: {{by: ann, match: banana}}}}]
  at_end: [{{said: {{by: ann, match: apple}}, times: {{max: 0}}}}]
"""
NEVER = "what it waits for never comes"


def test_a_pattern_that_matches_nothing_a_script_has_is_noted_where_something_waits_for_it():
    """A pattern that no scripted words match gives a note, except under `never`."""
    found = notes(resolve(loads(SCRIPTED.format(ben="{lines: [No.]}"))))
    assert found == [
        f"cast.robin.via.clips[0].when.said.match: matches none of ann's words: {NEVER}",
        f"agenda[1].done_when.said.match: matches none of the words of the scenario: {NEVER}",
        f"end.any[0].said.match: matches none of ann's words: {NEVER}",
        f"expect.in_order[0].said.match: matches none of ben's words: {NEVER}",
    ]


@pytest.mark.parametrize(
    "ben",
    [
        "{role: human, via: text}",
        "{think: {provider: scripted, script: [{otherwise: 'I heard ${heard}'}]}}",
        "{via: deepgram, prompt: Hi., think: {provider: open_ai, model: gpt-4o-mini}}",
        "{lines: [No.], on_failure: {replace: {lines: [Yes.]}}}",
    ],
    ids=["person", "filled-in", "model", "stand-in"],
)
def test_words_of_one_who_may_say_anything_are_not_noted(ben):
    """A pattern for words of a person or of a varying script gives no note."""
    found = notes(resolve(loads(SCRIPTED.format(ben=ben))))
    assert [each.partition(".")[0] for each in found if each.endswith(NEVER)] == ["cast", "end"]


WORDS = """\
trialogue: 1
name: x
cast: {ann: {lines: [Hello.]}, ben: {lines: [Hi.]}}
faults: [{id: drop, when: {at: 1s}, do: disconnect, to: ben}]
expect:
  in_order: [{ended: all-done}, {ended: limit-turns}]
  never: [{ended: time-limt}, {ended: banana}, {error: any, except: [drop, stalled, stalld]}]
  always: [{when: {at: 1s}, then: {ended: turn-limit}}]
"""


def test_a_reason_or_an_exception_that_no_meeting_has_is_noted_with_the_one_that_was_meant():
    """An expectation of an unknown reason gives a note: it would test nothing, and its meeting pass."""
    found = notes(resolve(loads(WORDS)))
    only = "only an app or its policy ends a meeting for the reason"
    assert found[3].startswith(f'expect.never[1].ended: {only} "banana"; known: agenda-done, said, ')
    assert [*found[:3], *found[4:]] == [
        f'expect.always[0].then.ended: {only} "turn-limit"; did you mean "limit-turns"?',
        f'expect.in_order[0].ended: {only} "all-done"; did you mean "agenda-done"?',
        f'expect.never[0].ended: {only} "time-limt"; did you mean "limit-time"?',
        'expect.never[2].except: nothing is called "stalld"; did you mean "stalled"?',
    ]


def _calls(name):
    files = (Path(trialogue.__file__).parent / "brain").rglob("*.py")
    for node in (each for file in files for each in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
            yield node


def _texts(nodes):
    return {each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def test_every_reason_and_code_of_the_brain_is_known():
    """A reason or a code of the brain never counts as a misspelt one."""
    failures = (call for call in _calls("report") if "level='failure'" in ast.unparse(call))
    noted = {text for call in _calls("NotedError") for text in _texts(call.args[2:3])}
    codes = {*_texts(call.args[0] for call in failures), *noted, *FAILED_CODES, LOST, UNSPOKEN}
    assert {"stalled", "actor-crashed"} <= codes
    assert codes | {f"tool-{each}" for each in AMISS} == set(ERROR_CODES)
    ends = {text for call in _calls("end_meeting") for text in _texts(ast.walk(call))}
    assert {"said", "silence"} <= ends
    assert {*ends, *REASONS, *UNJUDGED, *BAD_ENDS} <= set(END_REASONS)


@pytest.mark.parametrize(
    ("keys", "noted_at"),
    [
        ("speak: {speed: 1.1}", ["speak.speed"]),
        ("listen: {keyterms: [cache], language: de}", ["listen.keyterms", "listen.language"]),
        ("speak: {speed: 1.1}, prompt: Be kind.", []),
        ("listen: {model: flux-general-en, eot_timeout_ms: 900}", []),
    ],
    ids=["speed", "hearing", "rehearsal", "heeded"],
)
def test_a_key_without_effect_here_is_noted(keys, noted_at):
    """A key without effect at the embedded server gives a note."""
    told = "has no effect at the embedded server, only at via: deepgram"
    found = noted(f"  ann: {{lines: [Hi.], {keys}}}\n  ben: {{lines: [Hi.]}}\n")
    assert found == [f"cast.ann.{each}: {told}" for each in noted_at]


def test_another_vendors_model_is_not_taken_for_a_voice():
    """Another vendor's model name gives no note about an unknown voice."""
    speak = "{provider: open_ai, model: tts-1, voice: alloy, endpoint: {url: 'https://a.example'}}"
    assert noted(f"  ann: {{lines: [Hi.], speak: {speak}}}\n") == []


WAITED_FOR = """\
trialogue: 1
name: x
run: {{limits: {{time: 2m}}}}
cast:
  ann: {{role: chair, prompt: Hi., lines: [Hi.], tools: [price]}}
  ben: {{lines: [Hi.]}}
  eve: {{role: observer, lines: [Hi.]}}
  sam: {{role: human, via: text}}
  dana: {{via: {{clips: [{{say: Hi., when: {{{clip}}}}}]}}}}
tools: {{price: {{mock: {{result: 8}}}}}}
expect: {{{expect}}}
"""
VAIN = {
    "error: session-lost": "error: session-lost is no error here: write {participant: NAME, event: lost}",
    "tool: price, by: ben": "by: never comes: ben does not have the tool price",
    "error: tool-failed, by: ben": "by: never comes: ben has no tools",
    "at: 3m": "at: never comes: the meeting ends after 2m (run.limits.time)",
    "participant: sam, event: rejoined": ("event: never comes: sam has no session, whose events these are"),
    "participant: ben, event: left": (
        "event: comes only where an app adds or removes participants while the meeting runs"
    ),
    "participant: eve, event: hand": "participant: never comes: eve is an observer and never speaks",
}


@pytest.mark.parametrize("event", VAIN)
def test_what_never_comes_is_noted_where_something_waits_for_it(event):
    """A clip or an expectation that waits for what cannot happen gives a note."""
    clip = notes(resolve(loads(WAITED_FOR.format(clip=event, expect="never: [{error: any}]"))))
    assert clip == [f"cast.dana.via.clips[0].when.{VAIN[event]}"]
    for place in (
        "in_order: [{{{}}}]",
        "at_end: [{{{}}}]",
        "always: [{{when: {{speaking: ann}}, then: {{{}}}}}]",
    ):
        told = notes(resolve(loads(WAITED_FOR.format(clip="at: 1s", expect=place.format(event)))))
        assert [each.startswith("expect.") for each in told] == [True]
    for place in ("never: [{{{}}}]", "at_end: [{{{}, times: {{max: 0}}}}]"):
        told = notes(resolve(loads(WAITED_FOR.format(clip="at: 1s", expect=place.format(event)))))
        assert told == [] or "session-lost" in event


def test_a_lost_session_is_an_error_only_of_a_meeting_without_speech():
    """An expectation that no session is lost, in the wrong form, gives a note: it would always be met."""
    (told,) = notes(resolve(loads(WAITED_FOR.format(clip="at: 1s", expect="never: [{error: session-lost}]"))))
    assert told == (
        "expect.never[0].error: session-lost is an error only of a meeting in which no agent was heard: "
        "write {participant: NAME, event: lost}"
    )
