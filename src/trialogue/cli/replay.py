"""`trialogue replay` and `report`: what a journal says, read from it alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import asdict, evolve

from trialogue.cli.verify import tell_problems
from trialogue.cli.view_moments import Seating, Telling
from trialogue.cli.view_screens import put_json, show
from trialogue.cli.view_story import Sort, Story
from trialogue.cli.view_summary import Ended, figures, summary
from trialogue.errors import JournalError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import Reading, read
from trialogue.journal.repair import CRASHED
from trialogue.model.records import Record

__all__ = ["print_report", "print_transcript"]


def print_transcript(run: Path, *, as_json: bool) -> int:
    """Print what was heard, when, in order; what is amiss with the journal comes last."""
    reading = read(journal_of(run))
    if as_json:
        from trialogue.brain.words.transcript import utterances  # noqa: PLC0415 - only to tell them as data

        heard = utterances(_to_the_end(reading))
        put_json([{**asdict(each), "was_cut": each.was_cut} for each in heard])
        tell_problems(reading.problems)
        return 0
    plan = reading.header.plan
    story, telling = Story(plan), Telling(Seating(plan))
    for record in _to_the_end(reading):
        story.take(record)
        show([telling.line(moment) for moment in story.due(record.at)])
    was_closed = reading.end is not None and reading.end.reason != CRASHED
    left = [moment for moment in story.due(float("inf")) if moment.kind is not Sort.SAID or not was_closed]
    show([telling.line(moment) for moment in left])
    tell_problems(reading.problems)
    return 0


def _to_the_end(reading: Reading) -> Iterator[Record]:
    """The records, and how the sound ended that a crash cut off: what was shown until then was heard."""
    yield from reading
    if reading.end is None or reading.end.reason == CRASHED:
        from trialogue.meeting.resumption import last_words  # noqa: PLC0415 - only after a crash

        yield from last_words(evolve(reading))


def print_report(run: Path, *, as_json: bool) -> int:
    """Measure a meeting again, from its journal alone, or any meeting from an RTTM file."""
    if run.suffix == ".rttm":
        return _print_foreign(run, as_json=as_json)
    from trialogue.brain.words.transcript import utterances  # noqa: PLC0415 - likewise
    from trialogue.report.cast import with_everybody  # noqa: PLC0415 - only to measure
    from trialogue.report.result import Run, result  # noqa: PLC0415 - likewise

    reading = read(journal_of(run))
    records = tuple(_to_the_end(reading))
    plan = with_everybody(reading.header.plan, records)
    measured = result(plan, records, utterances(records), Run(clock=reading.header.clock.value))
    if as_json:
        put_json(measured.document())
    else:
        show(summary(Ended(plan, measured)))
    tell_problems(reading.problems)
    return 0


def _print_foreign(file: Path, *, as_json: bool) -> int:
    """Measure what an RTTM file knows of a meeting; `JournalError` where it cannot be read."""
    from trialogue.report.foreign import foreign_meeting  # noqa: PLC0415 - only to measure
    from trialogue.report.measures import measures  # noqa: PLC0415 - likewise
    from trialogue.report.result import rounded  # noqa: PLC0415 - likewise
    from trialogue.report.rttm import read_rttm  # noqa: PLC0415 - likewise

    try:
        heard = read_rttm(file.read_text("utf-8"))
    except OSError as error:
        raise JournalError(f"{file} cannot be read: {error.strerror}", path=str(file)) from error
    except ValueError as error:
        raise JournalError(f"{file} is no RTTM: {error}", path=str(file)) from error
    plan, records = foreign_meeting(file.stem, heard)
    measured = measures(plan, records)
    if as_json:
        put_json(
            {"trialogue": 1, "kind": "measures", "name": plan.name, "measures": rounded(asdict(measured))}
        )
    else:
        show(figures(plan, measured))
    return 0
