"""Joining and leaving a running meeting.

1. A call is checked first, with the checks of a meeting's start; then everything that the seat needs is
   prepared. If anything fails before that is complete, nothing has happened.
2. The seat is an event like all others, with its entry of the cast: the journal alone says who took part.
3. Its actors are started when the rules have decided on the event, and stopped when they have decided that it
   is empty: record, then act.
4. One at a time. A change that has begun is completed, even if its caller is cancelled.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import trio

from trialogue.errors import AlreadyOver, SetupError, UnknownName
from trialogue.meeting.app_requests import LONGEST_TEXT, wrong_value
from trialogue.meeting.endpoints import check_endpoints
from trialogue.meeting.models import check_models
from trialogue.meeting.permissions import check_permissions
from trialogue.meeting.run_files import keep_clips, secrets_for
from trialogue.meeting.seats import SeatNeeds, Supplies, only
from trialogue.meeting.stage import Stage
from trialogue.model.events import Joined, Left
from trialogue.model.participants import Kind, Participant
from trialogue.scenario.joining import NewSeat, entry_of, with_seat

MOST_SEATS: Final = 64
"""Most names that a meeting knows, including those who left: each has a recording and a mouth."""


async def join(stage: Stage, name: str, entry: Mapping[str, object] | None) -> None:
    """Seat a participant; without an `entry` one who has left comes back as it was."""
    async with _alone(stage):
        supplies = stage.seats.supplies
        assert supplies is not None  # noqa: S101 - every open meeting has supplies
        known = _known(stage, name)
        new = _checked(stage, supplies, name, _own_entry(stage, name) if entry is None else entry)
        _check_seat(stage, new.participant, known)
        needs = await supplies.needs(only(new.resolved, (name,)))
        _check_open(stage)
        with trio.CancelScope(shield=True):
            await _seat(stage, new, needs, comes_back=entry is None)


async def leave(stage: Stage, name: str) -> None:
    """Let a participant leave; UnknownName for one who is not at the table."""
    async with _alone(stage):
        if name not in stage.brain.here():
            raise UnknownName(f"no participant at the table is called {name!r}", argument="participant")
        with trio.CancelScope(shield=True):
            await _leave(stage, name)


@asynccontextmanager
async def _alone(stage: Stage) -> AsyncGenerator[None]:
    async with stage.seats.moving:
        await stage.seats.stand()
        _check_open(stage)
        try:
            yield
        except trio.ClosedResourceError:
            raise _over(stage) from None


def _check_open(stage: Stage) -> None:
    if stage.sequencer.is_over:
        raise _over(stage)


def _over(stage: Stage) -> AlreadyOver:
    return AlreadyOver(f"{stage.resolved.plan.name} has ended: no participant can join or leave")


# --- checks ------------------------------------------------------------------------------------


def _known(stage: Stage, name: str) -> Participant | None:
    """An earlier participant of the name, who has left; WrongValue if the name is in use."""
    if name in stage.brain.here():
        raise wrong_value("participant", f"{name} is already at the table: choose another name")
    names = stage.brain.seats.participants
    if all(each.name != name for each in names) and len(names) >= MOST_SEATS:
        raise wrong_value(
            "participant", f"{name} cannot be added: a meeting can have {MOST_SEATS} participants"
        )
    return next((each for each in names if each.name == name), None)


def _own_entry(stage: Stage, name: str) -> Mapping[str, object]:
    """The seat of a participant who has left."""
    if name not in stage.resolved.document.cast:
        raise UnknownName(f"no participant was called {name!r}: give its seat", argument="participant")
    return entry_of(stage.resolved.document, name)


def _checked(stage: Stage, supplies: Supplies, name: str, entry: Mapping[str, object]) -> NewSeat:
    """The new seat, checked before anything happens."""
    new = with_seat(stage.resolved, name, entry)
    if len(json.dumps(new.entry)) > LONGEST_TEXT:
        raise wrong_value("seat", f"is longer than {LONGEST_TEXT:,} characters")
    allowed = supplies.edges.permissions
    check_permissions(new.resolved, allowed)
    check_endpoints(new.resolved, allowed.hosts)
    check_models(new.resolved)
    return new


def _check_seat(stage: Stage, seat: Participant, known: Participant | None) -> None:
    """Raise WrongValue for a seat that cannot be added while the meeting runs."""
    chair = stage.brain.plan.chair
    if seat.is_chair != (chair is not None and chair.name == seat.name):
        whose = "nobody" if chair is None else chair.name
        raise wrong_value("seat", f"cannot change the chair: it is {whose} for the whole meeting")
    if known is not None and (known.kind is Kind.AGENT) != (seat.kind is Kind.AGENT):
        was = "an agent" if known.kind is Kind.AGENT else "a person"
        raise wrong_value("seat", f"must be of the same kind as before: {seat.name} was {was}")
    microphones = [each.name for each in stage.resolved.people if each.via == "microphone"]
    taken = [each for each in microphones if each in stage.brain.here()]
    own = any(each.via == "microphone" for each in stage.resolved.people if each.name == seat.name)
    if taken and own:
        raise wrong_value("seat", f"cannot use the microphone: {taken[0]} uses it")


# --- changes -------------------------------------------------------------------------------------


async def _seat(stage: Stage, new: NewSeat, needs: SeatNeeds, *, comes_back: bool) -> None:
    seat = new.participant
    stage.hide(secrets_for(new.resolved, stage.secrets))
    entry = "" if comes_back else json.dumps(keep_clips(stage.folder, new), ensure_ascii=False)
    if seat.may_speak:
        stage.recorder.admit(seat.name)
    stage.router.admit(seat.name)
    stage.seats.forget(seat.name, comes_back=comes_back)
    children = stage.seats.take(needs)
    if not await stage.sequencer.tell(Joined(seat, entry)):
        raise _over(stage)
    stage.resolved = new.resolved
    failed: SetupError | None = None
    try:
        await stage.seats.start(children)
    except SetupError as error:
        failed = error
    if failed is not None:
        await _leave(stage, seat.name)
        raise failed


async def _leave(stage: Stage, name: str) -> None:
    is_decided = await stage.sequencer.tell(Left(name))
    await stage.seats.stop(name)
    if not is_decided:
        raise _over(stage)
