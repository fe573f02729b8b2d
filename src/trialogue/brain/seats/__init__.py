"""Seats of a meeting: the brain's state of each agent's sessions and of each person's source and ear."""
