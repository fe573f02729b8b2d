"""Classes of values: what they answer is what attrs' own classes answer."""

import copy
import inspect
import pickle
import pkgutil
import subprocess
import sys
import typing
import weakref
from importlib import import_module

import attrs
import pytest

import trialogue
from trialogue import values
from trialogue.scenario.variants import Variant

T = typing.TypeVar("T")


def stars(text):
    return "*" * len(text)


def a_of(value):
    return value.a


def one():
    return [1]


def classes(make):
    """Classes of every shape that the source has, by one pair of decorators."""

    @make.frozen
    class Empty:
        pass

    @make.frozen
    class Plain:
        a: int
        b: tuple = ()
        _c: str = "c"

    @make.frozen
    class Partly:
        a: int
        said: str = attrs.field(default="x", repr=False)
        where: object = attrs.field(default=None, eq=False)
        heavy: list = attrs.field(factory=list, hash=False)
        masked: str = attrs.field(default="y", repr=stars)

    @make.frozen(order=True)
    class Ordered:
        a: int

    @make.frozen(eq=False)
    class ByItself:
        a: int

    @make.frozen
    class OwnWords:
        a: int

        def __repr__(self):
            return "<own>"

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    @make.define
    class Mutable:
        a: int
        b: dict = attrs.field(factory=dict)

    @make.define(eq=False, repr=False)
    class Bare:
        a: int

    @make.frozen
    class Below(Partly):
        last: tuple = attrs.Factory(tuple)

    @make.define
    class Anew:
        a: int
        b: list = attrs.Factory(list)
        c: object = attrs.Factory(a_of, takes_self=True)

    @make.frozen(eq=False)
    class Filled:
        a: int
        b: list = attrs.Factory(one)

        def __attrs_post_init__(self):
            self.b.append(self.a) if isinstance(self.b, list) else None

    @make.frozen(kw_only=True)
    class Named:
        a: int
        b: str = "b"

        of_all: typing.ClassVar[int] = 3

    @make.define
    class Summed:
        a: int
        total: int = attrs.field(init=False, default=0)

        def __attrs_post_init__(self):
            self.total = self.a + 1

    @make.frozen
    class Counted(typing.Generic[T]):
        a: T
        b: int = 0

        def __attrs_post_init__(self):
            object.__setattr__(self, "b", self.b + 1)

    @make.define
    class Loose(Plain):
        d: int = 0

        def text(self):
            return super().__repr__()

    return (
        Empty,
        Plain,
        Partly,
        Ordered,
        ByItself,
        OwnWords,
        Mutable,
        Bare,
        Below,
        Anew,
        Filled,
        Named,
        Summed,
        Counted,
        Loose,
    )


OURS, THEIRS = classes(values), classes(attrs)
PAIRS = [pytest.param(ours, theirs, id=ours.__name__) for ours, theirs in zip(OURS, THEIRS, strict=True)]


def some(cls):
    """Values of a class: equal ones and others."""
    if not attrs.fields(cls):
        return [cls(), cls()]
    if cls.__name__ == "Named":
        return [cls(a=1), cls(a=1), cls(a=2, b="z")]
    has_more = sum(each.init for each in attrs.fields(cls)) > 1
    return [cls(1), cls(1), cls(2), *([cls(1, 7)] if has_more else [])]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_values_are_shown_as_by_attrs(ours, theirs):
    """A value's name, and the fields that may be shown."""
    if ours.__name__ != "Bare":
        assert [repr(each) for each in some(ours)] == [repr(each) for each in some(theirs)]
    else:
        assert repr(ours(1)).startswith("<") is repr(theirs(1)).startswith("<") is True


def test_each_value_has_a_default_of_its_own():
    """What a factory makes is made for each value."""
    filled = next(each for each in OURS if each.__name__ == "Filled")
    assert [filled(1).b, filled(2).b, filled(3, [7]).b] == [[1, 1], [1, 2], [7, 3]]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_values_are_compared_as_by_attrs(ours, theirs):
    """Equal in the same pairs, unequal to other classes, and with hashes where attrs has them."""
    mine, other = some(ours), some(theirs)
    assert [[a == b for b in mine] for a in mine] == [[a == b for b in other] for a in other]
    assert [a == b for a, b in zip(mine, other, strict=True)] == [
        a == b for a, b in zip(other, mine, strict=True)
    ]
    assert (ours.__hash__ is None) is (theirs.__hash__ is None)
    if ours.__hash__ is not None:
        equal = [(a, b) for a in mine for b in mine if a == b and type(a).__name__ != "OwnWords"]
        assert all(hash(a) == hash(b) for a, b in equal)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_the_rest_is_of_attrs(ours, theirs):
    """Fields, slots, and the order of a match."""
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert list(map(repr, attrs.fields(ours))) == list(map(repr, attrs.fields(theirs)))
    assert inspect.signature(ours) == inspect.signature(theirs)  # once the fields are made, too


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_values_are_copied_as_by_attrs(ours, theirs):
    """Whole, with what `init` leaves out; the state is the one that older versions wrote."""
    for mine, other in zip(some(ours), some(theirs), strict=True):
        if hasattr(other, "__getstate__"):
            assert mine.__getstate__() == other.__getstate__()
        assert copy.copy(mine).__getstate__() == mine.__getstate__()
        weakref.ref(mine)


def test_a_value_that_nobody_looked_at_is_pickled():
    """A process that has made no value of a class can be sent one."""
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).profile)"
    sent = pickle.dumps(Variant(profile="loud"))
    done = subprocess.run([sys.executable, "-c", code], input=sent, capture_output=True, check=True)
    assert done.stdout.split() == [b"loud"]


def test_every_class_takes_what_its_fields_say():
    """In their order, with their defaults, by the names that attrs gives them."""
    found = set()
    for module in pkgutil.walk_packages(trialogue.__path__, "trialogue."):
        if module.name.endswith("__main__"):
            continue
        found.update(each for each in vars(import_module(module.name)).values() if _has_made_init(each))
    assert len(found) > 700
    for cls in found:
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        fields = sorted((each for each in attrs.fields(cls) if each.init), key=lambda each: each.kw_only)
        assert [(each.name, each.kind is each.KEYWORD_ONLY) for each in parameters] == [
            (each.alias, each.kw_only) for each in fields
        ], cls
        assert [each.default for each in parameters] == [_default(each) for each in fields], cls


def _has_made_init(each):
    is_made = isinstance(each, type) and attrs.has(each) and each.__module__.startswith("trialogue")
    return is_made and "__init__" in vars(each)


def _default(each):
    if each.default is attrs.NOTHING:
        return inspect.Parameter.empty
    return attrs.NOTHING if isinstance(each.default, attrs.Factory) else each.default


def test_a_mutable_class_under_a_frozen_one_is_frozen():
    """As it is by attrs, whichever of the two made it."""
    under = type("Under", (OURS[1],), {"__annotations__": {"e": int}, "e": 0})
    for loose in (OURS[-1], attrs.define(under)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            loose(1).d = 2


def test_frozen_values_stay_as_they_are():
    """Nothing can be assigned, and a changed copy is another value."""
    plain = OURS[1](1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        plain.a = 2
    assert attrs.evolve(plain, a=2) != plain == attrs.evolve(plain)


def test_a_value_that_holds_itself_is_shown():
    """The repr of a value that contains itself ends, with three dots."""
    holder = OURS[6](1)
    holder.b["self"] = holder
    assert repr(holder) == "classes.<locals>.Mutable(a=1, b={'self': ...})".removeprefix("classes.<locals>.")
