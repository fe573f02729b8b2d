"""Generator of `trialogue.aio` and `trialogue.blocking`: interfaces for asyncio and for threads, like trio's.

1. Each public method of `Meeting` and `LoneAgent` is there, with its signature and its first sentence.
2. On asyncio, all methods that ask or wait are awaited; for threads, methods that wait have a `timeout_s`.
3. `open_meeting`, `open_agent` and `run_meeting` take the same arguments, except those for a process's owner.
4. Ruff formats the files, and a test compares them with this script. `docs/generate.py` runs it, too.
"""
# ruff: noqa: INP001 - a script beside the pages

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from attrs import frozen

import trialogue

SOURCE = Path(__file__).parents[1] / "src" / "trialogue"

LINE = 110
"""Characters of a line."""

NOT_FOR_APPS = frozenset({"hold", "left_behind", "let_go", "run"})
"""Methods of the handles that only trialogue itself calls: no other surface and no list has them."""

NOT_HERE = frozenset({"owner", "watch"})
"""Arguments that only trio's functions have: the process's owner, and a watcher on trio."""

STREAMS = {"Records": "Record", "RoomSound": "bytes"}
"""Iterators of the trio interface, with the type of their items."""

GIVEN_BY = {"Meeting": "open_meeting", "LoneAgent": "open_agent", "PersonSource": "Meeting.source"}
"""Functions of a surface that give its handles."""

WRAPPED = {"PersonSource"}
"""Handles of the trio interface that are mirrored themselves."""

SHOWN = {"Meeting", "LoneAgent", "PersonSource", "native", "native_agent"}
"""Names that a mirror defines itself."""

HOSTS = {"aio": "asyncio", "blocking": "threads"}
"""Mirrors, and the kind of app that each is for."""


@frozen
class Method:
    """Public function or property of the trio interface."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    """Its source, as a syntax tree."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def is_property(self) -> bool:
        """Whether it is read without a call."""
        return any(isinstance(each, ast.Name) and each.id == "property" for each in self.node.decorator_list)

    @property
    def waits(self) -> bool:
        """Whether it is awaited on trio."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def returns(self) -> str:
        """Annotation of its result."""
        return ast.unparse(self.node.returns) if self.node.returns else "None"

    @property
    def summary(self) -> str:
        """The first sentence of its docstring."""
        return " ".join((ast.get_docstring(self.node) or "").split("\n\n")[0].split())

    def head(self, *more: str) -> str:
        """Its parameters, and more keyword parameters."""
        star = ("*",) if more and not self.node.args.kwonlyargs else ()
        return ", ".join([ast.unparse(self.node.args), *star, *more])

    @property
    def passed(self) -> str:
        """Its arguments, as they are passed on."""
        by_place = [each.arg for each in self.node.args.args[1:]]
        return ", ".join([*by_place, *(f"{each.arg}={each.arg}" for each in self.node.args.kwonlyargs)])

    @property
    def called(self) -> str:
        """Expression that is called on the other loop."""
        function = f"self._native.{self.name}"
        return f"lambda: {function}({self.passed})" if self.passed else function


def methods_of(cls: type) -> Iterator[Method]:
    """The public methods of a class, in their order."""
    for each in reversed(cls.__mro__[:-1]):
        for node in ast.iter_child_nodes(ast.parse(textwrap.dedent(inspect.getsource(each))).body[0]):
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and not node.name.startswith("_") and node.name not in NOT_FOR_APPS:
                yield Method(node)


def documented(doc: str, indent: str) -> str:
    """Docstring; where it is too long for a line, all sentences after the first go below it."""
    if len(indent) + len(doc) + 6 <= LINE:
        return f'{indent}"""{doc}"""'
    split = ". " if ". " in doc else "; "
    first, _, rest = doc.partition(split)
    more = textwrap.wrap(rest[0].upper() + rest[1:], LINE - len(indent))
    lines = [f"{first.rstrip('.')}.", "", *more, '"""']
    return f'{indent}"""' + "\n".join(f"{indent}{line}" if line else "" for line in lines).strip()


def defined(kind: str, method: Method, body: str, *, head: str = "", returns: str = "", doc: str = "") -> str:
    """Source of one method."""
    is_flag = any(ast.unparse(each).endswith(": bool") for each in method.node.args.args)
    noted = "  # noqa: FBT001, FBT002 - as on trio" if is_flag else ""
    first = f"    {kind} {method.name}({head or method.head()}) -> {returns or method.returns}:{noted}"
    return f"{first}\n{documented(doc or method.summary, 8 * ' ')}\n        {body}\n"


def returned(method: Method, value: str) -> str:
    """Statement that returns a value, or only evaluates it for a method without a result."""
    return value if method.returns == "None" else f"return {value}"


# --- a method -----------------------------------------------------------------------------------------


