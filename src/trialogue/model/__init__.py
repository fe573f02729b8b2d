"""Frozen values that every other layer uses. Nothing here decides or acts."""
