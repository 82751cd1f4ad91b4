"""What a company is being built on: its size, what was made already, and words that many parts need."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cli.sandbox import ACCOUNT_ID

if TYPE_CHECKING:
    from benchmarks.company.desk import Desk
    from benchmarks.company.size import Size

REGION = "us-east-1"
MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
CLAUDE = f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}"
PARTNER = "444455556666"
IMAGES = f"{ACCOUNT_ID}.dkr.ecr.{REGION}.amazonaws.com"
ARTIFACTS, DROPBOX = "northwind-model-artifacts", "northwind-dropbox"
"""A bucket by the book, and one that nobody looks after."""


@dataclass
class Grounds:
    """
    A company on its way, ordered at `desk`.

    `keys` are the ARNs of its keys, `networks` the VPC configurations (subnets, security groups) of its VPCs,
    `guardrails` the ids of its guardrails.
    """

    desk: Desk
    size: Size
    keys: list[str] = field(default_factory=list)
    networks: list[tuple[str, str]] = field(default_factory=list)
    guardrails: list[str] = field(default_factory=list)

    def ask(self, service: str, operation: str, **params: Any) -> Any:
        """Return what the API answers to an operation, or enough of it to go on."""
        return self.desk.ask(service, operation, **params)

    def key(self, number: int) -> str:
        """Return the ARN of a key that rotates, for something with that number."""
        return self.keys[number % len(self.keys)]

    def network(self, number: int) -> dict[str, list[str]]:
        """Return a VPC configuration as Amazon SageMaker AI takes it."""
        subnet, group = self.networks[number % len(self.networks)]
        return {"Subnets": [subnet], "SecurityGroupIds": [group]}


def one_in(number: int, share: int, at: int = 0) -> bool:
    """Say whether something with that number is one of every `share`."""
    return number % share == at % share


def arn(service: str, path: str) -> str:
    """Return the ARN of something in the account and Region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{path}"


def role(name: str) -> str:
    """Return the ARN of a role of the account."""
    return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


def document(*statements: dict[str, Any]) -> str:
    """Return a policy with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return a statement that allows something."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
