"""A service that listens, without ears: what it is sent it notes, what it understands a test decides."""

import json
from contextlib import asynccontextmanager

import trio
from service_socket import ServiceSocket

from trialogue.actors.ear import Ear, EarPast, EarService
from trialogue.services.deepgram.ear import DeepgramEar
from trialogue.services.deepgram.listen import ListenSettings

RATE = 1000
"""Samples a second: a sample is a millisecond."""

NO_PAST = EarPast()


class ListeningSocket(ServiceSocket):
    """One open connection, seen from the client."""

    def __init__(self, *, greets=True):
        super().__init__("/v2/listen")
        self.sound = b""
        if greets:
            self.says("Connected", request_id="r", sequence_id=0)

    def send_text(self, text):
        self.told.append(json.loads(text)["type"])

    def send_bytes(self, frame):
        self.sound += frame

    @property
    def sounded_s(self):
        """How much sound it was sent, in seconds."""
        return len(self.sound) / (2 * RATE)

    def understands(self, text, begin, end, event="Update", index=0):
        """Send a turn as it stands, with the places of its words in the connection's sound."""
        words = [{"word": word, "confidence": 1.0, "start": begin, "end": end} for word in text.split()]
        window = {"audio_window_start": begin, "audio_window_end": end, "end_of_turn_confidence": 0.5}
        self.says("TurnInfo", event=event, turn_index=index, transcript=text, words=words, **window)


class ListeningService:
    """Where sockets come from; each open one is in `sockets`."""

    def __init__(self, failures=(), *, greets=True):
        self.failures = list(failures)
        self.greets = greets
        self.sockets = []

    @asynccontextmanager
    async def __call__(self):
        await trio.lowlevel.checkpoint()
        if self.failures:
            raise self.failures.pop(0)
        self.sockets.append(ListeningSocket(greets=self.greets))
        yield self.sockets[-1]

    @property
    def socket(self):
        """The last socket."""
        return self.sockets[-1]


@asynccontextmanager
async def listening(service, past=NO_PAST):
    """An ear at a service, and what it reports."""
    events = []
    settings = ListenSettings(sample_rate=RATE)
    ear = Ear(
        "dana", EarService(service, DeepgramEar(settings), "cast.dana, small.yaml:8:3"), post=events.append
    )
    ear.restore(past)
    async with trio.open_nursery() as nursery:
        await nursery.start(ear.run, 0.0)
        await settled()
        yield ear, events
        nursery.cancel_scope.cancel()


async def settled():
    """Let everybody do what can be done now."""
    for _ in range(20):
        await trio.lowlevel.checkpoint()
