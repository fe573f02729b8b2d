"""Meetings of others, from the formats that people have them in."""

import time
from pathlib import Path

import pytest
from praatio import textgrid as praat
from report_values import MEETING, PLAN, UTTERANCES

from trialogue.report.exports import EXPORTS, HeldMeeting
from trialogue.report.foreign import read_foreign, read_textgrid, read_webvtt
from trialogue.report.measures.corpus import Transfers, corpus
from trialogue.report.rttm import read_rttm
from trialogue.report.stretches import Stretch

AMI = Path(__file__).parent / "ami"
HELD = HeldMeeting(PLAN, UTTERANCES, MEETING)


def made(name, tmp_path):
    path = tmp_path / EXPORTS[name].file
    path.write_bytes(EXPORTS[name].content(HELD))
    return path


@pytest.mark.parametrize("name", ["vtt", "textgrid", "chat"])
def test_our_exports_are_read_back(name, tmp_path):
    """Exports are read back with all utterances, times and speakers."""
    spoken = [each for each in UTTERANCES if each.heard.strip()]
    told = read_foreign(made(name, tmp_path))
    times = sorted((each.start_s, each.end_s) for each in spoken)
    if name == "vtt":  # a cue a sentence: they begin and end with the utterances
        assert {each.start_s for each in told} >= {start for start, _ in times}
        assert {each.end_s for each in told} >= {end for _, end in times}
    else:
        assert [(each.start_s, each.end_s) for each in told] == times
    assert len({each.participant for each in told}) == len({each.participant for each in spoken})


def test_the_short_format_of_praat_is_read(tmp_path):
    """Praat's short format is read, also with quotes and brackets in labels."""
    grid = praat.Textgrid()
    grid.addTier(praat.IntervalTier("Ada", [(0.5, 1.25, 'so "he" said'), (2.0, 3.0, "[laughs]")], 0, 4))
    path = tmp_path / "a.TextGrid"
    grid.save(str(path), format="short_textgrid", includeBlankSpaces=True)
    told = [(each.participant, each.start_s, each.end_s) for each in read_textgrid(path.read_text())]
    assert told == [("Ada", 0.5, 1.25), ("Ada", 2.0, 3.0)]


def test_cues_of_nobody_are_left_out():
    """Subtitles without a speaker are not counted as speech."""
    cues = ["00:01.000 --> 00:02.500\n<v.loud Mary &amp; Co>Hi</v>", "1:00:01.000 --> 1:00:02.000\nMusic"]
    (only,) = read_webvtt("\n\n".join(["WEBVTT", *cues]))
    assert (only.participant, only.start_s, only.end_s) == ("Mary & Co", 1.0, 2.5)


@pytest.mark.parametrize(
    "cue", ["<v" + "." * 60, "<v " * 20_000, "<v" + " " * 60_000, "<v Ann>" + "<" * 60_000, "1" * 60_000]
)
def test_a_cue_of_any_text_is_read_at_once(cue):
    """A hostile subtitle is read in less than a second of work."""
    began = time.process_time()
    read_webvtt(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{cue}\n\n{cue}")
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.vtt", "no", "does not start with WEBVTT"),
        ("a.TextGrid", "no", "does not start like a TextGrid"),
        ("a.TextGrid", 'x "ooTextFile" "TextGrid" 0 1 1 "IntervalTier" "a" 0 1 3 0 1 "x"', "incomplete"),
        ("a.TextGrid", '"ooTextFile" "TextGrid" 0 1 1 "TextTier" "a" 0 1 1000000000000', "incomplete"),
        ("a.cha", "no", "has no @Begin"),
        ("a.cha", f"@Begin\n*ANN:\tx \x150_{'9' * 400}\x15", "a time of 400 digits"),
        ("a.vtt", f"WEBVTT\n\n00:00.000 --> {'9' * 5000}:00:00.000\n<v Ann>x\n", "a time of 5,000 digits"),
        ("a.pdf", "no", "suffix is not one of"),
    ],
)
def test_an_invalid_file_is_an_error(tmp_path, name, content, why):
    """The error for an invalid transcript of others says what is wrong with it."""
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=why):
        read_foreign(tmp_path / name)


def test_a_folder_of_real_meetings_has_the_known_figures():
    """A folder of three AMI meetings has the figures of an independent program."""
    names = ("ES2011a", "IB4001", "IS1008a")
    told = corpus({name: read_rttm((AMI / f"{name}.rttm").read_text()) for name in names})
    rows = [
        (each.n, *(round(figure, 3) for figure in (each.median_s, each.mean_s, each.overlaps)))
        for each in told.meetings
    ]
    assert rows == [(106, 0.045, 0.575, 0.481), (278, 0.305, 0.574, 0.360), (91, 0.360, 0.664, 0.253)]
    assert told.all.n == 106 + 278 + 91
    assert [each.mode for each in told.meetings] == [(-0.1, 0.0), (0.4, 0.5), (0.2, 0.3)]


def test_a_transfer_on_the_border_of_two_tenths_is_in_the_later():
    """A gap of exactly 0.3 s counts to the class that begins there, in spite of rounding."""
    times = [("a", 0.1, 0.4), ("b", 0.7, 1.1), ("a", 1.4, 1.5), ("b", 1.75, 2.0)]
    told = corpus({"m": [Stretch(who, None, start_s, end_s) for who, start_s, end_s in times]})
    assert told.all.mode == (0.3, 0.4)


def test_meetings_without_transfers_have_no_figures():
    """A meeting without transfers has no median of them, rather than 0."""
    assert corpus({"alone": ()}).all == Transfers("all", 0)
