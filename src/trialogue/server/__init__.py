"""The embedded voice agent server: the server side of the same protocol.

`listener.open_server` serves loopback, `listener.serve_stream` one stream in memory; both work in the same
way on a real and on a virtual clock. Decisions are made without I/O, by subject: `conversation` uses
`limits`, `user_turn`, `updating` and `answering`, which has a `memory`, and a `reply` with its `latency`.
`connection` carries them out with an `ear`, a `voice` and `thinking`.
"""
