"""Value classes: attrs' `frozen` and `define`, whose fields and methods are made when they are first needed.

1. attrs collects the fields of a class, writes the source of its methods and compiles it when the module
   loads, which is most of a class's cost; most classes that a command loads never have a value. Here a class
   is first made with only its slots.
2. The fields and methods are attrs' own. The first access to them lets attrs make a twin, a class of the same
   body under the same bases, from which they are taken.
3. `__init__` is written at the first value. A class with only names, defaults and factories has ours, which
   equals attrs' own; every other one has that of the twin.
4. All classes share `__repr__`, `__getstate__` and `__setstate__`, which read the fields; `__eq__` and
   `__hash__` look them up at the first call. Fields are compared as one tuple.
5. A class that defines a method itself keeps it; exceptions, and classes with other options than `eq`, `repr`
   and `kw_only`, are left to attrs.
6. Type checkers know attrs by its names, so they see attrs' own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from inspect import get_annotations
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

__all__ = ["define", "frozen"]

_OPTIONS: Final = frozenset({"eq", "repr", "kw_only"})
_A_FIELD: Final[object] = attrs.field()
_FIELD: Final = type(_A_FIELD)
_FACTORY: Final[Any] = attrs.Factory  # a class, declared as a function
_NOT_COPIED: Final = frozenset({"__dict__", "__weakref__"})
_OF_THE_TWIN: Final = ("__module__", "__qualname__", "__orig_bases__", "__attrs_post_init__")
_LATER: Final = ("__attrs_attrs__", "__match_args__", "__init__")
_OF_ATTRS: Final = frozenset({"__attrs_pre_init__", "__attrs_init_subclass__", "__setattr__"})


@attrs.frozen
class _Frozen:
    """Mixin whose methods forbid assignment."""


if TYPE_CHECKING:
    from attrs import define, frozen
else:

    def frozen(cls: type | None = None, /, **options: Any) -> Any:
        """A class of immutable values, with slots, compared by its fields: as `attrs.frozen`."""
        return _made(cls, attrs.frozen, options)

    def define(cls: type | None = None, /, **options: Any) -> Any:
        """A class of mutable state, with slots, compared by its fields: as `attrs.define`."""
        return _made(cls, attrs.define, options)


def _made(cls: type | None, make: Callable[..., Any], options: dict[str, Any]) -> Any:
    def decorated(cls: type) -> Any:
        names = [name for name, of in get_annotations(cls).items() if not _is_of_class(of)]
        if options.keys() <= _OPTIONS and _is_usual(cls, names):
            return _with_slots(cls, names, make, options)
        return make(**options)(cls)

    return decorated if cls is None else decorated(cls)


def _is_of_class(annotation: object) -> bool:
    return str(annotation).strip("'\"").partition("[")[0].endswith("ClassVar")


def _is_usual(cls: type, names: Iterable[str]) -> bool:
    """Whether the class uses nothing that only attrs handles."""
    own = vars(cls)
    return not (
        issubclass(cls, BaseException)
        or own.keys() & _OF_ATTRS
        or cached_property in map(type, own.values())
        or {name for name in own if type(own[name]) is _FIELD}.difference(names)
        or any(vars(base).keys() & set(names) for base in cls.__mro__[1:-1])
    )


def _with_slots(cls: Any, names: list[str], make: Callable[..., Any], options: dict[str, Any]) -> type:
    """New class with slots for the fields, whose other parts are made later."""
    own = cast("Mapping[str, Any]", vars(cls))
    body = {name: own[name] for name in own if name not in _NOT_COPIED and name not in names}
    has_references = any("__weakref__" in vars(base) for base in cls.__mro__[1:-1])
    body |= {"__slots__": tuple(names) if has_references else (*names, "__weakref__")}
    body |= {"__qualname__": cls.__qualname__}
    still = _Unmade(make, options, {name: own[name] for name in names if name in own})
    body |= {name: _Later(name, still) for name in _LATER if name != "__init__" or name not in own}
    is_frozen = make is attrs.frozen or cls.__setattr__ is _Frozen.__setattr__
    if is_frozen:
        body |= {"__setattr__": _Frozen.__setattr__, "__delattr__": _Frozen.__delattr__}
    if not own.keys() & {"__getstate__", "__setstate__"}:
        body |= {"__getstate__": _state, "__setstate__": _restore}
    if sys.version_info >= (3, 13):
        body.setdefault("__replace__", attrs.evolve)
    _show_and_compare(body, options, is_hashable=is_frozen)
    made: type = type(cls)(cls.__name__, cls.__bases__, body)
    still.cls = made
    _rename_in_closures(cls, made)
    return made


def _rename_in_closures(cls: type, made: type) -> None:
    """Let `super()` and `__class__` in methods mean the new class, not the one that it is made from."""
    for each in vars(made).values():
        function = getattr(each, "__func__", None) or getattr(each, "fget", None) or each
        for cell in getattr(function, "__closure__", None) or ():
            if _content(cell) is cls:
                cell.cell_contents = made


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # an empty cell
        return None


class _Unmade:
    """Parts of a class that are still to be made."""

    __slots__ = ("cls", "decorate", "defaults", "options")

    cls: Any

    def __init__(
        self, decorate: Callable[..., Any], options: Mapping[str, Any], defaults: Mapping[str, Any]
    ) -> None:
        self.decorate = decorate
        self.options = options
        self.defaults = defaults

    @property
    def plain_names(self) -> tuple[str, ...] | None:
        """Names of the fields, where the class has only names, defaults and factories; else None."""
        inherits = any("__attrs_attrs__" in vars(base) for base in self.cls.__mro__[1:-1])
        if inherits or not all(map(_is_plain, self.defaults.values())):
            return None
        return tuple(name for name in self.cls.__slots__ if name != "__weakref__")

    def make(self, name: str) -> None:
        """Give the class the attribute of this name, and those that come with it."""
        names, is_by_name = self.plain_names, bool(self.options.get("kw_only"))
        if name == "__init__" and names is not None:
            init = _init_of(self.cls, names, self.defaults, is_by_name=is_by_name)
            setattr(self.cls, name, init)
        elif name == "__match_args__" and names is not None:
            setattr(self.cls, name, () if is_by_name else names)
        else:
            self.make_rest()

    def make_rest(self) -> None:
        """Give the class its fields, and `__init__` unless it has one."""
        cls = self.cls
        written = cast("Mapping[str, Any]", vars(cls))
        own = {name: written[name] for name in _OF_THE_TWIN if name in written}
        body = {**own, **self.defaults, "__annotations__": get_annotations(cls)}
        bare = type(cls)(cls.__name__, cls.__bases__, body)
        twin = self.decorate(**{**self.options, "eq": False, "repr": False})(bare)
        for name in _LATER:
            if isinstance(written.get(name), _Later):
                setattr(cls, name, vars(twin)[name])


def _is_plain(default: Any) -> bool:
    return not default.takes_self if isinstance(default, _FACTORY) else type(default) is not _FIELD


class _Later:
    """Descriptor in the place of an attribute that is made at the first access."""

    __slots__ = ("name", "still")

    def __init__(self, name: str, still: _Unmade) -> None:
        self.name = name
        self.still = still

    def __get__(self, instance: object, owner: type) -> Any:
        """Attribute of its class in this place, once it is made."""
        self.still.make(self.name)
        made = cast("Mapping[str, Any]", vars(self.still.cls))[self.name]
        return made.__get__(instance, owner) if self.name == "__init__" else made


def _init_of(
    cls: Any, fields: Iterable[str], defaults: Mapping[str, Any], *, is_by_name: bool
) -> Callable[..., None]:
    """`__init__` of a class with only names, defaults and factories.

    It is made in the class's module, so that `typing.get_type_hints` reads its annotations.
    """
    names = {name: name.lstrip("_") for name in fields}
    made_anew = {name: each for name, each in defaults.items() if isinstance(each, _FACTORY)}
    shown = {**defaults, **dict.fromkeys(made_anew, attrs.NOTHING)}
    taken = [f"{names[name]}=shown[{name!r}]" if name in shown else names[name] for name in names]
    first = ["self", *(["*"] if is_by_name and taken else [])]
    is_frozen = cls.__setattr__ is _Frozen.__setattr__
    lines = [
        f"_set({name!r}, {names[name]})" if is_frozen else f"self.{name} = {names[name]}" for name in names
    ]
    source = "\n  ".join(
        [
            "def made(shown, setter, nothing, factories):",
            f"def __init__({', '.join([*first, *taken])}):",
            *(["  _set = setter(self)"] if is_frozen else []),
            *(f"  if {names[name]} is nothing: {names[name]} = factories[{name!r}]()" for name in made_anew),
            *(f"  {line}" for line in lines),
            "  self.__attrs_post_init__()" if hasattr(cls, "__attrs_post_init__") else "  return",
            "return __init__",
        ]
    )
    around: dict[str, Any] = {}
    exec(  # noqa: S102 - its source has only names of the class
        compile(source, f"<values of {cls.__module__}.{cls.__qualname__}>", "exec"),
        vars(sys.modules[cls.__module__]),
        around,
    )
    factories = {name: each.factory for name, each in made_anew.items()}
    init = around["made"](shown, object.__setattr__.__get__, attrs.NOTHING, factories)
    annotations = get_annotations(cls)
    init.__annotations__ = {names[name]: annotations[name] for name in names} | {"return": None}
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return cast("Callable[..., None]", init)


def _state(self: Any) -> dict[str, Any]:
    """Values of the fields, for `pickle` and `copy`."""
    return {each.name: getattr(self, each.name) for each in _fields_of(self)}


def _restore(self: Any, state: Mapping[str, Any]) -> None:
    """Set the values again."""
    for each in _fields_of(self):
        if each.name in state:
            object.__setattr__(self, each.name, state[each.name])


def _show_and_compare(body: dict[str, Any], options: Mapping[str, Any], *, is_hashable: bool) -> None:
    """Give the body of a class the shared methods that it lacks."""
    if options.get("repr", True):
        body.setdefault("__repr__", _shown)
    if not options.get("eq", True) or body.keys() & {"__eq__", "__ne__"}:
        return
    body["__eq__"], hash_of = _compared()
    if body.get("__hash__") is None:  # a class body with `__eq__` alone has None
        body["__hash__"] = hash_of if is_hashable else None


@recursive_repr()
def _shown(self: Any) -> str:
    """Name of the class, and each field with its value."""
    shown: list[str] = []
    for each in _fields_of(self):
        if each.repr:
            show = repr if each.repr is True else each.repr
            shown.append(f"{each.name}={show(getattr(self, each.name, attrs.NOTHING))}")
    return f"{type(self).__qualname__.rsplit('>.', 1)[-1]}({', '.join(shown)})"


def _compared() -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    """`__eq__` and `__hash__` of one class."""
    compared: Callable[[Any], Any] | None = None
    hashed: Callable[[Any], Any] | None = None

    def equal(self: Any, other: Any) -> Any:
        nonlocal compared
        if other.__class__ is not self.__class__:
            return NotImplemented
        if compared is None:
            compared = _getter(_compared_names(self, lambda each: bool(each.eq)))
        return compared(self) == compared(other)

    def hash_of(self: Any) -> int:
        nonlocal hashed
        if hashed is None:
            hashed = _getter(
                _compared_names(self, lambda each: bool(each.eq if each.hash is None else each.hash))
            )
        return hash(hashed(self))

    return equal, hash_of


def _compared_names(value: Any, counts: Callable[[attrs.Attribute[Any]], bool]) -> Iterable[str]:
    unmade = cast("Mapping[str, Any]", vars(value.__class__)).get("__attrs_attrs__")
    names = unmade.still.plain_names if isinstance(unmade, _Later) else None
    return (each.name for each in _fields_of(value) if counts(each)) if names is None else names


def _fields_of(value: Any) -> tuple[attrs.Attribute[Any], ...]:
    cls = cast("type[attrs.AttrsInstance]", type(value))
    return cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))


def _getter(names: Iterable[str]) -> Callable[[Any], Any]:
    found = tuple(names)
    return attrgetter(*found) if found else lambda _: ()
