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
    """Model of OpenAI, or of an endpoint that speaks its chat completions."""

    type: ClassVar[str] = "open_ai"

    model: str = ""
    """Name of the model; the service needs one, a stand-in does not."""

    version: str | None = None
    """Version of the REST API: `v1`."""

    temperature: float | None = None
    """Temperature: 0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""


@frozen
class AnthropicThinkProvider(WireObject):
    """A model of Anthropic."""

    type: ClassVar[str] = "anthropic"

    model: str = ""
    """Name of the model; the service needs one, a stand-in does not."""

    version: str | None = None
    """Version of the REST API: `v1`."""

    temperature: float | None = None
    """Temperature: 0 to 1; newer models refuse any."""


@frozen
class GoogleThinkProvider(WireObject):
    """Model of Google."""

    type: ClassVar[str] = "google"

    model: str | None = None
    """Name of the model; absent where a custom endpoint has it in its address."""

    version: str | None = None
    """Version of the REST API: `v1beta`, `ai-studio-v1beta`, `gemini-enterprise-agent-v1`."""

    temperature: float | None = None
    """Temperature: 0 to 2."""


@frozen
class GroqThinkProvider(WireObject):
    """Model at Groq; needs an endpoint."""

    type: ClassVar[str] = "groq"

    model: str = ""
    """Name of the model; the service needs one, a stand-in does not."""

    version: str | None = None
    """Version of the REST API: `v1`."""

    temperature: float | None = None
    """Temperature: 0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""


@frozen
class AwsBedrockCredentials(WireObject):
    """Credentials for AWS Bedrock. Secret."""

    type: Literal["sts", "iam"] | None = None
    """Kind of credentials: short-lived (`sts`) or long-lived (`iam`)."""

    region: str | None = None
    """AWS region."""

    access_key_id: str | None = field(default=None, repr=False)
    """Access key id. Secret."""

    secret_access_key: str | None = field(default=None, repr=False)
    """Secret access key. Secret."""

    session_token: str | None = field(default=None, repr=False)
    """Session token, only with `sts`. Secret."""


@frozen
class AwsBedrockThinkProvider(WireObject):
    """Model at AWS Bedrock; needs an endpoint."""

    type: ClassVar[str] = "aws_bedrock"

    model: str = ""
    """Name of the model; the service needs one, a stand-in does not."""

    temperature: float | None = None
    """Temperature: 0 to 2."""

    credentials: AwsBedrockCredentials | None = None
    """Credentials of the account."""


@frozen
class NvidiaThinkProvider(WireObject):
    """Model of NVIDIA: in the provider's documents, but in neither published schema."""

    type: ClassVar[str] = "nvidia"

    model: str = ""
    """Name of the model; the service needs one, a stand-in does not."""

    temperature: float | None = None
    """Temperature: 0 to 2."""


@frozen
class DeepgramThinkProvider(WireObject):
    """Deepgram's own model (early access)."""

    type: ClassVar[str] = "deepgram"

    model: str = ""
    """Name of the model: `think-fast`, ...; the service needs one, a stand-in does not."""

    version: str | None = None
    """Version: `v1`."""

    temperature: float | None = None
    """Temperature: 0 to 2."""

    reasoning_mode: ReasoningMode | None = None
    """Effort before the answer."""

    voice_prompt_opt_out: bool | None = None
    """Whether the server leaves out its own prompt for spoken answers."""


@frozen
class ScriptedThinkProvider(WireObject):
    """Script instead of a model: only trialogue's embedded server has it."""

    type: ClassVar[str] = "scripted"

    script: tuple[Json, ...] = field(hash=False)
    """Entries of the script, which the embedded server checks."""

    seed: int | None = None
    """Seed of its thinking times; 0 where absent."""

    given: tuple[int, ...] | None = None
    """Entries that were heard in earlier sessions, by their index in the list: used up."""

    recalled: str | None = field(default=None, repr=False)
    """Words from before this session that count as heard once more. Personal."""

    tells_entries: bool | None = None
    """Whether the server sends ScriptEntryTaken for each entry that a reply uses."""


@frozen
class InstalledThinkProvider(WireObject):
    """Model of an installed package: only trialogue's embedded server has it."""

    type: ClassVar[str] = "installed"

    model: str
    """Name of its entry point."""


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
"""Providers, distinguished by `type`."""


@frozen
class Endpoint(WireObject):
    """Endpoint of a model or a voice that the server does not manage; the server calls it."""

    url: str
    """Address: https; wss only for Eleven Labs."""

    headers: Mapping[str, str] | None = field(default=None, repr=False, hash=False)
    """Headers of its requests, with the keys. Secret."""


@frozen
class FunctionEndpoint(WireObject):
    """Endpoint of a function that the server calls itself."""

    url: str
    """Address that it calls."""

    method: str | None = None
    """HTTP method."""

    headers: Mapping[str, str] | None = field(default=None, repr=False, hash=False)
    """Headers of its requests. Secret."""


@frozen
class Function(WireObject):
    """Function that the model may call; without an endpoint, the client answers."""

    name: str
    """Name by which the model calls it."""

    description: str | None = None
    """Instructions for the model."""

    parameters: JsonObject | None = field(default=None, hash=False)
    """JSON Schema of the arguments."""

    endpoint: FunctionEndpoint | None = None
    """Endpoint at which the server calls it; absent: the client answers."""

    defer_until_eot: bool | None = None
    """Whether a call waits until the turn's end is certain, so that it need not be cancelled later."""

    initial_agent_filler: bool | None = None
    """Think Live: whether the agent says something when the call begins."""

    agent_filler_max_count: int | None = None
    """Think Live: most remarks of the agent while the call lasts."""

    agent_filler_interval_ms: int | None = None
    """Think Live: milliseconds between those: 1000 to 60000."""


@frozen
class ThinkSettings(WireObject):
    """Model with its prompt and functions. UpdateThink replaces all of it."""

    provider: ThinkProvider
    """Model."""

    endpoint: Endpoint | None = None
    """Endpoint of the model, unless the server manages it."""

    functions: tuple[Function, ...] | None = None
    """Functions that it may call."""

    prompt: str | None = None
    """Prompt, of at most 25 000 characters for a managed model. Personal."""

    context_length: float | Literal["max"] | None = None
    """Characters of conversation that are kept; only with a custom endpoint."""
