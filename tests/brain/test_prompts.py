"""Prompts: their numbers, and what becomes of those that are refused or fail."""

import pytest
from attrs import evolve
from playbook import Noted

from trialogue.brain.meeting import Brain
from trialogue.brain.prompts import TRANSITIONS, Prompt, PromptKind, Prompts, PromptState, Step
from trialogue.brain.words.digest import DigestLine, Missed
from trialogue.errors import LocalProtocolError
from trialogue.model.commands import Cue, Drop, EndTurn, GrantFloor, Play, Prepare, Speak
from trialogue.model.events import (
    InjectionRefused,
    NoteGiven,
    PlaybackFinished,
    PlaybackStarted,
    ReplyFailed,
    ReplySent,
    ReplyStarted,
    SayAsked,
    SentenceSaid,
    SessionLost,
    SessionReady,
    Woke,
)
from trialogue.model.participants import Participant
from trialogue.testing.casts import opening, plan, played, reply
from trialogue.testing.playbooks import Player, play

YOUR_TURN = "It is your turn."


def begun(**rules):
    """Two agents by text; tech has been cued with prompt 1."""
    wanted = plan("tech", "biz", **rules)
    player = Player(Brain(wanted), wakes=True)
    for at, event in opening(wanted):
        player.tell(at, event)
    return player


@pytest.mark.parametrize("state", PromptState)
@pytest.mark.parametrize("step", Step)
def test_a_prompt_moves_by_its_table_only(state, step):
    """A step that is not in the table of a prompt's states is an error, and changes nothing."""
    prompt = Prompt(1, "tech", PromptKind.CUE, 1, "", state=state)
    after = TRANSITIONS.get((state, step))
    if after is None:
        with pytest.raises(LocalProtocolError, match=f"{state.value} cannot {step.value}"):
            prompt.take(step)
    else:
        prompt.take(step)
    assert prompt.state is (after or state)


def test_numbers_are_of_the_meeting():
    """Prompts of all kinds and agents share one count, so a number names one prompt."""
    prompts = Prompts()
    kinds = (PromptKind.CUE, PromptKind.WORDS, PromptKind.PREPARE, PromptKind.FILLER)
    told = [prompts.tell(name, kind, 1, "x") for kind in kinds for name in ("a", "b")]
    assert [each.command().prompt for each in told] == list(range(1, 9))


def test_a_refused_cue_is_told_again_and_then_given_up():
    """A refused cue is sent three times more, after growing waits, and then its turn ends with one report."""
    cue = Cue("tech", 1, YOUR_TURN, 1)
    refused = InjectionRefused("tech", 1, "busy", 1)
    gave_up = Noted("injection-refused", "tech", "4", "busy", level="failure")
    play(
        begun().brain,
        [
            (1.0, refused, []),
            (1.5, Woke("retry"), [cue]),
            (2.0, refused, []),
            (3.0, Woke("retry"), [cue]),
            (3.5, refused, []),
            (5.5, Woke("retry"), [cue]),
            (
                6.0,
                refused,
                [
                    gave_up,
                    EndTurn("tech", 1, "timeout"),
                    GrantFloor("biz", 2, "next in order", 96.0),
                    Cue("biz", 2, YOUR_TURN, 2),
                ],
            ),
        ],
        wakes=True,
    )


def test_the_digest_of_a_refused_prepare_is_told_by_the_next():
    """The next prompt tells what a refused request to prepare would have told, and the round goes on."""
    player = begun(policy="parallel-collect")
    for at, event in (*reply(1.0, "tech", 1), *reply(1.0, "biz", 1, "Biz one.")):
        player.tell(at, event)
    first = player.decided(GrantFloor)[0]
    assert first.to == "tech"
    for at, event in (*played(1.0, "tech", 1, turn=1), *played(4.0, "biz", 1, turn=2)):
        player.tell(at, event)
    asked = {each.to: each for each in player.decided(Prepare)[-2:]}
    assert asked["tech"].text == f"Biz: Biz one.\n{YOUR_TURN}"
    number = asked["tech"].prompt
    for at in (6.5, 7.5, 9.0, 11.5):
        player.tell(at, InjectionRefused("tech", 0, "busy", number))
    assert player.decided(Prepare)[-3:] == [asked["tech"]] * 3
    for at, event in (*reply(12.0, "biz", 2, "Biz two."), *played(12.1, "biz", 2, turn=3)):
        player.tell(at, event)
    again = next(each for each in reversed(player.decided(Prepare)) if each.to == "tech")
    assert again.text == f"Biz: Biz one.\nBiz: Biz two.\n{YOUR_TURN}"
    assert player.now < 15.0


