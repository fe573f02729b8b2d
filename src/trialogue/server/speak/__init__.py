"""Text to speech of the embedded server: `/v1/speak`, by request and by socket.

`terms` reads the query; `speech` makes the sound; `talk` decides, without I/O, what a socket's messages
cause; `connection` carries that out.
"""
