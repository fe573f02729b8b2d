"""A vendor is named by its own package and by the list of services alone: by no import and in no words."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "trialogue"
VENDORS = re.compile(r"deepgram|\b(aura|flux|nova)\b", re.IGNORECASE)

MAY_NAME = {
    "services/__init__.py": "the one list",
    "services/embedded.py": "the embedded server is spoken to in the dialect of a vendor",
    "cli/commands/meetings.py": "what `--help` teaches is by example, and examples have names",
    "cli/commands/scenarios.py": "where an agent may think is chosen by name",
    "cli/commands/serving.py": "whose protocol is served is said in the help",
    "cli/options.py": "whose address an option means is said in the help",
    "cli/serve.py": "how the vendor's own SDK is pointed at the embedded server",
}
"""Files that may name a vendor, and why; so may `services/deepgram`, `server` and `compat`, all of them."""


def named():
    """Each file beyond those folders that names a vendor."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        is_its_own = name.startswith(("services/deepgram/", "server/", "compat/"))
        if not is_its_own and VENDORS.search(path.read_text(encoding="utf-8")):
            yield name


def test_nobody_else_names_a_vendor():
    """What is not excused names none, and no excuse is left that nobody needs."""
    assert list(named()) == sorted(MAY_NAME)
