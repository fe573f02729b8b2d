"""The floor: requests, what policies see and decide, and who is chosen."""
