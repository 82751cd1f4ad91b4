"""A compliance as an AWS Security Hub CSPM finding, in the AWS Security Finding Format. Nothing here speaks to AWS."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from rules.engine.documentation import Documentation
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.verdict import Compliance, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules.delivery.compliance_change import ComplianceChange

Finding = dict[str, Any]

PROVIDER = "ai-config-rules"
SCHEMA = "2018-10-08"
TYPES = ["Software and Configuration Checks/AWS Config Analysis"]

# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
LONGEST_ID = 512
LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 1024
LONGEST_REMEDIATION = 512
MOST_REQUIREMENTS = 32
LONGEST_PRODUCT_FIELD = 2048

STATUSES = {
    Compliance.COMPLIANT: "PASSED",
    Compliance.NON_COMPLIANT: "FAILED",
    Compliance.NOT_APPLICABLE: "NOT_AVAILABLE",
}

ASFF_TYPES = {
    ACCOUNT_TYPE: "AwsAccount",
    "AWS::EC2::VPC": "AwsEc2Vpc",
    "AWS::IAM::Role": "AwsIamRole",
    "AWS::IAM::User": "AwsIamUser",
    "AWS::KMS::Key": "AwsKmsKey",
    "AWS::Lambda::Function": "AwsLambdaFunction",
    "AWS::S3::Bucket": "AwsS3Bucket",
    "AWS::SageMaker::NotebookInstance": "AwsSageMakerNotebookInstance",
    "AWS::SecretsManager::Secret": "AwsSecretsManagerSecret",
}
"""AWS Config's resource types that the format has a type for; every other resource is "Other"."""

IDS_OF_IAM = {"AWS::IAM::Role": ("AwsIamRole", "RoleId"), "AWS::IAM::User": ("AwsIamUser", "UserId")}

ARNS = {
    "AWS::Bedrock::KnowledgeBase": "arn:{partition}:bedrock:{region}:{account}:knowledge-base/{id}",
    "AWS::EC2::VPC": "arn:{partition}:ec2:{region}:{account}:vpc/{id}",
    "AWS::EC2::VPCEndpoint": "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}",
    "AWS::Lambda::Function": "arn:{partition}:lambda:{region}:{account}:function:{id}",
    "AWS::Logs::LogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{id}",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{id}",
}
"""How the ARN is made of what AWS Config calls a resource, where that is not the ARN itself."""

IMPORTED = (
    *("SchemaVersion", "Id", "ProductArn", "ProductName", "GeneratorId", "AwsAccountId", "Region"),
    *("FirstObservedAt", "LastObservedAt", "CreatedAt", "Title", "Description", "Remediation", "Resources"),
    *("ProductFields", "FindingProviderFields"),
)
"""The members of a finding that BatchImportFindings takes again; what AWS Security Hub adds is not among them."""


def finding_of(
    change: ComplianceChange, existing: Mapping[str, Any] | None = None, *, at: datetime | None = None
) -> Finding:
    """
    Return the finding that says what `change` says: ACTIVE while NON_COMPLIANT, else ARCHIVED.

    `existing` is the finding as AWS Security Hub has it; its beginning is kept. `at` is when it was looked at again,
    for a finding that is renewed; without it, UpdatedAt is when AWS Config recorded the result.
    """
    rule, since = change.rule, written(change.open_since or change.recorded_at)
    updated = written(at or change.recorded_at)
    known = existing or {}
    documentation = Documentation.of(rule)
    return {
        "SchemaVersion": SCHEMA,
        "Id": finding_id(change),
        "ProductArn": product_arn(change.partition, change.region, change.account_id),
        "ProductName": PROVIDER,
        "GeneratorId": f"{PROVIDER}/{rule.id}",
        "AwsAccountId": change.account_id,
        "Region": change.region,
        "FirstObservedAt": known.get("FirstObservedAt", since),
        "LastObservedAt": written(change.recorded_at),
        "CreatedAt": known.get("CreatedAt", updated),
        "UpdatedAt": updated,
        "Title": shortened(rule.title, LONGEST_TITLE),
        "Description": shortened(f"{change.annotation} {documentation.description}".strip(), LONGEST_DESCRIPTION),
        "Remediation": {
            "Recommendation": {
                "Text": sentences(documentation.fix, LONGEST_REMEDIATION),
                "Url": rule.references[0],
            }
        },
        "Resources": _resources(change, known),
        "Compliance": {
            "Status": STATUSES[change.compliance],
            "RelatedRequirements": [str(control) for control in rule.frameworks][:MOST_REQUIREMENTS],
        },
        "RecordState": "ACTIVE" if change.is_open else "ARCHIVED",
        "ProductFields": _product_fields(change),
        # Severity and Types at the top are for whoever investigates; providers state theirs here.
        "FindingProviderFields": {
            "Severity": {"Label": rule.severity.name, "Original": rule.severity.name},
            "Types": TYPES,
        },
    }


