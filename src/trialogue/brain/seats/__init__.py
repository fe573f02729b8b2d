"""Seats at the table: what the brain knows of each agent's sessions and of each person's source and ear."""
