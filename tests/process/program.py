"""The command line with engines that murmur, and limits of this process: a program for tests."""

import os
import resource
import sys

from trialogue.cli import main
from trialogue.speech import engines
from trialogue.testing import murmuring_engines

engines.open_engines = murmuring_engines  # commands import it when they need it

if __name__ == "__main__":
    largest = int(os.environ.get("LARGEST_FILE", "0"))
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.exit(main())
