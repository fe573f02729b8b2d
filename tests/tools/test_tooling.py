"""A scenario's tools are made as far as the operator allows, and models are told of them."""

import re
import sys
from contextlib import nullcontext

import pytest

from trialogue import Clock, Edges, Overrides, Scenario, run_meeting
from trialogue.errors import ScenarioError, SetupError, ToolFailed
from trialogue.scenario import loads, resolve
from trialogue.testing import murmuring_engines
from trialogue.tools.permissions import Permissions
from trialogue.tools.signatures import describe
from trialogue.tools.toolbox import open_tools

SCENARIO = """
trialogue: 1
name: small
cast: {{ann: {{lines: [One.], tools: [x]}}}}
tools: {{x: {tool}}}
"""


def of(tool):
    """A scenario with this tool."""
    return resolve(loads(SCENARIO.format(tool=tool)))


async def made(tool, **allowed):
    """What the tool says of itself, in an agent's block."""
    resolved = of(tool)
    async with open_tools(resolved, Permissions(**allowed)) as box:
        function = box.block("local", resolved.agents[0].block)["think"]["functions"][0]
        return box.tools["x"], function


def price(item: str) -> str:
    """Look a price up."""
    return f"{item}: eight cents"


async def test_a_registered_function_describes_itself():
    """An app's own function needs neither a permission nor a schema in the scenario."""
    tool, function = await made("{python: price-list}", code=False, registered={"price-list": price})
    assert function == {
        "name": "x",
        "description": "Look a price up.",
        "parameters": dict(describe(price).schema),
    }
    assert await tool.call({"item": "edge"}) == "edge: eight cents"
    with pytest.raises(ToolFailed, match=r"arguments\.item: is missing"):
        await tool.call({})


async def test_a_scenario_goes_before_what_a_function_says():
    """A scenario's description and schema of a tool go before the function's own."""
    words = "{python: price, description: Ask me., schema: {type: object}}"
    _, function = await made(words, registered={"price": price})
    assert function == {"name": "x", "description": "Ask me.", "parameters": {"type": "object"}}


@pytest.mark.parametrize(
    ("tool", "allowed", "words"),
    [
        ("{python: unknown}", {}, "tool x: no tool unknown is registered"),
        ('{python: "math:sqrt"}', {}, "tool x: allow its code with Permissions(imports=('math.sqrt',))"),
        ('{python: "math:sqrt"}', {"imports": ("maths.*",)}, "allow its code"),
        ('{python: "math:sqrt"}', {"imports": ("*",), "code": False}, "runs code"),
        ('{python: "shutil:os"}', {"imports": ("shutil.*",)}, "must be a function, not a module"),
        ('{python: "glob:os.system"}', {"imports": ("glob.*",)}, "E-TOOL-KIND"),
        ('{python: "tarfile:copyfileobj"}', {"imports": ("shutil.*",)}, "allow its code"),
        (
            '{python: "tempfile:_Random"}',
            {"imports": ("tempfile.*",)},
            "is really random.Random; allow it with Permissions(imports=('random.Random',))",
        ),
        ("{command: [/bin/true]}", {}, "tool x: allow its program with Permissions(commands=('/bin/true',))"),
        ("{command: [/bin/true]}", {"commands": ("*",), "code": False}, "starts a program"),
        ("{mcp: {command: [server]}}", {}, "allow its program"),
        ('{mcp: {url: "https://mcp.example.com"}}', {}, "Permissions(hosts=('mcp.example.com',))"),
        ('{http: {url: "https://api.example.com"}}', {}, "Permissions(hosts=('api.example.com',))"),
        ('{http: {url: "http://["}}', {}, "is not a valid address: its host or port"),
        ('{mcp: {url: "https://[::1"}}', {}, "is not a valid address: its host or port"),
        (
            '{http: {url: "https://api.example.com@evil.example"}}',
            {"hosts": ("api.example.com",)},
            "an address must not contain a user",
        ),
        ('{http: {url: "http://api.example.com"}}', {"hosts": ("api.example.com",)}, "must use https://"),
        ('{http: {url: "http://localhost", headers: {a: "${env:NOT_THERE_X}"}}}', {}, "NOT_THERE_X"),
    ],
)
async def test_what_needs_permission_is_refused_without(tool, allowed, words):
    """A tool that needs a permission is refused before the meeting, with what would allow it."""
    with pytest.raises((SetupError, ScenarioError), match=re.escape(words)):
        await made(tool, **allowed)


