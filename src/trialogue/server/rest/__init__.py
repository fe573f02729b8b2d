"""Routes of plain HTTP, as at the hosted service, on the same listener as the sockets.

`routes` is the table of all routes; `admission` decides which clients are allowed; `stored` keeps what
clients have stored, in memory and bounded; the other modules answer, one subject each.
"""
