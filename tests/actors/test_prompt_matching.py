"""Which reply answers which prompt, as the wire shows it."""

from trialogue.actors.prompt_matching import AskedPrompt, Asking
from trialogue.model.commands import Cue, Speak


def asking(*orders):
    made = Asking()
    for order in orders:
        made.tell(order)
    return made


def test_a_reply_behind_the_echo_answers_the_prompt():
    """Replies after a prompt's echo answer it, and one from before the echo does not."""
    asked = asking(Cue("ann", 4, "It is your turn.", 7))
    assert asked.begun("I have heard") == 0
    assert asked.repeats("It is  your turn.\n")
    assert [asked.begun("I think"), asked.begun("And then")] == [7, 7]


def test_heard_speech_is_no_echo_and_ends_the_prompt():
    """A reply that begins after speech answers the speech, not the prompt before it."""
    asked = asking(Cue("ann", 4, "It is your turn.", 7))
    asked.repeats("It is your turn.")
    assert not asked.repeats("Wait a moment.")
    assert asked.begun("Yes?") == 0


def test_words_to_say_are_known_by_their_beginning():
    """A filler beside a running tool call is not taken for the answer."""
    asked = asking(Cue("ann", 4, "It is your turn.", 7))
    asked.repeats("It is your turn.")
    asked.tell(Speak("ann", 4, "**One moment, please**, I look it up.", prompt=8))
    assert asked.begun("The price is") == 7
    assert asked.begun("One moment please,") == 8
    assert asked.begun("One moment please,") == 7


def test_a_reply_without_words_yet_is_what_was_to_be_said():
    """Sound that arrives before its words still belongs to the words to be said."""
    assert asking(Speak("ann", 1, "Time is up.", prompt=3)).begun() == 3


def test_words_that_were_never_said_are_past_with_the_next_echo():
    """Words to say that a service left out do not claim the reply to a later prompt."""
    asked = asking(Speak("ann", 1, "Time is up.", prompt=3), Cue("ann", 2, "Go on.", 4))
    asked.repeats("Go on.")
    assert asked.begun() == 4


def test_words_that_were_never_said_claim_none_of_the_next():
    """Words to say that a service left out do not keep later ones from being matched."""
    asked = asking(
        Speak("ann", 1, "3 things are left.", prompt=3),
        Cue("ann", 2, "Go on.", 4),
        Speak("ann", 3, "Time is up.", prompt=5),
        Speak("ann", 4, "Good night.", prompt=6),
    )
    assert asked.begun("Time is up.") == 5
    assert asked.refused() == AskedPrompt(6, 4)
    assert asked.repeats("Go on."), "it may still be repeated"


def test_words_without_spaces_are_known_by_their_first_sentence():
    """Words to say in Japanese or Chinese are matched by their first sentence."""
    asked = asking(Speak("ann", 1, "はい。今日は会議です。始めましょう。", prompt=3))
    assert asked.begun("はい。") == 3
    endless = "これは会議の議題について説明する文章であり" * 30
    assert asking(Speak("ann", 1, endless, prompt=4)).begun(endless[:400]) == 4
    assert asking(Speak("ann", 1, "Yesterday it rained.", prompt=5)).begun("Yes.") == 0


def test_a_refusal_is_about_words_to_say_first():
    """A refusal without a number is taken to be about words to say, before any cue."""
    asked = asking(Cue("ann", 2, "Go on.", 4), Speak("ann", 1, "Time is up.", prompt=3))
    assert [asked.refused(), asked.refused()] == [AskedPrompt(3, 1), AskedPrompt(4, 2)]
    assert asked.refused() == AskedPrompt(3, 1), "the last that was told"


def test_a_failure_is_about_what_was_repeated():
    """A failure is about the prompt that was echoed last, or else about the one sent last."""
    asked = asking(Cue("ann", 0, "Go on.", 4))
    assert asked.failed() == AskedPrompt(4, 0)
    asked.repeats("Go on.")
    asked.tell(Speak("ann", 1, "Time is up.", prompt=5))
    assert asked.failed() == AskedPrompt(4, 0)


def test_a_session_that_is_over_was_asked_nothing():
    """A new session does not answer the prompts of the one before it."""
    asked = asking(Cue("ann", 2, "Go on.", 4))
    asked.repeats("Go on.")
    asked.end()
    assert (asked.begun(), asked.failed()) == (0, AskedPrompt())
