"""Texts become trees, trees become values: strictly, and whatever the bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import attrs
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trialogue.errors import ScenarioError, SetupError
from trialogue.model import kinds
from trialogue.model.kinds import kind_of, record_of
from trialogue.scenario import loads, resolve, reveal, to_yaml
from trialogue.scenario.binding import ABSENT, Binder
from trialogue.scenario.did_you_mean import did_you_mean
from trialogue.scenario.problems import Path, Place, Problems, path_text
from trialogue.scenario.quantities import read_duration, read_range, write_duration, write_range
from trialogue.scenario.schema import Document
from trialogue.scenario.stages import stage_record
from trialogue.scenario.tree import Entries, Hole, Items, Scalar, compose, map_scalars, places_of, plain_value
from trialogue.scenario.variables import environment_names
from trialogue.scenario.writing import plain, write_yaml
from trialogue.services import EMBEDDED

GOOD = "trialogue: 1\nname: good\ncast: {ada: {lines: [Hello.]}}\n"


# --- any input ----------------------------------------------------------------------------------------


def faults_of(text) -> tuple[str, ...]:
    """What is wrong with a text; anything but `ScenarioError` goes through."""
    try:
        loads(text)
    except ScenarioError as wrong:
        return wrong.problems
    return ()


def assert_told(text) -> None:
    """A scenario, or faults of one line each."""
    assert all(line and "\n" not in line for line in faults_of(text))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_scenario_or_a_scenario_error(content):
    """No file, however broken, crashes the reader of scenarios."""
    assert_told(content)


KEYS = sorted(
    {member.key for member in record_of(Document).members} | {"provider", "script", "say", "ada", "said"}
)
WORDS = [
    *KEYS,
    "1s",
    "2s..1s",
    "local",
    "chair",
    "(?i)x",
    "${x}",
    "${env:X}",
    "none",
    "\ud800",
    "[",
    "&a",
    "<<",
]
JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(JSONISH)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_structure_is_a_scenario_or_a_scenario_error(value):
    """Known keys at wrong places, with wrong values, do not crash the reader of scenarios."""
    document = {"trialogue": 1, "name": "x", "cast": {"ada": {"lines": ["Hello."]}}}
    if isinstance(value, dict):
        document |= {str(key): inner for key, inner in value.items()}
    else:
        document["cast"] = {"ada": value}
    assert_told(json.dumps(document))


@given(st.text(alphabet="abc:-[]{}&*!|>'\"%@,?# \n\t01.~\x00\ufeff\u2028", max_size=60))
def test_any_yaml_like_text_is_a_scenario_or_a_scenario_error(text):
    """No text of YAML's signs crashes the reader of scenarios."""
    assert_told(GOOD + text)


# --- trees --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("010", 10),
        ("-7", -7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("on", "on"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        (".inf", ".inf"),
        ("1_000", "1_000"),
        ("9" * 19, "9" * 19),
        ("1e999", "1e999"),
        ("\u0661", "\u0661"),
    ],
)
def test_plain_words_are_those_of_yaml_1_2(text, value):
    """Plain words are read as in YAML 1.2: `010` is ten, and dates and `yes` are text."""
    assert plain_value(text) == value
    assert type(plain_value(text)) is type(value)


def test_quoted_words_are_text():
    """A quoted number or truth value is text."""
    assert loads(GOOD + 'about: "5"').document.about == "5"


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\U000f0000"])
def test_only_line_feeds_and_carriage_returns_end_lines(sign):
    """Line breaks that only YAML 1.1 has are part of a text, and shift no line number."""
    problems = Problems()
    told = f"# a{sign}b\nk: a{sign}b\nq: 'a{sign}b'\nt: |\n  a{sign}b\n"
    tree = compose(told, "<x>", problems)
    assert not problems.found
    assert isinstance(tree, Entries)
    values = [pair.value.value for pair in tree.pairs if isinstance(pair.value, Scalar)]
    assert values == [f"a{sign}b", f"a{sign}b", f"a{sign}b\n"]
    assert [pair.at.line for pair in tree.pairs] == [2, 3, 4]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
@pytest.mark.parametrize("sign", ["\x85", "\u2028", "b"])
def test_a_slip_is_shown_at_its_line_whatever_ends_lines(end, sign):
    """A problem has its own line, whatever sign ends the lines of the file."""
    text = end.join([f"# a{sign}", "name: a", f"about: b{sign}", "  cast: c"])
    (fault,) = faults_of(text)
    assert fault.startswith(("<text>:3:", "<text>:4:"))


