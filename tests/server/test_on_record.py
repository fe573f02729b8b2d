"""What models said, kept by what they were asked, and said again without them."""

import json
import math
from pathlib import Path

import orjson
import pytest
import trio
from attrs import evolve

from trialogue.errors import SetupError
from trialogue.model.secrets import Secrets
from trialogue.server.think import record_file
from trialogue.server.think.on_record import (
    ModelAnswer,
    ModelQuestion,
    NotOnRecord,
    RecordedThink,
    Timed,
    open_models,
)
from trialogue.server.think.ports import (
    CallItem,
    FunctionWanted,
    OfferedFunction,
    TextItem,
    ThinkRefused,
    ThinkRequest,
    ThoughtCalls,
    ThoughtSentence,
)
from trialogue.server.think.terms import OpenAiTerms
from trialogue.services.deepgram.settings import Endpoint

TERMS = OpenAiTerms(
    Endpoint("http://127.0.0.1:9/v1/chat/completions", {"Authorization": "Bearer sk-1"}), "small"
)
REQUEST = ThinkRequest(
    memory=(TextItem("user", "What does it cost?"), CallItem("c1", "price", "{}", "8")),
    prompt="You know prices.",
    functions=(OfferedFunction("price", "Look up a price."),),
)
SAID = [
    (0.4, ThoughtSentence("Eight cents.")),
    (1.1, ThoughtCalls((FunctionWanted("price", '{"item": 1}'),))),
]

QUESTION = ModelQuestion("small", None, "You know wages.", (), ())


class Model:
    """Thinks the same each time, at its pace."""

    def __init__(self, said=SAID, ends_s=1.5):
        self.said, self.ends_s, self.asked = said, ends_s, 0

    async def think(self, request, tell):
        self.asked += 1
        began = trio.current_time()
        for after, thought in self.said:
            await trio.sleep_until(began + after)
            tell(thought)
        await trio.sleep_until(began + self.ends_s)


async def told(provider, request=REQUEST):
    """What is thought, and when; how long it takes comes last."""
    began, found = trio.current_time(), []
    await provider.think(request, lambda each: found.append((round(trio.current_time() - began, 3), each)))
    return [*found, round(trio.current_time() - began, 3)]


def recorded(path, model):
    return RecordedThink(TERMS, open_models(path, asks=True, origin="a test"), model)


def replayed(path):
    return RecordedThink(TERMS, open_models(path, asks=False), None)


async def test_recorded_answers_are_said_again_at_their_pace(tmp_path, autojump_clock):
    """A recorded answer is said again at its pace without the model, and the record has no key."""
    path, model = tmp_path / "models.jsonl", Model()
    first = await told(recorded(path, model))
    assert first == [*SAID, 1.5]
    assert await told(recorded(path, model)) == first
    assert await told(replayed(path)) == first
    assert model.asked == 1
    assert orjson.loads(path.read_bytes().splitlines()[0])["origin"] == "a test"
    assert b"sk-1" not in path.read_bytes()


async def test_a_repeated_key_is_not_recorded(tmp_path, autojump_clock):
    """A key is not in the record, whether a person, a tool or the model repeats it."""
    path, key = tmp_path / "models.jsonl", 'ca"nary-5e1f'
    said = [
        (0.4, ThoughtSentence(f"It is {key}.")),
        (1.1, ThoughtCalls((FunctionWanted("price", json.dumps({"item": key})),))),
    ]
    item = CallItem("c1", "price", "{}", json.dumps({"sent": key}))
    asking = evolve(REQUEST, memory=(TextItem("user", f"The key is {key}."), item))
    recording = open_models(path, asks=True, secrets=Secrets((key,)))
    assert (await told(RecordedThink(TERMS, recording, Model(said)), asking))[:2] == said
    assert b"nary-5e1f" not in path.read_bytes()
    (_, first), (_, second), _ = await told(RecordedThink(TERMS, recording, None), asking)
    assert (first.text, second.calls[0].arguments) == ("It is ***.", '{"item": "***"}')
    masked = (TextItem("user", "The key is ***."), evolve(item, response='{"sent": "***"}'))
    assert len(await told(replayed(path), evolve(asking, memory=masked))) == 3


async def test_words_before_a_call_are_no_part_of_a_question(tmp_path, autojump_clock):
    """A record from before a model was told its words before a call still answers."""
    path = tmp_path / "models.jsonl"
    await told(recorded(path, Model()))
    other = evolve(REQUEST, memory=(REQUEST.memory[0], evolve(REQUEST.memory[1], said="Let me see.")))
    assert len(await told(replayed(path), other)) == 3


