"""A meeting with everything that a page shows, and its sound: 60 seconds, three agents and a person."""

import numpy as np
import soundfile

from trialogue.brain.words.transcript import utterances
from trialogue.model.commands import (
    Attribute,
    EndMeeting,
    EndTurn,
    GrantFloor,
    MoveAgenda,
    Play,
    Report,
    RunTool,
)
from trialogue.model.events import (
    FloorRequested,
    MeetingStarted,
    PlaybackFinished,
    PlaybackStarted,
    ReplySent,
    SentenceSaid,
    SessionLost,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
    ToolFinished,
    ToolRequested,
    Woke,
)
from trialogue.model.participants import Kind, Participant, Role
from trialogue.model.plan import AgendaItem, MeetingPlan
from trialogue.model.records import Record
from trialogue.report import Run, result
from trialogue.report.page import PageSound, PageSource, content, document
from trialogue.report.page.sound import mp3, peaks
from trialogue.report.recordings import parts_of

HOSTILE = "</script><img src=x onerror='window.pwned=1'> <b>bold</b> & \u202eright to left\u2028."

PLAN = MeetingPlan(
    "page <test>",
    (
        Participant("ada", Role.CHAIR, title="Ada, chair"),
        Participant("ben"),
        Participant("kim", kind=Kind.HUMAN),
        Participant("eve"),
    ),
    agenda=(AgendaItem("first", "What <happened>"), AgendaItem("second", "What next")),
)


def turn(name, number, begin, end, *sentences):
    """A turn that is heard from `begin` to `end`."""
    over = PlaybackFinished(name, number, number, end, end - begin, "complete")
    offsets = [(end - begin) * index / len(sentences) for index in range(len(sentences))]
    return [
        (begin - 0.5, Woke("x"), GrantFloor(name, number, f"reason {number}", end + 90)),
        *((begin - 0.4, SentenceSaid(name, number, said, at)) for said, at in zip(sentences, offsets)),  # noqa: B905
        (begin - 0.3, ReplySent(name, number, end - begin), Play(name, number, number)),
        (begin, PlaybackStarted(name, number, number, begin)),
        (end, over, EndTurn(name, number, "finished")),
    ]


FACTS = [
    (0.0, MeetingStarted(), MoveAgenda("first", "opened")),
    *turn("ada", 1, 1.0, 9.0, "Good morning.", "Who is first?"),
    (5.0, SpeechStarted("kim", 5.0)),
    (5.5, SpeechStopped("kim", 5.5)),
    (
        5.6,
        Woke("x"),
        Attribute("kim", 1, "mm hm", is_certain=True, beside="backchannel", begin_s=5.0, end_s=5.5),
    ),
    *turn("ben", 2, 10.0, 20.0, "The build is green.", HOSTILE),
    (12.0, FloorRequested("eve")),
    (13.0, SessionLost("eve", 1, "1006 going away", 1.0)),
    (15.0, SessionReady("eve", 2)),
    (16.0, ToolRequested("ben", 1, "c1", "look_up", '{"q": "<x>"}'), RunTool("ben", "c1", "look_up", "{}")),
    (18.0, ToolFinished("ben", "c1", "failed", "no such thing", "KeyError")),
    *turn("eve", 3, 27.0, 40.0, "I have a plan.", "It has three steps."),
    (36.0, SpeechStarted("kim", 36.0)),
    (44.0, SpeechStopped("kim", 44.0), Report("interruption", "spoke on beside another's turn", "kim")),
    (45.0, Woke("x"), MoveAgenda("second", "done")),
    *turn("ada", 4, 47.0, 58.0, "Thank you.", "We are done."),
    (60.0, Woke("x"), EndMeeting("said")),
]
RECORDS = tuple(
    Record(seq, at, event, tuple(commands))
    for seq, (at, event, *commands) in enumerate(sorted(FACTS, key=lambda fact: fact[0]), 1)
)
VOICES = {"ada": 300, "ben": 500, "eve": 700, "kim": 900}
"""Each one's tone, in hertz."""


def write_recordings(folder):
    """Recordings in which each is heard as a tone of its own."""
    from trialogue.report.stretches import stretches

    mix = np.zeros(60 * 24_000)
    for name, hertz in VOICES.items():
        own = np.zeros_like(mix)
        for each in stretches(RECORDS):
            if each.participant == name:
                first, last = int(each.start_s * 24_000), int(each.end_s * 24_000)
                own[first:last] = 0.3 * np.sin(np.arange(last - first) * 2 * np.pi * hertz / 24_000)
        soundfile.write(folder / f"{name}.wav", own, 24_000, subtype="PCM_16")
        mix += own
    soundfile.write(folder / "mix.wav", mix, 24_000, subtype="PCM_16")


def write_page(folder, *, linked=False):
    """The page of the meeting, in this folder, with its sound inside or beside it."""
    write_recordings(folder)
    said = utterances(RECORDS)
    meeting = PageSource(PLAN, RECORDS, said, result(PLAN, RECORDS, said, Run("virtual")))
    waves = {name: peaks(parts_of(folder, name)) for name in VOICES}
    page = folder / "report.html"
    sound = PageSound(href="mix.wav") if linked else PageSound(mp3(parts_of(folder, "mix")))
    page.write_bytes(document(content(meeting), waves, sound))
    return page
