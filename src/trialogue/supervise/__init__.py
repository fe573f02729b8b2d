"""OTP's supervision on trio's nurseries: start in order, stop in reverse, restart by defined rules.

It knows nothing about meetings; any trio program can use it. See `docs/explain/supervision.md`.

- `specs` are its terms: children, restart types, strategies, intensity;
- `restart_rules` decide, without tasks: who is restarted, and when the intensity is exceeded;
- `tree` applies that to the children (`child`); `task` runs it with its `inbox`; `supervisor` is the handle;
- `observations` report what it did; `signals` and `single_errors` are for programs around it.

The delays before a lost connection reconnects are in `brain/redialling.py`.
"""

from trialogue.errors import IntensityExceeded
from trialogue.supervise.child import ChildState, ChildStatus
from trialogue.supervise.observations import (
    Diagnostics,
    Escalated,
    Exited,
    Observation,
    Observer,
    Overrun,
    Restarting,
    Started,
)
from trialogue.supervise.signals import watch_signals
from trialogue.supervise.single_errors import lone_error
from trialogue.supervise.specs import AutoShutdown, Backoff, ChildSpec, Intensity, Restart, Start, Strategy
from trialogue.supervise.supervisor import Supervisor, open_supervisor, supervisor_spec
from trialogue.supervise.task import TaskPhase

__all__ = [
    "AutoShutdown",
    "Backoff",
    "ChildSpec",
    "ChildState",
    "ChildStatus",
    "Diagnostics",
    "Escalated",
    "Exited",
    "Intensity",
    "IntensityExceeded",
    "Observation",
    "Observer",
    "Overrun",
    "Restart",
    "Restarting",
    "Start",
    "Started",
    "Strategy",
    "Supervisor",
    "TaskPhase",
    "lone_error",
    "open_supervisor",
    "supervisor_spec",
    "watch_signals",
]
