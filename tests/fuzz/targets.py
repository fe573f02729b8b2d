"""What is fuzzed: whatever bytes come, each target ends in a value or in an error of our own.

`python tests/fuzz/targets.py wire|scenario|journal [CORPUS]` runs one under atheris, where that is
installed; `test_corpus.py` replays the corpus and lets Hypothesis change it.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

from trialogue.deepgram.codec import decode_client, decode_server
from trialogue.errors import JournalError, RemoteProtocolError, ScenarioError
from trialogue.journal.reader import read
from trialogue.scenario import loads


def wire(data):
    """A text message, from either side."""
    for decode in (decode_server, decode_client):
        with contextlib.suppress(RemoteProtocolError):
            decode(data)


def scenario(data):
    """A scenario file."""
    with contextlib.suppress(ScenarioError):
        loads(data)


def journal(data):
    """A journal, read strictly and salvaged."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(data)
        file.flush()
        for salvage in (False, True):
            with contextlib.suppress(JournalError):
                for _ in read(Path(file.name), salvage=salvage).lines():
                    pass


TARGETS = {"wire": wire, "scenario": scenario, "journal": journal}

if __name__ == "__main__":
    import atheris

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
    atheris.Fuzz()
