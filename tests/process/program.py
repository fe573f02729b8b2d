"""The command line with engines that murmur, and limits of this process: a program for tests."""

import os
import resource
import sys

from trialogue.cli import main
from trialogue.speech import engines
from trialogue.testing import murmuring_engines


def murmur() -> None:
    """Have engines murmur in each module that took the real ones as it was loaded, and in those to come."""
    real = engines.open_engines
    for module in list(sys.modules.values()):
        if vars(module).get("open_engines") is real:
            module.open_engines = murmuring_engines


if __name__ == "__main__":
    murmur()
    largest = int(os.environ.get("LARGEST_FILE", "0"))
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.exit(main())
