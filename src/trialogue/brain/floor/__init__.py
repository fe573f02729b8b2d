"""The floor: requests, what policies see and decide, and who is chosen.

- `requests` is the floor itself: its holder, its queue, its hands (RFC 8855);
- `choosing` says when somebody is chosen, and `deciding` asks: a raised hand, `policy`, `otherwise`, in order;
- `policies/` has a module a policy; `view` is what each sees and may answer, `entry` what the rest knows of it;
- `dominance`, `trouble` and `remedies`: shares, circles, and what is done about them.
"""
