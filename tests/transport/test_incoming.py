"""What is read here and what the library reads is together what the library alone would read."""

from itertools import pairwise

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage
from wsproto.utilities import ProtocolError

from trialogue.transport.frames import masked
from trialogue.transport.incoming import MOST_FRAMES, Incoming

LIMIT = 300
KEY = b"\x01\x02\x03\x04"


def frame(first, payload, *, is_masked, width=None):
    """Any frame; `width` 2 or 8 writes its size longer than it need be."""
    size = len(payload)
    width = width or (0 if size < 126 else 2 if size < 1 << 16 else 8)
    second = {0: size, 2: 126, 8: 127}[width]
    head = bytes((first, second | (0x80 if is_masked else 0)))
    head += size.to_bytes(width, "big") if width else b""
    return head + (KEY + masked(payload, KEY) if is_masked else payload)


payloads = st.binary(max_size=LIMIT + 40) | st.text(max_size=150).map(str.encode)
lawful = st.one_of(
    st.tuples(st.sampled_from((0x81, 0x82)), payloads),
    st.tuples(st.just(0x81), st.text(max_size=200).map(str.encode)),
    st.tuples(st.sampled_from((0x89, 0x8A)), st.binary(max_size=20)),
)
in_parts = st.lists(st.text(max_size=20).map(str.encode), min_size=2, max_size=4).map(
    lambda parts: [
        ((0x01 if not number else 0x00) | (0x80 if number == len(parts) - 1 else 0), part)
        for number, part in enumerate(parts)
    ]
)
anything = st.tuples(st.integers(0, 255), payloads)
streams = st.lists(st.one_of(lawful.map(lambda one: [one]), in_parts, anything.map(lambda one: [one])))


class Reader:
    """The library's parser, which joins messages that come in parts."""

    def __init__(self, *, is_client):
        self.connection = Connection(ConnectionType.CLIENT if is_client else ConnectionType.SERVER)
        self.messages, self.parts, self.is_over = [], [], False

    def read(self, data):
        if self.is_over or not data:
            return
        try:
            self.connection.receive_data(data)
            for event in self.connection.events():
                self._take(event)
        except ProtocolError:
            self.is_over = True

    def _take(self, event):
        match event:
            case CloseConnection():
                self.is_over = True
            case TextMessage() | BytesMessage() if not self.is_over:
                self.parts.append(event.data)
                if sum(map(len, self.parts)) > LIMIT:
                    self.is_over = True
                elif event.message_finished:
                    self.messages.append(type(event.data)().join(self.parts))
                    self.parts = []


def chunks(data, cuts):
    """The data in pieces, cut where it is said."""
    at = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(at)]


cut_anyhow = st.lists(st.integers(0, 2000), max_size=12)


def bytes_of(stream, *, is_client):
    """The frames of a stream, as a peer sends them."""
    return b"".join(frame(first, body, is_masked=not is_client) for part in stream for first, body in part)


@given(streams, cut_anyhow, st.booleans(), st.integers(0, 3), st.integers(0, 5))
def test_together_they_read_what_the_library_reads_alone(stream, cuts, is_client, early, lag):
    """The quick reader gives the library's messages in the same order, however the bytes are cut."""
    compare(bytes_of(stream, is_client=is_client), cuts, is_client=is_client, early=early, lag=lag)


@given(st.binary(max_size=400), cut_anyhow, st.booleans(), st.integers(0, 3), st.integers(0, 5))
def test_of_any_bytes_they_make_the_same(data, cuts, is_client, early, lag):
    """Random bytes end in the same way with the quick reader and with the library alone."""
    compare(data, cuts, is_client=is_client, early=early, lag=lag)


@given(
    streams, st.dictionaries(st.integers(0, 600), st.integers(0, 255), max_size=6), cut_anyhow, st.booleans()
)
def test_of_frames_with_wrong_bytes_they_make_the_same(stream, wrong, cuts, is_client):
    """Damaged frames end in the same way with the quick reader and with the library alone."""
    data = bytearray(bytes_of(stream, is_client=is_client))
    for at, byte in wrong.items():
        if data:
            data[at % len(data)] = byte
    compare(bytes(data), cuts, is_client=is_client, early=0, lag=1)


