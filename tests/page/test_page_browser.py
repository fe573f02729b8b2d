"""The page in a real browser: what is seen, clicked, typed and heard."""

import json

import pytest
from page_values import HOSTILE, PLAN, write_page

from trialogue.model.commands import Attribute
from trialogue.model.events import Joined, Left, SpeechStarted, SpeechStopped, Woke
from trialogue.model.participants import Participant
from trialogue.model.records import Record
from trialogue.report.page.fold import PageFold
from trialogue.report.page.runs import RunRow, runs_document

TIME = "Number(document.getElementById('time').getAttribute('aria-valuenow'))"


def box_of(page, name):
    """Where an element is, in pixels."""
    found = f"JSON.stringify(document.getElementById('{name}').getBoundingClientRect())"
    return json.loads(page.tell(found))


def test_nothing_is_fetched_and_nothing_complained_about(page, address):
    """The page is one file, and its own policy lets all of it run."""
    page.tell("document.getElementById('plots').scrollIntoView()")
    page.wait("document.querySelectorAll('.uplot canvas').length === data.plots.length")
    assert {each for each in page.requests() if not each.startswith(("data:", "about:", "blob:"))} == {
        address
    }
    assert page.complaints() == []


def test_each_participant_has_a_lane_where_it_is_heard(page):
    """The canvas has ink where somebody speaks, and none where nobody does."""
    labels = page.tell(
        "[...document.querySelectorAll('#labels .lane')].map((each) => each.textContent).join()"
    )
    assert labels == "Ada, chair,Ben,Kim,Eve"
    ink = """(who, time) => {
      const { top, height } = lanes.places.get(model.lane(who)); const sharp = window.devicePixelRatio;
      const line = lanes.pen.getImageData(Math.round(lanes.x(time) * sharp), (top + 3) * sharp, 1, (height - 6) * sharp).data;
      return line.filter((value, index) => index % 4 === 3 && value > 0).length;
    }"""
    assert page.tell(f"({ink})('ada', 3)") > 10
    assert page.tell(f"({ink})('ben', 3)") == 0
    assert page.tell(f"({ink})('ben', 15)") > 10


def test_it_opens_at_the_worst_moment_and_n_goes_on(page):
    """The failed tool call comes first, then the lost session, then the longest silence."""
    assert page.tell(TIME) == 18.0
    page.press("n", "n")
    assert page.tell(TIME) == 13.0
    assert "session lost" in page.tell("document.getElementById('told').textContent")
    page.press("n", "n")
    assert page.tell(TIME) == 20.0
    assert "silence" in page.tell("document.getElementById('told').textContent")
    page.press("p", "p")
    page.press("p", "p")
    assert page.tell(TIME) == 18.0


def test_a_click_in_the_lanes_goes_there(page):
    """A place in the lanes is a place in time."""
    box = box_of(page, "time")
    page.click(box["left"] + box["width"] * 0.5, box["top"] + 60)
    assert page.tell(TIME) == pytest.approx(30.0, abs=0.1)


def test_keys_scrub_and_zoom(page):
    """Arrows go by seconds, Home and End to the ends, plus and zero zoom."""
    page.tell("document.getElementById('time').focus()")
    page.press("Home", code=36)
    page.press("ArrowRight", code=39)
    assert page.tell(TIME) == 1.0
    page.press("End", code=35)
    assert page.tell(TIME) == 60.0
    page.press("+", "+")
    assert page.tell("lanes.to - lanes.from") == pytest.approx(30.0)
    page.press("0", "0")
    assert page.tell("lanes.to - lanes.from") == pytest.approx(60.0)
    page.tell("go(15)")
    assert page.tell("document.getElementById('time').ariaValueText") == "00:15.0, Ben has the floor"


def test_why_a_turn_was_granted_is_said(page):
    """The page gives the reason of a grant at its moment and in the transcript."""
    page.tell("go(15)")
    now = page.tell("document.getElementById('now').textContent")
    assert "Ben, turn 2" in now
    assert "reason 2" in now
    assert "Eve for 3.0 s" in now
    assert "look_up" not in now
    assert "turn 2, granted: reason 2; ended: finished" in page.tell(
        "document.getElementById('rows').textContent"
    )


