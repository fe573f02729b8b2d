"""The calls of a meeting for joining and leaving."""

from __future__ import annotations

from collections.abc import Mapping

from trialogue.meeting.app_requests import a_mapping, a_text, wrong_type
from trialogue.meeting.joining import join, leave
from trialogue.meeting.sound_calls import SoundCalls


class TableCalls(SoundCalls):
    """A meeting, with an app's calls to let participants join and leave."""

    async def join(self, participant: str, seat: Mapping[str, object] | None = None) -> None:
        """Add a participant to the running meeting; returns when its actors have started.

        `seat` is an entry of a scenario's `cast`: `{"prompt": "...", "speak": {...}}`, or `{"via": "app"}`
        for a person. The scenario's `defaults` and `vars` do not apply to it; files are looked for in the
        scenario's folder. The participant is last in the floor's order. The others are informed at their next
        turn, its recording is silent up to now, and the journal keeps its entry. Without `seat`, a
        participant who has left comes back and continues as before; with one, it is a new participant. Raises
        `WrongValue` for a name that is in use and for a seat that cannot be added now, `UnknownName` for a
        new name without a seat, and `ScenarioError`, `PermissionMissing` or `SetupError` as when a meeting
        starts. If its service refuses later, events report it.
        """
        self._loop.check()
        name = a_text(participant, "participant")
        if seat is not None and not isinstance(seat, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] -- callers may not be typed
            raise wrong_type("seat", "a mapping like a seat in a scenario's cast", seat)
        await join(self._stage, name, None if seat is None else a_mapping(seat, "seat"))

    async def leave(self, participant: str) -> None:
        """Remove a participant; returns when its sessions and devices are closed.

        Its current turn ends as `left`, the floor passes on, and its requests are dropped. The others are
        informed at their next turn. Its recording is silent from now on. It can come back with `join`.
        """
        self._loop.check()
        await leave(self._stage, self._seat(participant).name)
