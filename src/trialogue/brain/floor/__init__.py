"""The floor: requests, the view and the decisions of policies, and the choice of the next speaker.

- `requests` is the floor itself: its holder, its queue, its hands (RFC 8855);
- `next_speaker` chooses when the floor is free; `precedence` orders `policy`, a hand and `otherwise`;
- `policies/` has one module per policy; `view` is its input and its answer, `entry` its entry in the list;
- `dominance`, `trouble` and `remedies`: shares, repetitions that lead nowhere, and their remedies.
"""