def test_the_sound_plays_from_where_it_was_sought(page):
    """What is heard at a place is who spoke there."""
    page.tell("go(28)")
    page.press(" ", " ")
    page.wait("sound.playing && sound.audio.currentTime > 28.3")
    assert page.tell("Math.abs(sound.audio.duration - 60) < 0.2")
    assert abs(page.tell("sound.time") - page.tell("sound.audio.currentTime")) < 0.5
    page.press(" ", " ")
    page.wait("!sound.playing && sound.audio.paused")
    assert page.tell(f"{TIME} > 28.2")


def test_a_linked_sound_plays_from_beside_the_page(page, tmp_path):
    """The page's policy lets it: it is the one thing that may be outside."""
    write_page(tmp_path, linked=True)
    page.open(f"{(tmp_path / 'report.html').as_uri()}#t=28")
    page.press(" ", " ")
    page.wait("sound.playing && sound.audio.currentTime > 28.2")
    page.press(" ", " ")
    assert page.complaints() == []


def test_the_tone_at_a_place_is_that_of_whoever_speaks_there(page):
    """The sound inside the page is the mix, and begins where the meeting does."""
    hertz = """(async (time) => {
      const parts = [...document.querySelectorAll('script.sound')].map((each) => bytes(each.textContent));
      const whole = await new Blob(parts).arrayBuffer();
      const sound = await new OfflineAudioContext(1, 1, 24000).decodeAudioData(whole);
      const samples = sound.getChannelData(0).subarray(time * 24000, (time + 1) * 24000);
      let rises = 0; for (let index = 1; index < samples.length; index++) rises += samples[index - 1] < 0 && samples[index] >= 0;
      return rises;
    })"""
    assert page.tell(f"{hertz}(15)") == pytest.approx(500, abs=5)
    assert page.tell(f"{hertz}(29)") == pytest.approx(700, abs=5)


def test_the_transcript_follows_the_sound(page):
    """The row, and in it the sentence, that is heard."""
    page.tell("go(34)")
    assert (
        page.tell("document.querySelector('#rows li.now .said span.now').textContent")
        == "It has three steps."
    )
    page.tell("document.querySelector('#rows li.now .said span').click()")
    assert page.tell(TIME) == 27.0


def test_a_backchannel_is_one_and_is_outlined(page):
    """What the rules call a backchannel; the person's later speech is none."""
    assert page.tell("model.spans.filter((each) => each.small).map((each) => each.at).join()") == "5"
    assert page.tell("document.querySelector('#rows li.beside .said').textContent.trim()") == "mm hm"


def test_hostile_words_are_text(page):
    """No markup of a model's becomes an element, and none of its code runs."""
    shown = page.tell(
        "words.entries.find((each) => each.row.textContent.includes('onerror')).row.querySelector('.said').textContent"
    )
    assert HOSTILE.translate({0x202E: None, 0x2028: " "}) in shown
    assert page.tell("window.pwned") is None
    assert page.tell("document.querySelectorAll('img, #rows b').length") == 0
    assert page.tell("document.getElementById('name').textContent") == "page <test>"


def test_search_finds_words_and_goes_from_one_to_the_next(page):
    """Hits are counted, marked, and gone to by Enter."""
    page.press("/", "/")
    page.call("Input.insertText", text="we ARE")
    assert page.tell("document.getElementById('found').textContent") == "1 found"
    page.press("Enter", "\r", code=13)
    assert page.tell(TIME) == 47.0
    assert page.tell("document.querySelector('#rows mark').textContent") == "We are"


def test_a_link_opens_at_its_moment_and_holds_the_pins(page, address):
    """`#t=` goes there; a pin stands in the address."""
    page.open(f"{address}#t=12.5")
    assert page.tell(TIME) == 12.5
    page.press("t", "t")
    assert page.tell("location.hash") == "#t=12.5&pins=12.5"
    page.open(f"{address}#t=3&pins=12.5,30")
    assert page.tell("[...document.querySelectorAll('#pins a')].map((each) => each.textContent).join()") == (
        "Pin at 00:12.5,Pin at 00:30.0"
    )


