"""Deepgram's voice agent protocol and its speech to text, sans I/O.

`messages` and `settings` are what goes over the wire, in the vendor's own names; `codec` reads and writes
it; `session` keeps one connection's state and speaks to its owner in `trialogue.services.facts`; `terms`
makes and changes what a session is told; `codes` classifies errors. `listen` is the dialect of the vendor's
speech to text.
"""
