"""The page of a what-if: two meetings on one axis, and where they part."""

import json
from pathlib import Path

import pytest
from attrs import evolve

from trialogue.cli.what_if import WhatIfTold, ask_what_if
from trialogue.errors import SetupError
from trialogue.journal.files import verify_files
from trialogue.meeting.edges import Edges
from trialogue.meeting.run import run_meeting
from trialogue.meeting.what_if import what_if
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.resolve import prepare
from trialogue.scenario.schema import Clock
from trialogue.testing import murmuring_engines

SCENARIO = Path(__file__).parents[2] / "scenarios" / "policy-round-robin.yaml"
TIME = "Number(document.getElementById('lines').getAttribute('aria-valuenow'))"


def edges():
    return Edges(engines=murmuring_engines())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A recorded run, and the page of what the least-spoken policy would have made of it."""
    folder = tmp_path_factory.mktemp("what-if") / "run"
    run_meeting(prepare(SCENARIO, Overrides(clock=Clock.VIRTUAL)), out=folder, edges=edges())
    assert ask_what_if(folder, ["floor.policy=least-spoken"], WhatIfTold(html=True), edges()) == 0
    return folder


def data_of(path):
    """What a page holds."""
    return json.loads(path.read_bytes().partition(b'id="data">')[2].partition(b"</script>")[0])


def test_it_holds_both_meetings_and_where_they_part(run):
    """The same lanes, each one's sound and turns, choices and figures."""
    told = data_of(run / "what-if.html")
    then, now = told["sides"]
    assert [each["who"] for each in told["lanes"]] == ["mod", "tech", "biz", "law"]
    place = told["horizon"]["turn"] - 1
    first, second = ([each["who"] for each in side["turns"][:place]] for side in (then, now))
    assert place > 0
    assert first == second
    assert then["turns"][place]["who"] != now["turns"][place]["who"]
    assert told["others"][0]["turn"] == told["horizon"]["turn"]
    assert {row[0] for row in told["figures"]} >= {"lasted", "share of tech", "floor transfer p50"}


def test_it_tells_what_happened_to_the_recorded_meeting_alone(run, tmp_path, monkeypatch):
    """Who looks at the page does not take the effect of a lost session or a sleep for that of the change."""
    monkeypatch.setattr(
        "trialogue.cli.what_if.what_if",
        lambda *args: evolve(what_if(*args), lost=("tech",), pauses=(61.0,)),
    )
    ask_what_if(run, ["floor.policy=least-spoken"], WhatIfTold(out=tmp_path / "other", html=True), edges())
    outcome = data_of(tmp_path / "other" / "what-if.html")["outcome"]
    assert outcome.endswith(
        "; simulated from there on; sessions of tech were lost, but not in the other meeting; "
        "its process had died or slept at 01:01, but not in the other meeting"
    )


def test_the_manifest_of_the_recorded_run_vouches_for_it(run):
    """It is one of the run's files from then on, for its owner alone."""
    assert "what-if.html" in verify_files(run).files
    assert verify_files(run).is_whole
    assert (run / "what-if.html").stat().st_mode & 0o777 == 0o600


def test_with_a_place_for_the_made_run_it_lies_there(run, tmp_path, capsys):
    """Beside the meeting that was made, and its path is told."""
    wanted = WhatIfTold(tmp_path / "out", html=True, as_json=True)
    ask_what_if(run, ["floor.policy=round-robin"], wanted, edges())
    told = json.loads(capsys.readouterr().out)
    assert told["page"] == str(tmp_path / "out" / "what-if.html")
    assert data_of(tmp_path / "out" / "what-if.html")["horizon"] is None


def test_a_page_needs_a_what_if():
    """`--html` without `--what-if` is refused with the command that makes a run's page."""
    from trialogue.cli.commands.runs import replay

    with pytest.raises(SetupError, match="report --html"):
        replay(Path("nowhere"), html=True)


@pytest.fixture
def seen(tab, run):
    """The page in a browser."""
    tab.resize(1200, 900)
    tab.events.clear()
    tab.open((run / "what-if.html").as_uri())
    return tab


def test_it_opens_where_they_part_and_n_goes_on(seen, run):
    """From one difference to the next, and back; each is said aloud."""
    told = data_of(run / "what-if.html")
    parts = told["horizon"]["at"]
    assert seen.tell(TIME) == pytest.approx(parts, abs=0.05)
    seen.press("n", "n")
    later = sorted({each["at"] for each in told["others"] if each["at"] > parts})
    assert seen.tell(TIME) == pytest.approx(later[0], abs=0.05)
    assert "what if" in seen.tell("document.getElementById('told').textContent")
    seen.press("p", "p")
    assert seen.tell(TIME) <= parts + 0.05


def test_made_turns_are_striped_and_recorded_ones_are_not(seen, run):
    """In the second meeting alone, from where they part."""
    told = data_of(run / "what-if.html")
    behind = [each for each in told["sides"][1]["spans"] if each["at"] >= told["horizon"]["at"] - 0.0005]
    assert seen.tell("document.querySelectorAll('.side:first-child .bar.made').length") == 0
    assert seen.tell("document.querySelectorAll('.side:last-child .bar.made').length") == len(behind) > 0


def test_turns_stand_side_by_side_from_the_first_that_differs(seen, run):
    """Its row, and those behind it, are marked."""
    told = data_of(run / "what-if.html")
    rows = "[...document.querySelectorAll('#turns tbody tr')]"
    first = seen.tell(f"{rows}.findIndex((row) => row.className.includes('other'))")
    assert first == told["horizon"]["turn"] - 1


def test_a_click_and_the_arrows_move_both_lines(seen):
    """Both meetings of a what-if show the same moment."""
    box = json.loads(seen.tell("JSON.stringify(document.getElementById('axis').getBoundingClientRect())"))
    seen.click(box["left"] + box["width"] / 2, box["top"] + box["height"] / 2)
    half = seen.tell("length / 2")
    assert seen.tell(TIME) == pytest.approx(half, abs=0.1)
    seen.press("ArrowRight", code=39)
    assert seen.tell(TIME) == pytest.approx(half + 1, abs=0.15)
    assert (
        seen.tell("new Set([...document.querySelectorAll('.head')].map((each) => each.style.left)).size") == 1
    )


@pytest.mark.parametrize("width", [360, 768])
def test_it_fits_a_phone(seen, width):
    """On a phone, no part of a what-if's page is wider than the window."""
    seen.resize(width, 740, mobile=True)
    assert seen.tell("document.documentElement.scrollWidth") <= width


def test_nothing_is_complained_about(seen):
    """Its own policy lets all of it run, and nothing is fetched."""
    assert seen.complaints() == []
    asked = {each for each in seen.requests() if not each.startswith(("data:", "about:"))}
    assert {each.rpartition("/")[2].partition("#")[0] for each in asked} == {"what-if.html"}
