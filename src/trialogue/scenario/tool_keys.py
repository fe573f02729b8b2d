"""The part of the document that describes tools."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated

from attrs import frozen

from trialogue.model.kinds import AnyObject, Anything
from trialogue.model.plan import OnInterrupt
from trialogue.scenario.vocabulary import Identifier, OptionalSeconds, OptionalStretch, Seconds
from trialogue.services.script import JsonObject


class Method(Enum):
    """How an address is asked."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@frozen
class MockKeys:
    """A tool that answers the same thing every time."""

    result: Annotated[object, Anything()] = None
    """What it answers. Personal."""

    delay: OptionalSeconds = None
    """After how long."""

    error: str | None = None
    """Fail with these words instead."""


@frozen
class HttpKeys:
    """A tool at an address: on this machine, or at a host that the operator allows."""

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
    """The program that is started, and its arguments: only with the operator's leave."""

    url: str | None = None
    """The server's address: on this machine, or at a host that the operator allows."""

    tool: str | None = None
    """The tool's name there, if it is another."""


@frozen
class FillingKeys:
    """What an agent says while a tool takes its time."""

    after: Seconds
    """After how long, if nobody is being heard then."""

    say: str
    """The words. Personal."""


@frozen
class ToolKeys:
    """A function that agents may call: one of `mock`, `python`, `http`, `command`, `mcp`."""

    description: str | None = None
    """When to call it, for the model."""

    schema: Annotated[JsonObject | None, AnyObject()] = None
    """JSON Schema of its arguments: an object. What `python` and `mcp` tools say of themselves, if absent."""

    mock: MockKeys | None = None
    """A fixed answer."""

    python: str | None = None
    """`module:function`, which runs code: only with the operator's leave; or the name of a tool that the
    app, or an installed package, has registered."""

    http: HttpKeys | None = None
    """An address that is asked."""

    command: tuple[str, ...] | None = None
    """A program and its arguments, run without a shell: only with the operator's leave."""

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
    """What its agent says while it runs."""
