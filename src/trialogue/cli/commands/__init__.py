"""The commands by their subjects: what each takes, and what its `--help` teaches."""
