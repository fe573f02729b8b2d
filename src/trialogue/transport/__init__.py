"""The websocket seam: one socket class for both roles, over TCP, TLS or memory.

Theory of operation
===================

Everybody above sees `socket.WebSocket` alone: messages come in, messages go out, and one `SocketEnding`
says how it ended; `services/close_codes` says what that means for the next dial. `dial` makes one from
a URL, `accept` from a stream that a listener took (`listening`); `http` answers what is no upgrade.

**trio-websocket keeps the protocol**, and is known in `library` only. What needs none of its state goes
around it: whole data messages are read by `incoming` and built by `frames`.

**One writer.** Who sends never waits: messages wait in the `outbox` (bounded; old sound is dropped, text
never is), the library's own frames in the `wire`. `writer` alone takes from both and writes to the stream, in
joined writes: a frame is on the wire whole or not at all, and two saturated peers cannot block each other.

**Ends.** `socket_states` is the table of a socket's states; the first end stands. An orderly end lets the
writer flush, a lost socket stops it. `lifetime` owns the tasks of a socket and its pings: they end with the
block and never raise into it. `failure_words` turns what the system said into one line.

**Streams** are trio's, or one straight on a socket (`direct`), or a pair in memory (`pipe`).
"""
