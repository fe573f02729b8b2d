"""Tools that are programs: arguments as JSON on stdin, the result on stdout.

1. There is no shell, and the command never contains words of the model.
2. The program gets only the variables in `ENVIRONMENT` and a mark, so no key reaches it.
3. It leads a process group of its own, which is killed at the call's end in every case; so are the processes
   that have left the group, where they can be found (`stray_processes`).
4. The end of its stderr goes to the diagnostics, not to the agent.
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
from trialogue.tools.stray_processes import ProgramMark
from trialogue.values import frozen

ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ")
"""Variables that a program gets, if they are set."""

OUTPUT_BYTES = 1024 * 1024
"""Bytes of output that are read; a program that writes more is stopped. Agents get 32 KiB of it."""

_LAST_WORDS_S = 0.5
"""Seconds of waiting for the rest of its stderr after its end."""


@frozen
class CommandTool:
    """Program that is started for each call."""

    argv: tuple[str, ...]
    """Program with its fixed arguments."""

    folder: Path
    """Folder in which it runs."""

    timeout_s: float = 20.0
    """Seconds after which a call is abandoned, and the program killed."""

    async def call(self, arguments: Mapping[str, object]) -> object:
        """Run the program; `ToolFailed` where it does not exist or ends with another code than 0."""
        mark = ProgramMark.new()
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        try:
            process = await trio.lowlevel.open_process(
                list(self.argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env={**kept, **mark.environment},
                start_new_session=True,
            )
        except OSError as missing:
            raise ToolFailed(f"cannot start the command: {missing.strerror}", code="no-program") from missing
        last_words = Tail()
        try:
            output, was_whole = await _run(process, orjson.dumps(arguments), last_words, mark)
        finally:
            if last_words.text:
                note("a command wrote", program=self.argv[0], stderr=last_words.text)
        if was_whole and process.returncode:
            code = process.returncode
            raise ToolFailed(f"the command ended with exit code {code}", code=f"exit-{code}")
        return _answer(output)


async def _run(
    process: trio.Process, question: bytes, last_words: Tail, mark: ProgramMark
) -> tuple[bytes, bool]:
    """Output of a process until its end, and whether it is complete; no part of the process runs on."""
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
            mark.kill()
            with trio.CancelScope(shield=True):  # a killed process ends at once
                await process.wait()
            nursery.cancel_scope.deadline = trio.current_time() + _LAST_WORDS_S
    return output, was_whole


async def _converse(process: trio.Process, question: bytes) -> tuple[bytes, bool]:
    """Output of a process, and whether it is complete."""
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
        with suppress(trio.BrokenResourceError):  # it does not read its arguments
            await stdin.send_all(question)


def _answer(output: bytes) -> str:
    return output.decode(errors="replace").removeprefix("\ufeff").strip()


def make(action: Command, spec: ToolSpec, allowed: Permissions, _: object) -> tuple[Tool, Signature]:
    """Tool for this program; `SetupError` where it may not be started."""
    check_program(f"tool {spec.name}", action.argv[0], allowed)
    return CommandTool(action.argv, action.folder, spec.timeout_s), SILENT
