"""The think provider for whoever brings neither a script nor a model."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from attrs import evolve

from trialogue.server.think.arguments import arguments_from
from trialogue.server.think.calling import call_for
from trialogue.server.think.default import answer_to
from trialogue.server.think.ports import (
    CallItem,
    OfferedFunction,
    TextItem,
    ThinkRequest,
    ThoughtCalls,
    ThoughtSentence,
)


def function(
    name: str, description: str = "", required: tuple[str, ...] = (), **properties: Any
) -> OfferedFunction:
    """A function with parameters of these schemas."""
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return OfferedFunction(name, description, schema)


TEXT = {"type": "string"}
WEATHER = function(
    "get_weather",
    "Get the current weather for a location",
    ("location",),
    location=TEXT,
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
BOOKING = function(
    "book_appointment",
    "Book an appointment for a customer",
    ("customer_name", "date", "service"),
    customer_name=TEXT,
    date={"type": "string", "format": "date"},
    service={"type": "string", "enum": ["haircut", "color", "consultation"]},
    guests={"type": "integer"},
)
CUSTOMER = function(
    "find_customer",
    "Look up a customer by phone number, email or customer ID.",
    customer_id=TEXT,
    phone=TEXT,
    email=TEXT,
)
END = function(
    "end_call",
    "End the conversation. Call this function when the user says goodbye, thank you, etc.",
    ("farewell_type",),
    farewell_type={"type": "string", "enum": ["thanks", "general", "help"]},
)
FUNCTIONS = (WEATHER, BOOKING, CUSTOMER, END)


def request(heard: str, **more: Any) -> ThinkRequest:
    """A request that answers one user's turn."""
    memory = (*more.pop("memory", ()), TextItem("user", heard))
    return ThinkRequest(memory=memory, heard=heard, **more)


def said(request: ThinkRequest) -> str:
    """What is said to a request."""
    thoughts = list(answer_to(request))
    assert all(isinstance(thought, ThoughtSentence) for thought in thoughts)
    return " ".join(thought.text for thought in thoughts if isinstance(thought, ThoughtSentence))


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("What is the weather in New York today?", "get_weather", {"location": "New York"}),
        ("weather in paris in fahrenheit", "get_weather", {"location": "paris", "unit": "fahrenheit"}),
        (
            "I'd like to book a haircut for Ada Lovelace on 2026-03-01 for 3 guests",
            "book_appointment",
            {"customer_name": "Ada Lovelace", "date": "2026-03-01", "service": "haircut", "guests": 3},
        ),
        ("My customer ID is CUST0042.", "find_customer", {"customer_id": "CUST0042"}),
        ("Find me, my phone is 555-123-4567", "find_customer", {"phone": "555-123-4567"}),
        ("I am a customer, ada@example.com", "find_customer", {"email": "ada@example.com"}),
        ("Goodbye", "end_call", {"farewell_type": "thanks"}),
    ],
)
def test_a_sentence_calls_the_function_that_fits(text: str, name: str, arguments: dict[str, Any]) -> None:
    """The words of a sentence choose the function, and its arguments come from the sentence."""
    call = call_for(text, FUNCTIONS)
    assert call is not None
    assert (call.name, json.loads(call.arguments)) == (name, arguments)


WETTER = function(
    "wetter_abfragen",
    "Fragt das aktuelle Wetter an einem Ort ab.",
    ("ort",),
    ort={"type": "string", "description": "Name der Stadt", "examples": ["Bonn"]},
)
PEDIDOS = function(
    "buscar_pedidos",
    "Busca los pedidos de un cliente.",
    ("cliente_id",),
    cliente_id={"type": "string", "description": "Número del cliente"},
    estado={"type": "string", "enum": ["enviado", "pendiente"]},
)
SHANGHAI = {"type": "string", "default": "上海"}
TIANQI = function("get_forecast", "查询某个城市的天气预报", ("city",), city=SHANGHAI)
METEO = function("meteo", "Donne la météo d'une ville", ("ville",), ville=TEXT)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("Wie ist das Wetter in Berlin?", "wetter_abfragen", {"ort": "Berlin"}),
        ("Wie wird das Wetter?", "wetter_abfragen", {"ort": "Bonn"}),
        (
            "¿Dónde están mis pedidos pendientes?",
            "buscar_pedidos",
            {"cliente_id": "1", "estado": "pendiente"},
        ),
        ("Busca el pedido 4711 enviado", "buscar_pedidos", {"cliente_id": "4711", "estado": "enviado"}),
        ("北京的天气怎么样?", "get_forecast", {"city": "上海"}),
        ("Quelle est la METEO à Paris ?", "meteo", {"ville": "Paris"}),
    ],
)
def test_other_languages_call_the_function_that_fits(text: str, name: str, arguments: dict[str, Any]) -> None:
    """A sentence in another language calls a function by the words of its name and schema."""
    call = call_for(text, (WEATHER, WETTER, PEDIDOS, TIANQI, METEO, END))
    assert call is not None
    assert (call.name, json.loads(call.arguments)) == (name, arguments)


