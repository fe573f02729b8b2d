"""Names of OpenTelemetry's semantic conventions for generative AI (v1.37), and our own beside them."""

from __future__ import annotations

from typing import Final

OPERATION: Final = "gen_ai.operation.name"
"""Operation of a span: `invoke_agent` or `execute_tool`."""

AGENT: Final = "gen_ai.agent.name"
"""Name of the participant."""

CONVERSATION: Final = "gen_ai.conversation.id"
"""Name and start of the meeting: one meeting, one conversation."""

TOOL: Final = "gen_ai.tool.name"
"""Name of an agent's tool."""

TOOL_CALL: Final = "gen_ai.tool.call.id"
"""Id of a call, by the service."""

ERROR: Final = "error.type"
"""Reason for a failure, in a word."""

INVOKE_AGENT: Final = "invoke_agent"
EXECUTE_TOOL: Final = "execute_tool"

MEETING: Final = "trialogue.meeting.name"
END_REASON: Final = "trialogue.meeting.end_reason"
TURN: Final = "trialogue.turn.number"
TURN_REASON: Final = "trialogue.turn.reason"
TURN_CAUSE: Final = "trialogue.turn.cause"
SESSION: Final = "trialogue.session.number"
OUTCOME: Final = "trialogue.tool.outcome"
LATENCY: Final = "trialogue.latency"
"""Prefix of `.listen`, `.think`, `.speak` and `.total`, in seconds."""

TURN_DURATION: Final = "trialogue.turn.duration"
RESPONSE: Final = "trialogue.response.duration"
SESSIONS_LOST: Final = "trialogue.session.lost"
TOOL_DURATION: Final = "trialogue.tool.duration"
