"""The public names: what an app, a policy, a reader of journals and a test import, and from where."""

from importlib import import_module
from importlib.metadata import version
from typing import get_args

import pytest

import trialogue
from trialogue.model.commands import Command
from trialogue.model.events import Event


def test_every_name_of_the_package_loads():
    """Each name of the package loads from where it is, and `dir` shows it."""
    names = trialogue.__all__
    assert [getattr(getattr(trialogue, name), "__name__", name) for name in names] == list(names)
    assert set(names) <= set(dir(trialogue))


def test_all_events_commands_and_errors_are_in_the_package():
    """An app imports each of them by its name alone."""
    words = {kind.__name__ for kind in (*get_args(Event), *get_args(Command))}
    assert words | set(import_module("trialogue.errors").__all__) <= set(trialogue.__all__)


def test_the_package_says_which_release_it_is():
    """`trialogue.__version__` is the installed release."""
    assert trialogue.__version__ == version("trialogue")


def test_an_unknown_name_is_an_attribute_error():
    """A mistyped name of the package raises AttributeError, as for any module."""
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = trialogue.nothing


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
