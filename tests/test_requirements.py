"""What is installed for the tests and for judging: groups in `pyproject.toml`, exact releases in the lock."""

import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
JUDGES = PROJECT["dependency-groups"]["judge"]
EXTRAS = PROJECT["project"]["optional-dependencies"]


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower().replace("_", "-").replace(".", "-")


def names_of(requirements):
    return {name_of(each) for each in requirements} - {"trialogue"}


def test_the_lock_holds_everything_that_is_asked_for():
    """Each dependency, each extra's and each judge has its exact release there."""
    locked = {name_of(line) for line in LOCK.splitlines() if re.match(r"[a-z0-9]", line)}
    asked = names_of(PROJECT["project"]["dependencies"]) | names_of(JUDGES)
    assert asked | names_of(chain(*EXTRAS.values())) <= locked


def test_the_lock_names_exact_releases_with_hashes_and_no_place():
    """Any index serves it: only names, releases and hashes stand there."""
    assert "://" not in LOCK
    for block in re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^ *#.*\n", "", LOCK)):
        assert re.match(
            r"[a-z0-9-]+==\S+ (?:; [^\\]+)?\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+$", block
        )


def test_the_test_extra_brings_no_judge():
    """A new release of a linter or of stubs turns no user's test command red."""
    assert not names_of(EXTRAS["test"]) & names_of(JUDGES)
