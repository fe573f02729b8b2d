"""Streamed chat completion: its sentences, and its function calls, put together from their parts.

1. Endpoints mark the parts of one call by its `index`, by its `id`, or by neither. A new id begins a new
   call, whatever its index; without an id, a name after a whole call does.
2. Arguments come as text in pieces, or whole as an object. A call may come as the `function_call` of the
   interface's first versions, which has one at most; some endpoints repeat it so, or leave it empty.
3. The model's ids are not unique, and are dropped: the caller gives calls ids of its own.
4. Calls of a stream that broke off are dropped: their arguments may be incomplete.
5. A model's reasoning, `<think>…</think>`, is left out. Its tags may come in pieces, so text that may begin a
   tag waits for the rest. Reasoning that is never closed lasts to the stream's end. A closing tag without an
   opening one ends reasoning that began in the prompt: the text before it in the same piece is reasoning,
   too.
6. Markup and emoji cannot be spoken: they are removed (`markup`) before a sentence is spoken or recorded.
7. Content is a text or a list of parts. Its texts are spoken, and so is a refusal, which is an answer of the
   model. An answer that the endpoint withheld whole is a failure.
8. The text of a reply is bounded: marks alone make no sentence, so no number of sentences would end them.
9. A character may be split between two pieces, in halves (surrogates); a half alone becomes U+FFFD, and at
   the end nothing.
10. Of several choices that of the lowest index is taken, which the first event with choices tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import orjson
from attrs import field

from trialogue.model.json_text import read_loose_json, write_json
from trialogue.model.text import safe_text, well_formed
from trialogue.server.think.markup import Markup
from trialogue.server.think.object_text import ObjectText
from trialogue.server.think.ports import (
    MAX_TEXT,
    FunctionWanted,
    ThinkRefused,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.speech.sentences import SentenceSplitter
from trialogue.values import define

_NO_COMPLETION: Final = "The think endpoint sent an answer that is not a chat completion."

_TERMINATOR: Final = "[DONE]"

MAX_CALLS: Final = 128
"""Most calls of one completion."""

MAX_ARGUMENTS: Final = 1024 * 1024
"""Most characters of the arguments of one call."""

MAX_NAME: Final = 1000
"""Most characters of a function's name, which comes in pieces, too."""

_TAG: Final = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TAGS: Final = ("<think>", "<thinking>", "</think>", "</thinking>")
_LONGEST: Final = max(map(len, _TAGS))