@pytest.mark.parametrize("text", ["Wie geht es dir?", "Hola, ¿qué tal?", "你好吗", "Bonjour !"])
def test_small_talk_of_other_languages_calls_nothing(text: str) -> None:
    """A sentence without a word of any function's description calls no function."""
    assert call_for(text, (WETTER, PEDIDOS, TIANQI, METEO)) is None


ORDERS = function("get_orders", "Get the orders of a customer", ("customer_id",), customer_id=TEXT)


def test_a_second_function_is_called_with_what_the_first_has_found() -> None:
    """A result can be the argument of a second function, and both results are said."""
    heard = "I am a customer, my phone is 555-123-4567. Where are my orders?"
    offered = (CUSTOMER, ORDERS, END)
    (first,) = answer_to(request(heard, functions=offered))
    assert isinstance(first, ThoughtCalls)
    assert [call.name for call in first.calls] == ["find_customer"]
    found = CallItem("1", "find_customer", first.calls[0].arguments, '{"customer": {"customer_id": "C7"}}')
    memory = (TextItem("user", heard), found)
    asking = ThinkRequest(memory=memory, heard=heard, functions=offered, results=(found,))
    (second,) = answer_to(asking)
    assert isinstance(second, ThoughtCalls)
    assert [(call.name, call.arguments) for call in second.calls] == [("get_orders", '{"customer_id": "C7"}')]
    orders = CallItem("2", "get_orders", second.calls[0].arguments, '{"orders": ["tea"]}')
    done = evolve(asking, memory=(*memory, orders), results=(found, orders))
    assert said(done).endswith("The result of get orders: orders tea.")


def test_one_function_does_not_bring_another_along() -> None:
    """The default agent does not call a second function only because its words are much like the first's."""
    forecast = function("get_forecast", "Get the weather forecast", ("location",), location=TEXT)
    heard = "What is the weather in Rome?"
    results = (CallItem("1", "get_weather", '{"location": "Rome"}', '{"sky": "clear"}'),)
    asked = request(heard, functions=(WEATHER, forecast), results=results)
    assert said(asked) == "The result of get weather: sky clear."


@pytest.mark.parametrize("text", ["Hello there", "Tell me a joke", "What is two plus two?", "", "and the of"])
def test_other_sentences_call_nothing(text: str) -> None:
    """Small talk, and a sentence without words, call no function."""
    assert call_for(text, FUNCTIONS) is None


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, "two of them", 2),
        ({"type": "integer"}, "some", 1),
        ({"type": "number", "minimum": 0.5}, "some", 0.5),
        ({"type": "number"}, "it costs 2.50 now", 2.5),
        ({"type": "boolean"}, "without x", False),
        ({"type": "boolean"}, "hello", True),
        ({"const": "fixed"}, "hello", "fixed"),
        ({"type": "string", "default": "red"}, "", "red"),
        ({"type": "string", "examples": ["blue"]}, "", "blue"),
        ({"type": ["null", "string"]}, 'say "good day" to all', "good day"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "7 of them", 7),
        ({"type": "array", "items": {"type": "integer"}}, "take 4", [4]),
        ({"type": "array", "items": {"type": "integer"}}, "take them", []),
        ({"type": "object", "properties": {"y": {"type": "integer"}}}, "y 9", {"y": 9}),
        ({"type": "null"}, "hello", None),
        ({}, "pizza", "pizza"),
    ],
)
def test_required_parameters_of_every_type_get_a_value(
    schema: dict[str, Any], text: str, value: object
) -> None:
    """A required argument is taken from the sentence, else from the schema, else the plainest."""
    assert arguments_from(text, {"properties": {"x": schema}, "required": ["x"]}, set()) == {"x": value}


def test_optional_parameters_of_which_nothing_is_said_are_left_out() -> None:
    """The default agent invents no arguments for a function."""
    schema = {"properties": {"n": {"type": "integer"}, "flag": {"type": "boolean"}, "date": TEXT}}
    assert arguments_from("good morning", schema, set()) == {}


def test_a_value_fills_one_parameter_only() -> None:
    """Two numbers of a sentence go to two arguments, in their order."""
    schema = {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "integer"}}}
    assert arguments_from("add 4 and 5", schema, set()) == {"a": 4, "b": 5}


