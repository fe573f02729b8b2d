"""Secrets are known by their values and hidden in text, in lines and in events."""

import json

import pytest

from trialogue.model.events import SentenceSaid, ToolRequested, Woke
from trialogue.model.secrets import NO_SECRETS, Secrets, secrets_of
from trialogue.model.text import brief, steerless_json

KEY = 'dg_"\\%é-0123'


@pytest.mark.parametrize(
    "name", ["DEEPGRAM_API_KEY", "GITHUB_TOKEN", "db_password", "A_SECRET", "Authorization"]
)
def test_variables_that_are_named_like_keys_hold_secrets(name):
    """The values of variables named like keys are hidden everywhere."""
    assert secrets_of({name: f" {KEY}\n", "HOME": "/home/ada"}).values == (KEY,)


@pytest.mark.parametrize(
    "name", ["GIT_AUTHOR_NAME", "git_author_email", "KEYBOARD_LAYOUT", "TOKENIZERS_PARALLELISM"]
)
def test_an_author_is_no_secret(name):
    """A participant who has the name of the author of commits is heard by that name, not as three stars."""
    assert secrets_of({name: "ada@example.org"}).values == ()


def test_variables_of_a_scenario_are_secret():
    """Whatever their names; a value too short to be a key is not."""
    environment = {"BADGE": "long-enough", "PIN_KEY": "1234", "OTHER": "not referred to"}
    assert secrets_of(environment, ("BADGE", "GONE")).values == ("long-enough",)


def test_the_longer_secret_is_hidden_first():
    """One may begin with the other, and leave its rest behind."""
    secrets = secrets_of({"A_KEY": "abcdefgh", "B_KEY": "abcdefgh-more"})
    assert secrets.hide("say abcdefgh-more and abcdefgh") == "say *** and ***"


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_line_is_searched_as_json_writes_it(depth):
    """A tool's arguments are JSON inside of JSON."""
    value = {"text": KEY}
    for _ in range(depth):
        value = {"arguments": json.dumps(value, ensure_ascii=False)}
    hidden = Secrets((KEY,)).hide_bytes(json.dumps(value, ensure_ascii=False).encode())
    for _ in range(depth):
        hidden = json.loads(hidden)["arguments"]
    assert json.loads(hidden) == {"text": "***"}


def test_an_event_is_hidden_in_whatever_field():
    """A key in any field of an event does not get into the journal."""
    secrets = Secrets((KEY,))
    asked = ToolRequested("ada", 1, f"id {KEY}", KEY, json.dumps({"k": "v"}))
    assert secrets.hide_in(asked) == ToolRequested("ada", 1, "id ***", "***", json.dumps({"k": "v"}))
    assert secrets.hide_in((SentenceSaid("ada", 1, KEY, 0.5),)) == (SentenceSaid("ada", 1, "***", 0.5),)


def test_a_value_without_secrets_is_returned_itself():
    """Nothing is copied for each event."""
    event = Woke("limit-silence")
    assert Secrets((KEY,)).hide_in(event) is event
    assert NO_SECRETS.hide_in(event) is event


def test_a_secret_is_not_in_its_own_repr():
    """Logging the object that holds the keys shows none of them."""
    assert KEY not in repr(Secrets((KEY,)))


STEERING = "".join(map(chr, [0x7F, *range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F)]))


def test_no_character_stands_raw_that_steers():
    """Each is written as JSON's own escape, so the value is what it was; other letters stay."""
    value = {"text": f"{STEERING}\u2066\u2069 ça va, 日本 - «so»", STEERING: 1}
    encoded = steerless_json(json.dumps(value, ensure_ascii=False).encode())
    assert json.loads(encoded) == value
    assert not set(encoded.decode()) & set(f"{STEERING}\u2066\u2069")
    assert "ça va, 日本 - «so»".encode() in encoded


def test_a_text_without_an_end_is_cut():
    """A very long text of a peer is cut before it is shown."""
    assert brief("x" * 9, 9) == "x" * 9
    assert brief("x" * 5000, 9) == "xxxxxxxxx… (4991 more characters)"
