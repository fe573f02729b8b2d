"""Tools that do not let go."""

import re
import sys
import threading

import trio


def in_a_thread() -> str:
    """Work for ever, in a thread that nothing can stop."""
    threading.Event().wait()
    return "never"


async def shielded() -> str:
    """Wait for ever, and take no cancellation."""
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()
    return "never"


async def blocking() -> str:
    """Hold up the loop itself for ever, and say so.

    The system gives a second signal to another thread while the first waits for this one, and Python's
    handlers run in this one alone: so it looks up every now and then, where one wait would go on for ever.
    """
    sys.stdout.write("holds up the loop\n")
    sys.stdout.flush()
    while not threading.Event().wait(0.05):
        pass
    return "never"


async def in_c() -> str:
    """Let the loop run on until it was asked to end, then hold the interpreter in C for ever, and say so."""
    try:
        await trio.sleep_forever()
    finally:
        sys.stdout.write("holds the interpreter\n")
        sys.stdout.flush()
        re.search("(a+)+$", "a" * 60 + "!")
    return "never"
