"""Values of any of the model's types, drawn from their annotations."""

import types
from enum import Enum
from typing import Literal, Union, get_args, get_origin, get_type_hints

import attrs
from hypothesis import strategies as st

PLAIN = {
    str: st.text(st.characters(codec="utf-8"), max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def values_of(kind):
    """A strategy for values of a frozen class, an enum, a literal, a union or a row of them."""
    if kind in PLAIN:
        return PLAIN[kind]
    if attrs.has(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in attrs.fields(kind)})
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if get_origin(kind) is Literal:
        return st.sampled_from(arguments)
    if get_origin(kind) in {Union, types.UnionType}:
        return st.one_of([values_of(each) for each in arguments])
    assert issubclass(kind, Enum)
    return st.sampled_from(kind)