async def test_permitted_programs_and_addresses(tmp_path):
    """Permitted programs, addresses and functions become tools."""
    tool, _ = await made(f"{{command: [{sys.executable}, -c, 'print(7)']}}", commands=("*python*",))
    assert await tool.call({}) == "7"
    tool, _ = await made('{http: {url: "https://api.example.com/x"}}', hosts=("api.example.com",))
    assert "authorization" not in repr(tool)
    _, function = await made('{python: "math:sqrt", schema: {type: object}}', imports=("math.*",))
    assert function["parameters"] == {"type": "object"}


def test_code_that_the_operator_must_allow_is_listed():
    """The code that needs a permission is listed, without registered tools and addresses."""
    assert of("{python: price}").code == ()
    assert of('{http: {url: "http://localhost"}}').code == ()
    assert of("{command: [/bin/true, -x]}").code == ("/bin/true",)
    assert of("{mcp: {command: [server]}}").code == ("server",)
    assert of('{http: {url: "http://localhost", headers: {a: "${env:K}"}}}').secrets == ("K",)


@pytest.mark.parametrize("called", [None, 5, "price"])
async def test_a_registered_tool_must_be_callable(called):
    """A registered tool that cannot be called is an error of one line before the meeting."""
    with pytest.raises(SetupError, match=r"^tool x must be a function, not a \w+$"):
        await made("{python: price}", registered={"price": called})


async def test_a_partial_is_where_its_function_is(tmp_path, monkeypatch):
    """A partial's permission counts for the module of the function that it binds."""
    code = (
        "import functools, os\n"
        "def f(n: int) -> int:\n    return n\n"
        "own, other = functools.partial(f), functools.partial(os.system)\n"
    )
    (tmp_path / "shop_of_partials.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    tool, _ = await made('{python: "shop_of_partials:own"}', imports=("shop_of_partials.*",))
    assert await tool.call({"n": 3}) == 3
    with pytest.raises(SetupError, match=r"is really posix\.system"):
        await made('{python: "shop_of_partials:other"}', imports=("shop_of_partials.*",))


async def test_a_key_may_end_with_a_line_and_not_hold_one(monkeypatch):
    """A key may end with a line break; one that cannot be a header is refused and not shown."""
    address = '{url: "http://127.0.0.1:9/x", headers: {authorization: "${env:PRICES_KEY}"}}'
    words = f"{{http: {address}, description: Ask., schema: {{type: object}}}}"
    monkeypatch.setenv("PRICES_KEY", "Bearer top-secret\n")
    tool, _ = await made(words)
    assert tool.tool.headers == {"authorization": "Bearer top-secret"}
    for key in ("Bearer top-secret\nx: y", "Bearer t\u00f6p-secret"):
        monkeypatch.setenv("PRICES_KEY", key)
        with pytest.raises(SetupError, match="tool x: header authorization holds line breaks") as refused:
            await made(words)
        assert "secret" not in str(refused.value)


def long_winded(length):
    """A tool that describes itself in so many letters."""

    def tool() -> str:
        return "done"

    tool.__doc__ = "x" * length
    return tool


async def test_a_tool_that_no_model_can_be_told_of_is_refused():
    """A tool with a description that is too long for a session is refused."""
    words = r"^tool x: its description and schema have 200,0\d\d bytes, of 200,000 at most$"
    with pytest.raises(SetupError, match=words):
        await made("{python: long}", registered={"long": long_winded(200_000)})


@pytest.mark.parametrize("levels", [125, 200])
async def test_a_schema_beyond_all_depth_is_refused(levels):
    """A tool whose schema is nested too deeply is an error of one line."""
    hint = str
    for _ in range(levels):
        hint = list[hint]

    def tool(item):
        return item

    tool.__annotations__ = {"item": hint}
    with pytest.raises(SetupError, match=r"^tool x: its schema is nested too deeply$"):
        await made("{python: deep}", registered={"deep": tool})


@pytest.mark.parametrize(("tools", "is_refused"), [pytest.param(2, False, marks=pytest.mark.long), (3, True)])
def test_all_tools_of_an_agent_go_in_one_message(tmp_path, tools, is_refused):
    """An agent whose tools together do not fit one message is refused by name."""
    names = [f"t{number}" for number in range(tools)]
    ann = {"lines": ["One."], "tools": names}
    scenario = Scenario.build("small", {"ann": ann}, tools={name: {"python": name} for name in names})
    registered = dict.fromkeys(names, long_winded(190_000))
    edges = Edges(engines=murmuring_engines(), permissions=Permissions(registered=registered))
    refused = pytest.raises(SetupError, match=r"^agent ann has 570,\d+ bytes of settings, of 500,000 at most")
    with refused if is_refused else nullcontext():
        held = run_meeting(
            scenario, overrides=Overrides(clock=Clock.VIRTUAL), out=tmp_path / "run", edges=edges
        )
        assert held.exit_code == 0
