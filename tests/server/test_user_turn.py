"""The user's turn at the stand-in, as its ear tells of it."""

from itertools import product

from trialogue.server.user_turn import USER_TRANSITIONS, UserFact, UserState, UserTurn


def test_nothing_that_an_ear_tells_is_missing_from_the_table() -> None:
    """Every event of an ear has an entry at each stage of a user's turn."""
    assert set(USER_TRANSITIONS) == {*product(UserState, UserFact)}


def test_speech_that_goes_on_before_its_words_is_the_same_turn() -> None:
    """The words of both parts come together, with those of the last."""
    turn = UserTurn()
    turn.take(UserFact.SPEECH_BEGAN)
    turn.take(UserFact.SPEECH_ENDED)
    turn.take(UserFact.SPEECH_BEGAN)
    assert turn.take_words("I would") == ""
    turn.take(UserFact.SPEECH_ENDED)
    assert turn.take_words("like tea.") == "I would like tea."
    assert turn.state is UserState.SILENT


def test_a_turn_without_words_leaves_nothing_to_the_next() -> None:
    """A knock leaves no words to the user's next turn."""
    turn = UserTurn()
    turn.take(UserFact.SPEECH_ENDED)
    assert turn.take_words("") == ""
    assert turn.take_words("Yes.") == "Yes."
    assert turn.take_words("") == ""
