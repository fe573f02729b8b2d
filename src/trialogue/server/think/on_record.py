"""Record of what models said, kept by what they were asked, and said again without them.

1. A question is all that an answer may depend on: the model's name, its temperature, its prompt, the
   conversation so far and the functions that it may call. Ids of calls are nobody's question.
2. An answer is what was thought, each thought with the time that it took: it is told again at that pace, so a
   virtual clock counts a model's thinking as it was.
3. The same question asked twice may have two answers: they are told in the order of their recording, and the
   last one from then on.
4. A pass that was cut is kept as far as it had come.
5. A question that is not on record is asked of the model where that is allowed, and kept; else it is refused,
   with what tells it from the nearest question on record: never its words.
6. The file is of lines: a header, then a question with its answer each. It holds prompts and speech.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias, cast

import orjson
import trio
from attrs import asdict, field

from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import fixed
from trialogue.model.json_text import read_json
from trialogue.regular_files import read_regular
from trialogue.server.think.ports import (
    CallItem,
    FunctionWanted,
    TextItem,
    ThinkProvider,
    ThinkRefused,
    ThinkRequest,
    Thought,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.server.think.terms import InstalledTerms, OpenAiTerms
from trialogue.values import define, frozen

__all__ = ["ModelQuestion", "ModelRecord", "NotOnRecord", "PromptPlace", "RecordedThink", "open_models"]

FORMAT: Final = 1
"""The format of the file."""

PromptPlace: TypeAlias = Callable[[str, int], str]
"""Names the place of a character of a prompt, counted from 0, in words that hold none of it."""


def in_the_prompt(prompt: str, at: int) -> str:
    """The place where nobody knows who wrote the prompt."""
    del prompt
    return f"from its character {at + 1} on"


class NotOnRecord(ThinkRefused):
    """A question that the record has no answer to, where no model may be asked."""

    code: ClassVar[str] = "QUESTION_NOT_ON_RECORD"


@frozen
class ModelQuestion:
    """All that an answer may depend on."""

    model: str
    """The model's name."""

    temperature: float | None
    """Freedom of its writing."""

    prompt: str = field(repr=False)
    """The system prompt. Personal."""

    conversation: tuple[Mapping[str, str], ...] = field(repr=False, hash=False)
    """The conversation so far: what was said and which calls came to what. Personal."""

    functions: tuple[Mapping[str, Any], ...] = field(repr=False, hash=False)
    """Functions that may be called."""

    @classmethod
    def of(cls, terms: OpenAiTerms | InstalledTerms, request: ThinkRequest) -> ModelQuestion:
        """The question that a pass of thinking asks of a model."""
        return cls(
            terms.model,
            terms.temperature,
            request.prompt,
            tuple(_item(each) for each in request.memory),
            tuple(
                {"name": each.name, "description": each.description, "parameters": each.parameters or {}}
                for each in request.functions
            ),
        )

    @property
    def key(self) -> str:
        """Key of the question: the same for equal questions alone."""
        return sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _item(item: TextItem | CallItem) -> Mapping[str, str]:
    match item:
        case TextItem(role=role, content=content):
            return {"role": role, "content": content}
        case CallItem(name=name, arguments=arguments, response=response):
            return {"role": "call", "name": name, "arguments": arguments, "response": response}


@frozen
class Timed:
    """One thought, and when it came."""

    after_s: float
    """Seconds since the question."""

    thought: Thought = field(repr=False)
    """Part of the answer. Personal."""


@frozen
class ModelAnswer:
    """Answer of a model to a question."""

    thoughts: tuple[Timed, ...]
    """In order."""

    took_s: float
    """Seconds that it took, to its end or to where it was cut."""


