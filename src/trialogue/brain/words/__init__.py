"""Words of a meeting: what was heard, what agents are told, and who is named."""
