"""Faults on demand, and the promises that a meeting must keep under them."""
