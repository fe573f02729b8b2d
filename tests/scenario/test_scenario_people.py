"""People's seats: what becomes of them between the file and the meeting."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from trialogue.errors import ScenarioError
from trialogue.model.expectations import (
    Happening,
    SeatPattern,
    SoundPattern,
    SpokenPattern,
    TimePattern,
    Trigger,
)
from trialogue.model.participants import Kind, Role
from trialogue.scenario import Clock, Code, Overrides, check, load, loads, resolve, to_yaml
from trialogue.scenario.defaults import Sitting
from trialogue.scenario.ears import EarSpec
from trialogue.scenario.seating import ClipSpec, PersonSpec
from trialogue.services.deepgram.ear import DeepgramEar
from trialogue.services.deepgram.listen import ListenSettings
from trialogue.services.deepgram.settings import DeepgramListenProviderV1 as Nova
from trialogue.services.deepgram.settings import DeepgramListenProviderV2 as Flux

CAST = """
trialogue: 1
name: people
cast:
  ada: {lines: [Hello.]}
  dana: {role: human}
  eli: {role: human, via: text}
  finn: {role: observer, via: app}
  gwen:
    role: human
    via:
      clips:
        - {say: Wait., when: {speaking: ada, for: 3s, nth: 2}}
        - {say: Why?, when: {said: {by: ada, match: edge}, after: 500ms}, mode: wait, voice: aura-2-zeus-en}
        - {say: My turn., when: {granted: true}}
        - {play: gwen.wav, text: Late., when: {at: 12s}}
        - {type: Bye., when: {at: 13s}}
"""

VIRTUAL = """
trialogue: 1
name: people
run: {clock: virtual}
cast:
  ada: {lines: [Hello.]}
  gwen: {role: human, via: {clips: [{say: My turn., when: {granted: true}}]}}
"""

SMALL = CAST.partition("  eli:")[0]
"""One agent and one person."""


@pytest.fixture
def file(tmp_path):
    """A scenario with a seat of each kind."""
    soundfile.write(tmp_path / "gwen.wav", np.zeros(800, np.int16), 8_000)
    path = tmp_path / "people.yaml"
    path.write_text(CAST)
    return path


def test_people_are_seated_in_the_casts_order(file):
    """People have the place, kind and role of their seats, and are not counted as agents."""
    resolved = resolve(load(file))
    assert [(p.name, p.kind, p.role) for p in resolved.plan.participants] == [
        ("ada", Kind.AGENT, Role.SPEAKER),
        ("dana", Kind.HUMAN, Role.SPEAKER),
        ("eli", Kind.HUMAN, Role.SPEAKER),
        ("finn", Kind.HUMAN, Role.OBSERVER),
        ("gwen", Kind.RECORDING, Role.SPEAKER),
    ]
    assert [agent.name for agent in resolved.agents] == ["ada"]
    ear = EarSpec("local", DeepgramEar(ListenSettings()))
    assert resolved.people[:3] == (
        PersonSpec("dana", "microphone", ear=ear),
        PersonSpec("eli", "text"),
        PersonSpec("finn", "app"),
    )
    assert [p.name for p in resolved.plan.participants if p.has_ear] == ["dana", "gwen"]


@pytest.mark.parametrize(
    ("listen", "settings"),
    [
        ("{language: en-GB}", ListenSettings()),
        (
            "{language: de}",
            ListenSettings(Flux("flux-general-multi", language_hints=("de",))),
        ),
        ("{language: pl}", ListenSettings(Nova("nova-3", language="pl"))),
        (
            "{model: nova-3, language: multi, keyterms: [Ada]}",
            ListenSettings(Nova("nova-3", language="multi", keyterms=("Ada",))),
        ),
        (
            "{language_hints: [en, es]}",
            ListenSettings(Flux("flux-general-multi", language_hints=("en", "es"))),
        ),
        (
            "{language: en-GB, language_hints: [en, es]}",
            ListenSettings(Flux("flux-general-multi", language_hints=("en", "es"))),
        ),
        ("{eot_timeout_ms: 900}", ListenSettings(Flux("flux-general-en", eot_timeout_ms=900))),
    ],
)
def test_an_ear_is_asked_for_what_its_seat_says(listen, settings):
    """A language chooses the model that understands it, unless the seat names one."""
    text = SMALL.replace("{role: human}", f"{{role: human, listen: {listen}}}")
    assert resolve(loads(text)).people[0].ear == EarSpec("local", DeepgramEar(settings))


@pytest.mark.parametrize(
    ("listen", "told"),
    [
        (
            "{model: flux-general-en, language_hints: [de]}",
            "language_hints: only flux-general-multi has this",
        ),
        ("{model: nova-3, language_hints: [de]}", "language_hints: only flux-general-multi has this"),
        ("{model: flux-general-en, language: de}", "language: flux-general-en hears only English"),
        ("{language: pl, eot_threshold: 0.8}", "eot_threshold: only Flux models have this"),
        ("{eager_eot_threshold: 0.9}", "eager_eot_threshold: may not exceed eot_threshold, which is 0.7"),
    ],
)
def test_an_ear_is_not_asked_for_what_its_model_does_not_have(listen, told, tmp_path):
    """Keys with which a service would refuse the ear, or which it would not get, are told at once."""
    text = SMALL.replace("{role: human}", f"{{role: human, listen: {listen}}}")
    file = tmp_path / "small.yaml"
    file.write_text(text)
    (problem,) = check(file)
    assert f"cast.dana.listen.{told}" in str(problem)


@pytest.mark.parametrize(
    ("dana", "ben"),
    [
        ('language: "${env:CALL_LANGUAGE}", eot_threshold: 0.8', "language: en"),
        ('language: "${env:CALL_LANGUAGE|pl}", language_hints: [en, pl]', "language: en"),
        ('model: "${env:HEARS|flux-general-en}", language: de, eot_threshold: 0.8', "language: en"),
        ("language: en", 'model: flux-general-en, language: "${env:CALL_LANGUAGE|en}"'),
        ("language: en", 'model: "${env:HEARS}", version: v2, eot_threshold: 0.8'),
    ],
)
def test_values_from_the_environment_are_not_judged_before_they_are_known(dana, ben, tmp_path):
    """A language or a model that is a variable is no reason to refuse the keys beside it."""
    text = SMALL.replace("{role: human}", f"{{role: human, listen: {{{dana}}}}}")
    file = tmp_path / "small.yaml"
    file.write_text(text.replace("{lines: [Hello.]}", f"{{lines: [Hello.], listen: {{{ben}}}}}"))
    assert check(file) == []


def test_ears_are_where_the_agents_are():
    """A person's words come from the service that the first agent is at."""
    text = SMALL.replace("{lines: [Hello.]}", "{via: deepgram, prompt: Say hello.}")
    assert resolve(loads(text)).people[0].ear.via == "deepgram"


