"""Frozen dataclasses behave as the standard library's; every case is made both ways."""

import copy
import dataclasses
import inspect
import operator
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from rules import frozen

OPTIONS = ({"frozen": True}, {"frozen": True, "slots": True})
Decorator = Callable[..., Any]


def classes(dataclass: Decorator, options: dict[str, bool]) -> dict[str, Any]:
    """Return classes of every kind that facts are made of."""

    @dataclass(**options)
    class Point:
        """A point."""

        x: int
        y: int = 2
        tags: dict[str, str] = field(default_factory=dict, compare=False)
        secret: str = field(default="s", repr=False)

    @dataclass(**options)
    class Empty:
        """Nothing."""

    @dataclass(**options)
    class One:
        """One field, whose value is a tuple."""

        value: tuple[int, ...]

    @dataclass(**options)
    class Summed:
        """A field that is made of others."""

        x: int
        double: int = field(init=False, compare=False)
        seen: list[int] = field(default_factory=list, init=False, compare=False, repr=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "double", 2 * self.x)

    @dataclass(**options)
    class Further(Point):
        """A class on top of another."""

        z: int = 3

    @dataclass(**options)
    class Own:  # noqa: PLW1641 - the decorator adds it
        """A class with its own ideas."""

        x: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

        def __repr__(self) -> str:
            return "own"

    return {each.__name__: each for each in (Point, Empty, One, Summed, Further, Own)}


by_options = pytest.mark.parametrize("options", OPTIONS, ids=["plain", "slots"])


