"""The part of the document that describes tools, and each kind of tool: its keys, and what they ask for.

Another kind is its field in `ToolKeys` with its keys, what a call of it does, and its entry in `KINDS`; what
runs is its module in `trialogue.tools.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

from attrs import evolve, field

from trialogue.model.kinds import AnyObject, Anything
from trialogue.model.plan import OnInterrupt
from trialogue.scenario.vocabulary import Identifier, OptionalSeconds, OptionalStretch, Seconds
from trialogue.services.script import JsonObject
from trialogue.values import frozen


class Method(Enum):
    """HTTP method of a tool."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@frozen
class MockKeys:
    """A tool that always gives the same answer."""

    result: Annotated[object, Anything()] = None
    """Result that it answers. Personal."""

    delay: OptionalSeconds = None
    """After how long."""

    error: str | None = None
    """Fail with these words instead."""


@frozen
class HttpKeys:
    """A tool at an HTTP address: on this machine, or on a host that the operator allows."""

    url: str
    """`http://` to this machine, `https://` elsewhere. Redirects are not followed."""

    method: Method | None = None
    """`GET` sends the arguments as its query, the others as JSON."""

    headers: Mapping[str, str] | None = None
    """Sent along; keys belong into `${env:NAME}`. Secret."""


@frozen
class McpKeys:
    """A tool of a Model Context Protocol server: a program (`command`) or an address (`url`)."""

    command: tuple[str, ...] | None = None
    """The program that is started, and its arguments: only with the operator's permission."""

    url: str | None = None
    """The server's address: on this machine, or at a host that the operator allows."""

    tool: str | None = None
    """The tool's name there, if it is another."""


@frozen
class FillingKeys:
    """Words of an agent while a slow tool runs."""

    after: Seconds
    """After how long, if nobody is being heard then."""

    say: str
    """The words. Personal."""


@frozen
class ToolKeys:
    """A function that agents may call: one of `mock`, `python`, `http`, `command`, `mcp`."""

    description: str | None = None
    """Instruction for the model: when to call it."""

    schema: Annotated[JsonObject | None, AnyObject()] = None
    """JSON Schema of its arguments: an object. What `python` and `mcp` tools say of themselves, if absent."""

    mock: MockKeys | None = None
    """A fixed answer."""

    python: str | None = None
    """`module:function`, which runs code: only with the operator's permission; or the name of a tool that the
    app, or an installed package, has registered."""

    http: HttpKeys | None = None
    """An address that is asked."""

    command: tuple[str, ...] | None = None
    """A program and its arguments, run without a shell: only with the operator's permission."""

    mcp: McpKeys | None = None
    """A tool of an MCP server."""

    timeout: OptionalStretch = None
    """After how long a call is given up."""

    on_interrupt: OnInterrupt | None = None
    """Whether a running call is stopped (`cancel`) or goes on (`keep`) when its agent is interrupted."""

    idempotent: bool | None = None
    """Whether it may run again where it is not known to have succeeded."""

    identity: tuple[Identifier, ...] | None = None
    """The arguments that make two calls the same call, which is run once."""

    filler: FillingKeys | None = None
    """Words of its agent while it runs."""


# --- what a call does -----------------------------------------------------------------------------


@frozen
class MockAnswer:
    """A tool that always gives the same answer."""

    result: object = None
    """Result that it answers. Personal."""

    delay_s: float = 0.0
    """After how long, in seconds."""

    error: str = ""
    """If set, it fails with these words instead."""


@frozen
class PythonFunction:
    """A tool that runs Python code in this process."""

    target: str
    """`module:function`, or the name of a registered tool."""


@frozen
class HttpCall:
    """A tool at an HTTP address."""

    url: str
    """Address."""

    method: str = "POST"
    """Method."""

    headers: JsonObject = field(factory=dict[str, object], repr=False, hash=False)
    """Sent along. Holds `${env:...}` references: `reveal` it as the tool is made."""


