"""Thinking of an agent: `agent.think`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

from attrs import field

from trialogue.services.deepgram.wire import Json, JsonObject, WireObject
from trialogue.values import frozen

ReasoningMode: TypeAlias = Literal["none", "minimal", "low", "medium", "high"]
"""Amount of reasoning before a model answers."""


@frozen
class OpenAiThinkProvider(WireObject):
    """A model of OpenAI, or of an endpoint that speaks its chat completions."""

    type: ClassVar[str] = "open_ai"

    model: str = ""
    """The model's name; the service wants one, and a stand-in does without."""

    version: str | None = None
    """Of the REST API: `v1`."""

    temperature: float | None = None
    """0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""


@frozen
class AnthropicThinkProvider(WireObject):
    """A model of Anthropic."""

    type: ClassVar[str] = "anthropic"

    model: str = ""
    """The model's name; the service wants one, and a stand-in does without."""

    version: str | None = None
    """Of the REST API: `v1`."""

    temperature: float | None = None
    """0 to 1; newer models refuse any."""


@frozen
class GoogleThinkProvider(WireObject):
    """A model of Google."""

    type: ClassVar[str] = "google"

    model: str | None = None
    """The model's name; absent where a custom endpoint names it in its address."""

    version: str | None = None
    """Of the REST API: `v1beta`, `ai-studio-v1beta`, `gemini-enterprise-agent-v1`."""

    temperature: float | None = None
    """0 to 2."""


@frozen
class GroqThinkProvider(WireObject):
    """A model at Groq; wants an endpoint."""

    type: ClassVar[str] = "groq"

    model: str = ""
    """The model's name; the service wants one, and a stand-in does without."""

    version: str | None = None
    """Of the REST API: `v1`."""

    temperature: float | None = None
    """0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""


@frozen
class AwsBedrockCredentials(WireObject):
    """Credentials for AWS Bedrock. Secret."""

    type: Literal["sts", "iam"] | None = None
    """Short-lived (`sts`) or long-lived (`iam`)."""

    region: str | None = None
    """AWS region."""

    access_key_id: str | None = field(default=None, repr=False)
    """Secret."""

    secret_access_key: str | None = field(default=None, repr=False)
    """Secret."""

    session_token: str | None = field(default=None, repr=False)
    """With `sts` only. Secret."""


@frozen
class AwsBedrockThinkProvider(WireObject):
    """A model at AWS Bedrock; wants an endpoint."""

    type: ClassVar[str] = "aws_bedrock"

    model: str = ""
    """The model's name; the service wants one, and a stand-in does without."""

    temperature: float | None = None
    """0 to 2."""

    credentials: AwsBedrockCredentials | None = None
    """The account."""


@frozen
class NvidiaThinkProvider(WireObject):
    """A model of NVIDIA: in the provider's documents, in neither published schema."""

    type: ClassVar[str] = "nvidia"

    model: str = ""
    """The model's name; the service wants one, and a stand-in does without."""

    temperature: float | None = None
    """0 to 2."""


@frozen
class DeepgramThinkProvider(WireObject):
    """A model of Deepgram's own (early access)."""

    type: ClassVar[str] = "deepgram"

    model: str = ""
    """`think-fast`, ...; the service wants one, and a stand-in does without."""

    version: str | None = None
    """`v1`."""

    temperature: float | None = None
    """0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""

    voice_prompt_opt_out: bool | None = None
    """Whether the server leaves its own prompt for spoken answers out."""


@frozen
class ScriptedThinkProvider(WireObject):
    """Lines instead of a model: trialogue's embedded server has it, no other server knows it."""

    type: ClassVar[str] = "scripted"

    script: tuple[Json, ...] = field(hash=False)
    """Entries; what they may say is the embedded server's to check."""

    seed: int | None = None
    """Seed of its latencies; 0 where absent."""

    given: tuple[int, ...] | None = None
    """Entries that were heard in sessions before this one, by their index in the list: used up."""

    recalled: str | None = field(default=None, repr=False)
    """Words that the agent was told before this session, and that count as heard once more. Personal."""

    tells_entries: bool | None = None
    """Whether the server tells by ScriptEntryTaken which entry a reply uses."""


@frozen
class InstalledThinkProvider(WireObject):
    """A model of an installed package: trialogue's embedded server has it, no other server knows it."""

    type: ClassVar[str] = "installed"

    model: str
    """The name of its entry point."""


ThinkProvider: TypeAlias = (
    OpenAiThinkProvider
    | AnthropicThinkProvider
    | GoogleThinkProvider
    | GroqThinkProvider
    | AwsBedrockThinkProvider
    | NvidiaThinkProvider
    | DeepgramThinkProvider
    | ScriptedThinkProvider
    | InstalledThinkProvider
)
"""Told apart by `type`."""


@frozen
class Endpoint(WireObject):
    """Endpoint of a model or a voice that the server does not manage: it will call this address."""

    url: str
    """https; wss for Eleven Labs only."""

    headers: Mapping[str, str] | None = field(default=None, repr=False, hash=False)
    """Sent along, keys among them. Secret."""


@frozen
class FunctionEndpoint(WireObject):
    """Endpoint of a function that the server calls by itself."""

    url: str
    """The address that it calls."""

    method: str | None = None
    """HTTP method."""

    headers: Mapping[str, str] | None = field(default=None, repr=False, hash=False)
    """Sent along. Secret."""


@frozen
class Function(WireObject):
    """A function that the model may call: the client's where it has no endpoint."""

    name: str
    """Name that the model gives it."""

    description: str | None = None
    """Instruction for the model: when to call it."""

    parameters: JsonObject | None = field(default=None, hash=False)
    """JSON Schema of the arguments."""

    endpoint: FunctionEndpoint | None = None
    """Endpoint at which the server calls it; absent: the client is asked."""

    defer_until_eot: bool | None = None
    """Whether a call waits until the turn's end is certain, rather than be cancelled afterwards."""

    initial_agent_filler: bool | None = None
    """Think Live: whether the agent says something as the call begins."""

    agent_filler_max_count: int | None = None
    """Think Live: how often it says something while the call lasts."""

    agent_filler_interval_ms: int | None = None
    """Think Live: milliseconds between those: 1000 to 60000."""


@frozen
class ThinkSettings(WireObject):
    """One model with its prompt and functions. UpdateThink replaces all of it."""

    provider: ThinkProvider
    """Model."""

    endpoint: Endpoint | None = None
    """Endpoint of the model, unless the server manages it."""

    functions: tuple[Function, ...] | None = None
    """Functions that it may call."""

    prompt: str | None = None
    """At most 25 000 characters for a managed model. Personal."""

    context_length: float | Literal["max"] | None = None
    """Characters of conversation kept; with a custom endpoint only."""
