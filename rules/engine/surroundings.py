"""What a function of the stack is given from outside: its account, its Region, the time, and its settings."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import boto3

from rules.engine.aws import Aws


class SurroundingsError(Exception):
    """A function lacks an environment variable that the stack gives it; the message names it."""


def opened() -> Aws:
    """
    Return the account and Region that this function runs in, with the time of this invocation.

    Raises SurroundingsError when the stack did not say which account that is.
    """
    session = boto3.session.Session()
    return Aws(session, account_id=variable("ACCOUNT_ID"), region=session.region_name, now=datetime.now(UTC))


def variable(name: str) -> str:
    """Return an environment variable that the stack sets; raises SurroundingsError when it is not set."""
    value = os.environ.get(name)
    if not value:
        raise SurroundingsError(f"the environment variable {name} is not set; the stack sets it")
    return value
