"""Options of an agent, in the classes of the vendor's SDK: every value by keyword, with its default.

An unknown keyword is a TypeError that names the known ones.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Options:
    """Values by name: those of the class, with its defaults, and any others where the class is open."""

    is_open: ClassVar[bool] = False

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as the SDK has it
        names = self._names()
        for name in given:
            if name not in names and not self.is_open:
                known = ", ".join(sorted(names)) or "nothing"
                raise TypeError(f"{type(self).__name__} has no option {name!r}; it has {known}")
        self.__dict__.update({name: getattr(type(self), name, None) for name in names} | given)

    @classmethod
    def _names(cls) -> set[str]:
        own = (getattr(each, "__annotations__", {}) for each in cls.__mro__)
        return {name for annotations in own for name in annotations if name != "is_open" and name[0] != "_"}

    def to_dict(self) -> dict[str, Any]:
        """Values that are not None, with nested options as dictionaries."""
        return {name: _plain(value) for name, value in vars(self).items() if value is not None}

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same values."""
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__: ClassVar[None] = None  # type: ignore[assignment] # they can be changed

    def __repr__(self) -> str:
        """Class and names of the values; prompts and keys are not shown."""
        return f"<{type(self).__name__}: {', '.join(sorted(self.to_dict()))}>"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, Options):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType] -- any JSON
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType] -- likewise
    return value


# --- parts of an agent ----------------------------------------------------------------------------------


class Provider(Options):
    """Provider of a model or a voice; other keywords belong to the provider (`temperature`)."""

    is_open = True
    type: str = "open_ai"


class Properties(Options):
    """Parameters of a function by name, each a JSON Schema."""

    is_open = True


class Parameters(Options):
    """Parameters of a function: a JSON Schema of an object."""

    is_open = True
    type: str = "object"
    properties: Properties | dict[str, Any]
    required: list[str] | None = None


class Header(Options):
    """Header of a request."""

    name: str
    value: str


class Item(Options):
    """Any values by name."""

    is_open = True


class Endpoint(Options):
    """Endpoint of a model, a voice or a function."""

    url: str
    method: str | None = None
    headers: list[Header] | dict[str, str] | None = None


class Function(Options):
    """Function that the model may call; with an endpoint, or `url`, the service calls it itself."""

    name: str
    description: str | None = None
    parameters: Parameters | dict[str, Any] | None = None
    url: str | None = None
    method: str | None = None
    headers: list[Header] | dict[str, str] | None = None
    endpoint: Endpoint | None = None


class Listen(Options):
    """Hearing of the agent, and the format of its input sound.

    The protocol has no `channels`, `interim_results`, `vad_events` and `endpointing`: these are not sent.
    """

    model: str = "nova-2"
    language: str = "en-US"
    smart_format: bool = True
    encoding: str = "linear16"
    sample_rate: int = 16_000
    channels: int = 1
    interim_results: bool = True
    vad_events: bool = True
    endpointing: bool = True
    keyterms: list[str] | None = None
    provider: Provider | dict[str, Any] | None = None


class Speak(Options):
    """Voice of the agent, and the format of its output sound."""

    model: str = "aura-asteria-en"
    encoding: str = "linear16"
    sample_rate: int = 24_000
    container: str = "none"
    bitrate: int | None = None
    provider: Provider | dict[str, Any] | None = None
    endpoint: Endpoint | None = None


class Think(Options):
    """Thinking of the agent: its model, its prompt (`instructions`) and its functions."""

    provider: Provider | dict[str, Any] | None = None
    model: str = "gpt-4"
    instructions: str = ""
    functions: list[Function] | None = None
    endpoint: Endpoint | None = None
    context_length: int | str | None = None


class Agent(Options):
    """The agent."""

    listen: Listen | None = None
    think: Think | None = None
    speak: Speak | None = None
    greeting: str | None = None
    language: str | None = None


class Input(Options):
    """Format of the agent's input sound."""

    encoding: str = "linear16"
    sample_rate: int = 24_000


class Output(Options):
    """Format of the agent's output sound."""

    encoding: str = "linear16"
    sample_rate: int = 24_000
    container: str | None = None
    bitrate: int | None = None


class Audio(Options):
    """Formats of both directions; they take precedence over those of `Listen` and `Speak`."""

    input: Input | None = None
    output: Output | None = None


# --- whole messages -------------------------------------------------------------------------------------


class SettingsOptions(Options):
    """Settings of a session. `listen`, `speak` and `think` besides `agent` belong to the agent."""

    agent: Agent | None = None
    listen: Listen | None = None
    speak: Speak | None = None
    think: Think | None = None
    audio: Audio | None = None
    tags: list[str] | None = None
    experimental: bool = False
    mip_opt_out: bool = False


class UpdatePromptOptions(Options):
    """Words to append to the prompt, as the protocol's message can only append."""

    prompt: str


class UpdateSpeakOptions(Options):
    """Another voice."""

    speak: Speak


class InjectAgentMessageOptions(Options):
    """Words for the agent to say; `behavior` is the protocol's: `default`, `queue` or `interrupt`."""

    text: str
    behavior: str = "default"


class InjectUserMessageOptions(Options):
    """Words for the agent to read as the user's."""

    text: str


class FunctionCallResponse(Options):
    """Result of a function call; without `id` it answers the oldest open call of its name."""

    name: str
    result: str
    id: str | None = None


class AgentKeepAlive(Options):
    """Keep-alive message, never answered."""

    type: str = "KeepAlive"
