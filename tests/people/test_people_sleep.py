"""A machine that sleeps while a person is at the table."""

import json

import pytest
from table import granted, hold, says, scenario, sits

from trialogue.journal.reader import read
from trialogue.model.commands import RollOver
from trialogue.model.events import ProcessSuspended
from trialogue.scenario import prepare
from trialogue.testing import FaultPlan, Planned, fault_named, judge, try_meeting

LINES = ("First I speak for a while about this and that and other things.", "That was all I had to say.")
SPEAKS = "I was about to say something that takes a while, for there is a lot of it."


@pytest.mark.parametrize(
    ("clip", "after_s"),
    [
        pytest.param({"say": "Mm.", "when": {"at": "20s"}}, 5.0, id="silent", marks=pytest.mark.long),
        pytest.param({"say": SPEAKS, "when": {"at": "1s"}}, 2.0, id="beside a turn"),
        pytest.param(
            {"say": SPEAKS, "when": {"granted": True}}, 8.0, id="in its turn", marks=pytest.mark.long
        ),
    ],
)
def test_a_sleep_with_a_person(tmp_path, clip, after_s):
    """Everybody is dialled anew but the person, and the meeting goes on to its end."""
    keys = scenario(
        {"tech": says(*LINES), "biz": says("Thank you.", "Good."), "dana": sits(clip)},
        run={"clock": "virtual", "frame": "100ms", "limits": {"time": "3m"}},
    )
    path = tmp_path / "nap.yaml"
    path.write_text(json.dumps(keys), encoding="utf-8")
    plan = FaultPlan((Planned(fault_named("suspended"), "tech", after_s=after_s),))
    judged = judge(try_meeting(prepare(path), plan, out=tmp_path / "run"))
    assert judged.broken == ()
    assert judged.rows[0].survived == "returned"
    records = list(read(tmp_path / "run" / "journal.jsonl"))
    assert any(isinstance(record.event, ProcessSuspended) for record in records)
    away = {c.participant for record in records for c in record.commands if isinstance(c, RollOver)}
    assert away == {"tech", "biz"}


def test_without_a_sleep_the_same_table_says_all(tmp_path):
    """What the meetings above are compared with: every line is heard."""
    held = hold(
        scenario(
            {
                "tech": says(*LINES),
                "biz": says("Thank you.", "Good."),
                "dana": sits(granted("Never.", nth=99)),
            },
            run={"limits": {"time": "3m"}},
        ),
        tmp_path,
    )
    assert (held.lines("tech"), held.lines("biz")) == (list(LINES), ["Thank you.", "Good."])
