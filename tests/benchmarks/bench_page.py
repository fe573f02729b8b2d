"""How fast the page of a long meeting opens: an hour, six speakers, their real sound inside."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "page"))
sys.path.insert(0, str(Path(__file__).parents[1] / "process"))

import browser as browsers

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, NotRun, Row

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "scenarios" / "ten-minutes.yaml"
NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")
SOON = Goal(at_most=1000.0)
FIGURES: dict[str, tuple[str, Goal | None]] = {
    "lanes": ("lanes painted", SOON),
    "click": ("first click answered", SOON),
    "whole": ("transcript and measures there", None),
    "loaded": ("all of the file read", None),
}


def scenario(minutes: int) -> dict:
    """Six agents who tell in turn, for so long, what those of the ten-minute meeting tell."""
    cast = yaml.safe_load(SOURCE.read_text())["cast"]
    sources = [seat for seat in cast.values() if isinstance(seat["think"]["script"], list)]
    seats = {}
    for place, name in enumerate(NAMES):
        source = sources[place % len(sources)]
        said = [{"say": entry["say"]} for entry in source["think"]["script"] if "say" in entry]
        script = (said * 40)[place : place + 40]
        seats[name] = {"speak": source["speak"], "think": {"provider": "scripted", "script": script}}
    run = {"clock": "virtual", "seed": 1, "frame": "100ms", "limits": {"time": f"{minutes}m", "turns": 400}}
    return {"trialogue": 1, "name": "an-hour", "run": run, "cast": seats, "floor": {"policy": "round-robin"}}


def held(folder: Path, minutes: int) -> Path:
    """The run of the meeting, in this folder."""
    run, file = folder / "run", folder / "an-hour.yaml"
    file.write_text(json.dumps(scenario(minutes), indent=1))
    processor_s([sys.executable, "-m", "trialogue", "run", str(file), "--out", str(run), "--quiet"])
    return run


def processor_s(command: list[str]) -> float:
    """Processor time of a process, in seconds."""
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def drop_caches(page: Path) -> None:
    """Forget the file's content in the system's cache."""
    with page.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


WATCH = """
  const told = { lanes: null, click: null, whole: null };
  window.told = told;
  const painted = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  });
  const drawn = new MutationObserver(() => {
    const root = document.documentElement.dataset;
    if (root.lanes && told.lanes === null) painted(() => { told.lanes ??= performance.now(); });
    if (root.page && told.whole === null) told.whole = performance.now();
  });
  drawn.observe(document, { attributes: true, subtree: true, attributeFilter: ['data-lanes', 'data-page'] });
  document.addEventListener('pointerdown', () => painted(() => { told.click ??= performance.now(); }), true);
"""
"""Notes when the lanes have been painted, when what a click changed has been, and when all is there."""


def opened(page: Path) -> dict:
    """Milliseconds from navigation, in a new browser: lanes drawn, first click answered, all there."""
    drop_caches(page)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # it still writes as it ends
        browser = browsers.start(Path(profile))
        try:
            with browser.page() as tab:
                tab.resize(1280, 900)
                tab.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
                tab.call("Page.navigate", url=page.as_uri())
                tab.wait("window.told?.lanes")
                tab.click(700, 250)
                tab.wait("window.told.click && window.told.whole && document.readyState === 'complete'")
                loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"
                return json.loads(tab.tell(f"JSON.stringify({{ ...told, loaded: {loaded} }})"))
        finally:
            browser.close()


def measure(ask: Ask) -> Iterator[Figure]:
    """Hold the hour once, write its page, and open it again and again."""
    if browsers.FOUND is None:
        raise NotRun("there is no Chromium")
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        ask.say("an hour, six speakers, under the virtual clock")
        run = held(folder, minutes=5 if ask.is_quick else 60)
        writing = processor_s([sys.executable, "-m", "trialogue", "report", str(run), "--html"])
        yield Figure("the page is written", "s of the processor", {OURS: (writing,)})
        page = run / "report.html"
        yield Figure("the page", "MB", {OURS: (page.stat().st_size / 1e6,)})
        tries = ask.alternate(ask.rounds(5), {OURS: partial(opened, page)})[OURS]
        for name, (title, goal) in FIGURES.items():
            yield Figure(title, "ms", {OURS: tuple(each[name] for each in tries)}, goal)


ROWS = (
    Row(
        "page",
        "The page of an hour with six speakers and their sound, opened in Chromium: each time a new process "
        "with a profile of its own, the file not in the system's cache; from navigation on.",
        measure,
    ),
)