def test_a_click_on_a_plot_goes_there(page):
    """A click on a plot moves the page to that moment of the meeting."""
    page.tell("document.getElementById('plots').scrollIntoView({ behavior: 'instant' })")
    page.wait("document.querySelectorAll('.u-over').length === data.plots.length")
    box = json.loads(page.tell("JSON.stringify(document.querySelector('.u-over').getBoundingClientRect())"))
    x, y = box["left"] + box["width"] / 2, box["top"] + 50
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    page.click(x, y)
    middle = page.tell("(plots.drawn[0].scales.x.min + plots.drawn[0].scales.x.max) / 2")
    assert page.tell(TIME) == pytest.approx(middle, abs=0.5)


def test_marks_can_come_in_one_by_one(page):
    """A live page takes the marks of each record as they come."""
    fold = PageFold(PLAN)
    for event in (Joined(Participant("zoe")), SpeechStarted("zoe", 62.0), SpeechStopped("zoe", 64.0)):
        page.tell(f"take({json.dumps(fold.take(Record(1, 64.0, event, ())))})")
    attributed = Attribute(
        "zoe", 0, "Late words.", is_certain=True, beside="overlap", begin_s=62.0, end_s=64.0
    )
    page.tell(f"take({json.dumps(fold.take(Record(2, 64.5, Woke('x'), (attributed,))))})")
    assert page.tell("lanes.to") == 64
    assert "Zoe" in page.tell("document.getElementById('labels').textContent")
    page.wait("document.getElementById('rows').textContent.includes('Late words.')")


def test_every_stay_at_the_table_is_told(page):
    """Who leaves and comes back has two: each beginning and end has a line in the transcript and in the lane."""
    fold, zoe = PageFold(PLAN), Joined(Participant("zoe"))
    moves = ((61.0, zoe), (62.0, Left("zoe")), (63.0, zoe), (64.0, Left("zoe")), (65.0, Woke("x")))
    for at, event in moves:
        page.tell(f"take({json.dumps(fold.take(Record(1, at, event, ())))})")
    page.wait("document.getElementById('rows').textContent.includes('Zoe left')")
    told = page.tell("document.getElementById('rows').innerText")
    whats = {"1": "joined", "2": "left", "3": "joined", "4": "left"}
    assert [told.count(f"01:0{at}\nZoe {what}") for at, what in whats.items()] == [1, 1, 1, 1]
    ink = """(time) => {
      const { top, height } = lanes.places.get(model.lane('zoe')); const sharp = window.devicePixelRatio;
      const line = lanes.pen.getImageData(Math.round(lanes.x(time) * sharp), (top + 3) * sharp, 2, (height - 6) * sharp).data;
      return line.filter((value, index) => index % 4 === 3 && value > 0).length;
    }"""
    page.tell("lanes.measure()")
    assert [page.tell(f"({ink})({at})") > 10 for at in (61, 61.5, 62, 62.5, 63)] == [1, 0, 1, 0, 1]


@pytest.mark.parametrize("width", [360, 768])
def test_it_fits_a_phone(page, width):
    """Nothing is wider than the window, and the controls are large enough for a finger."""
    page.resize(width, 740, mobile=True)
    page.wait("lanes.width === document.getElementById('time').clientWidth")
    assert page.tell("document.documentElement.scrollWidth") <= width
    assert page.tell("document.getElementById('play').getBoundingClientRect().height") >= 32
    assert box_of(page, "time")["width"] > width * 0.6


def test_figures_stay_in_their_rows_on_a_phone(page):
    """No word is broken, no row is tall for what is out of sight, and a value is seen beside its measure."""
    page.resize(390, 740, mobile=True)
    tall = "[...document.querySelectorAll('#tables .scroll:first-child tr')].filter((row) => row.clientHeight > 60).length"
    page.wait(f"{tall} === 0")
    value = "document.querySelector('#tables .scroll:last-child td').getBoundingClientRect().right"
    assert page.tell(value) <= 390
    assert page.tell("document.documentElement.scrollWidth") <= 390


