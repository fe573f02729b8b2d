"""A model's advice on a meeting: asked where it is configured, else skipped, and never a criterion."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from trialogue.cli import main
from trialogue.errors import SetupError
from trialogue.meeting.advising import advice_on
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.model.expectations import Advice
from trialogue.model.transcript import Utterance
from trialogue.scenario import loads, resolve
from trialogue.testing import murmuring_engines

SCENARIO = """
trialogue: 1
name: judged
run: {clock: CLOCK, limits: {time: 20s, turns: 1}}
cast: {ann: {lines: ["Good morning."]}}
expect:
  at_end: [{participant: ann, event: heard}]
  judge:
    ask: ["Was Ann polite?"]
    JUDGE
"""
SAID = (Utterance("ann", 1, 0.0, 1.0, "Good morning.", "Good morning.", "finished"),)


class Judge(BaseHTTPRequestHandler):
    """An endpoint that answers what its server was told to."""

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200 if self.server.answer else 500)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        chunk = {"choices": [{"index": 0, "delta": {"content": self.server.answer}}]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def judge():
    """The endpoint, on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    server.asked, server.answer = [], "Yes, she was."
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def scenario(judge=None, clock="real"):
    """The meeting, with this judge or without one."""
    url = f"http://127.0.0.1:{judge.server_port}/v1/chat/completions" if judge else ""
    lines = f'model: small\n    endpoint: {{url: "{url}"}}' if judge else ""
    return SCENARIO.replace("CLOCK", clock).replace("JUDGE", lines)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [("Yes, she was.", "yes"), ("NO. She shouted.", "no"), ("Perhaps.", "unclear"), ("", "skipped")],
)
async def test_a_model_says_yes_or_no(judge, answer, verdict):
    """A judge's answer about the transcript is yes, no or unclear, and skipped where it fails."""
    judge.answer = answer
    (advice,) = await advice_on(resolve(loads(scenario(judge))), SAID)
    assert (advice.place, advice.answer) == ("expect.judge.ask[0]", verdict)
    assert "HTTP status 500" in advice.reason if verdict == "skipped" else advice.reason == answer
    text = judge.asked[0]["messages"][-1]["content"]
    assert "ann: Good morning." in text
    assert text.endswith("The question: Was Ann polite?")


async def test_nobody_is_asked_where_nobody_is_named():
    """A scenario without a judge asks no model."""
    assert await advice_on(resolve(loads(scenario())), SAID) == ()


def test_advice_decides_nothing(judge, tmp_path):
    """A judge's `no` is in the result of a meeting that passed, and does not fail it."""
    judge.answer = "No. She mumbled."
    file = tmp_path / "judged.yaml"
    file.write_text(scenario(judge))
    held = run_meeting(file, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    assert held.exit_code == 0
    advice = json.loads((held.folder / "result.json").read_text())["expectations"]["advice"]
    assert advice == [{"place": "expect.judge.ask[0]", "answer": "no", "reason": "No. She mumbled."}]


def test_no_model_is_asked_in_virtual_time(judge, tmp_path):
    """A judge is not asked in virtual time, and the result says so."""
    file = tmp_path / "judged.yaml"
    file.write_text(scenario(judge, "virtual"))
    held = run_meeting(file, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    assert held.result.expectations.advice == (
        Advice("expect.judge.ask[0]", "skipped", "no model is asked in virtual time"),
    )
    assert judge.asked == []


def test_a_judge_elsewhere_needs_permission(tmp_path):
    """A judge on another host needs permission: it gets all that was said."""
    file = tmp_path / "judged.yaml"
    text = scenario().replace(
        'ask: ["Was Ann polite?"]',
        'ask: ["Was Ann polite?"]\n    model: x\n    endpoint: {url: "https://llm.example/v1/chat/completions"}',
    )
    file.write_text(text)
    with pytest.raises(SetupError, match=r"hosts=\('llm\.example',\)"):
        run_meeting(file, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))


async def test_a_key_that_is_not_set_skips_the_question(monkeypatch):
    """A judge whose key is not set is skipped, and the reason names the variable."""
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    named = 'model: small\n    endpoint: {url: "http://127.0.0.1:1/", headers: {k: "${env:JUDGE_KEY}"}}'
    (advice,) = await advice_on(
        resolve(loads(SCENARIO.replace("CLOCK", "real").replace("JUDGE", named))), SAID
    )
    assert (advice.answer, "JUDGE_KEY" in advice.reason) == ("skipped", True)


def test_an_old_run_is_put_before_the_model_too(judge, tmp_path, capsys):
    """`trialogue expect` asks the judge about an earlier run, a virtual one as well."""
    file = tmp_path / "judged.yaml"
    file.write_text(scenario(judge, "virtual"))
    run_meeting(file, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    assert main(["expect", str(tmp_path / "run"), str(file)]) == 0
    assert "expect.judge.ask[0], advice: yes: Yes, she was." in capsys.readouterr().out
    assert "ann: Good morning." in judge.asked[0]["messages"][-1]["content"]


def test_an_old_run_is_put_before_no_model_elsewhere_unasked(tmp_path, capsys):
    """`trialogue expect` skips a judge on a host without permission, and names the option."""
    file, plain = tmp_path / "judged.yaml", tmp_path / "plain.yaml"
    plain.write_text(scenario(clock="virtual"))
    run_meeting(plain, out=tmp_path / "run", edges=Edges(engines=murmuring_engines()))
    named = 'model: x\n    endpoint: {url: "https://llm.example/v1/chat/completions"}'
    file.write_text(SCENARIO.replace("CLOCK", "virtual").replace("JUDGE", named))
    assert main(["expect", str(tmp_path / "run"), str(file)]) == 0
    assert "skipped: llm.example is not this machine; allow it with --allow-host" in capsys.readouterr().out