def archived(existing: Mapping[str, Any], compliance: Compliance, at: datetime) -> Finding:
    """Return an open finding as archived, with nothing else changed: its rule may not even exist any more."""
    kept: Finding = {name: existing[name] for name in IMPORTED if name in existing}
    kept["ProductFields"] = {
        name: value for name, value in existing.get("ProductFields", {}).items() if not name.startswith("aws/")
    }
    requirements = existing.get("Compliance", {}).get("RelatedRequirements", [])
    return kept | {
        "UpdatedAt": written(at),
        "RecordState": "ARCHIVED",
        "Compliance": {"Status": STATUSES[compliance], "RelatedRequirements": requirements},
    }


def finding_id(change: ComplianceChange) -> str:
    """
    Return the id of the finding about one resource and one rule, the same however often the pack is deployed anew.

    It is readable, except that a resource id that would not fit is replaced by its SHA-256.
    """
    start = f"{PROVIDER}/{change.rule.id}/{change.account_id}/{change.region}/{change.resource_type}/"
    if len(start) + len(change.resource_id) <= LONGEST_ID:
        return start + change.resource_id
    return start + sha256(change.resource_id.encode()).hexdigest()


def product_arn(partition: str, region: str, account_id: str) -> str:
    """Return the ARN of the product that an account's own findings belong to (AWS calls it "default")."""
    return f"arn:{partition}:securityhub:{region}:{account_id}:product/{account_id}/default"


def resource_arn(change: ComplianceChange) -> str:
    """Return the ARN of the resource, or what AWS Config calls it where the ARN cannot be told from that."""
    if change.arn is not None:
        return change.arn
    if change.resource_id.startswith("arn:"):
        return change.resource_id
    form = ARNS.get(change.resource_type, "{id}")
    return form.format(
        partition=change.partition, region=change.region, account=change.account_id, id=change.resource_id
    )


def sentences(markdown: str, limit: int) -> str:
    """Return documentation as one line: as many whole sentences as fit, at least the beginning of the first."""
    text = " ".join(markdown.split())
    if len(text) <= limit:
        return text
    end = max(text.rfind(mark, 0, limit) for mark in (". ", ": "))
    return text[: end + 1].removesuffix(":") if end > 0 else shortened(text, limit)


def written(moment: datetime) -> str:
    """Return a time as the finding format wants it, to the millisecond: 2026-11-23T10:15:30.125Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _resources(change: ComplianceChange, known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the resource; a principal that is gone has no name any more, so that it keeps the one it had."""
    if change.resource_type in IDS_OF_IAM and change.arn is None and known.get("Resources"):
        return list(known["Resources"])
    return [_resource(change)]


def _resource(change: ComplianceChange) -> dict[str, Any]:
    kind = ASFF_TYPES.get(change.resource_type, "Other")
    resource: dict[str, Any] = {
        "Type": kind,
        "Id": f"{ACCOUNT_TYPE}:{change.account_id}" if kind == "AwsAccount" else resource_arn(change),
        "Partition": change.partition,
        "Region": change.region,
    }
    if kind == "Other":
        resource["Details"] = {"Other": {"ResourceType": change.resource_type, "ResourceId": change.resource_id}}
    if change.resource_type in IDS_OF_IAM:
        name, member = IDS_OF_IAM[change.resource_type]
        resource["Details"] = {name: {member: change.resource_id}}
    return resource


def _product_fields(change: ComplianceChange) -> dict[str, str]:
    rule = change.rule
    fields = {
        "ProviderName": PROVIDER,
        f"{PROVIDER}/RuleId": rule.id,
        f"{PROVIDER}/Duty": rule.duty.title,
        f"{PROVIDER}/DutySummary": rule.duty.summary,
        f"{PROVIDER}/Frameworks": "; ".join(str(control) for control in rule.frameworks),
        f"{PROVIDER}/References": " ".join(rule.references),
        f"{PROVIDER}/ConfigRuleName": change.config_rule_name,
        f"{PROVIDER}/ResourceType": change.resource_type,
        f"{PROVIDER}/ResourceId": change.resource_id,
        f"{PROVIDER}/Annotation": change.annotation,
    }
    return {name: shortened(value, LONGEST_PRODUCT_FIELD) for name, value in fields.items() if value}
