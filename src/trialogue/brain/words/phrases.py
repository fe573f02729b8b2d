"""Phrases that show how a name beside them is meant: English, folded, in words."""

from __future__ import annotations

from typing import Final

Phrases = frozenset[tuple[str, ...]]
"""Set of phrases, each a tuple of words."""


def _phrases(*lines: str) -> Phrases:
    return frozenset(tuple(phrase.split()) for line in lines for phrase in line.split("|"))


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


OPENERS: Final = _words(
    "and so now then well okay ok yes yeah no but or right good great fine hey hello hi dear please next",
    "first second third finally also perhaps maybe alright oh ah sorry still again here all",
)
"""Words before a name that do not make it a part of the sentence."""

JOINTS: Final = _words("and or")
"""Words that join names."""

PASSING: Final = _phrases(
    "not|not you|not from|not to|nor|neither|except|except for|without|before|after|besides|instead of",
    "rather than|other than|apart from|anyone but|anybody but|everyone but|everybody but|nobody but|all but",
    "never mind",
)
"""Phrases before the name of a participant who should not speak now."""

INVITING: Final = _phrases(
    "over to|hear from|hear|listen to|ask|call on|call upon|turn to|go to|go over to|on to|floor to|word to",
    "floor goes to|hand to|back to|next is|next comes|next up is|what about|how about|turn of|begin with",
    "start with|continue with|invite|pass to|pass it to|give it to|question to",
)
"""Phrases before a name that hand the floor on."""

TAKING: Final = _phrases(
    "has the floor|has the word|have the floor|is next|goes next|comes next|speaks next|next|is up",
    "goes first|should speak|should begin|should start|should go|should answer|may speak|may begin|may start",
    "may go|may answer|will begin|will start|will go|begins|starts|first|s turn|you have the floor|answers",
)
"""Phrases after a name that hand the floor on."""

ASKING: Final = _words("what how why please your you go tell over begin start continue")
"""Words after a name by which the sentence turns to the participant it names."""

ASKING_IN_QUESTIONS: Final = _words("who which when where anything any")
"""Words that do the same in questions only; elsewhere they tell about the participant."""

AUXILIARIES: Final = _words("do did can could would will are were have may might shall should must don t")
"""Words that ask the named participant, with `you` after them."""

BEFORE_A_LAST_NAME: Final = _words(
    "think say you that it this agree mean so right view opinion take next now then ok okay sure"
)
"""Words of a question after which its last word can only be the name of the participant asked."""

THANKS: Final = _words("thank thanks")
"""Words of thanks."""

LATER: Final = _words("then afterwards later")
"""Words before the name of a participant who speaks after another."""
