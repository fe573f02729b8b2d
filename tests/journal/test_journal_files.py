"""The files of a run are what its manifest says of them, or are told."""

import os
from hashlib import blake2b
from pathlib import Path

import attrs
import pytest
from journal_values import HEADER, keep, meeting

from trialogue.errors import JournalError
from trialogue.journal import Journal
from trialogue.journal.files import (
    BLOCK,
    FileState,
    digest_of,
    digests_in,
    journal_of,
    runs_in,
    seal_files,
    verify_files,
    write_entered,
)
from trialogue.journal.lock import locked
from trialogue.journal.manifest import NAME, Digest, Status, manifest_in, write_manifest
from trialogue.journal.repair import repair


@pytest.fixture
def run(tmp_path):
    """A closed run of a journal, a result and a recording, sealed."""
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "mix.wav").write_bytes(b"RIFF" + bytes(3_000_000))
    (tmp_path / "result.json").write_text("{}")
    keep(tmp_path, meeting())
    seal_files(tmp_path)
    return tmp_path


def test_a_folder_of_runs_is_no_run_and_names_one(tmp_path):
    """The error for a folder of runs names one of its runs."""
    with pytest.raises(JournalError, match=r"no journal at \S+journal\.jsonl$"):
        journal_of(tmp_path)
    (tmp_path / "first").mkdir()
    keep(tmp_path / "first", meeting())
    with pytest.raises(JournalError, match=r"; it contains runs, e.g. \S+first$"):
        journal_of(tmp_path)


def test_a_part_of_a_run_that_is_brought_home_is_no_run(tmp_path):
    """What a killed batch leaves of a run that it was unpacking is no damaged run of the folder."""
    part = tmp_path / f".first.{'0' * 32}.part"
    for folder in (part, tmp_path / "second"):
        folder.mkdir()
        keep(folder, meeting())
    assert runs_in(tmp_path) == (tmp_path / "second",)


def test_a_sealed_run_is_whole(run):
    """`verify-files` of an unchanged run knows every file, the journal and those in folders, too."""
    verified = verify_files(run)
    assert verified.files == dict.fromkeys(["audio/mix.wav", "journal.jsonl", "result.json"], FileState.WHOLE)
    assert verified.is_whole


