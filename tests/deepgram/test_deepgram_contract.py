"""Contract with what the service has published: see spec/README.md.

Two contracts: the AsyncAPI of 2026-07-22, whose lists of models, voices and versions are opened because
they are behind the service, and the SDK 7.17.0, whose objects are closed here, so that a key that we
write and nobody declares is found. What a contract does not know is listed with its reason.
"""

import json
from functools import cache
from pathlib import Path

import attrs
import orjson
import pytest
from deepgram_strategies import CLIENT_CLASSES, SERVER_CLASSES, values
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from jsonschema import Draft7Validator, Draft202012Validator

from trialogue.services.deepgram import messages as m
from trialogue.services.deepgram import settings as s
from trialogue.services.deepgram.codec import encode
from trialogue.services.deepgram.wire import WireObject

SPEC = Path(__file__).parent / "spec"
EXAMPLES = Path(__file__).parent / "examples"

# --- the AsyncAPI -----------------------------------------------------------------------------------

ASYNCAPI = {
    m.Settings: "AgentV1_AgentV1Settings",
    m.UpdateListen: "AgentV1_AgentV1UpdateListen",
    m.UpdateThink: "AgentV1_AgentV1UpdateThink",
    m.UpdateSpeak: "AgentV1_AgentV1UpdateSpeak",
    m.UpdatePrompt: "AgentV1_AgentV1UpdatePrompt",
    m.InjectUserMessage: "AgentV1_AgentV1InjectUserMessage",
    m.InjectAgentMessage: "AgentV1_AgentV1InjectAgentMessage",
    m.FunctionCallResponse: "AgentV1_AgentV1SendFunctionCallResponse",
    m.KeepAlive: "AgentV1_AgentV1KeepAlive",
    m.Welcome: "AgentV1_AgentV1Welcome",
    m.SettingsApplied: "AgentV1_AgentV1SettingsApplied",
    m.ConversationText: "AgentV1_AgentV1ConversationText",
    m.WireUserStartedSpeaking: "AgentV1_AgentV1UserStartedSpeaking",
    m.WireAgentThinking: "AgentV1_AgentV1AgentThinking",
    m.AgentStartedSpeaking: "AgentV1_AgentV1AgentStartedSpeaking",
    m.LatencyReport: "AgentV1_AgentV1LatencyReport",
    m.AgentAudioDone: "AgentV1_AgentV1AgentAudioDone",
    m.FunctionCallRequest: "AgentV1_AgentV1FunctionCallRequest",
    m.PromptUpdated: "AgentV1_AgentV1PromptUpdated",
    m.SpeakUpdated: "AgentV1_AgentV1SpeakUpdated",
    m.ThinkUpdated: "AgentV1_AgentV1ThinkUpdated",
    m.ListenUpdated: "AgentV1_AgentV1ListenUpdated",
    m.WireInjectionRefused: "AgentV1_AgentV1InjectionRefused",
    m.HistoryContent: "AgentV1_AgentV1History",
    m.HistoryFunctionCalls: "AgentV1_AgentV1History",
    m.AgentWarning: "AgentV1_AgentV1Warning",
    m.AgentError: "AgentV1_AgentV1Error",
}

NEWER_THAN_ASYNCAPI = {
    m.UpdateThinkLive,
    m.InjectDynamicAgentMessage,
    m.ForceEndTurn,
    m.CustomToThinkProvider,
    m.FunctionCallCancelled,
    m.ThinkLiveUpdated,
    m.WireFrustrationDetected,
    m.CustomFromThinkProvider,
}
"""In the SDK only."""

OURS = {m.ScriptEntryTaken}
"""Of trialogue's embedded server only: told to whom asks for it, and never by the vendor."""

SERVICE_CLASSES = [declared for declared in (*CLIENT_CLASSES, *SERVER_CLASSES) if declared not in OURS]

BEHIND = ("Model", "ModelId", "Voice", "Version", "Encoding", "Container", "Engine")
"""Ends of the names of lists that are behind the service, or that we leave to it."""

BESIDE_ASYNCAPI = (
    s.NvidiaThinkProvider,  # in the documents only
    s.DeepgramThinkProvider,  # in the SDK only
    s.ScriptedThinkProvider,  # of the embedded server only
    s.InstalledThinkProvider,  # of the embedded server only
)


@cache
def asyncapi(name):
    """The validator of one definition, lists that are behind opened."""
    spec = json.loads((SPEC / "agent-v1.extract.schema.json").read_text(encoding="utf-8"))
    definitions = spec["definitions"]
    for title, definition in definitions.items():
        if title.endswith(BEHIND) and not title.startswith("DeepgramSpeakProviderVersion"):
            definition.pop("enum", None)
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


