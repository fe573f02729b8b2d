"""A meeting whose models are asked once, and then held without them."""

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trio
from structlog.testing import capture_logs

from trialogue import Scenario, open_meeting
from trialogue.cli import main
from trialogue.errors import ScenarioError, SetupError
from trialogue.meeting.edges import Edges
from trialogue.meeting.permissions import unset_variables
from trialogue.meeting.prompt_places import prompt_places
from trialogue.meeting.run import run_meeting
from trialogue.model.commands import EndTurn
from trialogue.scenario import Clock, Overrides, loads, prepare, resolve
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: asked
run: {clock: CLOCK, limits: {time: 20s, turns: 3}, MODELS}
cast:
  ann: {role: chair, lines: ["Ben, what does it cost?", "Thank you."]}
  ben: {prompt: "PROMPT", think: {provider: open_ai, model: small, endpoint: {url: "http://127.0.0.1:PORT/v1/chat/completions"}}}
floor: {policy: moderated}
expect:
  never: [{error: any, except: [stalled]}]
  at_end: [{said: {by: ben, number: 9000}}]
"""


class Completions(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that says one sentence."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        chunk = {"choices": [{"index": 0, "delta": {"content": "It costs nine thousand a month."}}]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def endpoint():
    """The endpoint, on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Completions)
    server.asked = 0
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture
def hold(tmp_path, endpoint):
    """Holds the meeting: from a record of its own, or adding to one."""

    def run(out, *, clock="virtual", prompt="You know prices.", record=None, named=False):
        file = tmp_path / "asked.yaml"
        text = SCENARIO.replace("PORT", str(endpoint.server_port)).replace("PROMPT", prompt)
        models = "" if record and not named else "models: models.jsonl"
        file.write_text(text.replace("CLOCK", clock).replace("MODELS", models))
        return run_meeting(file, out=tmp_path / out, edges=Edges(engines=murmuring_engines(), models=record))

    return run


def test_a_model_is_asked_once(hold, endpoint, tmp_path):
    """A meeting with a record of answers is held again without its model."""
    record = tmp_path / "models.jsonl"
    asked = hold("asked", clock="real", record=record)
    assert (asked.exit_code, endpoint.asked) == (0, 1)
    told = hold("told")
    assert (told.exit_code, told.result.clock, endpoint.asked) == (0, "virtual", 1)
    again = run_meeting(
        told.folder / "scenario.yaml", out=tmp_path / "again", edges=Edges(engines=murmuring_engines())
    )
    assert (again.exit_code, endpoint.asked) == (0, 1)


def test_a_changed_prompt_turns_the_meeting_red(hold, tmp_path, endpoint):
    """A changed prompt fails a meeting with recorded answers, and the failure says where."""
    record = tmp_path / "models.jsonl"
    with capture_logs() as first:
        hold("asked", clock="real", record=record)
    changed = hold("changed", prompt="You know wages.")
    assert changed.exit_code != 0
    texts = [each.text for each in changed.result.failures if each.code == "not-on-record"]
    assert "the prompt is another, from line 1, character 10 of cast.ben.prompt on" in texts[0]
    assert endpoint.asked == 1
    with capture_logs() as then:
        grown = hold("grown", clock="real", prompt="You know wages.", record=record)
    assert (grown.exit_code, endpoint.asked) == (0, 2)
    warned = "a question was not recorded yet and was asked"
    assert [sum(each["event"] == warned for each in told) for told in (first, then)] == [0, 1]
    assert hold("held", prompt="You know wages.").exit_code == 0


