"""The brain of a meeting: pure decisions, events in and commands out."""
