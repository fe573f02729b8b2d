"""The outbox keeps order and bounds, drops the oldest audio, and never a text."""

from hypothesis import given
from hypothesis import strategies as st

from trialogue.transport.outbox import Outbox
from trialogue.transport.socket import OutboxRules

RULES = OutboxRules(max_frames=3, max_frame_bytes=10, max_texts=2, max_text_chars=10)


@given(st.lists(st.one_of(st.binary(max_size=12), st.text(max_size=12), st.none()), max_size=40))
def test_outbox_is_a_bounded_queue(steps: list[bytes | str | None]) -> None:
    """A full outbox drops its oldest frames and refuses texts; the order stays."""
    outbox, expected, dropped = Outbox(RULES), list[bytes | str](), 0
    for step in steps:
        if step is None:
            if expected:
                assert outbox.take() == expected.pop(0)
        elif isinstance(step, str):
            texts = [m for m in expected if isinstance(m, str)]
            has_room = len(texts) < 2 and len("".join(texts)) + len(step) <= 10
            assert outbox.put_text(step) is has_room
            expected += [step] if has_room else []
        else:
            outbox.put_frame(step)
            expected.append(step)
            while (
                len(frames := [m for m in expected if isinstance(m, bytes)]) > 3 or len(b"".join(frames)) > 10
            ):
                expected.remove(frames[0])
                dropped += 1
        assert len(outbox) == len(expected)
        assert outbox.frames_dropped == dropped
    assert [outbox.take() for _ in expected] == expected


def test_dropping_all_counts_frames_only() -> None:
    """Frames that wait at the end of a socket are counted as dropped."""
    outbox = Outbox(RULES)
    outbox.put_frame(b"a")
    assert outbox.put_text("b")
    outbox.drop_all()
    assert (len(outbox), outbox.frames_dropped) == (0, 1)
    assert outbox.put_text("0123456789")


def test_the_defaults_hold_five_seconds_of_sound_and_messages_of_four_megabytes() -> None:
    """The default outbox has room for 256 frames, and a byte more than its bounds is too much."""
    five_seconds = Outbox(OutboxRules())
    for _ in range(256):
        five_seconds.put_frame(b"")
    assert (len(five_seconds), five_seconds.frames_dropped) == (256, 0)
    five_seconds.put_frame(b"")
    assert (len(five_seconds), five_seconds.frames_dropped) == (256, 1)
    large = Outbox(OutboxRules())
    large.put_frame(bytes(512 * 1024))
    assert large.frames_dropped == 0
    large.put_frame(b"x")
    assert (large.take(), large.frames_dropped) == (b"x", 1)
    texts = Outbox(OutboxRules())
    assert all(texts.put_text("") for _ in range(256))
    assert not texts.put_text("")
    long = Outbox(OutboxRules())
    assert long.put_text("x" * 4 * 1024 * 1024)
    assert not long.put_text("x")
