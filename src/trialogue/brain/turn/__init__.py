"""The one turn that goes on: an agent's or a person's machine, a transition table each."""