def test_a_refused_cue_is_not_in_the_memory_of_its_agent():
    """An agent's memory has no cue that its service refused, and has it once after it is sent again."""
    player = begun()
    player.tell(1.0, InjectionRefused("tech", 1, "busy", 1))
    assert player.brain.context("tech") == ()
    player.wait(1.5)
    assert [item.text for item in player.brain.context("tech")] == [YOUR_TURN]


def test_a_failed_reply_is_asked_for_once_more():
    """A failed reply is asked for again after half a second, and a second failure ends the turn."""
    player = begun()
    failed = ReplyFailed("tech", 1, "FAILED_TO_THINK", 1)
    assert player.tell(1.0, failed) == [Noted("reply-failed", "tech", "FAILED_TO_THINK", level="failure")]
    assert player.wait(1.5)[-1][2] == [Cue("tech", 1, YOUR_TURN, 1)]
    assert EndTurn("tech", 1, "failed") in player.tell(2.0, failed)


def test_a_reply_names_its_prompt():
    """A reply to a prompt that is over is dropped, and its agent's next cue says that it was not heard."""
    player = begun()
    player.tell(1.0, ReplyStarted("tech", 1, 1))
    player.tell(1.0, SentenceSaid("tech", 1, "One.", 0.0))
    player.tell(1.0, ReplySent("tech", 1, 2.0))
    for at, event in played(1.1, "tech", 1, turn=1):
        player.tell(at, event)
    assert player.tell(3.5, ReplyStarted("tech", 2, 1))[0] == Drop("tech", 2, "denied")
    player.tell(3.6, ReplyStarted("biz", 1, 2))
    player.tell(3.7, ReplySent("biz", 1, 1.0))
    for at, event in played(3.8, "biz", 1, turn=2, length_s=1.0):
        player.tell(at, event)
    assert player.decided(Cue)[-1].text == f"1 remark of yours was not heard.\n{YOUR_TURN}"


def test_an_agent_that_speaks_by_itself_first_still_answers_its_prompt():
    """Each of two agents in a row is heard with its answer to its own cue."""
    player = begun()
    player.tell(1.0, ReplyStarted("tech", 1, 1))
    player.tell(1.0, ReplySent("tech", 1, 2.0))
    for at, event in played(1.1, "tech", 1, turn=1):
        player.tell(at, event)
    assert player.brain.holder == "biz"
    assert player.tell(3.2, ReplyStarted("biz", 1, 2))[0] == Play("biz", 1, 2)


def test_untold_things_are_put_back_in_their_order():
    """A refused prompt's digest is returned once, so that the next prompt tells it before later words."""
    prompts = Prompts()
    told = Missed((DigestLine(Participant("biz"), "One."),))
    prompt = prompts.tell("tech", PromptKind.CUE, 1, "x")
    prompts.tells(prompt, told, "")
    assert prompts.refuse("tech", 0, 1, 5.0) is prompt
    assert prompts.supersede("tech") == told
    assert prompts.open_of("tech") == ()
    other = prompts.tell("tech", PromptKind.CUE, 2, "y")
    prompts.tells(other, evolve(told, notes=("n",)), "")
    assert prompts.supersede("tech") == Missed()


def test_a_dry_reply_ends_its_turn_as_finished():
    """A reply whose service never said that it was complete ends its turn as finished, with a note."""
    player = begun()
    player.tell(1.0, ReplyStarted("tech", 1, 1))
    player.tell(1.0, SentenceSaid("tech", 1, "One.", 0.0))
    player.tell(1.1, PlaybackStarted("tech", 1, 1, 1.1))
    answer = player.tell(4.1, PlaybackFinished("tech", 1, 1, 3.1, 2.0, "dry"))
    assert answer[:2] == [
        Noted("dry", "tech"),
        EndTurn("tech", 1, "finished"),
    ]


def test_an_answer_without_a_number_is_of_the_oldest_prompt():
    """A service that names no prompts answers the oldest one, also one that it had refused."""
    prompts = Prompts()
    first, second = (prompts.tell("tech", PromptKind.CUE, turn, "Go.") for turn in (1, 2))
    prompts.refuse("tech", first.number, 1, 0.0)
    assert prompts.answer("tech", 0).prompt is first
    assert prompts.answer("tech", 0).prompt is second
    assert prompts.answer("tech", 0).prompt is None


