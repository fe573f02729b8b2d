"""Single agent without a meeting."""
