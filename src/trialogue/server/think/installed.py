"""Think provider that uses a language model from an installed package.

A package offers a model by an entry point in the group `trialogue.models`: a callable without arguments that
returns a `LanguageModel`. It is called once in a process, when the model is first asked.

1. In real time a model is asked in threads, a piece at a time, so that an interruption waits for no model.
   Under a virtual clock it is asked inline, like an author's functions, and time stands still meanwhile.
2. An interrupted answer is asked for no further piece; the piece under way is finished and dropped. The
   agent's next reply waits for it.
3. A model that raises, or gives anything but text and calls, gives no reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import entry_points
from threading import Lock
from typing import Final, TypeAlias, TypeVar, cast

from attrs import field

from trialogue.arguments import kind_of
from trialogue.compute import Compute, Inline, InThreads, is_virtual
from trialogue.importing import made_by, reason_of
from trialogue.server.think.completion import MAX_CALLS, ReplyText
from trialogue.server.think.ports import FunctionWanted, ThinkRefused, ThinkRequest, Thought, ThoughtCalls
from trialogue.values import define

T = TypeVar("T")

__all__ = ["GROUP", "InstalledThink", "LanguageModel", "unknown_model"]

GROUP: Final = "trialogue.models"
"""Group of entry points by which packages offer language models."""

LanguageModel: TypeAlias = Callable[[ThinkRequest], Iterable[str | FunctionWanted]]
"""Function that answers a request: pieces of text, of any length, and the functions to call.

The calls are carried out at the end of the answer, and the model is asked again with their `results`. It may
be called from several threads.
"""

_MAKING: Final = Lock()
_END: Final = object()


def unknown_model(name: str) -> str:
    """Error for an unknown name, with the installed models; empty where the model is installed."""
    found = entry_points(group=GROUP).names
    if name in found:
        return ""
    there = f"installed: {', '.join(sorted(found))}" if found else "no installed package provides one"
    return f"unknown language model {name!r}; {there}"


@define
class InstalledThink:
    """Think provider that asks one installed model."""

    name: str
    """Name of its entry point."""

    compute: Compute = field(factory=lambda: Inline() if is_virtual() else InThreads(1), repr=False)
    """Place where the model runs."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Give sentences as they are complete, and calls at the end."""
        text, calls = ReplyText(), list[FunctionWanted]()
        pieces = await self._run(lambda: iter(_model(self.name)(request)))
        while (piece := await self._run(partial(_next, pieces))) is not _END:
            match piece:
                case str():
                    for sentence in text.feed(piece):
                        tell(sentence)
                case FunctionWanted(name=str(), arguments=str()) if len(calls) < MAX_CALLS:
                    calls.append(piece)
                case FunctionWanted(name=str(), arguments=str()):
                    raise ThinkRefused(f"The model {self.name!r} requested too many calls at once.")
                case _:
                    kind = type(piece).__name__
                    raise ThinkRefused(
                        f"The model {self.name!r} gave a {kind}, which is neither text nor a call."
                    )
        for sentence in text.flush():
            tell(sentence)
        if calls:
            tell(ThoughtCalls(tuple(calls)))

    async def _run(self, step: Callable[[], T]) -> T:
        try:
            return await self.compute.run(step)
        except ThinkRefused:
            raise
        except (Exception, SystemExit) as fault:  # code of a foreign package
            raise ThinkRefused(f"The model {self.name!r} failed: {reason_of(fault)}") from fault


def _next(pieces: Iterator[object]) -> object:
    return next(pieces, _END)


def _model(name: str) -> Callable[[ThinkRequest], Iterable[object]]:
    """Model of that name, which may return anything."""
    chosen = next(iter(entry_points(group=GROUP, name=name)), None)
    if chosen is None:
        raise ThinkRefused(f"The model is not available: {unknown_model(name)}.")
    with _MAKING:
        model = made_by(chosen)
    if not callable(model):
        raise ThinkRefused(f"The model {name!r} ({chosen.value}) is {kind_of(model)}, not a function.")
    return cast("Callable[[ThinkRequest], Iterable[object]]", model)
