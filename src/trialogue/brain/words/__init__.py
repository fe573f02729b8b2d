"""Words of a meeting: who is named, who said what, what each has yet to be told."""
