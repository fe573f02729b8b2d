"""Two hundred meetings like those of the cases: other words, moments, hangs, policies, and several people.

Each word, moment and length is tried with the next policy in turn; with all the others in the long tests.

What must hold in each: every line is heard once and in order; assent cuts nobody and leaves no hole; who goes
on speaking is let in within the verdict's time; what was said stands in the transcript.
"""

from itertools import cycle, product

import pytest
from table import beside, granted, hold, in_order, says, scenario, sits, text

from trialogue.model.commands import Attribute, EndMeeting, StopPlayout
from trialogue.model.events import SpeechStarted

LONG = text(
    """
    Let me tell you how it is done here, step by step, so that everybody knows what is meant by it
    when we come to the costs of it all, and nobody has to ask again.
    """
)
BACKCHANNEL_S, SILENT_S, TICKS_S = 0.8, 0.2, 0.1
ASSENT = ("Mm.", "Yes.", "Mm-hm.", "Right.", "Oh, I see.")
POLICIES = ("round-robin", "moderated", "addressed", "least-spoken", "queue", "hand-off")
COSTS = "But what about the costs of all this?"
CUTS = "Wait a moment, please, I have to say something here."


def table(policy, clips, *more, **floor):
    """Two agents who explain at length, and people."""
    cast = {
        "ann": says(LONG, "Ann two.", "Ann three.", role="chair" if policy == "moderated" else "speaker"),
        "ben": says(LONG, "Ben two.", "Ben three."),
        "dana": sits(*clips),
    }
    if more:
        cast["eve"] = sits(*more)
    rules = {"policy": policy, "order": ["ann", "ben"], **floor}
    return scenario(
        cast, run={"frame": "100ms", "limits": {"time": "90s", "turns": 8, "silence": "20s"}}, floor=rules
    )


def each_in_turn(*things):
    """All combinations: each of the first things with the next of the others in turn, the rest long."""
    daily = set(zip(things[0], *map(cycle, things[1:]), strict=False))
    return [pytest.param(*each, marks=() if each in daily else pytest.mark.long) for each in product(*things)]


def by_policy(*daily):
    """Every policy; those that are not named in the long tests."""
    return [pytest.param(each, marks=() if each in daily else pytest.mark.long) for each in POLICIES]


def scripts_hold(held):
    """Each line once, in order."""
    assert in_order(held.lines("ann"), [LONG, "Ann two.", "Ann three."])
    assert in_order(held.lines("ben"), [LONG, "Ben two.", "Ben three."])


@pytest.mark.parametrize(("words", "at", "policy"), each_in_turn(ASSENT, (1, 3, 6), POLICIES))
def test_assent_stops_nobody(tmp_path, words, at, policy):
    """Whatever the word, the moment and the policy."""
    held = hold(table(policy, [beside("ann", at, words)]), tmp_path)
    assert held.cut() == []
    assert held.holes("ann") == []
    assert "dana" not in held.granted[:2]
    assert held.reports.count("backchannel") == 1
    assert held.result.measures.interruptions.tried == 0
    scripts_hold(held)


@pytest.mark.parametrize(
    ("unsure", "again", "policy"), each_in_turn(["duck", "talk", "pause"], (1, 2), POLICIES)
)
def test_assent_under_every_way_of_being_unsure(tmp_path, policy, unsure, again):
    """A pause is the one that leaves a hole; the line is heard whole all the same."""
    keys = table(policy, [beside("ann", 2 * again, "Mm-hm.")], interrupt={"while_unsure": unsure})
    held = hold(keys, tmp_path)
    assert held.cut() == []
    assert held.lines("ann")[0] == LONG
    assert bool(held.holes("ann")) == (unsure == "pause")
    scripts_hold(held)


@pytest.mark.parametrize(("at", "policy"), each_in_turn((1, 2, 3, 4, 5, 6), POLICIES))
def test_a_person_who_cuts_in_is_let_in(tmp_path, policy, at):
    """In the time of a verdict and of falling silent; its words and all lines behind it are heard."""
    held = hold(table(policy, [beside("ann", at, CUTS)]), tmp_path)
    assert ("ann", "interrupted") in held.ends
    began = held.all(SpeechStarted)[0].position_s
    cut = next(reply for reply in held.replies if reply.outcome == "cut")
    assert began < cut.end_s <= began + BACKCHANNEL_S + 0.2 + SILENT_S + TICKS_S
    assert held.granted[1] == "dana"
    assert CUTS in held.said_by("dana")
    scripts_hold(held)


@pytest.mark.parametrize(("length", "policy"), each_in_turn([1, 4, 12], POLICIES))
def test_a_person_who_cuts_in_speaks_to_the_end(tmp_path, policy, length):
    """However long it takes, the turn is that person's, and silence is not called."""
    words = " ".join(["It goes on and on, for there is a lot to tell about it."] * length)
    held = hold(table(policy, [beside("ann", 2, words)]), tmp_path)
    assert held.said_by("dana") == words
    assert ("dana", "finished") in held.ends
    assert len(held.all(StopPlayout)) == 1
    scripts_hold(held)


