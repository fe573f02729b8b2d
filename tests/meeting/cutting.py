"""Connections that a test can cut, and what was said over them."""

import json
from contextlib import asynccontextmanager

import trio

from trialogue.errors import ConnectionLost


class Cuttable:
    """One client's socket, which breaks when the test says so."""

    def __init__(self, inner):
        self.inner = inner
        self.told = []
        self.is_cut = False
        self._reading = trio.CancelScope()

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def send_text(self, text):
        self.told.append(json.loads(text))
        self.inner.send_text(text)

    async def receive(self):
        with trio.CancelScope() as self._reading:
            if not self.is_cut:
                return await self.inner.receive()
        raise ConnectionLost("it was cut", close_code=1006)

    def cut(self):
        """Break the connection now."""
        self.is_cut = True
        self._reading.cancel()


class Connections:
    """Every connection of a meeting, by participant; a seam's `connect`."""

    def __init__(self, failures=None):
        self.failures = failures or {}
        self.of = {}
        self.dialled = []
        self.most_open = 0
        self._open = {}

    def __call__(self, participant, connect):
        @asynccontextmanager
        async def dial():
            self.dialled.append(participant)
            for failure in self.failures.get(participant, [])[:1]:
                self.failures[participant].pop(0)
                raise failure
            async with connect() as inner:
                socket = Cuttable(inner)
                self.of.setdefault(participant, []).append(socket)
                self._open[participant] = self._open.get(participant, 0) + 1
                self.most_open = max(self.most_open, self._open[participant])
                yield socket
            self._open[participant] -= 1

        return dial

    def cut(self, participant):
        """Break the participant's last connection."""
        self.of[participant][-1].cut()

    def settings(self, participant):
        """The settings of each of the participant's sessions."""
        return [socket.told[0] for socket in self.of[participant]]
