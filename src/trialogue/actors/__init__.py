"""The only tasks of a meeting. Actors turn the outside world into events and carry commands out.

Each owns its state; they meet through bounded mailboxes (control) and plain calls within one tick of
the audio clock (sound). None of them decides anything that a replay would have to know.
"""
