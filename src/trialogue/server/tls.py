"""Encryption of a server's connections: the operator's certificate, or one of an authority made for the run.

Clients trust a self-signed server by the file with its authority's certificate: `SSL_CERT_FILE`,
`NODE_EXTRA_CA_CERTS` and most programs accept one.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from trialogue.errors import SetupError
from trialogue.overwriting import refuse_other

__all__ = ["LOCAL_NAMES", "certified", "self_signed"]

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")
"""Names that every self-signed certificate includes."""


def certified(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS context from a certificate (with its chain) and its key, both PEM files.

    Raises `SetupError` where they cannot be used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ssl.SSLError) as fault:
        reason = fault.strerror or fault
        raise SetupError(f"cannot use the certificate {certificate} with the key {key}: {reason}") from fault
    return context


def self_signed(names: Iterable[str], authority_file: Path) -> ssl.SSLContext:
    """TLS context with a certificate for `names`, signed by a new authority.

    The authority's own certificate goes to `authority_file`. Raises `SetupError` where the package that makes
    certificates is not installed, or the file cannot be written.
    """
    try:
        import trustme  # noqa: PLC0415 - installed by an extra
    except ImportError as missing:
        raise SetupError(
            "--tls-self-signed needs an extra package: pip install 'trialogue[tls]'"
        ) from missing
    refuse_other(authority_file, "--tls-ca", "certificate of such an authority", _is_authority)
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued = authority.issue_cert(*dict.fromkeys((*LOCAL_NAMES, *names)))
    issued.configure_cert(context)  # pyright: ignore[reportUnknownMemberType] -- its parameter includes types of a library that is not installed
    try:
        authority_file.write_bytes(authority.cert_pem.bytes())
    except OSError as fault:
        raise SetupError(f"cannot write {authority_file}: {fault.strerror or fault}") from fault
    return context


def _is_authority(head: bytes) -> bool:
    """Whether a file with this beginning is the certificate of an authority that an earlier run made."""
    try:
        return b"trustme" in ssl.PEM_cert_to_DER_cert(head.decode("ascii").strip())
    except ValueError:
        return False


def _no_password() -> str:
    """Password of a key: always empty, as nobody is asked."""
    return ""
