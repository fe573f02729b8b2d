"""When to dial again."""

from trialogue.brain.redialling import Loss, Redialling, RedialRules


def test_six_retries_then_none():
    """A lost session has six retries, with full jitter under a ceiling that doubles."""
    redialling = Redialling(7, "tech")
    waits = [redialling.lost(1.0) for _ in range(7)]
    assert waits[6] is None
    for wait, ceiling in zip(waits[:6], (0.5, 1, 2, 4, 8, 16), strict=True):
        assert wait is not None
        assert 0 <= wait <= ceiling
    assert waits[:6] == [Redialling(7, "tech").lost(1.0), *waits[1:6]]
    assert Redialling(7, "biz").lost(1.0) != waits[0] != Redialling(8, "tech").lost(1.0)


def test_the_ceiling_is_capped():
    """The wait before a retry is never longer than `cap_s`, whatever the jitter."""
    redialling = Redialling(1, "a", RedialRules(base_s=1000.0, attempts=200))
    waits = [redialling.lost(0.0) or 0.0 for _ in range(200)]
    assert 15 < max(waits) <= 20


def test_a_minute_of_trying_is_enough():
    """A service that stays away for a minute after the first loss is given up."""
    redialling = Redialling(7, "tech")
    assert redialling.lost(10.0) is not None
    assert redialling.lost(69.9) is not None
    assert redialling.lost(70.0) is None


def test_a_session_that_lived_clears_the_count():
    """A session that lived for ten seconds has all its retries again; one dropped sooner has not."""
    redialling = Redialling(7, "tech")
    for at in range(6):
        redialling.ready(float(at))
        assert redialling.lost(at + 1.0) is not None
    redialling.ready(8.0)
    assert redialling.lost(17.9) is None
    redialling.ready(20.0)
    assert redialling.lost(30.0) is not None
    assert redialling.lost(90.0) is None


def test_retry_after_is_a_lower_bound():
    """A service that asks for a wait gets it, up to a minute."""
    redialling = Redialling(7, "tech")
    assert redialling.lost(0.0, 5.0) == 5.0
    assert redialling.lost(0.0, 500.0) == 60.0


def test_the_same_loss_is_tolerated_so_often_in_a_row():
    """A loss that is tolerated once is fatal the second time; another kind between starts it again."""
    once = Loss("closed-by-us.1002", at_most=1)
    redialling = Redialling(7, "tech")
    assert redialling.lost(1.0, None, once) is not None
    assert redialling.lost(2.0, None, Loss("close.1006")) is not None
    assert redialling.lost(3.0, None, once) is not None
    assert redialling.lost(4.0, None, once) is None


def test_a_session_that_lives_does_not_end_a_row_a_reply_does():
    """A service that accepts, lives and fails each turn is given up, unless it replies in between."""
    once = Loss("error.FAILED_TO_SPEAK", at_most=1)
    redialling = Redialling(7, "tech")
    redialling.lost(1.0, None, once)
    redialling.ready(2.0)
    assert redialling.lost(60.0, None, once) is None
    other = Redialling(7, "tech")
    other.lost(1.0, None, once)
    other.ready(2.0)
    other.proved()
    assert other.lost(60.0, None, once) is not None
    other.ready(61.0)
    assert other.lost(61.0 + RedialRules().proved_s, None, once) is not None


def test_being_ready_ends_a_row_of_failed_dials():
    """A handshake that worked shows that what answers is a voice agent."""
    once = Loss("dial.handshake", at_most=1, was_dialling=True)
    redialling = Redialling(7, "tech")
    redialling.lost(1.0, None, once)
    redialling.ready(2.0)
    assert redialling.lost(3.0, None, once) is not None


def test_some_losses_need_no_wait():
    """The first retry after maintenance goes out at once, the next with patience."""
    away = Loss("error.SERVER_GOING_AWAY", at_once=True)
    redialling = Redialling(7, "tech")
    assert redialling.lost(1.0, None, away) == 0.0
    assert redialling.lost(1.0, None, away) > 0.0
    assert Redialling(7, "tech").lost(1.0, 3.0, away) == 3.0


def test_a_planned_end_costs_nothing():
    """Sessions may reach their allowed age for ever; one that is told so at once is a failure."""
    planned = Loss("error.MAXIMUM_SESSION_LENGTH_REACHED", is_planned=True)
    redialling = Redialling(7, "tech")
    for hour in range(100):
        redialling.ready(7200.0 * hour)
        assert redialling.lost(7200.0 * (hour + 1), None, planned) == 0.0
    waits = [redialling.lost(720_001.0, None, planned) for _ in range(7)]
    assert waits[0] > 0.0
    assert waits[6] is None


def test_the_first_loss_of_which_nothing_is_known_is_the_first_in_a_row():
    """The first retry waits for nothing where it may, and a loss that is tolerated once is tolerated."""
    assert Redialling(7, "tech").lost(1.0, loss=Loss(at_once=True)) == 0.0
    assert Redialling(7, "tech").lost(1.0, loss=Loss(at_most=1)) is not None


def test_ten_minutes_of_life_prove_a_session():
    """A session that lived for ten minutes ends a row of equal losses, and a second less does not."""
    for lived, again in ((600.0, True), (599.9, False)):
        once = Loss("error.FAILED_TO_SPEAK", at_most=1)
        redialling = Redialling(7, "tech")
        redialling.lost(1.0, None, once)
        redialling.ready(2.0)
        assert (redialling.lost(2.0 + lived, None, once) is not None) is again


def test_the_first_of_a_kind_need_not_wait_whatever_was_lost_before():
    """A first loss that needs no wait is dialled at once, even after losses of other kinds."""
    away = Loss("error.SERVER_GOING_AWAY", at_once=True)
    redialling = Redialling(7, "tech", RedialRules())
    assert redialling.lost(1.0) is not None
    assert redialling.lost(2.0, None, away) == 0.0


def test_waits_grow_with_every_try():
    """The ceiling doubles: some wait of the sixth try is longer than any of the fifth may be."""
    sixth = []
    for seed in range(20):
        redialling = Redialling(seed, "tech")
        sixth.append([redialling.lost(1.0) or 0.0 for _ in range(6)][-1])
    assert 8.0 < max(sixth) <= 16.0


def test_a_session_that_lived_has_all_its_tries_again():
    """After ten seconds of life a session has all its retries; a failed dial does not count as life."""
    redialling = Redialling(7, "tech", RedialRules(alive_s=0.5))
    assert [redialling.lost(1.0) is None for _ in range(7)] == [False] * 6 + [True]
    redialling.ready(100.0)
    assert [redialling.lost(100.5) is None for _ in range(7)] == [False] * 6 + [True]


def test_sessions_that_are_rolled_over_at_their_beginning_are_dialled_with_growing_patience():
    """A session that is rolled over at its beginning is dialled with growing waits, and never given up."""
    redialling = Redialling(7, "tech")
    waits = []
    for at in range(2000):
        redialling.ready(float(at))
        waits.append(redialling.rolled_over(at + 0.5))
    assert waits[0] == 0.0
    assert all(0.0 < wait <= ceiling for wait, ceiling in zip(waits[1:6], (0.5, 1, 2, 4, 8), strict=True))
    assert 15 < max(waits) <= 20
    redialling.ready(3000.0)
    assert redialling.rolled_over(3010.0) == 0.0
    redialling.ready(3011.0)
    assert redialling.rolled_over(3012.0) == 0.0
