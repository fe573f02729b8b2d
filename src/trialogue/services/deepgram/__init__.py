"""Deepgram's voice agent protocol and its speech to text, sans I/O.

`messages` and `settings` are the messages of the protocol, with the vendor's own names; `codec` reads and
writes them; `session` keeps one connection's state and reports to its owner in `trialogue.services.facts`;
`terms` makes and changes a session's settings; `codes` classifies errors. `listen` is the dialect of the
vendor's speech to text.
"""