def parts(value):
    """Every wire object of a tree."""
    if isinstance(value, WireObject):
        yield value
        for field in attrs.fields(type(value)):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def fits_asyncapi(message):
    """Whether the AsyncAPI knows all the alternatives that a message takes."""
    if isinstance(message, m.UpdateListen):
        # It knows Flux only; the SDK takes both.
        return isinstance(message.listen.provider, s.DeepgramListenProviderV2)
    if isinstance(message, m.WireInjectionRefused):
        # The documents' examples leave the reason out.
        return message.message is not None
    return not any(
        isinstance(part, BESIDE_ASYNCAPI)
        # The documents leave the model out where a custom endpoint names it.
        or (isinstance(part, s.GoogleThinkProvider) and part.model is None)
        for part in parts(message)
    )


def test_every_class_is_in_the_asyncapi_or_newer():
    """A message class that the published contract lacks is on the list of newer ones."""
    assert set(ASYNCAPI) | NEWER_THAN_ASYNCAPI == set(SERVICE_CLASSES)


@pytest.mark.parametrize("declared", ASYNCAPI, ids=lambda declared: declared.__name__)
def test_what_we_write_fits_the_asyncapi(declared):
    """Each message that we write is valid by the published contract, with a strict `oneOf`."""
    validator = asyncapi(ASYNCAPI[declared])

    @hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(values(declared))
    def check(message):
        assume(fits_asyncapi(message))
        validator.validate(orjson.loads(encode(message)))

    check()


# --- the SDK ----------------------------------------------------------------------------------------

SDK_NAMES = {
    m.HistoryContent: "AgentV1HistoryContent",
    m.HistoryFunctionCalls: "AgentV1HistoryFunctionCalls",
    m.AgentWarning: "AgentV1Warning",
    m.AgentError: "AgentV1Error",
    m.FunctionCallResponse: "AgentV1SendFunctionCallResponse",
}
"""Where the SDK's name is not ours with `AgentV1` before it."""

BESIDE_SDK = (
    s.NvidiaThinkProvider,  # in the documents only
    s.ScriptedThinkProvider,  # of the embedded server only
    s.InstalledThinkProvider,  # of the embedded server only
)


def closed(schema):
    """A schema whose objects take no keys but those that they declare."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(item) for key, item in schema.items()}
    if made.get("type") == "object" and "properties" in made:
        made["additionalProperties"] = False
    return made


@cache
def sdk_schemas():
    """The SDK's schemas by name, closed."""
    return closed(
        json.loads((SPEC / "sdk-7.17.0-agent-v1.schemas.json").read_text(encoding="utf-8"))["schemas"]
    )


def sdk_schema(declared):
    """The SDK's schema of a class."""
    return sdk_schemas()[SDK_NAMES.get(declared, f"AgentV1{declared.__name__.removeprefix('Wire')}")]


def fits_sdk(message):
    """Whether the SDK knows all the alternatives that a message takes."""
    if isinstance(message, m.WireInjectionRefused):
        return message.message is not None
    if isinstance(message, m.UpdateListen):
        # The older name exists in Settings alone.
        return getattr(message.listen.provider, "language_hint", None) is None
    return not any(
        isinstance(part, BESIDE_SDK) or (isinstance(part, s.GoogleThinkProvider) and part.model is None)
        for part in parts(message)
    )


@pytest.mark.parametrize("declared", SERVICE_CLASSES, ids=lambda declared: declared.__name__)
def test_what_we_write_fits_the_sdk(declared):
    """Each message that we write is valid to the SDK, and has no key that it does not declare."""
    validator = Draft202012Validator(sdk_schema(declared))

    @hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(values(declared))
    def check(message):
        assume(fits_sdk(message))
        validator.validate(orjson.loads(encode(message)))

    check()


@pytest.mark.parametrize("declared", SERVICE_CLASSES, ids=lambda declared: declared.__name__)
def test_every_message_field_of_the_sdk_is_ours(declared):
    """Our messages have exactly the SDK's fields."""
    ours = {field.name for field in attrs.fields(declared)} - {"extra"}
    assert set(sdk_schema(declared)["properties"]) == ours | {"type"}


@pytest.mark.parametrize(
    "wire",
    [
        {"type": "UpdatePrompt", "prompt": "", "more": 1},
        {"type": "UpdatePrompt"},
        {"type": "UpdatePrompt", "prompt": 1},
        {"type": "KeepAlive", "prompt": ""},
    ],
)
def test_the_closed_contract_can_refuse(wire):
    """The validator of the other tests finds an extra key, a missing one, and a wrong type."""
    assert not Draft202012Validator(sdk_schema(m.UpdatePrompt)).is_valid(wire)


