"""Thinks by a language model that an installed package brings.

A package offers a model by an entry point in the group `trialogue.models`: a callable without arguments that
returns a `LanguageModel`. It is called as the model is first asked, once in a process.

1. In real time a model is asked in threads, a piece at a time: whoever interrupts waits for no model. Under a
   virtual clock it is asked inline, as functions of an author's are, and time stands still meanwhile.
2. What is interrupted is asked for no further piece; the one under way is finished and left out. The agent's
   next reply waits for it.
3. A model that raises, or gives what is neither text nor a call, gives no reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import entry_points
from threading import Lock
from typing import Final, TypeAlias, TypeVar, cast

from attrs import field

from trialogue.compute import Compute, Inline, InThreads, is_virtual
from trialogue.importing import made_by, reason_of
from trialogue.server.think.completion import MAX_CALLS, ReplyText
from trialogue.server.think.ports import FunctionWanted, ThinkRefused, ThinkRequest, Thought, ThoughtCalls
from trialogue.values import define

T = TypeVar("T")

__all__ = ["GROUP", "InstalledThink", "LanguageModel", "unknown_model"]

GROUP: Final = "trialogue.models"
"""The group of entry points by which packages bring language models."""

LanguageModel: TypeAlias = Callable[[ThinkRequest], Iterable[str | FunctionWanted]]
"""Answers a request: pieces of text as they come, of any length, and the functions that it wants called.

The calls are carried out when it is at its end, and it is asked again with their `results`. It may be called
from several threads.
"""

_MAKING: Final = Lock()
_END: Final = object()


def unknown_model(name: str) -> str:
    """Why there is no model of this name, with those that there are; empty where there is one."""
    found = entry_points(group=GROUP).names
    if name in found:
        return ""
    there = f"installed: {', '.join(sorted(found))}" if found else "no installed package provides one"
    return f"unknown language model {name!r}; {there}"


@define
class InstalledThink:
    """Asks one installed model."""

    name: str
    """The name of its entry point."""

    compute: Compute = field(factory=lambda: Inline() if is_virtual() else InThreads(1), repr=False)
    """Place in which it thinks."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Tell sentences as they are complete, calls at the end."""
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
        except (Exception, SystemExit) as fault:  # code of a package that we do not know
            raise ThinkRefused(f"The model {self.name!r} failed: {reason_of(fault)}") from fault


def _next(pieces: Iterator[object]) -> object:
    return next(pieces, _END)


def _model(name: str) -> Callable[[ThinkRequest], Iterable[object]]:
    """The model of this name, which may give anything."""
    chosen = next(iter(entry_points(group=GROUP, name=name)), None)
    if chosen is None:
        raise ThinkRefused(f"The model is not available: {unknown_model(name)}.")
    with _MAKING:
        model = made_by(chosen)
    if not callable(model):
        raise ThinkRefused(
            f"The model {name!r} ({chosen.value}) is a {type(model).__name__}, not a function."
        )
    return cast("Callable[[ThinkRequest], Iterable[object]]", model)
