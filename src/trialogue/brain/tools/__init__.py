"""Tool calls: which run, which are the same, and what their arguments must be."""
