"""The course of a meeting: agenda, silence ladder, limits, cost and the end."""
