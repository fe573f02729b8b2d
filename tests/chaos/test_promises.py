"""Each promise can be broken, and is then told: a judge that finds nothing proves nothing."""

import shutil

import pytest
from attrs import evolve

from trialogue.chaos.catalogue import FAULTS, Fate, Part, fault_named
from trialogue.chaos.failing_parts import FaultOnDemand
from trialogue.chaos.plan import FaultPlan, Planned
from trialogue.chaos.promises import PROMISES, judge
from trialogue.chaos.trial import CANARY, Hung, Strike, Trial, try_meeting
from trialogue.journal import EPOCH, Header, HeaderClock, Journal
from trialogue.journal.manifest import Status, manifest_in, write_manifest
from trialogue.journal.reader import read
from trialogue.model.commands import EndMeeting, EndTurn, GrantFloor
from trialogue.model.events import MeetingStarted, SessionFailed, SessionLost, Woke
from trialogue.model.records import Record
from trialogue.scenario import loads, resolve


@pytest.fixture(scope="module")
def _tried_once(scenario_text, tmp_path_factory):
    """A meeting that kept its promises under one fault, held once a test worker."""
    plan = FaultPlan((Planned(fault_named("malformed"), "ann"),))
    tried = try_meeting(resolve(loads(scenario_text)), plan, out=tmp_path_factory.mktemp("tried") / "run")
    assert judge(tried).broken == ()
    return tried


@pytest.fixture
def trial(_tried_once, tmp_path):
    """It, with a copy of its directory, which a test may change."""
    return evolve(_tried_once, folder=shutil.copytree(_tried_once.folder, tmp_path / "run"))


@pytest.fixture
def written(scene, tmp_path, trial):
    """A trial whose journal holds these records instead."""

    def write(*records, fault="malformed"):
        folder = tmp_path / "written"
        folder.mkdir()
        header = Header(scene().plan, "0", HeaderClock.VIRTUAL, EPOCH)
        journal = Journal.create(folder / "journal.jsonl", header)
        for seq, (event, *commands) in enumerate(records, 1):
            journal.append(Record(seq, 1.0, event, tuple(commands)))
        journal.close("over")
        planned = Planned(fault_named(fault), "ann")
        return Trial(FaultPlan((planned,)), (Strike(planned, 0.5),), folder, trial.held)

    return write


def broken(trial):
    """The names of the promises that are broken."""
    return {text.partition(": ")[0] for text in judge(trial).broken}


def test_there_are_seven():
    """The number of promises is the one in the head of the catalogue."""
    assert len(PROMISES) == 7


LIKE_OTHERS = "malformed-message|succeeded"
"""What the meeting of the trial shows by itself: its own fault, and the calls of its tool."""


@pytest.mark.parametrize(
    "fault", [each for each in FAULTS if each.shows and each.shows not in LIKE_OTHERS], ids=lambda f: f.name
)
def test_a_fault_that_left_no_record(trial, fault):
    """A fault that struck without a record breaks the promise that its cause is recorded."""
    planned = Planned(evolve(fault, notice_s=0.0), "ann")
    unseen = evolve(trial, strikes=(Strike(planned, 0.0),), plan=FaultPlan((planned,)))
    assert "recorded with its cause" in broken(unseen)


def test_a_record_from_before_a_fault_is_not_of_it(trial):
    """A message that was malformed before the fault struck does not show the fault."""
    (strike,) = trial.strikes
    later = evolve(trial, strikes=(evolve(strike, at=strike.at + 1.0),))
    assert "recorded with its cause" in broken(later)


def test_a_meeting_that_hangs(trial):
    """A meeting without an end breaks its promise."""
    assert broken(evolve(trial, held=None, error=Hung("no end"))) == {"no hang"}


def test_a_journal_that_was_touched(trial):
    """One changed byte of the journal breaks its promise."""
    path = trial.folder / "journal.jsonl"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"SessionReady", b"SessionReadx", 1))
    assert "nothing recorded is lost" in broken(trial)


def test_a_journal_that_was_not_closed(trial):
    """A journal without its last line breaks its promise."""
    path = trial.folder / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "nothing recorded is lost" in broken(trial)


def test_a_journal_that_nobody_closed(trial):
    """A journal that a dead process left open breaks its promise, though nothing in it is damaged."""
    path = trial.folder / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    closed = manifest_in(trial.folder)
    begins = closed.begins
    write_manifest(trial.folder, evolve(closed, status=Status.OPEN, seq=0, hash=begins))
    assert broken(trial) == {"nothing recorded is lost"}


