"""Schema of tools, and each kind of tool: its keys, and the action that they describe.

A further kind needs a field in `ToolKeys` with its keys, an action, an entry in `KINDS`, and a module in
`trialogue.tools.kinds` that runs it.
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
    """Tool that always gives the same result."""

    result: Annotated[object, Anything()] = None
    """Result that it gives. Personal."""

    delay: OptionalSeconds = None
    """Time before the result."""

    error: str | None = None
    """Words with which it fails instead."""


@frozen
class HttpKeys:
    """Tool at an HTTP address: on this machine, or on a host that the operator permits."""

    url: str
    """Address: `http://` to this machine, `https://` elsewhere. Redirects are not followed."""

    method: Method | None = None
    """`GET` sends the arguments as its query, the others as JSON."""

    headers: Mapping[str, str] | None = None
    """Headers of its requests; write keys as `${env:NAME}`. Secret."""


@frozen
class McpKeys:
    """Tool of a Model Context Protocol server: a program (`command`) or an address (`url`)."""

    command: tuple[str, ...] | None = None
    """Program that is started, with its arguments: only with the operator's permission."""

    url: str | None = None
    """Address of the server: on this machine, or at a host that the operator permits."""

    tool: str | None = None
    """Name of the tool at the server, if it differs."""


@frozen
class FillingKeys:
    """Words of an agent during a long tool call."""

    after: Seconds
    """Time after which they are said, if nobody is being heard then."""

    say: str
    """Words to say. Personal."""


@frozen
class ToolKeys:
    """Function that agents may call: one of `mock`, `python`, `http`, `command`, `mcp`."""

    description: str | None = None
    """Description for the model, with the time to call it."""

    schema: Annotated[JsonObject | None, AnyObject()] = None
    """JSON Schema of its arguments, an object; without it, `python` and `mcp` tools describe themselves."""

    mock: MockKeys | None = None
    """Fixed result."""

    python: str | None = None
    """`module:function`, which runs code: only with the operator's permission; or the name of a tool that the
    app, or an installed package, has registered.
    """

    http: HttpKeys | None = None
    """Address that each call requests."""

    command: tuple[str, ...] | None = None
    """Program with its arguments, run without a shell: only with the operator's permission."""

    mcp: McpKeys | None = None
    """Tool of an MCP server."""

    timeout: OptionalStretch = None
    """Time after which a call is abandoned."""

    on_interrupt: OnInterrupt | None = None
    """Whether a running call is stopped (`cancel`) or continues (`keep`) when its agent is interrupted."""

    idempotent: bool | None = None
    """Whether it may be repeated where its success is not known."""

    identity: tuple[Identifier, ...] | None = None
    """Arguments that make two calls the same call, which runs once."""

    filler: FillingKeys | None = None
    """Words of its agent during a call."""


# --- actions -----------------------------------------------------------------------------


@frozen
class MockAnswer:
    """Tool that always gives the same result."""

    result: object = None
    """Result that it gives. Personal."""

    delay_s: float = 0.0
    """Time before the result, in seconds."""

    error: str = ""
    """Words with which it fails instead; None for no failure."""


@frozen
class PythonFunction:
    """Tool that runs Python code in this process."""

    target: str
    """`module:function`, or the name of a registered tool."""


@frozen
class HttpCall:
    """Tool at an HTTP address."""

    url: str
    """Address."""

    method: str = "POST"
    """Method."""

    headers: JsonObject = field(factory=dict[str, object], repr=False, hash=False)
    """Headers of its requests. Has `${env:...}` references, which are resolved (`reveal`) when the tool is
    made.
    """


@frozen
class Command:
    """Tool that is a program."""

    argv: tuple[str, ...]
    """Program with its arguments."""

    folder: FilePath
    """The scenario's folder, where it runs."""


@frozen
class McpCall:
    """Tool of an MCP server."""

    tool: str
    """Name of the tool at the server."""

    argv: tuple[str, ...] = ()
    """Program of the server; empty where it is at an address."""

    url: str = ""
    """Address of the server; empty where it is a program."""


ToolAction: TypeAlias = MockAnswer | PythonFunction | HttpCall | Command | McpCall
"""Action of a call; `trialogue.tools.kinds` makes the tool from it."""


# --- the kinds ------------------------------------------------------------------------------------

KeysT = TypeVar("KeysT")


def _as_written(keys: KeysT) -> KeysT:
    return keys


@frozen
class ToolKind(Generic[KeysT]):
    """Kind of tool, with the parts that a scenario needs to know."""

    action: Callable[[str, KeysT, FilePath], ToolAction]
    """Action of the tool of this name, whose scenario is in this folder."""

    faults: Callable[[KeysT], Iterable[str]] = lambda _: ()
    """Faults of its keys, in words."""

    complete: Callable[[KeysT], KeysT] = _as_written
    """Keys of the tool with all defaults."""

    address: Callable[[KeysT], str | None] = lambda _: None
    """Address that a call requests, written under `url`; None for none."""

    is_in_the_world: bool = True
    """Whether a call takes real time, which a virtual clock cannot shorten."""

    tells_itself: bool = False
    """Whether the tool describes its arguments itself."""


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
"""Kinds by their keys in `ToolKeys`; a tool has exactly one."""


def kinds_of(tool: ToolKeys) -> dict[str, Any]:
    """Keys of each kind that a tool has; a valid tool has one."""
    written = {kind: getattr(tool, kind) for kind in KINDS}
    return {kind: keys for kind, keys in written.items() if keys is not None}
