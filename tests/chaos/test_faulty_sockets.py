"""What becomes of a conversation's messages between it and its socket."""

import pytest

from trialogue.chaos.faulty_socket import (
    Double,
    FaultySocket,
    HoldBack,
    OddSound,
    Refuse,
    SayMore,
    SessionFault,
    Withhold,
    WrongAnswer,
    answer_wrongly,
    close_frame,
)
from trialogue.chaos.toxics import Garbage, ToxicStream
from trialogue.transport.frames import frame
from trialogue.transport.pipe import open_pipe
from trialogue.transport.socket import Handshake

A, B, C = '{"type":"A"}', '{"type":"B"}', '{"type":"C"}'


class Recording:
    """A socket that keeps what is sent, and gives what a test has put in."""

    def __init__(self, *incoming):
        self.sent = []
        self.incoming = list(incoming)
        self.handshake = Handshake("/")

    def send_text(self, text):
        self.sent.append(text)

    def send_bytes(self, frame):
        self.sent.append(frame)

    async def receive(self):
        return self.incoming.pop(0)


def faulty(when, *happenings, nth=1, incoming=(), strike=lambda: True):
    """A socket at which these happen."""
    socket = Recording(*incoming)
    one = FaultySocket(socket, ToxicStream(open_pipe()[0]))
    one.arm(SessionFault(when, happenings, nth), strike)
    return one, socket.sent


def test_nothing_happens_before_its_time():
    """A fault waits for its message, and for as many of it as it says."""
    socket, sent = faulty("A", SayMore(C), nth=2)
    for text in (B, A, A, A):
        socket.send_text(text)
    assert sent == [B, A, C, A, A]
    assert repr(socket) == "<FaultySocket: 0 faults wait, 0 last>"


def test_a_strike_may_be_put_off():
    """A fault that is told to wait is offered again at its next occasion."""
    answers = iter([False, True])
    socket, sent = faulty("A", SayMore(C), strike=lambda: next(answers))
    for _ in range(3):
        socket.send_text(A)
    assert sent == [A, C, A, A]


def test_withheld_messages_never_arrive():
    """Withheld messages are lost from the message that begins it to the one that ends it, and no others."""
    socket, sent = faulty("A", Withhold(("A", "sound"), until="B"))
    socket.send_text(A)
    socket.send_bytes(b"aa")
    socket.send_text(C)
    socket.send_text(B)
    socket.send_text(A)
    assert sent == [C, B, A]


def test_everything_can_be_withheld():
    """With `*`, messages of every kind are held back."""
    socket, sent = faulty("sound", Withhold(("*",)))
    socket.send_text(A)
    socket.send_bytes(b"aa")
    socket.send_text(B)
    assert sent == [A]


def test_twice():
    """Messages of the doubled kind are sent twice, all others once."""
    socket, sent = faulty("A", Double(("A",)))
    socket.send_text(A)
    socket.send_text(B)
    assert sent == [A, A, B]


def test_held_back():
    """Held-back messages come together, after the next message of another kind."""
    socket, sent = faulty("A", HoldBack(("A",)))
    for text in (A, A, B):
        socket.send_text(text)
    assert sent == [B, A, A]


def test_odd_sound_loses_nothing():
    """Sound is cut anew, and its rest comes before the next message."""
    socket, sent = faulty("sound", OddSound(3))
    socket.send_bytes(b"aabb")
    socket.send_bytes(b"ccdd")
    socket.send_text(A)
    assert sent == [b"aab", b"bcc", b"dd", A]


async def test_prompts_are_refused_as_often_as_said():
    """A refused prompt is answered and never reaches the conversation; others do."""
    prompt = '{"type":"InjectUserMessage","content":"x"}'
    socket, sent = faulty("A", Refuse(B, times=1), incoming=(b"sound", prompt, C, prompt))
    socket.send_text(A)
    assert [await socket.receive() for _ in range(3)] == [b"sound", C, prompt]
    assert sent == [A, B]


@pytest.mark.parametrize(
    ("made", "bytes_"),
    [
        (frame(1, b"hi"), b"\x81\x02hi"),
        (frame(0, fin=0), b"\x00\x00"),
        (frame(2, size=2**62), b"\x82\x7f\x40" + bytes(7)),
        (frame(2, bytes(300))[:4], b"\x82\x7e\x01\x2c"),
    ],
)
def test_frames(made, bytes_):
    """Frames have the bytes of RFC 6455, section 5.2, also where their length is a lie."""
    assert made == bytes_


def test_closes():
    """The peer can close with any code, also with invalid ones."""
    assert close_frame(999, "no") == Garbage(b"\x88\x04\x03\xe7no")


async def test_a_wrong_answer_knows_the_request(autojump_clock):
    """A wrong answer can repeat the client's key and the handshake's proof; then the stream ends."""
    ours, theirs = open_pipe()
    await ours.send_all(
        b"GET / HTTP/1.1\r\nHost: x\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Token abc\r\n\r\n"
    )
    await answer_wrongly(theirs, WrongAnswer(b"{accept} {auth}"))
    assert await ours.receive_some() == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo= Token abc"
    assert await ours.receive_some() == b""


async def test_a_client_that_goes_needs_no_answer(autojump_clock):
    """The peer does not fail when its client leaves before an answer."""
    ours, theirs = open_pipe()
    await ours.send_all(b"GET / HTTP")
    await ours.aclose()
    await answer_wrongly(theirs, WrongAnswer(b"never"))
