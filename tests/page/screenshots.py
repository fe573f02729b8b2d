"""Takes the pictures of the page and of the live view for the docs: `python tests/page/screenshots.py`.

It holds the meeting of the README once, under the virtual clock. The page's pictures need Chromium.
"""

import io
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from rich.console import Console

sys.path.append(str(Path(__file__).parents[1] / "process"))  # where `browser` finds how to tell what hangs

import browser as browsers

from trialogue.cli.view_live import LiveView
from trialogue.cli.view_playback import recorded_levels
from trialogue.cli.view_terminal import rendered
from trialogue.journal import read

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "how-to" / "pictures"
LIVE_S = 122.2
"""A moment at which somebody cuts in, in seconds since the start."""

LONGEST_S = 600.0
"""How long one command may take, on a busy machine too: it takes twenty seconds on a quiet one."""

COLUMNS, ROWS = 96, 12
"""The terminal's width, and how many lines of the transcript stand above the picture."""

SHOTS = (
    ("page-light.png", "light", (1100, 900), False),
    ("page-dark.png", "dark", (1100, 900), False),
    ("page-phone.png", "dark", (390, 900), True),
)


def main():
    """Hold meetings, write their pages, and look at them as a person would, on a desk and on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        PICTURES.mkdir(exist_ok=True)
        scenario = ROOT / "scenarios" / "edge-cache.yaml"
        six = Path(folder) / "six"
        held = ("run", "--quiet", "--clock", "virtual", "--html")
        tell(*held, scenario, "--out", run)
        tell(*held, Path(__file__).parent / "six.yaml", "--out", six, "--allow-faults")
        tell("replay", run, "--what-if", "floor.policy=auction", "--html")
        (PICTURES / "live.svg").write_text(live(run, LIVE_S), "utf-8")
        browser = browsers.start(Path(folder))
        try:
            with browser.page() as tab:
                for name, scheme, size, is_phone in SHOTS:
                    tab.resize(*size, mobile=is_phone)
                    tab.prefer(scheme)
                    tab.open((six / "report.html").as_uri())
                    (PICTURES / name).write_bytes(smaller(tab.picture(format="png")))
                tab.resize(1100, 480)
                tab.prefer("light")
                tab.open((run / "what-if.html").as_uri())
                (PICTURES / "what-if.png").write_bytes(smaller(tab.picture(format="png")))
        finally:
            browser.close()


def smaller(png):
    """The same picture in fewer bytes: its pixels are compressed as far as zlib goes."""
    chunks, at, pixels = [], 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12
        if kind == b"IDAT":
            pixels += content
        elif kind != b"IEND":
            chunks.append((kind, content))
    chunks += [(b"IDAT", zlib.compress(zlib.decompress(pixels), 9)), (b"IEND", b"")]
    return png[:8] + b"".join(
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)
        for kind, content in chunks
    )


def tell(*arguments):
    """Run a command of the command line to its end."""
    subprocess.run([sys.executable, "-m", "trialogue", *arguments], check=True, timeout=LONGEST_S)


def live(run, at):
    """The live view of a run as it looked at a moment, as SVG."""
    reading = read(run / "journal.jsonl")
    view = LiveView(reading.header.plan)
    for record in reading:
        if record.at <= at:
            view.take(record)
    levels = recorded_levels(run / "audio", (each.name for each in view.plan.participants), at)
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True)
    for line in [*view.heard(at)[-ROWS:], *view.at(at, levels, columns=COLUMNS)]:
        console.print(rendered(line, COLUMNS))
    console.print()  # an SVG of rich's cuts the last line's lower half
    drawn = console.export_svg(title="trialogue run scenarios/edge-cache.yaml", unique_id="live")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # the reader's own font, no network


if __name__ == "__main__":
    main()
