"""Functions of an app that one agent may call: their description for its model, the tools that run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from trialogue.compute import Inline, InThreads, is_virtual
from trialogue.errors import SetupError
from trialogue.tools.kinds.python import PythonTool
from trialogue.tools.signatures import describe

Functions = Mapping[str, Callable[..., object]]
"""Functions by the names that the model uses."""

THREADS = 16
"""Most functions of an app that may block at the same time."""


def with_functions(agent: Mapping[str, object] | str, functions: Functions) -> Mapping[str, object] | str:
    """Agent whose models also know these functions, by signature and docstring.

    A function that the agent's own `functions` already name keeps its description there. SetupError if the
    agent has no model that could know them, or if JSON cannot express a signature.
    """
    if not functions:
        return agent
    if isinstance(agent, str) or not agent.get("think"):
        raise SetupError("functions need an agent with a `think` object, so that its model knows them")
    told = [_told(name, function) for name, function in functions.items()]
    think = agent["think"]
    if isinstance(think, Sequence) and not isinstance(think, str):
        models = cast("Sequence[Mapping[str, object]]", think)
        return {**agent, "think": [_thinking(model, told) for model in models]}
    return {**agent, "think": _thinking(cast("Mapping[str, object]", think), told)}


def tools_of(functions: Functions) -> Mapping[str, PythonTool]:
    """Tools that run the functions: plain ones in threads, on a virtual clock in the loop."""
    compute = Inline() if is_virtual() else InThreads(THREADS, is_native=False)
    return {name: PythonTool(function, compute) for name, function in functions.items()}


def _told(name: str, function: Callable[..., object]) -> Mapping[str, object]:
    signature = describe(function, f"tool {name}")
    return {"name": name, "description": signature.description, "parameters": dict(signature.schema)}


def _thinking(think: Mapping[str, object], told: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    own = [*cast("Sequence[Mapping[str, object]]", think.get("functions") or ())]
    named = {each.get("name") for each in own}
    return {**think, "functions": [*own, *(each for each in told if each["name"] not in named)]}
