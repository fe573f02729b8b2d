"""A file that is not there: the place where it was looked for, and a name that is close."""

import pytest

from trialogue.errors import AskedWrongly, ScenarioError
from trialogue.scenario import check
from trialogue.scenario.resolve import prepare


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("smalest.yaml", '; did you mean "smallest.yaml"?'),
        ("smallest", '; did you mean "smallest.yaml"?'),
        ("agenda.yaml", ""),
    ],
)
def test_a_name_is_close_by_its_stem(tmp_path, asked, hint):
    """A file's name is suggested when its stem is close; a shared suffix alone is not enough."""
    for name in ("smallest.yaml", "s.yaml", "notes.yaml"):
        (tmp_path / name).write_text("trialogue: 1\n")
    with pytest.raises(ScenarioError) as wrong:
        prepare(tmp_path / asked)
    assert f"looked for {tmp_path / asked}{hint} [" in f"{wrong.value.problems[0]} ["


@pytest.mark.parametrize(
    ("there", "asked", "hint"),
    [
        ("bell.yaml", "bell.wav", ""),
        ("bell.flac", "bell.wav", '; did you mean "bell.flac"?'),
        ("bell.wav", "bell", '; did you mean "bell.wav"?'),
        ("bell.WAV", "bell.wav", '; did you mean "bell.WAV"?'),
    ],
)
def test_a_recording_is_not_taken_for_a_scenario(tmp_path, there, asked, hint):
    """The suggestion for a missing recording is a recording, not a scenario."""
    (tmp_path / there).touch()
    file = tmp_path / "choir.yaml"
    clip = f"{{play: {asked}, when: {{at: 1s}}}}"
    cast = f"{{ann: {{lines: [Hi.]}}, pia: {{role: human, via: {{clips: [{clip}]}}}}}}"
    file.write_text(f"trialogue: 1\nname: x\ncast: {cast}\n")
    (problem,) = check(file)
    assert problem.text.endswith(f"looked for {tmp_path / asked}{hint}")


@pytest.mark.parametrize("there", ["bell.wav", "bell.png"])
def test_a_scenario_is_not_taken_for_a_sound(tmp_path, there):
    """The suggestion for a missing scenario is neither a recording nor a picture."""
    (tmp_path / there).touch()
    (problem,) = check(tmp_path / "bell.yaml")
    assert problem.text.endswith(f"looked for {tmp_path / 'bell.yaml'}")


def test_a_file_that_is_there_has_no_other_name(tmp_path):
    """A directory in a scenario's place is reported as such, without another name."""
    (tmp_path / "smalest.yaml").mkdir()
    (tmp_path / "smallest.yaml").write_text("trialogue: 1\n")
    with pytest.raises(ScenarioError) as wrong:
        prepare(tmp_path / "smalest.yaml")
    assert f"Is a directory: looked for {tmp_path / 'smalest.yaml'} [" in str(wrong.value.problems[0])


@pytest.mark.parametrize(
    ("name", "fault"),
    [("n" * 256, "a name of more than 255 bytes"), ("a\0b", "a NUL character"), ("\ud800", "a character")],
)
def test_a_path_that_no_system_has_is_named(tmp_path, name, fault):
    """An impossible path is refused with what is wrong about it, and cannot steer a terminal."""
    with pytest.raises(AskedWrongly, match=f"has {fault}") as wrong:
        prepare(tmp_path / name)
    assert repr(str(tmp_path / name))[1:200] in str(wrong.value)
