"""The language model of the documentation, named by the entry point of an installed package."""

import sys

import pytest
import trio
from hosted_examples import EXAMPLES

from trialogue import Clock, Edges, Overrides, Scenario, ScenarioError, run_meeting
from trialogue.cli.check import check_files
from trialogue.events import SentenceSaid
from trialogue.server.options import ServerOptions
from trialogue.server.terms import TermsRefused, read_think
from trialogue.server.think.installed import InstalledThink
from trialogue.server.think.on_record import RecordedThink, open_models
from trialogue.server.think.ports import ThinkRefused, ThinkRequest
from trialogue.server.think.terms import InstalledTerms
from trialogue.services.deepgram.settings import InstalledThinkProvider, ThinkSettings
from trialogue.testing import murmuring_engines

VIRTUAL = Overrides(clock=Clock.VIRTUAL)
ELIZA = {"provider": "installed", "model": "eliza"}
PATIENT = {"lines": ["I need a holiday.", "I am tired of my work."]}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Installs a package with an entry point, as pip would leave it."""

    def install(name, module, source):
        info = tmp_path / "site" / f"{module}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[trialogue.models]\n{name} = {module}:model\n")
        (info.parent / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(info.parent)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


@pytest.fixture
def eliza(package):
    """The example's."""
    package("eliza", "own_model", (EXAMPLES / "own_model.py").read_text(encoding="utf-8"))


def look_up(what: str) -> str:
    """Look something up.

    Args:
        what: which thing
    """
    return f"{what} is 8 dollars"


def held(cast, out, **more):
    """What was said in a meeting of these, by whom."""
    said = []

    async def watch(meeting):
        meeting.on(SentenceSaid, lambda event: said.append((event.participant, event.text)))
        await meeting.finished()

    scenario = Scenario.build("talk", cast, run={"limits": {"turns": 4, "time": "2m"}}, **more)
    run_meeting(
        scenario,
        overrides=VIRTUAL,
        edges=Edges(engines=murmuring_engines()),
        watch=watch,
        out=out,
        tools={"look_up": look_up},
    )
    return said


def test_agents_think_by_a_model_of_a_package(eliza, tmp_path):
    """What it says is said, and two virtual meetings have the same journal."""
    cast = {"patient": PATIENT, "doctor": {"think": ELIZA}}
    said = held(cast, tmp_path / "one")
    assert said == [
        ("patient", "I need a holiday."),
        ("doctor", "Why do you need a holiday?"),
        ("patient", "I am tired of my work."),
        ("doctor", "How long have you been tired of your work?"),
    ]
    assert held(cast, tmp_path / "two") == said
    assert len({(tmp_path / each / "journal.jsonl").read_bytes() for each in ("one", "two")}) == 1


def test_it_calls_tools_and_is_asked_again(eliza, tmp_path):
    """The app's model gets the results of the tools that it called."""
    doctor = {"think": ELIZA, "tools": ["look_up"]}
    said = held(
        {"patient": {"lines": ["What is a couch?"]}, "doctor": doctor},
        tmp_path / "run",
        tools={"look_up": {"python": "look_up"}},
    )
    assert said[1] == ("doctor", "I have looked: a couch is 8 dollars.")


def test_an_unknown_name_tells_which_there_are(eliza, tmp_path):
    """With the place in the cast, before anything runs."""
    cast = {"patient": PATIENT, "doctor": {"think": {**ELIZA, "model": "elisa"}}}
    with pytest.raises(ScenarioError, match=r"think\.model: unknown language model 'elisa'; .*: eliza"):
        held(cast, tmp_path / "run")


def test_a_check_tells_the_same_unless_it_looks_at_the_file_alone(eliza, tmp_path, capsys):
    """`check` finds a missing own model, except where it must not look beyond the file."""
    file = tmp_path / "talk.yaml"
    file.write_text(TALK)
    assert check_files([file], Overrides(), as_json=False) == 2
    told = " ".join(capsys.readouterr().out.split())
    assert "talk.yaml:6:" in told
    assert "unknown language model 'elisa'; installed: eliza [E-THINK-LOCAL]" in told
    assert check_files([file], Overrides(), as_json=False, file_only=True) == 0