@pytest.fixture(autouse=True, params=[0, frozen.FEW], ids=["compiled at once", "compiled later"])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let constructors be compiled for the first instance, or when instances are more than a few."""
    monkeypatch.setattr(frozen, "FEW", request.param)


@by_options
def test_instances_show_compare_and_hash_as_usual(options: dict[str, bool]) -> None:
    ours, usual = classes(frozen.dataclass, options), classes(dataclasses.dataclass, options)

    def said(made: dict[str, Any]) -> list[object]:
        point, one, further = made["Point"], made["One"], made["Further"]
        return [
            repr(point(1, tags={"a": "b"})).rpartition(".")[2],
            repr(made["Empty"]()).rpartition(".")[2],
            repr(made["Summed"](4)).rpartition(".")[2],
            repr(made["Own"](1)),
            point(1) == point(1, 2, {"other": "tags"}),
            point(1) == point(2),
            point(1) == 1,
            point(1) == further(1),
            further(1) == further(1, z=3),
            hash(point(1)) == hash(point(1, 2)),
            hash(point(1)) == hash((1, 2, "s")),
            made["Empty"]() == made["Empty"](),
            hash(made["Empty"]()) == hash(made["Empty"]()),
            one((1, 2)) == one((1, 2)),
            hash(one((1, 2))) == hash(one((1, 2))),
            made["Own"](1) == made["Own"](2),
            made["Summed"](4).double,
            made["Summed"](4).seen is made["Summed"](4).seen,
            point(1).tags is point(1).tags,
            replace(point(1), y=9).y,
            copy.deepcopy(further(1, tags={"a": "b"})).tags,
            copy.copy(point(5)) == point(5),
            [each.name for each in fields(further)],
            point.__match_args__,
        ]

    assert said(ours) == said(usual)


@by_options
@pytest.mark.parametrize("name", ["x", "new"])
def test_instances_cannot_be_changed(options: dict[str, bool], name: str) -> None:
    point = classes(frozen.dataclass, options)["Point"](1)

    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(point, name, 2)
    with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(point, name)
    assert point.x == 1


@by_options
def test_a_constructor_is_compiled_for_more_than_a_few(options: dict[str, bool]) -> None:
    summed = classes(frozen.dataclass, options)["Summed"]

    made = [summed(number) for number in range(frozen.FEW + 1)]

    assert [each.double for each in made] == [2 * number for number in range(frozen.FEW + 1)]
    assert list(inspect.signature(summed).parameters) == ["x"]


@by_options
@pytest.mark.parametrize(
    ("arguments", "named", "message"),
    [
        pytest.param((1,), {"x": 2}, "multiple values for argument 'x'", id="twice"),
        pytest.param((1,), {"z": 2}, "unexpected keyword argument 'z'", id="unknown"),
        pytest.param((), {"y": 2}, "missing 1 required positional argument: 'x'", id="missing"),
        pytest.param((1, 2, {}, "", 5), {}, "takes from 2 to 5 positional", id="too many"),
    ],
)
def test_wrong_arguments_are_refused(
    options: dict[str, bool], arguments: tuple[Any, ...], named: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        classes(frozen.dataclass, options)["Point"](*arguments, **named)


def test_slots_leave_no_room() -> None:
    made = classes(frozen.dataclass, OPTIONS[1])["One"]

    assert made.__slots__ == ("value",)
    assert not hasattr(made((1,)), "__dict__")


@frozen.dataclass(frozen=True, slots=True)
class Stored:
    """A class that can be found by its name."""

    value: int
    extra: tuple[str, ...] = ("a",)


@frozen.dataclass(frozen=True)
class Remembered:
    """A class that remembers what it worked out."""

    value: int

    @cached_property
    def double(self) -> list[int]:
        return [2 * self.value]


def test_instances_can_be_stored() -> None:
    for instance in (Stored(7), Remembered(8)):
        assert pickle.loads(pickle.dumps(instance)) == instance  # noqa: S301 - what this test has made


def test_what_is_worked_out_is_remembered_and_compared_by_fields_only() -> None:
    one, other = Remembered(1), Remembered(1)

    assert one.double is one.double
    assert copy.copy(one).double is one.double
    assert one == other
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="no option"),
        pytest.param({"eq": False}, id="identity as equality"),
        pytest.param({"eq": True, "order": True}, id="an order"),
        pytest.param({"slots": True}, id="slots"),
    ],
)
def test_only_the_constructor_is_made_for_each_class(options: dict[str, bool]) -> None:
    made: list[type] = [frozen.dataclass(frozen=True, **options)(type(name, (), {})) for name in ("One", "Other")]
    one, other = made

    own = {name for name, method in vars(one).items() if inspect.isfunction(method) and method is not vars(other)[name]}
    assert own == {"__init__"}


@by_options
@pytest.mark.parametrize("dataclass", [dataclasses.dataclass, frozen.dataclass], ids=["standard library", "ours"])
def test_a_field_without_a_default_comes_first(options: dict[str, bool], dataclass: Any) -> None:
    disordered = type("Disordered", (), {"__annotations__": {"x": "int", "y": "int"}, "x": 1})

    with pytest.raises(TypeError, match="non-default argument 'y' follows default argument"):
        dataclass(**options)(disordered)


@by_options
def test_a_constructor_that_refuses_at_first_is_there_next_time(options: dict[str, bool]) -> None:
    point = classes(frozen.dataclass, options)["Point"]

    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        point()
    assert point(1).x == 1


@by_options
def test_classes_without_an_order_have_none(options: dict[str, bool]) -> None:
    point = classes(frozen.dataclass, options)["Point"]

    with pytest.raises(TypeError, match="'<' not supported between instances of 'Point' and 'Point'"):
        sorted([point(1), point(2)])


@by_options
def test_what_is_made_of_others_is_not_given(options: dict[str, bool]) -> None:
    summed = classes(frozen.dataclass, options)["Summed"]

    assert summed(1).x == 1
    with pytest.raises(TypeError, match=r"Summed\.__init__\(\) got an unexpected keyword argument 'seen'"):
        summed(1, seen=[])


def test_a_docstring_stays() -> None:
    assert Stored.__doc__ == "A class that can be found by its name."


def test_a_class_without_a_docstring_has_its_name() -> None:
    @frozen.dataclass(frozen=True)
    class Bare:
        x: int

    assert Bare.__doc__ == "test_a_class_without_a_docstring_has_its_name.<locals>.Bare"


def test_identity_may_stay_equality() -> None:
    @frozen.dataclass(frozen=True, eq=False)
    class Same:
        """One of its kind."""

        x: int

    assert Same(1) != Same(1)
    assert len({Same(1), Same(1)}) == 2


def test_instances_may_have_an_order() -> None:
    @frozen.dataclass(frozen=True, order=True)
    class Ordered:
        """A class with an order."""

        x: int
        y: str = ""

    low, high = Ordered(1, "b"), Ordered(2, "a")

    def compared(one: Any, other: Any) -> list[bool]:
        return [getattr(one, name)(other) for name in ("__lt__", "__le__", "__gt__", "__ge__")]

    assert compared(low, high) == [True, True, False, False]
    assert compared(high, low) == [False, False, True, True]
    assert compared(low, Ordered(1, "b")) == [False, True, False, True]
    assert sorted([high, low]) == [low, high]
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError, match="not supported between"):
            compare(low, (1, "b"))


def test_an_order_needs_equality() -> None:
    for decorator in (frozen.dataclass, dataclasses.dataclass):
        with pytest.raises(ValueError, match="eq must be true if order is true"):
            decorator(frozen=True, order=True, eq=False)(type("Ordered", (), {}))


def test_whatever_is_not_frozen_is_the_standard_librarys() -> None:
    @frozen.dataclass
    class Plain:
        """A class that changes."""

        x: int

    plain = Plain(1)
    plain.x = 2
    assert plain == Plain(2)
    assert "__frozen_key__" not in vars(Plain)


def test_what_is_frozen_in_another_way_is_the_standard_librarys_too() -> None:
    @frozen.dataclass(order=True)
    class Changing:
        """A class that changes, and has an order."""

        x: int

    @frozen.dataclass(frozen=True, kw_only=True)
    class Named:
        """A class whose fields are given by name."""

        x: int

    class Plain:
        """A class that is decorated by hand."""

        x: int

    by_hand: Any = frozen.dataclass(Plain, frozen=True)
    changing = Changing(1)
    changing.x = 2
    assert changing < Changing(3)
    assert Named(x=1) == Named(x=1)
    assert by_hand(1) == by_hand(1)
    assert all("__frozen_key__" not in vars(each) for each in (Changing, Named, by_hand))


@by_options
@pytest.mark.parametrize(
    "base", [dataclasses.dataclass, frozen.dataclass], ids=["on the standard library's", "on ours"]
)
@pytest.mark.parametrize("derived", [dataclasses.dataclass, frozen.dataclass], ids=["standard library's", "ours"])
def test_classes_of_both_kinds_can_be_derived_from_each_other(
    options: dict[str, bool], base: Any, derived: Any
) -> None:
    @base(**options)
    class Point:
        """A point."""

        x: int

    @derived(**options)
    class Further(Point):
        """A class on top of another."""

        y: int = 3

    made: Any = Further
    further = made(1)
    assert (further, hash(further), repr(further).rpartition(".")[2]) == (
        made(1, 3),
        hash((1, 3)),
        "Further(x=1, y=3)",
    )
    assert copy.deepcopy(further) == further
    for name in ("x", "y"):
        with pytest.raises(FrozenInstanceError):
            setattr(further, name, 2)
    with pytest.raises(TypeError, match="cannot inherit non-frozen dataclass from a frozen one"):
        dataclasses.dataclass(type("Loose", (Point,), {}))
