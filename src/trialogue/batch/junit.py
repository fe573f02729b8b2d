"""JUnit XML of a batch's outcomes, the format in which most CI systems read tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from trialogue.batch.outcomes import Outcome
from trialogue.model.text import safe_text

__all__ = ["is_junit", "junit"]


def junit(outcomes: Iterable[Outcome]) -> bytes:
    """A suite for each scenario file, a case for each meeting; unmet expectations are failures, by kind.

    An expectation that measured nothing is a skipped case of its own, beside its meeting's.
    """
    files: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        files.setdefault(outcome.file, []).append(outcome)
    root = ET.Element("testsuites", name="trialogue")
    for file, found in files.items():
        root.append(_suite(file, found))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def is_junit(head: bytes) -> bool:
    """Whether a file with this beginning is JUnit XML, from any program."""
    return b"<testsuite" in head


def _suite(file: str, found: Sequence[Outcome]) -> ET.Element:
    skipped = [case for each in found for case in _skipped(each)]
    failures = sum(not each.passed and bool(each.unmet) for each in found)
    suite = ET.Element(
        "testsuite",
        name=safe_text(Path(file).stem),
        tests=str(len(found) + len(skipped)),
        failures=str(failures),
        errors=str(sum(not each.passed for each in found) - failures),
        skipped=str(len(skipped)),
        time=f"{sum(each.machine_s for each in found):.3f}",
    )
    for outcome in found:
        suite.append(_case(outcome))
    suite.extend(skipped)
    return suite


def _skipped(outcome: Outcome) -> Iterator[ET.Element]:
    """Case for each expectation that measured nothing, with the reason."""
    for each in outcome.empty:
        case = _test(outcome, f"{outcome.name}: {each.place}", 0.0)
        ET.SubElement(case, "skipped", message=safe_text(f"measured nothing: {each.text}"))
        yield case


def _test(outcome: Outcome, name: str, time_s: float) -> ET.Element:
    return ET.Element(
        "testcase",
        name=safe_text(name),
        classname=safe_text(outcome.group),
        file=safe_text(outcome.file),
        time=f"{time_s:.3f}",
    )


def _case(outcome: Outcome) -> ET.Element:
    case = _test(outcome, outcome.name, outcome.machine_s)
    if outcome.passed:
        return case
    for unmet in outcome.unmet:
        where = f"{outcome.file}:{unmet.line}: {unmet.place}"
        failure = ET.SubElement(case, "failure", type=unmet.kind, message=safe_text(unmet.text))
        failure.text = safe_text(f"{where}: {unmet.text}; {outcome.folder}")
    if not outcome.unmet:
        message = safe_text(f"{outcome.state}: {outcome.told}")
        ET.SubElement(case, "error", type=f"exit-{outcome.exit_code}", message=message)
    return case
