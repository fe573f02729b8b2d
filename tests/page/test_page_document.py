"""The page's file: self-contained, and nothing in it runs but its own scripts."""

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from report_values import MEETING, PLAN, UTTERANCES

from trialogue.journal import read
from trialogue.report import Run, result
from trialogue.report.page import PageSound, PageSource, content, document
from trialogue.report.page.document import PIECE, inert
from trialogue.report.page.runs import RunRow, runs_document

KEPT = sorted((Path(__file__).parents[1] / "journal" / "kept").glob("*.jsonl"))
SAID = content(PageSource(PLAN, MEETING, UTTERANCES, result(PLAN, MEETING, UTTERANCES, Run("real"))))
HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & <img src=x onerror=alert(1)>"


def scripts_of(page):
    """Attributes and content of every script element."""
    return re.findall(rb"<script([^>]*)>(.*?)</script>", page, re.DOTALL)


def data_of(page):
    """What the page's data element holds."""
    return orjson.loads(next(body for attributes, body in scripts_of(page) if b'id="data"' in attributes))


def test_every_script_and_style_runs_by_its_hash():
    """The policy names the hash of each, and nothing else."""
    page = document(SAID, {})
    policy = (
        re.search(rb'Content-Security-Policy" content="([^"]*)"', page)[1].decode().replace("&#x27;", "'")
    )
    own = [body for attributes, body in scripts_of(page) if not attributes]
    styles = re.findall(rb"<style>(.*?)</style>", page, re.DOTALL)
    hashes = {f"'sha256-{b64encode(sha256(each).digest()).decode()}'" for each in [*own, *styles]}
    assert hashes == set(re.findall(r"'sha256-[^']*'", policy))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_nothing_is_fetched():
    """No element names an address beyond the page."""
    page = document(SAID, {}, PageSound(b"abc"))
    markup = re.sub(rb"<(script|style)[^>]*>.*?</\1>", b"", page, flags=re.DOTALL)
    assert re.findall(rb'(?:src|href|action)="(?!#|data:,)[^"]*"', markup) == []
    assert b"on" + b"click=" not in markup
    assert b"style=" not in markup


def test_hostile_words_end_no_element():
    """Words of a model cannot add elements or scripts to the page."""
    encoded = inert({"text": HOSTILE})
    assert not re.search(rb"[<>&]|\xe2\x80[\xa8\xa9]", encoded)
    assert orjson.loads(encoded) == {"text": HOSTILE}


def test_the_sound_comes_last_in_pieces():
    """Each piece is base64 of its own; together they are the sound."""
    sound = bytes(range(256)) * 4_000
    pieces = [
        body
        for attributes, body in scripts_of(document(SAID, {}, PageSound(sound)))
        if b"sound" in attributes
    ]
    assert len(pieces) == -(-len(sound) // PIECE)
    assert b"".join(b64decode(each) for each in pieces) == sound


def test_waveforms_are_by_participant():
    """Each participant's lane has one byte of loudness for a twentieth of a second."""
    data = data_of(document(SAID, {"ada": bytes([0, 7, 255])}))
    assert b64decode(data["waves"]["ada"]) == bytes([0, 7, 255])
    assert data["sound"] is None


def test_a_linked_sound_is_beside_the_page():
    """With linked sound, the page holds an address instead of the recording."""
    page = document(SAID, {}, PageSound(href="audio/mix.wav"))
    assert data_of(page)["sound"]["href"] == "audio/mix.wav"
    assert b'class="sound"' not in page


def test_the_licence_of_what_is_not_ours_is_inside():
    """Every page has the licence of uPlot, which is copied into it."""
    assert b"Copyright (c) 2022 Leon Sorokin" in document(SAID, {})


def test_the_page_says_how_the_meeting_went():
    """Its head, its worst moment, its plots and tables."""
    assert SAID["meeting"]["reason"] == "hung-up"
    assert SAID["moments"][0]["what"] == "failure"
    assert [each["title"] for each in SAID["tables"]] == ["Participants", "The meeting as a whole"]
    assert any(each["title"].startswith("Floor transfers") for each in SAID["plots"])


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_old_journals_have_a_page(path):
    """A page can be made of a journal of any earlier version."""
    from trialogue.brain.words.transcript import utterances

    reading = read(path)
    records = tuple(reading)
    said, plan = utterances(records), reading.header.plan
    page = document(
        content(PageSource(plan, records, said, result(plan, records, said, Run(clock="virtual")))), {}
    )
    marks = data_of(page)["marks"]
    assert len({mark["turn"] for mark in marks if mark["k"] == "words" and not mark["beside"]}) == len(
        {each.turn for each in said if not each.beside}
    )


def good(seconds, reason="said"):
    """A result with a duration."""
    return {
        "kind": "result",
        "name": "review",
        "ok": reason == "said",
        "reason": reason,
        "duration_s": seconds,
    }


def test_a_folder_shows_outcomes_links_and_spread():
    """A row a run; the meeting's measures from least to most."""
    rows = [
        RunRow("one", good(60.0), links=(("report", "one/report.html"),)),
        RunRow("two", good(90.0, "all-failed")),
        RunRow("three", None, "two is damaged at byte 7"),
    ]
    page = runs_document("runs", rows).decode()
    assert "75 s (60 s to 90 s)" in page
    assert '<a href="one/report.html">report</a>' in page
    assert '<td class="bad">all-failed</td>' in page
    assert "two is damaged at byte 7" in page
    assert "3 runs, 1 ended normally, 1 of which cannot be read" in page


def test_hostile_names_stay_text_in_a_folder():
    """Names from scenarios cannot add elements to a folder's page."""
    page = runs_document(HOSTILE, [RunRow(HOSTILE, {**good(1.0), "name": HOSTILE}, HOSTILE)])
    assert b"<script>alert" not in page
    assert b"<img" not in page
