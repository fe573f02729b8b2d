"""One vendor's voice agent protocol, sans I/O: Deepgram's Voice Agent V1.

`messages` and `settings` are what goes over the wire, in the vendor's own names; `codec` reads and writes
it; `session` keeps one connection's state and speaks to its owner in `events`, in our own words; `codes`
judges errors. `listen` is the dialect of the vendor's speech to text. A second vendor would be a package
beside this one with the same `events`.
"""