def compare(data, cuts, *, is_client, early, lag):
    """Let the library read `data` alone, and both together: messages and ends are the same."""
    alone, library = Reader(is_client=is_client), Reader(is_client=is_client)
    alone.read(data)
    incoming = Incoming(is_client, LIMIT, 10**6)
    taken, pieces = [], chunks(data, cuts)
    for piece in pieces[:early]:
        incoming.follow(piece)
        library.read(piece)
        break

    def take():
        # What `WireSocket.receive` does, without its waits.
        while incoming._messages or (incoming.owed > 0 and library.messages):
            if incoming._messages:
                taken.append(incoming._messages.pop(0))
            else:
                taken.append(library.messages.pop(0))
                incoming.owed -= 1

    for number, piece in enumerate(pieces[min(early, 1) :]):
        library.read(incoming.sift(piece))
        if not lag or number % lag == 0:
            take()
    take()
    assert taken + library.messages == alone.messages
    if incoming._buffer:  # part of a message of ours, which is judged once it is whole
        assert alone.is_over or not library.is_over
    else:
        assert library.is_over == alone.is_over


@pytest.mark.parametrize(
    ("first", "body", "options"),
    [
        (0xC2, b"compressed", {}),
        (0x83, b"reserved", {}),
        (0x09, b"a ping in parts", {}),
        (0x89, b"x" * 126, {}),
        (0x80, b"the end of nothing", {}),
        (0x82, b"short", {"width": 2}),
        (0x82, b"short", {"width": 8}),
        (0x82, b"masked", {"is_masked": True}),
        (0x81, b"\xff no UTF-8", {}),
        (0xC9, b"a reserved ping", {}),
        (0x89, b"a masked ping", {"is_masked": True}),
        (0x8A, b"a long pong", {"width": 2}),
        (0x8A, b"a longer pong", {"width": 8}),
        (0x88, b"\x03\xe8", {}),
    ],
)
async def test_after_a_fault_or_a_close_the_library_has_the_word(first, body, options):
    """A wrong frame, and all bytes after it, go to the library as they came."""
    incoming = Incoming(True, LIMIT, 10)
    said = frame(0x82, b"said", is_masked=False)
    wrong = frame(first, body, **({"is_masked": False} | options))
    assert incoming.sift(said + wrong + said) == wrong + said
    assert incoming.sift(said) == said
    assert await incoming.next() == b"said"
    assert await incoming.next() is None


async def test_behind_what_the_library_reads_messages_are_read_here_again():
    """Messages after a ping, or after a message in parts, are read in the quick way again."""
    incoming = Incoming(True, LIMIT, 10)
    said = frame(0x82, b"said", is_masked=False)
    for first, body in ((0x89, b""), (0x89, b"x" * 125), (0x8A, b"x" * 125)):
        control = frame(first, body, is_masked=False)
        assert incoming.sift(control + said) == control
        assert await incoming.next() == b"said"
    parts = b"".join(frame(first, b"part", is_masked=False) for first in (0x01, 0x00, 0x80))
    assert incoming.sift(parts) == parts
    assert await incoming.next() is None
    incoming.owed -= 1
    assert incoming.sift(said) == b""
    assert await incoming.next() == b"said"


@pytest.mark.parametrize(
    "head", [b"\x80\x7e", b"\x00\x7e", b"\xc2\x7e", b"\x82\xfe", b"\x89\x7e", b"\x09\x7d", b"\x83\x7e"]
)
def test_a_head_that_is_wrong_already_is_the_librarys_at_once(head):
    """A frame whose head is wrong is refused before the rest of it comes."""
    assert Incoming(True, LIMIT, 10).sift(head) == head
    assert Incoming(True, LIMIT, 10).sift(b"\x82\x7e") == b""
    in_parts = Incoming(True, LIMIT, 10)
    begun = frame(0x01, b"part", is_masked=False)
    assert in_parts.sift(begun + b"\x82\x7e") == begun + b"\x82\x7e"


