"""The public names: what an app, a policy, a reader of journals and a test import, and from where."""

from importlib import import_module
from typing import get_args

import pytest

import trialogue
from trialogue.model.commands import Command
from trialogue.model.events import Event


@pytest.mark.parametrize("name", trialogue.__all__)
def test_what_an_app_needs_is_there(name):
    """Each name of the package loads from where it is."""
    assert getattr(trialogue, name).__name__ == name


def test_all_events_and_commands_are_in_one_module():
    """Nobody has to know which module of ours defines which."""
    words = vars(import_module("trialogue.events"))
    assert not [
        kind for kind in (*get_args(Event), *get_args(Command)) if words.get(kind.__name__) is not kind
    ]


@pytest.mark.parametrize("facade", ["policy", "journal", "supervise", "testing"])
def test_a_facade_names_what_it_has(facade):
    """What a facade says it has is there."""
    module = import_module(f"trialogue.{facade}")
    assert module.__all__
    assert not [name for name in module.__all__ if not hasattr(module, name)]
