"""Where agents think and speak is the operator's to allow, not the scenario's."""

import pytest
import trio

from trialogue.cli import main
from trialogue.errors import ScenarioError, SetupError
from trialogue.meeting.edges import Edges, local_equipment
from trialogue.meeting.endpoints import allows, check_endpoints, why_forbidden
from trialogue.meeting.meeting import open_meeting
from trialogue.scenario import loads, resolve
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions

SCENARIO = """
trialogue: 1
name: far
cast:
  ann:
    prompt: You chair.
    think:
      provider: open_ai
      model: m
      endpoint: {url: "https://llm.example/v1", headers: {authorization: "${env:FAR_KEY|none}"}}
    on_failure:
      replace:
        lines: [Sorry.]
        speak: {provider: open_ai, model: m, voice: v, endpoint: {url: "https://spare.example"}}
  ben:
    via: deepgram
    think:
      - {provider: open_ai, model: m, endpoint: {url: "https://api.deepgram.com/llm"}}
      - {provider: open_ai, model: m, endpoint: {url: "http://127.0.0.1:8080/v1"}}
      - {provider: open_ai, model: m, endpoint: {url: "https://llm.example:8443"}}
    speak: {provider: open_ai, model: tts, voice: v, endpoint: {url: "wss://tts.example"}}
"""

PROBLEMS = """\
<text>:10:23: cast.ann.think.endpoint.url: llm.example is not this machine; \
allow it with Permissions(hosts=('llm.example',))
<text>:14:72: cast.ann.on_failure.replace.speak.endpoint.url: spare.example is not this machine; \
allow it with Permissions(hosts=('spare.example',))
<text>:20:55: cast.ben.think[2].endpoint.url: llm.example is not this machine; \
allow it with Permissions(hosts=('llm.example',))
<text>:21:70: cast.ben.speak.endpoint.url: tts.example is not this machine; \
allow it with Permissions(hosts=('tts.example',))"""


def test_each_foreign_endpoint_is_told_with_its_place():
    """Of models, fallbacks, voices and stand-ins; the vendor's hosts and this machine need no permission."""
    with pytest.raises(ScenarioError) as caught:
        check_endpoints(resolve(loads(SCENARIO)), ())
    assert str(caught.value) == PROBLEMS


def test_allowed_hosts_are_asked():
    """A host that the operator allowed by name is asked, and no other one."""
    check_endpoints(resolve(loads(SCENARIO)), ("llm.example", "spare.example", "tts.example"))
    with pytest.raises(ScenarioError, match=r"^<text>:14:\d+: [^\n]*spare\.example[^\n]*$"):
        check_endpoints(resolve(loads(SCENARIO)), ("llm.example", "tts.example"))


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://llm.example", "llm.example must use https:// or wss://"),
        ("https://x.llm.example", "x.llm.example is not this machine"),
        ("https://evildeepgram.com", "evildeepgram.com is not this machine"),
        ("https://deepgram.com.evil.example", "is not this machine"),
        ("http://api.deepgram.com", "must use https://"),
        ("https://llm.example@evil.example", "needs a plain"),
        ("https://evil.example\\@llm.example", "needs a plain"),
        ("https://evil.example\\.deepgram.com", "needs a plain"),
        ("https://llm.example\n.evil.example", "needs a plain"),
        ("https://[", "needs a plain"),
        ("file:///etc/passwd", "needs a plain"),
        ("file://localhost/etc/passwd", "needs a plain"),
        ("llm.example", "needs a plain"),
        ("http://127.0.0.1.evil.example", "is not this machine"),
        ("http://169.254.169.254/latest", "is not this machine"),
        ("http://0.0.0.0", "is not this machine"),
    ],
)
def test_what_only_looks_allowed_is_not(url, wrong):
    """Whatever the parts of an address pretend; and the embedded server judges alike."""
    assert wrong in why_forbidden(url, ("llm.example",))
    assert not allows(("llm.example",), url)


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "http://[::1]/v1", "wss://LLM.example", "ws://127.8.8.8"]
)
async def test_allowed_endpoints(url):
    """This machine by any of its names; a host in any case."""
    assert why_forbidden(url, ("llm.example",)) == ""
    assert local_equipment(murmuring_engines(), 7, ("llm.example",)).options.allow_endpoint(url)


def test_a_secret_in_an_address_is_not_told(monkeypatch):
    """A host that is, or holds, a key stays out of the message; it is judged as it will be asked."""
    monkeypatch.setenv("FAR_KEY", "canary-7d")
    words = why_forbidden("https://${env:FAR_KEY}.evil.example", ())
    assert words == "its host is not this machine; allow it with Permissions(hosts=...)"
    assert why_forbidden("https://${env:FAR_KEY}.evil.example", ("canary-7d.evil.example",)) == ""


async def test_an_app_allows_hosts_as_the_operator_does(tmp_path):
    """`open_meeting` refuses before anything is loaded or made, by the permissions of its edges."""
    resolved = resolve(loads(SCENARIO))
    for hosts, names in (((), "llm.example"), (("llm.example", "spare.example"), "tts.example")):
        with pytest.raises(SetupError, match=f"hosts=.*'{names}'"), trio.fail_after(50):
            async with open_meeting(
                resolved, out=tmp_path / "run", edges=Edges(permissions=Permissions(hosts=hosts))
            ):
                pass
    assert not (tmp_path / "run").exists()


def test_the_command_line_tells_it(tmp_path, capsys):
    """All hosts that lack leave, as the command that gives it; exit code 2, and no run's directory."""
    file = tmp_path / "far.yaml"
    file.write_text(SCENARIO)
    assert main(["run", str(file), "--out", str(tmp_path / "run"), "--allow-host", "llm.example"]) == 2
    told = capsys.readouterr().err
    first, command = told.splitlines()
    options = "--allow-host spare.example --allow-host tts.example"
    assert first == f"trialogue: {file} needs permissions; if you trust it, add {options}"
    assert command.startswith("  trialogue ")
    assert command.endswith(options)
    assert not (tmp_path / "run").exists()


def test_a_check_tells_what_leave_is_needed(tmp_path, capsys):
    """Who writes a scenario reads it before a run is refused: hosts of endpoints and of tools."""
    file = tmp_path / "far.yaml"
    tools = 'tools:\n  price: {http: {url: "https://prices.example/v1"}}\n'
    secret = SCENARIO.replace("https://llm.example:8443", "https://${env:SPARE|spare.example}")
    file.write_text(secret.replace("cast:", f"{tools}cast:").replace("chair.", "chair.\n    tools: [price]"))
    assert main(["check", str(file), "--file-only"]) == 0
    told = capsys.readouterr().out
    hosts = ("llm.example", "spare.example", "tts.example", "prices.example")
    assert [host for host in hosts if f"--allow-host {host}" not in told] == []
    assert told.count("--allow-host") == len(hosts)
