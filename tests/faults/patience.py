"""Retries without their waiting, a full retry quota for every run, and no threads: in the runner only."""

from __future__ import annotations

import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar
from weakref import WeakSet

import botocore.endpoint
import pytest
from botocore.retries import bucket, quota, standard

import rules.engine.aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


T = TypeVar("T")
R = TypeVar("R")


class _Quota(quota.RetryQuota):  # type: ignore[misc]  # botocore ships no types
    """A retry quota that is known here, so that it can be filled up."""

    made: ClassVar[WeakSet[_Quota]] = WeakSet()

    def __init__(self) -> None:
        super().__init__()
        self.made.add(self)


class _OneByOne:
    """What stands in for a thread pool: starting threads would take most of the time of a run."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        return map(function, items)


@contextmanager
def impatient() -> Iterator[Callable[[], None]]:
    """
    Let clients made meanwhile retry at once; yield what gives them their retry quota back.

    A Lambda function that starts has its whole quota; the clients of the matrix live through thousands of runs.
    """

    def refill() -> None:
        for each in _Quota.made:
            each.release(quota.RetryQuota.INITIAL_CAPACITY)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(**{**vars(time), "sleep": lambda _: None}))
        patch.setattr(bucket.TokenBucket, "acquire", lambda *_, **__: True)
        patch.setattr(standard, "quota", SimpleNamespace(RetryQuota=_Quota))
        patch.setattr(rules.engine.aws, "ThreadPoolExecutor", _OneByOne)
        yield refill
