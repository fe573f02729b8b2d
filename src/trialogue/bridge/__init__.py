"""The way between a trio loop in a thread of its own and whoever has another loop, or none.

- `crossing`: a block of the trio surface, held open in that thread, and the way of each call into its loop;
- `calls`: one call, what comes of it, and how it is stopped; and the way back, to a loop that trio asks;
- `opening`: what is made before that loop runs; `hooks`: an app's functions, changed to ones that trio calls.

`trialogue.aio` and `trialogue.blocking` are made on top of it by `docs/mirror.py`.
"""
