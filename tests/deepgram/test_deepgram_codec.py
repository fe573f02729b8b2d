"""Reading and writing: what comes back is what was sent, and nothing on the wire is an accident."""

import json
import re
from pathlib import Path

import orjson
import pytest
from attrs import evolve
from deepgram_strategies import (
    CLIENT_CLASSES,
    SERVER_CLASSES,
    client_messages,
    json_values,
    server_messages,
    text,
    values,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue.errors import LocalProtocolError, RemoteProtocolError
from trialogue.services.deepgram.codec import decode_client, decode_server, encode, unknown_fields
from trialogue.services.deepgram.messages import (
    AgentError,
    ConversationText,
    CustomToThinkProvider,
    InjectAgentMessage,
    InjectDynamicAgentMessage,
    KeepAlive,
    LatencyReport,
    Settings,
    Welcome,
    WireUnknownMessage,
)
from trialogue.services.deepgram.settings import (
    AgentSettings,
    Audio,
    AwsBedrockCredentials,
    DeepgramListenProviderV1,
    DeepgramListenProviderV2,
    DeepgramSpeakProviderV1,
    DeepgramSpeakProviderV2,
    Endpoint,
    Function,
    Listen,
    OpenAiThinkProvider,
    ThinkSettings,
)

EXAMPLES = Path(__file__).parent / "examples"
CLIENT_EXAMPLES = (EXAMPLES / "client.jsonl").read_text(encoding="utf-8").splitlines()
SERVER_EXAMPLES = (EXAMPLES / "server.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", SERVER_EXAMPLES)
def test_each_server_example_is_read_and_written_back(line):
    """Every example of the protocol's reference is known, wholly declared, and comes out as it went in."""
    message = decode_server(line)
    assert not isinstance(message, WireUnknownMessage)
    assert unknown_fields(message) == ()
    assert json.loads(encode(message)) == json.loads(line)


@pytest.mark.parametrize("line", CLIENT_EXAMPLES)
def test_each_client_example_is_read_and_written_back(line):
    """Each documented message of a client is written as it was read."""
    message = decode_client(line)
    assert not isinstance(message, WireUnknownMessage)
    assert unknown_fields(message) == ()
    assert json.loads(encode(message)) == json.loads(line)


def test_the_examples_show_every_class():
    """Each message class has a documented example."""
    assert {type(decode_server(line)) for line in SERVER_EXAMPLES} == set(SERVER_CLASSES)
    assert {type(decode_client(line)) for line in CLIENT_EXAMPLES} == set(CLIENT_CLASSES)


@settings(max_examples=3 * settings.default.max_examples)
@given(server_messages)
def test_server_messages_survive_the_wire(message):
    """A message of a server is the same after it was written and read."""
    assert decode_server(encode(message)) == message


@settings(max_examples=2 * settings.default.max_examples)
@given(client_messages)
def test_client_messages_survive_the_wire(message):
    """A message of a client, all of Settings included, is the same after it was written and read as bytes."""
    assert decode_client(encode(message).encode()) == message


@settings(max_examples=3 * settings.default.max_examples)
@given(st.binary(max_size=64) | st.text(max_size=64) | json_values.map(orjson.dumps))
def test_anything_is_a_message_or_a_remote_protocol_error(data):
    """No bytes from a service raise any other exception."""
    for decode in (decode_server, decode_client):
        try:
            decode(data)
        except RemoteProtocolError as error:
            assert error.path.startswith("$")  # noqa: PT017 - it need not be raised


def mutated(message):
    """The wire form of a message with one value, somewhere, replaced."""

    @st.composite
    def draw_mutation(draw):
        tree = orjson.loads(encode(message))
        node = tree
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and node[key] and draw(st.booleans()):
                node = node[key]
                continue
            node[key] = draw(json_values)
            break
        return orjson.dumps(tree)

    return draw_mutation()


@settings(max_examples=4 * settings.default.max_examples)
@given(st.data())
def test_one_wrong_value_anywhere_is_a_value_or_a_remote_protocol_error(data):
    """A message with one value replaced at any depth is read, or refused with a path."""
    message = data.draw(client_messages | server_messages)
    wire = data.draw(mutated(message))
    for decode in (decode_server, decode_client):
        try:
            decode(wire)
        except RemoteProtocolError as error:
            assert error.path.startswith("$")  # noqa: PT017 - it need not be raised


SETTINGS = (
    '{"type":"Settings","audio":{},"agent":{"listen":{"provider":%s},"think":%s,"speak":{"provider":%s}}}'
)
V1 = '{"type":"deepgram","version":"v1"}'
THINK = '{"provider":{"type":"open_ai","model":"m"}}'
VOICE = '{"type":"deepgram","model":"aura-2-thalia-en"}'


@pytest.mark.parametrize(
    ("wire", "path", "what"),
    [
        ("{", "$", "not JSON"),
        ("[]", "$", "expected an object, not an array"),
        ("null", "$", "expected an object, not null"),
        ("{}", "$.type", "expected a string, not null"),
        ('{"type":3}', "$.type", "expected a string, not a number"),
        ('{"type":"InjectUserMessage"}', "$.content", "missing"),
        ('{"type":"InjectUserMessage","content":7}', "$.content", "expected a string, not a number"),
        ('{"type":"InjectUserMessage","content":null}', "$.content", "expected a string, not null"),
        ('{"type":"InjectAgentMessage","message":"","behavior":"later"}', "$.behavior", "one of default"),
        (
            '{"type":"InjectAgentMessage","message":"","behavior":[]}',
            "$.behavior",
            "expected a string, not an array",
        ),
        ('{"type":"Settings","audio":[],"agent":""}', "$.audio", "expected an object, not an array"),
        ('{"type":"Settings","audio":{},"agent":4}', "$.agent", "expected a string or an object"),
        ('{"type":"Settings","audio":{},"agent":"","experimental":1}', "$.experimental", "a boolean"),
        ('{"type":"Settings","audio":{},"agent":"","tags":"a"}', "$.tags", "an array"),
        ('{"type":"Settings","audio":{},"agent":"","tags":["a",1]}', "$.tags[1]", "a string"),
        (
            '{"type":"Settings","audio":{"input":{"encoding":"","sample_rate":1.5}},"agent":""}',
            "$.audio.input.sample_rate",
            "expected a whole number",
        ),
        (
            """{"type":"Settings","audio":{},"agent":{"context":{"messages":[{"type":"History",
                "function_calls":[{"id":"","name":"","client_side":0,"arguments":"","response":""}]}]}}}""",
            "$.agent.context.messages[0].function_calls[0].client_side",
            "expected a boolean, not a number",
        ),
        (
            """{"type":"Settings","audio":{},"agent":{"context":{"messages":[{"type":"History",
                "function_calls":"none"}]}}}""",
            "$.agent.context.messages[0].function_calls",
            "expected an array, not a string",
        ),
        (SETTINGS % ('{"model":"x"}', THINK, VOICE), "$.agent.listen.provider.type", "one of deepgram"),
        (
            SETTINGS % ('{"type":"deepgram","version":"v3"}', THINK, VOICE),
            "$.agent.listen.provider.version",
            "v1",
        ),
        (
            SETTINGS % ('{"type":"deepgram","version":[]}', THINK, VOICE),
            "$.agent.listen.provider.version",
            "v1",
        ),
        (SETTINGS % ('{"type":[]}', THINK, VOICE), "$.agent.listen.provider.type", "one of deepgram"),
        (
            SETTINGS % (V1, '[{"provider":{"type":"gpt"}}]', VOICE),
            "$.agent.think[0].provider.type",
            "open_ai",
        ),
        (SETTINGS % (V1, "[3]", VOICE), "$.agent.think[0]", "an object"),
        (
            SETTINGS
            % (V1, '{"provider":{"type":"open_ai","model":"m"},"endpoint":{"url":"","headers":[]}}', VOICE),
            "$.agent.think.endpoint.headers",
            "an object",
        ),
        (
            SETTINGS
            % (
                V1,
                '{"provider":{"type":"open_ai","model":"m"},"endpoint":{"url":"","headers":{"a":1}}}',
                VOICE,
            ),
            "$.agent.think.endpoint.headers",
            "a string",
        ),
        (
            SETTINGS % (V1, '{"provider":{"type":"open_ai","model":"m","temperature":true}}', VOICE),
            "$.agent.think.provider.temperature",
            "a number",
        ),
        (
            SETTINGS % (V1, '{"provider":{"type":"open_ai","model":"m"},"context_length":"all"}', VOICE),
            "$.agent.think.context_length",
            "one of max",
        ),
        (
            '{"type":"Settings","audio":{},"agent":{"context":{"messages":[{"role":"user","content":""}]}}}',
            "$.agent.context.messages[0].type",
            "expected History",
        ),
    ],
)
def test_a_misfit_names_its_field(wire, path, what):
    """The error for a wrong value names its field and what was expected; no value is converted."""
    with pytest.raises(RemoteProtocolError, match=re.escape(what)) as caught:
        decode_client(wire)
    assert caught.value.path == path


def test_an_error_does_not_quote_the_message():
    """Errors of a message, and their causes, contain none of its values, which are personal."""
    with pytest.raises(RemoteProtocolError) as misfit:
        decode_client('{"type":"InjectAgentMessage","message":"","behavior":"secret words"}')
    with pytest.raises(RemoteProtocolError) as broken:
        decode_client('{"type":"secret words')
    assert "secret" not in str(misfit.value)
    assert "secret" not in str(broken.value)
    assert broken.value.__suppress_context__


def test_a_list_is_read_to_its_first_misfit():
    """A message with thousands of wrong values costs no more to refuse than one with a single one."""
    functions = [{"name": "a"}, *({"n": object_number} for object_number in range(4_000))]
    wire = {"type": "UpdateThink", "think": {"provider": {"type": "open_ai"}, "functions": functions}}
    with pytest.raises(RemoteProtocolError) as misfit:
        decode_client(json.dumps(wire))
    assert misfit.value.path == "$.think.functions[1].name"
    assert len(told_by(misfit.value.__cause__)) == 1


def told_by(fault):
    """Everything that is wrong, of errors that hold errors."""
    return [each for inner in getattr(fault, "exceptions", ()) for each in told_by(inner)] or [fault]


def test_null_is_absence():
    """`null` reads as a field that is not there, at any depth."""
    assert decode_client('{"type":"Settings","audio":{"input":null},"agent":{"think":null},"tags":null}') == (
        Settings(audio=Audio(), agent=AgentSettings())
    )


def test_whole_numbers_do_for_floats():
    """A float that an SDK writes as a whole number is read, as a float."""
    message = decode_server('{"type":"LatencyReport","total_latency":1}')
    assert message == LatencyReport(total_latency=1.0)
    assert isinstance(message.total_latency, float)


def test_a_provider_without_version_is_of_the_first():
    """A provider's `version` alone decides its class; without one it is the first."""
    flux = '{"type":"deepgram","version":"v2","model":"flux"}'
    read = decode_client(SETTINGS % ('{"type":"deepgram","model":"flux","eot_threshold":1}', THINK, VOICE))
    assert read.agent.listen.provider == DeepgramListenProviderV1(model="flux", extra={"eot_threshold": 1})
    assert read.agent.speak.provider == DeepgramSpeakProviderV1("aura-2-thalia-en")
    read = decode_client(SETTINGS % (flux, THINK, flux))
    assert read.agent.listen.provider == DeepgramListenProviderV2("flux")
    assert read.agent.speak.provider == DeepgramSpeakProviderV2("flux")


def test_injections_are_told_apart_by_is_dynamic():
    """Only a true `is_dynamic` makes the shape without words."""
    assert decode_client('{"type":"InjectAgentMessage","is_dynamic":true}') == InjectDynamicAgentMessage()
    read = decode_client('{"type":"InjectAgentMessage","is_dynamic":false,"message":"a"}')
    assert read == InjectAgentMessage("a", extra={"is_dynamic": False})


def test_unknown_messages_are_kept_whole():
    """A type that nobody knows is a value with everything in it, and can be written again."""
    wire = '{"type":"AgentDancing","steps":[1,2]}'
    for decode in (decode_server, decode_client):
        message = decode(wire)
        assert message == WireUnknownMessage("AgentDancing", json.loads(wire))
        assert encode(message) == wire
        assert unknown_fields(message) == ()


def test_each_side_knows_its_own_messages_only():
    """A message that belongs to the other side is read as an unknown one."""
    assert isinstance(decode_server('{"type":"KeepAlive"}'), WireUnknownMessage)
    assert isinstance(decode_client('{"type":"Welcome","request_id":""}'), WireUnknownMessage)


def test_undeclared_keys_are_kept_listed_and_never_sent():
    """Undeclared keys are listed with their paths at any depth, and are not sent on."""
    wire = SETTINGS % (
        V1,
        """[{"provider":{"type":"open_ai","model":"m"},"timeout":3,
             "functions":[{"name":"f","client_side":true,"parameters":{"free":1}}]}]""",
        VOICE,
    )
    message = decode_client(wire[:-1] + ',"why":1}')
    assert unknown_fields(message) == (
        "$.why",
        "$.agent.think[0].timeout",
        "$.agent.think[0].functions[0].client_side",
    )
    assert message.extra == {"why": 1}
    assert unknown_fields(decode_client(encode(message))) == ()


@given(server_messages, st.dictionaries(text.map("x-".__add__), json_values, max_size=2))
def test_undeclared_keys_do_not_disturb_the_rest(message, extra):
    """A message with keys of a newer server reads as before."""
    read = decode_server(orjson.dumps(orjson.loads(encode(message)) | extra))
    assert read == evolve(message, extra=extra)


def test_opaque_values_may_be_any_mapping():
    """`parameters` may be a mapping that the JSON writer does not know."""
    from types import MappingProxyType

    function = Function("f", parameters=MappingProxyType({"a": MappingProxyType({})}))
    think = ThinkSettings(OpenAiThinkProvider("m"), functions=(function,))
    message = Settings(audio=Audio(), agent=AgentSettings(think=think))
    assert '"parameters":{"a":{}}' in encode(message)


@pytest.mark.parametrize("content", ["\ud800", 2**64, {1: 2}, {1}])
def test_values_without_json_are_a_local_protocol_error(content):
    """A value that JSON cannot hold is refused before anything is sent."""
    with pytest.raises(LocalProtocolError, match="__customToThinkProvider cannot be written"):
        encode(CustomToThinkProvider(content))


def test_messages_are_values():
    """Equal messages are equal and hash alike; their repr shows neither keys nor undeclared fields."""
    assert hash(Welcome("r")) == hash(Welcome("r", extra={"a": [1]}))
    assert hash(Listen(DeepgramListenProviderV2("flux", keyterms=("a",)))) == hash(
        Listen(DeepgramListenProviderV2("flux", keyterms=("a",)))
    )
    assert repr(KeepAlive(extra={"a": 1})) == "KeepAlive()"
    assert repr(AgentError("C", "d")) == "AgentError(code='C', description='d')"
    assert repr(Endpoint("u", {"authorization": "key"})) == "Endpoint(url='u')"
    credentials = AwsBedrockCredentials("sts", "eu", "key", "key", "key")
    assert "key" not in repr(credentials).replace("access_key", "").replace("_key_id", "")


@pytest.mark.parametrize("declared", [*CLIENT_CLASSES, *SERVER_CLASSES])
def test_every_class_is_read_by_its_own_type(declared):
    """Each message is read back as its own class, by its `type`."""

    @settings(deadline=None, max_examples=3)
    @given(values(declared))
    def check(message):
        decode = decode_client if declared in CLIENT_CLASSES else decode_server
        assert type(decode(encode(message))) is declared

    check()


def test_conversation_text_without_behavior_is_read():
    """The text of an older server, which sends no `behavior`, is read."""
    assert decode_server('{"type":"ConversationText","role":"user","content":""}') == ConversationText(
        "user", ""
    )
