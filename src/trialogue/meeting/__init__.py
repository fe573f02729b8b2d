"""A meeting, or one agent, as a block of an app's code: the layer that wires all others together."""
