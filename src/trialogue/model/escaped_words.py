"""Words that look like other tools' variables, `$NAME` and `{{name}}`, escaped by a backslash to be said.

A scenario refuses them unescaped, since most are meant as variables.
"""

from __future__ import annotations

import re
from typing import Final

SHELL: Final = re.compile(r"(?<![$\\])\$[A-Za-z_][A-Za-z0-9_]*")
"""Variable of a shell."""

BRACES: Final = re.compile(r"(?<!\\)\{\{[\w\s.-]{1,128}\}\}")
"""Variable of a template; white space counts, since it would take quadratic time apart from the name."""

_ESCAPED: Final = re.compile(r"\\(\$[A-Za-z_]|\{\{[\w\s.-]{1,128}\}\})")


def as_said(text: str) -> str:
    r"""Words as they are said, without the backslashes of escapes.

    >>> as_said(r"Set \$PATH and \{{name}}, not C:\temp.")
    'Set $PATH and {{name}}, not C:\\temp.'
    """
    return _ESCAPED.sub(r"\1", text)


def as_written(words: str) -> str:
    r"""Words as a scenario writes them, so that they are said unchanged; `${name}` is escaped elsewhere.

    >>> as_written("Set $PATH and {{name}}.")
    'Set \\$PATH and \\{{name}}.'
    """
    doubled = _ESCAPED.sub(r"\\\g<0>", words)
    return BRACES.sub(r"\\\g<0>", SHELL.sub(r"\\\g<0>", doubled))
