"""What must come out of meetings with a person at the table: the smallest that once came out wrong."""

from pathlib import Path

import pytest
from table import beside, granted, hold, says, scenario, sits, text

from trialogue.model.commands import GrantFloor, Prepare
from trialogue.model.events import SpeechStarted

HISTORY = text(
    """
    Let me explain the whole history of the session store, from the first machine in the cellar to
    the cluster in Frankfurt, because without it nobody will understand why the cache is where it
    is. Tech, what do you think?
    """
)
DECISION = text(
    """
    I think that it was a good decision at the time, and that it is time to move on now, region by
    region, with a way back at every step.
    """
)
WORKER = text(
    """
    Let me explain how it works in some detail, for it takes a while to tell. First there is a
    queue, which holds everything that has come in and nobody has looked at yet. Then there is a
    worker, which takes the first of them, looks at it, and decides what is to be done with it. Then
    there is a store, in which all that was decided is kept, in order, so that nothing is lost if
    the machine should stop. And in the end there is a report, which is written once a day and sent
    to everybody who has asked for it.
    """
)
STORY = text(
    """
    Wait. I have to tell you something about it, and it will take a while, for it is a long story
    that began many years ago in a small town by the sea. There was a machine, and the machine had a
    wheel, and the wheel had a name, which nobody could remember any more. One day somebody came by
    and asked for the name, and everybody looked at the floor and said nothing at all. So the man
    went into the house and looked for a book in which all names were written down, and he looked
    for it all day and all night and all the next day as well. In the end he found it under the bed,
    where a cat had slept on it, and the cat did not want to leave. And so he read the name at last,
    and everybody clapped.
    """
)
QUESTIONS = (
    "Question one. What is your name?",
    "Question two. Where do you live?",
    "Question three. How old are you?",
    "Thank you. Goodbye.",
)
ANSWERS = (
    "My name is Dana and I am happy to be here.",
    "I live in Hamburg near the harbour.",
    "I am forty years old.",
)


def chaired(*clips):
    """A chair and an expert, who explain at length, and what a person says beside them."""
    return scenario(
        {
            "mod": says(HISTORY, "Thank you. That was all for today.", role="chair"),
            "tech": says(DECISION),
            "dana": sits(*clips),
        },
        run={"seed": 7, "limits": {"time": "2m", "turns": 6}},
        floor={"policy": "moderated", "otherwise": "round-robin"},
        end={"any": [{"said": {"by": "mod", "match": "all for today"}}, "limits"]},
    )


def test_a_backchannel_costs_nobody_a_line(tmp_path):
    """`Yes.` beside a turn: every line is heard whole, and the chair's last words end the meeting."""
    held = hold(chaired(beside("tech", 3, "Yes.")), tmp_path)
    assert held.reason == "said"
    assert held.lines("mod") == [HISTORY, "Thank you. That was all for today."]
    assert held.lines("tech") == [DECISION]
    assert held.cut() == []


def test_two_backchannels_leave_no_hole_and_are_called_so(tmp_path):
    """Brain and report have one word for each, and neither calls it an interruption."""
    held = hold(chaired(beside("mod", 4, "Mm-hm."), beside("tech", 3, "Yes.")), tmp_path)
    assert held.reason == "said"
    assert held.holes("mod") == held.holes("tech") == []
    assert held.reports.count("backchannel") == 2
    measured = held.result.measures.interruptions
    assert (measured.backchannels, measured.tried) == (2, 0)


def test_a_cough_does_not_start_the_silence_limit(tmp_path):
    """An agent that speaks for longer than the limit behind a cough is heard to its end."""
    held = hold(
        scenario(
            {
                "tech": says(WORKER, "That was all I had to say."),
                "biz": says("Thank you.", "Good."),
                "dana": sits(beside("tech", 3, "Mm.")),
            },
            run={"limits": {"time": "3m", "silence": "15s"}},
        ),
        tmp_path,
    )
    assert held.lines("tech") == [WORKER, "That was all I had to say."]
    assert held.cut() == []


@pytest.mark.long  # test_people_variations has interruptions of other lengths
def test_a_person_who_interrupts_is_heard_to_the_end(tmp_path):
    """Forty seconds of a person's speech are no silence."""
    held = hold(
        scenario(
            {
                "tech": says("Hello Dana, tell us what you know about it please."),
                "biz": says("Thank you.", "Good."),
                "dana": sits(beside("tech", 1, STORY)),
            },
            run={"limits": {"time": "4m"}},
        ),
        tmp_path,
    )
    assert "everybody clapped" in held.said_by("dana")
    assert held.ends[:2] == [("tech", "interrupted"), ("dana", "finished")]