def test_a_key_in_a_prompt_is_in_no_record(hold, tmp_path, endpoint, monkeypatch):
    """A key in a prompt is not in the record, which still answers where the key is another."""
    monkeypatch.setenv("PRICES_KEY", "canary-5e1f-0a77")
    prompt = "The key of the prices is ${env:PRICES_KEY}."
    asked = hold("asked", clock="real", prompt=prompt, record=tmp_path / "models.jsonl")
    assert (asked.exit_code, endpoint.asked) == (0, 1)
    assert b"The key of the prices is ***." in (tmp_path / "models.jsonl").read_bytes()
    monkeypatch.setenv("PRICES_KEY", "another-5e1f-0a77")
    told = hold("told", prompt=prompt)
    assert (told.exit_code, endpoint.asked) == (0, 1)
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert not [each for each in written if b"-5e1f-0a77" in each]


def test_a_runs_copy_of_an_older_record_has_no_key(hold, tmp_path, endpoint, monkeypatch):
    """A run's copy of an older record has no key in it, though the record itself has."""
    prompt = "The key of the prices is canary-5e1f-0a77."
    hold("asked", clock="real", prompt=prompt, record=tmp_path / "models.jsonl")
    monkeypatch.setenv("PRICES_KEY", "canary-5e1f-0a77")
    told = hold("told", prompt=prompt)
    assert (told.exit_code, endpoint.asked) == (0, 1)
    kept = (tmp_path / "told" / "models.jsonl").read_bytes()
    assert b"The key of the prices is ***." in kept
    assert b"canary" not in kept


def test_recording_models_needs_real_time(hold, tmp_path):
    """Recording models' answers under the virtual clock is refused."""
    hold("asked", clock="real", record=tmp_path / "models.jsonl")
    with pytest.raises(SetupError, match="asks real models and needs the real clock"):
        hold("out", record=tmp_path / "models.jsonl", named=True)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), ("{}", "is not a file of recorded"), ("nonsense", "is not a file of recorded")],
)
def test_a_record_that_is_none_is_told_with_its_place(hold, tmp_path, content, told):
    """An invalid file of models' answers is an error with its line, before the start."""
    if content is not None:
        (tmp_path / "models.jsonl").write_text(content)
    with pytest.raises(ScenarioError, match=rf"asked\.yaml:4:\d+: run\.models: .*{told}"):
        hold("out")


def test_a_record_that_is_torn_is_found_by_a_check(tmp_path, capsys):
    """`check` finds a torn record of answers."""
    text = SCENARIO.replace("CLOCK", "virtual").replace("MODELS", "models: models.jsonl").replace("PORT", "1")
    record, scenario = tmp_path / "models.jsonl", tmp_path / "asked.yaml"
    scenario.write_text(text)
    record.write_text('{"trialogue":1,"kind":"models","origin":"a test"}\n')
    assert main(["check", str(scenario)]) == 0
    record.write_text(record.read_text() + '{"asked": {"model": "sm')
    capsys.readouterr()
    assert main(["check", str(scenario), "--file-only"]) == 2
    told = capsys.readouterr().out
    assert f"run.models: {record} is not a file of recorded model answers" in told


def test_a_record_lies_in_the_scenarios_folder(hold, tmp_path):
    """A scenario cannot name a file of models' answers outside its folder."""
    file = Path(tmp_path / "asked.yaml")
    (tmp_path / "models.jsonl").write_text("{}")
    with pytest.raises(ScenarioError):
        hold("out")
    file.write_text(file.read_text().replace("models.jsonl", "../models.jsonl"))
    with pytest.raises(ScenarioError, match=r"is not a file inside the scenario's folder \[E-PATH\]"):
        run_meeting(file, out=tmp_path / "out")


KEYED = """
trialogue: 1
name: keyed
run: {clock: virtual, limits: {time: 20s, turns: 3}, models: models.jsonl}
cast:
  ann: {role: chair, lines: ["Ben, what does it cost?", "Thank you."]}
  ben: {prompt: "You know prices.", think: {provider: open_ai, model: smallENDPOINT}}
floor: {policy: moderated}
"""


ADDRESS = '{url: "${env:OPENAI_BASE_URL}/chat/completions", headers: {x-key: "${env:OPENAI_API_KEY}"}}'


