"""The corpus of the fuzz targets, replayed, and changed a little."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
SEEDS = sorted(file for file in CORPUS.rglob("*") if file.is_file())


@pytest.mark.parametrize("seed", SEEDS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_corpus_ends_in_values_or_errors_of_ours(seed):
    """Input that once crashed the program now gives a value or a named error."""
    TARGETS[seed.parent.name](seed.read_bytes())


@given(st.sampled_from(SEEDS), st.integers(0, 2000), st.binary(max_size=8))
def test_so_do_its_neighbours(seed, place, change):
    """Small changes of that input do not crash it either."""
    data = seed.read_bytes()[:5000]
    at = place % (len(data) + 1)
    TARGETS[seed.parent.name](data[:at] + change + data[at + len(change) :])
