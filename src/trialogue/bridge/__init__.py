"""Calls between a trio loop in its own thread and code in another loop, or in none.

- `trio_thread`: a block of the trio interface, kept open in that thread;
- `into_trio`: each call into its loop, its result, and how it is stopped;
- `out_of_trio`: the opposite direction, to a loop or a thread that trio calls;
- `opening`: objects made before that loop runs; `hooks`: an app's functions, adapted for calls from trio.

`docs/mirror.py` makes `trialogue.aio` and `trialogue.blocking` on top of it.
"""