def streamed(method: Method) -> str:
    """Source of a method that returns an iterator."""
    stream = f"Stream[{STREAMS[method.returns]}]"
    body = f"return make(Stream, self._held, self._native.{method.name}({method.passed}).__anext__)"
    return defined("def", method, body, returns=stream)


def for_asyncio(method: Method) -> str:
    """Source of a method for asyncio: it awaits the result, or the call on the other loop."""
    if method.name == "next_event":
        return defined("async def", method, "return await self._events.following()")
    how = "waited" if method.waits else "asked"
    call = method.called
    if method.returns in WRAPPED:
        body = f"return make({method.returns}, self._held, await asked(self._held, {call}))"
        return defined("async def", method, body)
    if method.name == "on":
        call = call.replace("callback", "callable_from_trio(self._loop, callback)")
    return defined("async def", method, returned(method, f"await {how}(self._held, {call})"))


def for_threads(method: Method) -> str:
    """Source of a method for threads: it waits up to `timeout_s`, or calls from its own thread."""
    if method.returns in WRAPPED:
        body = f"return make({method.returns}, self._held, self._native.{method.name}({method.passed}))"
        return defined("def", method, body)
    if not method.waits:
        passed = (
            method.passed.replace("callback", "callable_from_trio(callback)")
            if method.name == "on"
            else method.passed
        )
        return defined("def", method, returned(method, f"self._native.{method.name}({passed})"))
    doc = f"{method.summary} TimeoutError after `timeout_s`."
    call = f"waited(self._held, {method.called}, timeout_s)"
    if method.name == "next_event":
        call = "self._events.following(timeout_s)"
    head = method.head("timeout_s: float | None=None")
    return defined("def", method, returned(method, call), head=head, doc=doc)


def shown(surface: str, method: Method) -> str:
    """Source of a method or property of a mirror."""
    if method.is_property:
        return "    @property\n" + defined("def", method, f"return self._native.{method.name}")
    if method.returns in STREAMS:
        return streamed(method)
    return (for_asyncio if surface == "aio" else for_threads)(method)


# --- a class ------------------------------------------------------------------------------------------

ITERATED = '''    def {name}(self) -> Stream[AgentEvent]:
        """Iterate over its events; the iteration may be left and taken up again, and a close ends it."""
        return self._events
'''
STATUS = '''    def __repr__(self) -> str:
        """Give a status line."""
        return repr(self._native)
'''


def class_of(surface: str, cls: type) -> str:
    """Source of a class that mirrors a class of the trio interface."""
    methods = list(methods_of(cls))
    head = [
        f'@given_by("trialogue.{surface}.{GIVEN_BY[cls.__name__]}")',
        f"class {cls.__name__}:",
        f'    """Like `trialogue.{cls.__name__}`, for {HOSTS[surface]}: the same calls and errors."""',
        "",
        f"    def __init__(self, held: CallsIntoTrio, native: native.{cls.__name__}) -> None:",
        "        self._held = held",
        "        self._native = native",
    ]
    if cls is trialogue.LoneAgent:
        head.append("        self._events = make(Stream, held, native.__anext__)")
    if surface == "aio" and any(method.name == "on" for method in methods):
        head.append("        self._loop = asyncio.get_running_loop()")
    parts = ["\n".join(head) + "\n", *(shown(surface, method) for method in methods)]
    if cls is trialogue.LoneAgent:
        parts.append(ITERATED.format(name="__aiter__" if surface == "aio" else "__iter__"))
    return "\n".join([*parts, STATUS])


def module_of(surface: str, cls: type) -> str:
    """Source of a module with one class."""
    home, *others = (import_module(each.__module__) for each in cls.__mro__[:-1])
    body = class_of(surface, cls)
    own = home_of(cls, "native")
    doc = f"`{cls.__name__}` for {HOSTS[surface]}; made by docs/mirror.py from `{home.__name__}`."
    more = [line for other in others for line in imports_of(other, body)]
    return written(
        surface, doc, body, home, own, "from trialogue.bridge.into_trio import CallsIntoTrio", *more
    )


def home_of(cls: type, name: str) -> str:
    """Import of the module that defines a class, under another name."""
    package, _, module = cls.__module__.rpartition(".")
    return f"from {package} import {module} as {name}"


