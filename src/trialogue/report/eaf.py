"""EAF: the transcript for ELAN, with one tier for each participant (ELAN annotation format, version 3.0)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from trialogue.model.plan import MeetingPlan
from trialogue.model.transcript import Utterance
from trialogue.report.tiers import tiers

_SCHEMA: Final = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"

_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def eaf(plan: MeetingPlan, utterances: Iterable[Utterance], started: datetime | None = None) -> str:
    """Transcript as XML; its medium is the recorded mix, `audio/mix.wav` in the same directory.

    The date is the meeting's; in virtual time it is the first day of 1970.
    """
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:noNamespaceSchemaLocation": _SCHEMA,
            "AUTHOR": "",
            "DATE": (started or datetime.fromtimestamp(0, UTC)).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
        },
    )
    head = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    medium = {"MEDIA_URL": "audio/mix.wav", "MIME_TYPE": "audio/x-wav"}
    ET.SubElement(head, "MEDIA_DESCRIPTOR", medium | {"RELATIVE_MEDIA_URL": "./audio/mix.wav"})
    order = ET.SubElement(root, "TIME_ORDER")
    slots = annotations = 0
    for label, row in tiers(plan, utterances).items():
        name = _NO_XML.sub("", label)
        attributes = {"TIER_ID": name, "PARTICIPANT": name, "LINGUISTIC_TYPE_REF": "utterance"}
        tier = ET.SubElement(root, "TIER", attributes)
        for each in row:
            for time_ms in (each.start_ms, each.end_ms):
                slots += 1
                slot = {"TIME_SLOT_ID": f"ts{slots}", "TIME_VALUE": str(time_ms)}
                ET.SubElement(order, "TIME_SLOT", slot)
            annotations += 1
            held = ET.SubElement(tier, "ANNOTATION")
            place = {"ANNOTATION_ID": f"a{annotations}", "TIME_SLOT_REF1": f"ts{slots - 1}"}
            words = ET.SubElement(held, "ALIGNABLE_ANNOTATION", place | {"TIME_SLOT_REF2": f"ts{slots}"})
            ET.SubElement(words, "ANNOTATION_VALUE").text = _NO_XML.sub("", each.text)
    kind = {"LINGUISTIC_TYPE_ID": "utterance", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"}
    ET.SubElement(root, "LINGUISTIC_TYPE", kind)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'
