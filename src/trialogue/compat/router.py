"""`DeepgramClient`: makes connections with a key, to the service or to a stand-in."""

from __future__ import annotations

import os
from functools import partial

from trialogue.actors.dialling import Connect
from trialogue.arguments import checks_arguments
from trialogue.compat.asyncclient import AsyncAgentWebSocketClient
from trialogue.compat.client import AgentWebSocketClient
from trialogue.compat.errors import DeepgramApiError
from trialogue.handles import given_by, make
from trialogue.services import HOSTED, service_of
from trialogue.transport.dial import check_plaintext, open_websocket, parse_url

KEY_VARIABLE = "DEEPGRAM_API_KEY"
PATH = "/v1/agent/converse"


class DeepgramClient:
    """Client that creates connections to agents.

    `api_key` defaults to the environment variable `DEEPGRAM_API_KEY`. `url` selects a server other than
    Deepgram's: `ws://127.0.0.1:8090` for one on this machine, `wss://...` for any other. DeepgramApiError
    without a key.
    """

    @checks_arguments
    def __init__(self, api_key: str = "", *, url: str | None = None) -> None:
        key = api_key or os.environ.get(KEY_VARIABLE, "")
        if not key.strip():
            raise DeepgramApiError(f"no API key: pass api_key, or set {KEY_VARIABLE}")
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise DeepgramApiError(
                "the API key is invalid: it contains spaces, line breaks or non-ASCII characters"
            )
        self._connect = _dialling(key, url)

    @property
    def agent(self) -> AgentRouter:
        """Agents."""
        return make(AgentRouter, self._connect)


@given_by("DeepgramClient.agent")
class AgentRouter:
    """The two kinds of connections to agents; `router.websocket.v("1")` creates one."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    @property
    def websocket(self) -> AgentWebSocketClient:
        """For threads."""
        return make(AgentWebSocketClient, self._connect)

    @property
    def asyncwebsocket(self) -> AsyncAgentWebSocketClient:
        """For asyncio."""
        return make(AsyncAgentWebSocketClient, self._connect)


def _dialling(key: str, url: str | None) -> Connect:
    hosted = service_of(HOSTED).hosted
    if url is None and hosted is not None:
        address = hosted.url
    else:
        address = (url or "").rstrip("/")
        address = address if address.endswith(PATH) else address + PATH
    headers = {"Authorization": lambda: f"Token {key}"}
    check_plaintext(parse_url(address), headers, (), allow_plaintext=False)
    return partial(open_websocket, address, headers=headers)
