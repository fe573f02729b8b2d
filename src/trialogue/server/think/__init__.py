"""Who thinks for an agent: a script, or any endpoint that speaks OpenAI's chat completions."""
