"""A voice agent service without sound: what it is told it notes, what it says a test decides."""

import json
from contextlib import asynccontextmanager

import trio
from service_socket import ServiceSocket

from trialogue.actors.agent import Agent, AgentService
from trialogue.actors.playout import Playout
from trialogue.services.deepgram.agent import agent_offer

ACKS = {
    "UpdatePrompt": "PromptUpdated",
    "UpdateThink": "ThinkUpdated",
    "UpdateSpeak": "SpeakUpdated",
    "UpdateListen": "ListenUpdated",
}
BLOCK = {
    "think": {
        "provider": {"type": "open_ai", "model": "gpt-4o-mini"},
        "prompt": "You are Ann.",
        "functions": [{"name": "price", "parameters": {"type": "object"}}],
    },
    "greeting": "Hello.",
}


class FakeSocket(ServiceSocket):
    """One open connection, seen from the client."""

    def __init__(self, service, number):
        super().__init__("/")
        self.service = service
        self.number = number
        self.fed = []

    def send_text(self, text):
        message = json.loads(text)
        self.told.append((trio.current_time(), message))
        if message["type"] == "Settings":
            self.service.settings.append(message)
            for answer in self.service.answers:
                self.tells(answer)
        elif message["type"] in ACKS and self.service.confirms:
            self.says(ACKS[message["type"]])

    def send_bytes(self, frame):
        self.fed.append((trio.current_time(), len(frame)))

    def tells(self, message):
        """Send a message to the client, as it is."""
        self._send.send_nowait(json.dumps(message))

    async def taken(self):
        """Wait until the client has taken all that was sent."""
        while True:
            await trio.lowlevel.checkpoint()
            if not self._receive.statistics().current_buffer_used:
                return

    def sounds(self, pcm):
        """Send sound to the client."""
        self._send.send_nowait(pcm)

    def of(self, kind):
        """Messages of one type that the client sent."""
        return [message for _, message in self.told if message["type"] == kind]


class FakeService:
    """Where sockets come from; each open one is in `sockets`."""

    def __init__(self, failures=(), closes_in_s=0.0):
        self.failures = list(failures)
        self.closes_in_s = closes_in_s
        self.dialled = []
        self.sockets = []
        self.open = 0
        self.most_open = 0
        self.settings = []
        self.confirms = True
        self.answers = [{"type": "Welcome", "request_id": "r"}, {"type": "SettingsApplied"}]

    @asynccontextmanager
    async def __call__(self):
        self.dialled.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        if self.failures:
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        socket = FakeSocket(self, len(self.sockets) + 1)
        self.sockets.append(socket)
        try:
            yield socket
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(self.closes_in_s)
            self.open -= 1

    @property
    def socket(self):
        """The last socket."""
        return self.sockets[-1]


@asynccontextmanager
async def held(service, *, fallback=None, context=tuple, block=BLOCK, lines=None):
    """An agent at a service, and what it reports."""
    events = []
    mouth = Playout("ann", 1000, events.append)
    services = [AgentService(service, agent_offer(block, 16_000), "cast.ann, small.yaml:8:3")]
    if fallback is not None:
        services.append(AgentService(fallback, agent_offer({"greeting": "Hi."}, 16_000)))
    agent = Agent("ann", services, context=context, lines=lines, mouth=mouth, post=events.append)
    async with trio.open_nursery() as nursery:
        await nursery.start(agent.run)
        await settled()
        yield agent, events
        nursery.cancel_scope.cancel()


async def settled():
    """Let everybody do what can be done now."""
    for _ in range(20):
        await trio.lowlevel.checkpoint()


def of(events, kind):
    """The events of one class."""
    return [event for event in events if isinstance(event, kind)]
