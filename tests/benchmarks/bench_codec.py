"""What a message costs to read and to write, against `json` with the official SDK's pydantic models.

Run it by hand: `python tests/benchmarks/bench_codec.py`. Ratios say more than microseconds: both sides
run on the same machine at the same moment, best of several rounds.
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from pathlib import Path

from trialogue.services.deepgram.codec import decode_client, decode_server, encode

EXAMPLES = Path(__file__).parents[1] / "deepgram" / "examples"
NUMBER = 2_000
ROUNDS = 7
HEADER = f"{'microseconds':<24} bytes" + "".join(
    f"{name:>9}" for name in ("read", "write", "SDK", "SDK", "read", "write")
)


def microseconds(run: Callable[[], object]) -> float:
    """The best of several rounds, per run."""
    return min(timeit.repeat(run, number=NUMBER, repeat=ROUNDS)) / NUMBER * 1e6


def sdk_reader(kind: str) -> Callable[[str], object] | None:
    """How the SDK would read this type with validation; None where it is not installed or has no class."""
    try:
        import deepgram.agent.v1.types as models
    except ImportError:
        return None
    names = {"History": "AgentV1HistoryContent", "FunctionCallResponse": "AgentV1ReceiveFunctionCallResponse"}
    model = getattr(models, names.get(kind, f"AgentV1{kind}"), None)
    if model is None:
        return None
    return lambda text: model.model_validate(json.loads(text))


def row(text: str, read: Callable[[str], object]) -> str:
    """One line of the table."""
    message = read(text)
    reading = microseconds(lambda: read(text))
    writing = microseconds(lambda: encode(message))
    sdk = sdk_reader(message.type)
    columns = f"{message.type:<24}{len(text):>6}{reading:>9.2f}{writing:>9.2f}"
    try:
        peer = sdk(text) if sdk else None
    except ValueError:  # one type, two shapes: the SDK's class is of the other
        peer = None
    if sdk is None or peer is None:
        return columns
    sdk_reading = microseconds(lambda: sdk(text))
    sdk_writing = microseconds(lambda: json.dumps(peer.model_dump(exclude_none=True)))
    ratios = f"{sdk_reading / reading:>8.1f}x{sdk_writing / writing:>8.1f}x"
    return f"{columns}{sdk_reading:>9.2f}{sdk_writing:>9.2f}{ratios}"


def main() -> None:
    """Print the table."""
    print(HEADER)
    for side, read in (("server", decode_server), ("client", decode_client)):
        for text in (EXAMPLES / f"{side}.jsonl").read_text(encoding="utf-8").splitlines():
            print(row(text, read))


if __name__ == "__main__":
    main()
