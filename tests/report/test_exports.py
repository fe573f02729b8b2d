"""Exports, read back by the tools that they are for, which are loaded where a test asks for them."""

import csv
import io
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_values import MEETING, PLAN, UTTERANCES, grant, records

from trialogue.errors import SetupError
from trialogue.model.commands import RunTool
from trialogue.model.events import (
    PlaybackFinished,
    PlaybackStarted,
    SessionReady,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.participants import Participant
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.model.text import UNCLEAR
from trialogue.model.transcript import Utterance
from trialogue.report.exports import EXPORTS, HeldMeeting
from trialogue.report.stretches import stretches

HELD = HeldMeeting(PLAN, UTTERANCES, MEETING)
WITH_WORDS = [each for each in UTTERANCES if each.heard.strip()]
ODD = records(
    (1e12, SessionReady("nobody", 1), grant("nobody", -1, 1e12)),
    (2e12, PlaybackStarted("nobody", -1, 1, 2e12), grant("nobody", 2**70, 2e12)),
    (3e12, PlaybackFinished("nobody", -1, 1, 3e12, 1e12, "complete")),
)
TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("<>&*_[]()\"'@%+:,.?!=\t\r\n\x15\u2028 -1")), max_size=40
)


def made(name, held=HELD):
    """The file's bytes."""
    return EXPORTS[name].content(held)


def spoken(*rows):
    """A meeting of one, who says these."""
    plan = MeetingPlan("talk", (Participant("ada"),))
    said = tuple(
        Utterance("ada", turn, start, end, text, text, "finished") for turn, start, end, text in rows
    )
    return HeldMeeting(plan, said, ())


def read_textgrid(content, tmp_path):
    from praatio import textgrid as praat

    (tmp_path / "a.TextGrid").write_bytes(content)
    return praat.openTextgrid(str(tmp_path / "a.TextGrid"), includeEmptyIntervals=False)


def read_eaf(content, tmp_path):
    import pympi

    (tmp_path / "a.eaf").write_bytes(content)
    return pympi.Eaf(str(tmp_path / "a.eaf"))


def read_chat(content):
    import pylangacq

    return pylangacq.CHAT.from_strs([content.decode()])


def read_trace(content):
    from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace

    return Trace.FromString(content)


def test_praat_reads_a_tier_a_participant(tmp_path):
    """Praat shows each participant's utterances at their times, and an empty tier for who said nothing."""
    grid = read_textgrid(made("textgrid"), tmp_path)
    assert list(grid.tierNames) == [each.label for each in PLAN.participants]
    for each in WITH_WORDS:
        label = next(seat.label for seat in PLAN.participants if seat.name == each.participant)
        found = [(entry.start, entry.end) for entry in grid.getTier(label).entries]
        assert (each.start_s, each.end_s) in found


def test_elan_reads_the_same(tmp_path):
    """ELAN shows each participant's utterances by name, and plays the recorded mix."""
    document = read_eaf(made("eaf"), tmp_path)
    for seat in PLAN.participants:
        own = [each for each in WITH_WORDS if each.participant == seat.name]
        told = [(start, end) for start, end, *_ in document.get_annotation_data_for_tier(seat.label)]
        assert sorted(told) == sorted((round(each.start_s * 1000), round(each.end_s * 1000)) for each in own)
    assert document.media_descriptors[0]["RELATIVE_MEDIA_URL"] == "./audio/mix.wav"


def test_clan_reads_words_times_and_cuts():
    """An utterance that was cut off ends as CHAT marks interruption."""
    reader = read_chat(made("chat"))
    told = [(each.participant, each.time_marks) for each in reader.utterances()]
    assert ("TECHLEA", (7000, 11500)) in told
    cut = next(each for each in reader.utterances() if each.participant == "TECHLEA")
    assert [token.word for token in cut.tokens][-1] == "+/."
    assert "We fixed the build and" in " ".join(token.word for token in cut.tokens)


def test_clan_reads_what_nobody_could_make_words_of():
    """Unclear speech is in the CHAT file as CLAN's own mark for it."""
    reader = read_chat(made("chat", spoken((1, 0.0, 1.0, UNCLEAR))))
    assert [each.audible for each in reader.utterances()] == ["xxx ."]


def test_a_table_has_a_row_an_utterance():
    """The table has each utterance with all its words, and no cell that a spreadsheet takes for a formula."""
    held = spoken((1, 0.0, 1.0, "=1+1"), (2, 1.0, 2.5, 'He said "no", twice'))
    rows = list(csv.DictReader(io.StringIO(made("csv", held).decode(), newline="")))
    assert [row["heard"] for row in rows] == ["'=1+1", 'He said "no", twice']
    assert [(row["turn"], row["start_s"], row["end_s"]) for row in rows] == [
        ("1", "0.000", "1.000"),
        ("2", "1.000", "2.500"),
    ]


