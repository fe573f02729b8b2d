"""What proves a session, and what a first loss costs."""

from __future__ import annotations

from trialogue.brain.redialling import Loss, Redialling, RedialRules


def of(commands, *kinds):
    """The commands of these classes."""
    return [command for command in commands if isinstance(command, kinds)]


def test_ten_minutes_of_life_prove_a_session():
    """They end a row of the same loss; a second less does not."""
    for lived, again in ((600.0, True), (599.9, False)):
        once = Loss("error.FAILED_TO_SPEAK", at_most=1)
        redialling = Redialling(7, "tech")
        redialling.lost(1.0, None, once)
        redialling.ready(2.0)
        assert (redialling.lost(2.0 + lived, None, once) is not None) is again


def test_the_first_of_a_kind_need_not_wait_whatever_was_lost_before():
    """Only the same loss in a row has to be patient."""
    away = Loss("error.SERVER_GOING_AWAY", at_once=True)
    redialling = Redialling(7, "tech", RedialRules())
    assert redialling.lost(1.0) is not None
    assert redialling.lost(2.0, None, away) == 0.0