async def test_ids_of_calls_are_no_part_of_a_question(tmp_path, autojump_clock):
    """A recorded answer is found although the ids of calls differ from run to run."""
    path = tmp_path / "models.jsonl"
    await told(recorded(path, Model()))
    other = evolve(REQUEST, memory=(REQUEST.memory[0], evolve(REQUEST.memory[1], id="c9")), reply=7)
    assert len(await told(replayed(path), other)) == 3


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"prompt": "You know wages."}, "the prompt is another, from its character 10 on"),
        ({"functions": ()}, "the tools that it may call are described otherwise"),
        (
            {"memory": (*REQUEST.memory, TextItem("assistant", "Eight."), TextItem("user", "Why?"))},
            "the record of this conversation ends with its turn 1",
        ),
        (
            {"memory": (TextItem("user", "And tea?"), REQUEST.memory[1])},
            "what it was told at its turn 1 is another",
        ),
        ({"memory": REQUEST.memory[:1]}, "the record continues after the end of this conversation"),
        (
            {"memory": (REQUEST.memory[0], evolve(REQUEST.memory[1], response="9"))},
            "its call of price at its turn 1, or the result, is another",
        ),
    ],
)
async def test_a_missing_answer_says_what_differs(tmp_path, autojump_clock, change, difference):
    """The error says what differs from the record without repeating any words of it."""
    path = tmp_path / "models.jsonl"
    await told(recorded(path, Model()))
    with pytest.raises(NotOnRecord) as caught:
        await told(replayed(path), evolve(REQUEST, **change))
    assert str(caught.value) == f"This question is not on record: {difference}."
    provider = recorded(path, Model())
    await told(provider, evolve(REQUEST, **change))
    assert provider.record.missed == [difference]
    assert len(await told(replayed(path), evolve(REQUEST, **change))) == 3


async def test_a_longer_record_of_the_conversation_says_what_was_said_otherwise(tmp_path, autojump_clock):
    """The error for a missing answer compares with the longest recorded conversation."""
    path, why = tmp_path / "models.jsonl", TextItem("user", "Why?")
    for memory in (REQUEST.memory, (*REQUEST.memory, TextItem("assistant", "Eight."), why)):
        await told(recorded(path, Model()), evolve(REQUEST, memory=memory))
    other = evolve(REQUEST, memory=(*REQUEST.memory, TextItem("assistant", "Nine."), why))
    with pytest.raises(NotOnRecord, match="what it said at its turn 1 is another"):
        await told(replayed(path), other)


async def test_an_empty_record_says_so(tmp_path, autojump_clock):
    """The error says that the record is empty."""
    open_models(tmp_path / "models.jsonl", asks=True)
    with pytest.raises(NotOnRecord, match="nothing is on record"):
        await told(replayed(tmp_path / "models.jsonl"))


async def test_two_answers_to_one_question_come_in_their_order(tmp_path, autojump_clock):
    """A question asked twice gets both recorded answers in order, then the last again."""
    path = tmp_path / "models.jsonl"
    texts = ["One.", "Two."]
    for text in texts:
        record = open_models(path, asks=True)
        record._answers.clear()  # as if nothing were known: the model is asked anew
        await told(RecordedThink(TERMS, record, Model([(0.0, ThoughtSentence(text))], 0.0)))
    provider = replayed(path)
    heard = [(await told(provider))[0][1].text for _ in range(3)]
    assert heard == ["One.", "Two.", "Two."]


async def test_a_pass_that_was_cut_is_kept_as_far_as_it_came(tmp_path, autojump_clock):
    """An interrupted answer is recorded as far as it came."""
    path = tmp_path / "models.jsonl"
    with trio.move_on_after(0.5):
        await told(recorded(path, Model(ends_s=math.inf)))
    assert await told(replayed(path)) == [SAID[0], 0.5]


async def test_a_refusal_is_not_kept(tmp_path, autojump_clock):
    """A refused question is asked again, and its refusal is not in the record."""

    class Refusing:
        async def think(self, request, tell):
            await trio.lowlevel.checkpoint()
            raise ThinkRefused("HTTP status 500")

    path = tmp_path / "models.jsonl"
    with pytest.raises(ThinkRefused, match="500"):
        await told(recorded(path, Refusing()))
    with pytest.raises(NotOnRecord):
        await told(replayed(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense\n",
        b"{}\n",
        b'{"trialogue": 1, "kind": "journal"}\n',
        b'{"trialogue":1,"kind":"models"}\n{}\n',
    ],
)
def test_a_file_that_is_no_record_is_refused(tmp_path, content):
    """A file that is no record of answers is refused with one clear error."""
    path = tmp_path / "models.jsonl"
    path.write_bytes(content)
    with pytest.raises(SetupError, match="is not a file of recorded model answers"):
        open_models(path, asks=False)


