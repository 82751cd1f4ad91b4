"""One Region of a company's account while it is being filled."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cli.sandbox.account import ACCOUNT_ID

if TYPE_CHECKING:
    import boto3

Statement = dict[str, Any]


class Site:
    """
    A Region to fill.

    `mixed` says whether bad resources belong there beside the good ones; `home` whether it is the Region that things
    without a Region, such as IAM roles, are made with. Themes leave here what later ones refer to: `keys` has the
    ARNs of keys, `subnets` and `security_groups` ids by VPC, and `names` what people call the ids that AWS made up.
    """

    account_id = ACCOUNT_ID

    def __init__(self, session: boto3.session.Session, region: str, *, mixed: bool, home: bool) -> None:
        self.region = region
        self.mixed = mixed
        self.home = home
        self.keys: dict[str, str] = {}
        self.subnets: dict[str, str] = {}
        self.security_groups: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._session = session
        self.client = cache(self._client)

    def arn(self, service: str, path: str) -> str:
        """Return the ARN of something in this account and Region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{path}"

    def role(self, name: str) -> str:
        """Return the ARN of a role of the account."""
        return f"arn:aws:iam::{self.account_id}:role/{name}"

    def _client(self, service: str) -> Any:
        return self._session.client(service, region_name=self.region)


def document(*statements: Statement) -> str:
    """Return a policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: str | tuple[str, ...] = "*", **more: Any) -> Statement:
    """Return a statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on if isinstance(on, str) else list(on), **more}


def deny(*actions: str, on: str | tuple[str, ...] = "*", **more: Any) -> Statement:
    """Return a statement that denies actions on resources."""
    return allow(*actions, on=on, **more) | {"Effect": "Deny"}


def trust(service: str, **condition: Any) -> str:
    """Return a trust policy for an AWS service ("lambda")."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition})
