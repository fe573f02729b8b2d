"""`python -m trialogue`."""

from trialogue.cli import main

raise SystemExit(main())
