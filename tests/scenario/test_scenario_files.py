"""The scenarios that come with the project, and the schema that editors read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from trialogue.brain.words.names import addressee
from trialogue.scenario import check, json_schema, load, loads, prepare, resolve, to_yaml
from trialogue.scenario.json_schema import field_docs
from trialogue.scenario.schema import AgentKeys, Document
from trialogue.services.deepgram.agent import settings_for
from trialogue.services.deepgram.codec import unknown_fields
from trialogue.services.deepgram.voices import VOICES
from trialogue.speech.voices import voice_for

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))
SCHEMA = jsonschema.Draft202012Validator(json_schema())


def script_of(agent) -> list[dict]:
    """The entries of a scripted agent's wire settings."""
    return agent.block["think"]["provider"]["script"]


def test_the_schema_is_one():
    """The JSON schema is valid in its dialect, and each of its keys has a description."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for definition in schema["$defs"].values():
        assert definition["description"]
        assert all(value["description"] for value in definition["properties"].values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenarios_fit_the_schema(file):
    """The included scenarios are valid by the JSON schema, as written and as resolved."""
    SCHEMA.validate(yaml.safe_load(file.read_text()))
    SCHEMA.validate(yaml.safe_load(to_yaml(prepare(file))))


WITH_VARIABLES = """
trialogue: 1
name: x
vars: {turns: 3, minutes: 2, mind: {provider: scripted, script: [{say: Hi.}]}, who: [ada, ben], role: chair}
cast:
  ada: {role: "${role}", think: ["${mind}"]}
  ben: {think: "${mind}", title: "Ben ${turns}"}
run: {limits: {turns: "${turns}", time: "${minutes}m"}}
floor: {order: "${who}"}
"""


def test_the_schema_accepts_variables():
    """An editor with the JSON schema marks no variable that stands for a number, a list, a map or a word."""
    assert resolve(loads(WITH_VARIABLES)).plan.limits.turns == 3
    SCHEMA.validate(yaml.safe_load(WITH_VARIABLES))
    assert not SCHEMA.is_valid(yaml.safe_load(WITH_VARIABLES.replace("${turns}", "turns")))


@pytest.mark.parametrize("key", ["promt", "restart"])
def test_the_schema_refuses_what_the_reader_refuses(key):
    """An editor with the JSON schema marks unknown keys, as `check` does."""
    text = f"trialogue: 1\nname: x\ncast: {{ada: {{lines: [Hello.], {key}: x}}}}"
    assert not SCHEMA.is_valid(yaml.safe_load(text))


def test_docs_come_from_the_fields():
    """The description of a key is its field's docstring, on one line."""
    assert field_docs(Document)["trialogue"] == "Number of the format: 1."
    assert (
        field_docs(AgentKeys)["role"] == "Chair, speaker or observer; `human` for a speaker who is a person."
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenarios_resolve_and_come_back(file, tmp_path):
    """Each included scenario runs offline, and is the same after it was written and read."""
    resolved = prepare(file)
    assert resolve(load(file)) == resolved
    assert check(file) == []
    assert {agent.via for agent in resolved.agents} == {"local"}
    assert all(unknown_fields(settings_for(agent.block, 24_000)) == () for agent in resolved.agents)
    (tmp_path / file.name).write_text(to_yaml(resolved))
    if resolved.document.run.models is not None:
        shutil.copytree(file.parent / "models", tmp_path / "models")
    assert resolve(load(tmp_path / file.name)) == resolved


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_voices_are_easy_to_tell_apart(file):
    """No two agents of an included scenario have the same voice, offline too."""
    voices = [voice_for(agent.block["speak"]["provider"]["model"]).name for agent in prepare(file).agents]
    assert len(set(voices)) == len(voices)


def test_seats_without_a_voice_sound_different():
    """The voices by seat are all distinct on the embedded server."""
    assert len({voice_for(model).name for model in VOICES}) == len(VOICES)


@pytest.mark.parametrize("name", ["smallest", "edge-cache", "ten-minutes"])
def test_the_chair_names_who_is_next(name):
    """The chair of an included scenario names the next speaker in each turn but its last."""
    resolved = prepare(ROOT / "scenarios" / f"{name}.yaml")
    chair = resolved.plan.chair
    agent = next(agent for agent in resolved.agents if agent.name == chair.name)
    said = [agent.block["greeting"]] if "greeting" in agent.block else []
    said += [entry["say"] for entry in script_of(agent) if "say" in entry]
    named = [addressee(text, resolved.plan.participants, chair.name) for text in said]
    assert None not in named[:-1]
    assert named[-1] is None


@pytest.mark.parametrize("name", ["edge-cache", "ten-minutes"])
def test_the_chair_s_last_words_close_the_agenda(name):
    """The chair's words close each point of the agenda, in order, the last one at the end."""
    resolved = prepare(ROOT / "scenarios" / f"{name}.yaml")
    chair = next(agent for agent in resolved.agents if agent.name == resolved.plan.chair.name)
    said = [entry["say"] for entry in script_of(chair) if "say" in entry]
    closing = [
        [index for index, text in enumerate(said) if re.search(item.done_when.match, text)]
        for item in resolved.plan.agenda
    ]
    assert all(len(found) == 1 for found in closing)
    assert closing == sorted(closing)
    assert closing[-1] == [len(said) - 1]


def test_the_review_goes_its_way():
    """The scripts of the review answer each other by their patterns up to the decision."""
    resolved = prepare(ROOT / "scenarios" / "edge-cache.yaml")
    scripts = {agent.name: script_of(agent) for agent in resolved.agents}
    words = resolved.agents[0].block["greeting"]
    used: set[int] = set()
    for _ in range(20):
        to = addressee(words, resolved.plan.participants, "moderator")
        if to is None:
            break
        answers = [e["say"] for e in scripts[to] if "when" in e and re.search(e["when"]["heard"], words)]
        assert len(answers) == 1, words
        heard = [
            index
            for index, entry in enumerate(scripts["moderator"])
            if index not in used and "when" in entry and re.search(entry["when"]["heard"], answers[0])
        ]
        used.add(heard[0])
        words = scripts["moderator"][heard[0]]["say"]
    assert used == {0, 1, 2, 3, 4, 6}, "all but the answer to Dana"
    assert "We have decided to" in words


def test_the_review_answers_who_cuts_in():
    """The chair answers what Dana asks, and its answer is one that the expert goes on from."""
    resolved = prepare(ROOT / "scenarios" / "edge-cache.yaml")
    scripts = {agent.name: script_of(agent) for agent in resolved.agents}
    asked = resolved.people[0].clips[-1].text

    def answer(name, heard):
        fitting = [e["say"] for e in scripts[name] if "when" in e and re.search(e["when"]["heard"], heard)]
        return fitting[0]

    answered = answer("moderator", asked)
    assert addressee(answered, resolved.plan.participants, "moderator") == "tech"
    assert "We have decided to" in answer("moderator", answer("tech", answered))


def test_ten_minutes_are_long_enough():
    """The scenario of ten minutes has words for ten minutes, over at least 30 turns."""
    said = []
    for agent in prepare(ROOT / "scenarios" / "ten-minutes.yaml").agents:
        said += [entry["say"] for entry in script_of(agent) if "say" in entry]
        said += [agent.block["greeting"]] if "greeting" in agent.block else []
    assert 1700 <= sum(len(text.split()) for text in said) <= 1950
    assert len(said) >= 30
