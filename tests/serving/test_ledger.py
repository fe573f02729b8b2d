"""What a server keeps of its sessions is bounded, however long they are and however much they send."""

from __future__ import annotations

from trialogue.serving import ledger as module
from trialogue.serving.ledger import Ledger, Session


def kept(ledger: Ledger) -> int:
    """What all messages weigh that are kept."""
    return sum(each.weight for session in ledger.sessions.values() for each in session.seen)


async def test_large_messages_make_room_for_each_other() -> None:
    """A client that sends a mebibyte again and again is remembered by its newest."""
    ledger = Ledger()
    session = ledger.open("a", "/", "")
    for number in range(40):
        ledger.note(session, "client", f'{{"type":"X","n":{number},"x":"{"y" * 1_000_000}"}}')
        assert kept(ledger) <= module.MOST_KEPT
    assert session.seen[-1].message["n"] == 39
    assert len(session.seen) == 8


async def test_sessions_that_are_over_make_room_first() -> None:
    """Whoever still speaks keeps what was said, as long as another is over."""
    ledger = Ledger()
    over, living, speaking = (ledger.open(name, "/", "") for name in "abc")
    for each in (over, living):
        ledger.note(each, "client", "x" * 3_000_000)
    ledger.close(over, 1000)
    ledger.note(speaking, "client", "y" * 3_000_000)
    assert [len(each.seen) for each in (over, living, speaking)] == [0, 1, 1]
    ledger.note(speaking, "client", "z" * 3_000_000)
    assert [len(each.seen) for each in (over, living, speaking)] == [0, 1, 1]
    assert kept(ledger) <= module.MOST_KEPT


async def test_the_count_of_bytes_is_that_of_kept_messages() -> None:
    """Through sound that joins, sessions that go, and all that is forgotten."""
    ledger = Ledger()
    for number in range(module.MAX_SESSIONS + 5):
        session = ledger.open(str(number), "/", "")
        for said in ("text", b"sound", b"sound", "text"):
            ledger.note(session, "client", said)
        ledger.close(session, 1000)
        assert ledger._weight == kept(ledger)
    ledger.forget(list(ledger.sessions))
    assert ledger._weight == kept(ledger) == 0


async def test_the_longest_session_keeps_its_newest_messages() -> None:
    """A bounded ledger forgets the oldest messages first, and keeps their numbers."""
    ledger = Ledger()
    session: Session = ledger.open("a", "/", "")
    for number in range(module.MAX_MESSAGES + 3):
        ledger.note(session, "client", str(number))
    assert (len(session.seen), session.seen[0].text) == (module.MAX_MESSAGES, "3")
    assert ledger._weight == kept(ledger)
