"""How fast the page of a long meeting opens: an hour, six speakers, their real sound inside.

`python tests/benchmarks/bench_page.py [FOLDER]` holds the meeting under the virtual clock (once: a FOLDER
with its run is used again), writes its page, and opens it in Chromium, cold: each time a new process with a
profile of its own, and the file dropped from the system's cache. It prints how long it took from navigation
until the lanes were painted, until the first click was answered, and until all was there.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "page"))

import browser as browsers

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "scenarios" / "ten-minutes.yaml"
NAMES = ("ada", "ben", "cho", "dan", "eve", "fay")
TRIES = 5
FIGURES = {
    "lanes": "lanes painted",
    "click": "first click answered",
    "whole": "transcript and measures there",
    "loaded": "all of the file read",
}


def scenario() -> dict:
    """Six agents who tell in turn, for an hour, what those of the ten-minute meeting tell."""
    cast = yaml.safe_load(SOURCE.read_text())["cast"]
    sources = [seat for seat in cast.values() if isinstance(seat["think"]["script"], list)]
    seats = {}
    for place, name in enumerate(NAMES):
        source = sources[place % len(sources)]
        said = [{"say": entry["say"]} for entry in source["think"]["script"] if "say" in entry]
        script = (said * 40)[place : place + 40]
        seats[name] = {"speak": source["speak"], "think": {"provider": "scripted", "script": script}}
    run = {"clock": "virtual", "seed": 1, "frame": "100ms", "limits": {"time": "60m", "turns": 400}}
    return {"trialogue": 1, "name": "an-hour", "run": run, "cast": seats, "floor": {"policy": "round-robin"}}


def held(folder: Path) -> Path:
    """The run of the meeting, in this folder; made where it is not there."""
    run = folder / "run"
    if not (run / "result.json").exists():
        file = folder / "an-hour.yaml"
        file.write_text(json.dumps(scenario(), indent=1))
        subprocess.run([sys.executable, "-m", "trialogue", "run", file, "--out", run, "--quiet"], check=True)
    return run


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
    with tempfile.TemporaryDirectory() as profile:
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


def main() -> None:
    """Measure, and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    run = held(folder)
    begin = time.perf_counter()
    if not (run / "report.html").exists():
        subprocess.run([sys.executable, "-m", "trialogue", "report", run, "--html"], check=True)
        print(f"written in {time.perf_counter() - begin:.1f} s")
    page = run / "report.html"
    result = json.loads((run / "result.json").read_text())
    minutes, speakers = result["duration_s"] / 60, len(result["participants"])
    print(f"{minutes:.1f} minutes, {speakers} speakers, {page.stat().st_size / 1e6:.1f} MB")
    tries = [opened(page) for _ in range(TRIES)]
    for name, text in FIGURES.items():
        values = sorted(each[name] for each in tries)
        print(f"{text}: median {median(values):.0f} ms ({values[0]:.0f} to {values[-1]:.0f})")


if __name__ == "__main__":
    main()
