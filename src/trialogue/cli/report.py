"""`trialogue report`: a meeting's measures, its page, and the page of a folder of runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict

from trialogue.cli.replay import to_the_end
from trialogue.cli.verify import tell_problems
from trialogue.cli.view_screens import note, put, put_json, show
from trialogue.cli.view_summary import Ended, figures, summary
from trialogue.errors import JournalError, SetupError
from trialogue.journal.files import JOURNAL, journal_of
from trialogue.journal.reader import read
from trialogue.model.text import safe_text
from trialogue.overwriting import refuse_other
from trialogue.regular_files import check_regular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialogue.cli.by_sound import BySound
    from trialogue.meeting.paging import WhereSound
    from trialogue.model.plan import MeetingPlan
    from trialogue.model.records import Record
    from trialogue.model.transcript import Utterance
    from trialogue.report.measures.corpus import Transfers
    from trialogue.report.stretches import Stretch


FOREIGN: Final = frozenset({".rttm", ".vtt", ".textgrid", ".cha"})
"""Name endings of meeting files that are no runs."""

UNKNOWN: Final = ("selectivity", "floor", "latency", "sessions", "causes", "refusals", "tools")
"""Measures that such a file does not have: null in JSON, not 0."""


def print_report(run: Path, *, as_json: bool) -> int:
    """Measure a meeting from its journal and recordings, or from a file of a format in `FOREIGN`."""
    if run.suffix.lower() in FOREIGN:
        return _print_foreign(run, as_json=as_json)
    if files := _foreign_in(run):
        return _print_corpus(files, as_json=as_json)
    from trialogue.brain.words.transcript import utterances  # noqa: PLC0415 - likewise
    from trialogue.report.cast import with_everybody  # noqa: PLC0415 - only to measure
    from trialogue.report.result import Run, result  # noqa: PLC0415 - likewise

    reading = read(journal_of(run))
    records = tuple(to_the_end(reading))
    plan = with_everybody(reading.header.plan, records)
    measured = result(plan, records, utterances(records), Run(clock=reading.header.clock.value))
    second = _by_sound(plan, records, reading.path.parent / "audio", measured.duration_s)
    if as_json:
        put_json(measured.document() | {"by_sound": second.told() if second else None})
    else:
        show([*summary(Ended(plan, measured)), *(second.lines() if second else ())])
    tell_problems(reading.problems)
    return 0


def _by_sound(
    plan: MeetingPlan, records: Sequence[Record], folder: Path, duration_s: float
) -> BySound | None:
    """The measures of the recordings; None if there are none, or if they cannot be read, which is printed."""
    if not folder.is_dir():
        return None
    from trialogue.cli.by_sound import BySound  # noqa: PLC0415 - numpy comes with it

    try:
        return BySound.of(plan, records, folder, duration_s)
    except JournalError as error:
        note(f"the recordings were not measured: {safe_text(str(error))}")
        return None


def _print_foreign(file: Path, *, as_json: bool) -> int:
    """Measure a file that says who spoke when; `JournalError` if it cannot be read."""
    from trialogue.report.measures import measures  # noqa: PLC0415 - likewise
    from trialogue.report.result import rounded  # noqa: PLC0415 - likewise
    from trialogue.report.rttm import foreign_meeting  # noqa: PLC0415 - only to measure

    heard, said = _foreign(file)
    plan, records = foreign_meeting(file.stem, heard)
    measured = measures(plan, records, said)
    if as_json:
        told: dict[str, Any] = {**asdict(measured), **dict.fromkeys(UNKNOWN)}
        for each in told["participants"]:
            each["interruptions"] = None
        put_json({"trialogue": 1, "kind": "measures", "name": plan.name, "measures": rounded(told)})
    else:
        show(figures(plan, measured))
    return 0


def _foreign_in(folder: Path) -> list[Path]:
    """The meeting files in a folder that is not a run; JournalError where it cannot be read."""
    try:
        if not folder.is_dir() or (folder / JOURNAL).exists():
            return []
        found = sorted(each for each in folder.iterdir() if each.suffix.lower() in FOREIGN)
    except OSError as error:
        raise JournalError(f"cannot read {folder}: {error.strerror}", path=str(folder)) from error
    for each in found:
        try:
            check_regular(each)  # a pipe in a folder was not named by the user
        except OSError as error:
            raise JournalError(f"cannot read {each}: {error.strerror}", path=str(each)) from error
    return found


def _foreign(file: Path) -> tuple[tuple[Stretch, ...], tuple[Utterance, ...]]:
    """Times of speech in a file, by speaker, with the words if it has any."""
    from trialogue.report.foreign import read_foreign, read_words  # noqa: PLC0415 - only for files of others

    try:
        return read_foreign(file), read_words(file)
    except OSError as error:
        raise JournalError(f"cannot read {file}: {error.strerror}", path=str(file)) from error
    except ValueError as error:
        raise JournalError(
            f"{file} is not a valid {file.suffix[1:].upper()} file: {error}", path=str(file)
        ) from error


def _print_corpus(files: Sequence[Path], *, as_json: bool) -> int:
    """Print the floor transfers of many meetings next to the published figures."""
    from trialogue.report.measures.corpus import PUBLISHED, corpus  # noqa: PLC0415 - only to measure

    stems = Counter(file.stem for file in files)
    named = {file.stem if stems[file.stem] == 1 else file.name: _foreign(file)[0] for file in files}
    told = corpus(named)
    if as_json:
        put_json({"trialogue": 1, "kind": "corpus", **asdict(told), "published": dict(PUBLISHED)})
        return 0
    put(f"{'':24}{'n':>7}{'median':>9}{'mean':>9}{'overlaps':>10}{'mode':>16}")
    for each in (*told.meetings, told.all):
        put(f"{each.name[:23]:24}{each.n:>7}{_figures(each)}")
    for name, figure in PUBLISHED.items():
        put(f"published: {name}: {figure}")
    return 0


def _figures(found: Transfers) -> str:
    """Figures of floor transfers, in columns; the mode as the tenth of a second that it is."""
    if found.median_s is None or found.mean_s is None or found.overlaps is None or found.mode is None:
        return f"{'-':>9}{'-':>9}{'-':>10}{'-':>16}"
    first, last = found.mode
    mode = f"{first:.1f} to {last:.1f}s"
    return f"{found.median_s:>8.3f}s{found.mean_s:>8.3f}s{found.overlaps:>10.1%}{mode:>16}"


def print_page(run: Path, *, out: Path | None, sound: WhereSound, as_json: bool) -> int:
    """Write the page of a run, or of a folder of runs, and print its path."""
    if run.suffix.lower() in FOREIGN:
        kind = run.suffix[1:].upper()
        raise SetupError(f"--html needs a run; {kind} files have no decisions and no sound")
    from trialogue.meeting.paging import is_run, write_page, write_runs  # noqa: PLC0415 - numpy, for waveforms
    from trialogue.report.page import is_page  # noqa: PLC0415 - likewise

    if out is not None:
        refuse_other(out, "--out", "page of trialogue's", is_page)
    path = write_page(run, out=out, sound=sound) if is_run(run) else write_runs(run, out=out)
    if as_json:
        put_json({"page": str(path)})
    else:
        put(str(path))
    return 0
