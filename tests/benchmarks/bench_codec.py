"""What a message costs to read and to write, against `json` with the official SDK's pydantic models."""

from __future__ import annotations

import json
import statistics
import time
import timeit
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.measuring import OURS, Ask, Figure, Goal, Row
from trialogue.services.deepgram.codec import decode_client, decode_server, encode

EXAMPLES = Path(__file__).parents[1] / "deepgram" / "examples"
NUMBER = 2_000
SHORT = 200
"""Bytes of a message that is called short."""


def microseconds(run: Callable[[], object], number: int) -> float:
    """Processor time of a run."""
    return timeit.timeit(run, timer=time.process_time, number=number) / number * 1e6


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


def peer_of(text: str, kind: str) -> tuple[Callable[[], object], Callable[[], object]] | None:
    """How the SDK reads and writes this text; None where it has no class of that shape."""
    read = sdk_reader(kind)
    if read is None:
        return None
    try:
        peer = read(text)
    except ValueError:  # one type, two shapes: the SDK's class is of the other
        return None
    return (lambda: read(text)), (lambda: json.dumps(peer.model_dump(exclude_none=True)))


def measure(ask: Ask) -> Iterator[Figure]:
    """Every message of the examples, read and written: the short ones, and the long ones."""
    number = 100 if ask.is_quick else NUMBER
    taken: dict[tuple[str, str], list[dict[str, float]]] = {}
    for side, decode in (("server", decode_server), ("client", decode_client)):
        for text in (EXAMPLES / f"{side}.jsonl").read_text(encoding="utf-8").splitlines():
            message = decode(text)
            ways = (partial(decode, text), partial(encode, message)), peer_of(text, message.type)
            size = "short" if len(text) <= SHORT else "long"
            for place, verb in enumerate(("read", "write")):
                runs = {
                    name: partial(microseconds, each[place], number)
                    for name, each in zip((OURS, "deepgram-sdk"), ways, strict=True)
                    if each is not None
                }
                ask.say(f"{verb} {message.type}")
                found = ask.alternate(ask.rounds(5), runs, is_silent=True)
                medians = {name: statistics.median(values) for name, values in found.items()}
                taken.setdefault((verb, size), []).append(medians)
    for (verb, size), each in sorted(taken.items()):
        yield from figures(verb, size, each)


def figures(verb: str, size: str, medians: Sequence[Mapping[str, float]]) -> Iterator[Figure]:
    """All messages, and those of which the SDK has a class beside it."""
    goal = Goal(at_most={"read": 2.5, "write": 1.5}[verb])
    what = f"{verb} a message of " + ("at most" if size == "short" else "more than") + f" {SHORT} bytes"
    every = tuple(each[OURS] for each in medians)
    yield Figure(f"{what}, all {len(every)}", "µs", {OURS: every}, goal, note="a value a message")
    both = [each for each in medians if len(each) > 1]
    if both:
        values = {name: tuple(each[name] for each in both) for name in both[0]}
        yield Figure(f"{what}, {len(both)} that both know", "µs", values, note="a value a message")


ROWS = (
    Row(
        "codec",
        "Processor time to read and to write each message of the wire's examples, beside the SDK's models; a "
        "value is the median of a message, so that the spread is that between messages.",
        measure,
        "A message on the wire has a frame around it, and is handed on.",
    ),
)
