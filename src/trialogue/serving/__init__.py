"""The stand-in as its users have it: looked at, steered, recorded, struck by faults, and given to tests.

All of it stands between the embedded server and its clients, at one seam (`server.seams`). `ledger` keeps
what was said, `attended` is the socket through which it goes, `control` does what an operator or a test asks
for; `in_thread` and `fixture` bring it to tests.
"""
