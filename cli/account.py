"""Opening an account: boto3's own credentials, profiles and endpoints, and a count of the calls that are sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from cli.rule_names import unknown
from rules.engine.aws import Aws
from rules.engine.errors import error_code, error_message
from rules.engine.verdict import printable

IDENTIFYING = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent_extra="ai-config-rules",
)
"""Less patient than the reading of facts: somebody waits for the first sign of life."""


class AccountError(Exception):
    """The account cannot be opened; the message is one line that says what is missing and how to give it."""


class Calls:
    """The calls that clients of a session send; retries of a call are not counted again. Safe between threads."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = Lock()

    def watch(self, session: boto3.session.Session) -> None:
        """Count the calls of the clients that `session` makes from now on."""
        # botocore emits before-call once per call, before the first attempt.
        session.events.register("before-call", self._sent)

    def _sent(self, **_: Any) -> None:
        with self._lock:
            self.count += 1


@dataclass(frozen=True)
class OpenAccount:
    """An account and Region to judge, and the calls sent to it."""

    aws: Aws
    calls: Calls


def open_account(*, profile: str | None = None, region: str | None = None) -> OpenAccount:
    """Return the account of the credentials that boto3 finds; raises AccountError."""
    return open_session(session_of(profile=profile, region=region))


def session_of(*, profile: str | None = None, region: str | None = None) -> boto3.session.Session:
    """Return a session with the credentials that boto3 finds; raises AccountError."""
    try:
        return new_session(profile=profile, region=region)
    except ProfileNotFound:
        wanted = printable(profile or os.environ.get("AWS_PROFILE", ""))
        known = botocore.session.Session().available_profiles
        raise AccountError(unknown("profile", wanted, known)) from None
    except BotoCoreError as error:
        raise AccountError(error_message(error)) from error


def new_session(*, profile: str | None = None, region: str | None = None) -> boto3.session.Session:
    """
    Return a boto3 session that shares service models with the others of this process.

    Models are megabytes of JSON, and a session reads them again for itself otherwise. Raises what boto3 raises.
    """
    core = botocore.session.Session(profile=profile)
    core.register_component("data_loader", _models())
    # Looks the profile up, which botocore would leave until the first call.
    core.get_scoped_config()
    return boto3.session.Session(botocore_session=core, region_name=region)


@cache
def _models() -> Any:
    return botocore.loaders.create_loader()


def open_session(session: boto3.session.Session) -> OpenAccount:
    """
    Return the account that the session's credentials belong to, in the session's Region; raises AccountError.

    The account id is that of STS GetCallerIdentity, asked in the Region, whose endpoint belongs to its partition.
    """
    # boto3 reads AWS_DEFAULT_REGION only; the AWS CLI and the other SDKs read AWS_REGION.
    region = session.region_name or os.environ.get("AWS_REGION")
    if not region:
        raise AccountError("there is no Region; give --region, set AWS_REGION, or give the profile a region")
    now = datetime.now(UTC)
    calls = Calls()
    calls.watch(session)
    try:
        identity = session.client("sts", region_name=region, config=IDENTIFYING).get_caller_identity()
        return OpenAccount(Aws(session, account_id=identity["Account"], region=region, now=now), calls)
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise AccountError(
            f"no credentials: {error_message(error)}; give --profile, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        ) from error
    except ClientError as error:
        raise AccountError(f"AWS refused the credentials: {error_code(error)}: {error_message(error)}") from error
    except (BotoCoreError, ValueError) as error:
        # An endpoint that is no URL is a ValueError.
        raise AccountError(_unreachable(session, region, error)) from error


def _unreachable(session: boto3.session.Session, region: str, error: Exception) -> str:
    """Return why nobody said whose credentials these are; a Region that botocore does not know is the likely reason."""
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("sts", partition)]
    if region in known:
        return f"the account cannot be asked who it is in {region}: {printable(str(error))}"
    return unknown("Region", printable(region), known, f"{error_code(error)}: {printable(str(error))}")
