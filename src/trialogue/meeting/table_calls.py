"""The calls of a meeting that are about who is at the table."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.meeting.app_requests import a_mapping, a_text, wrong_type
from trialogue.meeting.joining import join, leave
from trialogue.meeting.sound_calls import SoundCalls


class TableCalls(SoundCalls):
    """A meeting, as apps let participants come and go while it runs."""

    async def join(self, participant: str, seat: Mapping[str, object] | None = None) -> None:
        """Seat a participant while the meeting runs; returns once its actors have begun.

        `seat` is an entry of a scenario's `cast`: `{"prompt": "...", "speak": {...}}`, or `{"via": "app"}`
        for a person. What the scenario says for all (`defaults`, `vars`) is not filled in; files are looked
        for beside it. It stands last in the floor's order. The others are told at their next turn, its
        recording is silent until now, and the journal keeps its entry. Without a `seat`, one who has left
        comes back as it was and goes on where it left; with one, the name begins anew.
        `WrongValue` for a name that is at the table and a seat that nobody can take now, `UnknownName` for a
        name without a seat; `ScenarioError`, `LeaveMissing`, `SetupError` as for a meeting's start, before
        anything has happened. What its service refuses later is told by events, as for everybody.
        """
        self._loop.check()
        name = a_text(participant, "participant")
        if seat is not None and not isinstance(seat, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("seat", "a mapping, as in a scenario's cast", seat)
        await join(self._stage, name, None if seat is None else a_mapping(seat, "seat"))

    async def leave(self, participant: str) -> None:
        """Let a participant leave the table; returns once its sessions are closed and its devices let go.

        A turn of its own ends as `left`, and the floor is given on; what it asked for is forgotten. The
        others are told at their next turn. Its recording is silent from now on, and its name can come back
        (`join`).
        """
        self._loop.check()
        await leave(self._stage, self._seat(participant).name)