def test_an_agent_by_ear_does_not_answer_what_was_refused():
    """A remark of an agent by ear answers no refused prompt, but the one that was sent after it."""
    prompts = Prompts()
    refused = prompts.tell("tech", PromptKind.CUE, 1, "Go.")
    prompts.refuse("tech", refused.number, 1, 0.0)
    assert prompts.answer("tech", 0, by_ear=True).prompt is None
    sent = prompts.tell("tech", PromptKind.WORDS, 1, "Say this.")
    assert prompts.answer("tech", 0, by_ear=True).prompt is sent
    assert prompts.refused() == (refused,)


def test_an_answer_to_somebody_elses_prompt_is_late():
    """A reply that names another's prompt, an unknown one or an old one is not heard."""
    prompts = Prompts()
    told = prompts.tell("tech", PromptKind.CUE, 1, "Go.")
    assert prompts.answer("biz", told.number).is_late
    assert prompts.answer("tech", 9).is_late
    assert prompts.answer("tech", told.number).prompt is told
    assert prompts.answer("tech", told.number).prompt is told
    over = prompts.tell("tech", PromptKind.CUE, 2, "Go.")
    prompts.supersede("tech")
    assert prompts.answer("tech", over.number).is_late


def test_a_remark_that_names_no_prompt_is_an_agents_own_where_its_wire_names_them():
    """A remark without a number is an agent's own once its service has named a prompt."""
    prompts = Prompts()
    first = prompts.tell("tech", PromptKind.CUE, 1, "Go.")
    prompts.answer("tech", first.number)
    prompts.tell("tech", PromptKind.CUE, 2, "Go.")
    assert prompts.answer("tech", 0) == prompts.answer("tech", 0)
    assert not prompts.answer("tech", 0).is_late
    assert prompts.fail("tech", 0, 2, 0.0) is None


@pytest.mark.parametrize("way", ["refuse", "fail"])
def test_a_prompt_is_told_again_later_each_time(way):
    """A refused prompt is sent again after half a second, then one, then two."""
    prompts = Prompts()
    told = prompts.tell("tech", PromptKind.CUE, 1, "Go.")
    waits = []
    for _ in range(3):
        assert getattr(prompts, way)("tech", 0, 1, 10.0) is told
        waits.append(told.retry_at - 10.0)
        prompts.tell_again(told)
    assert waits == [0.5, 1.0, 2.0]


def test_a_refusal_is_of_its_number_or_of_the_turns_oldest_prompt():
    """A refusal without a number is of the oldest prompt of its turn, and of none if all were refused."""
    prompts = Prompts()
    first, second, third = (prompts.tell("tech", PromptKind.CUE, turn, "Go.") for turn in (1, 2, 2))
    assert prompts.refuse("tech", third.number, 1, 0.0) is third
    assert prompts.refuse("tech", 0, 2, 0.0) is second
    assert prompts.refuse("tech", 0, 2, 0.0) is None
    assert prompts.refuse("tech", 0, 7, 0.0) is None
    assert prompts.refuse("biz", 0, 1, 0.0) is None
    assert prompts.open_of("tech") == (first, second, third)
    assert prompts.of_turn("tech", 2) == (second, third)
    assert prompts.of_turn("tech", 9) == ()


def test_only_what_is_being_prepared_is_adopted():
    """An open request to prepare can become its turn's cue; a cue or a refused request cannot."""
    prompts = Prompts()
    prompts.tell("tech", PromptKind.CUE, 1, "Go.")
    assert prompts.adopt("tech", 5) is None
    prepared = prompts.tell("tech", PromptKind.PREPARE, 0, "Think.")
    assert prompts.preparing() == {"tech"}
    prompts.refuse("tech", prepared.number, 0, 0.0)
    assert prompts.adopt("tech", 5) is None
    prompts.tell_again(prepared)
    assert prompts.adopt("tech", 5) is prepared
    assert (prepared.kind, prepared.turn) == (PromptKind.CUE, 5)
    assert prompts.preparing() == frozenset()


def test_the_digest_of_a_refused_prompt_is_told_again():
    """A refused prompt's digest is repeated by the next one, and a sent one's is not."""
    line = DigestLine(Participant("biz"), "Well.")
    for is_refused in (True, False):
        prompts = Prompts()
        prompt = prompts.tell("tech", PromptKind.CUE, 1, "Go.")
        prompts.tells(prompt, Missed((line,)), "")
        if is_refused:
            prompts.refuse("tech", prompt.number, 1, 0.0)
        assert bool(prompts.supersede("tech").lines) == is_refused
        assert prompts.open_of("tech") == ()


