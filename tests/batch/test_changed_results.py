"""A `result.json` that was changed by hand is told in one line, and the rest of the batch goes on."""

import json
import os
from itertools import cycle, islice
from pathlib import Path

import pytest
from batch_values import jobs

from trialogue.batch.holding import Loaded, hold_job
from trialogue.meeting.paging import write_runs

WRONG = (None, True, -1, 1e300, "x", "\ud800", [], [1], [{}], {}, {"a": "b"}, {"p50": "x"})
"""Values of every kind; most are of another than stood there."""


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A job that was held, and its result."""
    (job,) = jobs(tmp_path_factory.mktemp("batch"))
    assert hold_job(job, Loaded()).state == "held"
    path = Path(job.folder) / "result.json"
    return job, path, path.read_bytes()


def places(value, above=()):
    """Every place of a JSON value, to a depth."""
    yield above
    if isinstance(value, dict) and len(above) < 3:
        for name, inner in value.items():
            yield from places(inner, (*above, name))


def changed(content, place, value, *, is_gone=False):
    """The result with another value at a place, or without it."""
    whole = json.loads(content)
    if not place:
        return json.dumps(value)
    within = whole
    for name in place[:-1]:
        within = within[name]
    if is_gone:
        del within[place[-1]]
    else:
        within[place[-1]] = value
    return json.dumps(whole)


def test_any_value_may_be_another_or_gone(held):
    """The job is told as kept or as failed, and the folder's page is made, whatever stands there."""
    job, path, content = held
    states, values = set(), cycle(WRONG)
    for place in places(json.loads(content)):
        edited = [changed(content, place, value) for value in islice(values, 4 if len(place) < 2 else 1)]
        edited += [changed(content, place, None, is_gone=True)] if place else []
        for text in edited:
            path.write_text(text)
            found = hold_job(job, Loaded())
            states.add(found.state)
            assert found.state == "kept" or "is not a result" in found.text or "is not JSON" in found.text
            assert "\n" not in found.text
        write_runs(Path(job.folder).parent)
    path.write_bytes(content)
    assert states == {"kept", "failed"}
    assert hold_job(job, Loaded()).state == "kept"


def test_a_verdict_of_another_form_has_not_passed(held):
    """A miss of a kind that this version does not know is still a miss: the meeting is told as failed."""
    job, path, content = held
    miss = {"place": "expect.never[0]", "section": "never", "expected": "x", "happened": "y", "at": 1.0}
    for kind, state in (("behaviour", "kept"), ("odd", "failed")):
        told = {"checked": 1, "misses": [{**miss, "kind": kind}]}
        path.write_text(changed(content, ("expectations",), told))
        found = hold_job(job, Loaded())
        assert (found.passed, found.state) == (False, state)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe{}", "it is not JSON"),
        (b"[" * 5000, "it is not JSON"),
        (b'{"kind": "result", "duration_s": ' + b"9" * 5000 + b"}", "it is not JSON"),
        (b'{"kind": "result"}' + b" " * (65 * 1024 * 1024), "it is larger than 64 MiB"),
    ],
    ids=["empty", "not UTF-8", "deep", "a number of 5,000 digits", "large"],
)
def test_a_result_that_is_not_json_is_an_error(held, content, words):
    """The error has the place and the reason."""
    job, path, good = held
    path.write_bytes(content)
    found = hold_job(job, Loaded())
    path.write_bytes(good)
    assert (found.state, found.exit_code) == ("failed", 4)
    assert found.text == f"cannot read {path}: {words}"


def test_a_result_that_is_not_a_file_is_an_error(held):
    """A pipe or a directory in a result's place is an error, and is not waited for."""
    job, path, good = held
    for make, words in (
        (os.mkfifo, "it is a named pipe, not a file"),
        (os.mkdir, "it is a directory, not a file"),
    ):
        path.unlink()
        make(path)
        assert hold_job(job, Loaded()).text == f"cannot read {path}: {words}"
        path.rmdir() if path.is_dir() else path.unlink()
        path.write_bytes(good)
