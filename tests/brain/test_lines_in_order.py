"""An agent's lines are heard in their order, whatever it says by itself, prepares or calls meanwhile."""

from trialogue.brain.meeting import Brain
from trialogue.model.commands import Cue, Drop, GrantFloor, Play, Prepare, Speak
from trialogue.model.events import (
    EarHeard,
    EarReady,
    InjectionRefused,
    LineTaken,
    PlaybackFinished,
    PlaybackStarted,
    ReplyFailed,
    ReplyStarted,
    ReplyWithdrawn,
    RevokeAsked,
    SpeechStarted,
    SpeechStopped,
    ToolFinished,
    ToolRequested,
)
from trialogue.model.plan import AgendaItem, Filler, ToolRules
from trialogue.testing.casts import agent, chair, opening, person, plan, reply
from trialogue.testing.playbooks import Player


def sitting(*cast, **rules):
    """An open meeting whose timers run by themselves."""
    made = plan(*cast, **rules)
    player = Player(Brain(made), wakes=True)
    for at, event in opening(made):
        player.tell(at, event)
    return player


def begins(player, at, by, number, entry=None, prompt=0):
    """A reply begins, with this entry of its script: what is decided."""
    if entry is not None:
        player.tell(at, LineTaken(by, number, entry))
    decided = player.tell(at, ReplyStarted(by, number, prompt))
    for moment, event in reply(at, by, number, f"Line {number} of {by}.", length_s=1.0)[1:]:
        player.tell(moment, event)
    return decided


def plays(player, at, by, number, until):
    """A reply is heard to its end: what is decided at its end."""
    turn = player.brain.turn
    player.tell(at, PlaybackStarted(by, turn, number, at))
    return player.tell(until, PlaybackFinished(by, turn, number, until, until - at, "complete"))


def last(player, kind, to):
    """The last command of this kind for somebody."""
    return [command for command in player.decided(kind) if command.to == to][-1]


def of(commands, *kinds):
    """The commands of these kinds."""
    return [command for command in commands if isinstance(command, kinds)]


def test_a_chair_that_has_spoken_for_itself_behind_a_warning_is_not_cued():
    """A chair by ear that answers by itself after its warning has had its turn, and is not cued as well."""
    item = AgendaItem("one", "One", "mod", time_s=30.0, warn_s=10.0)
    player = sitting(chair("mod", by_ear=True), "tech", policy="round-robin", agenda=(item,))
    begins(player, 1.0, "mod", 1, 0, last(player, Cue, "mod").prompt)
    plays(player, 1.1, "mod", 1, 2.1)
    begins(player, 3.0, "tech", 1, None, last(player, Cue, "tech").prompt)
    plays(player, 3.1, "tech", 1, 25.0)
    warning = last(player, Speak, "mod")
    begins(player, 25.2, "mod", 2, None, warning.prompt)
    player.tell(25.3, PlaybackStarted("mod", 3, 2, 25.3))
    assert of(begins(player, 25.4, "mod", 3, 1), Play, Drop) == []
    ended = player.tell(26.3, PlaybackFinished("mod", 3, 2, 26.3, 1.0, "complete"))
    assert of(ended, Play, Cue) == [Play("mod", 3, 3)]
    ended = plays(player, 26.4, "mod", 3, 27.4)
    assert [grant.to for grant in of(ended, GrantFloor)] == ["tech"]


def test_an_unprompted_line_is_heard_before_a_tools_result():
    """An agent by ear's remark from while it was heard is played before its answer to a tool's result."""
    player = sitting("ann", agent("bob", by_ear=True), policy="round-robin")
    begins(player, 1.0, "ann", 1, None, last(player, Cue, "ann").prompt)
    plays(player, 1.1, "ann", 1, 2.1)
    begins(player, 3.0, "bob", 1, 0)
    player.tell(3.1, PlaybackStarted("bob", 2, 1, 3.1))
    assert of(begins(player, 3.2, "bob", 2, 1), Play, Drop) == []
    player.tell(3.3, ToolRequested("bob", 1, "c1", "price", "{}"))
    player.tell(3.6, ToolFinished("bob", "c1", "succeeded", "42"))
    ended = player.tell(4.1, PlaybackFinished("bob", 2, 1, 4.1, 1.0, "complete"))
    assert of(ended, GrantFloor) == []
    assert of(begins(player, 4.6, "bob", 3, 2), Play) == [Play("bob", 2, 2)]
    assert of(plays(player, 4.7, "bob", 2, 5.7), Play) == [Play("bob", 3, 2)]


def test_an_agent_that_gets_the_floor_while_it_prepares_is_not_cued_as_well():
    """An agent that is granted the floor while it prepares says what it prepares, without another cue."""
    player = sitting("ann", "bob", policy="parallel-collect")
    asked = last(player, Prepare, "ann")
    begins(player, 1.0, "bob", 1, 0, last(player, Prepare, "bob").prompt)
    granted = player.tell(1.5, ToolRequested("ann", 1, "c1", "request_floor", "{}"))
    assert [grant.to for grant in of(granted, GrantFloor)] == ["ann"]
    assert of(granted, Cue) == []
    assert of(begins(player, 2.0, "ann", 1, 0, asked.prompt), Play) == [Play("ann", 1, 1)]