class Completion:
    """Parser of one completion, fed with the events of its stream."""

    def __init__(self) -> None:
        self._text = ReplyText()
        self._calls: list[_PartialCall] = []
        self._content, self._refusal = _Halves(), _Halves()
        self._index: int | None = None
        self._is_begun = False
        self.is_complete: bool = False
        """Whether the stream has marked its end."""
        self.is_terminated: bool = False
        """Whether its terminator has come, after which there is nothing more."""

    def feed(self, text: str) -> Iterator[Thought]:
        """Take the payload of one event, and return its thoughts; at the terminator, the rest of them.

        What comes behind the terminator is no part of the answer.
        """
        if self.is_terminated:
            return
        if text == _TERMINATOR:
            self.is_complete = self.is_terminated = True
            yield from self.rest()
            return
        choice = self._of_ours(_choices(text))
        delta = choice.get("delta")
        if isinstance(delta, dict):
            yield from self._take(cast("dict[str, Any]", delta))
        if choice.get("finish_reason"):
            self.is_complete = True
        if choice.get("finish_reason") == "content_filter" and not (self._is_begun or self._calls):
            raise ThinkRefused("The think endpoint withheld its answer: content_filter")

    def rest(self) -> Iterator[Thought]:
        """Thoughts that were incomplete until the stream's end, and the calls."""
        yield from self._text.flush()
        calls, self._calls = self._calls, []
        if calls and self.is_complete:
            yield ThoughtCalls(tuple(call.wanted() for call in calls))

    def _of_ours(self, choices: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
        if self._index is None and choices:
            self._index = min(choices)
        return {} if self._index is None else choices.get(self._index, {})

    def _take(self, delta: dict[str, Any]) -> Iterator[Thought]:
        content = self._content.feed(_words(delta.get("content")))
        refusal = self._refusal.feed(_text(delta.get("refusal")))
        for text in (content, refusal):
            self._is_begun |= bool(text.strip())
            yield from self._text.feed(text)
        pieces: object = delta.get("tool_calls") or []
        if not isinstance(pieces, list):
            raise ThinkRefused(_NO_COMPLETION)
        for piece in cast("list[object]", pieces):
            if not isinstance(piece, dict):
                raise ThinkRefused(_NO_COMPLETION)
            self._add(_Piece.read(cast("dict[str, object]", piece)))
        first_form = _Piece.read({"function": delta.get("function_call")})
        if not pieces and (first_form.name or first_form.arguments):
            self._add(first_form)

    def _add(self, piece: _Piece) -> None:
        call = next((call for call in reversed(self._calls) if call.goes_on_with(piece)), None)
        if call is None:
            if len(self._calls) == MAX_CALLS:
                raise ThinkRefused("The think endpoint requested too many calls at once.")
            self._calls.append(call := _PartialCall(piece.index))
        call.add(piece)


@define
class _Halves:
    r"""Text in pieces, between which a character may be split.

    >>> halves = _Halves()
    >>> [halves.feed("\ud83d"), halves.feed("\ude00!")] == ["", "\U0001f600!"]
    True
    """

    _waiting: str = field(default="", init=False)

    def feed(self, piece: str) -> str:
        """Text that is known with the next `piece`."""
        text = self._waiting + piece
        self._waiting = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        text = text.removesuffix(self._waiting)
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text


@define
class _Piece:
    """Part of a call in one event."""

    index: int | None
    id: str
    name: str
    arguments: str | Mapping[str, object]

    @classmethod
    def read(cls, raw: Mapping[str, object]) -> _Piece:
        said = raw.get("function")
        function = cast("dict[str, object]", said) if isinstance(said, dict) else {}
        index, arguments = raw.get("index"), function.get("arguments")
        return cls(
            index if isinstance(index, int) else None,
            well_formed(_text(raw.get("id"))),
            well_formed(_text(function.get("name"))),
            cast("dict[str, object]", arguments) if isinstance(arguments, dict) else _text(arguments),
        )


@define
class _PartialCall:
    """Function call whose parts come one after another."""

    index: int | None
    id: str = ""
    name: str = ""
    arguments: ObjectText = field(factory=ObjectText)
    _halves: _Halves = field(factory=_Halves, init=False)

    def goes_on_with(self, piece: _Piece) -> bool:
        """Whether a part belongs to this call, by rule 1."""
        if None not in {self.index, piece.index} and self.index != piece.index:
            return False
        if self.id and piece.id and self.id != piece.id:
            return False
        if not (piece.name and self.name):
            return True
        is_other = piece.name != self.name
        if self.arguments.is_whole and (is_other or piece.arguments != ""):
            return False
        return not is_other or piece.index is not None or bool(piece.id)

    def add(self, piece: _Piece) -> None:
        self.id = self.id or piece.id
        if piece.name != self.name:  # some endpoints repeat it in each part
            self.name += piece.name
        if isinstance(piece.arguments, str):
            self.arguments.add(self._halves.feed(piece.arguments))
        else:
            self.arguments = ObjectText()
            self.arguments.add(write_json(piece.arguments).decode())
        if len(self.name) > MAX_NAME:
            raise ThinkRefused("The think endpoint requested a call of a function with too long a name.")
        if self.arguments.length > MAX_ARGUMENTS:
            raise ThinkRefused("The think endpoint requested a call with arguments that are too long.")

    def wanted(self) -> FunctionWanted:
        return FunctionWanted(self.name, self.arguments.text or "{}")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(content: object) -> str:
    """Text of a piece's content, which is a text or a list of parts; other parts have none."""
    match content:
        case list():
            parts = cast("list[object]", content)
            return "".join(_text(each) or _part(each) for each in parts)
        case str() | None:
            return content or ""
        case _:
            raise ThinkRefused(_NO_COMPLETION)


def _part(part: object) -> str:
    """Text of one part: a text, or a refusal."""
    match part:
        case {"type": "text", "text": str(text)} | {"type": "refusal", "refusal": str(text)}:
            return text
        case _:
            return ""


def is_event(text: str) -> bool:
    """Whether a text is the whole payload of an event: JSON, or the terminator."""
    if text == _TERMINATOR:
        return True
    try:
        read_loose_json(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _choices(text: str) -> dict[int, dict[str, Any]]:
    """Choices of an event by index; none for events without one, such as those with the usage."""
    try:
        event = read_loose_json(text)
    except orjson.JSONDecodeError:
        raise ThinkRefused("The think endpoint sent an event that is not JSON.") from None
    match event:
        case {"error": {"message": str(words)} | str(words)}:
            raise ThinkRefused(f"The think endpoint sent an error in its stream: {safe_text(words)}")
        case {"error": fault} if fault is not None:  # some endpoints write null in each event
            raise ThinkRefused("The think endpoint sent an error in its stream.")
        case {"choices": list()}:
            choices = cast("list[object]", cast("dict[str, object]", event)["choices"])
            found = [cast("dict[str, Any]", each) for each in choices if isinstance(each, dict)]
            return {_index_of(each): each for each in reversed(found)}
        case _:
            return {}


def _index_of(choice: Mapping[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


class ReplyText:
    """Text of one reply: makes sentences of a model's pieces, by rules 5, 6 and 8."""

    def __init__(self) -> None:
        self._spoken = SpokenText()
        self._splitter = SentenceSplitter()
        self._markup = Markup()
        self._left = MAX_TEXT

    def feed(self, piece: str) -> Iterator[ThoughtSentence]:
        """Take the next piece, and yield the sentences that it completes; ThinkRefused beyond the bound."""
        spoken = self._spoken.feed(piece)
        yield from self._said(self._splitter.feed(spoken[: self._left]))
        self._left -= len(spoken)
        if self._left < 0:
            raise ThinkRefused(f"The model's reply is longer than {MAX_TEXT:,} characters.")

    def flush(self) -> Iterator[ThoughtSentence]:
        """Yield the rest at the stream's end."""
        yield from self._said(self._splitter.feed(self._spoken.flush()))
        yield from self._said(self._splitter.flush())

    def _said(self, sentences: list[str]) -> Iterator[ThoughtSentence]:
        """Sentences without markup."""
        words = map(self._markup.without, sentences)
        yield from (ThoughtSentence(each) for each in words if each)


class SpokenText:
    """Text of a stream without the model's reasoning.

    >>> spoken = SpokenText()
    >>> spoken.feed("<thi") + spoken.feed("nk>Hm.</think>Yes: 1 < 2") + spoken.flush()
    'Yes: 1 < 2'
    """

    def __init__(self) -> None:
        self._waiting = ""
        self._is_reasoning = False

    def feed(self, piece: str) -> str:
        """Take the next `piece`; the text to speak in it, and in what waited before."""
        text = self._waiting + piece
        known = _known(text)
        text, self._waiting = text[:known], text[known:]
        spoken: list[str] = []
        end = 0
        for tag in _TAG.finditer(text):
            is_closing = bool(tag[1])
            if not self._is_reasoning and is_closing:
                spoken.clear()
            elif not self._is_reasoning:
                spoken.append(text[end : tag.start()])
            self._is_reasoning = not is_closing
            end = tag.end()
        return "".join(spoken) if self._is_reasoning else "".join(spoken) + text[end:]

    def flush(self) -> str:
        """Text that waited at the stream's end."""
        waiting, self._waiting = self._waiting, ""
        return "" if self._is_reasoning else waiting


def _known(text: str) -> int:
    """Length of the part of `text` that cannot begin a tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST + 1))
    rest = text[at:].lower()
    is_unsure = at >= 0 and any(len(tag) > len(rest) and tag.startswith(rest) for tag in _TAGS)
    return at if is_unsure else len(text)
