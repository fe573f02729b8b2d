"""The container's files: no container is built here, but each command in them is run as it stands there.

What its Dockerfile installs comes from the network: only `.ci/run` lets it, by `TRIALOGUE_CONTAINER=install`.
Alone, the tests run the commands of the started container in this environment.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import pytest
import yaml
from websockets.sync.client import connect

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "examples" / "stand-in"
LINES = re.findall(r"^([A-Z]+) (.*)$", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
KEY = "a-key-for-tests"


def of(kind: str) -> list[str]:
    """What stands behind an instruction of the Dockerfile, each time."""
    return [rest for word, rest in LINES if word == kind]


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """Where the container's programs are: installed as its Dockerfile says, or this environment's."""
    if os.environ.get("TRIALOGUE_CONTAINER") != "install":
        return Path(sys.executable).parent
    app = tmp_path / "app"
    app.mkdir()
    for copied in of("COPY"):
        *sources, target = copied.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, app / target)
            else:
                shutil.copy(ROOT / source, app / target)
    venv.create(tmp_path / "venv", with_pip=True)
    folder = tmp_path / "venv" / "bin"
    for command in of("RUN"):
        path = f"{folder}:{os.environ['PATH']}"
        subprocess.run(
            ["sh", "-c", command], cwd=app, env={**os.environ, "PATH": path}, check=True, timeout=900
        )
    return folder


def is_listening(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def wait_until_healthy(command: str, environment: dict[str, str]) -> None:
    """Ask as the container engine does, once somebody listens, for each question is a process."""
    ends = time.monotonic() + 60
    while not is_listening(int(environment["VOICE_PORT"])):
        assert time.monotonic() < ends, "nobody listens"
        time.sleep(0.02)
    while subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=False).returncode:
        assert time.monotonic() < ends, "the container does not become healthy"


@pytest.mark.real
@pytest.mark.timeout(1200)
def test_the_container_starts_becomes_healthy_and_lets_in_who_shows_the_key(bin_folder: Path) -> None:
    """Its own commands, at an address of this machine's: by any host name, and not without the key."""
    port = free_port()
    path = f"{bin_folder}:{os.environ['PATH']}"
    set_here = dict(each.split("=", 1) for each in of("ENV"))
    environment = {**os.environ, **set_here, "PATH": path, "VOICE_KEY": KEY}
    environment |= {"VOICE_HOST": "127.0.0.1", "VOICE_PORT": str(port)}
    [command] = of("CMD")
    [health] = [each.partition(" CMD ")[2] for each in of("HEALTHCHECK")]
    started = subprocess.Popen(["sh", "-c", command], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_healthy(health, environment)
        with socket.create_connection(("127.0.0.1", port)) as reached:
            shown = {"Authorization": f"Token {KEY}"}
            url = "ws://trialogue:8090/v1/agent/converse"
            with connect(url, sock=reached, additional_headers=shown) as client:
                assert "Welcome" in str(client.recv())
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/projects")
        with pytest.raises(urllib.request.HTTPError, match="401"):
            urllib.request.urlopen(request)
    finally:
        started.terminate()
        assert started.wait(timeout=30) == 143


def test_the_dockerfile_copies_all_that_a_build_needs() -> None:
    """Each is there, and among them is what the project's own file names."""
    copied = [source for line in of("COPY") for source in line.split()[:-1]]
    assert {"pyproject.toml", "README.md", "LICENSE", "src"} == set(copied)
    assert all((ROOT / source).exists() for source in copied)


def test_the_compose_file_fits_the_dockerfile() -> None:
    """The same port, a context from which its file is found, and a key for both."""
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    server, app = compose["services"]["trialogue"], compose["services"]["app"]
    context = (FOLDER / server["build"]["context"]).resolve()
    assert context == ROOT.resolve()
    assert (context / server["build"]["dockerfile"]).samefile(FOLDER / "Dockerfile")
    assert of("EXPOSE") == [server["ports"][0].rpartition(":")[2]] == ["8090"]
    assert app["environment"]["DEEPGRAM_API_KEY"] == server["environment"]["VOICE_KEY"]
    assert app["depends_on"]["trialogue"]["condition"] == "service_healthy"
    assert (FOLDER / app["volumes"][0].partition(":")[0] / "package.json").is_file()
