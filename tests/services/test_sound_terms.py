"""Sound formats of a session: silence is made up to a bound, for any length and rate."""

import pytest

from trialogue import SoundTerms, WrongValue
from trialogue.services.sound_terms import _silence


def test_silence_is_made_in_its_format() -> None:
    """By the encoding's own byte; none where the sound is compressed."""
    assert SoundTerms().silence(0.5) == bytes(24_000)
    assert SoundTerms("mulaw", 8_000).silence(0.5) == b"\xff" * 4_000
    assert SoundTerms("opus").silence(1e9) == b""
    assert SoundTerms(sample_rate=0).silence(0.5) == b""


@pytest.mark.parametrize(
    ("terms", "seconds", "most"),
    [
        (SoundTerms(), 1e12, 1398),
        (SoundTerms(), 1399.0, 1398),
        (SoundTerms("mulaw", 8_000), 9000.0, 8388),
        (SoundTerms(sample_rate=10**9), 1.0, 0),
        (SoundTerms(sample_rate=10**400), 1.0, 0),
    ],
)
def test_silence_has_a_bound(terms: SoundTerms, seconds: float, most: int) -> None:
    """A slip of units took all of the memory."""
    with pytest.raises(WrongValue, match=rf"^seconds must be at most {most} in this format$") as refused:
        terms.silence(seconds)
    assert refused.value.argument == "seconds"


def test_long_silence_is_not_kept() -> None:
    """Short silence is shared by all sessions; a minute is made anew."""
    _silence.cache_clear()
    terms = SoundTerms()
    assert terms.silence(0.1) is terms.silence(0.1)
    assert len(terms.silence(60)) == 2 * 60 * 24_000
    assert _silence.cache_info().currsize == 1