@pytest.mark.parametrize(
    ("seat", "told"),
    [
        ("{role: human, listen: {smart_format: true}}", "cast.dana.listen.smart_format"),
        ("{role: human, via: text, listen: {model: nova-3}}", "cast.dana.listen.model"),
        ("{role: observer, via: app, listen: {model: nova-3}}", "cast.dana.listen.model"),
    ],
)
def test_an_ear_is_asked_for_nothing_that_it_does_not_know(seat, told):
    """A `listen` key without effect for a person is refused."""
    text = SMALL.replace("{role: human}", seat)
    with pytest.raises(ScenarioError, match=f"{told}: dana is a person: an ear does not use this key"):
        resolve(loads(text))


def test_the_operator_sits_where_clips_stand_in():
    """`--me` puts the operator in the place of a person's clips, in real time."""
    scenario = loads(VIRTUAL)
    resolved = resolve(scenario, Overrides(me=Sitting("gwen")))
    assert (resolved.people[-1], resolved.clock) == (PersonSpec("gwen", "text"), Clock.REAL)
    assert resolved.plan.participant("gwen").kind is Kind.HUMAN
    spoken = resolve(scenario, Overrides(me=Sitting("gwen", "microphone")))
    assert (spoken.people[-1].via, spoken.people[-1].clips) == ("microphone", ())


@pytest.mark.parametrize("name", ["ada", "finn", "nobody"])
def test_the_operator_sits_in_a_persons_seat_only(file, name):
    """`--me` for an agent or an observer is an error."""
    with pytest.raises(
        ScenarioError, match=f"me {name}: this is not the seat of a person who speaks; seats of people:"
    ):
        resolve(load(file), Overrides(me=Sitting(name)))


