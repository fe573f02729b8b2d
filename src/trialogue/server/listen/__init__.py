"""Speech to text of the embedded server: `/v2/listen` and `/v1/listen` over our own recognizer.

`terms` reads the query; `hearing` finds speech in one stream and collects it; `flux` and `nova` decide,
without I/O, which messages each route sends about it; `connection` carries that out.
"""
