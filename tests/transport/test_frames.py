"""Frames built here are read by an independent protocol as what they were built from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from trialogue.transport.frames import close_frame, data_frame, masked

sizes = st.sampled_from([0, 1, 3, 4, 125, 126, 127, 640, 65_535, 65_536, 70_001])
messages = st.one_of(st.text(), st.binary(), sizes.map(bytes), sizes.map(lambda size: "é" * size))


def reader(is_client: bool) -> Connection:  # noqa: FBT001 -- the role of the writer
    return Connection(ConnectionType.SERVER if is_client else ConnectionType.CLIENT)


@given(messages, st.booleans())
def test_messages_are_read_as_they_were_built(message: str | bytes, is_client: bool) -> None:  # noqa: FBT001 -- drawn
    """Messages of every length, masked or not, are read as they were sent."""
    peer = reader(is_client)
    peer.receive_data(data_frame(message, is_client=is_client))
    events = list(peer.events())
    assert all(
        isinstance(event, TextMessage if isinstance(message, str) else BytesMessage) for event in events
    )
    joined = type(message)().join(event.data for event in events)
    assert joined == message
    assert events[-1].message_finished


@pytest.mark.parametrize("is_client", [False, True])
def test_a_close_is_read_with_its_code(is_client: bool) -> None:  # noqa: FBT001 -- a parameter
    """The peer sees the code and no reason."""
    peer = reader(is_client)
    peer.receive_data(close_frame(1007, is_client=is_client))
    assert list(peer.events()) == [CloseConnection(code=1007, reason="")]


def test_every_frame_has_a_key_of_its_own() -> None:
    """Each frame of a client has a mask of its own."""
    assert len({data_frame(b"audio", is_client=True) for _ in range(50)}) == 50


@pytest.mark.parametrize("size", [0, 1, 3, 4, 1023, 1024, 1025, 1026, 1027, 3200, 70_001])
def test_a_mask_is_the_key_over_and_over(size):
    """A mask has the bytes of the RFC, for every length."""
    payload, key = bytes(number % 251 for number in range(size)), b"\x01\x80\xfe\x37"
    under = bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
    assert masked(payload, key) == under
    assert masked(under, key) == payload
