"""A real Chromium, driven by its own protocol over a websocket: what the page's tests look through.

A busy machine makes it slow, and nothing else: whether it hangs is told by what it computes (`hanging.py`).
"""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define, field
from hanging import HUNG_S, LOOK_S, Watch
from websockets.sync.client import ClientConnection, connect

FOUND = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""Where a browser is; None where there is none."""

IS_REQUIRED = os.environ.get("TRIALOGUE_BROWSER") == "required"
"""Whether tests fail, rather than skip, where there is none."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0",
)
LOOKS = 3000
"""How often a page is asked for what it is to become: the thread that works on it answers each time."""

ASKED = {"max_size": None, "open_timeout": HUNG_S, "ping_interval": None}
"""Options of the connection: pictures are large, and a busy browser may be late without being gone."""


@define
class Page:
    """One tab: it is asked, clicked, typed at and looked at."""

    socket: ClientConnection
    process: subprocess.Popen
    events: list = field(factory=list)
    """What the browser told unasked: requests, messages, exceptions."""
    _ids: itertools.count = field(factory=itertools.count)

    def call(self, method, **parameters):
        """One command of the protocol, and its answer."""
        number = next(self._ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        told = self._answer(number)
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return told["result"]

    def _answer(self, number):
        """Wait for an answer as long as the browser is alive, and keep what it tells before."""
        watch = Watch(self.process)
        while True:
            watch.look()
            try:
                told = json.loads(self.socket.recv(timeout=LOOK_S))
            except TimeoutError:
                continue
            if told.get("id") == number:
                return told
            self.events.append(told)

    def open(self, address, until="document.documentElement?.dataset.page === 'whole'"):
        """Go to an address, and wait until it is drawn."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.wait(f"location.href.startsWith({json.dumps(address.partition('#')[0])}) && ({until})")

    def wait(self, condition):
        """Wait until a condition holds in the page."""
        for _ in range(LOOKS):
            if self.tell(condition):
                return
            time.sleep(0.02)
        raise AssertionError(f"never: {condition}")

    def tell(self, expression):
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def click(self, x, y):
        """Press the mouse at a place."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key, text=None, code=0):
        """Press a key."""
        more = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def resize(self, width, height, *, mobile=False):
        """Look through a window of this size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def prefer(self, scheme):
        """Prefer light or dark."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, **options):
        """What is seen, as an image."""
        return base64.b64decode(self.call("Page.captureScreenshot", **options)["data"])

    def requests(self):
        """Addresses that were asked for."""
        asked = [each for each in self.events if each.get("method") == "Network.requestWillBeSent"]
        return [each["params"]["request"]["url"] for each in asked]

    def complaints(self):
        """Errors and exceptions that the page or the browser told."""
        return [
            each
            for each in self.events
            if each.get("method") == "Runtime.exceptionThrown"
            or (each.get("method") == "Log.entryAdded" and each["params"]["entry"]["level"] == "error")
        ]


@define
class Browser:
    """A headless Chromium with a profile of its own."""

    process: subprocess.Popen
    profile: Path

    @contextmanager
    def page(self):
        """A new tab, as long as the block lasts."""
        port, path = (self.profile / "DevToolsActivePort").read_text().split()
        with connect(f"ws://127.0.0.1:{port}{path}", **ASKED) as browser:
            target = Page(browser, self.process).call("Target.createTarget", url="about:blank")["targetId"]
        with connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", **ASKED) as socket:
            page = Page(socket, self.process)
            for domain in ("Page", "Runtime", "Network", "Log"):
                page.call(f"{domain}.enable")
            yield page

    def close(self):
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(profile):
    """Start a browser; it is ready when this returns."""
    command = [FOUND, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    started = Browser(
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), profile
    )
    ready, watch = profile / "DevToolsActivePort", Watch(started.process)
    try:
        while not (ready.exists() and ready.read_text().count("\n") == 1):
            assert started.process.poll() is None, "the browser has ended"
            watch.look()
            time.sleep(0.05)
    except BaseException:
        started.close()
        raise
    return started


def started_or_skipped(profile):
    """A browser for a fixture, closed behind it; without one, tests skip, or fail where one is required."""
    if FOUND is None:
        reason = "no Chromium is installed (Debian: apt-get install chromium): the page is not looked at"
        if IS_REQUIRED:
            pytest.fail(f"TRIALOGUE_BROWSER=required, and {reason}")
        pytest.skip(reason)
    started = start(profile)
    yield started
    started.close()
