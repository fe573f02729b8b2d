"""What `check` notes beside a good scenario."""

import pytest

from trialogue.scenario.load import loads
from trialogue.scenario.notes import notes
from trialogue.scenario.resolve import resolve


def noted(cast):
    return notes(resolve(loads(f"trialogue: 1\nname: x\ncast:\n{cast}")))


def test_words_that_the_voices_cannot_say_are_noted_by_their_place():
    """In lines, scripts and clips; what is said is not repeated."""
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
    """A typing error would sound like somebody else."""
    (note,) = noted(f"  ann: {{lines: [Hi.], speak: {{model: {voice}}}}}\n")
    assert note.startswith(f'cast.ann.speak.model: unknown voice "{voice}"')


@pytest.mark.parametrize(
    "voice", ["heart", "Heart", "aura-2-thalia-en", "Aura-2-Thalia-EN", "aura-luna-en", "thalia"]
)
def test_a_voice_that_is_known_is_not_noted(voice):
    """Nor one that nobody named."""
    assert noted(f"  ann: {{lines: [Hi.], speak: {{model: {voice}}}}}\n  ben: {{lines: [Hi.]}}\n") == []


HOSTED = """
  ann:
    via: deepgram
    prompt: Hello.
    think: {{provider: open_ai, model: gpt-4o-mini}}
    speak: {speak}
"""


def test_a_voice_that_a_service_never_published_is_noted():
    """With the one that was probably meant; there may be newer ones, so it is no error."""
    (note,) = noted(HOSTED.format(speak="{model: aura-2-thalya-en}"))
    told = 'Deepgram has published no voice "aura-2-thalya-en"; did you mean "aura-2-thalia-en"?'
    assert note == f"cast.ann.speak.model: {told}"


@pytest.mark.parametrize(
    "speak", ["{model: aura-2-celeste-es}", "{model: flux-kit-en}", "{provider: eleven_labs, model_id: x}"]
)
def test_a_voice_of_a_service_that_is_known_or_another_vendors_is_not_noted(speak):
    """Nobody lists the voices of others."""
    assert noted(HOSTED.format(speak=speak)) == []


CASED = """\
trialogue: 1
name: x
cast:
  ann: {role: chair, lines: ["Robin, and you?", "Good night."]}
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
    """The end would never come, nor the clip be played, and nothing would say why."""
    found = notes(resolve(loads(CASED)))
    why = "as small and capital letters differ: write (?i) before it to ignore that"
    assert found == [
        f"cast.ben.think.script[0].when.heard: matches none of the words of the scenario, {why}",
        f"cast.robin.via.clips[0].when.said.match: matches none of ann's words, {why}",
        f"end.any[0].said.match: matches none of ann's words, {why}",
        f"expect.never[1].said.match: matches none of ben's words, {why}",
    ]
