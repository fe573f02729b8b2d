"""One agent without a meeting."""
