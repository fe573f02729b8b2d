"""Think provider for a session without a script or a model: its answers are equal in every run.

1. A user's turn that fits an offered function calls it (`calling`). After its result, another function is
   called if the rest of the turn asks for it, with the values known by then; at the end all results are
   spoken.
2. Any other turn is repeated: "You said: Good morning."
3. A question about an earlier turn is answered with that turn: "Earlier you said: My name is Ada."
4. A new part of the prompt is quoted once, by its last sentence: "My instructions say: Be brief."

The provider keeps nothing between passes: every answer follows from the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, cast

import trio

from trialogue.model.json_text import read_whole_numbers
from trialogue.model.text import safe_text
from trialogue.server.think.calling import call_for
from trialogue.server.think.ports import (
    CallItem,
    MemoryItem,
    TextItem,
    ThinkRequest,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.server.think.words import content_words, name_words, words_of
from trialogue.speech.sentences import split_sentences

__all__ = ["DefaultThink", "answer_to"]

_LONGEST: Final = 300
"""Most characters that an answer quotes of a turn, a prompt or a result."""

_SEARCHED: Final = 500
"""Characters at the end of a text that are compared with others."""

_LARGEST: Final = 20_000
"""Most characters of a call's arguments or result that are read as JSON."""

_REMEMBERED: Final = 64
"""Number of the newest turns and calls that are searched."""

_IN_A_ROW: Final = 4
"""Most functions that one turn of the user has called."""

_ASKING: Final = frozenset({"what", "who", "which", "when", "where", "how", "why", "do", "did", "remember"})
"""Words that begin a question or ask about something earlier."""


class DefaultThink:
    """Provider that answers any request."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Give the answer of `answer_to`."""
        await trio.lowlevel.checkpoint()
        for thought in answer_to(request):
            tell(thought)


def answer_to(request: ThinkRequest) -> Iterator[Thought]:
    """Answer to a request, by the module's rules."""
    heard = request.heard[-_SEARCHED:]
    called = {each.name for each in request.results}
    if len(called) < _IN_A_ROW:
        call = call_for(heard, request.functions, _known(request.memory), called)
        if call is not None:
            yield ThoughtCalls((call,))
            return
    if request.results:
        yield from _sentences(" ".join(map(_result, request.results)))
        return
    parts = (f"You said: {_quoted(request.heard)}", _recalled(request, heard), _instructed(request))
    yield from _sentences(" ".join(filter(None, parts)))


def _sentences(text: str) -> Iterator[ThoughtSentence]:
    return map(ThoughtSentence, split_sentences(text))


def _quoted(text: str) -> str:
    """Text as part of a longer one: one line, bounded, with a full stop."""
    line = safe_text(text[: 4 * _LONGEST])
    if len(line) > _LONGEST:
        line = f"{line[:_LONGEST].rsplit(' ', 1)[0]} …"
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def _result(call: CallItem) -> str:
    return _quoted(f"The result of {' '.join(name_words(call.name))}: {_spoken(_parsed(call.response))}")


def _known(memory: tuple[MemoryItem, ...]) -> dict[str, object]:
    """Values of the calls' arguments and results, by name; a newer value replaces an older one."""
    known: dict[str, object] = {}
    for item in memory[-_REMEMBERED:]:
        if isinstance(item, CallItem):
            for text in (item.arguments, item.response):
                known.update(_members(_parsed(text[:_LARGEST])))
    return known


def _members(value: object) -> Iterator[tuple[str, object]]:
    """Members of an object, and the members of objects in it."""
    if not isinstance(value, dict):
        return
    for name, each in cast("dict[str, object]", value).items():
        if isinstance(each, dict):
            yield from cast("dict[str, object]", each).items()
        else:
            yield name, each


def _parsed(response: str) -> object:
    try:
        return read_whole_numbers(response)
    except ValueError:
        return response


def _spoken(value: object) -> str:
    """A JSON value in words."""
    match value:
        case dict():
            members = cast("dict[str, object]", value).items()
            return ", ".join(f"{' '.join(name_words(key)) or key} {_spoken(each)}" for key, each in members)
        case list():
            return ", ".join(map(_spoken, cast("list[object]", value))) or "nothing"
        case None:
            return "nothing"
        case True | False:
            return "yes" if value else "no"
        case _:
            return str(value)


def _recalled(request: ThinkRequest, heard: str) -> str:
    """Earlier sentence that a question is about; empty where it asks about none."""
    if "?" not in heard and not _ASKING & set(words_of(heard)[:1]):
        return ""
    asked = content_words(heard)
    before = [item for item in _before(request.memory) if asked & content_words(_text_of(item))]
    if not asked or not before:
        return ""
    best = max(before, key=lambda item: len(asked & content_words(_text_of(item))))
    match best:
        case TextItem(role="user"):
            return f"Earlier you said: {_quoted(best.content)}"
        case TextItem():
            return f"Earlier I said: {_quoted(best.content)}"
        case CallItem():
            return f"Earlier: {_result(best)}"


def _before(memory: tuple[MemoryItem, ...]) -> list[MemoryItem]:
    """Turns before the one that is answered, the newest first, without those that only repeat it."""
    items = list(memory)
    while items and isinstance(items[-1], TextItem) and items[-1].role == "user":
        items.pop()
    newest = items[: -_REMEMBERED - 1 : -1]
    return [i for i in newest if not (isinstance(i, TextItem) and i.content.startswith("You said:"))]


def _text_of(item: MemoryItem) -> str:
    match item:
        case TextItem():
            return item.content[-_SEARCHED:]
        case CallItem():
            return f"{' '.join(name_words(item.name))} {item.response[-_SEARCHED:]}"


def _instructed(request: ThinkRequest) -> str:
    """Last sentence of a prompt that was not quoted yet."""
    last = next(iter(reversed(split_sentences(request.prompt[-_SEARCHED:]))), "")
    if not last.strip():
        return ""
    told = f"My instructions say: {_quoted(last)}"
    said = (
        item.content for item in request.memory if isinstance(item, TextItem) and item.role == "assistant"
    )
    return "" if any(told in each for each in said) else told
