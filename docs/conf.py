"""How the documentation is built: `sphinx-build -W -b html docs docs/_build`."""
# ruff: noqa: INP001 - a folder of pages, not a package

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mirror import NOT_FOR_APPS

project = "trialogue"
copyright = "the trialogue contributors"  # noqa: A001 - Sphinx asks for this name
version = release = installed("trialogue")
extensions = ["myst_parser", "sphinx.ext.autodoc"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
smartquotes_action = "q"  # options begin with two hyphens, which stay two
html_title = "trialogue"
html_static_path = ["_static"]
html_css_files = ["pictures.css"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
default_role = "code"

nitpicky = True
nitpick_ignore_regex = [
    # Other projects' names have no place to link to without a network.
    (r"py:.*", r"(pathlib|collections|contextlib|datetime|ssl|trio|typing)\..*"),
    # Type variables, private bases, and what stands behind an app's interface: in signatures, not for apps.
    (r"py:.*", r"trialogue\..*\.T"),
    (r"py:.*", r"trialogue\..*\._\w+"),
    (r"py:.*", r"trialogue\.(?!meeting\.|errors\.|model\.(?!secrets|wire|expectations)).*"),
]

autodoc_class_signature = "separated"
autodoc_default_options = {"exclude-members": "__init__, __new__"}
# A class is made by a function of ours or from its fields, which are shown: no signature repeats them.

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"


def _skips(_app, _kind, name, member, _skipped, _options):  # noqa: ANN001, ANN202 - Sphinx calls it
    """None where autodoc decides; True leaves a method of a handle out that only trialogue itself calls."""
    owner = getattr(member, "__qualname__", "").partition(".")[0]
    return True if name in NOT_FOR_APPS and owner in ("Meeting", "LoneAgent") else None


def setup(app):  # noqa: ANN001, ANN201 - Sphinx calls it
    """Connect what the pages need."""
    app.connect("autodoc-skip-member", _skips)