@pytest.mark.parametrize("name", ["audio/mix.wav", "result.json"])
def test_a_changed_file_is_told(run, name):
    """One changed byte of a run's file is found by `verify-files`."""
    whole = (run / name).read_bytes()
    (run / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    verified = verify_files(run)
    assert (verified.files[name], verified.is_whole) == (FileState.CHANGED, False)


def test_any_byte_of_the_manifest_that_was_changed_is_told(run):
    """A changed byte of a manifest is found, wherever it is."""
    path = run / "manifest.json"
    whole = path.read_bytes()
    for place, value in enumerate(whole):
        path.write_bytes(whole[:place] + bytes([value ^ 1 << place % 8]) + whole[place + 1 :])
        with pytest.raises(JournalError):
            verify_files(run)
    path.write_bytes(whole)
    assert verify_files(run).is_whole


def test_a_journal_of_another_run_is_told(run, tmp_path_factory):
    """A journal that is replaced by another run's is reported as changed."""
    other = tmp_path_factory.mktemp("other")
    path = keep(other, meeting(1))
    (run / "journal.jsonl").write_bytes(path.read_bytes())
    assert verify_files(run).files["journal.jsonl"] is FileState.CHANGED


def test_a_missing_file_is_told(run):
    """A deleted file of a run is found by `verify-files`."""
    (run / "result.json").unlink()
    verified = verify_files(run)
    assert (verified.files["result.json"], verified.is_whole) == (FileState.MISSING, False)


def test_a_file_that_nobody_knows_is_named(run):
    """A file that is added to a run is named, and the run still counts as whole."""
    (run / "notes.txt").write_text("mine")
    verified = verify_files(run)
    assert (verified.files["notes.txt"], verified.is_whole) == (FileState.UNKNOWN, True)


def test_of_an_unclosed_run_only_what_it_began_with_is_vouched_for(tmp_path):
    """In an unclosed run, scenario and journal are verified, and other files are not."""
    (tmp_path / "scenario.yaml").write_text("trialogue: 1")
    journal = Journal.create(tmp_path / "journal.jsonl", HEADER, files=digests_in(tmp_path))
    journal.append(meeting()[0])
    (tmp_path / "mix.wav").write_bytes(b"RIFF")
    verified = verify_files(tmp_path)
    assert verified.files == {
        "journal.jsonl": FileState.WHOLE,
        "mix.wav": FileState.UNVOUCHED,
        "scenario.yaml": FileState.WHOLE,
    }
    assert (verified.is_whole, verified.status) == (False, Status.OPEN)
    (tmp_path / "scenario.yaml").write_text("trialogue: 2")
    assert verify_files(tmp_path).files["scenario.yaml"] is FileState.CHANGED


def test_a_crashed_run_that_was_closed_later_does_not_look_whole(tmp_path):
    """A run repaired after a crash is not reported as having all of its files."""
    (tmp_path / "scenario.yaml").write_text("trialogue: 1")
    journal = Journal.create(tmp_path / "journal.jsonl", HEADER, files=digests_in(tmp_path))
    journal.append(meeting()[0])
    (tmp_path / "mix.wav").write_bytes(b"RIFF")
    os.close(journal._descriptor)
    repair(tmp_path / "journal.jsonl")
    verified = verify_files(tmp_path)
    assert verified.status is Status.CLOSED
    assert verified.files["scenario.yaml"] is FileState.WHOLE
    assert verified.files["mix.wav"] is FileState.UNVOUCHED
    assert not verified.is_whole


def test_a_run_without_a_manifest_is_told(run):
    """A run that cannot be checked for lack of its manifest does not pass as unchanged."""
    (run / NAME).unlink()
    with pytest.raises(JournalError, match="its files cannot be checked"):
        verify_files(run)


def test_a_manifest_names_no_file_beyond_its_run(run):
    """A forged manifest cannot make the program read files outside its run."""
    manifest = manifest_in(run)
    digest = next(iter(manifest.files.values()))
    write_manifest(run, attrs.evolve(manifest, files={"../../etc/passwd": digest}))
    with pytest.raises(JournalError, match="is not a trialogue manifest"):
        verify_files(run)


def test_a_manifest_is_on_the_disk_before_it_gets_its_name(run, monkeypatch):
    """A power cut leaves the old manifest or the new one, and never an empty file."""
    happened = []
    synced, replaced = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (happened.append(os.fstat(fd).st_size > 0), synced(fd)))
    monkeypatch.setattr(Path, "replace", lambda old, new: (happened.append(new.name), replaced(old, new)))
    write_manifest(run, manifest_in(run))
    assert happened == [True, NAME, True]


def test_a_file_that_is_written_later_is_vouched_for(run):
    """A page that is written into a run later is in its manifest, and so is its next version."""
    for content in (b"first", b"second"):
        write_entered(run, run / "report.html", content)
        verified = verify_files(run)
        assert verified.files["report.html"] is FileState.WHOLE
        assert verified.is_whole
        assert (run / "report.html").read_bytes() == content
    assert (run / "report.html").stat().st_mode & 0o777 == 0o600


def test_a_crash_while_a_file_is_written_again_leaves_nothing_changed(run, monkeypatch):
    """A crash while a file of a run is written again leaves it unknown, and not changed."""
    write_entered(run, run / "report.html", b"first")
    monkeypatch.setattr("trialogue.journal.files.digest_of", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_entered(run, run / "report.html", b"second")
    monkeypatch.undo()
    verified = verify_files(run)
    assert (verified.files["report.html"], verified.is_whole) == (FileState.UNKNOWN, True)


def test_a_file_beyond_the_run_is_written_and_entered_nowhere(run, tmp_path_factory):
    """A file outside of a run is not entered in its manifest."""
    beyond = tmp_path_factory.mktemp("beyond") / "page.html"
    before = (run / NAME).read_bytes()
    write_entered(run, beyond, b"page")
    assert (beyond.read_bytes(), (run / NAME).read_bytes()) == (b"page", before)


def test_a_run_that_is_still_written_keeps_its_manifest(tmp_path):
    """A page that is written into an open run does not change its manifest."""
    journal = Journal.create(tmp_path / "journal.jsonl", HEADER)
    before = (tmp_path / NAME).read_bytes()
    write_entered(tmp_path, tmp_path / "report.html", b"page")
    assert (tmp_path / NAME).read_bytes() == before
    journal.close("said")


def test_two_writers_do_not_enter_files_at_once(run):
    """A second writer into a run's manifest gets an error, so that no entry is lost."""
    with (run / "journal.jsonl").open("rb") as journal:
        assert locked(journal.fileno())
        with pytest.raises(JournalError, match="another process is writing"):
            write_entered(run, run / "report.html", b"page")
    assert not (run / "report.html").exists()


@pytest.fixture
def recorded(run):
    """A closed run with a recording of which all but one block, and a rest, is silent."""
    sound = bytes(3 * BLOCK) + b"\1" * BLOCK + bytes(2 * BLOCK) + b"\2" * 100
    (run / "mix.wav").write_bytes(sound)
    seal_files(run)
    return run


def test_a_recording_is_digested_by_blocks(recorded):
    """A recording's digest is that of its blocks' digests, and any other file's is of the whole."""
    content = (recorded / "mix.wav").read_bytes()
    blocks = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]
    parts = b"".join(blake2b(block, digest_size=16).digest() for block in blocks)
    digest = manifest_in(recorded).files["mix.wav"]
    assert digest == Digest(len(content), blake2b(parts, digest_size=16).hexdigest(), BLOCK)
    assert manifest_in(recorded).files["journal.jsonl"].block is None
    assert verify_files(recorded).is_whole


