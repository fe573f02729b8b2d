"""`trialogue report`: a meeting's measures, its page, and the page of a folder of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict

from trialogue.cli.replay import to_the_end
from trialogue.cli.verify import tell_problems
from trialogue.cli.view_screens import put, put_json, show
from trialogue.cli.view_summary import Ended, figures, summary
from trialogue.errors import JournalError, SetupError
from trialogue.journal.files import journal_of
from trialogue.journal.reader import read

if TYPE_CHECKING:
    from trialogue.meeting.paging import WhereSound


def print_report(run: Path, *, as_json: bool) -> int:
    """Measure a meeting again, from its journal alone, or any meeting from an RTTM file."""
    if run.suffix == ".rttm":
        return _print_foreign(run, as_json=as_json)
    from trialogue.brain.words.transcript import utterances  # noqa: PLC0415 - likewise
    from trialogue.report.cast import with_everybody  # noqa: PLC0415 - only to measure
    from trialogue.report.result import Run, result  # noqa: PLC0415 - likewise

    reading = read(journal_of(run))
    records = tuple(to_the_end(reading))
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
    from trialogue.report.measures import measures  # noqa: PLC0415 - likewise
    from trialogue.report.result import rounded  # noqa: PLC0415 - likewise
    from trialogue.report.rttm import foreign_meeting, read_rttm  # noqa: PLC0415 - only to measure

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


def print_page(run: Path, *, out: Path | None, sound: WhereSound, as_json: bool) -> int:
    """Write the page of a run, or of a folder of runs, and print where it is."""
    if run.suffix == ".rttm":
        raise SetupError("a page is made of a run: an RTTM file has no decisions and no sound")
    from trialogue.meeting.paging import is_run, write_page, write_runs  # noqa: PLC0415 - numpy, for waveforms

    path = write_page(run, out=out, sound=sound) if is_run(run) else write_runs(run, out=out)
    if as_json:
        put_json({"page": str(path)})
    else:
        put(str(path))
    return 0
