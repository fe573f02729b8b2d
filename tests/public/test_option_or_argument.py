"""What an error says that is to be done: a call is told of arguments, a command of options."""

from pathlib import Path

import pytest

from trialogue import Clock, Edges, Overrides, Scenario, SetupError, run_meeting
from trialogue.errors import PermissionMissing
from trialogue.meeting.endpoints import why_forbidden
from trialogue.option_or_argument import command_words
from trialogue.tools.permissions import check_import, check_program

CAST = {"ann": {"lines": ["One."]}, "bob": {"lines": ["Two."]}}
VIRTUAL = Overrides(clock=Clock.VIRTUAL)
OUTSIDE = {
    "price": {"python": "shop:price"},
    "sell": {"command": ["sell"]},
    "ask": {"http": {"url": "https://shop.example"}},
}
TOOLED = Scenario.build("shop", {"ann": {"lines": ["One."], "tools": [*OUTSIDE]}}, tools=OUTSIDE)


def held(**others):
    """A meeting whose directory is not empty."""
    return run_meeting(Scenario.build("twice", CAST), **{"overrides": VIRTUAL, "out": ".", **others})


SAID = {
    "out": (held, "choose another out, or remove it", "choose another --out, or remove it"),
    "models": (
        lambda: held(out="new", edges=Edges(models=Path("models.jsonl"))),
        "Edges(models=...) asks real models and needs the real clock",
        "--record-models asks real models and needs --clock real",
    ),
    "permissions": (
        lambda: run_meeting(TOOLED, overrides=Overrides(clock=Clock.REAL)),
        "Permissions(imports=('shop.price',), commands=('sell',), hosts=('shop.example',))",
        "add --allow-import shop.price --allow-command sell --allow-host shop.example",
    ),
    "faults": (
        lambda: raised(PermissionMissing("it needs permissions", options=("--allow-faults",))),
        "Permissions(faults=True)",
        "add --allow-faults",
    ),
    "import": (lambda: check_import("x", "a:b", ()), "Permissions(imports=('a.b',))", "--allow-import a.b"),
    "program": (
        lambda: check_program("x", "a", Edges().permissions),
        "Permissions(commands=('a',))",
        "--allow-command a",
    ),
    "host": (
        lambda: raised(SetupError(why_forbidden("https://a.example", ()))),
        "Permissions(hosts=('a.example',))",
        "--allow-host a.example",
    ),
}


def raised(error):
    """Raise what was made of it."""
    raise error


@pytest.mark.parametrize("name", SAID)
def test_an_error_is_in_the_words_of_who_asked(name, tmp_path, monkeypatch):
    """A program's error names arguments, and the command's error names options."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    call, of_call, of_command = SAID[name]
    with pytest.raises(SetupError) as error:
        call()
    assert of_call in str(error.value)
    assert "--" not in str(error.value)
    with command_words(), pytest.raises(SetupError) as error:
        call()
    assert of_command in str(error.value)
