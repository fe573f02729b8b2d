"""A meeting on one screen."""

from attrs import evolve
from cli_playbook import MEETING, PLAN

from trialogue.brain.words.transcript import utterances
from trialogue.cli.view_lines import Tone, plain, width
from trialogue.cli.view_summary import Ended, in_brief, in_one_line, summary
from trialogue.model.checked import Checked
from trialogue.model.events import (
    FloorRequested,
    PlaybackFinished,
    PlaybackStarted,
    SessionReady,
    SpeechStarted,
    SpeechStopped,
)
from trialogue.model.expectations import Findings, Miss
from trialogue.model.participants import Kind, Participant, Price
from trialogue.model.plan import MeetingPlan
from trialogue.model.records import Record
from trialogue.report.result import Failure, Run, result

FILES = (
    "journal.jsonl",
    "scenario.yaml",
    "audio/ada.wav",
    "audio/biz.wav",
    "audio/mix.wav",
    "transcript.vtt",
    "transcript.srt",
    "transcript.md",
    "transcript.rttm",
    "result.json",
)
RESULT = result(PLAN, MEETING, utterances(MEETING), Run("virtual", 57.63, FILES))
ENDED = Ended(PLAN, RESULT, "runs/edge-cache-1", 0.34)

SCREEN = """\
edge cache ended after 00:20: you interrupted it (interrupted)
virtual clock: 57.6 times faster than real time, in 0.3 s

                    turns   spoken  share            words  wpm  response
  Moderator             2    3.8 s  ████▍       43%      9  142  0.45 s (n=2)
  Tech                  1    3.5 s  ████        40%      5   86  1.10 s (n=1)
  Business [31mex…      1    1.5 s  █▊          17%      4  160  2.10 s (n=1)
  Eve                   0    0.0 s               0%      0    -  -

  floor     3 gaps, 0 overlaps; floor transfer 2.00 s (n=3); silence 56%
  revoked   2 turns: 1 hold-limit, 1 timeout
  tools     2 calls: 1 succeeded, 1 answered
  sessions  1 lost, back after 0.70 s (n=1)
  failures  actor-crashed: agent:eve: ValueError
            session-failed (Tech): 402 out of credit

  runs/edge-cache-1
    audio/{ada,biz,mix}.wav  journal.jsonl  scenario.yaml  transcript.vtt
    transcript.srt  transcript.md  transcript.rttm  result.json
"""


def screen(ended):
    return "\n".join(plain(each) for each in summary(ended)) + "\n"


def test_the_whole_screen():
    """The summary shows the end, everybody's part, the floor, tools, sessions, failures and files."""
    assert screen(ENDED) == SCREEN


def test_clips_that_were_never_played_are_named():
    """The summary names clips that were never played, before the expectations that they may explain."""
    told = screen(
        evolve(ENDED, unplayed=tuple(f"cast.dana.via.clips[{at}] was never played: x" for at in range(7)))
    )
    assert "\n  clips     cast.dana.via.clips[0] was never played: x\n" in told
    assert "\n            and 2 more clips\n" in told


def test_ends_that_never_came_are_named():
    """The summary and the one line name ends that never came, after the meeting's reason."""
    ended = evolve(ENDED, never_came=("end.any[0] (/bye/ said) never came",))
    assert "\n  end       end.any[0] (/bye/ said) never came\n" in screen(ended)
    assert "; end.any[0] (/bye/ said) never came" in in_one_line(ended)


def test_it_fits_a_terminal():
    """The summary fits a terminal of 80 columns and 24 rows."""
    lines = screen(ENDED).splitlines()
    assert max(map(width, lines)) <= 80
    assert len(lines) <= 24


def test_in_one_line():
    """The shortest summary is one line; it counts the turns of the table, not those without words.

    An agent that left for good is told: of one whose certificate was refused there was only silence.
    """
    told = "edge cache: interrupted after 00:20, 4 turns, runs/edge-cache-1"
    assert in_one_line(ENDED) == f"{told}; Tech: 402 out of credit"
    assert in_one_line(evolve(ENDED, result=evolve(RESULT, failures=()))) == told


