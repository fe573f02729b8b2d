"""Current turn: an agent's or a person's machine, with a transition table each."""
