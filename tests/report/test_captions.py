"""Captions: a cue is a sentence, at most two lines and seven seconds, where its words are heard."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from trialogue.brain.words.transcript import utterances
from trialogue.model.commands import EndTurn, GrantFloor, Play
from trialogue.model.events import PlaybackFinished, PlaybackStarted, ReplySent, SentenceSaid
from trialogue.model.records import Record
from trialogue.model.transcript import Passage, Utterance
from trialogue.report.cues import CUT, LINE, LONGEST_S, captions, lines


def said(text: str, start_s: float = 0.0, end_s: float = 4.0, **more) -> Utterance:
    return Utterance("ann", 1, start_s, end_s, text, more.pop("intended", text), "finished", **more)


def shown(utterance: Utterance) -> list[tuple[int, int, str]]:
    return [(cue.start_ms, cue.end_ms, cue.text) for cue in captions([utterance])]


def test_each_sentence_is_a_cue_where_it_is_heard():
    """Each sentence is a subtitle of its own, at the time at which it is heard."""
    passages = (Passage(1.0, 1.5, "Yes."), Passage(2.5, 4.0, "It works."))
    assert shown(said("Yes. It works.", 1.0, 4.0, passages=passages)) == [
        (1000, 1500, "Yes."),
        (2500, 4000, "It works."),
    ]


def test_sentences_without_places_share_the_time_by_their_length():
    """Subtitles of a turn without word times are spread by the length of the sentences."""
    assert shown(said("Yes yes yes. No no no no.", 0.0, 5.0)) == [
        (0, 2500, "Yes yes yes."),
        (2500, 5000, "No no no no."),
    ]


def test_a_cut_is_told_behind_the_last_cue():
    """The mark of an interruption comes after the last words, which are shown in full."""
    assert [cue[2] for cue in shown(said("One. Two", intended="One. Two three."))] == ["One.", f"Two {CUT}"]


def test_typed_words_are_shown_as_long_as_they_are_read():
    """Typed words are in the subtitles for the time of reading them."""
    ((start, end, _),) = shown(said("What about the customers in Asia?", 21.0, 21.0))
    assert start == 21_000
    assert end - start > 1_500


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=80),
    st.floats(0.5, 60.0),
    st.sampled_from([", ", " ", ". "]),
)
def test_no_cue_is_too_long_and_no_word_is_lost(words, length_s, between):
    """Subtitles have at most two lines and seven seconds, in order, and no word is missing."""
    text = between.join(words)
    cues = captions([said(text, 0.0, length_s)])
    assert re.sub(r"\s+", " ", " ".join(cue.text for cue in cues)) == re.sub(r"\s+", " ", text)
    for cue in cues:
        broken = lines(cue.text).split("\n")
        assert len(broken) <= 2
        assert max(map(len, broken)) <= LINE + 6
        assert cue.end_ms - cue.start_ms <= LONGEST_S * 1000 + 1 or " " not in cue.text
    assert [cue.end_ms for cue in cues[:-1]] == [cue.start_ms for cue in cues[1:]]


def test_a_turns_sentences_have_their_places():
    """Sentences are placed where their sound was played."""
    happened = [
        (0.0, SentenceSaid("ann", 1, "Yes.", 0.0), [GrantFloor("ann", 1, "next", 90.0), Play("ann", 1, 1)]),
        (0.1, SentenceSaid("ann", 1, "It works.", 1.5), []),
        (0.2, ReplySent("ann", 1, 3.0), []),
        (5.0, PlaybackStarted("ann", 1, 1, 5.0), []),
        (8.0, PlaybackFinished("ann", 1, 1, 8.0, 3.0, "complete"), [EndTurn("ann", 1, "finished")]),
    ]
    records = [Record(n, at, event, tuple(commands)) for n, (at, event, commands) in enumerate(happened, 1)]
    (utterance,) = utterances(records)
    assert utterance.passages == (Passage(5.0, 6.5, "Yes."), Passage(6.5, 8.0, "It works."))