TALK = """
trialogue: 1
name: talk
run: {limits: {turns: 4}}
cast:
  doctor: {think: {provider: installed, model: elisa}}
  patient: {lines: [I am tired.]}
"""


@pytest.mark.parametrize("name", ["eliza", "elisa"])
def test_a_server_refuses_a_model_that_it_has_not(eliza, name):
    """Settings name it on the wire as scenarios do, and nobody stands in for it."""
    think = ThinkSettings(InstalledThinkProvider(name))
    if name == "eliza":
        assert read_think(think, ServerOptions()) == (InstalledTerms("eliza"),)
    else:
        with pytest.raises(TermsRefused, match="unknown language model 'elisa'; installed: eliza"):
            read_think(think, ServerOptions())


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"think": {"provider": "installed"}}, 'installed needs the key "model"'),
        ({"think": {**ELIZA, "temperature": 0.5}}, "does not use this"),
        ({"think": ELIZA, "via": "deepgram"}, "only the embedded server has models of installed packages"),
    ],
    ids=["nameless", "temperature", "hosted"],
)
def test_keys_that_do_not_fit_are_told(eliza, tmp_path, keys, wrong):
    """A key that the app's own provider does not know is an error with its place."""
    with pytest.raises(ScenarioError, match=wrong):
        held({"patient": PATIENT, "doctor": keys}, tmp_path / "run")


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("raise OSError('no weights')", "failed: OSError: no weights"),
        ("def model():\n    raise SystemExit(3)", "failed: SystemExit: 3"),
        ("def model():\n    return 5", r"\(faulty_2:model\) is an int, not a function"),
        (
            "def model():\n    return lambda request: [b'bytes']",
            "gave a bytes, which is neither text nor a call",
        ),
        ("def model():\n    return lambda request: None", "failed: TypeError: 'NoneType' object is not"),
    ],
    ids=["import", "exit", "number", "bytes", "nothing"],
)
async def test_a_faulty_model_gives_no_reply(package, request, source, wrong, autojump_clock):
    """The failed reply says what is wrong with the app's model."""
    place = request.node.callspec.indices["source"]
    package("faulty", f"faulty_{place}", source)
    with pytest.raises(ThinkRefused, match=f"^The model 'faulty' {wrong}"):
        await InstalledThink("faulty").think(ThinkRequest(()), print)


async def test_an_interruption_waits_for_no_model(package):
    """Under the real clock it thinks in a thread, and what it has thought too late is left out."""
    package("slow", "slow_model", SLOW)
    import slow_model

    thoughts, provider = [], InstalledThink("slow")
    with trio.fail_after(50):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(provider.think, ThinkRequest(()), thoughts.append)
            await trio.to_thread.run_sync(slow_model.THINKS.wait)
            nursery.cancel_scope.cancel()
        slow_model.MAY_GO_ON.set()
        await provider.think(ThinkRequest((), heard="again"), thoughts.append)
    assert [thought.text for thought in thoughts] == ["At once."]


SLOW = """
from threading import Event

THINKS, MAY_GO_ON = Event(), Event()


def think(request):
    if request.heard:
        yield "At once."
        return
    THINKS.set()
    MAY_GO_ON.wait(10)
    yield "Too late."


def model():
    return think
"""


async def test_recorded_answers_do_not_need_the_package(eliza, tmp_path, autojump_clock):
    """By a record, as what any model said."""
    path, terms, asked = tmp_path / "models.jsonl", InstalledTerms("eliza"), ThinkRequest((), heard="My cat.")
    first, again = [], []
    await RecordedThink(terms, open_models(path, asks=True), InstalledThink("eliza")).think(
        asked, first.append
    )
    await RecordedThink(terms, open_models(path, asks=False), None).think(asked, again.append)
    assert [thought.text for thought in again] == ["Please go on."]
    assert first == again
