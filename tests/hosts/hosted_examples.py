"""Where the examples of the documentation are, and how one is loaded."""

import importlib.util
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "embed"


def example(name):
    """An example, as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
