"""Trust of a TLS client: every context of ours, whoever uses it."""

import ssl

import pytest

from trialogue.server.think.open_ai import open_client
from trialogue.tools.kinds.mcp_http import open_http_client
from trialogue.transport.trust import client_context


def context_of(client: object) -> ssl.SSLContext:
    """Context of an HTTP client's connections."""
    return client._transport._pool._ssl_context


CONTEXTS = {
    "sockets and tools": client_context,
    "think endpoints": lambda: context_of(open_client()),
    "MCP servers": lambda: context_of(open_http_client(1.0, 1.0, print, print)),
}


@pytest.mark.parametrize("made", CONTEXTS.values(), ids=CONTEXTS)
def test_a_peer_is_known_by_its_alternative_names_and_shakes_hands_once(made) -> None:
    """TLS clients trust alternative names only, and allow no renegotiation."""
    context = made()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert not context.hostname_checks_common_name
    assert context.options & ssl.OP_NO_RENEGOTIATION
