"""A meeting's brain, with the policies that its plan names by their place in code.

A custom policy is a pure function `(FloorView) -> Decision`, or an object with such a `choose`. An app
provides it under its own name. As `module:attribute` it is code, which a scenario or a journal cannot run
by itself: the operator must allow its name. The plan has only the name, so a replay calls the current
version: a policy that was changed shows as a divergence, as it should.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

import trio
from attrs import asdict

from trialogue.arguments import checks_arguments, is_async, kind_of
from trialogue.brain.floor.policies import POLICIES
from trialogue.brain.floor.view import Collect, Decision, FloorView, Next, Nobody, Policy, Wait
from trialogue.brain.meeting import Brain
from trialogue.errors import AuthorFailed, SetupError, WrongType
from trialogue.importing import import_named, reason_of
from trialogue.meeting.app_requests import a_mapping, wrong_value
from trialogue.model.plan import MeetingPlan
from trialogue.tools.permissions import check_import, check_place
from trialogue.values import frozen

_DECISIONS = (Next, Wait, Nobody, Collect)

_FIELDS: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {"to": str, "reason": str, "about": str, "until": (int, float), "is_final": bool}
)
"""Types of a decision's fields, for callers without types."""


@frozen
class FunctionPolicy:
    """Function as a policy."""

    function: Callable[[FloorView], Decision]
    """Function that decides."""

    def choose(self, view: FloorView, /) -> Decision:
        """Call the function."""
        return self.function(view)


@frozen
class AuthorsPolicy:
    """A policy of the author: its errors end the meeting, and are reported as the author's."""

    what: str
    """Name of the policy for people."""

    policy: Policy
    """Policy that decides."""

    def choose(self, view: FloorView, /) -> Decision:
        """Call the policy; `AuthorFailed` where it raises, or returns no decision."""
        try:
            decision = self.policy.choose(view)
        except (Exception, SystemExit, trio.Cancelled) as fault:  # it is foreign code
            failed = AuthorFailed(f"{self.what} raised {reason_of(fault)}")
            raise failed from fault  # noqa: ASYNC104 - nothing can cancel a plain function
        return self._checked(decision)

    def _checked(self, returned: object) -> Decision:
        if not isinstance(returned, _DECISIONS):
            raise AuthorFailed(f"{self.what} returned {kind_of(returned)}, not a decision")
        for name, value in asdict(returned, recurse=False).items():
            if not isinstance(value, _FIELDS[name]) or (isinstance(value, bool) and name != "is_final"):
                found = f"{kind_of(returned)} whose {name} is {kind_of(value)}"
                raise AuthorFailed(f"{self.what} returned {found}")
        return returned


@checks_arguments
def brain_for(
    plan: MeetingPlan, imports: tuple[str, ...] = (), policies: Mapping[str, object] = MappingProxyType({})
) -> Brain:
    """A new brain for a plan; use it to verify: `verify(run, partial(brain_for, policies={"mine": mine}))`.

    Its own policies are those that the app gives by name, or must be among `imports`: patterns over
    `module.attribute`. `SetupError` in one line for a policy that is not given, not allowed, or not where it
    should be; `AskedWrongly` for invalid `policies`.
    """
    given = own_policies(policies)
    names = {name for name in (plan.floor.policy, plan.floor.otherwise) if name not in POLICIES}
    return Brain(plan, {name: given.get(name) or _found(name, imports) for name in names})


def own_policies(policies: object) -> dict[str, Policy]:
    """The app's policies by name, with their errors reported; WrongType or WrongValue if invalid."""
    own: dict[str, Policy] = {}
    for name, policy in a_mapping(policies, "policies").items():
        if name in POLICIES:
            raise wrong_value(
                "policies", f"must not use the name {name}, which is built in: choose another name"
            )
        own[name] = _policy(f"policy {name}", policy)
    return own


def _policy(what: str, found: object) -> Policy:
    has_method = hasattr(found, "choose") and not isinstance(found, type)
    called: object = cast("Policy", found).choose if has_method else found
    if not callable(called) or isinstance(called, type):
        shown = found.__name__ if isinstance(found, type) else type(found).__name__
        raise WrongType(
            f"{what} must be a function or an object with a method choose, not {shown}", argument="policies"
        )
    if is_async(called):
        raise WrongType(f"{what} must be a plain function, not an async one", argument="policies")
    function = cast("Callable[[FloorView], Decision]", found)
    return AuthorsPolicy(what, cast("Policy", found) if has_method else FunctionPolicy(function))


def _found(name: str, imports: tuple[str, ...]) -> Policy:
    """A policy that the app has not passed."""
    if ":" in name:
        return import_policy(name, imports)
    raise SetupError(f"policy {name} must come from the app: pass it as policies={{{name!r}: ...}}")


def import_policy(name: str, imports: tuple[str, ...]) -> Policy:
    """The policy at `module:attribute`; `SetupError` if it is missing or not allowed."""
    what = f"policy {name}"
    check_import(what, name, imports)
    found = import_named(what, name)
    check_place(what, name, found, imports)
    called: object = getattr(found, "choose", found)
    if not callable(called):
        raise SetupError(f"{what} must be a function, not {kind_of(called)}")
    if is_async(called):
        raise SetupError(f"{what} must be a plain function, not an async one")
    if hasattr(found, "choose"):
        return AuthorsPolicy(what, cast("Policy", found))
    return AuthorsPolicy(what, FunctionPolicy(cast("Callable[[FloorView], Decision]", found)))
