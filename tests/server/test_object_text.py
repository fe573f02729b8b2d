"""A JSON object that comes in parts: whole exactly where parsing the text so far gives an object."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trialogue.model.json_text import read_json
from trialogue.server.think import object_text
from trialogue.server.think.completion import MAX_NAME, Completion
from trialogue.server.think.object_text import ObjectText
from trialogue.server.think.ports import ThinkRefused, ThoughtCalls

PARTS = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        '"',
        "\\",
        '"a"',
        ":",
        ",",
        " ",
        "\n",
        "1",
        '\\"',
        "\\\\",
        "{}",
        "\u00a0",
        "",
        '{"a": ["}"]}',
    ]
)


def is_object(text: str) -> bool:
    try:
        return isinstance(read_json(text), dict)
    except ValueError:
        return False


@given(st.lists(PARTS, max_size=12))
@example(['{"a": "\\', '"}', '"}'])
@example(["{}", " \n", "x", "}"])
@example(["{" * 200 + "}" * 200])
def test_it_is_whole_where_its_text_is_an_object(parts: list[str]) -> None:
    """Arguments in parts are complete exactly when their text is a JSON object."""
    text = ObjectText()
    for number, part in enumerate(parts, 1):
        text.add(part)
        assert text.is_whole == is_object("".join(parts[:number]))
    assert (text.text, text.length) == ("".join(parts), len("".join(parts)))


def part_of_call(name: str, arguments: str) -> str:
    """Event of an endpoint that repeats the function's name in each."""
    function = {"name": name, "arguments": arguments}
    return json.dumps({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": function}]}}]})


def test_arguments_in_many_parts_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments in many small parts take no longer than in one."""
    parsed: list[str] = []
    monkeypatch.setattr(object_text, "read_json", lambda text: parsed.append(text) or read_json(text))
    completion, sent = Completion(), json.dumps({"a": "[}" * 5_000})
    for at in range(0, len(sent), 10):
        assert not list(completion.feed(part_of_call("pay", sent[at : at + 10])))
    (calls,) = completion.feed("[DONE]")
    assert isinstance(calls, ThoughtCalls)
    assert [(call.name, call.arguments) for call in calls.calls] == [("pay", sent)]
    assert parsed == [sent]


def test_a_functions_name_has_a_bound() -> None:
    """A model that streams a function's name without end is stopped."""
    completion = Completion()
    assert not list(completion.feed(part_of_call("x" * MAX_NAME, "")))
    with pytest.raises(ThinkRefused, match="too long a name"):
        list(completion.feed(part_of_call("y", "")))
