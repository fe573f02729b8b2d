"""Files that a scenario is, or names: nothing outside its folder is read, and nothing small becomes large."""

import os
import tracemalloc

import numpy as np
import pytest
import soundfile

from trialogue.errors import ScenarioError, SetupError
from trialogue.scenario import Code, check, loads
from trialogue.speech import recordings
from trialogue.speech.recordings import read_recording

KEYS = {
    "script": "ada: {think: {provider: scripted, script: '%s'}}",
    "spare script": "ada: {lines: [Hi.], on_failure: {replace: {think: {provider: scripted, script: '%s'}}}}",
    "second script": "ada: {think: [{provider: scripted, script: '%s'}]}",
    "recording": "ada: {lines: [Hi.]}\n  ann: {role: human, via: {clips: [{play: '%s', when: {at: 1s}}]}}",
}
"""Every key of a scenario that names a file."""


@pytest.fixture
def folder(tmp_path):
    """A scenario's folder, with ways out of it, beside a file that is none of its business."""
    (tmp_path / "secret").write_text("script: [{say: Secret.}]")
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "up").symlink_to(tmp_path)
    (inside / "null").symlink_to("/dev/null")
    (inside / "zero").symlink_to("/dev/zero")
    (inside / "loop").symlink_to("loop")
    os.mkfifo(inside / "fifo")
    (inside / "folder").mkdir()
    return inside


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "folder/../../secret",
        "folder/../link",
        "{out}/secret",
        "/dev/zero",
        "/proc/self/environ",
        "/dev/stdin",
        "link",
        "up/secret",
        "null",
        "zero",
        "loop",
        "fifo",
        "folder",
        ".",
        "..\\secret",
        "~/secret",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("key", KEYS)
def test_no_key_reads_beyond_the_folder(folder, key, name):
    """Nor a device, a pipe or a folder: it is told at its place, and nothing of it is opened."""
    written = name.replace("{out}", str(folder.parent))
    file = folder / "x.yaml"
    file.write_text(f"trialogue: 1\nname: x\ncast:\n  {KEYS[key] % written}\n")
    told = check(file)
    assert [problem.code for problem in told] == [
        Code.FILE if name in {"~/secret", "file:///etc/passwd"} else Code.PATH
    ]
    assert "Secret" not in str(told)


@pytest.mark.parametrize("key", KEYS)
def test_files_in_the_folder_are_read(folder, key):
    """By any key, through folders and by links that stay inside."""
    good = folder / "folder" / "good"
    if key == "recording":
        soundfile.write(good, np.zeros(800, np.int16), 8_000, format="WAV")
    else:
        good.write_text("script: [{say: Hello.}]")
    (folder / "near").symlink_to(folder / "folder" / "good")
    for name in ("folder/good", "near", "./near"):
        file = folder / "x.yaml"
        file.write_text(f"trialogue: 1\nname: x\ncast:\n  {KEYS[key] % name}\n")
        assert check(file) == []


BOMBS = {
    "laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", Code.ALIAS),
    "itself": ("vars: &a {a: *a}", Code.ALIAS),
    "anchor": ("about: &a x", Code.ALIAS),
    "merge": ("vars: {<<: {a: b}}", Code.MERGE),
    "code": ("about: !!python/object/apply:os.system [id]", Code.TAG),
    "tag": ("about: !!str 1", Code.TAG),
    "deep lists": ("about: " + "[" * 100_000, Code.DEPTH),
    "deep maps": ("about: " + "{a: " * 100_000, Code.DEPTH),
    "deep blocks": ("about:\n " + "- " * 100_000, Code.DEPTH),
    "many": ("about: [" + "1," * 60_000 + "1]", Code.SIZE),
    "large": ("about: " + "x" * (1024 * 1024), Code.SIZE),
    "twice": ("name: y", Code.KEY_DUPLICATE),
    "documents": ("--- {}\n--- {}", Code.YAML),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_goes_off_nowhere(bomb):
    """It is told by its name, and reading it takes little more than its text."""
    text, code = BOMBS[bomb]
    tracemalloc.start()
    with pytest.raises(ScenarioError, match=rf"\[{code.value}\]"):
        loads(f"trialogue: 1\nname: x\ncast: {{ada: {{lines: [Hi.]}}}}\n{text}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


def test_a_small_file_does_not_become_hours_of_sound(tmp_path, monkeypatch):
    """Two minutes in a few kilobytes, said to be a second: reading stops at the cap."""
    monkeypatch.setattr(recordings, "MOST_S", 10.0)
    path = tmp_path / "bomb.flac"
    soundfile.write(path, np.zeros(120 * 8_000, np.int16), 8_000, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    assert len(content) < 20_000
    with pytest.raises(SetupError, match=r"bomb\.flac is longer than four hours$"):
        read_recording(path, 24_000)
    header, mono, read = recordings._Header, recordings.linear16, []

    def counted(block):
        read.append(len(block))
        return mono(block)

    monkeypatch.setattr(recordings, "_Header", lambda rate, channels, _: header(rate, channels, 8_000))
    monkeypatch.setattr(recordings, "linear16", counted)
    with pytest.raises(SetupError, match="is longer than four hours"):
        read_recording(path, 24_000)
    assert sum(read) == 10 * 8_000
