"""Control of the embedded server: inspection, control requests, recording, faults, and test fixtures.

All of it is between the embedded server and its clients, at one seam (`server.seams`). `ledger` keeps
what was said, `attended` is the socket that passes messages through, `control` carries out the requests of an
operator or a test; `in_thread` and `fixture` are for tests.
"""