def test_clips_are_told_when_to_play(file):
    """Clips are played at their moments, in their seat's voice, from the scenario's folder."""
    gwen = resolve(load(file)).people[-1]
    granted = SeatPattern("gwen", Happening.GRANTED)
    assert gwen.clips == (
        ClipSpec(Trigger(SoundPattern("ada", 3.0), nth=2), False, None, "Wait.", "aura-2-helena-en"),
        ClipSpec(Trigger(SpokenPattern(("edge",), "ada"), after_s=0.5), True, None, "Why?", "aura-2-zeus-en"),
        ClipSpec(Trigger(granted), False, None, "My turn.", "aura-2-helena-en"),
        ClipSpec(Trigger(TimePattern(12.0)), False, file.parent / "gwen.wav", "Late."),
        ClipSpec(Trigger(TimePattern(13.0)), False, None, "Bye.", is_typed=True),
    )


@pytest.mark.parametrize(
    ("clip", "wrong"),
    [
        ("say: Hi., type: Hi.", "has say and type: keep only one"),
        ("type: Hi., voice: cleo", "voice is only for clips with say"),
        (
            "type: Hi., mode: wait",
            "mode is only for clips with sound: typed words wait for the floor by themselves",
        ),
        ("type: Hi., text: Hi.", "text is only for clips with play: the words of type are the text"),
        ('type: " "', "is empty: add words, or leave it out"),
        ("typed: Hi.", 'unknown key "typed"; write type: ...'),
    ],
)
def test_a_clip_has_one_kind_of_words_with_its_own_keys(clip, wrong):
    """A key that another kind of clip has does nothing beside this one, so it is refused."""
    text = VIRTUAL.replace("say: My turn., when: {granted: true}", f"{clip}, when: {{at: 1s}}")
    with pytest.raises(ScenarioError) as refused:
        resolve(loads(text))
    assert any(wrong in str(each) for each in refused.value.problems)


def test_the_resolved_file_reads_as_the_same(file):
    """What a run records of people resolves to the same plan and the same seats."""
    resolved = resolve(load(file))
    again = file.with_name("again.yaml")
    again.write_text(to_yaml(resolved))
    assert resolve(load(again)).plan == resolved.plan
    assert resolve(load(again)).people == resolved.people


def test_services_are_for_agents(file):
    """`--via` does not send a person to a service."""
    resolved = resolve(load(file), Overrides(via="local"))
    assert [person.via for person in resolved.people] == ["microphone", "text", "app", "clips"]


@pytest.mark.parametrize("via", ["microphone", "text"])
def test_people_do_not_hurry(via):
    """A person in the flesh cannot live by a virtual clock."""
    text = f"trialogue: 1\nname: x\ncast: {{ada: {{lines: [Hi.]}}, dana: {{role: human, via: {via}}}}}\n"
    with pytest.raises(ScenarioError, match="cannot speed up a person"):
        resolve(loads(text), Overrides(clock=Clock.VIRTUAL))


def test_a_text_cannot_name_recordings():
    """A scenario that was not read from a file cannot name recordings."""
    text = CAST.replace("gwen.wav", str(Path("gwen.wav")))
    with pytest.raises(ScenarioError, match="cannot name other files"):
        loads(text)


def test_a_recording_is_opened_where_the_scenario_is_checked(file):
    """A damaged recording is a problem of the scenario, at its place, before the meeting begins."""
    (file.parent / "gwen.wav").write_bytes(b"RIFF" + bytes(40))
    (told,) = check(file)
    assert told.code is Code.CLIP
    assert "gwen.wav is not a readable WAV file" in str(told)


def test_an_ear_has_its_values_from_the_environment():
    """A language from the environment reaches the ear, as it does an agent's; not its name does."""
    listen = 'listen: {language: "${env:EAR_LANGUAGE|de}", keyterms: ["${env:OUR_NAME}", edge]}'
    text = f"trialogue: 1\nname: x\ncast:\n  ann: {{lines: [Hi.]}}\n  dana: {{role: human, {listen}}}\n"
    ready = resolve(loads(text))
    assert ready.needs == ("OUR_NAME",)
    assert ready.secrets == ("EAR_LANGUAGE", "OUR_NAME")
    told = ready.people[0].ear.revealed({"OUR_NAME": "Edgar"})
    plain = text.replace("${env:EAR_LANGUAGE|de}", "de").replace("${env:OUR_NAME}", "Edgar")
    assert told == resolve(loads(plain)).people[0].ear.offer
