"""The commands by subject: their arguments, and the text of their `--help`."""