def test_lines_behind_a_person_s_answers(tmp_path):
    """An agent alone with a person, whose hang is long: each question is asked once, in order."""
    clips = [
        {"say": answer, "when": {"said": {"by": "bot", "match": word}, "after": "300ms"}}
        for answer, word in zip(ANSWERS, ("one", "two", "three"), strict=True)
    ]
    held = hold(
        scenario(
            {"bot": says(*QUESTIONS), "dana": sits(*clips)},
            run={"limits": {"time": "60s", "turns": 8}},
            floor={"hang": "2s"},
        ),
        tmp_path,
    )
    assert held.lines("bot") == list(QUESTIONS)
    assert held.said_by("dana") == " ".join(ANSWERS)


def test_lines_of_two_agents_around_a_person(tmp_path):
    """Both say all of their lines, whatever the person says in between."""
    ann, bob = (
        [f"{name} {number}." for number in ("one", "two", "three", "four")] for name in ("Ann", "Bob")
    )
    held = hold(
        scenario(
            {
                "ann": says(*ann),
                "bob": says(*bob),
                "dana": sits(
                    granted("I have nothing to add this time."), granted("Still nothing from me today.", 2)
                ),
            },
            run={"limits": {"time": "90s", "turns": 14}},
            floor={"policy": "round-robin", "order": ["ann", "bob", "dana"]},
        ),
        tmp_path,
    )
    assert (held.lines("ann"), held.lines("bob")) == (ann, bob)
    assert held.said_by("dana") == "I have nothing to add this time. Still nothing from me today."


def test_lines_of_a_chair_by_ear(tmp_path):
    """A chair that hears the room says each line once, and the last one ends the meeting."""
    lines = (
        "Welcome. Ann, please begin.",
        "Thank you. Tech, what do you say?",
        "Law, and you?",
        "Good. The meeting is closed.",
    )
    held = hold(
        scenario(
            {
                "mod": says(*lines, role="chair", hears="audio"),
                "tech": says("We can build it in two weeks."),
                "law": says("I have no objection."),
                "ann": sits(granted("I think that we should move the cache soon.")),
            },
            run={"limits": {"time": "60s", "turns": 9, "silence": "15s"}},
            end={"any": [{"said": {"by": "mod", "match": "(?i)closed"}}, "limits"]},
        ),
        tmp_path,
    )
    assert held.lines("mod") == list(lines)
    assert held.granted[:7] == ["mod", "ann", "mod", "tech", "mod", "law", "mod"]
    assert held.reason == "said"


def test_a_clip_that_waits_plays_in_the_turn_that_it_waited_for(tmp_path):
    """Who holds the floor plays at once: each answer stands behind its question."""
    clips = [granted(answer, nth, mode="wait") for nth, answer in enumerate(ANSWERS, 1)]
    held = hold(
        scenario(
            {"bot": says(*QUESTIONS), "dana": sits(*clips)}, run={"limits": {"time": "60s", "turns": 8}}
        ),
        tmp_path,
    )
    assert held.lines("bot") == list(QUESTIONS)
    assert held.granted[:7] == ["bot", "dana"] * 3 + ["bot"]
    speeches = sorted(e.position_s for e in held.all(SpeechStarted))
    questions = [reply.begin_s for reply in held.replies]
    assert all(q < s < after for q, s, after in zip(questions, speeches, questions[1:], strict=False))


def test_a_round_in_which_nobody_has_anything_to_say(tmp_path):
    """It is silence: the ladder ends the meeting, and nobody is asked for ever."""
    held = hold(
        scenario(
            {"ann": says("Hello."), "ben": says("Hi.")},
            run={"limits": {"time": "60s"}},
            floor={"policy": "parallel-collect"},
        ),
        tmp_path,
    )
    assert held.reason == "silence"
    assert (held.lines("ann"), held.lines("ben")) == (["Hello."], ["Hi."])
    assert len(held.all(Prepare)) <= 10


RAISES = {"say": "Yes, I have one. Who pays for it?", "mode": "wait"}


