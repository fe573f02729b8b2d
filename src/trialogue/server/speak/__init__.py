"""Text to speech of the embedded server: `/v1/speak` and `/v2/speak`, by plain request and by socket.

`terms` reads the query; `speech` synthesizes; `talk` decides, without I/O, the effect of a socket's messages,
and `connection` carries its commands out. `turn_talk` and `turns` do the same for the turns of `/v2/speak`.
"""
