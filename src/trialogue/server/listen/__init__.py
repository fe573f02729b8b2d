"""The listening routes of the embedded server: `/v2/listen` and `/v1/listen` over our own recognizer.

`terms` reads the query; `hearing` finds speech in one stream and gathers it; `flux` and `nova` decide,
without I/O, what is told of it in the dialect of each route; `connection` carries that out.
"""