@pytest.mark.parametrize(
    ("cast", "keys"),
    [
        ({"ann": says("Good morning. Does anybody have a question?")}, {"policy": "least-spoken"}),
        (
            {"ann": says("Good morning. Does anybody have a question?", "Well then.", "Fine.")},
            {"policy": "round-robin", "order": ["ann", "ben"]},
        ),
        ({"ann": says("Good morning. Does anybody have a question?", "Fine.")}, {"policy": "random"}),
        ({"ann": says("Good morning. Does anybody have a question?")}, {"policy": "addressed"}),
        (
            {"ann": says("Does anybody have a question?", "Well then.", "Fine.", role="chair")},
            {"order": ["ann", "ben"]},
        ),
    ],
    ids=["least-spoken", "round-robin", "random", "addressed", "moderated"],
)
def test_a_raised_hand_is_seen(tmp_path, cast, keys):
    """Under every policy: whoever asks for the floor after the question has it soon, before anybody again."""
    clip = {**RAISES, "when": {"said": {"by": "ann", "match": "(?i)question"}}}
    held = hold(
        scenario(
            {**cast, "ben": says("I have none."), "dana": sits(clip)},
            run={"limits": {"time": "60s"}},
            floor=keys,
        ),
        tmp_path,
    )
    assert held.granted.index("dana") <= 2
    assert held.said_by("dana") == "Yes, I have one. Who pays for it?"


def test_a_raised_hand_under_an_agenda(tmp_path):
    """The owner of the point speaks first; whoever raised a hand before anybody again."""
    clip = {**RAISES, "when": {"said": {"by": "ann", "match": "(?i)question"}}}
    held = hold(
        scenario(
            {
                "ann": says("Good morning. Does anybody have a question?"),
                "ben": says("I have none."),
                "dana": sits(clip),
            },
            run={"limits": {"time": "60s"}},
            floor={"policy": "agenda", "order": ["ann", "ben"]},
            agenda=[{"id": "a", "title": "A", "owner": "ann", "time": "60s"}],
        ),
        tmp_path,
    )
    assert held.said_by("dana") == "Yes, I have one. Who pays for it?"
    assert held.granted.index("dana") <= 2


def test_a_chair_is_told_of_hands(tmp_path):
    """A chair that is an agent reads in its cue who wants to speak."""
    clip = {"say": "A question from me.", "mode": "wait", "when": {"said": {"by": "tech", "match": "cache"}}}
    held = hold(
        scenario(
            {
                "mod": says("Tech, please begin.", "Law, and you?", "We are done.", role="chair"),
                "tech": says("The cache is slow."),
                "law": says("I have no objection."),
                "dana": sits(clip),
            },
            run={"limits": {"time": "60s", "turns": 8}},
        ),
        tmp_path,
    )
    assert any("hands are up: Dana" in cue for cue in held.cues("mod"))
    assert held.said_by("dana") == "A question from me."


def test_a_warning_does_not_swallow_whom_the_chair_named(tmp_path):
    """Ben was named before the time of the point ran out; he speaks, and the chair ends the meeting."""
    held = hold(
        scenario(
            {
                "host": says(
                    "Welcome everybody to this review of ours. Ann, please.",
                    "Thank you. Ben, you as well?",
                    "We are done.",
                    role="chair",
                ),
                "ann": says("I think that we should go on with it as we are, since it works."),
                "ben": says("I agree with Ann."),
            },
            run={"limits": {"time": "60s", "turns": 8}},
            agenda=[{"id": "a", "title": "Views", "owner": "ann", "time": "20s", "warn": "13s"}],
            end={"any": [{"said": {"by": "host", "match": "We are done"}}, "limits"]},
        ),
        tmp_path,
    )
    assert held.lines("ben") == ["I agree with Ann."]
    assert held.reason == "said"


NAMED = [
    ("BEN, PLEASE.", "ben"),
    ("Thank you, Ben. And thank you, Anna. Tech, your view?", "tech"),
    ("Let us hear from Tech before Ben.", "tech"),
    ("**Ben**, go.", "ben"),
    ("ben: over to you", "ben"),
    ("Tech, what do you think about what Ben said?", "tech"),
    ("Anna. Not Ben.", "anna"),
    ("Q A lead, please.", "qa"),
    ("Jean-Luc?", "jl"),
    ("Jean Luc, and the others.", "jl"),
    ("José, your turn.", "jose"),
    ("Jose, your turn.", "jose"),
    ("Jose\u0301, your turn.", "jose"),
]