async def test_two_meetings_that_begin_a_record_together_lose_no_answer(
    tmp_path, autojump_clock, monkeypatch
):
    """Two meetings that begin one record together lose no answer."""
    path, touch = tmp_path / "models.jsonl", Path.touch

    def slow(self, **mode):
        monkeypatch.undo()
        recorded(path, Model()).record.keep(QUESTION, ModelAnswer((Timed(0.4, SAID[0][1]),), 1.0))
        touch(self, **mode)

    monkeypatch.setattr(Path, "touch", slow)
    await told(recorded(path, Model()))
    assert open_models(path, asks=False).answer(QUESTION) is not None
    assert len(await told(replayed(path))) == 3


def test_an_invalid_line_of_a_record_is_told_by_its_number(tmp_path):
    """The error for an invalid line of a record has its number."""
    path = tmp_path / "models.jsonl"
    recorded(path, Model()).record.keep(QUESTION, ModelAnswer((), 1.0))
    whole = path.read_bytes()
    for more in (b"\n", b'{"asked": {"model": "sm\n', b"5\n"):
        path.write_bytes(whole + more)
        with pytest.raises(SetupError, match="is not a file of recorded model answers: line 3: "):
            open_models(path, asks=True)


@pytest.mark.parametrize("torn", [b'{"asked": {"model": "sm', b""])
def test_a_recording_cuts_off_a_line_that_its_writer_did_not_finish(tmp_path, torn):
    """After a crash in the middle of a line, the same file records on, and no answer is lost."""
    path = tmp_path / "models.jsonl"
    recorded(path, Model()).record.keep(QUESTION, ModelAnswer((), 1.0))
    whole = path.read_bytes()
    path.write_bytes(whole + torn if torn else whole[:-1])
    if torn:
        with pytest.raises(SetupError, match="answers: line 3 is cut off: delete it, or record once more"):
            open_models(path, asks=False)
    recorded(path, Model()).record.keep(QUESTION, ModelAnswer((), 2.0))
    found = open_models(path, asks=False)
    assert [found.answer(QUESTION).took_s for _ in range(2)] == [1.0, 2.0]


@pytest.mark.parametrize("cuts_first", [True, False])
def test_a_line_that_another_process_cuts_off_is_not_cut_twice(tmp_path, monkeypatch, cuts_first):
    """Two recordings begin at once after a crash: the answer that one has written stays."""
    path = tmp_path / "models.jsonl"
    recorded(path, Model()).record.keep(QUESTION, ModelAnswer((), 1.0))
    whole = path.read_bytes()
    torn = whole + b'{"asked"' if cuts_first else whole[:-1]
    answer = whole.split(b"\n")[1] + b"\n"
    path.write_bytes(torn)

    def read_as_another_mends(read):
        content = read.read_bytes()
        path.write_bytes(whole + answer)
        return content

    monkeypatch.setattr(record_file, "read_regular", read_as_another_mends)
    record_file.mend(path)
    assert path.read_bytes() == whole + answer


def test_a_file_of_another_kind_is_not_cut(tmp_path):
    """A recording into a wrong file refuses it, and changes nothing."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"One line.\nAnother")
    with pytest.raises(SetupError, match="is not a file of recorded model answers"):
        open_models(path, asks=True)
    assert path.read_bytes() == b"One line.\nAnother"


def test_an_answer_that_no_model_may_give_is_refused(tmp_path):
    """A record has the bound of a model's reply: a longer one would be spoken for hours."""
    path = tmp_path / "models.jsonl"
    long = Timed(0.4, ThoughtSentence("a b " * 25_001))
    recorded(path, Model()).record.keep(QUESTION, ModelAnswer((long,), 1.0))
    with pytest.raises(SetupError, match="line 2: its answer is longer than 100,000 characters"):
        open_models(path, asks=False)


def test_an_empty_record_is_begun(tmp_path):
    """A recording that was cut off before its first line needs no help to start again."""
    path = tmp_path / "models.jsonl"
    path.touch()
    assert open_models(path, asks=True).is_empty


def test_a_record_that_is_not_there_is_refused_where_none_is_made(tmp_path):
    """A missing record is an error with the reason."""
    with pytest.raises(SetupError, match="No such file"):
        open_models(tmp_path / "gone.jsonl", asks=False)