@pytest.mark.parametrize(
    "parameters", [None, {}, {"properties": 5}, {"properties": {"x": 5}, "required": ["x"]}]
)
def test_schemas_of_any_shape_are_accepted(parameters: Any) -> None:
    """A client's schema can be any JSON value."""
    call = call_for("weather please", (OfferedFunction("weather", "", parameters),))
    assert call is not None


def test_very_deep_and_very_many_parameters_end() -> None:
    """A function with very deep and very many parameters is called in bounded time."""
    deep: dict[str, Any] = {"type": "integer"}
    for _ in range(500):
        deep = {"type": "object", "properties": {"x": deep}, "required": ["x"]}
    many = {f"p{n}": TEXT for n in range(10_000)}
    assert call_for("weather", (OfferedFunction("weather", "", {"properties": {"x": deep, **many}}),))


def test_the_result_of_a_call_is_said() -> None:
    """The second step of a function call: the reply holds what the function returned."""
    results = (
        CallItem("1", "get_weather", "{}", '{"temp_c": 21, "sky": "clear", "wet": false, "by": null}'),
    )
    heard = said(request("weather in Rome", functions=FUNCTIONS, results=results))
    assert heard == "The result of get weather: temp c 21, sky clear, wet no, by nothing."


def test_a_result_that_cannot_be_read_is_said_as_text() -> None:
    """Deep JSON, or half a character: a function may return anything."""
    for result in ("[" * 9_000 + "]" * 9_000, '{"sky": "\\ud800"}'):
        results = (CallItem("1", "get_weather", "{}", result),)
        heard = said(request("weather in Rome", functions=FUNCTIONS, results=results))
        assert heard.encode().startswith(b"The result of get weather: ")


def test_the_default_repeats_the_heard_words() -> None:
    """Where no function fits, the agent repeats what it heard as one sentence."""
    assert said(request("Good morning")) == "You said: Good morning."
    assert len(said(request("word " * 1000))) < 400


def test_the_prompt_is_heard_once_and_again_when_it_changes() -> None:
    """The default agent says its prompt's last sentence once, and again after an update."""
    first = said(request("Hi", prompt="You are a bank. Be brief."))
    assert first == "You said: Hi. My instructions say: Be brief."
    memory = (TextItem("user", "Hi"), TextItem("assistant", first))
    assert said(request("Well", prompt="You are a bank. Be brief.", memory=memory)) == "You said: Well."
    updated = said(request("Well", prompt="You are a bank. Be brief.\nSpeak of bees.", memory=memory))
    assert updated == "You said: Well. My instructions say: Speak of bees."


def test_context_answers_questions() -> None:
    """The default agent answers questions from what was said or called in an earlier session."""
    memory = (
        TextItem("user", "My favourite colour is blue."),
        TextItem("assistant", "The shop opens at nine."),
        CallItem("1", "get_balance", "{}", '{"euros": 12}'),
    )
    assert said(request("What is my favourite colour?", memory=memory)).endswith(
        "Earlier you said: My favourite colour is blue."
    )
    assert said(request("When does the shop open?", memory=memory)).endswith(
        "Earlier I said: The shop opens at nine."
    )
    assert said(request("What was the balance?", memory=memory)).endswith("get balance: euros 12.")
    assert "Earlier" not in said(request("Blue is nice.", memory=memory))


def test_one_call_asks_once() -> None:
    """The default agent calls a fitting function before it says anything."""
    assert [type(thought) for thought in answer_to(request("weather in Rome", functions=FUNCTIONS))] == [
        ThoughtCalls
    ]


MANY = function("note", "Note the numbers.", **{f"code_{each}": TEXT for each in range(32)})
LONG = (
    *("1" * 500, "1 " * 250, "1.1." * 125, "1-" * 250, "a-" * 250, "1:11 " * 100),
    *("in" + " " * 490 + "x", "in " * 160, "\u201c" * 500, "a@" * 250, "+1(" * 160, "x" * 499 + "!"),
)


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:4])
def test_no_text_takes_long(text: str) -> None:
    """A user can say or type anything, and one loop serves all sessions."""
    began = process_time()
    list(answer_to(request(f"{text[:490]} note", functions=(MANY,))))
    assert process_time() - began < 0.25


def test_a_number_without_end_is_none() -> None:
    """A number beyond the range of JSON is not taken as an argument."""
    schema = {"properties": {"amount": {"type": "integer"}, "share": {"type": "number"}}}
    assert arguments_from(f"{'9' * 400}.5 and 3", schema, set()) == {"amount": 3}
