"""Options for the server's address: host names, and encryption."""

from __future__ import annotations

from pathlib import Path
from ssl import SSLContext
from typing import Annotated, Final

from cyclopts import Parameter

from trialogue.errors import SetupError
from trialogue.values import frozen


@Parameter(name="*")
@frozen
class Dialling:
    """Options for the server's address, host names and encryption."""

    host: Annotated[str, Parameter(help="Address to bind; clients need a key unless it is loopback.")] = (
        "127.0.0.1"
    )
    """Address to bind."""

    port: Annotated[int, Parameter(help="Port to bind; 0 lets the system choose.")] = 8090
    """Port to bind."""

    api_key_env: Annotated[
        str | None, Parameter(help="Environment variable with the key that clients must send.")
    ] = None
    """Environment variable of the key."""

    allow_name: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="Host name that clients may use; with a key, every name is allowed. May be repeated.",
        ),
    ] = ()
    """Names of hosts."""

    tls_self_signed: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Use TLS with a new certificate authority, made for this run.",
        ),
    ] = False
    """Whether an authority is created."""

    tls_ca: Annotated[
        Path | None,
        Parameter(
            help="File to write that authority's certificate to, for clients to trust (default: a new file)."
        ),
    ] = None
    """File of its certificate."""

    tls_cert: Annotated[Path | None, Parameter(help="Use TLS with the certificate in this PEM file.")] = None
    """The operator's certificate."""

    tls_key: Annotated[Path | None, Parameter(help="PEM file with the private key of --tls-cert.")] = None
    """Its key."""

    def check(self) -> None:
        """Check that the options agree; raises `SetupError`."""
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SetupError("give both --tls-cert and --tls-key, or neither")
        if self.tls_cert is not None and self.tls_self_signed:
            raise SetupError("use either --tls-self-signed or --tls-cert, not both")
        if self.tls_ca is not None and not self.tls_self_signed:
            raise SetupError("--tls-ca needs --tls-self-signed")

    def tls(self, host: str, scratch: Path) -> tuple[SSLContext | None, Path | None]:
        """TLS context and the file of the new authority; `SetupError` if that fails."""
        from trialogue.server.tls import certified, self_signed  # noqa: PLC0415 - heavy: the server comes with it

        if self.tls_cert is not None and self.tls_key is not None:
            return certified(self.tls_cert, self.tls_key), None
        if not self.tls_self_signed:
            return None, None
        authority = self.tls_ca or scratch / "trialogue-ca.pem"
        bound = () if host in {"0.0.0.0", "::"} else (host,)  # noqa: S104 compared, not bound
        return self_signed((*bound, *sorted(self.allow_name)), authority), authority


BY_ADDRESS: Final = Dialling()
"""Default: the usual port of this machine, its own names, without encryption."""