def test_quiet_names_what_was_not_met():
    """`--quiet` names the first three unmet expectations, and counts the rest."""
    misses = tuple(
        Miss(f"expect.never[{at}]", "never", "behaviour", "never /no/ said", "it happened at 3.00 s", 3.0)
        for at in range(5)
    )
    told = list(in_brief(evolve(ENDED, result=evolve(RESULT, expectations=Findings(6, misses)))))
    assert "1 of 6 expectations met; 5 misses: 5 of behaviour" in told[0]
    assert told[1] == "  expect.never[0], behaviour: expected never /no/ said; it happened at 3.00 s"
    assert told[4:] == ["  and 2 more, in result.json"]
    assert list(in_brief(ENDED)) == [in_one_line(ENDED)]


def test_quiet_names_what_measured_nothing_and_what_was_not_reached():
    """`--quiet` names each by its place and its words, and counts beyond three."""
    empty = [
        Checked(f"expect.at_end[{at}]", "measured-nothing", "silence max 5s", "no values") for at in range(4)
    ]
    unreached = Checked("expect.in_order[1]", "not-reached", "/no/ said", "")
    ended = evolve(ENDED, result=evolve(RESULT, expectations=Findings(6, results=(empty[0], unreached))))
    told = "1 measured nothing: at_end[0] silence max 5s, 1 not reached: in_order[1] /no/ said"
    assert f"6 expectations: 4 met, {told}" in in_one_line(ended)
    ended = evolve(ENDED, result=evolve(RESULT, expectations=Findings(6, results=tuple(empty))))
    assert "at_end[2] silence max 5s, and 1 more" in in_one_line(ended)


def test_an_unmet_expectation_of_speech_quotes_what_was_heard():
    """The summary quotes what was heard where expected words were not."""
    spoke = "0 times; pia spoke once, at 3.00 s"
    miss = Miss("expect.at_end[0]", "at_end", "behaviour", "/Ines/ said", spoke, 3.0, heard='"with an as"')
    ended = evolve(ENDED, result=evolve(RESULT, expectations=Findings(1, (miss,))))
    told = f'expect.at_end[0], behaviour: expected /Ines/ said; {spoke}: "with an as"'
    assert list(in_brief(ended))[1:] == [f"  {told}"]
    assert told in " ".join(plain(each).strip() for each in summary(ended))


def test_one_line_says_why_nobody_could_be_heard():
    """The one line of a failed meeting gives each reason once, with all agents concerned."""
    text = "cannot reach 127.0.0.1:1: Connection refused"
    lost = tuple(Failure(1.0, "session-lost", text, name) for name in ("ada", "eve"))
    left = tuple(Failure(3.0, "session-failed", f"{text} (It is off.)", name) for name in ("eve", "ada"))
    failures = (*lost, *left)
    result = evolve(ENDED.result, reason="all-failed", failures=failures)
    told = in_one_line(evolve(ENDED, result=evolve(result, ok=False)))
    assert told.endswith(
        "runs/edge-cache-1; Moderator, Eve: cannot reach 127.0.0.1:1: Connection refused (It is off.)"
    )
    assert "cannot reach" in in_one_line(evolve(ENDED, result=evolve(result, ok=True)))
    assert "cannot reach" not in in_one_line(evolve(ENDED, result=evolve(result, ok=True, failures=lost)))


def test_a_meeting_in_which_no_agent_was_heard_says_so():
    """The summary and the one line say that no agent was heard."""
    failures = tuple(Failure(3.0, "reply-failed", "No model.", name) for name in ("ada", "ada", "eve"))
    result = evolve(RESULT, reason="silence", ok=False, shortfall="unspoken", failures=failures)
    ended = evolve(ENDED, result=result)
    assert plain(summary(ended)[0]).endswith("it was silent for too long, and no agent was heard (silence)")
    told = in_one_line(ended)
    assert told.endswith("4 turns, no agent was heard, runs/edge-cache-1; Moderator, Eve: No model.")


