"""Services: whom a meeting speaks to, sans I/O. `port` says what a vendor must do; here is the one list.

Theory of operation
===================

A vendor is a package beside `deepgram` that makes a `service.Service`, and a line in `SERVICES`. Nothing else
in trialogue names one, but for the embedded server, which speaks the wire of one of them.

**An offer** is all that a session is asked for: a value, made from the scenario's keys (`keys`), and made
anew by each change. It opens **a wire** for each connection: pure protocol state, to which its owner
tells what came and what time it is, and which gives what to send and when to ask again.

**Facts in, facts out.** Whatever the service sends becomes `facts`, in our own words and without exceptions;
an order that may not be sent just now is a `LocalProtocolError`. What the end of a connection
means stands in `close_codes`: dial again, wait, or never again. Actors act on that and know no vendor.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as typing's, which takes longer to load than this list

if TYPE_CHECKING:
    from trialogue.services.service import Service

__all__ = ["EMBEDDED", "HOSTED", "SERVICES", "service_of"]

EMBEDDED = "local"
"""The service of our own, which needs neither key nor network: where everybody is who names none."""

HOSTED = "deepgram"
"""The hosted service where none is named: `open_agent`'s, and the one that `--endpoint` moves."""

SERVICES: dict[str, str] = {
    EMBEDDED: "trialogue.services.embedded:SERVICE",
    HOSTED: "trialogue.services.deepgram.service:SERVICE",
}
"""Every service: the word that scenarios have for it, and where its `service.Service` is: `module:name`."""


def service_of(name: str) -> Service:
    """The service of this name; KeyError where the list has none."""
    module, _, attribute = SERVICES[name].partition(":")
    service: Service = getattr(import_module(module), attribute)
    return service
