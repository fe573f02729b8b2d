"""Text to speech of the embedded server: `/v1/speak` and `/v2/speak`, by request and by socket.

`terms` reads the query; `speech` makes the sound; `talk` decides, without I/O, the effect of a socket's
messages, and `connection` carries that out. `turn_talk` and `turns` do so for `/v2/speak`, with turns.
"""
