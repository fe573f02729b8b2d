"""Record of models' answers by question, which is replayed without the models.

1. A question holds all that an answer may depend on: the model's name, its temperature, its prompt, the
   conversation so far and the functions that it may call. Ids of calls are no part of it, nor the words
   before a call: they are the answer to the question before.
2. An answer is a list of thoughts, each with its time. It is replayed at that pace, so a virtual clock counts
   the time that the model took.
3. The same question may have several answers: they are replayed in the order of recording, and the last one
   from then on.
4. A pass that was cut is recorded up to the cut.
5. A question that is not on record is put to the model, if that is allowed, and recorded. Otherwise it is
   refused, with its difference from the nearest recorded question, but without its words.
6. The file has a header line, then one line for each question with its answer. It holds prompts and speech,
   and `***` in the place of each secret: a model or a tool may repeat its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import orjson
import trio
from attrs import asdict, field

from trialogue.errors import JournalError, SetupError
from trialogue.fixed_paths import fixed
from trialogue.model.json_text import read_json
from trialogue.model.secrets import NO_SECRETS, Secrets
from trialogue.server.think.ports import (
    MAX_TEXT,
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
from trialogue.server.think.record_file import FORMAT, begin, lines_of, mend
from trialogue.server.think.terms import InstalledTerms, OpenAiTerms
from trialogue.values import define, frozen

__all__ = ["ModelQuestion", "ModelRecord", "NotOnRecord", "PromptPlace", "RecordedThink", "open_models"]

PromptPlace: TypeAlias = Callable[[str, int], str]
"""Function that names the place of a character of a prompt, counted from 0, without quoting the prompt."""


def in_the_prompt(prompt: str, at: int) -> str:
    """Place in a prompt whose author is unknown."""
    del prompt
    return f"from its character {at + 1} on"


class OverlongAnswer(ValueError):
    """Answer of a file that is longer than a model's may be; the text quotes nothing."""


class NotOnRecord(ThinkRefused):
    """Question that has no recorded answer, where no model may be asked."""

    code: ClassVar[str] = "QUESTION_NOT_ON_RECORD"


@frozen
class ModelQuestion:
    """Everything that an answer may depend on."""

    model: str
    """Name of the model."""

    temperature: float | None
    """Temperature; None for the model's own."""

    prompt: str = field(repr=False)
    """System prompt. Personal."""

    conversation: tuple[Mapping[str, str], ...] = field(repr=False, hash=False)
    """Conversation so far: words, calls and results. Personal."""

    functions: tuple[Mapping[str, Any], ...] = field(repr=False, hash=False)
    """Functions that the model may call."""

    @classmethod
    def of(cls, terms: OpenAiTerms | InstalledTerms, request: ThinkRequest) -> ModelQuestion:
        """Question that a pass of thinking puts to a model."""
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
        """Key of the question; only equal questions have the same."""
        return sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _item(item: TextItem | CallItem) -> Mapping[str, str]:
    match item:
        case TextItem(role=role, content=content):
            return {"role": role, "content": content}
        case CallItem(name=name, arguments=arguments, response=response):
            return {"role": "call", "name": name, "arguments": arguments, "response": response}


@frozen
class Timed:
    """Thought with its time."""

    after_s: float
    """Seconds since the question."""

    thought: Thought = field(repr=False)
    """Part of the answer. Personal."""


@frozen
class ModelAnswer:
    """Answer of a model to a question."""

    thoughts: tuple[Timed, ...]
    """Thoughts, in order."""

    took_s: float
    """Seconds that it took, to its end or to its cut."""

    @property
    def length(self) -> int:
        """Number of characters to speak."""
        thoughts = (each.thought for each in self.thoughts)
        return sum(len(each.text) for each in thoughts if isinstance(each, ThoughtSentence))