@define
class ModelRecord:
    """Questions and answers of one file."""

    path: Path
    """The file."""

    asks: bool
    """Whether models are asked what is not on record, and the file grows."""

    place: PromptPlace = field(default=in_the_prompt, repr=False, eq=False)
    """Names places in prompts."""

    missed: list[str] = field(factory=list[str])
    """Differences of each question that was not on record from the nearest one that is."""

    _answers: dict[str, list[ModelAnswer]] = field(factory=dict[str, list[ModelAnswer]], repr=False)
    _questions: list[ModelQuestion] = field(factory=list[ModelQuestion], repr=False)
    _told: dict[str, int] = field(factory=dict[str, int], repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return not self._questions

    def answer(self, question: ModelQuestion) -> ModelAnswer | None:
        """The next answer to a question; None where it is not on record, which is noted."""
        known = self._answers.get(question.key)
        if not known:
            self.missed.append(self._difference(question))
            return None
        told = self._told.get(question.key, 0)
        self._told[question.key] = told + 1
        return known[min(told, len(known) - 1)]

    def keep(self, question: ModelQuestion, answer: ModelAnswer) -> None:
        """Add an answer, to the file as well; `JournalError` where it cannot be written."""
        self._take(question, answer)
        self._told[question.key] = len(self._answers[question.key])
        said = [_plain(each) for each in answer.thoughts]
        line = {"asked": asdict(question), "said": said, "took_s": round(answer.took_s, 3)}
        try:
            with self.path.open("ab") as file:
                file.write(orjson.dumps(line) + b"\n")
        except OSError as error:
            raise JournalError(f"cannot write {self.path}: {error.strerror}", path=str(self.path)) from error

    def _take(self, question: ModelQuestion, answer: ModelAnswer) -> None:
        self._answers.setdefault(question.key, []).append(answer)
        self._questions.append(question)

    def read(self, lines: Sequence[bytes]) -> None:
        """Take the file's lines; ValueError, KeyError or TypeError where one is none."""
        head = cast("dict[str, Any]", read_json(lines[0] if lines else b"{}"))
        if (head["trialogue"], head["kind"]) != (FORMAT, "models"):
            raise ValueError("another file")
        for line in lines[1:]:
            raw = cast("dict[str, Any]", read_json(line))
            asked = raw["asked"]
            question = ModelQuestion(
                asked["model"],
                asked["temperature"],
                asked["prompt"],
                tuple(asked["conversation"]),
                tuple(asked["functions"]),
            )
            self._take(
                question, ModelAnswer(tuple(_timed(each) for each in raw["said"]), float(raw["took_s"]))
            )

    def _difference(self, question: ModelQuestion) -> str:
        """Difference of a question from the nearest one on record, in words that hold none of it."""
        if not self._questions:
            return "nothing is on record"
        nearest = max(self._questions, key=lambda known: _likeness(question, known))
        return "; ".join(_differences(question, nearest, self.place))


def _likeness(question: ModelQuestion, known: ModelQuestion) -> tuple[int, ...]:
    return (
        question.model == known.model,
        question.prompt == known.prompt,
        _common(question.conversation, known.conversation),
        _common(question.prompt, known.prompt),
        question.functions == known.functions,
    )


def _differences(question: ModelQuestion, known: ModelQuestion, place: PromptPlace) -> Iterator[str]:
    if question.model != known.model:
        yield "the model is different"
    if question.temperature != known.temperature:
        yield "the temperature is different"
    if question.prompt != known.prompt:
        yield f"the prompt is another, {place(question.prompt, _common(question.prompt, known.prompt))}"
    if question.functions != known.functions:
        yield "the tools that it may call are described otherwise"
    if question.conversation != known.conversation:
        yield _talked(question.conversation, _common(question.conversation, known.conversation))


def _talked(conversation: Sequence[Mapping[str, str]], at: int) -> str:
    """First item of a conversation that is another, by the turn in which it came."""
    if at == len(conversation):
        return "the record goes on behind the end of this conversation"
    item, turn = conversation[at], sum(each["role"] == "user" for each in conversation[: at + 1])
    match item["role"]:
        case "user":
            return f"what it was told at its turn {turn} is another"
        case "call":
            return f"its call of {item['name']} at its turn {turn}, or the result, is another"
        case _:
            return f"what it said at its turn {turn} is another"


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    """Length of the beginning that two have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _plain(timed: Timed) -> dict[str, object]:
    after = {"after_s": round(timed.after_s, 3)}
    match timed.thought:
        case ThoughtSentence(text=text):
            return {**after, "text": text}
        case ThoughtCalls(calls=calls):
            return {**after, "calls": [{"name": each.name, "arguments": each.arguments} for each in calls]}
        case _:
            raise TypeError("a model must give sentences and calls")


def _timed(raw: Mapping[str, Any]) -> Timed:
    if "text" in raw:
        return Timed(float(raw["after_s"]), ThoughtSentence(raw["text"]))
    calls = tuple(FunctionWanted(each["name"], each["arguments"]) for each in raw["calls"])
    return Timed(float(raw["after_s"]), ThoughtCalls(calls))


@define
class RecordedThink:
    """Answers from the record, and asks a model only where that is allowed."""

    terms: OpenAiTerms | InstalledTerms
    """Model."""

    record: ModelRecord
    """Record of answers."""

    inner: ThinkProvider | None
    """Model that is asked what is not on record; None where none may be."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Tell the recorded answer at its pace, or the model's; `NotOnRecord` where there is neither."""
        question = ModelQuestion.of(self.terms, request)
        answer = self.record.answer(question)
        if answer is not None:
            await _told_again(answer, tell)
        elif self.inner is None:
            raise NotOnRecord(f"This question is not on record: {self.record.missed[-1]}.")
        else:
            await self._ask(self.inner, question, request, tell)

    async def _ask(
        self,
        inner: ThinkProvider,
        question: ModelQuestion,
        request: ThinkRequest,
        tell: Callable[[Thought], None],
    ) -> None:
        began, thoughts = trio.current_time(), list[Timed]()

        def note(thought: Thought) -> None:
            thoughts.append(Timed(trio.current_time() - began, thought))
            tell(thought)

        try:
            await inner.think(request, note)
        except trio.Cancelled:
            self._keep(question, thoughts, began)
            raise
        self._keep(question, thoughts, began)

    def _keep(self, question: ModelQuestion, thoughts: Sequence[Timed], began: float) -> None:
        self.record.keep(question, ModelAnswer(tuple(thoughts), trio.current_time() - began))


async def _told_again(answer: ModelAnswer, tell: Callable[[Thought], None]) -> None:
    began = trio.current_time()
    for each in answer.thoughts:
        await trio.sleep_until(began + each.after_s)
        tell(each.thought)
    await trio.sleep_until(began + answer.took_s)


def open_models(
    path: Path, *, asks: bool, origin: str = "", place: PromptPlace = in_the_prompt
) -> ModelRecord:
    """The record of a file; `SetupError` where it is none.

    With `asks` a file that is absent is made, whose header names the `origin` of its answers. `place` names
    places in prompts where a question that is not on record is told.
    """
    record = ModelRecord(fixed(path), asks, place)
    if asks and not path.exists():
        _begin(path, origin)
    try:
        record.read(read_regular(path).splitlines())
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is not a file of recorded model answers: {type(error).__name__}") from error
    return record


def _begin(path: Path, origin: str) -> None:
    header = {"trialogue": FORMAT, "kind": "models", "origin": origin}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(orjson.dumps(header) + b"\n")
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}", path=str(path)) from error