@pytest.mark.parametrize(
    "endpoint_keys", ["", f", endpoint: {ADDRESS}"], ids=["a vendor's", "at an endpoint"]
)
def test_models_on_record_need_neither_key_nor_address(endpoint, tmp_path, monkeypatch, endpoint_keys):
    """A meeting with recorded answers needs no key, and a new recording does."""
    file, record = tmp_path / "keyed.yaml", tmp_path / "models.jsonl"
    file.write_text(KEYED.replace("ENDPOINT", endpoint_keys))
    record.write_text('{"trialogue":1,"kind":"models","origin":"a test"}\n')
    recording = partial(
        run_meeting,
        file,
        edges=Edges(engines=murmuring_engines(), models=record),
        overrides=Overrides(clock=Clock.REAL),
    )
    with monkeypatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", "k-1")
        environment.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{endpoint.server_port}/v1")
        assert recording(out=tmp_path / "recorded").exit_code == 0
    assert endpoint.asked == 1
    assert unset_variables(prepare(file)) == {}
    held = run_meeting(file, out=tmp_path / "held", edges=Edges(engines=murmuring_engines()))
    assert (held.exit_code, held.result.failures, endpoint.asked) == (0, (), 1)
    with pytest.raises(SetupError, match="needs the environment variable OPENAI_"):
        recording(out=tmp_path / "again")


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        (("kind.", "calm."), "from line 2, character 4 of cast.ann.prompt on"),
        (("kind.", "kind. Or not."), "from line 2, character 9 of cast.ann.prompt on"),
        (("title: Buyer", "title: Seller"), "before cast.ann.prompt: in names, titles"),
        (("ben: {", "ben: {role: chair, "), "before cast.ann.prompt: in names, titles, the chair"),
    ],
    ids=["its words", "more words", "its title", "the chair"],
)
def test_the_place_of_a_changed_prompt_is_told_as_its_author_sees_it(changed, place):
    """The place of a changed prompt is that of the scenario's file."""
    written = r"""
trialogue: 1
name: placed
cast:
  ann: {title: Buyer, prompt: "Be brief.\nBe kind.", think: {provider: open_ai, model: small}}
  ben: {lines: [Fine.]}
"""
    old = resolve(loads(written)).agents[0].block["think"]["prompt"]
    resolved = resolve(loads(written.replace(*changed)))
    new = resolved.agents[0].block["think"]["prompt"]
    common = next(at for at, (a, b) in enumerate(zip(old + "\0", new, strict=False)) if a != b)
    assert prompt_places(resolved)(new, common).startswith(place)


def test_a_secret_of_one_who_joins_is_in_no_record(tmp_path, endpoint, monkeypatch):
    """The value of a variable that only a later seat refers to is hidden in the record, as in the journal."""
    monkeypatch.setenv("DOOR_CODE", "canary-5e1f-0a77")
    url = f"http://127.0.0.1:{endpoint.server_port}/v1/chat/completions"
    think = {"provider": "open_ai", "model": "small", "endpoint": {"url": url}}
    seat = {"prompt": "The door opens with ${env:DOOR_CODE}.", "think": think}
    cast = {"ann": {"lines": [f"This is what I say in my turn {number}." for number in range(9)]}}
    record = tmp_path / "models.jsonl"
    edges = Edges(engines=murmuring_engines(), models=record)

    async def main():
        built = Scenario.build("coming", cast, run={"clock": "real", "limits": {"time": "20s"}})
        async with open_meeting(built, out=tmp_path / "run", edges=edges) as meeting:
            await meeting.join("kim", seat)
            async for each in meeting.records():
                if any(isinstance(one, EndTurn) and one.participant == "kim" for one in each.commands):
                    break
            meeting.stop("enough")
            await meeting.finished()

    trio.run(main)
    assert b"The door opens with ***." in record.read_bytes()
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert not [each for each in written if b"-5e1f-0a77" in each]
