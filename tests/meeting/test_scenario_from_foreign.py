"""A meeting that others recorded becomes a scenario: people by its sound, or agents by its words."""

import json
import os
import shutil

import pytest
import soundfile
import yaml

from trialogue.cli.scenario_from import MadeScenario, print_scenario_from
from trialogue.errors import JournalError, SetupError
from trialogue.meeting.scenario_from.foreign import named
from trialogue.meeting.scenario_from.people_again import Agreement, agreement
from trialogue.meeting.scenario_from.words_again import cues_told
from trialogue.report.foreign import read_cues
from trialogue.report.stretches import Stretch
from trialogue.scenario.quantities import read_duration
from trialogue.scenario.resolve import prepare

MEETING = """
trialogue: 1
name: people
run: {clock: virtual, limits: {time: 12s}}
cast:
  ann:
    role: human
    via:
      clips:
        - {say: The lid closes with one hand as I need it, when: {at: 1s}}
        - {say: Yes it does, when: {at: 7s}}
  bob: {role: human, via: {clips: [{say: It leaks a lot and I do not like that at all, when: {at: 2500ms}}]}}
"""

WORDS = """WEBVTT

1
00:01.000 --> 00:03.000
<v Ann Lee>Welcome.</v>

00:03.000 --> 00:04.000
<v Ann Lee>What does ${x} cost, Björn?</v>

00:04.800 --> 00:08.000
<v Björn>It costs nine dollars, which is a lot to me.</v>

00:05.000 --> 00:05.500
<v Ann Lee>Mm-hm.</v>

00:07.000 --> 00:09.000
<v Cleo>And what about the tax of it, my friends?</v>

00:09.000 --> 00:10.000
Applause
"""


@pytest.fixture
def people(held_once, tmp_path):
    """A meeting of two people as others have it: an RTTM file, and a recording of each."""
    shutil.copytree(held_once, tmp_path / "run")
    (tmp_path / "tracks").mkdir()
    for name in ("ann", "bob"):
        (tmp_path / "run" / "audio" / f"{name}.wav").rename(tmp_path / "tracks" / f"talk-{name}.wav")
    (tmp_path / "run" / "audio" / "mix.wav").rename(tmp_path / "all.wav")
    (tmp_path / "run" / "transcript.rttm").rename(tmp_path / "talk.rttm")
    return tmp_path


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "Our talk.vtt"
    path.write_text(WORDS)
    return path


def document(path):
    return yaml.safe_load(path.read_text())


@pytest.fixture
def make(edges, capsys):
    """Function that makes a scenario; it returns the exit code, and the JSON that is printed."""

    def made(meeting, out, **options):
        code = print_scenario_from(meeting, MadeScenario(out, as_json=True, **options), edges)
        return code, json.loads(capsys.readouterr().out)

    return made


# --- people, by their sound -------------------------------------------------------------------------


@pytest.mark.parametrize("sound", ["tracks", "all.wav"])
def test_people_are_heard_at_their_times_again(people, sound, make):
    """People of a foreign recording speak at their times, from one track each or a common one."""
    code, told = make(people / "talk.rttm", people / "again" / "s.yaml", sound=people / sound, check=True)
    assert (code, told["differs"]) == (0, None)
    assert int(told["held"].partition("%")[0]) >= 95


def test_each_stretch_is_a_clip_at_its_time(people, make):
    """A stretch of a foreign meeting is a clip from its speaker's track, as long as the file says."""
    make(people / "talk.rttm", people / "again" / "s.yaml", sound=people / "tracks")
    lines = [line.split() for line in (people / "talk.rttm").read_text().splitlines()]
    cast = document(people / "again" / "s.yaml")["cast"]
    for name in ("ann", "bob"):
        lengths = [float(line[4]) for line in lines if line[7] == name]
        clips = [people / "again" / each["play"] for each in cast[name]["via"]["clips"]]
        assert [soundfile.info(each).duration for each in clips] == pytest.approx(lengths, abs=0.001)
    starts = [read_duration(clip["when"]["at"]) for clip in cast["ann"]["via"]["clips"]]
    assert starts == [float(line[3]) for line in lines if line[7] == "ann"]


def test_the_head_says_what_is_missing(people, make):
    """The head of a scenario from a foreign meeting says that words, or single tracks, are missing."""
    make(people / "talk.rttm", people / "a" / "s.yaml", sound=people / "tracks")
    make(people / "talk.rttm", people / "b" / "s.yaml", sound=people / "all.wav")
    assert "# - words: the meeting recognizes" in (people / "a" / "s.yaml").read_text()
    assert "a track for each" not in (people / "a" / "s.yaml").read_text()
    assert "# - a track for each" in (people / "b" / "s.yaml").read_text()