def test_a_request_to_prepare_that_was_refused_is_cued_in_its_place():
    """An agent that refused to prepare is cued at its grant, and not asked to prepare again meanwhile."""
    player = sitting("ann", "bob", policy="parallel-collect")
    asked = last(player, Prepare, "ann")
    player.tell(0.5, InjectionRefused("ann", 0, "busy", asked.prompt))
    granted = player.tell(0.6, ToolRequested("ann", 1, "c1", "request_floor", "{}"))
    assert [cue.to for cue in of(granted, Cue)] == ["ann"]
    player.wait(5.0)
    assert [each.prompt for each in player.decided(Prepare) if each.to == "ann"] == [asked.prompt]


def test_a_result_is_not_said_before_its_agent_was_told_what_was_not_heard():
    """A tool's answer is dropped while its agent has not read that an earlier line was unheard."""
    player = sitting("ann", agent("bob", by_ear=True), policy="round-robin")
    begins(player, 1.0, "ann", 1, None, last(player, Cue, "ann").prompt)
    plays(player, 1.1, "ann", 1, 2.1)
    player.tell(2.2, RevokeAsked("bob"))
    player.tell(2.3, LineTaken("bob", 1, 0))
    player.tell(2.3, ReplyStarted("bob", 1))
    player.tell(2.4, ReplyWithdrawn("bob", 1, "interrupted"))
    begins(player, 3.0, "ann", 2, None, last(player, Cue, "ann").prompt)
    plays(player, 3.1, "ann", 2, 4.1)
    cue = last(player, Cue, "bob")
    assert "1 remark of yours was not heard." in cue.text.splitlines()
    player.tell(4.2, ToolRequested("bob", 1, "c1", "price", "{}"))
    player.tell(4.3, InjectionRefused("bob", cue.turn, "busy", cue.prompt))
    player.tell(4.4, ToolFinished("bob", "c1", "succeeded", "42"))
    assert of(begins(player, 4.5, "bob", 2, 1), Play, Drop) == [Drop("bob", 2, "denied")]
    player.wait(5.0)
    told = last(player, Cue, "bob")
    assert told.prompt == cue.prompt
    assert "2 remarks of yours were not heard." in told.text.splitlines()


def test_an_own_remark_that_failed_is_not_what_was_asked_for():
    """A failed remark of an agent's own does not count as a failure of the prompt that still waits."""
    player = sitting("ann", agent("bob", by_ear=True), policy="parallel-collect", think_s=30.0)
    player.tell(0.1, LineTaken("bob", 1, 0))
    player.tell(0.1, ReplyStarted("bob", 1))
    player.tell(0.2, ReplyWithdrawn("bob", 1, "interrupted"))
    asked = last(player, Prepare, "bob")
    player.tell(0.3, InjectionRefused("bob", 0, "busy", asked.prompt))
    player.wait(1.0)
    told = last(player, Prepare, "bob")
    assert (told.prompt, told.text.splitlines()[0]) == (asked.prompt, "1 remark of yours was not heard.")
    player.tell(1.1, ReplyFailed("bob", 0, "FAILED_TO_THINK"))
    player.tell(1.2, InjectionRefused("bob", 0, "busy", asked.prompt))
    player.wait(3.0)
    again = last(player, Prepare, "bob")
    assert again == told


def test_a_filler_that_was_heard_lets_no_line_be_passed_over():
    """An agent whose late line was dropped beside a filler is told so before its next line is heard."""
    rules = ToolRules("price", filler=Filler(1.0, "Wait."))
    player = sitting("ann", "bob", policy="round-robin", tools=(rules,))
    late = last(player, Cue, "ann").prompt
    player.tell(0.5, RevokeAsked("ann"))
    begins(player, 1.0, "bob", 1, 0, last(player, Cue, "bob").prompt)
    plays(player, 1.1, "bob", 1, 2.1)
    cue = last(player, Cue, "ann")
    player.tell(2.2, ToolRequested("ann", 1, "c1", "price", "{}"))
    player.wait(3.3)
    begins(player, 3.4, "ann", 1, None, last(player, Speak, "ann").prompt)
    player.tell(3.5, PlaybackStarted("ann", 3, 1, 3.5))
    assert of(begins(player, 3.6, "ann", 2, 0, late), Drop) == [Drop("ann", 2, "denied")]
    player.tell(4.0, ToolFinished("ann", "c1", "succeeded", "42"))
    player.tell(4.5, PlaybackFinished("ann", 3, 1, 4.5, 1.0, "complete"))
    decided = begins(player, 5.0, "ann", 3, 1, cue.prompt)
    assert of(decided, Play, Drop) == [Drop("ann", 3, "denied")]
    told = of(decided, Cue)
    assert [each.text.splitlines()[0] for each in told] == ["2 remarks of yours were not heard."]