SDK_PARTS = {
    "AgentV1SettingsAgentContext": s.AgentSettings,
    "AgentV1SettingsAgentContextContext": s.Context,
    "AgentV1SettingsAgentContextListen": s.Listen,
    "AgentV1SettingsAgentContextListenProvider_V1": s.DeepgramListenProviderV1,
    "AgentV1SettingsAgentContextListenProvider_V2": s.DeepgramListenProviderV2,
    "AgentV1SettingsAudio": s.Audio,
    "AgentV1SettingsAudioInput": s.AudioInput,
    "AgentV1SettingsAudioOutput": s.AudioOutput,
    "AgentV1SettingsFlags": s.Flags,
    "AwsBedrockThinkProviderCredentials": s.AwsBedrockCredentials,
    "AwsPollySpeakProviderCredentials": s.AwsPollyCredentials,
    "CartesiaVoice": s.CartesiaVoice,
    "ConversationHistoryMessage": s.HistoryContent,
    "DeepgramThinkLiveProviderV1": s.ThinkLiveProvider,
    "FunctionCallHistoryMessage": s.HistoryFunctionCalls,
    "FunctionCallHistoryMessageFunctionCallsItem": s.HistoryFunctionCall,
    "SpeakSettingsV1": s.SpeakSettings,
    "SpeakSettingsV1Endpoint": s.Endpoint,
    "SpeakSettingsV1Provider_AwsPolly": s.AwsPollySpeakProvider,
    "SpeakSettingsV1Provider_Cartesia": s.CartesiaSpeakProvider,
    "SpeakSettingsV1Provider_Deepgram": s.DeepgramSpeakProviderV2,
    "SpeakSettingsV1Provider_ElevenLabs": s.ElevenLabsSpeakProvider,
    "SpeakSettingsV1Provider_OpenAi": s.OpenAiSpeakProvider,
    "ThinkLiveSettingsV1": s.ThinkLive,
    "ThinkSettingsV1": s.ThinkSettings,
    "ThinkSettingsV1Endpoint": s.Endpoint,
    "ThinkSettingsV1FunctionsItem": s.Function,
    "ThinkSettingsV1FunctionsItemEndpoint": s.FunctionEndpoint,
    "ThinkSettingsV1Provider_Anthropic": s.AnthropicThinkProvider,
    "ThinkSettingsV1Provider_AwsBedrock": s.AwsBedrockThinkProvider,
    "ThinkSettingsV1Provider_Deepgram": s.DeepgramThinkProvider,
    "ThinkSettingsV1Provider_Google": s.GoogleThinkProvider,
    "ThinkSettingsV1Provider_Groq": s.GroqThinkProvider,
    "ThinkSettingsV1Provider_OpenAi": s.OpenAiThinkProvider,
}


def test_every_settings_field_of_the_sdk_is_ours():
    """Each part of Settings has exactly the SDK's keys."""
    definitions = sdk_schema(m.Settings)["$defs"]
    # One class of ours stands for the two that differ by their context alone.
    assert set(definitions) - {"AgentV1SettingsAgent"} == set(SDK_PARTS)
    for name, declared in SDK_PARTS.items():
        ours = {field.name for field in attrs.fields(declared)} - {"extra"}
        tags = {tag for tag in ("type", "version") if isinstance(getattr(declared, tag, None), str)}
        assert set(definitions[name]["properties"]) == ours | tags, name


# --- the examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["client", "server"])
def test_the_examples_fit_the_sdk(side):
    """The examples that the tests use are valid to the SDK, except a refusal without a reason."""
    classes = CLIENT_CLASSES if side == "client" else SERVER_CLASSES
    by_type = {declared.type: declared for declared in classes}
    for line in (EXAMPLES / f"{side}.jsonl").read_text(encoding="utf-8").splitlines():
        wire = json.loads(line)
        declared = by_type[wire["type"]]
        if declared in (m.HistoryContent, m.HistoryFunctionCalls):
            declared = m.HistoryFunctionCalls if "function_calls" in wire else m.HistoryContent
        elif wire["type"] == "InjectAgentMessage":
            declared = m.InjectDynamicAgentMessage if "is_dynamic" in wire else m.InjectAgentMessage
        elif wire == {"type": "InjectionRefused"} or declared in OURS:
            continue
        Draft202012Validator(sdk_schema(declared)).validate(wire)