def test_clips_of_another_scenario_stay_as_they_are(people, make):
    """A second scenario that would overwrite another's clips is refused, and leaves nothing."""
    make(people / "talk.rttm", people / "a.yaml", sound=people / "tracks")
    before = {each: each.read_bytes() for each in (people / "clips").iterdir()}
    with pytest.raises(SetupError, match=r"ann-0001.wav already exists: choose another folder with --out"):
        make(people / "talk.rttm", people / "b.yaml", sound=people / "all.wav")
    assert {each: each.read_bytes() for each in (people / "clips").iterdir()} == before
    assert not (people / "b.yaml").exists()


def test_names_that_are_no_utf_8_are_names(people, make):
    """A foreign meeting's file can have a name that is no UTF-8."""
    name = os.fsdecode(b"tal\xff.rttm")
    (people / "talk.rttm").rename(people / name)
    (people / "all.wav").rename(people / os.fsdecode(b"so\xff.wav"))
    make(people / name, people / "a.yaml", sound=people / os.fsdecode(b"so\xff.wav"))
    assert document(people / "a.yaml")["cast"]["ann"]["via"]["clips"]


def test_a_recording_of_the_same_name_is_found(people, make):
    """A recording with the name of a foreign meeting's file is found without an option."""
    (people / "all.wav").rename(people / "talk.wav")
    make(people / "talk.rttm", people / "a.yaml")
    assert document(people / "a.yaml")["cast"]["ann"]["via"]["clips"]


def test_a_recording_that_states_no_length_is_cut_to_its_end(people, make):
    """A recorder that was killed, or wrote to a pipe, leaves 0: it was said to end before anybody speaks."""
    sound = bytearray((people / "all.wav").read_bytes())
    at = sound.index(b"data") + 4
    sound[at : at + 4] = bytes(4)
    (people / "piped.wav").write_bytes(sound)
    make(people / "talk.rttm", people / "a.yaml", sound=people / "all.wav")
    whole = {each.name: each.read_bytes() for each in (people / "clips").iterdir()}
    (people / "again").mkdir()
    make(people / "talk.rttm", people / "again" / "a.yaml", sound=people / "piped.wav")
    assert {each.name: each.read_bytes() for each in (people / "again" / "clips").iterdir()} == whole


@pytest.mark.parametrize(
    ("meeting", "sound", "error", "why"),
    [
        ("talk.rttm", None, SetupError, "has no words: give its recording with --sound"),
        ("talk.rttm", "run", SetupError, "has no recording for ann: expected ann.wav"),
        ("talk.rttm", "short.wav", SetupError, "ends before"),
        ("talk.rttm", "talk.rttm", JournalError, "as sound"),
        ("empty.rttm", "all.wav", JournalError, "has no speaker with speech"),
        ("nowhere.rttm", "all.wav", JournalError, "cannot read"),
        ("none.vtt", None, JournalError, "is not a valid VTT"),
        ("nobody.vtt", None, JournalError, "has no words with a speaker"),
        ("long.vtt", None, JournalError, "has times that are too long"),
        ("run", "all.wav", SetupError, "a run has its own recordings"),
    ],
)
def test_a_scenario_that_cannot_be_made_is_an_error(people, edges, meeting, sound, error, why):
    """A scenario that cannot be made from a foreign meeting is an error of one line, and leaves no file."""
    soundfile.write(people / "short.wav", [0.1] * 100, 8000)
    (people / "empty.rttm").write_text("")
    (people / "none.vtt").write_text("no")
    (people / "long.vtt").write_text("WEBVTT\n\n4000000:00:01.000 --> 4000000:00:02.000\n<v Ann>Late.\n")
    (people / "nobody.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nMusic\n")
    wanted = MadeScenario(people / "x.yaml", people / sound if sound else None)
    with pytest.raises(error, match=why):
        print_scenario_from(people / meeting, wanted, edges)
    assert not (people / "x.yaml").exists()
    assert [*people.glob("clips/*")] == []


def test_a_place_that_cannot_be_is_said(people, words, edges):
    """A file in the place of a folder for clips or words is an error that names it."""
    (people / "file").write_text("")
    for meeting, sound in ((words, None), (people / "talk.rttm", people / "all.wav")):
        with pytest.raises(JournalError, match="cannot write"):
            print_scenario_from(meeting, MadeScenario(people / "file" / "s.yaml", sound), edges)


