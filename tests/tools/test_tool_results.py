"""A result is told as JSON or text, whole or cut where it can be spared."""

import json
import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import ToolFailed
from trialogue.model.secrets import Secrets
from trialogue.tools.results import RESULT_BYTES, as_content


@dataclass
class Order:
    """An order."""

    item: str
    price: object


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ("as it is", "as it is"),
        ({"a": [1, None, True]}, '{"a":[1,null,true]}'),
        ({1: date(2026, 1, 2)}, '{"1":"2026-01-02"}'),
        (Order("tea", 3), '{"item":"tea","price":3}'),
        (Order("t\ud800", 3), '{"item":"t?","price":3}'),
        ({"a\ud800": ["\ud800"]}, '{"a?":["?"]}'),
        ("x\ud800y", "x?y"),
    ],
)
def test_results(result, content):
    """A tool's text result stays as it is, and any other becomes JSON."""
    assert as_content("prices", result) == content


def nested(depth):
    """Lists in lists."""
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (object(), "prices: result is an object, which is not JSON"),
        (
            {"items": [1, {"cost": Decimal(1)}]},
            "prices: result.items[1].cost is a Decimal, which is not JSON",
        ),
        (Order("tea", {1, 2}), "prices: result.price is a set, which is not JSON"),
        ([2**70], "prices: result[0] is an integer beyond 64 bits, which is not JSON"),
        ({"a": [None, math.nan]}, "prices: result.a[1] is not a finite number, which is not JSON"),
        (Order("tea", 1e999), "prices: result.price is not a finite number, which is not JSON"),
        ({"a": {(1, 2): 3}}, "prices: result.a has a key that is a tuple, which is not JSON"),
        (nested(300), "is nested too deeply"),
    ],
    ids=["all of it", "deep", "field", "integer", "no number", "infinite", "key", "nested"],
)
def test_results_that_are_not_json(result, words):
    """The failure for a result that is no JSON names the tool and the place."""
    with pytest.raises(ToolFailed) as failed:
        as_content("prices", result)
    assert words in json.loads(str(failed.value))["error"]
    assert failed.value.code == "unsayable"


def test_a_long_text_is_cut_at_its_end():
    """A long result is cut at a character, with a mark that names the tool."""
    content = as_content("prices", "é" * RESULT_BYTES)
    assert len(content.encode()) <= RESULT_BYTES
    assert content.endswith("é ... [prices: result is cut at 32 KiB]")


@pytest.mark.parametrize("as_text", [False, True], ids=["value", "text of JSON"])
def test_json_that_is_cut_stays_json(as_text):
    """A JSON result that is too long has its long values cut, with marks."""
    result = {
        "id": 7,
        "pages": [{"text": "word " * 20_000, "number": 1}],
        "rows": list(range(20_000)),
        "ok": True,
    }
    content = as_content("find", json.dumps(result) if as_text else result)
    told = json.loads(content)
    assert len(content.encode()) <= RESULT_BYTES
    assert (told["id"], told["ok"], told["pages"][0]["number"]) == (7, True, 1)
    assert told["pages"][0]["text"].endswith(" ... [find: result.pages[0].text is cut at 32 KiB]")
    assert told["rows"][:3] == [0, 1, 2]
    assert told["rows"][-1] == " ... [find: result.rows is cut at 32 KiB]"
    assert len(content.encode()) > RESULT_BYTES * 3 // 4


def test_members_that_have_no_room_are_left_out():
    """A large object is cut at its end, and its first members stay whole."""
    told = json.loads(as_content("find", {f"key-{n:05}": n for n in range(9_000)}))
    assert told["key-00000"] == 0
    assert told["..."] == " ... [find: result is cut at 32 KiB]"


words = st.text(max_size=40)
long = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=9), st.integers(1, 9_000))
many = st.builds(lambda value, times: [value] * times, words | st.integers(0, 9), st.integers(1, 3_000))
values = st.recursive(
    st.none() | st.integers(-(2**60), 2**60) | words | long | many,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=8,
)


@given(values)
def test_however_a_result_is_made_it_fits_and_stays_json(value):
    """Any result fits its room, and stays text or JSON."""
    content = as_content("find", value)
    assert len(content.encode()) <= RESULT_BYTES
    if not isinstance(value, str):
        told = json.loads(content)
        assert (told == value) == (
            len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()) <= RESULT_BYTES
        )


@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
def test_no_half_of_a_key_is_left_where_a_result_is_cut(is_json):
    """A key at the place where a result is cut is hidden, too."""
    key = "canary-" * 40
    for before in range(RESULT_BYTES - 500, RESULT_BYTES, 20):
        result = f"{'x' * before}{key}{'y' * 800}"
        assert "canary" not in as_content("prices", [result] if is_json else result, Secrets((key,)))