@pytest.mark.parametrize(
    ("line", "to"),
    [pytest.param(*each, marks=() if at % 4 == 0 else pytest.mark.long) for at, each in enumerate(NAMED)],
)
def test_whom_the_chair_names_speaks_next(tmp_path, line, to):
    """The chair's words give the floor to the person addressed, in whatever spelling."""
    held = hold(
        scenario(
            {
                "chair": says(line, role="chair"),
                "ann": says("a1"),
                "anna": says("aa1"),
                "ben": says("b1"),
                "tech": says("t1"),
                "qa": says("q1", title="QA lead", aliases=["Q.A."]),
                "jl": says("j1", title="Jean-Luc"),
                "jose": says("jo1", title="José"),
            },
            run={"limits": {"turns": 2}},
            floor={"policy": "moderated", "chair_timeout": "2s"},
        ),
        tmp_path,
    )
    assert held.granted[:2] == ["chair", to]


def test_a_line_that_names_nobody(tmp_path):
    """Names inside of other words are none: after the chair's patience the next in turn speaks."""
    held = hold(
        scenario(
            {
                "chair": says("annabel is not here; banned items; bench.", role="chair"),
                "anna": says("a"),
                "ben": says("b"),
            },
            run={"limits": {"turns": 2}},
            floor={"policy": "moderated", "chair_timeout": "2s"},
        ),
        tmp_path,
    )
    first, second = held.all(GrantFloor)[:2]
    assert (first.to, second.reason) != ("chair", "the chair named it")


def test_a_decomposed_name_is_addressed_and_not_faked(tmp_path):
    """A title that a tool wrote in another Unicode form is the same name in speech and in a digest."""
    held = hold(
        scenario(
            {
                "tech": says("José: I agree to pay. What do you think, José?", "x."),
                "biz": says("Yes.", "y."),
                "jose": says("Well.", "z.", title="Jose\u0301"),
            },
            run={"limits": {"turns": 4}},
            floor={"policy": "addressed"},
        ),
        tmp_path,
    )
    assert held.granted[1] == "jose"
    told = held.cues("jose")[0].splitlines()[0]
    assert told == 'Tech: "José: I agree to pay. What do you think, José?"'


def test_a_silent_person_is_waited_for_and_not_told_to_be_short(tmp_path):
    """`floor.human` is how long one may take to begin, `hold.max` counts from the first word."""
    held = hold(
        scenario(
            {
                "ann": says("Dana, take your time."),
                "dana": sits({"say": "Here I am, thank you for waiting.", "when": {"at": "40s"}}),
            },
            run={"limits": {"time": "3m", "silence": "170s"}},
            floor={"policy": "round-robin", "human": "2m", "hold": {"max": "20s"}},
        ),
        tmp_path,
    )
    assert held.granted[:2] == ["ann", "dana"]
    assert ("dana", "finished") in held.ends
    assert held.ends[1] == ("dana", "finished")
    assert not [code for code in held.reports if "hold" in code]


def test_a_filler_is_heard(tmp_path):
    """What is said while a tool takes its time comes before the tool's result, in the same turn."""
    keys = scenario(
        {
            "billing": {
                "tools": ["invoice"],
                "think": {
                    "provider": "scripted",
                    "script": [{"call": {"tool": "invoice"}, "say": "It should be ${result.sum}."}],
                },
            }
        },
        tools={
            "invoice": {
                "description": "Read an invoice.",
                "schema": {"type": "object", "properties": {}},
                "mock": {"result": {"sum": "sixty dollars"}, "delay": "4s"},
                "filler": {"after": "1s", "say": "One moment please."},
            }
        },
        run={"limits": {"turns": 1}},
    )
    held = hold(keys, tmp_path)
    assert held.lines("billing") == ["One moment please.", "It should be sixty dollars."]
    assert len({reply.turn for reply in held.replies}) == 1


@pytest.mark.real
@pytest.mark.parametrize("at", ["1s", "2s"])
def test_a_plucked_string_says_nothing(tmp_path, at, engines):
    """A sixth of a second of a string is no `Thank you`: no words, no end, nothing in a digest.

    The sound is CPython's test file `pluck-pcm16.wav` (PSF licence).
    """
    clip = {"play": "pluck.wav", "when": {"at": at}}
    (tmp_path / "pluck.wav").write_bytes((Path(__file__).parent / "pluck.wav").read_bytes())
    held = hold(
        scenario(
            {"tech": says("One sentence to begin with.", "Two.", "Three.", "Four."), "dana": sits(clip)},
            run={"limits": {"time": "40s", "turns": 8}},
            end={"any": [{"said": {"match": "(?i)thank you"}}, "limits"]},
        ),
        tmp_path,
        engines=engines,
    )
    assert held.reason != "said"
    assert held.said_by("dana") in {"", "(unclear)"}
    assert not [cue for cue in held.cues("tech") if "hank" in cue]
