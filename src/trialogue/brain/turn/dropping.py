"""Replies that will not be heard: each is dropped, and reported to its agent as not heard."""

from __future__ import annotations

from trialogue.brain.owners import Owners
from trialogue.model.commands import Drop


def drop(o: Owners, name: str, reply: int, reason: str, *, is_told: bool = True) -> None:
    """Drop a reply; its agent is informed, unless its session is gone or it said nothing."""
    o.emit(Drop(name, reply, reason))
    if is_told and not o.replies.was_heard(name, reply):
        o.inboxes.not_heard(name, reply)


def deny_held(o: Owners, name: str, reason: str) -> None:
    """Drop a participant's held replies, and a floor request that stood for them alone."""
    for reply in o.replies.take(name):
        drop(o, name, reply, reason)
    forget_request(o, name)


def forget_request(o: Owners, name: str) -> None:
    """Forget a floor request that stood for a prepared reply alone."""
    request = o.floor.request_of(name)
    if request is not None and not request.stands_alone and not o.replies.holds(name):
        o.floor.cancel(name)
