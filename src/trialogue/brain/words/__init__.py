"""Words of a meeting: its transcript, agents' contexts and digests, and names in speech."""
