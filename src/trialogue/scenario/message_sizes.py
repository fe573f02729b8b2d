"""Most bytes of an agent's settings and of its tools' signatures, which go in one message to its service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from trialogue.model.json_text import write_json

LONGEST_BLOCK: Final = 500_000
"""Most bytes of an agent's object in JSON: with what an app adds and what the agent remembers, less than a
service takes in one message.
"""

LONGEST_SIGNATURE: Final = 200_000
"""Most bytes of one tool's description and schema in JSON; all of an agent's go in one message."""


def beyond_a_message(block: object) -> str:
    """Sentence about an agent's object that no service takes in one message; empty for any other."""
    size = len(write_json(block))
    if size <= LONGEST_BLOCK:
        return ""
    mended = "shorten its prompt, or the schemas of its tools"
    return f"has {size:,} bytes of settings, of {LONGEST_BLOCK:,} at most: {mended}"


def beyond_a_signature(description: str, schema: Mapping[str, object]) -> str:
    """Sentence about a tool that is described at more length than any model is told; empty for any other."""
    size = len(write_json([description, schema]))
    if size <= LONGEST_SIGNATURE:
        return ""
    return f"its description and schema have {size:,} bytes, of {LONGEST_SIGNATURE:,} at most"
