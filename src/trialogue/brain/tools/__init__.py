"""Tool calls: the choice of those that run, calls that are the same, and the check of arguments."""
