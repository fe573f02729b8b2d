"""A meeting's brain, with the policies that its plan names by where they are.

A custom policy is a pure function `(FloorView) -> Decision`, or an object with such a `choose`, named
`module:attribute`. It is code, which a scenario or a journal cannot run by itself: its name must be among
what the operator allows. The plan carries the name alone, so that a replay asks whatever stands there now: a
policy that was changed since shows as a divergence, as it should.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from attrs import frozen

from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.brain.meeting import Brain
from trialogue.errors import AuthorFailed, SetupError
from trialogue.importing import import_named, reason_of
from trialogue.model.plan import MeetingPlan
from trialogue.tools.permissions import check_import, check_place

_DECISIONS = (Next, Wait, Nobody, Collect)


@frozen
class FunctionPolicy:
    """A function as a policy."""

    function: Callable[[FloorView], Decision]
    """What is asked."""

    def choose(self, view: FloorView, /) -> Decision:
        """Ask the function."""
        return self.function(view)


@frozen
class AuthorsPolicy:
    """A policy of the author's: what it does wrong ends the meeting, and is told as the author's."""

    what: str
    """Its name for people."""

    policy: Policy
    """What is asked."""

    def choose(self, view: FloorView, /) -> Decision:
        """Ask the policy; `AuthorFailed` where it raises anything, or returns no decision."""
        try:
            decision = self.policy.choose(view)
        except (Exception, SystemExit, KeyboardInterrupt) as fault:  # foreign code raises what it likes
            raise AuthorFailed(f"{self.what} raised {reason_of(fault)}") from fault
        return self._checked(decision)

    def _checked(self, returned: object) -> Decision:
        if isinstance(returned, _DECISIONS):
            return returned
        raise AuthorFailed(f"{self.what} returned a {type(returned).__name__}, not a decision")


def brain_for(plan: MeetingPlan, imports: tuple[str, ...] = ()) -> Brain:
    """A new brain for a plan, whose own policies must be among `imports`: patterns over `module.attribute`.

    `SetupError` in one line for a policy that is not allowed, or not where it should be.
    """
    names = {name for name in (plan.floor.policy, plan.floor.otherwise) if ":" in name}
    return Brain(plan, {name: import_policy(name, imports) for name in names})


def import_policy(name: str, imports: tuple[str, ...]) -> Policy:
    """The policy that `module:attribute` names; `SetupError` where there is none, or it may not be asked."""
    what = f"policy {name}"
    check_import(what, name, imports)
    found = import_named(what, name)
    check_place(what, name, found, imports)
    if hasattr(found, "choose"):
        return AuthorsPolicy(what, cast("Policy", found))
    if not callable(found):
        raise SetupError(f"{what}: is a {type(found).__name__}, not a function")
    return AuthorsPolicy(what, FunctionPolicy(cast("Callable[[FloorView], Decision]", found)))
