"""Course of a meeting: its agenda, silence ladder, limits, cost and end."""
