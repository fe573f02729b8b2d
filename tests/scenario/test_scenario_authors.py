"""What authors have at hand: a new scenario, one form for a file, and a picture of it."""

from __future__ import annotations

from itertools import product
from xml.etree import ElementTree as ET

import pytest

from trialogue.brain.floor.policies import POLICIES
from trialogue.errors import ScenarioError, SetupError
from trialogue.scenario import loads, resolve
from trialogue.scenario.formatting import formatted
from trialogue.scenario.graph import mermaid, picture, svg
from trialogue.scenario.skeleton import HowAgentsThink, NewScenario, skeleton

# --- a new scenario -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "think"), list(product(sorted(POLICIES), HowAgentsThink)), ids=str)
def test_a_new_scenario_is_good(policy, think):
    """`new` writes a valid scenario for every policy, every number of agents, and with a person."""
    for agents, person in product((2, 3, 12), (False, True)):
        text = skeleton(NewScenario(agents=agents, policy=policy, think=think, person=person))
        resolved = resolve(loads(text))
        assert len(resolved.agents) == agents
        assert resolved.plan.floor.policy == policy
        assert len(resolved.people) == int(person)


def test_a_topic_may_hold_anything():
    """A topic with quotes and backslashes stands in the new scenario as it was given."""
    resolved = resolve(loads(skeleton(NewScenario(topic='Is "C:\\x" good?'))))
    lines = resolved.document.cast["chair"].lines or ()
    assert 'Is "C:\\x" good?' in lines[0]


# --- one form -----------------------------------------------------------------------------------------

ODD = """\
# top
name: x  # the name
trialogue:   1
cast:
    ann: {lines: [Hi.], role: chair}   # she

    ben:
        lines:
        - "a: b"
        - 'It''s fine.'
end: {any: [{said: {match: "x"}}, limits]}
"""
FORMED = """\
# top
name: x  # the name
trialogue: 1
cast:
  ann: {lines: [Hi.], role: chair}     # she

  ben:
    lines:
      - "a: b"
      - 'It''s fine.'
end: {any: [{said: {match: "x"}}, limits]}
"""


def test_a_file_is_brought_into_form_with_its_comments():
    """`fmt` indents by two spaces, and keeps quotes, comments and the order of keys."""
    assert formatted(ODD, "x") == FORMED
    assert formatted(FORMED, "x") == FORMED


COMMENTED = """\
name: x  # é 😀
cast:
  ann:
    prompt: |  # of hers
      You # are
    lines:
      - "a # b"  # said
      - c#d
    # last
tools: [a, b]  # all
"""


def test_every_comment_is_kept():
    """`fmt` keeps comments wherever they stand, and takes no `#` within a text for one."""
    assert formatted(COMMENTED, "x").count("#") == COMMENTED.count("#")


@pytest.mark.parametrize("sign", ["|", ">-", "|  # of hers"])
def test_a_file_may_end_behind_the_sign_of_a_text(sign):
    """`fmt` formats a file that ends where a text over several lines was to begin, without a line end."""
    assert formatted(f"name:   {sign}", "x").startswith("name: ")


@pytest.mark.parametrize("line", ["tools: [  # lost", "  a,  # lost", "  b: {  # lost"])
def test_a_file_that_would_lose_a_comment_is_left(line):
    """`fmt` leaves a file as it is where a comment within brackets would be dropped, and names its line."""
    text = "tools: [\n  a,\n  c,\n]\ncast:\n  b: {\n    d: e\n  }\n"
    text = text.replace(line.removesuffix("  # lost"), line)
    at = text[: text.index("# lost")].count("\n") + 1
    with pytest.raises(SetupError, match=f"^x:{at}: left unchanged: formatted, it would lose the comment"):
        formatted(text, "x")


def test_invalid_yaml_is_reported_and_left():
    """`fmt` reports invalid YAML with its line, and leaves the file as it is."""
    with pytest.raises(ScenarioError, match="x:1:4: a text cannot start with an at sign"):
        formatted("a: @b\n", "x")


