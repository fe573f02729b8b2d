"""Contexts of a call, and the interface for each: checked before anything is made."""

from __future__ import annotations

import sys
import threading

from trio.lowlevel import in_trio_run

from trialogue.errors import WrongLoop


def in_asyncio() -> bool:
    """Whether asyncio's loop runs in this thread."""
    asyncio = sys.modules.get("asyncio")  # if it was never loaded, it does not run
    if asyncio is None:
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def in_main_thread() -> bool:
    """Whether signals can be watched here: in the main thread."""
    return threading.current_thread() is threading.main_thread()


def check_opened_on_trio(name: str) -> None:
    """Raise WrongLoop, with the right interface, unless a task of a trio loop opens it."""
    if in_trio_run():
        return
    if in_asyncio():
        raise WrongLoop(f"{name} needs a trio loop: with asyncio, use trialogue.aio.{name}")
    raise WrongLoop(f"{name} needs a task of a trio loop: in synchronous code, use trialogue.blocking.{name}")


def check_opened_on_asyncio() -> None:
    """Raise WrongLoop, with the right interface, unless an asyncio task opens a block, or runs a meeting."""
    if in_asyncio():
        return
    if in_trio_run():
        raise WrongLoop("trialogue.aio is for asyncio: in a trio task, use trialogue itself")
    raise WrongLoop(
        "trialogue.aio needs an asyncio loop in this thread: in plain code, or on another loop, use "
        "trialogue.blocking in a thread"
    )


def check_run_here() -> None:
    """Raise WrongLoop, with the right interface, where a loop already runs in this thread."""
    if in_trio_run():
        raise WrongLoop("run_meeting starts its own trio loop: inside trio, use open_meeting")
    if in_asyncio():
        raise WrongLoop("run_meeting would block the asyncio loop: use trialogue.aio.run_meeting")
