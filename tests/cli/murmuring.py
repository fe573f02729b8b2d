"""The command line with engines that murmur: a program for tests of processes."""

import sys

from trialogue.cli import main
from trialogue.speech import engines
from trialogue.testing import murmuring_engines

engines.open_engines = murmuring_engines  # commands import it when they need it

if __name__ == "__main__":
    sys.exit(main())
