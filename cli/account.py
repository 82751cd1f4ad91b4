"""Opening an account: boto3's own credentials, profiles and endpoints, and a count of the calls that are sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from threading import Lock
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from cli.rule_names import unknown
from cli.service_models import PlainLoader
from cli.timestamps import moment
from rules.engine.aws import Aws
from rules.engine.clients import USER_AGENT
from rules.engine.errors import error_code, error_message
from rules.engine.verdict import printable

IDENTIFYING = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent=USER_AGENT,
)
"""Less patient than the reading of facts: somebody waits for the first sign of life."""

READERS = 20
"""
Threads that help the rules under way to read: with those of the rules themselves, 32 calls are under way at most.

That is enough to hide latency and few enough not to meet API rate limits.
"""

SESSION_NAME = "ai-config-rules"
"""What CloudTrail calls the session of a role that was assumed for a run."""


class AccountError(Exception):
    """
    The account cannot be opened; the message is one line that says what is missing and how to give it.

    `code` is the AWS error code, or the kind of fault.
    """

    def __init__(self, message: str, code: str = "AccountError") -> None:
        super().__init__(message)
        self.code = code


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
    return boto3.session.Session(botocore_session=_core(profile), region_name=region)


def with_credentials(
    credentials: Any, *, profile: str | None = None, region: str | None = None
) -> boto3.session.Session:
    """
    Return a boto3 session as `new_session` does, with credentials that are there already.

    Threads need a session each, and nobody should have to type the code of one MFA device twice.
    """
    core = _core(profile)
    core.register_component("credential_provider", _Given(credentials))
    return boto3.session.Session(botocore_session=core, region_name=region)


def role_credentials(credentials: Any, role_arn: str, *, region: str, external_id: str | None, calls: Calls) -> Any:
    """
    Return credentials of a role, assumed with others when they are first needed and again before they expire.

    The call goes to STS in the Region and is counted with `calls`. Using them raises what AssumeRole raises.
    """
    session = new_session(region=region)
    calls.watch(session)
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(session.client, config=IDENTIFYING),
        source_credentials=credentials,
        role_arn=role_arn,
        extra_args={"RoleSessionName": SESSION_NAME} | ({"ExternalId": external_id} if external_id else {}),
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "sts-assume-role")


class _Given:
    """Credentials in the place of the chain of providers that botocore looks through."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        """Return the credentials, as botocore asks for them."""
        return self._credentials


def _core(profile: str | None) -> Any:
    core = botocore.session.Session(profile=profile)
    core.register_component("data_loader", _models())
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment)
    # Looks the profile up, which botocore would leave until the first call.
    core.get_scoped_config()
    return core


@cache
def _models() -> Any:
    return botocore.loaders.Loader(file_loader=PlainLoader())


def region_of(session: boto3.session.Session) -> str:
    """Return the Region of a session or of the environment; raises AccountError where neither has one."""
    # boto3 reads AWS_DEFAULT_REGION only; the AWS CLI and the other SDKs read AWS_REGION.
    region: str | None = session.region_name or os.environ.get("AWS_REGION")
    if not region:
        raise AccountError("there is no Region; give --region, set AWS_REGION, or give the profile a region")
    return region


def open_session(session: boto3.session.Session, calls: Calls | None = None) -> OpenAccount:
    """
    Return the account that the session's credentials belong to, in the session's Region; raises AccountError.

    The account id is that of STS GetCallerIdentity, asked in the Region, whose endpoint belongs to its partition.
    `calls` has what was sent for the session before.
    """
    region = region_of(session)
    now = datetime.now(UTC)
    calls = calls or Calls()
    calls.watch(session)
    try:
        identity = session.client("sts", region_name=region, config=IDENTIFYING).get_caller_identity()
        aws = Aws(session, account_id=identity["Account"], region=region, now=now, readers=READERS)
        return OpenAccount(aws, calls)
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise AccountError(
            f"no credentials: {error_message(error)}; give --profile, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY",
            error_code(error),
        ) from error
    except ClientError as error:
        code = error_code(error)
        raise AccountError(f"AWS refused the credentials: {code}: {error_message(error)}", code) from error
    except (BotoCoreError, ValueError) as error:
        # An endpoint that is no URL is a ValueError.
        raise AccountError(_unreachable(session, region, error), error_code(error)) from error


def _unreachable(session: boto3.session.Session, region: str, error: Exception) -> str:
    """Return why nobody said whose credentials these are; a Region that botocore does not know is the likely reason."""
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("sts", partition)]
    if region in known:
        return f"the account cannot be asked who it is in {region}: {printable(str(error))}"
    return unknown("Region", printable(region), known, f"{error_code(error)}: {printable(str(error))}")
