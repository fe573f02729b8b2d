"""Words of a meeting: what was heard, what is told to whom, and who is named."""
