"""Errors: what of them comes to another process, and to a copy."""

import copy
import importlib
import inspect
import pickle
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import trialogue
from trialogue.errors import TrialogueError, WrongValue
from trialogue.scenario.defaults import Overrides
from trialogue.serving.ledger import NothingCame
from trialogue.testing import MeetingFailed, PlaybookFailed

VALUES = {"str": "words", "int": 7, "float": 0.5, "tuple[str, ...]": ("one", "two")}
"""A value of each type that an error is made of; none is a default."""


def kinds_of_errors():
    """All classes of errors that a program may get."""
    for module in pkgutil.walk_packages(trialogue.__path__, "trialogue."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = {MeetingFailed, NothingCame, PlaybookFailed}, [TrialogueError]
    while left:
        kind = left.pop()
        found.add(kind)
        left += kind.__subclasses__()
    return sorted((each for each in found if each.__module__.startswith("trialogue.")), key=str)


def made(kind):
    """An error of a kind, with each of its attributes given."""
    if kind.__init__ is Exception.__init__ or not inspect.isfunction(kind.__init__):
        return kind("words: of it")
    positional, named = [], {}
    for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]:
        value = VALUES[parameter.annotation.removesuffix(" | None")]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional += [value, "more words"]
        elif parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            positional.append(value)
    return kind(*positional, **named)


def told(error):
    """All that an error says."""
    return type(error), str(error), repr(error), error.args, vars(error)


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, *(lambda it, by=by: pickle.loads(pickle.dumps(it, by)) for by in (0, 2, 5))],
    ids=["copy", "deepcopy", "pickle-0", "pickle-2", "pickle-5"],
)
def test_each_error_says_the_same_elsewhere(again):
    """Its type, its text and its attributes, with the notes that somebody has added."""
    errors = [made(kind) for kind in kinds_of_errors()]
    for error in errors:
        error.add_note("in the third meeting")
    assert len(errors) > 30
    assert [told(again(error)) for error in errors] == [told(error) for error in errors]


def test_an_error_comes_out_of_another_process():
    """A pool gives what its worker raised; it was broken by an error that could not be read."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(Overrides, turns=-1).exception(60)
    assert isinstance(error, WrongValue)
    assert (str(error), error.argument) == ("turns must be more than 0, not -1", "turns")
