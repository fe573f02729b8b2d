"""Routes that the hosted service answers with plain HTTP, on the same listener as its sockets.

`routes` is the table of all routes; `admission` decides which clients are allowed; `stored` keeps what
clients have stored, in memory and bounded; the other modules answer, one subject each.
"""
