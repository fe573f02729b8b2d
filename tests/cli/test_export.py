"""`trialogue export`: which files, and where."""

import json

import pytest

from trialogue.cli.export import export_run
from trialogue.cli.verify import verify_files_of
from trialogue.errors import SetupError


def test_the_command_writes_them_where_the_manifest_knows_them(run_folder, capsys):
    """`export` writes into the run's directory, and the manifest vouches for the files."""
    assert export_run(run_folder, ["csv", "eaf"], out=None, as_json=True) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == [str(run_folder / "turns.csv"), str(run_folder / "transcript.eaf")]
    assert verify_files_of(run_folder, as_json=False) == 0


def test_a_directory_that_is_not_there_is_made(run_folder, tmp_path, capsys):
    """`export --out` makes its directory; a file in its place is one clear line."""
    out = tmp_path / "new" / "files"
    assert export_run(run_folder, ["csv"], out=out, as_json=False) == 0
    assert (out / "turns.csv").is_file()
    with pytest.raises(SetupError, match="as the directory for files"):
        export_run(run_folder, ["csv"], out=out / "turns.csv", as_json=False)


def test_without_a_format_the_list_is_printed(run_folder, capsys):
    """`export` without a format lists the formats."""
    assert export_run(run_folder, [], out=None, as_json=False) == 0
    assert "textgrid  transcript.TextGrid" in capsys.readouterr().out


def test_an_unknown_format_names_those_there_are(run_folder):
    """The error for an unknown format is one line that lists the formats."""
    with pytest.raises(SetupError, match="unknown format 'pdf'; formats: vtt, srt, md, rttm, csv"):
        export_run(run_folder, ["pdf"], out=None, as_json=False)