@pytest.mark.parametrize(("hang", "hears"), each_in_turn(["400ms", "1s", "2s", "4s"], ["text", "audio"]))
def test_answers_at_other_hangs(tmp_path, hang, hears):
    """A question, an answer, and the next question: whoever hears by ear loses none of them, either."""
    asks = ("One. Who are you?", "Two. Where are you?", "Three. How are you?", "Thank you.")
    clips = [
        {"say": f"My answer is {word}.", "when": {"said": {"by": "bot", "match": word}, "after": "300ms"}}
        for word in ("One", "Two", "Three")
    ]
    keys = scenario(
        {"bot": says(*asks, hears=hears), "dana": sits(*clips)},
        run={"limits": {"time": "90s", "turns": 7}},
        floor={"hang": hang},
    )
    held = hold(keys, tmp_path)
    assert held.lines("bot") == list(asks)
    assert held.said_by("dana") == "My answer is One. My answer is Two. My answer is Three."


@pytest.mark.parametrize("policy", by_policy(*POLICIES[:2]))
def test_two_people_who_assent_at_once(tmp_path, policy):
    """Both are backchannels; nobody falls silent for either."""
    held = hold(table(policy, [beside("ann", 2, "Yes.")], beside("ann", 2.1, "Mm-hm.")), tmp_path)
    assert held.cut() == []
    assert held.reports.count("backchannel") == 2
    scripts_hold(held)


@pytest.mark.parametrize("policy", by_policy(*POLICIES[::3]))
def test_one_assents_while_another_cuts_in(tmp_path, policy):
    """The floor goes to the one who speaks on; the words of both are kept."""
    held = hold(table(policy, [beside("ann", 2, "Yes.")], beside("ann", 2.4, CUTS)), tmp_path)
    assert held.granted[1] == "eve"
    assert CUTS in held.said_by("eve")
    assert "Yes." in held.said_by("dana")
    scripts_hold(held)


@pytest.mark.parametrize("policy", by_policy(*POLICIES[4:]))
def test_two_people_who_cut_in_at_once(tmp_path, policy):
    """One has the floor, the other comes after it: both are heard, and their words are kept."""
    held = hold(
        table(policy, [beside("ann", 2, CUTS)], beside("ann", 2.1, COSTS)),
        tmp_path,
    )
    assert set(held.granted[1:2]) <= {"dana", "eve"}
    assert CUTS in held.said_by("dana")
    assert "costs" in held.said_by("eve")
    assert held.ends.count(("ann", "interrupted")) == 1
    scripts_hold(held)


@pytest.mark.parametrize("policy", by_policy(POLICIES[1]))
def test_assent_again_and_again(tmp_path, policy):
    """Six backchannels in one turn are six backchannels."""
    clips = [beside("ann", 1 + place, "Yes.") for place in range(6)]
    held = hold(table(policy, clips), tmp_path)
    assert held.reports.count("backchannel") == 6
    assert held.cut() == []
    scripts_hold(held)


@pytest.mark.parametrize(("policy", "patience"), each_in_turn(["round-robin", "addressed"], ["2s", "8s"]))
def test_a_person_who_says_nothing_holds_nobody_up(tmp_path, policy, patience):
    """Its turns time out, and cost no line and no turn of the limit."""
    keys = table(policy, [granted("Never.", nth=99)], human=patience)
    keys["floor"]["order"] = ["ann", "dana", "ben"]
    held = hold(keys, tmp_path)
    assert held.lines("ann")[:2] == [LONG, "Ann two."]
    scripts_hold(held)


@pytest.mark.parametrize(
    "policy",
    [
        "round-robin",
        "queue",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("random", "least-spoken", "addressed")),
    ],
)
def test_a_hand_while_others_speak(tmp_path, policy):
    """It is granted at the turn's end, or at the next at the latest."""
    clip = {"say": "May I ask what it costs?", "mode": "wait", "when": {"speaking": "ann", "for": "2s"}}
    held = hold(table(policy, [clip]), tmp_path)
    assert held.granted.index("dana") <= 2
    assert held.said_by("dana") == "May I ask what it costs?"
    scripts_hold(held)


@pytest.mark.parametrize("pause", [0.2, 0.4, 0.6])
def test_a_person_who_pauses_within_its_turn(tmp_path, pause):
    """A pause that is shorter than the hang, and than the ear waits, ends no turn."""
    first = granted("I begin with this here.")
    begun = 0.05 * len("I begin with this here.")
    second = {"say": "And I end with that.", "when": {"granted": True, "after": f"{begun + pause:.2f}s"}}
    keys = scenario(
        {"bot": says("Dana, please.", "Thank you."), "dana": sits(first, second)},
        run={"limits": {"time": "60s", "turns": 3}},
        floor={"hang": "2s"},
    )
    held = hold(keys, tmp_path)
    assert held.ends[1] == ("dana", "finished")
    assert held.said_by("dana") == "I begin with this here. And I end with that."


def test_the_last_words_stand_where_the_time_is_up(tmp_path):
    """A person is cut off by the meeting's end: words that its ear makes of that behind it stand, too."""
    keys = table("round-robin", [beside("ann", 2, f"{CUTS} {COSTS}")])
    keys["run"]["limits"] = {"time": "3300ms"}
    held = hold(keys, tmp_path)
    ends = [place for place, record in enumerate(held.records) if EndMeeting(held.reason) in record.commands]
    behind = [each for record in held.records[ends[0] + 1 :] for each in record.commands]
    assert held.reason == "limit-time"
    assert [each.participant for each in behind if isinstance(each, Attribute)] == ["dana"]
    assert held.said_by("dana").startswith("Wait a moment")
