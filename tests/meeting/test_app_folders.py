"""The directory of a run: whose it is, and what is left of a meeting that could not start."""

import pytest

from trialogue.errors import JournalError, SetupError
from trialogue.meeting.folder import taken


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Runs go under this directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_empty_directory_is_one_meetings(here, monkeypatch):
    """A second process that is given a meeting's directory is refused, and the first one's files stay."""
    (here / "out").mkdir()

    def second():
        with taken(here / "out", "small"):
            pass

    with taken(here / "out", "small") as folder:
        (folder / "journal.jsonl").write_text("mine")
        monkeypatch.setattr(
            "trialogue.meeting.folder.check_folder", lambda _: None
        )  # it looked before we began
        with pytest.raises(SetupError):
            second()
    assert (folder / "journal.jsonl").read_text() == "mine"


@pytest.mark.parametrize("out", [None, "deep/er/out", "there"])
def test_a_failed_start_leaves_nothing_behind(here, out):
    """A meeting that fails to start leaves neither files nor new directories."""
    (here / "there").mkdir()
    before = sorted(here.rglob("*"))

    def start():
        with taken(here / out if out else None, "small") as folder:
            (folder / "audio").mkdir()
            (folder / "audio" / "mix.wav").write_bytes(b"RIFF")
            (folder / ".journal.jsonl.reserve").write_bytes(b"0")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start()
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("part", ["trialogue.meeting.stage.Recorder", "trialogue.meeting.stage.AlarmClock"])
def test_a_meeting_that_cannot_start_leaves_its_out_as_it_was(part, hold, scenario, here, monkeypatch):
    """The same command can be given again after a failed start."""

    def fails(*_, **__):
        raise JournalError("cannot record: No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(part, fails)
        with pytest.raises(JournalError):
            hold(scenario, out=here / "out")
    assert not (here / "out").exists()
    assert hold(scenario, out=here / "out").result.ok
