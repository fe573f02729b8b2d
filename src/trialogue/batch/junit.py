"""JUnit XML of a batch's outcomes, the format in which most CI systems read tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from trialogue.batch.outcomes import Outcome
from trialogue.batch.tally import Regression
from trialogue.model.text import safe_text

__all__ = ["is_junit", "junit"]


def junit(outcomes: Iterable[Outcome], worse: Iterable[Regression] = ()) -> bytes:
    """A suite for each scenario file, a case for each meeting; unmet expectations are failures, by kind.

    An expectation that measured nothing is a skipped case of its own, beside its meeting's, and a figure that
    is worse than the baseline is a failed one.
    """
    regressed: dict[str, list[Regression]] = {}
    for each in worse:
        regressed.setdefault(each.group, []).append(each)
    files: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        files.setdefault(outcome.file, []).append(outcome)
    root = ET.Element("testsuites", name="trialogue")
    for file, found in files.items():
        groups = dict.fromkeys(each.group for each in found)
        root.append(_suite(file, found, [each for group in groups for each in regressed.get(group, ())]))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def is_junit(head: bytes) -> bool:
    """Whether a file with this beginning is JUnit XML, from any program."""
    return b"<testsuite" in head


def _suite(file: str, found: Sequence[Outcome], worse: Sequence[Regression]) -> ET.Element:
    skipped = [case for each in found for case in _skipped(each)]
    unmet = sum(not each.passed and bool(each.unmet) for each in found)
    suite = ET.Element(
        "testsuite",
        name=safe_text(Path(file).stem),
        tests=str(len(found) + len(skipped) + len(worse)),
        failures=str(unmet + len(worse)),
        errors=str(sum(not each.passed for each in found) - unmet),
        skipped=str(len(skipped)),
        time=f"{sum(each.machine_s for each in found):.3f}",
    )
    for outcome in found:
        suite.append(_case(outcome))
    suite.extend(skipped)
    suite.extend(_worse(file, each) for each in worse)
    return suite


def _skipped(outcome: Outcome) -> Iterator[ET.Element]:
    """Case for each expectation that measured nothing, with the reason."""
    for each in outcome.empty:
        case = _test(outcome.file, outcome.group, f"{outcome.name}: {each.place}")
        ET.SubElement(case, "skipped", message=safe_text(f"measured nothing: {each.text}"))
        yield case


def _worse(file: str, worse: Regression) -> ET.Element:
    """Case of a figure that is worse than the baseline."""
    case = _test(file, worse.group, f"{worse.group}: {worse.name}")
    ET.SubElement(case, "failure", type="worse", message=safe_text(f"{worse.name} got worse: {worse.text}"))
    return case


def _test(file: str, group: str, name: str, time_s: float = 0.0) -> ET.Element:
    return ET.Element(
        "testcase",
        name=safe_text(name),
        classname=safe_text(group),
        file=safe_text(file),
        time=f"{time_s:.3f}",
    )


def _case(outcome: Outcome) -> ET.Element:
    case = _test(outcome.file, outcome.group, outcome.name, outcome.machine_s)
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
