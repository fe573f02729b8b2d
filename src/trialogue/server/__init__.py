"""The embedded voice agent server: the same wire protocol, from the other side.

`listener.open_server` serves loopback, `listener.serve_stream` one stream in memory; both work alike on a
real and on a virtual clock. Decisions are made without I/O, by subject: `conversation` asks `limits`,
`user_turn`, `updating` and `answering`, which has a `memory`, and a `reply` with its `latency`. `connection`
carries them out with an `ear`, a `voice` and `thinking`.
"""
