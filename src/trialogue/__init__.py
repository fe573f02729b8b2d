"""Spoken meetings of several voice agents and people, on trio."""
