"""Answers to a dial that is not let in: what they repeat arrives whole."""

import h11

from trialogue.chaos.catalogue.dialling import DIALS
from trialogue.chaos.faulty_socket import WrongAnswer, _filled

REQUEST = b"GET / HTTP/1.1\r\nAuthorization: Token 0123456789abcdef0123456789abcdef\r\nHost: x\r\n\r\n"


def test_an_answer_has_the_length_of_what_is_filled_in():
    """A refusal that repeats the key arrives whole; cut off, it would not test whether the key is hidden."""
    (fault,) = [each for each in DIALS if each.name == "unauthorized"]
    assert isinstance(fault.effect, WrongAnswer)
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(_filled(fault.effect.data, REQUEST))
    events = [reader.next_event() for _ in range(3)]
    assert events[1].data.endswith(b'Token 0123456789abcdef0123456789abcdef is not good"}')
    assert isinstance(events[2], h11.EndOfMessage)
