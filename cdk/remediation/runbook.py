"""
A runbook: an AWS Systems Manager Automation document with the permissions of the role that it runs with.

Every runbook looks first, changes nothing that is right already, changes nothing at all with DryRun, and looks again
after a change. What it did is in its variable Outcome: a word of `Outcome`, a colon, a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.collector import Action

Document = dict[str, Any]

ROLE = "AutomationAssumeRole"
DRY_RUN = "DryRun"
OUTCOME = "Outcome"


class Outcome(StrEnum):
    """The first word of what a runbook says that it did."""

    NOTHING_TO_DO = "NOTHING_TO_DO"
    WOULD_CHANGE = "WOULD_CHANGE"
    CHANGED = "CHANGED"
    UNFINISHED = "UNFINISHED"


@dataclass(frozen=True)
class PassedRole:
    """A role that a runbook hands to a service, which needs iam:PassRole; `arn` is a CloudFormation value."""

    arn: object
    service: str


@dataclass(frozen=True)
class Runbook:
    """
    One runbook.

    `id` is its name behind the prefix, at most 36 characters. `parameters` and `steps` are those of the document
    besides what all have. `permissions` are exactly the actions that the steps call; those on S3 are limited to
    buckets of the account.
    """

    id: str
    title: str
    changes: str
    parameters: Mapping[str, Document]
    steps: tuple[Document, ...]
    outputs: tuple[str, ...]
    permissions: tuple[Action, ...]
    passes: PassedRole | None = None

    def document(self, role_arn: object) -> Document:
        """Return the Automation document; the role is the default of its parameter AutomationAssumeRole."""
        return {
            "schemaVersion": "0.3",
            "description": f"{self.title}. {self.changes}",
            "assumeRole": f"{{{{ {ROLE} }}}}",
            "parameters": {
                **self.parameters,
                DRY_RUN: {
                    "type": "Boolean",
                    "description": "Whether to say only what would be changed.",
                    "default": False,
                    "allowedValues": [True, False],
                },
                ROLE: {
                    "type": "String",
                    "description": "The ARN of the role that the steps run with.",
                    "default": role_arn,
                },
            },
            "variables": {
                OUTCOME: {
                    "type": "String",
                    "description": "What the run did.",
                    "default": f"{Outcome.UNFINISHED}: The run has not reached its end.",
                }
            },
            "mainSteps": [dict(step) for step in self.steps],
            "outputs": list(self.outputs),
        }


BUCKET_NAME: Document = {
    "type": "String",
    "description": "The name of the bucket.",
    "allowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
}
