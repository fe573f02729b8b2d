"""Whole meetings in tests: run to their end in virtual time, with murmuring voices, for assertions.

>>> from tempfile import mkdtemp
>>> from trialogue import Scenario
>>> cast = {"ann": {"lines": ["Who takes the notes?"]}, "bob": {"lines": ["I do."]}}
>>> held = hold_meeting(Scenario.build("notes", cast, run={"limits": {"turns": 2}}), mkdtemp())
>>> held.said
[('ann', 'Who takes the notes?'), ('bob', 'I do.')]
>>> held.granted, held.reason
(['ann', 'bob'], 'limit-turns')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, get_args

from attrs import evolve, field, fields

from trialogue.actors.hooks import Hook, HookFunction
from trialogue.arguments import checks_arguments
from trialogue.brain.floor.view import Decision, FloorView, Policy
from trialogue.brain.words.transcript import utterances
from trialogue.journal.files import JOURNAL
from trialogue.journal.reader import read
from trialogue.journal.verify import Verified, verify
from trialogue.meeting.app_requests import wrong_value
from trialogue.meeting.edges import Edges
from trialogue.meeting.meeting import DEFAULT_EDGES, with_own
from trialogue.meeting.outputs import MeetingResult
from trialogue.meeting.paging import write_page
from trialogue.meeting.policy_loading import brain_for
from trialogue.meeting.run import Watch, run_meeting, watch_nothing
from trialogue.model.commands import Command, GrantFloor, Report
from trialogue.model.events import Event
from trialogue.model.plan import HookPoint
from trialogue.model.records import Record
from trialogue.model.transcript import Utterance
from trialogue.scenario.defaults import Overrides
from trialogue.scenario.load import Scenario
from trialogue.scenario.resolve import Resolved
from trialogue.scenario.schema import Clock
from trialogue.speech.murmur import murmuring_engines
from trialogue.tools.permissions import Permissions
from trialogue.values import frozen

__all__ = ["MeetingFailed", "WholeMeeting", "hold_meeting"]

T = TypeVar("T")

KINDS: Final = frozenset({*get_args(Event), *get_args(Command)})
"""Classes of events and commands."""

VIRTUAL: Final = Overrides(clock=Clock.VIRTUAL)


class MeetingFailed(AssertionError):
    """A meeting failed or did not meet its expectations.

    The text gives the reason and the path of its page.
    """


@frozen
class WholeMeeting(MeetingResult):
    """A complete meeting, for assertions: its result and everything that happened."""

    records: tuple[Record, ...] = field(default=(), repr=False)
    """Records of the journal, in order."""

    permissions: Permissions = field(factory=Permissions, repr=False)
    """Permissions with which it ran; its own policies are among them."""

    def __repr__(self) -> str:
        """Status line."""
        turns = len(self.granted)
        return (
            f"<WholeMeeting {self.result.name}: {turns} turns, {self.result.duration_s:.1f} s, {self.reason}>"
        )

    @property
    def reason(self) -> str:
        """Reason for the meeting's end: `limit-turns`, `agenda-done`, `said`, ..."""
        return self.result.reason

    @checks_arguments
    def all(self, kind: type[T]) -> list[T]:
        """All events or commands of one class, in order; WrongValue for any other class."""
        _check_kind(kind)
        return [each for each in _happened(self.records) if isinstance(each, kind)]

    @property
    def granted(self) -> list[str]:
        """Names of the participants who were granted the floor, turn by turn."""
        return [grant.to for grant in self.all(GrantFloor)]

    @property
    def transcript(self) -> tuple[Utterance, ...]:
        """Utterances: their speakers, words and times, and the causes of the turns' ends."""
        return utterances(self.records)

    @property
    def said(self) -> list[tuple[str, str]]:
        """Pairs of a name and the words heard; speech beside a turn comes after that turn."""
        return [(each.participant, each.heard) for each in self.transcript if each.heard]

    @property
    def reports(self) -> list[str]:
        """Codes of all reports in order: `silence`, `unknown-named`, ..."""
        return [report.code for report in self.all(Report)]

    def verify(self) -> Verified:
        """Make every decision again; `ReplayDivergence` at the first different one.

        This finds a policy that is not a pure function of its view.
        """
        asked = partial(brain_for, imports=self.permissions.imports, policies=self.permissions.policies)
        return verify(self.folder / JOURNAL, asked)


@checks_arguments
def hold_meeting(  # noqa: PLR0913 - all but the first are keywords
    scenario: str | Path | Scenario | Resolved,
    out: str | Path,
    *,
    overrides: Overrides | None = None,
    edges: Edges = DEFAULT_EDGES,
    tools: Mapping[str, Callable[..., object]] | None = None,
    policies: Mapping[str, Policy | Callable[[FloorView], Decision]] | None = None,
    hooks: Mapping[HookPoint, Hook | HookFunction] | None = None,
    watch: Watch = watch_nothing,
    must_pass: bool = True,
) -> WholeMeeting:
    """Run a whole meeting in milliseconds: virtual time, voices that murmur, no network.

    `out` is the run's directory, created if missing. `edges` can give other voices, and `overrides` another
    clock. All other arguments and exceptions are those of `run_meeting`. Raises `MeetingFailed` if the
    meeting failed or an expectation was not met; with `must_pass=False` the test decides.
    """
    own = with_own(edges, tools, policies, hooks)
    held = run_meeting(
        scenario,
        overrides=_virtual(overrides),
        out=out,
        edges=evolve(own, engines=own.engines or murmuring_engines()),
        watch=watch,
    )
    if must_pass and held.exit_code:
        raise MeetingFailed(_failure(held))
    parts = {each.name: getattr(held, each.name) for each in fields(MeetingResult)}
    return WholeMeeting(**parts, records=tuple(read(held.folder / JOURNAL)), permissions=own.permissions)


def _check_kind(kind: type) -> None:
    """Check a class; WrongValue for one that is no event and no command."""
    if kind not in KINDS:
        raise wrong_value("kind", f"must be a type of event or of command, not {kind.__name__}")


def _happened(records: Iterable[Record]) -> Iterator[object]:
    """Events and commands, each event before the commands that answered it."""
    for record in records:
        yield record.event
        yield from record.commands


def _virtual(overrides: Overrides | None) -> Overrides:
    """Overrides with virtual time, unless they name a clock."""
    if overrides is None:
        return VIRTUAL
    return overrides if overrides.clock else evolve(overrides, clock=Clock.VIRTUAL)


def _failure(held: MeetingResult) -> str:
    """Failure of a meeting in words, with the path of its page."""
    found = held.result.expectations
    misses = [
        f"{each.place}, {each.kind}: expected {each.expected}; {each.happened}"
        for each in (found.misses if found else ())
    ]
    misses += [found.not_judged] if found and found.unjudged else []
    ended = f"the meeting ended by {held.result.reason} (exit code {held.exit_code})"
    return "\n".join([ended, *misses, f"page: {write_page(held.folder)}"])
