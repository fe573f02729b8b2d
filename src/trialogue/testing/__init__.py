"""Stand-ins and playbooks for tests of whoever builds on trialogue: exact, fast, the same in every run."""
