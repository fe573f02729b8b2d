"""Faults on demand, and the promises that a meeting keeps under them."""