CONTRAST = """(scheme) => {
  const light = (text) => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((each) => { const value = each / 255; return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const names = ['ink', 'faint', 'accent', 'bad', 'warn', 'good', 'tool', ...Array.from({ length: 8 }, (_, lane) => `lane-${lane}`)];
  return names.flatMap((name) => ['card', 'band'].map((ground) => [name, ground, ratio(tone(name), tone(ground))])).filter(([, , found]) => found < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_both_themes(page, scheme):
    """Every colour that text has is at 4.5 to 1 or more on every ground (WCAG 2.2, 1.4.3)."""
    page.prefer(scheme)
    assert page.tell(f"({CONTRAST})()") == []
    assert (
        page.tell("getComputedStyle(document.body).backgroundColor")
        == {
            "light": "rgb(251, 251, 250)",
            "dark": "rgb(22, 24, 27)",
        }[scheme]
    )


def test_everything_that_can_be_used_has_a_name(page):
    """A screen reader says what each control is; the lanes are a slider of time."""
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    used = {"button", "link", "slider", "searchbox", "combobox", "checkbox"}
    shown = [each for each in nodes if each.get("role", {}).get("value") in used and not each["ignored"]]
    assert [each for each in shown if not each.get("name", {}).get("value")] == []
    assert {"slider", "searchbox", "checkbox"} <= {each["role"]["value"] for each in shown}
    page.call("Accessibility.disable")


def test_the_theme_can_be_chosen(page):
    """It goes from the system's to light to dark."""
    page.tell("document.getElementById('theme').click(); document.getElementById('theme').click()")
    assert page.tell("document.getElementById('theme').textContent") == "Theme: dark"
    assert page.tell("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"


@pytest.fixture
def paper(page):
    """The same page as it goes on paper, from a dark screen, for as long as the test lasts."""
    page.tell("document.documentElement.dataset.theme = 'dark'; redraw()")
    page.call("Emulation.setEmulatedMedia", media="print")
    yield page
    page.call("Emulation.setEmulatedMedia", media="")


def test_all_of_it_goes_on_paper(paper):
    """The whole transcript and the plots, in dark ink, and no controls."""
    paper.wait("document.querySelectorAll('.uplot canvas').length === data.plots.length")
    assert paper.tell("by('rows').scrollHeight - by('rows').clientHeight") == 0
    for name in ("controls", "search", "theme"):
        assert paper.tell(f"by('{name}').offsetParent") is None
    ink = "getComputedStyle(by('rows')).color.match(/\\d+/g).map(Number).reduce((sum, each) => sum + each)"
    assert paper.tell(ink) < 150
    assert paper.tell("lanes.ink === getComputedStyle(by('rows')).color")


def test_a_folder_is_sorted_by_its_columns(page, tmp_path):
    """A click on a column sorts the runs, figures by their size."""
    rows = [
        RunRow(name, {"name": "review", "ok": True, "reason": "said", "duration_s": seconds})
        for name, seconds in (("one", 9.0), ("two", 100.0), ("three", 30.0))
    ]
    (tmp_path / "runs.html").write_bytes(runs_document("runs", rows))
    page.resize(390, 740, mobile=True)
    page.open((tmp_path / "runs.html").as_uri(), "document.title === 'runs: 3 runs'")
    page.tell(
        "[...document.querySelectorAll('#runs thead button')].find((each) => each.textContent === 'lasted').click()"
    )
    order = "[...document.querySelectorAll('#runs tbody tr')].map((each) => each.cells[0].textContent).join()"
    assert page.tell(order) == "one,three,two"
    assert page.tell("[...document.querySelectorAll('tr')].every((row) => row.clientHeight < 40)")
    assert page.tell("document.documentElement.scrollWidth") <= 390
    assert page.complaints() == []
