"""Text messages of the listening routes to values; `trialogue.services.deepgram.codec.encode` writes them."""

from __future__ import annotations

from typing import cast

from trialogue.services.deepgram.codec import classes_of, decode
from trialogue.services.deepgram.listen.flux import FluxClientMessage, FluxServerMessage
from trialogue.services.deepgram.listen.nova import NovaClientMessage, NovaServerMessage

_FLUX_CLIENT, _FLUX_SERVER = classes_of(FluxClientMessage), classes_of(FluxServerMessage)
_NOVA_CLIENT, _NOVA_SERVER = classes_of(NovaClientMessage), classes_of(NovaServerMessage)


def decode_flux_client(text: str | bytes) -> FluxClientMessage:
    """Client's message on `/v2/listen`; RemoteProtocolError for an invalid one."""
    return cast(FluxClientMessage, decode(text, _FLUX_CLIENT))


def decode_flux_server(text: str | bytes) -> FluxServerMessage:
    """Server's message on `/v2/listen`; RemoteProtocolError for an invalid one."""
    return cast(FluxServerMessage, decode(text, _FLUX_SERVER))


def decode_nova_client(text: str | bytes) -> NovaClientMessage:
    """Client's message on `/v1/listen`; RemoteProtocolError for an invalid one."""
    return cast(NovaClientMessage, decode(text, _NOVA_CLIENT))


def decode_nova_server(text: str | bytes) -> NovaServerMessage:
    """Server's message on `/v1/listen`; RemoteProtocolError for an invalid one."""
    return cast(NovaServerMessage, decode(text, _NOVA_SERVER))
