"""Examples are the same in every run; HYPOTHESIS_PROFILE=explore looks for new ones."""

import os

from hypothesis import Phase, settings

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore")
settings.register_profile("quick", phases=(Phase.explicit, Phase.generate))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
