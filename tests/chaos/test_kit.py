"""What is shipped for tests of others."""

import signal

import pytest
import trio

from trialogue.agent.opening import open_agent
from trialogue.errors import ProviderRefused
from trialogue.testing import FaultPlan, Planned, WrongAnswer, fault_named, judge, peer, try_meeting


async def test_one_agent_and_its_bad_peer(autojump_clock):
    """A peer that refuses is told as a refusal, with its words."""
    body = b'{"err_code":"INSUFFICIENT","err_msg":"no credit"}'
    refusing = WrongAnswer(
        b"HTTP/1.1 402 Payment Required\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    block = {"think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}}}
    with trio.fail_after(60):
        async with open_agent(block, connect=peer(refusing)) as agent:
            with pytest.raises(ProviderRefused, match="402: no credit"):
                await agent.next_event()


def test_a_meeting_and_its_plan(scene, tmp_path):
    """A plan is a value, and what came of it another."""
    plan = FaultPlan((Planned(fault_named("half-open"), "cleo", after_s=8.0),))
    judged = judge(try_meeting(scene(), plan, out=tmp_path / "run"))
    assert judged.broken == ()
    assert judged.rows[0].survived == "returned"


@pytest.mark.real
def test_a_trial_in_real_time(scene, tmp_path):
    """The same faults strike a meeting that lives by the clock of the machine."""
    resolved = scene(
        ("clock: virtual", "clock: real"), ("turns: 9", "turns: 2"), ("It is fast, and it is near.", "So.")
    )
    plan = FaultPlan(
        (Planned(fault_named("broken-500"), "cleo"), Planned(fault_named("fin-mid-turn"), "ann"))
    )
    trial = try_meeting(resolved, plan, out=tmp_path / "run")
    assert judge(trial).broken == ()
    assert {strike.planned.fault.name for strike in trial.strikes} == {"broken-500", "fin-mid-turn"}


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_a_hang_up_is_heard_behind_nohup(scene, tmp_path):
    """The meeting went on as if the fault had not struck, and the promise that it ends was called broken."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        plan = FaultPlan((Planned(fault_named("hung-up"), "", after_s=1.0),), seed=1)
        trial = try_meeting(scene(), plan, out=tmp_path / "run")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert trial.held is not None
    assert (trial.held.result.reason, judge(trial).broken) == ("hung-up", ())