@frozen
class Command:
    """A tool that is a program."""

    argv: tuple[str, ...]
    """The program and its arguments."""

    folder: FilePath
    """The scenario's folder, where it runs."""


@frozen
class McpCall:
    """A tool of an MCP server."""

    tool: str
    """Name of the tool there."""

    argv: tuple[str, ...] = ()
    """The program that is the server; empty where it is at an address."""

    url: str = ""
    """The server's address; empty where it is a program."""


ToolAction: TypeAlias = MockAnswer | PythonFunction | HttpCall | Command | McpCall
"""Action of a call; what runs is made of it by `trialogue.tools.kinds`."""


# --- the kinds ------------------------------------------------------------------------------------

KeysT = TypeVar("KeysT")


def _as_written(keys: KeysT) -> KeysT:
    return keys


@frozen
class ToolKind(Generic[KeysT]):
    """Kind of a tool, with what a scenario needs to know about it."""

    action: Callable[[str, KeysT, FilePath], ToolAction]
    """Action of the tool of this name, whose scenario lies in this folder."""

    faults: Callable[[KeysT], Iterable[str]] = lambda _: ()
    """Faults of its keys, in words."""

    complete: Callable[[KeysT], KeysT] = _as_written
    """Its keys with what is built in."""

    address: Callable[[KeysT], str | None] = lambda _: None
    """The address that a call asks, which stands under `url`; None for none."""

    is_in_the_world: bool = True
    """Whether a call takes real time, which no virtual clock can hurry."""

    tells_itself: bool = False
    """Whether it says itself what arguments it takes."""


def _mock_faults(keys: MockKeys) -> Iterator[str]:
    if (keys.result is None) == (keys.error is None):
        yield "needs either result or error"


def _python_faults(target: str) -> Iterator[str]:
    if not _names_function(target):
        yield "must be module:function, or a registered name"


def _names_function(text: str) -> bool:
    module, separator, function = text.partition(":")
    if not separator:
        return module.replace("-", "_").isidentifier()
    return function.isidentifier() and all(part.isidentifier() for part in module.split("."))


def _command_faults(argv: tuple[str, ...]) -> Iterator[str]:
    if not argv:
        yield "is empty: give a program and its arguments"


def _mcp_faults(keys: McpKeys) -> Iterator[str]:
    if bool(keys.command) == (keys.url is not None):
        yield "needs either command or url"


KINDS: Final[Mapping[str, ToolKind[Any]]] = MappingProxyType(
    {
        "mock": ToolKind[MockKeys](
            lambda _, keys, __: MockAnswer(keys.result, keys.delay or 0.0, keys.error or ""),
            _mock_faults,
            lambda keys: evolve(keys, delay=keys.delay or 0.0),
            is_in_the_world=False,
        ),
        "python": ToolKind[str](
            lambda _, target, __: PythonFunction(target),
            _python_faults,
            is_in_the_world=False,
            tells_itself=True,
        ),
        "http": ToolKind[HttpKeys](
            lambda _, keys, __: HttpCall(
                keys.url, (keys.method or Method.POST).value, dict(keys.headers or {})
            ),
            complete=lambda keys: evolve(keys, method=keys.method or Method.POST),
            address=lambda keys: keys.url,
        ),
        "command": ToolKind[tuple[str, ...]](lambda _, argv, folder: Command(argv, folder), _command_faults),
        "mcp": ToolKind[McpKeys](
            lambda name, keys, _: McpCall(keys.tool or name, keys.command or (), keys.url or ""),
            _mcp_faults,
            address=lambda keys: keys.url,
            tells_itself=True,
        ),
    }
)
"""Each kind by its key in `ToolKeys`; a tool is exactly one."""


def kinds_of(tool: ToolKeys) -> dict[str, Any]:
    """The keys of each kind that a tool has; a valid tool has one kind."""
    written = {kind: getattr(tool, kind) for kind in KINDS}
    return {kind: keys for kind, keys in written.items() if keys is not None}