def test_each_part_has_its_place():
    """Each key and value has the line and column at which it stands."""
    tree = compose("a: [x, {b: 1}]\nc: {d: ~}\n", "f", Problems())
    places = {path: (place.line, place.column) for path, place in places_of(tree).items()}
    assert places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (1, 5),
        ("a", 1): (1, 8),
        ("a", 1, "b"): (1, 12),
        ("c",): (2, 1),
        ("c", "d"): (2, 8),
    }


def test_holes_stay_holes():
    """A part of a file that could not be read gives no second problem."""
    at = Place("f", 1, 1)
    tree = Items(at, (Hole(at), Scalar(at, 1)))
    assert map_scalars(tree, lambda _, scalar: Scalar(scalar.at, 2)) == Items(at, (Hole(at), Scalar(at, 2)))
    problems = Problems()
    binder = Binder(problems)
    assert binder.bind(kinds.Anything(), tree, ()) is ABSENT
    assert binder.bind(kinds.Anything(), Entries(at, ()), ()) == {}
    assert binder.bind(kinds.AnyObject(), tree, ()) is ABSENT
    assert problems.paths() == {()}


# --- kinds --------------------------------------------------------------------------------------------


def test_an_annotation_that_the_format_has_no_use_for():
    """A field of the format with an unsupported type is an error of ours at the first reading."""
    with pytest.raises(TypeError, match="no kind stands for"):
        kind_of("text")


LETTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, max_size=20) | st.sampled_from(
    ["on", "1e5", "010", " x", "a\nb", "a\n", "\n a", "~", "- x", "#"]
)
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
SECONDS = st.integers(0, 10**12).map(lambda micros: micros / 1_000_000)
JSON = st.recursive(
    st.booleans() | st.integers(-(10**17), 10**17) | st.integers(-1000, 1000).map(lambda n: n / 8) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


SCALARS = {
    kinds.Text: TEXTS,
    kinds.OneLine: st.from_regex(r"[a-z]([a-z ]{0,9}[a-z])?", fullmatch=True),
    kinds.Name: NAMES,
    kinds.PatternText: st.sampled_from(["x", "(?i)a|b", "\\bc\\d+", "^$"]),
    kinds.Money: st.sampled_from(["1.50 USD", "2 USD"]),
    kinds.Percent: st.sampled_from(["50%", "7.5%"]),
    kinds.Flag: st.booleans(),
    kinds.DurationRange: st.tuples(SECONDS, SECONDS).map(lambda ends: (min(ends), max(ends))),
    kinds.Anything: JSON,
    kinds.AnyObject: st.dictionaries(NAMES, JSON, max_size=3),
}


def values_of(kind: kinds.Kind) -> st.SearchStrategy[object]:
    """Values that a kind allows."""
    match kind:
        case kinds.Whole(low, high):
            return st.integers(low, high)
        case kinds.Duration(may_be_none, may_be_zero):
            seconds = SECONDS if may_be_zero else SECONDS.filter(bool)
            return seconds | st.just(math.inf) if may_be_none else seconds
        case kinds.Number(low, high):
            bounds = (-5, 5) if low is None or high is None else (math.ceil(low), math.floor(high))
            return st.integers(*bounds) if bounds[0] <= bounds[1] else st.just(low)
        case kinds.ClosedList(options):
            return st.sampled_from(list(options))
        case kinds.ListedWord(options):
            return st.sampled_from(options())
        case kinds.StageKeys():
            return values_of(stage_record(kind, EMBEDDED))
        case kinds.ListOf(item):
            return st.lists(values_of(item), max_size=2).map(tuple)
        case kinds.MapOf(_, value):
            return st.dictionaries(NAMES, values_of(value), max_size=2)
        case kinds.KeyMap(cls=cls, members=members):
            parts = {
                m.attribute: values_of(m.kind) if m.required else st.none() | values_of(m.kind)
                for m in members
            }
            return st.fixed_dictionaries(parts).map(lambda v: cls(**{k: v[k] for k in v if v[k] is not None}))
        case kinds.OneOf(options):
            return st.one_of(*(values_of(option) for option in options))
        case _:
            return SCALARS[type(kind)]


@given(values_of(record_of(Document)))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_document_reads_as_it_was_written(document):
    """Writing YAML and reading it again gives the same document."""
    problems = Problems()
    tree = compose(write_yaml(plain(document)), "f", problems)
    read = Binder(problems).bind(record_of(Document), tree, ())
    assert problems.found == ()
    assert read == document


@given(values_of(record_of(Document)))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=10)
def test_every_document_is_json(document):
    """Each document is valid as JSON, so that the schema of editors fits it."""
    written = plain(document)
    assert json.loads(json.dumps(written)) == written


