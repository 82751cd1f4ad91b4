"""
Which runbooks there are, and for which rules AWS Config offers them.

AWS Config keeps one remediation for a rule, takes none for a rule that a conformance pack deployed, and lets a pack's
remediations name rules of that pack only. So remediations are part of the pack that has the rules; a pack with
nothing but remediations cannot be.
https://docs.aws.amazon.com/config/latest/APIReference/API_PutRemediationConfigurations.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cdk.remediation.block_public_access import BLOCK_PUBLIC_ACCESS
from cdk.remediation.enable_invocation_logging import enable_invocation_logging
from cdk.remediation.enable_key_rotation import ENABLE_KEY_ROTATION
from cdk.remediation.require_tls import REQUIRE_TLS
from cdk.remediation.set_log_retention import set_log_retention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cdk.remediation.runbook import Runbook
    from cdk.remediation.settings import Remediation

Template = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """
    A runbook that AWS Config offers for the violations of a rule.

    `parameter` takes the id of the resource, None where the runbook is about the account.
    """

    rule: str
    runbook: str
    resource_type: str
    parameter: str | None

    def resource(self, prefix: str) -> Template:
        """
        Return it as a resource of the pack.

        The role is not given: it is the default of the document's own parameter, which AWS Config accepts for what
        is not automatic.
        """
        properties: Template = {
            "ConfigRuleName": self.rule,
            "ResourceType": self.resource_type,
            "TargetType": "SSM_DOCUMENT",
            "TargetId": document_name(prefix, self.runbook),
            "Automatic": False,
        }
        if self.parameter:
            properties["Parameters"] = {self.parameter: {"ResourceValue": {"Value": "RESOURCE_ID"}}}
        return {
            "Type": "AWS::Config::RemediationConfiguration",
            "DependsOn": logical_id(self.rule),
            "Properties": properties,
        }


OFFERS = (
    Offer("bedrock-invocation-logging-enabled", "enable-invocation-logging", "AWS::::Account", None),
    Offer("bedrock-log-group-protected", "set-log-retention", "AWS::Logs::LogGroup", "LogGroupName"),
    Offer("bedrock-log-bucket-protected", "require-tls", "AWS::S3::Bucket", "BucketName"),
    Offer("bedrock-kb-bucket-protected", "require-tls", "AWS::S3::Bucket", "BucketName"),
    Offer("training-data-bucket-protected", "require-tls", "AWS::S3::Bucket", "BucketName"),
    Offer("kms-key-rotated", ENABLE_KEY_ROTATION.id, "AWS::KMS::Key", "KeyId"),
    Offer("log-group-kept", "set-log-retention", "AWS::Logs::LogGroup", "LogGroupName"),
    Offer("s3-bucket-access-blocked", BLOCK_PUBLIC_ACCESS.id, "AWS::S3::Bucket", "BucketName"),
    Offer("s3-bucket-tls-only", REQUIRE_TLS.id, "AWS::S3::Bucket", "BucketName"),
)
"""New buckets block public access by themselves, and none denies plain HTTP, so that is what bucket rules offer."""


def runbooks(remediation: Remediation) -> tuple[Runbook, ...]:
    """Return the runbooks that the settings deploy."""
    logs = remediation.invocation_logs
    return (
        *((enable_invocation_logging(logs),) if logs else ()),
        set_log_retention(remediation.log_retention_days),
        BLOCK_PUBLIC_ACCESS,
        ENABLE_KEY_ROTATION,
        REQUIRE_TLS,
    )


def offered(remediation: Remediation | None, prefix: str, rules: Iterable[str]) -> Template:
    """Return the remediations of a pack with these rules, as resources of its template."""
    if remediation is None:
        return {}
    present, deployed = set(rules), {runbook.id for runbook in runbooks(remediation)}
    return {
        f"{logical_id(offer.rule)}Remediation": offer.resource(prefix)
        for offer in OFFERS
        if offer.rule in present and offer.runbook in deployed
    }


def document_name(prefix: str, runbook: str) -> str:
    """Return the name of a runbook's document."""
    return f"{prefix}-{runbook}"


def logical_id(rule: str) -> str:
    """Return the name of a rule inside templates."""
    return "".join(part.capitalize() for part in rule.split("-"))
