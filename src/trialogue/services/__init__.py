"""Services: protocols of vendors, sans I/O. `port` is the interface of a vendor; here is the list of them.

Theory of operation
===================

A vendor is a package beside `deepgram` that makes a `service.Service`, and a line in `SERVICES`. Nothing else
in trialogue names one, except the embedded server, which implements the protocol of one of them.

**An offer** has everything that a session is asked for: a value, made from the scenario's keys (`keys`), and
replaced by each change. It opens **a wire** for each connection: pure protocol state. Its owner passes in
the received messages and the time, and gets the messages to send and the time of the next call.

**Facts in, facts out.** Every message from the service becomes `facts`, in our own words and without
exceptions; a command that may not be sent at the moment is a `LocalProtocolError`. `close_codes` says what
the end of a connection means: reconnect, wait, or give up. Actors act on that and know no vendor.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # like typing's, which would take longer to load than this list

if TYPE_CHECKING:
    from trialogue.services.service import Service

__all__ = ["EMBEDDED", "HOSTED", "SERVICES", "service_of"]

EMBEDDED = "local"
"""Name of the embedded server's service, which needs no key and no network: the default."""

HOSTED = "deepgram"
"""Name of the default hosted service: `open_agent` uses it, and `--endpoint` changes its address."""

SERVICES: dict[str, str] = {
    EMBEDDED: "trialogue.services.embedded:SERVICE",
    HOSTED: "trialogue.services.deepgram.service:SERVICE",
}
"""Every service: its name in scenarios, and where its `service.Service` is: `module:name`."""


def service_of(name: str) -> Service:
    """The service of this name; UnknownName where the list has none."""
    from trialogue.arguments import check_argument  # noqa: PLC0415 - as above: a service loads it anyhow
    from trialogue.errors import UnknownName  # noqa: PLC0415 - likewise

    check_argument("name", name, str)
    if name not in SERVICES:
        raise UnknownName(f"no service is called {name!r}: {', '.join(SERVICES)}", argument="name")
    module, _, attribute = SERVICES[name].partition(":")
    service: Service = getattr(import_module(module), attribute)
    return service
