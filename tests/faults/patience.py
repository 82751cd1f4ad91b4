"""Retries without their waiting, a full retry quota for every run, and no threads: in the runner only."""

from __future__ import annotations

import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakSet

import botocore.endpoint
import pytest
from botocore.retries import bucket, quota, standard

import rules.engine.aws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Quota(quota.RetryQuota):  # type: ignore[misc]  # botocore ships no types
    """A retry quota that is known here, so that it can be filled up."""

    made: ClassVar[WeakSet[_Quota]] = WeakSet()

    def __init__(self) -> None:
        super().__init__()
        self.made.add(self)


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
        # Starting threads would take most of the time of a run.
        patch.setattr(rules.engine.aws, "WORKERS", 1)
        yield refill