@pytest.mark.parametrize("text", ["name: a\tb\n", "# a\u2028b\nname: a\n"])
def test_a_file_that_only_one_parser_reads_is_left(text):
    """`fmt` leaves a file as it is where its own parser refuses tabs or odd line breaks."""
    with pytest.raises(SetupError, match=r"x:\d+:\d+: left unchanged"):
        formatted(text, "x")


def test_a_comment_stays_above_its_key():
    """`fmt` leaves keys where they are: a comment above `run` does not come to stand above `cast`."""
    text = "# who\ncast: {a: {lines: [Hi.]}}\n# my name\nname: x\n# how long\nrun: {seed: 1}\ntrialogue: 1\n"
    assert formatted(text, "x") == text


@pytest.mark.parametrize("value", ["2001-99-99", "2001-12-14 10:00:00+99:00", "9" * 5_000])
def test_what_only_looks_like_a_number_or_a_date_is_left(value):
    """`fmt` leaves a file as it is where its parser would change a value into a date or a number."""
    with pytest.raises(SetupError, match="x: left unchanged: a value reads as a number or a date"):
        formatted(f"name: {value}\n", "x")


def test_a_file_without_a_map_is_left():
    """`fmt` leaves a file alone that is no mapping."""
    with pytest.raises(SetupError, match="x: cannot be formatted: it is not a map"):
        formatted("- a\n", "x")


# --- a picture ----------------------------------------------------------------------------------------

HEAD = "trialogue: 1\nname: review\ncast:\n"
SEATS = "  chair: {role: chair, lines: [Hi.]}\n  tech: {hears: audio, lines: [Hi.]}\n"
WATCHER = "  eve: {role: observer, lines: [Hi.]}\n  dana: {role: human, via: text}\n"
AGENDA = "agenda: [{id: a, title: 'What <hurts>', owner: tech, time: 1m}, {id: b, title: Decision}]\n"


def drawn(rest: str):
    return picture(resolve(loads(HEAD + SEATS + WATCHER + rest)))


def test_a_picture_holds_the_seats_the_floor_and_the_agenda():
    """A scenario's picture has what each seat hears, who names whom, and the agenda's order."""
    found = drawn(AGENDA)
    assert dict(found.seats)["tech"] == "Tech\nhears the room"
    assert dict(found.seats)["dana"] == "Dana\na person, by text"
    assert found.observers == {"eve"}
    assert {(turn.from_, turn.to) for turn in found.turns} == {
        ("chair", "tech"),
        ("tech", "chair"),
        ("chair", "dana"),
        ("dana", "chair"),
    }
    assert found.points == (("a", "What <hurts>\nowner: tech\n1m"), ("b", "Decision"))


def test_a_round_goes_round():
    """The graph of round-robin has an arrow from the last speaker to the first."""
    turns = drawn("floor: {policy: round-robin, order: [chair, tech, dana]}\n").turns
    assert [(t.from_, t.to) for t in turns] == [("chair", "tech"), ("tech", "dana"), ("dana", "chair")]


def test_mermaid_is_quoted():
    """Signs in a title do not break the Mermaid graph."""
    text = mermaid(drawn(AGENDA))
    assert text.startswith("flowchart LR\n")
    assert 'p0["What &lt;hurts&gt;<br/>owner: tech<br/>1m"]' in text
    assert "p0 --> p1" in text


def test_svg_is_xml_that_shows_everybody():
    """The SVG of a scenario is well-formed and names every participant."""
    root = ET.fromstring(svg(drawn(AGENDA)))
    words = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Chair", "Tech", "Eve", "Dana", "What <hurts>", "Decision"} <= words


def test_the_chair_of_a_new_scenario_invites_the_person():
    """The chair of a new scenario asks the person at the keyboard, too."""
    resolved = resolve(loads(skeleton(NewScenario(agents=3, person=True))))
    assert "Guest, and you?" in str(resolved.document.cast["chair"].lines)
