"""Transcripts in four formats: as people and programs read them, whatever was said."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import webvtt as independent
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_values import MEETING, PLAN, UTTERANCES

from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.text import safe_text
from trialogue.model.transcript import Utterance
from trialogue.report import markdown, rttm, srt, webvtt
from trialogue.report.stretches import Stretch, stretches

GOLDEN = Path(__file__).parent / "golden"
STARTED = datetime(2027, 1, 15, 8, 30, tzinfo=UTC)
TEXT = st.text(st.one_of(st.characters(), st.sampled_from("<>&*_[]()`#|~!{}\\-\n\r\t\u2028 .1")), max_size=40)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("meeting.vtt", webvtt(PLAN, UTTERANCES)),
        ("meeting.srt", srt(PLAN, UTTERANCES)),
        ("meeting.rttm", rttm(PLAN, stretches(MEETING))),
        ("meeting.md", markdown(PLAN, UTTERANCES, MEETING, started=STARTED)),
    ],
)
def test_export_is_the_kept_one(name, made):
    """Each transcript of a small meeting is the kept one, so that each change is seen."""
    assert made == (GOLDEN / name).read_text()


def utterance(text, name="ada", start=1.0, end=2.0):
    return Utterance(name, 1, start, end, text, text, "finished")


def plan(label):
    return MeetingPlan("x", (Participant("ada", title=label),))


def test_nothing_said_is_an_empty_transcript():
    """A silent meeting has a valid, empty file in each format."""
    assert webvtt(PLAN, ()) == "WEBVTT\n"
    assert (srt(PLAN, ()), rttm(PLAN, ())) == ("", "")
    assert markdown(plan("Ada"), (), ()).endswith("---\n\nThe records stop before the meeting ended.\n")


def test_cues_are_in_order_of_time():
    """Subtitles of overlapping turns are in the order of their beginnings."""
    made = webvtt(PLAN, (utterance("two", start=5.0, end=6.0), utterance("one")))
    assert [cue.text for cue in independent.from_string(made)] == ["one", "two"]


@pytest.mark.parametrize(("start", "end"), [(1.0, 1.0), (1.0, 0.5), (-1.0, -0.5), (0.0004, 0.0004)])
def test_cue_lasts_at_least_a_millisecond(start, end):
    """Each subtitle ends after it begins, as players need it."""
    (cue,) = independent.from_string(webvtt(PLAN, (utterance("x", start=start, end=end),)))
    assert cue.start < cue.end


def test_hours_are_counted_on():
    """Times beyond an hour and just below a full second are written correctly."""
    assert "01:00:00.000 --> 27:46:40.000" in webvtt(PLAN, (utterance("x", start=3599.9996, end=100_000),))


def test_unknown_participant_is_called_by_its_name():
    """A participant that the plan lacks is in the transcript under its name."""
    assert "<v eve2>" in webvtt(PLAN, (utterance("x", name="eve2"),))


@given(label=TEXT, words=TEXT, others=st.lists(TEXT, max_size=3))
def test_no_text_can_break_webvtt(label, words, others):
    """An independent parser reads as many subtitles as were said, whatever the words."""
    said = [each for each in [words, *others] if safe_text(each)]
    made = webvtt(plan(label), [utterance(each) for each in said])
    cues = list(independent.from_string(made))
    assert len(cues) == len(said)
    for cue, each in zip(cues, said, strict=True):
        assert cue.raw_text.count("<") == 2
        assert unescaped(re.sub(r"<[^>]*>", "", cue.raw_text)) == safe_text(each)
        assert unescaped(cue.voice or "") == safe_text(Participant("ada", title=label).label)


def unescaped(text):
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(label=TEXT, words=TEXT)
def test_no_text_can_break_srt(label, words):
    """SRT has one block for each sentence, whatever the words."""
    made = srt(plan(label), [utterance(words)])
    if not safe_text(words):
        assert made == ""
        return
    blocks = made.rstrip("\n").split("\n\n")
    assert {len(block.splitlines()) for block in blocks} <= {3, 4}
    assert made.count(">") == made.count("-->") == len(blocks)
    assert not set(made) & set("<{}")
    cues = list(independent.from_buffer(io.StringIO(made), format="srt"))
    assert len(cues) == len(blocks)
    assert (cues[0].start, cues[-1].end) == ("00:00:01.000", "00:00:02.000")


@given(name=TEXT, file=TEXT)
def test_no_name_can_break_rttm(name, file):
    """Every line of RTTM has ten fields, whatever participants are called."""
    made = rttm(MeetingPlan(file, ()), [Stretch(name, 1, 1.0, 2.0)])
    assert [len(line.split(" ")) for line in made.splitlines()] == [10]
    assert made.split(" ")[3:5] == ["1.000", "1.000"]


@given(label=TEXT.filter(safe_text), words=TEXT, title=TEXT)
def test_no_text_can_make_markup(label, words, title):
    """Rendered, a transcript shows the words as they are, and nothing of them is markup."""
    made = markdown(MeetingPlan(title, plan(label).participants), [utterance(words)], ())
    blocks = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(made)
    inlines = [block for block in blocks if block.type == "inline"]
    assert [block.type for block in blocks if block.type.startswith(("html", "code", "fence", "image"))] == []
    allowed = {"text", "text_special", "strong_open", "strong_close"}
    assert {child.type for inline in inlines for child in inline.children} <= allowed
    shown = ["".join(child.content for child in inline.children) for inline in inlines]
    speech = f"{safe_text(label)} (0:01) {safe_text(words)}".strip()
    assert speech in shown


def test_records_without_an_end_say_so():
    """The transcript of a crashed meeting does not pretend to be whole."""
    made = markdown(PLAN, UTTERANCES, MEETING[:-1])
    assert made.splitlines()[-1] == "The records stop before the meeting ended."
