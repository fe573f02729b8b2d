"""Tools of a meeting: their kinds, permissions and execution.

- `toolbox` makes them from a scenario, within its `permissions`; `kinds/` has one module per kind;
- `executor` runs each call in its own task, until its deadline; `mcp_servers` keeps servers alive;
- `signatures` makes a model's description of a function, `results` the agent's text of a result;
- `notes` writes diagnostics for the author of a tool; `stray_processes` ends what its program left behind.

The rules in `brain/tools/` decide which calls run, and which are the same.
"""
