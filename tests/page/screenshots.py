"""Takes the pictures of the page for the docs: `python tests/page/screenshots.py`. It needs Chromium."""

import subprocess
import sys
import tempfile
from pathlib import Path

import browser as browsers

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "how-to" / "pictures"
SHOTS = (
    ("page-light.webp", "light", (1100, 620), False),
    ("page-phone.webp", "dark", (390, 620), True),
)


def main():
    """Hold a meeting, write its page, and look at it as a person would, on a desk and on a phone."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        scenario = ROOT / "scenarios" / "edge-cache.yaml"
        command = [sys.executable, "-m", "trialogue", "run", scenario, "--clock", "virtual", "--out", run]
        subprocess.run([*command, "--quiet", "--html"], check=True)
        browser = browsers.start(Path(folder))
        try:
            with browser.page() as tab:
                PICTURES.mkdir(exist_ok=True)
                for name, scheme, size, is_phone in SHOTS:
                    tab.resize(*size, mobile=is_phone)
                    tab.prefer(scheme)
                    tab.open(f"{(run / 'report.html').as_uri()}#t=71.9")
                    (PICTURES / name).write_bytes(tab.picture(format="webp", quality=60))
        finally:
            browser.close()


if __name__ == "__main__":
    main()