@pytest.mark.parametrize("at", [0, 3 * BLOCK, 5 * BLOCK - 1, 6 * BLOCK + 99])
def test_a_byte_that_was_changed_in_a_recording_is_found(recorded, at):
    """A changed byte of a recording is found, in sound and in silence."""
    content = bytearray((recorded / "mix.wav").read_bytes())
    content[at] ^= 1
    (recorded / "mix.wav").write_bytes(content)
    assert verify_files(recorded).files["mix.wav"] is FileState.CHANGED


def test_blocks_that_change_places_are_found(recorded):
    """Swapped blocks of a recording are found, and so is more or less silence."""
    content = (recorded / "mix.wav").read_bytes()
    (recorded / "mix.wav").write_bytes(content[3 * BLOCK : 4 * BLOCK] + bytes(5 * BLOCK) + content[-100:])
    assert verify_files(recorded).files["mix.wav"] is FileState.CHANGED


SOUND = [(0, 44), (BLOCK - 1, 2), (5 * BLOCK, BLOCK), (9 * BLOCK + 5000, 40_000), (20 * BLOCK, 7)]
"""First byte and length of each stretch of sound in a recording whose silence was skipped."""


@pytest.mark.parametrize("size", [20 * BLOCK + 7, 24 * BLOCK, 24 * BLOCK + 100])
@pytest.mark.parametrize("sound", [SOUND, SOUND[1:], SOUND[:1], []])
def test_silence_that_was_skipped_has_the_digest_of_written_silence(tmp_path, sound, size):
    """A copy of a recording whose holes were filled still verifies."""
    content = bytearray(size)
    with (tmp_path / "skipped.wav").open("wb") as file:
        for begins, length in sound:
            file.seek(begins)
            file.write(b"\3" * length)
            content[begins : begins + length] = b"\3" * length
        file.truncate(size)
    (tmp_path / "written.wav").write_bytes(content)
    assert digest_of(tmp_path / "skipped.wav") == digest_of(tmp_path / "written.wav")


def test_a_recording_that_an_earlier_version_digested_verifies(recorded):
    """A recording of an older version, digested as a whole, still verifies."""
    content = (recorded / "mix.wav").read_bytes()
    manifest = manifest_in(recorded)
    earlier = Digest(len(content), blake2b(content, digest_size=16).hexdigest())
    write_manifest(recorded, attrs.evolve(manifest, files={**manifest.files, "mix.wav": earlier}))
    assert verify_files(recorded).is_whole


@pytest.mark.parametrize("block", [0, -1, 2**40])
def test_blocks_of_no_such_length_are_no_manifest(recorded, block):
    """A forged length of blocks cannot fill the memory."""
    manifest = manifest_in(recorded)
    wrong = attrs.evolve(manifest.files["mix.wav"], block=block)
    write_manifest(recorded, attrs.evolve(manifest, files={"mix.wav": wrong}))
    with pytest.raises(JournalError, match="is not a trialogue manifest"):
        verify_files(recorded)


def test_a_run_that_cannot_be_looked_up_is_told(tmp_path):
    """A run with an impossible name, or in a closed folder, is an error of one line."""
    with pytest.raises(JournalError, match=r"cannot read x+: File name too long"):
        journal_of(Path("x" * 300))
