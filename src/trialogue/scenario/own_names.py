"""Names of an author's file in place of those of an example, so that a form can be taken as it is.

The examples of the format name participants, a tool and a point of their own. What a file names itself stays.
"""

from __future__ import annotations

import re
from typing import Final

from trialogue.values import frozen

EXAMPLES: Final = ("tech", "biz", "moderator", "dana")
"""Participants of the examples: two agents, a chair and a person."""

OTHERS: Final = ("prices", "price_list", "cost", "NAME")
"""Tools and the point of the examples, and the sign for a name."""

_ONE: Final = re.compile(rf"\b(by|speaking|participant|to|owner|name): ({'|'.join(EXAMPLES)}|NAME)(?![\w-])")
_MANY: Final = re.compile(r"\b(each|order): \[([a-z]+(?:, [a-z]+)*)\]")
_CAST: Final = re.compile(r"\b(cast: \{)NAME(?=:)")
_FAULT: Final = re.compile(rf"\bid: ({'|'.join(EXAMPLES)})-")
_TOOL: Final = re.compile(r"\b(tools?: \[?|tools: \{)(price_list|prices|NAME)(?![\w-])")
_SCRIPT: Final = re.compile(r"\bscripts/tech\.yaml")
_POINT: Final = re.compile(r"\b(agenda: )(cost|NAME)(?![\w-])")


@frozen
class OwnNames:
    """Names in one file, and what else a form depends on."""

    agents: tuple[str, ...] = ()
    """Agents without the chair, in the cast's order; those who only listen come last."""

    chairs: tuple[str, ...] = ()
    """Participants with the role of a chair."""

    people: tuple[str, ...] = ()
    """People."""

    tools: tuple[str, ...] = ()
    """Tools."""

    points: tuple[str, ...] = ()
    """Points of the agenda."""

    is_virtual: bool = False
    """Whether the file's clock is virtual, so that a form has no tool in the world."""

    via: str = ""
    """Service of agents that name none, as the file's defaults have it."""

    written: frozenset[str] = frozenset()
    """Names of the examples that are in the file, and are the author's own."""

    @property
    def seats(self) -> tuple[str, ...]:
        """All participants: agents, chairs and people."""
        return (*self.agents, *self.chairs, *self.people)

    def meant(self, word: str) -> str | None:
        """Participant that a word names, in small or capital letters; None for none."""
        return next((each for each in self.seats if each == word.casefold()), None)

    def fill(self, form: str, beside: str = "") -> str:
        """Form with names of this file for those of the example; `beside` is its seat or tool."""
        form = _ONE.sub(lambda found: f"{found[1]}: {self._seat(found[2], beside)}", form)
        form = _MANY.sub(lambda found: f"{found[1]}: [{self._several(found[2], beside)}]", form)
        form = _CAST.sub(lambda found: f"{found[1]}{self._seat('NAME', '')}", form)
        form = _FAULT.sub(lambda found: f"id: {self._seat(found[1], beside)}-", form)
        form = _SCRIPT.sub(lambda _: f"scripts/{beside or self._seat('tech', '')}.yaml", form)
        form = _TOOL.sub(lambda found: f"{found[1]}{self._other(found[2], self.tools, beside)}", form)
        return _POINT.sub(lambda found: f"{found[1]}{self._other(found[2], self.points)}", form)

    def _several(self, names: str, beside: str) -> str:
        return ", ".join(dict.fromkeys(self._seat(name, beside) for name in names.split(", ")))

    def _seat(self, name: str, beside: str) -> str:
        is_example = name in EXAMPLES or name == "NAME"
        if not is_example or not self.seats or name in self.seats or name in self.written:
            return name
        chairs, agents, people = self.chairs, self.agents, self.people
        wanted = {"moderator": (*chairs, *agents, *people), "dana": (*people, *agents, *chairs)}
        found = wanted.get(name, (*agents, *chairs, *people))
        others = [each for each in found if each != beside] or [*found]
        return others[1] if name == "biz" and len(others) > 1 else others[0]

    def _other(self, name: str, known: tuple[str, ...], beside: str = "") -> str:
        if beside in known:
            return beside
        return name if not known or name in known or name in self.written else known[0]
