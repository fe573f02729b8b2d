"""Dials are spread over a meeting, and a refused key is tried once."""

from contextlib import asynccontextmanager

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from trialogue.actors.dialling import Breaker, DialLimiter, guarded
from trialogue.errors import DialFailed, ProviderRefused


class Peer:
    """A service that notes when it is dialled, and refuses if told to."""

    def __init__(self, failure=None, takes_s=0.0):
        self.dialled = []
        self.failure = failure
        self.takes_s = takes_s

    @asynccontextmanager
    async def __call__(self):
        self.dialled.append(trio.current_time())
        await trio.sleep(self.takes_s)
        if self.failure is not None:
            raise self.failure
        yield self


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 8), st.floats(0.5, 20))
def test_no_stretch_of_time_has_more_dials_than_allowed(pauses, burst, per_s):
    """A meeting never dials more often than `burst` and the rate allow, in the order of asking."""
    limiter, now, at = DialLimiter(per_s, burst), 0.0, []
    for pause in pauses:
        now += pause
        at.append(limiter.reserve(now))
        assert at[-1] >= now
    assert at == sorted(at)
    for first in range(len(at)):
        for last in range(first, len(at)):
            assert last - first + 1 <= burst + per_s * (at[last] - at[first]) + 1e-6


async def test_who_asked_first_dials_first(autojump_clock):
    """Many dials at once go out one by one, in the order of asking."""
    peer, limiter, breaker, order = Peer(), DialLimiter(), Breaker(), []

    async def come(name):
        async with guarded(peer, limiter, breaker)():
            order.append(name)

    async with trio.open_nursery() as nursery:
        for name in range(12):
            nursery.start_soon(come, name)
            await trio.testing.wait_all_tasks_blocked()
    assert order == list(range(12))
    assert peer.dialled[-1] - peer.dialled[0] == pytest.approx(2.0)


async def test_a_refused_key_is_refused_for_everybody(autojump_clock):
    """After the first 401 no other agent dials with that key: all that wait fail at once."""
    peer, limiter, breaker = (
        Peer(ProviderRefused("no", status=401, request_id="r1"), 0.1),
        DialLimiter(),
        Breaker(),
    )
    refused = []

    async def come():
        with pytest.raises(ProviderRefused) as caught:
            async with guarded(peer, limiter, breaker)():
                pass
        refused.append((trio.current_time(), caught.value.status, caught.value.request_id))

    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(come)
    assert len(peer.dialled) == 4
    assert {(status, request) for _, status, request in refused} == {(401, "r1")}
    assert len(refused) == 50
    assert max(at for at, *_ in refused) - start < 0.2
    await come()
    assert len(peer.dialled) == 4


@pytest.mark.parametrize(
    "failure", [DialFailed("busy", status=429), ProviderRefused("TLS"), ProviderRefused("x", status=404)]
)
async def test_other_failures_do_not_open_the_breaker(failure, autojump_clock):
    """A failure that is not about the key does not keep others from dialling."""
    peer, limiter, breaker = Peer(failure), DialLimiter(), Breaker()
    for _ in range(2):
        with pytest.raises(type(failure)):
            async with guarded(peer, limiter, breaker)():
                pass
    assert len(peer.dialled) == 2
    assert breaker.refused is None


async def test_an_error_inside_the_block_is_not_the_services(autojump_clock):
    """A refusal in the middle of a session does not keep other agents from dialling."""
    peer, limiter, breaker = Peer(), DialLimiter(), Breaker()
    with pytest.raises(ProviderRefused):
        async with guarded(peer, limiter, breaker)():
            raise ProviderRefused("settings", status=401)
    assert breaker.refused is None
