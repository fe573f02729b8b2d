"""Floor of a meeting: requests, the view and the decisions of policies, and the choice of the next speaker.

- `requests` is the floor itself: its holder, its queue, its raised hands (RFC 8855);
- `next_speaker` chooses when the floor is free; `precedence` orders `policy`, a hand and `otherwise`;
- `policies/` has one module per policy; `view` is its input and its answer, `entry` its entry in the list;
- `dominance`: participants with a large share; `trouble` and `remedies`: meetings that repeat themselves.
"""
