"""The tools of a meeting: their kinds, their permissions, and their execution.

- `toolbox` makes them from a scenario, within its `permissions`; `kinds/` has one module per kind;
- `executor` runs each call in its own task, until its deadline; `mcp_servers` keeps servers alive;
- `signatures` make a model's description of a function, `results` an agent's text of an answer;
- `notes` are for the author of a tool.

The rules in `brain/tools/` decide which calls run, and which are the same.
"""