@pytest.mark.parametrize(
    "orders",
    [
        (GrantFloor("ann", 1, "test", 9.0), GrantFloor("bob", 2, "test", 9.0)),
        (GrantFloor("ann", 1, "test", 9.0), EndTurn("bob", 2, "finished")),
        (GrantFloor("ann", 1, "test", 9.0), EndMeeting("limit-turns")),
    ],
    ids=["two-holders", "another-turn", "never-released"],
)
def test_a_floor_that_is_not_one(orders, written):
    """Two holders at once, an end of another's turn, or an end within a turn breaks the floor's promise."""
    assert "one holder, and the floor released" in broken(written((MeetingStarted(), *orders)))


def test_a_meeting_that_falls(trial):
    """An error that ends a meeting in which the others could go on breaks their promise."""
    fallen = evolve(trial, held=None, error=FaultOnDemand("down"))
    assert broken(fallen) == {"the others go on"}


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        ("malformed", SessionLost("ann", 1, "gone", 1.0)),
        ("malformed", SessionFailed("bob", "gone")),
        ("unauthorized", Woke("nothing")),
    ],
    ids=["harmed", "another", "unharmed"],
)
def test_a_fate_that_was_not_declared(fault, event, written):
    """A participant that is lost, fails or lives on against the catalogue breaks a promise."""
    assert "the others go on" in broken(written((MeetingStarted(),), (event,), fault=fault))


def test_an_exit_code_that_says_nothing(trial):
    """Exit code 0 of a meeting that a signal ended breaks a promise."""
    planned = Planned(fault_named("terminated"), "ann")
    wrong = evolve(trial, strikes=(Strike(planned, 5.0),), plan=FaultPlan((planned,)))
    assert "exit code and report name the cause" in broken(wrong)


def test_a_failure_that_is_not_named(written):
    """A participant that failed and is not in the result breaks its promise."""
    assert "exit code and report name the cause" in broken(
        written((MeetingStarted(),), (SessionFailed("cleo", "gone"),))
    )


def test_a_key_that_is_found(trial):
    """A key in any file of the run breaks its promise."""
    (trial.folder / "audio" / "ann.wav").write_bytes(b"RIFF" + CANARY.encode())
    assert broken(trial) == {"the key appears nowhere"}


def test_a_key_in_an_error(trial):
    """A key in an error's text breaks its promise: errors are shown in terminals."""
    told = evolve(trial, held=None, error=Hung(f"Token {CANARY}"))
    assert broken(told) == {"the key appears nowhere", "no hang"}


def test_faults_say_who_makes_them():
    """Every fault has a maker, a line for people, and an exit code only where it ends the meeting."""
    from trialogue.chaos.catalogue import FAULTS

    assert {fault.made_by for fault in FAULTS} == {"network", "peer", "wire", "server", "meeting", "machine"}
    assert all(fault.what for fault in FAULTS)
    assert all((fault.exit_code != 0) == (fault.fate is Fate.ENDS) for fault in FAULTS)
    assert {fault.effect for fault in FAULTS if isinstance(fault.effect, Part)} == set(Part)


@pytest.mark.parametrize(
    ("restart", "sessions"),
    [
        ("", ["SessionReady", "SessionLost", "SessionReady"]),
        (", restart: {when: never}", ["SessionReady", "SessionFailed"]),
    ],
)
def test_a_lost_session_is_dialled_as_the_author_says(tmp_path, restart, sessions):
    """A struck agent comes back, or never does, as the scenario's `restart` says."""
    text = (
        "trialogue: 1\nname: r\nrun: {clock: virtual, seed: 1, limits: {turns: 4, time: 30s, silence: 15s}}\n"
        f"cast: {{ann: {{lines: [One., Two.]{restart}}}, ben: {{lines: [Three., Four.]}}}}\n"
    )
    plan = FaultPlan((Planned(fault_named("half-open"), "ann"),), 1)
    try_meeting(resolve(loads(text)), plan, out=tmp_path / "run")
    records = read(tmp_path / "run" / "journal.jsonl")
    events = [record.event for record in records if getattr(record.event, "participant", "") == "ann"]
    names = [type(event).__name__ for event in events]
    assert [name for name in names if name.startswith("Session")][: len(sessions)] == sessions