def written(surface: str, doc: str, body: str, home: ModuleType, *imports: str) -> str:
    """Source of a module, with the imports that its body needs."""
    package = f"trialogue.{surface}"
    marks = {
        "waited(": f"from {package}.waiting import waited",
        "asked(": f"from {package}.waiting import asked",
        "PersonSource,": f"from {package}.source import PersonSource",
        "Stream": f"from {package}.stream import Stream",
        "given_by(": "from trialogue.handles import given_by",
        "make(": "from trialogue.handles import make",
        "callable_from_trio(": f"from {package}.app_functions import callable_from_trio",
        "asyncio.": "import asyncio",
        "AgentEvent": "from trialogue.agent.events import AgentEvent",
        "Record]": "from trialogue.model.records import Record",
    }
    wanted = {line for mark, line in marks.items() if mark in body}
    defines = {line for mark, line in marks.items() if f"class {mark[:-1]}:" in body}
    lines = sorted({*imports_of(home, body), *wanted, *imports} - defines)
    return formatted(
        f'"""{doc}"""\n\nfrom __future__ import annotations\n\n' + "\n".join(lines) + f"\n\n\n{body}"
    )


def imports_of(home: ModuleType, text: str) -> Iterator[str]:
    """Imports and values of a module whose names the text uses, as import lines."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)} - SHOWN
    for node in ast.parse(inspect.getsource(home)).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            yield from (f"from {node.module} import {each.name}" for each in node.names if each.name in used)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            stored = (
                each
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            )
            yield from (f"from {home.__name__} import {each.id}" for each in stored if each.id in used)


# --- opening functions ------------------------------------------------------------------------------

OPENED = {
    "open_meeting": ("Block[native.Meeting, Meeting]", "meeting_block"),
    "open_agent": ("Block[native_agent.LoneAgent, LoneAgent]", "agent_block"),
    "run_meeting": ("MeetingResult", "run_block"),
}
"""Each function's result, and the function that makes it."""

WATCH = {
    "aio": "Callable[[Meeting], Awaitable[object]] | None=None",
    "blocking": "Callable[[Meeting], object] | None=None",
}
"""Parameter for the watcher of a meeting that is run."""


def opening_of(surface: str, name: str) -> str:
    """Source of one opening function."""
    function = getattr(trialogue, name)
    node = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function)))).body[0]
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        raise TypeError(f"{name} is no function")
    kept = [
        (each, default)
        for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if each.arg not in NOT_HERE
    ]
    node.args.kwonlyargs, node.args.kw_defaults = [each for each, _ in kept], [default for _, default in kept]
    returns, maker = OPENED[name]
    is_run = name == "run_meeting"
    more = [f"watch: {WATCH[surface]}"] if is_run else []
    first = node.args.args[0].arg
    given = "{" + ", ".join(f'"{each.arg}": {each.arg}' for each in node.args.kwonlyargs) + "}"
    call = f"{maker}({first}, {given}{', watch' if is_run else ''})"
    kind, call = ("async def", f"await {call}") if is_run and surface == "aio" else ("def", call)
    doc = Method(node).summary + f" Its arguments and errors are those of `trialogue.{name}`."
    first_line = f"{kind} {name}({Method(node).head(*more)}) -> {returns}:"
    return f"{first_line}\n{documented(doc, '    ')}\n    return {call}\n"


def openings_of(surface: str) -> str:
    """Source of the module with the opening functions."""
    homes = [import_module(inspect.unwrap(getattr(trialogue, name)).__module__) for name in OPENED]
    body = "\n\n".join(opening_of(surface, name) for name in OPENED)
    package = f"trialogue.{surface}"
    own = [
        f"from {package}.block import Block",
        f"from {package}.blocks import agent_block, meeting_block, run_block",
        f"from {package}.meeting import Meeting",
        f"from {package}.agent import LoneAgent",
        home_of(trialogue.LoneAgent, "native_agent"),
        home_of(trialogue.Meeting, "native"),
        "from trialogue.meeting.outputs import MeetingResult",
        "from collections.abc import Awaitable",
    ]
    kept = {line for home in homes for line in imports_of(home, body)}
    doc = f"Functions that open meetings and agents for {HOSTS[surface]}; made by docs/mirror.py."
    return written(surface, doc, body, homes[0], *own, *kept)


def formatted(text: str) -> str:
    """Text in ruff's format."""
    ruff = str(Path(sys.executable).parent / "ruff")
    name = ["--stdin-filename", str(SOURCE / "made.py"), "-"]
    for options in (["check", "--select", "I,F401,F811", "--fix", "-q", *name], ["format", "-q", *name]):
        done = subprocess.run(  # noqa: S603 - our own linter
            [ruff, *options], input=text, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ValueError(done.stdout + done.stderr)
        text = done.stdout
    return text


def files() -> Iterator[tuple[Path, str]]:
    """All generated files, with their text."""
    for surface in HOSTS:
        yield SOURCE / surface / "source.py", module_of(surface, trialogue.PersonSource)
        yield SOURCE / surface / "meeting.py", module_of(surface, trialogue.Meeting)
        yield SOURCE / surface / "agent.py", module_of(surface, trialogue.LoneAgent)
        yield SOURCE / surface / "opening.py", openings_of(surface)


def main() -> int:
    """Update every file; the exit code is 1 if any was out of date."""
    stale = [
        (path, text)
        for path, text in files()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
