"""Handling of a server that runs, by the options of `trialogue serve`."""

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
    """A server's handles."""

    control: Control
    """Control of the server."""

    token: str = field(repr=False)
    """Token that the control route wants."""

    def seams(self) -> ServerSeams:
        """Seams at which the server must let it stand."""
        from trialogue.serving.routes import ControlRoutes  # noqa: PLC0415 - heavy, as all that serves

        return self.control.seams(ControlRoutes(self.control, self.token).decide)

    def told(self, address: str) -> Line:
        """Address of the control route's page, its token behind the `#`, which browsers keep."""
        return line("control at ", span(f"{address}/_trialogue/#{self.token}", Tone.STRONG))


@Parameter(name="*")
@frozen
class Handling:
    """Options for a server that runs."""

    record: Annotated[Path | None, Parameter(help="Write each session down as a run in this directory.")] = (
        None
    )
    """Directory to which each session is written; None for none."""

    control_token_env: Annotated[
        str | None, Parameter(help="The environment variable with the token of /_trialogue/, else drawn.")
    ] = None
    """Variable with the token of the control route."""

    replay: Annotated[
        Path | None, Parameter(help="Serve the session of this run back, gated by what each client sends.")
    ] = None
    """The run's directory; None for none."""

    participant: Annotated[
        str | None, Parameter(help="The participant whose session --replay serves back, of a meeting's run.")
    ] = None
    """An agent of the meeting."""

    strict: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="End a session of --replay with the first mismatch."),
    ] = False
    """Whether a client must do what the recorded one did."""

    record_from: Annotated[
        str | None,
        Parameter(
            help="The wss:// address of the service to stand in front of: --record keeps what both say."
        ),
    ] = None
    """Another service's address."""

    expect: Annotated[
        Path | None,
        Parameter(help="A YAML file with messages that clients must send: exit code 1 if they do not."),
    ] = None
    """File of messages that must come; None for none."""

    def expectations(self) -> WireExpectations | None:
        """Expectations of what must come; `SetupError` for a file that does not say."""
        from trialogue.serving.expecting import read_expectations  # noqa: PLC0415 - YAML comes with it

        return None if self.expect is None else read_expectations(self.expect)

    def handles(self, equipment: Equipment, token: str | None) -> Handled:
        """The handles of a server with this equipment; `SetupError` for options that exclude each other."""
        from trialogue.serving.control import Control  # noqa: PLC0415 - heavy, as all that serves

        control = Control(equipment)
        self._cast(control)
        if self.record is not None:
            control.record(self.record)
        return Handled(control, token or secrets.token_urlsafe(16))

    def _cast(self, control: Control) -> None:
        """Say who holds the conversations."""
        if self.record_from is not None:
            if self.record is None or self.replay is not None:
                raise SetupError("--record-from wants --record DIR, and no --replay")
            try:
                control.relay(self.record_from)
            except SetupError as fault:
                raise SetupError(f"--record-from: {fault}") from fault
        elif self.replay is not None:
            control.replay(self.replay, self.participant, is_strict=self.strict)
        elif self.participant is not None or self.strict:
            raise SetupError("--participant and --strict are of a run that is served back: give --replay")


LOOKED_AT: Final = Handling()
"""Nothing is kept."""
