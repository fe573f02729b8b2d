"""The tools of a meeting: their kinds, who may use them, and what runs them."""
