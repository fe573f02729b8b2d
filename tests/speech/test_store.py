"""What has been computed once is kept, within bounds, privately and whole."""

import os
import stat

import pytest

from trialogue.speech.engines import open_engines
from trialogue.speech.store import Statistics, Store, default_directory

HEADER = 4 + 32


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "deep" / "speech"


def test_written_results_are_read_by_this_store_and_the_next(directory):
    """A cached result is read from memory, and by another process from the disk."""
    first = Store(directory)
    assert first.read("a") is None
    first.write("a", b"one")
    assert first.read("a") == b"one"
    assert Store(directory).read("a") == b"one"
    assert first.statistics == Statistics(hits=1, misses=1)
    assert repr(first) == "<Store in disk: 1 hits, 1 misses>"


def test_a_store_without_a_directory_keeps_to_memory():
    """Without a cache directory nothing is written to the disk."""
    store = Store()
    store.write("a", b"one")
    assert store.read("a") == b"one"
    assert repr(store) == "<Store in memory: 1 hits, 0 misses>"


def test_speech_is_private(directory):
    """Only the owner can read the cache of speech."""
    Store(directory).write("a", b"one")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "a").stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == ["a"]


@pytest.mark.parametrize("damage", [b"", b"TLS1", b"rubbish" * 20, None])
def test_a_damaged_file_is_discarded(directory, damage):
    """A damaged file of the cache is not used, and is deleted."""
    Store(directory).write("a", b"one")
    path = directory / "a"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if damage is None else damage)
    store = Store(directory)
    assert store.read("a") is None
    assert not path.exists()
    assert store.statistics == Statistics(misses=1, discarded=1)


def test_a_full_disk_loses_what_was_used_longest_ago(directory):
    """A cache at its bound on the disk deletes what was used longest ago, of other processes, too."""
    old = Store(directory)
    for key, used in (("a", 1), ("b", 2), ("c", 3)):
        old.write(key, bytes(100))
        os.utime(directory / key, (used, used))
    store = Store(directory, disk_limit=4 * (100 + HEADER) - 1)
    assert store.read("a") is not None
    store.write("d", bytes(100))
    assert sorted(path.name for path in directory.iterdir()) == ["a", "c", "d"]
    assert store.statistics.evicted == 1


def test_memory_is_bounded_by_use_too():
    """A cache at its bound in memory forgets what was used longest ago."""
    store = Store(memory_limit=10)
    store.write("a", b"1234")
    store.write("a", b"1234")
    store.write("b", b"1234")
    store.read("a")
    store.write("c", b"1234")
    assert [store.read(key) for key in "abc"] == [b"1234", None, b"1234"]
    store.write("d", bytes(11))
    assert [store.read(key) for key in "acd"] == [None, None, None]


def test_a_disk_that_fails_costs_time_and_no_speech(tmp_path):
    """A cache whose directory cannot be made works in memory, and says why."""
    (tmp_path / "file").write_text("here")
    store = Store(tmp_path / "file" / "speech")
    store.write("a", b"one")
    assert store.read("a") == b"one"
    assert store.statistics.disk_fault == "Not a directory"


def test_a_disk_that_cannot_be_written_is_still_read(directory, monkeypatch):
    """With a full disk the cache still answers, and new results stay in memory."""
    Store(directory).write("a", b"one")
    store = Store(directory)

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trialogue.speech.store.tempfile.mkstemp", full)
    monkeypatch.setattr("trialogue.speech.store.os.utime", full)
    store.write("b", b"two")
    monkeypatch.undo()
    store.write("c", b"three")
    assert [store.read(key) for key in "abc"] == [b"one", b"two", b"three"]
    assert store.statistics.disk_fault == "No space left on device"
    assert [path.name for path in directory.iterdir()] == ["a"]


def test_a_write_that_fails_leaves_nothing_behind(directory):
    """A failed write to the cache leaves no half-written file."""
    (directory / "a").mkdir(parents=True)
    store = Store(directory)
    store.write("a", b"one")
    assert store.statistics.disk_fault == "Is a directory"
    assert [path.name for path in directory.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"TRIALOGUE_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c/speech"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/trialogue/speech"),
        ({"TRIALOGUE_CACHE": "", "HOME": "/h"}, "/h/.cache/trialogue/speech"),
    ],
)
def test_where_speech_is_kept(environment, place, monkeypatch):
    """The cache is where the operator says, else the desktop's standard, else the home directory."""
    monkeypatch.setenv("HOME", "/h")
    assert str(default_directory(environment)) == place


def test_without_a_home_memory_alone_remembers(monkeypatch):
    """A user without a home directory has a cache in memory, and no traceback."""

    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr("trialogue.speech.store.Path.home", nowhere)
    assert default_directory({}) is None
    monkeypatch.delenv("TRIALOGUE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert repr(open_engines().synthesizer).startswith("<")
