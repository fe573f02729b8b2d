"""The tools of a meeting: their kinds, who may use them, and what runs them.

- `toolbox` makes them from a scenario, as far as `permissions` allow; `kinds/` has a module a kind;
- `executor` runs each call in its own task, until its deadline; `mcp_servers` keeps servers alive;
- `signatures` say what a model is told of a function, `results` what an agent is told of an answer;
- `notes` are for the author of a tool.

Which calls run, and which are the same, the rules decide: see `brain/tools/`.
"""
