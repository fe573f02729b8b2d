"""The way between a trio loop in a thread of its own and whoever has another loop, or none."""
