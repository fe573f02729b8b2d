"""Thinking for an agent: with a script, or with any endpoint that has OpenAI's chat completions."""
