"""Thinking for an agent: by a script, or by any endpoint that speaks OpenAI's chat completions."""
