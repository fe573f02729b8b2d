"""Options of `trialogue serve` for recording, steering and checking a running server."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from attrs import field
from cyclopts import Parameter

from trialogue.cli.view_lines import Line, Tone, line, span
from trialogue.errors import SetupError
from trialogue.values import frozen

if TYPE_CHECKING:
    from trialogue.server.equipment import Equipment
    from trialogue.server.seams import ServerSeams
    from trialogue.serving.control import Control
    from trialogue.serving.expecting import WireExpectations

__all__ = ["LOOKED_AT", "Handled", "Handling"]


@frozen
class Handled:
    """Parts that the command attaches to a running server: recorder, control route, expectations."""

    control: Control
    """Control of the server."""

    token: str = field(repr=False)
    """Token that the control route requires."""

    def seams(self) -> ServerSeams:
        """Seams that attach the control routes to the server."""
        from trialogue.serving.routes import ControlRoutes  # noqa: PLC0415 - heavy, as all that serves

        return self.control.seams(ControlRoutes(self.control, self.token).decide)

    def told(self, address: str) -> Line:
        """Address of the control page; the token follows the `#`, so browsers do not send it."""
        return line("control at ", span(f"{address}/_trialogue/#{self.token}", Tone.STRONG))


@Parameter(name="*")
@frozen
class Handling:
    """Options for recording, steering and checking a running server."""

    record: Annotated[Path | None, Parameter(help="Record each session as a run in this directory.")] = None
    """Directory to which each session is written; None for none."""

    control_token_env: Annotated[
        str | None,
        Parameter(help="Environment variable with the token for /_trialogue/ (default: a random token)."),
    ] = None
    """Environment variable of the control route's token."""

    replay: Annotated[
        Path | None,
        Parameter(
            help="Replay the session recorded in this run; each message waits for what the client sent "
            "before it."
        ),
    ] = None
    """Directory of the run; None for none."""

    participant: Annotated[
        str | None,
        Parameter(help="With --replay of a meeting's run: the participant whose session is replayed."),
    ] = None
    """Name of an agent of the meeting."""

    strict: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="With --replay: end the session at the first mismatch."
        ),
    ] = False
    """Whether a client must send what the recorded one sent."""

    record_from: Annotated[
        str | None,
        Parameter(help="Proxy to the service at this wss:// address, and record both sides with --record."),
    ] = None
    """Address of another service."""

    expect: Annotated[
        Path | None,
        Parameter(help="YAML file with messages that clients must send; exit code 1 if they do not."),
    ] = None
    """File of messages that must come; None for none."""

    def expectations(self) -> WireExpectations | None:
        """The expected messages; `SetupError` for a file without any."""
        from trialogue.serving.expecting import read_expectations  # noqa: PLC0415 - YAML comes with it

        return None if self.expect is None else read_expectations(self.expect)

    def handles(self, equipment: Equipment, token: str | None) -> Handled:
        """The handles of a server with these parts; `SetupError` for options that exclude each other."""
        from trialogue.serving.control import Control  # noqa: PLC0415 - heavy, as all that serves

        control = Control(equipment)
        self._cast(control)
        if self.record is not None:
            control.record(self.record)
        return Handled(control, token or secrets.token_urlsafe(16))

    def _cast(self, control: Control) -> None:
        """Choose what answers clients: agents, a recording, or a proxy."""
        if self.record_from is not None:
            if self.record is None or self.replay is not None:
                raise SetupError("--record-from needs --record DIR, and cannot be combined with --replay")
            try:
                control.relay(self.record_from)
            except SetupError as fault:
                raise SetupError(f"--record-from: {fault}") from fault
        elif self.replay is not None:
            control.replay(self.replay, self.participant, is_strict=self.strict)
        elif self.participant is not None or self.strict:
            raise SetupError("--participant and --strict need --replay")


LOOKED_AT: Final = Handling()
"""Nothing is recorded or checked."""
