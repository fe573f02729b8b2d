"""Dialling of the server by its clients, as the operator says it: names, and encryption."""

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
    """Address, names and encryption by which clients dial the server."""

    host: Annotated[str, Parameter(help="The address to bind; beyond loopback clients need a key.")] = (
        "127.0.0.1"
    )
    """The address that is bound."""

    port: Annotated[int, Parameter(help="The port to bind; 0 lets the system choose.")] = 8090
    """The port that is bound."""

    api_key_env: Annotated[
        str | None, Parameter(help="The environment variable with the key that clients must show.")
    ] = None
    """Variable with the key."""

    allow_name: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            show_default=False,
            help="A host name by which clients may dial; with a key any will do. May be repeated.",
        ),
    ] = ()
    """Names of hosts."""

    tls_self_signed: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Encrypt, by a certificate authority of this run's own."
        ),
    ] = False
    """Whether an authority is made."""

    tls_ca: Annotated[
        Path | None,
        Parameter(help="The file for that authority's certificate, for clients to trust; else a new one."),
    ] = None
    """Its certificate's file."""

    tls_cert: Annotated[Path | None, Parameter(help="Encrypt, by the certificate in this PEM file.")] = None
    """The operator's certificate."""

    tls_key: Annotated[Path | None, Parameter(help="The PEM file with the key of --tls-cert.")] = None
    """Its key."""

    def check(self) -> None:
        """Whether they go together; raises `SetupError`."""
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SetupError("--tls-cert and --tls-key go together")
        if self.tls_cert is not None and self.tls_self_signed:
            raise SetupError("give --tls-self-signed or a certificate of yours, not both")
        if self.tls_ca is not None and not self.tls_self_signed:
            raise SetupError("--tls-ca is of --tls-self-signed: give that, too")

    def tls(self, host: str, scratch: Path) -> tuple[SSLContext | None, Path | None]:
        """TLS context, and the file of the authority that was made; `SetupError` where it cannot be had."""
        from trialogue.server.tls import certified, self_signed  # noqa: PLC0415 - heavy: the server comes with it

        if self.tls_cert is not None and self.tls_key is not None:
            return certified(self.tls_cert, self.tls_key), None
        if not self.tls_self_signed:
            return None, None
        authority = self.tls_ca or scratch / "trialogue-ca.pem"
        bound = () if host in {"0.0.0.0", "::"} else (host,)  # noqa: S104 compared, not bound
        return self_signed((*bound, *sorted(self.allow_name)), authority), authority


BY_ADDRESS: Final = Dialling()
"""At the usual port of this machine, by its own names, in the clear."""
