"""Tools that are programs: arguments as JSON on stdin, the answer on stdout.

1. There is no shell, and nothing of the model's words is ever part of the command.
2. The program gets `ENVIRONMENT` and nothing else of ours: no key reaches it.
3. It leads a process group of its own, which is killed when the call ends, however it ends.
4. The end of what it writes to stderr is for the diagnostics, not for the agent.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import orjson
import trio

from trialogue.errors import ToolFailed
from trialogue.scenario.tool_keys import Command
from trialogue.scenario.tool_specs import ToolSpec
from trialogue.tools.executor import Tool
from trialogue.tools.notes import Tail, note
from trialogue.tools.permissions import Permissions, check_program
from trialogue.tools.signatures import SILENT, Signature
from trialogue.values import frozen

ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ")
"""The variables that a program is given, where we have them."""

OUTPUT_BYTES = 1024 * 1024
"""Bytes of its output that are read; a program that writes more is stopped. Agents get 32 KiB of it."""

_LAST_WORDS_S = 0.5
"""Seconds of waiting for the rest of its stderr, once it is dead."""


@frozen
class CommandTool:
    """A program that is started for each call."""

    argv: tuple[str, ...]
    """The program and its fixed arguments."""

    folder: Path
    """Folder in which it runs."""

    timeout_s: float = 20.0
    """Seconds after which a call is given up, and the program killed."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Run it; `ToolFailed` where it is not there or ends with another code than 0."""
        try:
            process = await trio.lowlevel.open_process(
                list(self.argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
        except OSError as missing:
            raise ToolFailed(f"cannot start the command: {missing.strerror}", code="no-program") from missing
        last_words = Tail()
        try:
            output, was_whole = await _run(process, orjson.dumps(arguments), last_words)
        finally:
            if last_words.text:
                note("a command wrote", program=self.argv[0], stderr=last_words.text)
        if was_whole and process.returncode:
            code = process.returncode
            raise ToolFailed(f"the command ended with exit code {code}", code=f"exit-{code}")
        return _answer(output)


async def _run(process: trio.Process, question: bytes, last_words: Tail) -> tuple[bytes, bool]:
    """Output of a process until it ended, and whether that is all of it; nothing of it is left running."""
    assert process.stderr is not None  # noqa: S101 - it was asked for
    async with trio.open_nursery() as nursery:
        nursery.start_soon(last_words.read, process.stderr)
        try:
            output, was_whole = await _converse(process, question)
            if was_whole:
                await process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with trio.CancelScope(shield=True):  # a killed process ends at once
                await process.wait()
            nursery.cancel_scope.deadline = trio.current_time() + _LAST_WORDS_S
    return output, was_whole


async def _converse(process: trio.Process, question: bytes) -> tuple[bytes, bool]:
    """Output of a process, and whether that is all of it."""
    assert process.stdin is not None  # noqa: S101 - it was asked for
    assert process.stdout is not None  # noqa: S101 - likewise
    output = bytearray()
    async with trio.open_nursery() as nursery, process.stdout:
        nursery.start_soon(_tell, process.stdin, question)
        async for part in process.stdout:
            output += part
            if len(output) > OUTPUT_BYTES:
                nursery.cancel_scope.cancel(reason="the command writes too much output")
                break
    return bytes(output[:OUTPUT_BYTES]), len(output) <= OUTPUT_BYTES


async def _tell(stdin: trio.abc.SendStream, question: bytes) -> None:
    async with stdin:
        with suppress(trio.BrokenResourceError):  # it has no use for its arguments
            await stdin.send_all(question)


def _answer(output: bytes) -> str:
    return output.decode(errors="replace").strip()


def make(action: Command, spec: ToolSpec, allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """The tool that is this program; `SetupError` where it may not be started."""
    check_program(f"tool {spec.name}", action.argv[0], allowed)
    return CommandTool(action.argv, action.folder, spec.timeout_s), SILENT
