"""Many agents whose connections all drop at once: who comes back, when, and how hard they knock."""

import random

import pytest
import trio
from fake_service import FakeService, settled

from trialogue.actors.agent import Agent, AgentService
from trialogue.actors.dialling import Breaker, DialLimiter, guarded
from trialogue.actors.playout import Playout
from trialogue.errors import DialFailed, ProviderRefused
from trialogue.meeting.virtual import run_virtual
from trialogue.model.events import SessionFailed, SessionLost, SessionReady
from trialogue.services.deepgram.agent import agent_offer

SETTINGS = agent_offer({"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}, 16_000)
LIMITER = DialLimiter()


class Crowd:
    """Agents at one service, with one limiter and one breaker, as in a meeting."""

    def __init__(self, count):
        self.service = FakeService()
        self.events = []
        dial = guarded(self.service, DialLimiter(), Breaker())
        self.agents = [self.agent(f"agent-{number}", dial) for number in range(count)]

    def agent(self, name, dial):
        mouth = Playout(name, 1000, self.report)
        return Agent(
            name, [AgentService(dial, SETTINGS)], context=tuple, mouth=mouth, post=self.report, seed=7
        )

    def report(self, event):
        self.events.append((trio.current_time(), event))

    def of(self, kind):
        return [(at, event) for at, event in self.events if isinstance(event, kind)]

    async def back_in_s(self, failures=()):
        """Seat everybody, drop all connections at once, and return after how long the last is back."""
        async with trio.open_nursery() as nursery:
            for agent in self.agents:
                await nursery.start(agent.run)
            await trio.sleep(51)
            assert len(self.of(SessionReady)) == len(self.agents)
            dropped_at = trio.current_time()
            self.service.dialled.clear()
            self.service.failures = list(failures)
            for socket in tuple(self.service.sockets):
                socket.loses()
            await trio.sleep(61)
            nursery.cancel_scope.cancel()
        return max(at for at, _ in self.of(SessionReady)) - dropped_at


def most_in(times, window_s):
    """The most dials in any stretch of this length."""
    return max(sum(at <= other < at + window_s for other in times) for at in times)


@pytest.mark.parametrize(
    ("count", "within_s"),
    [(30, 20.0), *(pytest.param(*each, marks=pytest.mark.long) for each in ((50, 30.0), (200, 60.0)))],
)
def test_all_are_back_in_time(count, within_s):
    """Agents that all lost their connection are back in time, within the limit of dials."""
    crowd = Crowd(count)
    back_in_s = run_virtual(crowd.back_in_s)
    assert len(crowd.of(SessionLost)) == count
    assert len(crowd.of(SessionReady)) == 2 * count
    assert crowd.of(SessionFailed) == []
    assert len(crowd.service.dialled) == count
    assert most_in(crowd.service.dialled, 0.999) <= LIMITER.burst + LIMITER.per_s
    assert back_in_s <= within_s


@pytest.mark.long  # a service that comes back at once is in the daily tests
def test_a_service_that_comes_back_slowly():
    """Fifty agents come back, within the limit of dials, although a third of the dials fail."""
    chance = random.Random(7)
    failures = [DialFailed("busy", status=503) if chance.random() < 0.33 else None for _ in range(40)]
    crowd = Crowd(50)
    back_in_s = run_virtual(lambda: crowd.back_in_s(failures))
    assert crowd.of(SessionFailed) == []
    assert len(crowd.of(SessionReady)) == 100
    assert most_in(crowd.service.dialled, 0.999) <= LIMITER.burst + LIMITER.per_s
    assert back_in_s <= 30.0


def test_a_revoked_key_is_tried_by_few_and_failed_by_all():
    """With a revoked key fifty agents fail once each within a second, after four dials."""
    crowd = Crowd(50)
    refused = [ProviderRefused("the service answered 401", status=401)] * 400

    run_virtual(lambda: crowd.back_in_s(refused))
    failed = crowd.of(SessionFailed)
    assert len({event.participant for _, event in failed}) == len(failed) == 50
    assert all(event.refused for _, event in failed)
    assert len(crowd.service.dialled) <= LIMITER.burst
    assert max(at for at, _ in failed) - min(at for at, _ in failed) < 1.0


async def test_a_lone_loss_is_not_kept_waiting(autojump_clock):
    """An agent that is alone in dialling waits only for its own random pause."""
    crowd = Crowd(1)
    async with trio.open_nursery() as nursery:
        await nursery.start(crowd.agents[0].run)
        await settled()
        crowd.service.socket.loses()
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    (_, lost), back = crowd.of(SessionLost)[0], crowd.of(SessionReady)[1][0]
    assert back - crowd.of(SessionLost)[0][0] == pytest.approx(lost.retry_in_s, abs=1e-6)
