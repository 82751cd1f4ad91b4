"""Collectors: functions that read facts, with the IAM actions of their calls declared beside them."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rules.engine.aws import Aws

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, order=True)
class Action:
    """
    An IAM action that a call needs, and the narrowest resource that IAM lets it be granted on.

    `resource` is "*" only where the Service Authorization Reference knows no resource type for the action;
    otherwise an ARN pattern with the placeholders {partition}, {region} and {account}.
    `via` is the AWS service that makes the call on the caller's behalf ("lambda"): the grant is for that way only.
    """

    name: str
    resource: str = "*"
    via: str = ""


class Collector(Generic[P, T_co]):
    """
    A function from an `Aws` (and hashable arguments) to facts, read at most once per run and arguments.

    `actions` are all that it needs, its own and those of the collectors that it `uses`.
    """

    def __init__(
        self,
        read: Callable[Concatenate[Aws, P], T_co],
        actions: Iterable[Action],
        uses: Iterable[Collector[..., Any]],
    ) -> None:
        self.read = read
        self.own_actions = frozenset(actions)
        self.uses = tuple(uses)
        self.name = f"{read.__module__}.{read.__qualname__}"
        self.__doc__ = read.__doc__

    @cached_property
    def actions(self) -> frozenset[Action]:
        """Every action that a call of this collector makes, directly or through others."""
        return self.own_actions.union(*(collector.actions for collector in self.uses))

    def __call__(self, aws: Aws, *args: P.args, **kwargs: P.kwargs) -> T_co:
        """Return the facts, from this run's memory if they were read before; raises what reading raised."""
        if kwargs:
            raise TypeError(f"{self.name} takes positional arguments only: they are the key of its memory")
        return aws.recall((self, *args), partial(self.read, aws, *args, **kwargs))

    def __repr__(self) -> str:
        return f"<collector {self.name}>"


def reads(
    *actions: Action, uses: Iterable[Collector[..., Any]] = ()
) -> Callable[[Callable[Concatenate[Aws, P], T_co]], Collector[P, T_co]]:
    """
    Declare what a collector's own calls need, and which other collectors it calls.

    A test holds the declared actions against the calls really made: they must be equal.
    """

    def declare(read: Callable[Concatenate[Aws, P], T_co]) -> Collector[P, T_co]:
        return Collector(read, actions, uses)

    return declare