def test_an_agent_has_its_whole_time_to_think_once_it_is_told_again():
    """An agent's time to think starts again when its refused cue is sent again."""
    player = begun()
    player.tell(1.0, InjectionRefused("tech", 1, "busy"))
    player.wait(1.5)
    assert player.timers["think"] == 1.5 + player.brain.plan.floor.think_s


def test_a_refused_prepare_of_a_wire_without_numbers_is_told_again():
    """A request to prepare that is refused without a number is sent again."""
    player = begun(policy="parallel-collect")
    asked = [each for each in player.decided(Prepare) if each.to == "tech"]
    assert player.tell(1.0, InjectionRefused("tech", 0, "busy")) == []
    player.wait(1.5)
    assert [each for each in player.decided(Prepare) if each.to == "tech"] == asked * 2


def test_notes_added_to_a_refused_cue_are_told_again_when_it_is_given_up():
    """A note that came while a cue was refused is in the cue's repetition, and in the next cue."""
    player = begun()
    (cue,) = player.decided(Cue)
    player.tell(1.0, InjectionRefused("tech", 1, "busy", cue.prompt))
    player.tell(1.2, NoteGiven("tech", "The room closes at six."))
    player.wait(1.6)
    for at in (2.0, 4.0, 8.0):
        player.tell(at, InjectionRefused("tech", 1, "busy", cue.prompt))
    told = f"Note: The room closes at six.\n{YOUR_TURN}"
    assert [each.text for each in player.decided(Cue)][1] == told
    assert player.decided(EndTurn)[-1] == EndTurn("tech", 1, "timeout")
    for at, event in (*reply(9.0, "biz", 1), *played(9.1, "biz", 1, turn=2)):
        player.tell(at, event)
    assert player.decided(Cue)[-1].text == f"Biz: Well.\n{told}"


def test_an_answer_to_a_prompt_that_was_given_up_comes_too_late():
    """A reply to a refused prompt that was given up is not heard."""
    player = begun()
    for at in (1.0, 2.0, 4.0, 8.0):
        player.tell(at, InjectionRefused("tech", 1, "busy", 1))
    assert player.brain.holder == "biz"
    assert player.tell(9.0, ReplyStarted("tech", 1, 1)) == [
        Drop("tech", 1, "denied"),
        Noted("stale", "tech"),
    ]


def test_words_of_the_apps_that_were_cut_with_a_session_are_said_anew():
    """The app's words that a lost session cut are said again, whole, once the agent is back."""
    player = begun()
    player.tell(0.5, SayAsked("biz", "The bell rings."))
    player.tell(0.6, SayAsked("biz", "And again."))
    for at, event in (*reply(1.0, "tech", 1), *played(1.1, "tech", 1, turn=1)):
        player.tell(at, event)
    (spoken,) = player.decided(Speak)
    player.tell(3.2, ReplyStarted("biz", 1, spoken.prompt))
    player.tell(3.3, PlaybackStarted("biz", 2, 1, 3.3))
    player.tell(3.5, SessionLost("biz", 1, "reset", 0.1))
    player.tell(3.6, SessionReady("biz", 2))
    player.wait(4.0)
    for at, event in (*reply(5.0, "tech", 2), *played(5.1, "tech", 2, turn=3)):
        player.tell(at, event)
    assert [each.text for each in player.decided(Speak)] == ["The bell rings."] * 2


@pytest.mark.parametrize(
    ("unheard", "is_named", "is_refused", "tells"),
    [
        ((1,), False, False, False),
        ((1,), False, True, True),
        ((1,), True, False, True),
        ((1,), True, True, True),
        ((), True, True, False),
        ((), True, False, False),
    ],
)
def test_a_prompt_that_tells_what_was_not_heard_may_not_have_reached_its_agent(
    unheard, is_named, is_refused, tells
):
    """A prompt about an unheard remark counts as unread if it was refused or its wire names prompts."""
    prompts = Prompts()
    if is_named:
        prompts.names("tech")
    prompt = prompts.tell("tech", PromptKind.CUE, 1, "x")
    prompts.tells(prompt, Missed(unheard=unheard), "")
    if is_refused:
        prompts.refuse("tech", prompt.number, 1, 5.0)
    assert prompts.tells_unheard("tech") == tells


def test_a_refused_prepare_is_not_in_the_memory_of_its_agent():
    """An agent's memory has no refused request to prepare, even without a number in the refusal."""
    player = begun(policy="parallel-collect")
    assert len(player.brain.context("tech")) == 1
    player.tell(1.0, InjectionRefused("tech", 0, "busy"))
    assert player.brain.context("tech") == ()