@given(TEXTS)
@example("a\r\nb")
@example("\u0085")
@example("\ufeffx")
@example("  indented\nlines ")
@example("Ready \U0001f600: \u2028 or\nnot")
def test_every_text_reads_as_it_was_written(text):
    """A text is the same after it was written and read, by YAML 1.1's readers too."""
    written = write_yaml({"text": text})
    tree = compose(written, "f", Problems())
    assert isinstance(tree, Entries)
    assert tree.pairs[0].value == Scalar(tree.pairs[0].value.at, text)
    assert yaml.safe_load(written) == {"text": text}


def test_written_characters_stay_readable():
    """Readable characters of all scripts are written as they are."""
    assert write_yaml({"text": "Ça va? 好 \U0001f600"}) == "text: Ça va? 好 \U0001f600\n"


# --- quantities ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("900ms", 0.9),
        ("20s", 20.0),
        ("1.5s", 1.5),
        ("4m", 240.0),
        ("1h30m", 5400.0),
        ("1h1m1s1ms", 3661.001),
        ("0s", 0.0),
        ("12.345ms", 0.012345),
        ("", None),
        ("20", None),
        ("s", None),
        ("1m1h", None),
        ("-1s", None),
        (" 1s", None),
        ("\u0661s", None),
        ("9999999s", None),
    ],
)
def test_durations(text, seconds):
    """Durations are read with their units, from the largest down, whole or with a fraction."""
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("500ms..8s", (0.5, 8.0)),
        ("1s", (1.0, 1.0)),
        ("2s..1s", None),
        ("1s..", None),
        ("..1s", None),
        ("1..2s", None),
    ],
)
def test_ranges(text, ends):
    """A range has two rising ends, or one value for both."""
    assert read_range(text) == ends


@given(SECONDS)
@example(0.0)
@example(0.000001)
def test_a_duration_reads_as_it_was_written(seconds):
    """A duration is the same after writing and reading it, to the microsecond."""
    assert read_duration(write_duration(seconds)) == seconds


def test_writing_is_short():
    """Durations in resolved scenarios are written in their shortest form."""
    assert [write_duration(seconds) for seconds in (0, 0.9, 90, 5400, math.inf)] == [
        "0s",
        "900ms",
        "1m30s",
        "1h30m",
        "none",
    ]
    assert write_range((0.5, 8.0)) == "500ms..8s"
    assert write_range((1.0, 1.0)) == "1s"


# --- problems -----------------------------------------------------------------------------------------


def test_paths_and_hints():
    """A path reads as people write it; a hint is given where a word is close."""
    path: Path = ("cast", "tech", "think", 0, "model")
    assert path_text(path) == "cast.tech.think[0].model"
    assert str(Place("f.yaml", 3, 4)) == "f.yaml:3:4"
    assert did_you_mean("promt", ["prompt", "role"]) == '; did you mean "prompt"?'
    assert did_you_mean("x", ["prompt"]) == ""


# --- variables ----------------------------------------------------------------------------------------


def test_variables_stand_for_their_texts():
    """Variables are replaced by their values, and what the server fills in stays."""
    text = (
        "trialogue: 1\nname: x\nvars: {topic: the edge, key: '${env:KEY|none}'}\n"
        "cast: {ada: {prompt: 'On ${topic}. ${key}', lines: ['${heard} ${result.a-b.0} ${topic}']}}\n"
    )
    agent = loads(text).document.cast["ada"]
    assert agent.prompt == "On the edge. ${env:KEY|none}"
    assert agent.lines == ("${heard} ${result.a-b.0} the edge",)


def test_secrets_are_revealed_only_when_asked():
    """A written scenario has references to the environment, and never their values."""
    text = (
        "trialogue: 1\nname: x\ncast: {ada: {via: deepgram, prompt: '${env:B}', "
        "think: {provider: open_ai, model: m, endpoint: "
        "{url: 'https://x', headers: {authorization: 'Bearer ${env:A|a} ${other'}}}}}"
    )
    resolved = resolve(loads(text))
    assert resolved.secrets == ("A", "B")
    block = resolved.agents[0].block
    revealed = reveal(block, {"B": "b"})
    assert revealed["think"]["endpoint"]["headers"] == {"authorization": "Bearer a ${other"}
    assert revealed["think"]["prompt"].endswith("\n\nb")
    assert "${env:A|a}" in to_yaml(resolved)
    with pytest.raises(SetupError, match="the environment variable B"):
        reveal(block, {})
    assert reveal([1, "${heard}", None], {}) == [1, "${heard}", None]
    assert environment_names("${env:A|x} ${b} ${env:C}") == ("A", "C")


def test_documents_are_values():
    """Nothing of a scenario can be changed after it was read."""
    document = loads(GOOD).document
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        document.name = "other"
    assert isinstance(document.cast, Mapping)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_a_text(kind):
    """A scenario is read from bytes of each kind."""
    assert loads(kind(GOOD.encode())).document == loads(GOOD).document
