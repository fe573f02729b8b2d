"""Classes of values: what they answer is what attrs' own classes answer."""

import attrs
import pytest

from trialogue import values


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
        masked: str = attrs.field(default="y", repr=lambda text: "*" * len(text))

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

    return (Empty, Plain, Partly, Ordered, ByItself, OwnWords, Mutable, Bare)


OURS, THEIRS = classes(values), classes(attrs)
PAIRS = [pytest.param(ours, theirs, id=ours.__name__) for ours, theirs in zip(OURS, THEIRS, strict=True)]


def some(cls):
    """Values of a class: equal ones and others."""
    if not attrs.fields(cls):
        return [cls(), cls()]
    return [cls(1), cls(1), cls(2), *([cls(1, "z")] if len(attrs.fields(cls)) > 1 else [])]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_values_are_shown_as_by_attrs(ours, theirs):
    """A value's name, and the fields that may be shown."""
    if ours.__name__ != "Bare":
        assert [repr(each) for each in some(ours)] == [repr(each) for each in some(theirs)]
    else:
        assert repr(ours(1)).startswith("<") is repr(theirs(1)).startswith("<") is True


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
    assert [each.name for each in attrs.fields(ours)] == [each.name for each in attrs.fields(theirs)]
    assert ours.__slots__ == theirs.__slots__
    assert ours.__match_args__ == theirs.__match_args__


def test_frozen_values_stay_as_they_are():
    """Nothing can be assigned, and a changed copy is another value."""
    plain = OURS[1](1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        plain.a = 2
    assert attrs.evolve(plain, a=2) != plain == attrs.evolve(plain)


def test_a_value_that_holds_itself_is_shown():
    """By three dots, as attrs has it."""
    holder = OURS[6](1)
    holder.b["self"] = holder
    assert repr(holder) == "classes.<locals>.Mutable(a=1, b={'self': ...})".removeprefix("classes.<locals>.")