def test_labels_are_lines_of_three_fields():
    """Labels for Audacity are lines of start, end and text."""
    fields = [line.split("\t") for line in made("audacity").decode().splitlines()]
    assert len(fields) == len(WITH_WORDS)
    assert all(len(each) == 3 and float(each[0]) < float(each[1]) for each in fields)


def test_a_trace_has_tracks_slices_and_a_flow_a_grant():
    """The trace links each grant of the floor to the speech of its turn."""
    packets = read_trace(made("perfetto")).packet
    tracks = {
        each.track_descriptor.uuid: each.track_descriptor.name
        for each in packets
        if each.HasField("track_descriptor")
    }
    assert {"floor", *(each.label for each in PLAN.participants)} <= set(tracks.values())
    events = sorted(
        (each for each in packets if each.HasField("track_event")), key=lambda each: each.timestamp
    )
    kinds = Counter((each.track_event.track_uuid, each.track_event.type) for each in events)
    assert all(kinds[uuid, 1] == kinds[uuid, 2] for uuid in tracks)
    flows = [
        (flow, tracks[each.track_event.track_uuid]) for each in events for flow in each.track_event.flow_ids
    ]
    spoken_turns = {each.turn for each in stretches(MEETING) if each.turn is not None}
    granted = {flow for flow, track in flows if track == "floor"}
    assert {flow for flow, track in flows if track != "floor"} == granted & spoken_turns


def test_a_call_of_the_floors_own_tool_ends_with_its_answer_in_a_trace():
    """A call that no tool runs for is not open to the meeting's end."""
    packets = read_trace(made("perfetto")).packet
    (begun,) = [each for each in packets if each.track_event.name == "give_floor"]
    track = begun.track_event.track_uuid
    ends = [each for each in packets if (each.track_event.track_uuid, each.track_event.type) == (track, 2)]
    assert [each.timestamp for each in ends] == [begun.timestamp]


def test_a_repeated_request_is_one_call_in_a_trace():
    """A call that a service asks for twice has one slice, from its first request to its result."""
    asked = ToolRequested("ada", 1, "c1", "price", "{}")
    told = (
        Record(1, 1.0, asked, (RunTool("ada", "c1", "price", "{}"),)),
        Record(2, 1.5, asked, ()),
        Record(3, 3.0, ToolFinished("ada", "c1", "succeeded", "8"), ()),
    )
    packets = read_trace(made("perfetto", HeldMeeting(PLAN, (), told))).packet
    (begun,) = [each for each in packets if each.track_event.name == "price"]
    assert begun.timestamp == 1_000_000_000


def test_a_trace_without_its_package_says_what_to_install(monkeypatch):
    """Without its package, the Perfetto export is one line with the command to install it."""
    monkeypatch.setitem(sys.modules, "perfetto.trace_builder.proto_builder", None)
    with pytest.raises(SetupError, match=r"perfetto.*: pip install .trialogue\[perfetto\]"):
        made("perfetto")


@pytest.mark.parametrize("end_s", [1e12, 1e308, float("inf"), float("nan"), -1e308])
@pytest.mark.parametrize("name", EXPORTS)
def test_a_journal_can_name_anybody_and_any_time(name, end_s):
    """A journal that others wrote, with strangers and impossible times, is exported without an error."""
    ends = (*ODD, Record(99, end_s, ODD[-1].event, ()))
    said = Utterance("nobody", -1, 1e9, end_s, "Hello, all of you.", "Hello, all of you.", "finished")
    assert made(name, HeldMeeting(PLAN, (*UTTERANCES, said), (*MEETING, *ends)))


@given(st.lists(TEXT, max_size=4))
def test_no_words_break_a_format(tmp_path_factory, texts):
    """Words of any kind leave the exports readable, with as many utterances as were said."""
    held = spoken(*((turn, turn * 1.0, turn + 0.9, text) for turn, text in enumerate(texts)))
    folder = tmp_path_factory.mktemp("hostile")
    read_textgrid(made("textgrid", held), folder)
    document = read_eaf(made("eaf", held), folder)
    labels = made("audacity", held).decode().splitlines()
    assert len(document.get_annotation_data_for_tier("Ada")) == len(labels)
    assert len(list(csv.reader(io.StringIO(made("csv", held).decode(), newline="")))) == len(texts) + 1
    for each in read_chat(made("chat", held)).utterances():
        assert each.time_marks is not None
    read_trace(made("perfetto", held))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), max_size=8))
def test_tiers_hold_overlapping_speech_of_one(tmp_path_factory, spans):
    """Overlapping speech of one participant is in Praat's file complete, without overlapping intervals."""
    held = spoken(*((turn, start, start + length, "word") for turn, (start, length) in enumerate(spans)))
    grid = read_textgrid(made("textgrid", held), tmp_path_factory.mktemp("grid"))
    words = " ".join(entry.label for tier in grid.tiers for entry in tier.entries).split()
    assert words == ["word"] * len(spans)
