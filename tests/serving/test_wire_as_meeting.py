"""A session as a meeting, message by message: what is typed, and what is spoken."""

from trialogue.model.commands import Attribute
from trialogue.model.events import Event, SpeechStarted, SpeechStopped, TextTyped
from trialogue.serving.wire_as_meeting import USER, FoldedRecord, WireAsMeeting

STARTED = {"type": "UserStartedSpeaking"}


def typed(words: str) -> dict[str, str]:
    """A client's injected words."""
    return {"type": "InjectUserMessage", "content": words}


def understood(words: str) -> dict[str, str]:
    """The server's words of the user."""
    return {"type": "ConversationText", "role": "user", "content": words}


def folded(*messages: dict[str, str]) -> list[FoldedRecord]:
    """Records of messages, each a second after the one before."""
    fold = WireAsMeeting()
    return [
        record
        for at, message in enumerate(messages, 1)
        for record in fold.text(at, "client" if message["type"] == "InjectUserMessage" else "server", message)
    ]


def events(*messages: dict[str, str]) -> list[Event]:
    """Events of messages, each a second after the one before."""
    return [record.event for record in folded(*messages)]


def test_typed_words_after_some_that_are_never_repeated_are_typed() -> None:
    """A server that corrects typed words, or leaves them out, makes no speech of the next ones."""
    told = events(typed("cant"), typed("Really?"), STARTED, understood("Really?"), STARTED, understood("No."))
    assert told == [TextTyped(USER, "Really?"), SpeechStarted(USER, 5), SpeechStopped(USER, 6)]


def test_speech_beside_typed_words_has_its_beginning() -> None:
    """The user speaks where typed words are never repeated: the speech begins when it was heard."""
    told = folded(typed("cant"), STARTED, understood("I speak."), STARTED, understood("And more."))
    assert [record.event for record in told] == [
        SpeechStarted(USER, 2),
        SpeechStopped(USER, 3),
        SpeechStarted(USER, 4),
        SpeechStopped(USER, 5),
    ]
    said = [each for record in told for each in record.commands if isinstance(each, Attribute)]
    assert [(each.turn, each.text) for each in said] == [(1, "I speak."), (2, "And more.")]


def test_words_that_nobody_heard_begin_have_a_turn() -> None:
    """A server's words without a reported beginning are a turn, also where typed words wait."""
    told = folded(typed("cant"), understood("I speak."))
    assert [record.event for record in told] == [SpeechStarted(USER, 2), SpeechStopped(USER, 2)]


def test_typed_words_that_are_never_repeated_are_not_kept_for_ever() -> None:
    """A long session whose server repeats no typed words keeps only the last of them."""
    old = [typed(f"Text {number}.") for number in range(100)]
    assert events(*old, understood("Text 0.")) == [SpeechStarted(USER, 101), SpeechStopped(USER, 101)]
