"""Functions that open meetings and agents for threads; made by docs/mirror.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from trialogue.actors.dialling import Connect
from trialogue.actors.hooks import Hook, HookFunction
from trialogue.agent import lone as native_agent
from trialogue.blocking.agent import LoneAgent
from trialogue.blocking.block import Block
from trialogue.blocking.blocks import agent_block, meeting_block, run_block
from trialogue.blocking.meeting import Meeting
from trialogue.brain.floor.view import Decision, FloorView, Policy
from trialogue.meeting import handle as native
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import DEFAULT_EDGES
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.resumption import Resumption
from trialogue.model.plan import HookPoint
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import Scenario
from trialogue.scenario.resolve import Resolved
from trialogue.services import HOSTED
from trialogue.services.sound_terms import SessionTerms
from trialogue.speech.engines import Engines


def open_meeting(
    scenario: str | Path | Scenario | Resolved,
    *,
    overrides: Overrides | None = None,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    resumption: Resumption | None = None,
) -> Block[native.Meeting, Meeting]:
    """Run a scenario's meeting while the block runs; leaving the block ends the meeting.

    Its arguments and errors are those of `trialogue.open_meeting`.
    """
    return meeting_block(
        scenario,
        {
            "overrides": overrides,
            "out": out,
            "edges": edges,
            "tools": tools,
            "policies": policies,
            "hooks": hooks,
            "resumption": resumption,
        },
    )


def open_agent(
    agent: Mapping[str, object] | str,
    *,
    via: str = HOSTED,
    url: str | None = None,
    connect: Connect | None = None,
    engines: Engines | None = None,
    sample_rate: int = 24000,
    terms: SessionTerms | None = None,
    functions: Mapping[str, Callable[..., object]] | None = None,
) -> Block[native_agent.LoneAgent, LoneAgent]:
    """Run one agent's session while the block runs; leaving the block, or `close`, ends it.

    Its arguments and errors are those of `trialogue.open_agent`.
    """
    return agent_block(
        agent,
        {
            "via": via,
            "url": url,
            "connect": connect,
            "engines": engines,
            "sample_rate": sample_rate,
            "terms": terms,
            "functions": functions,
        },
    )


def run_meeting(
    scenario: str | Path | Scenario | Resolved,
    *,
    overrides: Overrides | None = None,
    out: str | Path | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    watch: Callable[[Meeting], object] | None = None,
) -> MeetingResult:
    """Run a meeting to its end, on its scenario's clock, and return the result.

    Its arguments and errors are those of `trialogue.run_meeting`.
    """
    return run_block(
        scenario,
        {
            "overrides": overrides,
            "out": out,
            "edges": edges,
            "tools": tools,
            "policies": policies,
            "hooks": hooks,
        },
        watch,
    )
