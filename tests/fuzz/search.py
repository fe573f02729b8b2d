"""Look for bytes that a target does not bear: `python tests/fuzz/search.py TARGET [OPTION ...]`.

It needs `pip install atheris`, and begins from the target's corpus. Options are libFuzzer's, as
`-max_total_time=60`; without one it goes on until it finds something, which it leaves in a file `crash-*`.
"""

import sys
import tempfile
from pathlib import Path

import atheris

FOLDER = Path(__file__).parent
SERVER = FOLDER.parent / "server"
"""Where the fakes are that the embedded server is run with."""


def main(name, *options):
    """Instrument trialogue alone: with all of its dependencies it would take minutes to begin."""
    sys.path += [str(FOLDER), str(SERVER)]
    with atheris.instrument_imports(include=["trialogue"]):
        from targets import TARGETS
    with tempfile.TemporaryDirectory() as found:
        atheris.Setup([name, *options, found, str(FOLDER / "corpus" / name)], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
