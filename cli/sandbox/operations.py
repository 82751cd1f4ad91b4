"""The operations that the embedded account adds to moto's, and those of moto that it amends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Protocol, TypeVar

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class

from cli.sandbox.calls import Call

T = TypeVar("T")
Result = Mapping[str, Any]
Handler = Callable[[Call], Result]


class Moto(Protocol):
    """Moto's own implementation of the operation that is being amended."""

    def __call__(self, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return its decoded result for the call's parameters, or for others.

        Raises:
            AwsError: moto answered with an error.

        """


Amender = Callable[[Call, Moto], Result]


class RegistrationError(Exception):
    """An operation or an amendment that cannot be what it says it is."""


@dataclass(frozen=True)
class Operation:
    """An operation that moto lacks.

    `page_size` is how many items a page has where the caller does not say. Without `forms` its answers need not
    keep the patterns and sizes of the model, because those of AWS do not.
    """

    handler: Handler
    page_size: int = 100
    forms: bool = True


@dataclass(frozen=True)
class Amendment:
    """A fidelity fix of an operation that moto has, and the reason for it."""

    amender: Amender
    reason: str


@dataclass(frozen=True)
class Repaging:
    """A listing of moto that the embedded account cuts into pages, and the reason for it."""

    reason: str
    page_size: int


@dataclass(frozen=True)
class Replacement:
    """A function that stands in the place of one of moto's models, and the reason for it."""

    target: str
    reason: str


OPERATIONS: Final[dict[tuple[str, str], Operation]] = {}
AMENDMENTS: Final[dict[tuple[str, str], Amendment]] = {}
REPAGED: Final[dict[tuple[str, str], Repaging]] = {}
REPLACEMENTS: Final[dict[str, Replacement]] = {}
_PACKAGES: Final[dict[str, str]] = {"lambda": "awslambda"}


def operation(service: str, name: str, *, page_size: int = 100, forms: bool = True) -> Callable[[Handler], Handler]:
    """Register the decorated function as botocore's operation `name` of `service`.

    Raises:
        RegistrationError: There is no such operation, or it is registered already. That moto lacks it is checked
            before its first call (`check_against_moto`), because importing moto's services takes seconds.

    """
    _require_known(service, name)

    def register(handler: Handler) -> Handler:
        _require_free(service, name)
        OPERATIONS[service, name] = Operation(handler, page_size, forms)
        return handler

    return register


def amendment(service: str, name: str, *, reason: str) -> Callable[[Amender], Amender]:
    """Register the decorated function around moto's implementation of an operation, because of `reason`."""
    _require_known(service, name)

    def register(amender: Amender) -> Amender:
        _require_free(service, name)
        AMENDMENTS[service, name] = Amendment(amender, reason)
        return amender

    return register


def repage(service: str, *names: str, reason: str, page_size: int = 100) -> None:
    """Have the results of moto's listings paged by the embedded account, because of `reason`."""
    for name in names:
        _require_known(service, name)
        REPAGED[service, name] = Repaging(reason, page_size)


def page_size_of(service: str, name: str) -> int | None:
    """Return how many items a page has where the caller does not say, None where moto decides."""
    if (service, name) in OPERATIONS:
        return OPERATIONS[service, name].page_size
    if (service, name) in REPAGED:
        return REPAGED[service, name].page_size
    return None


def replacement(owner: type | ModuleType, name: str, *, reason: str) -> Callable[[T], T]:
    """Put the decorated function in the place of one of moto's models (a method, a module's), because of `reason`.

    Raises:
        RegistrationError: `owner` has no such function of its own, so that moto's code has changed.

    """
    within = owner.__name__ if isinstance(owner, ModuleType) else f"{owner.__module__}.{owner.__qualname__}"
    target = f"{within}.{name}"
    if name not in vars(owner) and target not in REPLACEMENTS:
        raise RegistrationError(f"{target} does not exist, so that there is nothing to replace.")

    def register(function: T) -> T:
        setattr(owner, name, function)
        REPLACEMENTS[target] = Replacement(target, reason)
        return function

    return register


@cache
def moto_has(service: str, name: str) -> bool:
    """Say whether moto implements botocore's operation `name` of `service`."""
    method = camelcase_to_underscores(name)
    return any(method in method_names_from_class(each) for each in response_classes(service))


def check_against_moto(service: str, name: str) -> None:
    """Hold one registration against moto.

    Raises:
        RegistrationError: moto has an operation that is registered as lacking, or lacks one that is amended: it
            was upgraded, and the registration has to go, or to become an amendment with a reason.

    """
    if (service, name) in OPERATIONS and moto_has(service, name):
        raise RegistrationError(f"moto has {service}:{name} itself; remove it here or amend it.")
    if (service, name) in AMENDMENTS and not moto_has(service, name):
        raise RegistrationError(f"moto has no {service}:{name} that could be amended.")


@cache
def response_classes(service: str) -> tuple[type, ...]:
    """Return moto's classes that answer the requests of a service, none for one that it lacks."""
    package = _PACKAGES.get(service, service.replace("-", ""))
    try:
        module = import_module(f"moto.{package}.responses")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("moto."):
            return ()
        raise
    return tuple(
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, BaseResponse) and member is not BaseResponse
    )


def _require_known(service: str, name: str) -> None:
    if name not in get_service_model(service).operation_names:
        raise RegistrationError(f"botocore knows no operation {service}:{name}.")


def _require_free(service: str, name: str) -> None:
    if (service, name) in OPERATIONS or (service, name) in AMENDMENTS:
        raise RegistrationError(f"{service}:{name} is registered twice.")