def test_a_journal_alone():
    """The summary of a journal alone has neither a directory nor a speed."""
    calm = evolve(RESULT, speed=None, failures=(Failure(1.0, "stale", "old"),))
    told = screen(Ended(PLAN, calm)).splitlines()
    assert told[1] == ""
    assert told[-1] == "  failures  none"


def test_many_failures_are_counted():
    """The summary lists five kinds of failures, and counts equal and further ones."""
    failures = tuple(Failure(float(n), f"code-{n % 7}", "it broke") for n in range(14))
    told = screen(evolve(ENDED, result=evolve(RESULT, failures=failures)))
    assert "  failures  code-0: it broke, 2 times\n            code-1" in told
    assert "            and 2 more kinds, in result.json" in told


def test_bad_ends_are_marked():
    """The summary marks an end that nobody wanted as a warning."""
    bad = evolve(ENDED, result=evolve(RESULT, reason="all-failed", ok=False))
    head = summary(bad)[0]
    assert plain(head) == "edge cache ended after 00:20: no agent is left (all-failed)"
    assert head.spans[1].tone is Tone.WARNING


def test_who_cut_in_is_told():
    """The summary has overlap, interruptions, backchannels and hands, where there were any."""
    plan = MeetingPlan("x", (Participant("ada"), Participant("kim", kind=Kind.HUMAN)))
    facts = [
        (0.0, PlaybackStarted("ada", 1, 1, 0.0)),
        (1.0, SpeechStarted("kim", 1.0)),
        (1.5, SpeechStopped("kim", 1.5)),
        (2.0, FloorRequested("kim")),
        (4.0, SpeechStarted("kim", 4.0)),
        (4.5, PlaybackFinished("ada", 1, 1, 4.5, 4.5, "cut")),
        (8.5, SpeechStopped("kim", 8.5)),
    ]
    records = [Record(seq, at, event, ()) for seq, (at, event) in enumerate(facts, 1)]
    told = screen(Ended(plan, result(plan, records, (), Run("real"))))
    assert "  overlap   12% of speech; 1 interruption, 1 gave way, 1 backchannel\n" in told
    assert "  yielding  silent after 0.50 s (n=1)\n" in told
    assert "  hands     1 raised\n" in told


def test_turns_in_writing_are_turns():
    """The summary counts a person's typed turns."""
    measured = RESULT.measures
    typed = tuple(evolve(each, typed=2) for each in measured.participants)
    rows = screen(evolve(ENDED, result=evolve(RESULT, measures=evolve(measured, participants=typed))))
    assert "  Eve                   2    0.0 s" in rows


def test_the_cost_is_told():
    """The summary gives the cost by participant, the day of the prices, and what is unpriced."""
    cast = (
        Participant("ada", price=Price("paid", 0.6, "2025-06-16")),
        Participant("ben", price=Price("paid", 0.06, "2025-06-16")),
        Participant("eve", price=Price("own/model")),
        Participant("kim", kind=Kind.HUMAN),
    )
    events = [(0.0, SessionReady("ada", 1)), (0.0, SessionReady("ben", 1)), (60.0, SessionReady("eve", 1))]
    records = [Record(seq, at, event, ()) for seq, (at, event) in enumerate(events, 1)]
    plan = MeetingPlan("x", cast)
    told = screen(Ended(plan, result(plan, records, (), Run("real"))))
    assert "  cost      0.66 USD at the prices of 2025-06-16: Ada 0.60, Ben 0.06\n" in told
    assert "            unpriced, not counted: own/model (Eve)\n" in told
    unknown = MeetingPlan("x", cast[2:])
    told = screen(Ended(unknown, result(unknown, records[2:], (), Run("real"))))
    assert "  cost      unpriced, not counted: own/model (Eve)\n" in told
    assert "cost" not in screen(ENDED)