def test_agreement_is_of_speech_and_of_what_is_more():
    """The agreement of two recordings has the share of speech that is heard and the share that is added."""
    then = [Stretch("a", None, 0.0, 2.0), Stretch("b", None, 0.0, 2.0)]
    now = [Stretch("a", None, 1.0, 3.0), Stretch("b", None, 0.0, 1.0)]
    assert agreement(then, now) == Agreement(heard=0.5, more=0.25)


# --- agents, by their words -------------------------------------------------------------------------


def test_agents_say_the_words_in_their_order(words, tmp_path, make):
    """Cues of one speaker in a row are a turn, and the silence before it is its time to think."""
    code, told = make(words, tmp_path / "a.yaml", check=True)
    assert (code, told["differs"]) == (0, None)
    made = document(tmp_path / "a.yaml")
    assert made["floor"]["order"] == ["ann-lee", "bjorn", "cleo"]
    assert made["cast"]["bjorn"]["title"] == "Björn"
    assert made["cast"]["ann-lee"]["think"]["script"] == [
        {"say": "Welcome. What does $${x} cost, Björn?", "think": "1s"}
    ]
    assert made["cast"]["bjorn"]["think"]["script"][0]["think"] == "800ms"


def test_remarks_and_overlaps_are_counted_in_the_head(words, tmp_path, make):
    """The head of a scenario from a foreign meeting counts remarks and overlaps."""
    told = cues_told(read_cues(WORDS))
    assert (len(told.turns), told.remarks, told.at_once) == (3, 1, 1)
    make(words, tmp_path / "a.yaml")
    head = (tmp_path / "a.yaml").read_text()
    assert "# - 1 short remarks within another's turn" in head
    assert "# - overlap: 1 turns began before" in head


ALIKE = (
    ("Chair host", "Go on."),
    ("CHAIR  Host", "a" * 1200),
    ("chair_host", "No " + "W" * 996 + " no."),
    ("chair-host", "Yes."),
)


def test_speakers_who_read_alike_and_words_without_end_make_a_good_scenario(tmp_path, make):
    """Speakers with equal titles and very long words still make a valid scenario."""
    cues = [f"00:0{at}.000 --> 00:0{at + 1}.000\n<v {who}>{say}" for at, (who, say) in enumerate(ALIKE)]
    (tmp_path / "alike.vtt").write_text("\n\n".join(["WEBVTT", *cues]))
    make(tmp_path / "alike.vtt", tmp_path / "a.yaml")
    cast = prepare(tmp_path / "a.yaml").plan.participants
    assert [each.label for each in cast] == ["Chair host", "Chair host 2", "chair_host", "Chair host 4"]


def test_a_meeting_that_is_too_long_to_hold_again_is_written_and_not_checked(tmp_path, make):
    """A mistyped time makes a meeting of years: a check refuses it at once, and without one it is written."""
    far = "99999:00:00.000 --> 99999:00:01.000\n<v Bob>Good bye now."
    words = tmp_path / "far.vtt"
    words.write_text(f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Hello there.\n\n{far}")
    with pytest.raises(SetupError, match=r"ends after 99999:00:01: --check holds .* at most 100:00:00 again"):
        make(words, tmp_path / "a.yaml", check=True)
    assert make(words, tmp_path / "a.yaml")[0] == 0


def test_what_has_no_words_is_no_turn(tmp_path, make):
    """A cue of dots or of a note of music is nobody's turn, and the scenario gives the same turns again."""
    cues = [
        "<v Ann>How are you?",
        "<v Bob>...",
        "<v Ann>Are you there?",
        "<v Bob>\u266a",
        "<v Bob>I am fine.",
    ]
    timed = [f"00:0{2 * n}.000 --> 00:0{2 * n + 1}.000\n{cue}" for n, cue in enumerate(cues)]
    (tmp_path / "dots.vtt").write_text("\n\n".join(["WEBVTT", *timed]))
    assert make(tmp_path / "dots.vtt", tmp_path / "a.yaml", check=True)[0] == 0
    assert document(tmp_path / "a.yaml")["floor"]["order"] == ["ann", "bob"]


def test_two_voices_in_a_cue_are_two_speakers():
    """Both speakers of one WebVTT cue get their own words, without markup."""
    both = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Yes &amp; <i>no</i>.</v>\n<v Bob>No.</v>\n"
    assert [(each.speaker, each.text) for each in read_cues(both)] == [("Ann", "Yes & no."), ("Bob", "No.")]


def test_names_of_speakers_become_names_of_a_scenario():
    """Names of foreign speakers become different names that begin with a letter."""
    assert named(["MEE006", "Ann B.", "Ann B", "1", "Ω"]) == {
        "MEE006": "mee006",
        "Ann B.": "ann-b",
        "Ann B": "ann-b-2",
        "1": "speaker-1",
        "Ω": "speaker",
    }
