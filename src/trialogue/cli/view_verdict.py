"""Result of a meeting's expectations, for people: the number met, and each that was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from trialogue.cli.view_lines import Line, Span, Tone, counted, line, padded, span
from trialogue.model.checked import Checked, Outcome
from trialogue.model.clock_time import clock
from trialogue.model.expectations import Advice, Findings, Miss
from trialogue.model.text import brief, safe_text

LONGEST: Final = 400
"""Most characters of one text about an expectation."""


SHORT: Final = 80
"""Most characters of an expectation that is named in a headline."""

NAMED: Final = 3
"""Most expectations that a headline names; the rest are counted."""

WORDS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "met": "met",
        "missed": "missed",
        "measured-nothing": "measured nothing",
        "not-reached": "not reached",
    }
)
"""Outcomes of expectations in words for people."""


def nowhere(place: str) -> str:
    """Line of no file, where it is not known."""
    del place
    return ""


def verdict_lines(verdict: Findings, where: Callable[[str], str] = nowhere) -> Iterator[Line]:
    """The full result: each expectation with what it found, and each miss with the records around it.

    `where` gives the file and the line of an expectation by its place.
    """
    tone = Tone.NORMAL if verdict.is_met else Tone.WARNING
    yield line(span(headline(verdict), tone))
    yield from _each(verdict.results)
    for miss in verdict.misses:
        yield line()
        yield from missed(miss, where(miss.place))
        for record in miss.around:
            yield line(Span(f"      {safe_text(record)}", Tone.FAINT))
    for advice in verdict.advice:
        yield line()
        yield _advised(advice)


def _each(results: Sequence[Checked]) -> Iterator[Line]:
    """One line for each result: outcome, place, what was expected, and what was found."""
    width = max((len(WORDS[each.outcome]) for each in results), default=0)
    places = max((len(_short(each.place)) for each in results), default=0)
    for each in results:
        tone = Tone.WARNING if each.outcome == "missed" else Tone.NORMAL
        heads = f"  {padded(WORDS[each.outcome], width)}  {padded(_short(each.place), places)}  "
        told = brief(safe_text(f"{each.expected}: {each.found}"), LONGEST)
        yield line(Span(heads, tone), span(told, tone), hang=len(heads))


def _short(place: str) -> str:
    return safe_text(place.removeprefix("expect."))


def headline(verdict: Findings, *, named: bool = False) -> str:
    """Headline of the result: how many expectations were met, and the kinds of the others.

    With `named` it says which expectations measured nothing, or were not reached.
    """
    if verdict.unjudged:
        return verdict.not_judged
    places = {miss.place for miss in verdict.misses}
    others = _neither(verdict)
    total, left = (
        counted(verdict.checked, "expectation"),
        verdict.checked - len(places) - sum(others.values()),
    )
    which = dict(zip(others, (verdict.empty, verdict.unreached), strict=True))
    told = {name: f": {_named(which[name])}" if named else "" for name in others}
    aside = "".join(f", {count} {name}{told[name]}" for name, count in others.items() if count)
    if not places:
        return f"{total}: {left} met{aside}" if aside else f"{total}, all met"
    kinds = Counter(miss.kind for miss in verdict.misses)
    of_kinds = ", ".join(f"{count} of {kind}" for kind, count in kinds.items())
    misses = counted(len(verdict.misses), "miss").replace("misss", "misses")
    return f"{left} of {total} met{aside}; {misses}: {of_kinds}"


def _named(results: Sequence[Checked]) -> str:
    """The first of several results, by place and what was expected."""
    told = [brief(safe_text(f"{_short(each.place)} {each.expected}"), SHORT) for each in results[:NAMED]]
    more = [f"and {len(results) - NAMED} more"] if len(results) > NAMED else []
    return ", ".join([*told, *more])


def _neither(verdict: Findings) -> dict[str, int]:
    """Numbers of expectations that are neither met nor missed, by the words for them."""
    return {
        WORDS["measured-nothing"]: len(verdict.empty),
        WORDS["not-reached"]: len(verdict.unreached),
    }


def told_empty(result: Checked) -> str:
    """One expectation that measured nothing, in one line."""
    return f"{result.place}, measured nothing: {result.expected}: {result.found}"


def missed(miss: Miss, file: str = "") -> Iterator[Line]:
    """One miss: what was expected, in which line of the file, what happened, when."""
    where = f"{miss.place}{f' ({file})' if file else ''}, {miss.kind}, at {clock(miss.at)}"
    who = f", {miss.participant}" if miss.participant else ""
    yield line(span(f"  {safe_text(where)}{safe_text(who)}", Tone.WARNING))
    yield line(span(f"    expected  {_text(miss.expected)}"), hang=14)
    yield line(span(f"    happened  {_text(miss.happened_and_heard)}"), hang=14)


def _advised(advice: Advice) -> Line:
    reason = f": {_text(advice.reason)}" if advice.reason else ""
    return line(Span(f"  {advice.place}, advice: {advice.answer}{reason}", Tone.FAINT), hang=4)


def _text(text: str) -> str:
    return brief(safe_text(text), LONGEST)
