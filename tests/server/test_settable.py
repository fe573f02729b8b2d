"""Options of the server as an operator writes them."""

from __future__ import annotations

import math

import attrs
import pytest

from trialogue.errors import SetupError
from trialogue.server.options import LatencyStyle, RefusalStyle, ServerOptions, UnknownFields
from trialogue.server.settable import SETTABLE, read_settings, with_settings

BY_OTHER_MEANS = {"as_of", "models", "agents", "allow_endpoint", "stand_in"}
"""Options that no text of one line can hold: they have files and options of their own."""


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("idle=30s", "idle_s", 30.0),
        ("session=2h", "max_session_s", 7200.0),
        ("session-warning=90s", "session_warning_s", 90.0),
        ("hang=500ms", "hang_s", 0.5),
        ("slow-think=1s", "slow_think_s", 1.0),
        ("send-speed=1", "send_speed", 1.0),
        ("send-speed=at-once", "send_speed", math.inf),
        ("latency=combined", "latency_style", LatencyStyle.COMBINED),
        ("refusals=warning", "refusal_style", RefusalStyle.WARNING),
        ("unknown-fields=warned", "unknown_fields", UnknownFields.WARNED),
        ("done-after-cut=yes", "done_after_cut", True),
        ("thoughts=yes", "tells_thoughts", True),
        ("listen-fixed=no", "listen_identity_fixed", False),
        ("prompt=100", "max_prompt_chars", 100),
        ("sentences=3", "max_sentences", 3),
        ("log-text=yes", "logs_text", True),
        ("seed=7", "seed", 7),
        ("connections=256", "max_connections", 256),
    ],
)
def test_a_setting_has_its_field(text: str, field: str, value: object) -> None:
    """A setting on the command line sets its option, with the right unit and type."""
    assert read_settings([text]) == {field: value}
    key, _, word = text.partition("=")
    if field != "max_connections":
        assert getattr(with_settings(ServerOptions(), read_settings([f"{key}={word}"])), field) == value


def test_every_option_can_be_set() -> None:
    """A new option is settable, or has its reason here."""
    fields = {field.name for field in attrs.fields(ServerOptions)}
    assert {each.field for each in SETTABLE.values()} - {"max_connections"} == fields - BY_OTHER_MEANS


def test_the_last_of_two_counts() -> None:
    """A setting given twice has its last value, as elsewhere on a command line."""
    assert read_settings(["seed=1", "seed=2"]) == {"seed": 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("idle", "takes KEY=VALUE with a key of idle,"),
        ("nothing=1", "not 'nothing=1'"),
        ("idle=30", "--set idle takes a duration such as 10s or 2h, not '30'"),
        ("idle=0s", "--set idle takes"),
        ("send-speed=fast", "at-once, not 'fast'"),
        ("send-speed=0", "--set send-speed takes"),
        ("send-speed=nan", "--set send-speed takes"),
        ("latency=no", "separate or combined or none, not 'no'"),
        ("done-after-cut=true", "takes yes or no"),
        ("connections=0", "1 to 10000"),
        ("seed=-1", "a whole number"),
        ("seed=٣", "a whole number"),
    ],
)
def test_an_invalid_setting_is_an_error(text: str, words: str) -> None:
    """The error for an invalid setting shows valid values."""
    with pytest.raises(SetupError) as told:
        read_settings([text])
    assert words in str(told.value)
