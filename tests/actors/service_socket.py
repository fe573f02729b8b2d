"""The service's end of one connection, without a network: what it says, and how it ends, a test decides."""

import json

import trio

from trialogue.errors import ConnectionLost
from trialogue.transport.socket import Handshake, SocketStatistics


class ServiceSocket:
    """One open connection, seen from the client."""

    def __init__(self, target):
        self.told = []
        self.handshake = Handshake(target)
        self._send, self._receive = trio.open_memory_channel(1000)

    async def receive(self):
        message = await self._receive.receive()
        if isinstance(message, ConnectionLost):
            raise message
        return message

    async def drain(self):
        await trio.lowlevel.checkpoint()

    async def aclose(self, code=1000, reason=""):
        await trio.lowlevel.checkpoint()

    def statistics(self):
        return SocketStatistics(0, 0, 0, 0, 0, 0, None)

    def says(self, kind, **more):
        """Send a message to the client."""
        self._send.send_nowait(json.dumps({"type": kind, **more}))

    def loses(self, code=1006):
        """End the connection."""
        self._send.send_nowait(ConnectionLost("it broke", close_code=code))
