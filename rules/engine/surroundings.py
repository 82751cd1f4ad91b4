"""What a function of the stack is given from outside: its account, its Region, the time, and its settings."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import boto3

from rules.engine.aws import Aws

IN_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME"
"""AWS Lambda sets this for every function, and lets nobody set it."""

DETOURS = frozenset(
    {
        *("http_proxy", "https_proxy", "all_proxy", "aws_ca_bundle", "requests_ca_bundle", "sslkeylogfile"),
        *("aws_config_file", "aws_shared_credentials_file", "aws_data_path", "aws_lambda_exec_wrapper"),
    }
)
"""
Variables, in small letters, by which botocore and urllib3 talk to somebody else than AWS, trust somebody else, read
other service models, or let others read along. SSL_CERT_FILE is not among them: botocore brings its own certificates.
"""
ENDPOINTS = "aws_endpoint_url"
"""How the variables begin that name other endpoints: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 and so on."""


class SurroundingsError(Exception):
    """A function's environment is not the one that the stack gives it; the message names the variable."""


def opened() -> Aws:
    """
    Return the account and Region that this function runs in, with the time of this invocation.

    Raises SurroundingsError when the stack did not say which account that is, and as `refuse_detours` does.
    """
    refuse_detours()
    session = boto3.session.Session()
    return Aws(session, account_id=variable("ACCOUNT_ID"), region=session.region_name, now=clock())


def clock() -> datetime:
    """Return what time it is."""
    return datetime.now(UTC)


def refuse_detours() -> None:
    """
    Refuse to run in AWS Lambda with a variable that could put somebody else's answers in the place of AWS's.

    The stack sets none of them, so that whoever did wants verdicts of their own. Raises SurroundingsError.
    """
    if IN_LAMBDA not in os.environ:
        return
    found = sorted(name for name, value in os.environ.items() if value and is_detour(name))
    if found:
        raise SurroundingsError(
            f"the function's environment has {', '.join(found)}: its answers might not come from AWS; deploy again"
        )


def is_detour(name: str) -> bool:
    """Say whether a variable of that name could put somebody else's answers in the place of AWS's."""
    return name.lower() in DETOURS or name.lower().startswith(ENDPOINTS)


def variable(name: str) -> str:
    """Return an environment variable that the stack sets; raises SurroundingsError when it is not set."""
    value = os.environ.get(name)
    if not value:
        raise SurroundingsError(f"the environment variable {name} is not set; the stack sets it")
    return value
