"""
Frozen dataclasses that are quick to make.

For each class the standard library compiles six functions: half a millisecond, and a rule's handler has fifty classes
behind it. Here only the constructor is compiled, when more than a few instances are made; what compares, hashes, shows
and protects instances is the same for all of them. Import `dataclass` from here in the place of the standard library's,
and use it in the same way: classes, fields and errors are the standard library's, and what is not frozen is left to it
altogether.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass

    Fields = tuple[dataclasses.Field[Any], ...]

__all__ = ["dataclass"]

FEW = 16
"""Instances that are made without a compiled constructor, which takes as long as thirty of them."""

KNOWN = frozenset({"frozen", "eq", "order", "slots"})
PARAMS = "__dataclass_params__"
_GIVEN_NOTHING = object()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__frozen_key__(self) == self.__frozen_key__(other)


def _lt(self: Any, other: Any) -> Any:
    return (
        self.__frozen_key__(self) < self.__frozen_key__(other) if other.__class__ is self.__class__ else NotImplemented
    )


def _le(self: Any, other: Any) -> Any:
    return (
        self.__frozen_key__(self) <= self.__frozen_key__(other) if other.__class__ is self.__class__ else NotImplemented
    )


def _gt(self: Any, other: Any) -> Any:
    return (
        self.__frozen_key__(self) > self.__frozen_key__(other) if other.__class__ is self.__class__ else NotImplemented
    )


def _ge(self: Any, other: Any) -> Any:
    return (
        self.__frozen_key__(self) >= self.__frozen_key__(other) if other.__class__ is self.__class__ else NotImplemented
    )


def _hash(self: Any) -> int:
    return hash(self.__frozen_key__(self))


def _repr(self: Any) -> str:
    shown = [each.name for each in dataclasses.fields(self) if each.repr]
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _setattr(self: Any, name: str, value: object) -> None:
    del self, value
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    del self
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


def _no_key(self: object) -> tuple[()]:
    del self
    return ()


def _made(cls: Any, *, eq: bool = True, order: bool = False, slots: bool = False) -> Any:
    # The standard library would write a signature in the place of a missing docstring, which takes milliseconds.
    cls.__doc__ = cls.__doc__ or cls.__qualname__
    # The fields, checked and in order, and the class with slots; nothing is compiled for that, unless a base is frozen:
    # the standard library wants both or none to be.
    frozen = any(vars(base)[PARAMS].frozen for base in cls.__mro__[1:] if PARAMS in vars(base))
    cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, frozen=frozen)(cls)
    vars(cls)[PARAMS].frozen = True
    fields = dataclasses.fields(cls)
    _require_order(fields)
    methods: dict[str, Any] = {"__init__": _awaited(cls, fields, slots=slots), "__repr__": _repr}
    if eq:
        compared = [each.name for each in fields if each.compare]
        cls.__frozen_key__ = staticmethod(attrgetter(*compared) if compared else _no_key)
        methods |= {"__eq__": _eq, "__hash__": _hash}
    if order:
        methods |= {"__lt__": _lt, "__le__": _le, "__gt__": _gt, "__ge__": _ge}
    if slots:
        methods |= {"__getstate__": _getstate, "__setstate__": _setstate}
    for name, method in methods.items():
        # A class without its own hash, but with its own equality, has None there.
        if cls.__dict__.get(name) is None:
            setattr(cls, name, method)
    cls.__setattr__, cls.__delattr__ = _setattr, _delattr
    return cls


def _require_order(fields: Fields) -> None:
    """Raise TypeError, as the standard library does, for a field without a default after one that has one."""
    defaulted = False
    for each in fields:
        required = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        if each.init and required and defaulted:
            raise TypeError(f"non-default argument {each.name!r} follows default argument")
        defaulted = defaulted or (each.init and not required)


def _awaited(cls: Any, fields: Fields, *, slots: bool) -> Callable[..., None]:
    """Return an `__init__` that puts the class's constructor in its own place when instances become more than a few."""
    left = FEW

    def first(self: Any, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        filled = _filling(fields, values, named) if left >= 0 else None
        if filled is None:
            # Which also says what is wrong with the arguments.
            cls.__init__ = _constructor(cls, slots=slots)
            cls.__init__(self, *values, **named)
            return
        for name, value in filled.items():
            object.__setattr__(self, name, value)
        if hasattr(cls, "__post_init__"):
            self.__post_init__()

    return first


def _filling(fields: Fields, values: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any] | None:
    """Return the value of each field that has one, None where these are not a constructor's arguments."""
    accepted = [each.name for each in fields if each.init]
    given = dict(zip(accepted, values, strict=False))
    if len(values) > len(accepted) or not given.keys().isdisjoint(named) or not named.keys() <= set(accepted):
        return None
    given |= named
    filled: dict[str, Any] = {}
    for each in fields:
        if each.name in given:
            filled[each.name] = given[each.name]
        elif each.default_factory is not dataclasses.MISSING:
            filled[each.name] = each.default_factory()
        elif each.init:
            if each.default is dataclasses.MISSING:
                return None
            filled[each.name] = each.default
    return filled


def _constructor(cls: Any, *, slots: bool) -> Callable[..., None]:
    """Return the `__init__` that the standard library would have made, but for annotations."""
    names: dict[str, Any] = {"_nothing": _GIVEN_NOTHING, "_set": object.__setattr__}
    parameters: list[str] = []
    lines: list[str] = [] if slots else ["its = self.__dict__"]
    for each in dataclasses.fields(cls):
        value = each.name
        if each.default_factory is not dataclasses.MISSING:
            names[f"_new_{value}"] = each.default_factory
            made = f"_new_{value}()"
            parameters += [f"{value}=_nothing"] if each.init else []
            value = f"{made} if {value} is _nothing else {value}" if each.init else made
        elif not each.init:
            continue
        elif each.default is not dataclasses.MISSING:
            names[f"_default_{value}"] = each.default
            parameters.append(f"{value}=_default_{value}")
        else:
            parameters.append(value)
        lines.append(f"_set(self, {each.name!r}, {value})" if slots else f"its[{each.name!r}] = {value}")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    body = "\n  ".join(lines or ["pass"])
    text = f"def __init__(self{''.join(f', {each}' for each in parameters)}):\n  {body}\n"
    found: dict[str, Any] = {}
    exec(text, names, found)  # noqa: S102 - the names of fields, as the standard library does it
    constructor: Callable[..., None] = found["__init__"]
    constructor.__qualname__ = f"{cls.__qualname__}.__init__"
    return constructor


if not TYPE_CHECKING:

    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        """Return the class as the standard library's `dataclass` does, with the same options."""
        if cls is not None or not options.get("frozen") or options.keys() - KNOWN:
            return dataclasses.dataclass(cls, **options)
        if options.get("order") and not options.get("eq", True):
            raise ValueError("eq must be true if order is true")
        chosen = {name: value for name, value in options.items() if name != "frozen"}
        return lambda cls: _made(cls, **chosen)
