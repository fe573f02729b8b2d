"""Control of the embedded server: inspection, control requests, recording, faults, and test fixtures.

All of it works at one seam between the embedded server and its clients (`server.seams`). `ledger` keeps the
messages, `attended` is the socket that passes them through, `control` carries out the requests of an operator
or a test; `in_thread` and `fixture` are for tests.
"""
