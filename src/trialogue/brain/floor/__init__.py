"""The floor: requests, what policies see and decide, and who is chosen.

- `requests` is the floor itself: its holder, its queue, its hands (RFC 8855);
- `next_speaker` chooses when the floor is free; `precedence` asks `policy`, a hand, `otherwise`, in order;
- `policies/` has a module a policy; `view` is what it sees and may answer, `entry` what the rest knows of it;
- `dominance`, `trouble` and `remedies`: shares, circles, and what is done about them.
"""