async def test_the_library_gets_so_many_frames_at_once():
    """A flood of pings is read in bounded portions, in order."""
    incoming = Incoming(True, LIMIT, 10)
    ping, said = frame(0x89, b"", is_masked=False), frame(0x82, b"said", is_masked=False)
    assert incoming.sift(ping * MOST_FRAMES + said) == ping * MOST_FRAMES
    assert not incoming.is_behind
    assert await incoming.next() == b"said"
    assert incoming.sift(ping * (MOST_FRAMES + 1) + said) == ping * MOST_FRAMES
    assert incoming.is_behind
    assert incoming.sift(b"") == ping
    assert not incoming.is_behind
    assert await incoming.next() == b"said"


async def test_a_head_that_the_library_has_in_part_is_its_own_to_the_end():
    """A frame whose first bytes came with the handshake is read whole."""
    whole = frame(0x82, b"x" * 200, is_masked=False)
    for cut in range(len(whole)):
        incoming = Incoming(True, LIMIT, 10)
        incoming.follow(whole[:cut])
        left = incoming.sift(whole[cut:])
        assert left == (whole[cut:] if cut else b"")
        assert await incoming.next() == (b"x" * 200 if not cut else None)


async def test_a_message_that_comes_byte_by_byte_is_kept_once():
    """A message that comes byte by byte is read whole, and costs no more than its bytes."""
    incoming = Incoming(True, 70_000, 10)
    whole = frame(0x82, b"x" * 65_536, is_masked=False)
    assert b"".join(incoming.sift(whole[at : at + 1]) for at in range(len(whole))) == b""
    assert await incoming.next() == b"x" * 65_536


async def test_reading_pauses_while_nobody_takes(autojump_clock):
    """A peer that is not read is slowed down, and reading goes on with the first taken message."""
    incoming = Incoming(True, LIMIT, 2)
    incoming.sift(frame(0x82, b"1", is_masked=False) * 2)
    with trio.move_on_after(1) as waited:
        await incoming.wait_for_room()
    assert waited.cancelled_caught
    assert await incoming.next() == b"1"
    await incoming.wait_for_room()
    incoming.sift(frame(0x82, b"1", is_masked=False))
    incoming.deafen()
    await incoming.wait_for_room()
    assert await incoming.next() is None


async def test_a_waiting_reader_learns_of_the_end(autojump_clock):
    """A reader that waits at the end of the connection goes on."""
    incoming = Incoming(True, LIMIT, 2)
    got = []

    async def wait():
        got.append(await incoming.next())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        incoming.end()
    assert got == [None]


async def taking(incoming, heard, texts):
    """Take texts, and sound beside them."""
    while (text := await incoming.next(heard.append)) is not None:
        texts.append(text)
        heard.append(text)


async def test_sound_is_taken_as_it_is_read(autojump_clock):
    """Sound is taken while it is read, and in order: what follows a text waits for it."""
    incoming, heard, texts = Incoming(is_client=True, max_message_size=LIMIT, max_waiting=9), [], []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(taking, incoming, heard, texts)
        await trio.testing.wait_all_tasks_blocked()
        incoming.sift(frame(0x82, b"one", is_masked=False))
        assert heard == [b"one"]
        incoming.sift(
            frame(0x82, b"two", is_masked=False)
            + frame(0x81, b"said", is_masked=False)
            + frame(0x82, b"three", is_masked=False)
        )
        assert heard == [b"one", b"two"]
        await trio.testing.wait_all_tasks_blocked()
        assert heard == [b"one", b"two", "said", b"three"]
        assert texts == ["said"]
        incoming.end()


async def test_an_error_of_a_taker_is_raised_where_sound_is_taken(autojump_clock):
    """An error in taking sound is raised to the taker, and the next sound can be taken."""
    incoming = Incoming(is_client=True, max_message_size=LIMIT, max_waiting=9)

    def refuse(sound):
        raise ValueError(f"no {sound.decode()}")

    async def take():
        with pytest.raises(ValueError, match="no one"):
            await incoming.next(refuse)
        assert await incoming.next() == b"two"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await trio.testing.wait_all_tasks_blocked()
        incoming.sift(frame(0x82, b"one", is_masked=False) + frame(0x82, b"two", is_masked=False))
