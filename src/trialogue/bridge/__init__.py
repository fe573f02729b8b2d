"""The way between a trio loop in a thread of its own and whoever has another loop, or none.

- `trio_thread`: a block of the trio surface, held open in that thread;
- `into_trio`: each call into its loop, what comes of it, and how it is stopped;
- `out_of_trio`: the way back, to a loop or a thread that trio asks;
- `opening`: what is made before that loop runs; `hooks`: an app's functions, changed to ones that trio calls.

`trialogue.aio` and `trialogue.blocking` are made on top of it by `docs/mirror.py`.
"""
