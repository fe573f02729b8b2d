"""Patterns from outside: `re`'s meaning, in linear time."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialogue.model import characters
from trialogue.model.patterns import (
    LARGEST,
    LONGEST,
    PatternFault,
)
from trialogue.model.patterns import compile as compile_pattern

LETTERS = "aAbBiIkKsS_0 9.-\n\r\t\u0130\u0131\u017f\u212aéÉßẞжЖ漢٣\u2028\u00a0\u0301ǅǆ𐐀𐐨€🙂\u24b6\u24d0"

WRITTEN = LETTERS.replace("𐐀", "")
"""Those of patterns: in a set, without regard for case, `re` finds no capital beyond U+FFFF by itself."""

texts = st.text(st.sampled_from(LETTERS), max_size=10)
classes = st.sampled_from(list(WRITTEN)).map(re.escape) | st.sampled_from(
    [r"\w", r"\d", r"\s", r"\W", r"\D", r"\S", "a-k", "à-ž", "A-z", "Ж-ж", "+-."]
)
atoms = st.one_of(
    st.sampled_from(list(WRITTEN)).map(re.escape),
    st.sampled_from([".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\B", "^", "$", r"\A", r"\Z"]),
    st.tuples(st.sampled_from(["[", "[^"]), st.lists(classes, min_size=1, max_size=3)).map(
        lambda parts: parts[0] + "".join(parts[1]) + "]"
    ),
)
repeats = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{0}"])
sources = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, repeats).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.tuples(st.sampled_from(["(", "(?:", "(?i:", "(?s:", "(?-i:"]), inner).map(
            lambda p: p[0] + p[1] + ")"
        ),
    ),
    max_leaves=6,
)
flags = st.sampled_from(["", "", "(?i)", "(?s)", "(?m)", "(?im)", "(?a)", "(?ai)"])


@given(flags, sources, texts)
@settings(max_examples=10 * settings.default.max_examples)
@example("", "$", "\n")
@example("", r"a$\n$", "a\n")
@example("", r"a\n$", "a\n\n")
@example("(?m)", "^$", "a\n")
@example("", r"\B", "")
@example("", r"\B", "é")
@example("", r"\b_|[^_]\b", "é_")
@example("(?i)", "k", "\u212a")
@example("(?i)", "[^k]", "\u212a")
@example("(?i)", "ß", "ẞ")
@example("", r"\d", "٣")
@example("(?i)", "a|𐐨", "𐐀")
def test_a_pattern_means_what_it_means_to_re(flag, source, text):
    """Whatever is found by one is found by the other."""
    try:
        pattern = compile_pattern(flag + source)
    except PatternFault:
        return
    expected = re.search(flag + source, text) is not None
    assert pattern.search(text) == expected


def test_most_patterns_can_be_said():
    """The comparison is not empty: only `^` and `$` that mean two things are refused."""
    refused = 0

    @given(flags, sources)
    @settings(max_examples=300, database=None)
    def run(flag, source):
        nonlocal refused
        try:
            re.compile(flag + source)
        except re.error:
            return
        try:
            compile_pattern(flag + source)
        except PatternFault:
            refused += 1

    run()
    assert refused <= 15


def test_case_is_what_it_is_to_re():
    """Every letter has the equals that `re` gives it, in every language."""
    cased = "".join(c for c in map(chr, range(0x110000)) if c.lower() != c or c.upper() != c)
    for letter in cased:
        equals = "".join(re.findall(re.escape(letter), cased, re.IGNORECASE))
        ranges = characters.in_any_case(ord(letter), ord(letter), is_ascii=False)
        assert "".join(chr(c) for low, high in ranges for c in range(low, high + 1)) == equals


@pytest.mark.parametrize(("source", "found"), [(r"\d", characters.digits), (r"\s", characters.spaces)])
def test_classes_are_what_they_are_to_re(source, found):
    """No digit and no space is missed, up to the last character."""
    ranges = found(is_ascii=False)
    assert [chr(c) for low, high in ranges for c in range(low, high + 1)] == re.findall(
        source, "".join(map(chr, range(0x110000)))
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a+)+$", "a" * 5_000 + "!"),
        (r"^(\w+\s?)*$", "é" * 5_000 + "!"),
        ("(?:a|a)*b", "a" * 5_000),
        (r"(.*?,){12}P", "1," * 2_500),
        ("(?:a?){500}b", "a" * 5_000),
    ],
)
def test_no_text_takes_long(source, text):
    """What would take `re` longer than the world is old is over at once."""
    began = time.process_time()
    assert compile_pattern(source).search(text) is False
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a(?=b)", "include the text that follows"),
        ("a(?!b)", "write what may follow"),
        ("(?<=a)b", "include the text before it"),
        ("(?<!a)b", "write what may come before"),
        (r"(a|b)\1", "write out the repeated text"),
        ("(a)?b(?(1)c|d)", "write both forms"),
        ("(?>a+)b", "the search never backtracks"),
        ("a++b", "the search never backtracks"),
        ("(", "is not a regular expression: missing )"),
        ("[[a]", "same meaning in all versions"),
        ("x" * (LONGEST + 1), "longer than 1,000"),
        ("a{1001}", "is too large"),
        (r"(?:\w{1,50}\s){50}", "is too large"),
        ("(?:" * 60 + "a?" + ")?" * 60, "nests groups"),
        ("(" * 450 + "a" + ")" * 450, "nests groups|same meaning"),
        ("$(?m:^)", "two meanings|two definitions"),
        (r"\b(?a:\b)", "two meanings|two definitions"),
        ("(?i)" + "".join(f"[{chr(0x100 + i)}-\uffff]" for i in range(40)), "more than 30 ranges"),
    ],
)
def test_an_unsupported_pattern_is_refused_with_an_alternative(source, words):
    """In words for the author, who is told what to write."""
    with pytest.raises(PatternFault) as caught:
        compile_pattern(source)
    assert any(each in str(caught.value) for each in words.split("|"))


def test_a_program_has_a_bound():
    """The largest pattern that is taken costs no more than it may."""
    assert compile_pattern(r"\w{400}").size <= LARGEST
    with pytest.raises(PatternFault):
        compile_pattern(r"\w{900}")


def test_a_text_may_hold_anything():
    """Lone surrogates and the characters that stand for others inside are no traps."""
    for text in ("\ud800", "\ufdd0", "\ufdd2", "_\ufdd2_", "é\ud800_"):
        for source in (r"\w$", "^.$", r"\b", "[^_]", "\n"):
            assert compile_pattern(source).search(text) == (re.search(source, text) is not None)
