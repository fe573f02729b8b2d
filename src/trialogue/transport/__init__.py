"""The websocket seam: one socket class for both roles, over TCP, TLS or memory.

Theory of operation
===================

All other packages use only `socket.WebSocket`: messages come in, messages go out, and one `SocketEnding`
says how it ended; `services/close_codes` says what that means for the next connection. `dial` makes one from
a URL, `accept` from a stream of a listener (`listening`); `http` answers requests that are not an upgrade.

**trio-websocket keeps the protocol**, and only `library` imports it. What needs none of its state goes
around it: `incoming` reads whole data messages, and `frames` builds them.

**One writer.** A sender never waits: messages wait in the `outbox` (bounded; old sound is dropped, text
never is), the library's own frames in the `wire`. Only `writer` takes from both and writes to the stream, in
joined writes: a frame is sent completely or not at all, and two saturated peers cannot block each other.

**Ends.** `socket_states` is the table of a socket's states; the first end is kept. An orderly end lets the
writer flush, a lost socket stops it. `lifetime` owns the tasks of a socket and its pings: they end with the
block and never raise into it. `failure_words` turns system errors into one line.

**Streams** are trio's, or one directly on a socket (`direct`), or a pair in memory (`pipe`).
"""