def test_a_result_for_an_older_prompt_waits_until_the_unheard_line_is_told():
    """An answer to an older prompt is dropped while an unheard line is still untold."""
    player = sitting("ann", agent("bob", by_ear=True), policy="parallel-collect")
    first = last(player, Prepare, "bob")
    begins(player, 1.0, "bob", 1, 0, first.prompt)
    player.tell(2.1, ReplyWithdrawn("bob", 1, "interrupted"))
    player.tell(2.2, ToolRequested("bob", 1, "c1", "price", "{}"))
    begins(player, 2.5, "ann", 1, None, last(player, Prepare, "ann").prompt)
    plays(player, 3.6, "ann", 1, 4.6)
    again = last(player, Prepare, "bob")
    assert "1 remark of yours was not heard." in again.text
    player.tell(4.8, InjectionRefused("bob", 0, "busy", again.prompt))
    player.tell(4.9, ToolFinished("bob", "c1", "succeeded", "42"))
    assert of(begins(player, 5.0, "bob", 2, 1, first.prompt), Play, Drop) == [Drop("bob", 2, "denied")]


def passed_over(player, prompt):
    """Ann loses the floor before it answers: its answer comes too late, and is not heard."""
    player.tell(0.5, RevokeAsked("ann"))
    begins(player, 0.6, "ann", 1, 0, prompt)


def test_a_failed_cue_is_not_told_again():
    """An agent whose reply to a cue failed does not read the same unheard remark in its next cue."""
    player = sitting("ann", "bob", policy="round-robin")
    passed_over(player, last(player, Cue, "ann").prompt)
    begins(player, 1.0, "bob", 1, 0, last(player, Cue, "bob").prompt)
    plays(player, 1.1, "bob", 1, 2.1)
    cue = last(player, Cue, "ann")
    assert "1 remark of yours was not heard." in cue.text
    player.tell(2.5, ReplyFailed("ann", cue.turn, "FAILED_TO_THINK", cue.prompt))
    player.tell(2.6, RevokeAsked("ann"))
    begins(player, 3.0, "bob", 2, 1, last(player, Cue, "bob").prompt)
    plays(player, 3.1, "bob", 2, 4.1)
    assert last(player, Cue, "ann").turn > cue.turn
    assert "not heard" not in last(player, Cue, "ann").text


def test_a_line_that_was_cut_before_its_first_sound_is_told_as_not_heard():
    """An agent whose second reply was cut before its sound reads that the remark was not heard."""
    player = sitting("ann", "bob", person("dana"), policy="round-robin")
    player.tell(0.5, EarReady("dana", 1))
    prompt = last(player, Cue, "ann").prompt
    begins(player, 1.0, "ann", 1, 0, prompt)
    player.tell(1.1, PlaybackStarted("ann", 1, 1, 1.1))
    player.tell(1.2, ToolRequested("ann", 1, "c1", "price", "{}"))
    player.tell(1.4, ToolFinished("ann", "c1", "succeeded", "42"))
    begins(player, 1.6, "ann", 2, 1, prompt)
    player.tell(1.7, SpeechStarted("dana", 1.5))
    player.tell(2.1, PlaybackFinished("ann", 1, 1, 2.1, 1.0, "complete"))
    player.wait(2.5)
    player.tell(2.6, EarHeard("dana", 1, 1, "Wait a moment please.", 1.5, 2.6, "interim"))
    player.tell(3.1, SpeechStopped("dana", 2.8))
    player.tell(3.3, EarHeard("dana", 1, 1, "Wait a moment please.", 1.5, 2.8, "final"))
    begins(player, 3.5, "bob", 1, 0, last(player, Cue, "bob").prompt)
    plays(player, 3.6, "bob", 1, 4.6)
    player.wait(20.0)
    assert "1 remark of yours was not heard." in last(player, Cue, "ann").text


def test_a_cue_refused_after_its_turn_is_told_by_the_next():
    """A cue that is refused after its turn was revoked is told by the next cue, in full and once."""
    player = sitting("ann", "bob", policy="round-robin")
    passed_over(player, last(player, Cue, "ann").prompt)
    begins(player, 1.0, "bob", 1, 0, last(player, Cue, "bob").prompt)
    plays(player, 1.1, "bob", 1, 2.1)
    cue = last(player, Cue, "ann")
    player.tell(2.3, RevokeAsked("ann"))
    player.tell(2.4, InjectionRefused("ann", cue.turn, "busy", cue.prompt))
    begins(player, 3.0, "bob", 2, 1, last(player, Cue, "bob").prompt)
    plays(player, 3.1, "bob", 2, 4.1)
    again = last(player, Cue, "ann")
    assert again.turn > cue.turn
    assert again.text.count("1 remark of yours was not heard.") == 1
    assert "Bob: Line 1 of bob.\nBob: Line 2 of bob." in again.text