@define
class ModelRecord:
    """Questions and answers of one file."""

    path: Path
    """Path of the file."""

    asks: bool
    """Whether the model is asked for unrecorded questions, whose answers are appended to the file."""

    place: PromptPlace = field(default=in_the_prompt, repr=False, eq=False)
    """Function that names places in prompts."""

    secrets: Secrets = field(default=NO_SECRETS, eq=False)
    """Secrets that are hidden in each question, asked or recorded, and in what is written."""

    missed: list[str] = field(factory=list[str])
    """Difference of each unrecorded question from the nearest recorded one."""

    _answers: dict[str, list[ModelAnswer]] = field(factory=dict[str, list[ModelAnswer]], repr=False)
    _questions: list[ModelQuestion] = field(factory=list[ModelQuestion], repr=False)
    _told: dict[str, int] = field(factory=dict[str, int], repr=False)

    def hide(self, secrets: Secrets) -> None:
        """Hide these secrets, too, from now on."""
        self.secrets = self.secrets.beside(secrets)

    @property
    def is_empty(self) -> bool:
        """Whether there is no record at all."""
        return not self._questions

    def answer(self, question: ModelQuestion) -> ModelAnswer | None:
        """Next answer to a question; None for an unrecorded one, which is noted."""
        question = self.secrets.hide_in(question)
        known = self._answers.get(question.key)
        if not known:
            self.missed.append(self._difference(question))
            return None
        told = self._told.get(question.key, 0)
        self._told[question.key] = told + 1
        return known[min(told, len(known) - 1)]

    def keep(self, question: ModelQuestion, answer: ModelAnswer) -> None:
        """Append an answer, also to the file; `JournalError` where it cannot be written."""
        question, answer = self.secrets.hide_in((question, answer))
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
        """Read the file's lines; raises ValueError with the number of an invalid one."""
        for number, line in enumerate(lines or [b""], 1):
            try:
                self._read_line(read_json(line), is_first=number == 1)
            except OverlongAnswer as error:
                raise ValueError(f"line {number}: {error}") from None
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"line {number}: {type(error).__name__}") from None

    def _read_line(self, raw: Mapping[str, Any], *, is_first: bool) -> None:
        """Take a line; each process that begins the file at the same time as others writes a header."""
        if is_first or "asked" not in raw:
            if (raw["trialogue"], raw["kind"]) != (FORMAT, "models"):
                raise ValueError("another file")
            return
        asked = raw["asked"]
        question = ModelQuestion(
            asked["model"],
            asked["temperature"],
            asked["prompt"],
            tuple(asked["conversation"]),
            tuple(asked["functions"]),
        )
        answer = ModelAnswer(tuple(_timed(each) for each in raw["said"]), float(raw["took_s"]))
        if answer.length > MAX_TEXT:
            raise OverlongAnswer(f"its answer is longer than {MAX_TEXT:,} characters")
        self._take(self.secrets.hide_in(question), answer)

    def _difference(self, question: ModelQuestion) -> str:
        """Difference of a question from the nearest recorded one, without its words."""
        if not self._questions:
            return "nothing is on record"
        nearest = max(self._questions, key=lambda known: _likeness(question, known))
        return "; ".join(_differences(question, nearest, self.place))


def _likeness(question: ModelQuestion, known: ModelQuestion) -> tuple[int, ...]:
    return (
        question.model == known.model,
        question.prompt == known.prompt,
        _common(question.conversation, known.conversation),
        len(known.conversation) > _common(question.conversation, known.conversation),
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
        yield _talked(question.conversation, known.conversation)


def _talked(conversation: Sequence[Mapping[str, str]], known: Sequence[Mapping[str, str]]) -> str:
    """First item of a conversation that differs from the known one, by its turn."""
    at = _common(conversation, known)
    if at == len(conversation):
        return "the record continues after the end of this conversation"
    if at == len(known):
        turns = sum(each["role"] == "user" for each in known)
        return f"the record of this conversation ends with its turn {turns}"
    item, turn = conversation[at], sum(each["role"] == "user" for each in conversation[: at + 1])
    match item["role"]:
        case "user":
            return f"what it was told at its turn {turn} is another"
        case "call":
            return f"its call of {item['name']} at its turn {turn}, or the result, is another"
        case _:
            return f"what it said at its turn {turn} is another"


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    """Length of the beginning that two texts share."""
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
    """Think provider that answers from the record, and asks a model only where that is allowed."""

    terms: OpenAiTerms | InstalledTerms
    """Terms of the model."""

    record: ModelRecord
    """Record of answers."""

    inner: ThinkProvider | None
    """Model for unrecorded questions; None where none may be asked."""

    async def think(self, request: ThinkRequest, tell: Callable[[Thought], None]) -> None:
        """Give the recorded answer at its pace, or the model's; `NotOnRecord` without either."""
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
    path: Path,
    *,
    asks: bool,
    origin: str = "",
    place: PromptPlace = in_the_prompt,
    secrets: Secrets = NO_SECRETS,
) -> ModelRecord:
    """Record in a file; `SetupError` for an invalid file.

    With `asks` an absent file is made, and its header names the `origin` of the answers; a last line that its
    writer did not finish is cut off. `place` names places in prompts in the message about an unrecorded
    question. None of the `secrets` gets into the file.
    """
    record = ModelRecord(fixed(path), asks, place, secrets)
    if asks:
        mend(path)
        begin(path, origin)
    try:
        record.read(lines_of(path))
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise SetupError(f"{path} is not a file of recorded model answers: {error}") from error
    return record
