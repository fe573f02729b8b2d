"""Entries of agents' scripts: the reply that has begun each, and those that were given.

1. An entry is begun with a reply, as our own service reports, and given when any of that reply was heard.
2. Each new session is told which entries were given; its script then begins with the first other one.
3. A fallback that takes a seat begins its own script, and so does a participant who comes back in another
   seat.
"""

from __future__ import annotations

from attrs import Factory, evolve

from trialogue.brain.words.digest import Missed
from trialogue.model.events import Event, Joined, LineTaken, PlaybackFinished, PlaybackStarted
from trialogue.values import define


@define
class Lines:
    """Entries of all scripts so far: a fold; give it each event."""

    _entries: dict[tuple[str, int], int] = Factory(dict[tuple[str, int], int])
    _heard: set[tuple[str, int]] = Factory(set[tuple[str, int]])
    _given: dict[str, set[int]] = Factory(dict[str, set[int]])
    _scripted: set[str] = Factory(set[str])

    def take_event(self, event: Event) -> None:
        """Note the beginning of an entry, and replies that are heard."""
        match event:
            case LineTaken(participant=name, reply=reply, entry=entry):
                self._scripted.add(name)
                self._entries[name, reply] = entry
                self._give(name, reply)
            case Joined(seat=seat, entry=entry) if entry:
                self.restart(seat.name)
            case PlaybackStarted(participant=name, reply=reply):
                self._heard.add((name, reply))
                self._give(name, reply)
            case PlaybackFinished(participant=name, reply=reply, played_s=played_s) if played_s > 0:
                self._heard.add((name, reply))
                self._give(name, reply)
            case _:
                pass

    def _give(self, name: str, reply: int) -> None:
        if (name, reply) in self._heard and (name, reply) in self._entries:
            self._given.setdefault(name, set()).add(self._entries[name, reply])

    def restart(self, participant: str) -> None:
        """Forget the entries of a participant whose seat gets another script."""
        self._given.pop(participant, None)
        for key in [key for key in self._entries if key[0] == participant]:
            del self._entries[key]

    def given(self, participant: str) -> tuple[int, ...]:
        """Entries of a participant's script that were given, in order."""
        return tuple(sorted(self._given.get(participant, ())))

    def only_lines(self, participant: str, told: Missed) -> Missed:
        """Missed words, without unheard replies that used no entry: the script does not go back for these."""
        if participant not in self._scripted:
            return told
        unheard = tuple(reply for reply in told.unheard if (participant, reply) in self._entries)
        return evolve(told, unheard=unheard)

    def is_scripted(self, participant: str) -> bool:
        """Whether the participant speaks from a script that says which entry it uses."""
        return participant in self._scripted
