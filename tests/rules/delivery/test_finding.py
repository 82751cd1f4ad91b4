from dataclasses import replace
from hashlib import sha256
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from rules.delivery.compliance_change import ComplianceChange
from rules.delivery.finding import (
    ASFF_TYPES,
    archived,
    finding_id,
    finding_of,
    resource_arn,
    sentences,
)
from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.rule import Rule
from rules.engine.verdict import Compliance
from tests.rules.delivery.events import RULE, at, event

MODEL = botocore.session.Session().get_service_model("securityhub")
SHAPE = MODEL.shape_for("AwsSecurityFinding")
EVERY = [
    pytest.param(rule, kind, compliance, id=f"{rule.id} {kind} {compliance.value}")
    for rule in all_rules()
    for kind in rule.reports
    for compliance in Compliance
]


def change_of(**members: Any) -> ComplianceChange:
    change = ComplianceChange.of_event(event(old="NON_COMPLIANT", minutes=90))
    assert change is not None
    return replace(change, **members)


def lengths_broken(finding: dict[str, Any]) -> list[str]:
    """Return the limits that the API reference states and the model does not."""
    recommendation, fields = finding["Remediation"]["Recommendation"], finding["ProductFields"]
    sizes = {
        "Id": (len(finding["Id"]), 512),
        "GeneratorId": (len(finding["GeneratorId"]), 512),
        "Title": (len(finding["Title"]), 256),
        "Description": (len(finding["Description"]), 1024),
        "Recommendation.Text": (len(recommendation["Text"]), 512),
        "RelatedRequirements": (len(finding["Compliance"]["RelatedRequirements"]), 32),
        "Resources": (len(finding["Resources"]), 32),
        "Resource.Type": (len(finding["Resources"][0]["Type"]), 256),
        "Resource.Region": (len(finding["Resources"][0]["Region"]), 16),
        "ProductFields": (len(fields), 50),
        "ProductFields' keys": (max(map(len, fields)), 128),
        "ProductFields' values": (max(map(len, fields.values())), 2048),
        "Types": (len(finding["FindingProviderFields"]["Types"]), 50),
    }
    return [name for name, (size, most) in sizes.items() if not 1 <= size <= most]


@pytest.mark.parametrize(("rule", "kind", "compliance"), EVERY)
def test_the_finding_of_every_rule_is_one_that_security_hub_takes(
    rule: type[Rule[Any]], kind: str, compliance: Compliance
) -> None:
    change = change_of(
        rule=rule, resource_type=kind, resource_id="é" * 768, annotation="a" * 256, compliance=compliance
    )

    finding = finding_of(change)

    report = ParamValidator().validate(finding, SHAPE)
    assert not report.has_errors(), report.generate_report()
    assert lengths_broken(finding) == []
    assert finding["Compliance"]["Status"] in MODEL.shape_for("ComplianceStatus").enum
    assert finding["FindingProviderFields"]["Severity"]["Label"] in MODEL.shape_for("SeverityLabel").enum
    assert finding["Resources"][0]["Partition"] in MODEL.shape_for("Partition").enum
    assert finding["Remediation"]["Recommendation"]["Url"].startswith("https://docs.aws.amazon.com/")


def test_says_what_is_wrong_why_it_matters_and_what_to_do() -> None:
    finding = finding_of(change_of())

    assert finding == {
        "SchemaVersion": "2018-10-08",
        "Id": f"ai-config-rules/{RULE}/123456789012/us-east-1/AWS::Logs::LogGroup/prompts",
        "ProductArn": "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default",
        "ProductName": "ai-config-rules",
        "GeneratorId": f"ai-config-rules/{RULE}",
        "AwsAccountId": "123456789012",
        "Region": "us-east-1",
        "FirstObservedAt": "2026-11-23T10:30:00.000Z",
        "LastObservedAt": "2026-11-23T11:30:00.000Z",
        "CreatedAt": "2026-11-23T11:30:00.000Z",
        "UpdatedAt": "2026-11-23T11:30:00.000Z",
        "Title": finding["Title"],
        "Description": finding["Description"],
        "Remediation": finding["Remediation"],
        "Resources": [
            {
                "Type": "Other",
                "Id": "arn:aws:logs:us-east-1:123456789012:log-group:prompts",
                "Partition": "aws",
                "Region": "us-east-1",
                "Details": {"Other": {"ResourceType": "AWS::Logs::LogGroup", "ResourceId": "prompts"}},
            }
        ],
        "Compliance": {"Status": "FAILED", "RelatedRequirements": finding["Compliance"]["RelatedRequirements"]},
        "RecordState": "ACTIVE",
        "ProductFields": finding["ProductFields"],
        "FindingProviderFields": {
            "Severity": {"Label": "HIGH", "Original": "HIGH"},
            "Types": ["Software and Configuration Checks/AWS Config Analysis"],
        },
    }
    assert finding["Title"] == "The log group of model invocations is retained, encrypted and private"
    assert finding["Description"].startswith("Retention is 30 days, at least 90 are wanted. Checks if ")
    assert "NIST SP 800-53 Revision 5 AU-11" in finding["Compliance"]["RelatedRequirements"]
    fields = finding["ProductFields"]
    assert {name.removeprefix("ai-config-rules/") for name in fields} == {
        *("ProviderName", "RuleId", "Duty", "DutySummary", "Frameworks", "References"),
        *("ConfigRuleName", "ResourceType", "ResourceId", "Annotation"),
    }
    assert fields["ai-config-rules/Duty"] == "Logging, retention and alerting"
    assert fields["ai-config-rules/ConfigRuleName"] == f"{RULE}-conformance-pack-qayjyopmd"
    assert fields["ai-config-rules/Annotation"] == "Retention is 30 days, at least 90 are wanted."


@pytest.mark.parametrize(
    ("compliance", "state", "status"),
    [
        (Compliance.NON_COMPLIANT, "ACTIVE", "FAILED"),
        (Compliance.COMPLIANT, "ARCHIVED", "PASSED"),
        (Compliance.NOT_APPLICABLE, "ARCHIVED", "NOT_AVAILABLE"),
    ],
)
def test_what_is_right_or_gone_is_archived(compliance: Compliance, state: str, status: str) -> None:
    finding = finding_of(change_of(compliance=compliance))

    assert (finding["RecordState"], finding["Compliance"]["Status"]) == (state, status)


def test_the_beginning_of_a_finding_is_kept() -> None:
    known = {"FirstObservedAt": "2026-01-02T03:04:05.000Z", "CreatedAt": "2026-01-02T03:05:00.000Z"}

    finding = finding_of(change_of(), known, at=at(600))

    assert (finding["FirstObservedAt"], finding["CreatedAt"]) == (known["FirstObservedAt"], known["CreatedAt"])
    assert (finding["LastObservedAt"], finding["UpdatedAt"]) == ("2026-11-23T11:30:00.000Z", "2026-11-23T20:00:00.000Z")


@pytest.mark.parametrize(
    ("kind", "resource_id", "asff_type", "asff_id", "details"),
    [
        pytest.param("AWS::::Account", "123456789012", "AwsAccount", "AWS::::Account:123456789012", None, id="account"),
        pytest.param("AWS::S3::Bucket", "training", "AwsS3Bucket", "arn:aws:s3:::training", None, id="bucket"),
        pytest.param(
            "AWS::Lambda::Function",
            "ask",
            "AwsLambdaFunction",
            "arn:aws:lambda:us-east-1:123456789012:function:ask",
            None,
            id="function",
        ),
        pytest.param(
            "AWS::IAM::Role", "AROAEXAMPLE", "AwsIamRole", "AROAEXAMPLE", {"AwsIamRole": {"RoleId": "AROAEXAMPLE"}},
            id="role",
        ),
        pytest.param(
            "AWS::IAM::User", "AIDAEXAMPLE", "AwsIamUser", "AIDAEXAMPLE", {"AwsIamUser": {"UserId": "AIDAEXAMPLE"}},
            id="user",
        ),
        pytest.param(
            "AWS::Bedrock::Guardrail",
            "arn:aws:bedrock:us-east-1:123456789012:guardrail/g",
            "Other",
            "arn:aws:bedrock:us-east-1:123456789012:guardrail/g",
            {
                "Other": {
                    "ResourceType": "AWS::Bedrock::Guardrail",
                    "ResourceId": "arn:aws:bedrock:us-east-1:123456789012:guardrail/g",
                }
            },
            id="a type that the format does not know",
        ),
    ],
)  # fmt: skip
def test_names_the_resource_as_the_format_does(
    kind: str, resource_id: str, asff_type: str, asff_id: str, details: object
) -> None:
    (resource,) = finding_of(change_of(resource_type=kind, resource_id=resource_id))["Resources"]

    assert (resource["Type"], resource["Id"], resource.get("Details")) == (asff_type, asff_id, details)


@pytest.mark.parametrize(
    ("kind", "resource_id", "asff_type", "arn"),
    [
        (
            "AWS::Bedrock::KnowledgeBase",
            "KB1",
            "Other",
            "arn:aws-cn:bedrock:cn-north-1:123456789012:knowledge-base/KB1",
        ),
        ("AWS::EC2::VPC", "vpc-1", "AwsEc2Vpc", "arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-1"),
        ("AWS::EC2::VPCEndpoint", "vpce-1", "Other", "arn:aws-cn:ec2:cn-north-1:123456789012:vpc-endpoint/vpce-1"),
        ("AWS::KMS::Key", "1111-2222", "AwsKmsKey", "1111-2222"),
        ("AWS::Lambda::Function", "f", "AwsLambdaFunction", "arn:aws-cn:lambda:cn-north-1:123456789012:function:f"),
        ("AWS::Logs::LogGroup", "/a/b", "Other", "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/a/b"),
        ("AWS::S3::Bucket", "b", "AwsS3Bucket", "arn:aws-cn:s3:::b"),
        ("AWS::SageMaker::NotebookInstance", "n", "AwsSageMakerNotebookInstance", "n"),
        ("AWS::SecretsManager::Secret", "s", "AwsSecretsManagerSecret", "s"),
        ("AWS::SageMaker::Model", "arn:aws-cn:sagemaker:x", "Other", "arn:aws-cn:sagemaker:x"),
        ("AWS::S3::Bucket", "arn:aws-cn:s3:::b", "AwsS3Bucket", "arn:aws-cn:s3:::b"),
    ],
    ids=lambda case: str(case).rpartition("::")[2],
)
def test_names_every_type_of_resource(kind: str, resource_id: str, asff_type: str, arn: str) -> None:
    change = change_of(partition="aws-cn", region="cn-north-1", resource_type=kind, resource_id=resource_id)
    (resource,) = finding_of(change)["Resources"]

    assert (resource["Type"], resource["Id"]) == (asff_type, arn)
    assert (resource["Partition"], resource["Region"]) == ("aws-cn", "cn-north-1")


@pytest.mark.parametrize("kind", ["AWS::IAM::Role", "AWS::IAM::User", "AWS::S3::Bucket"])
def test_a_principal_that_is_gone_keeps_the_name_that_it_had(kind: str) -> None:
    known = [{"Type": "Known", "Id": "arn:aws:iam::123456789012:role/known"}]
    gone = change_of(resource_type=kind, resource_id="AROAEXAMPLE")
    (again,) = finding_of(replace(gone, arn="arn:aws:iam::123456789012:role/new"), {"Resources": known})["Resources"]

    kept = finding_of(gone, {"Resources": known})["Resources"] == known
    assert kept is (kind != "AWS::S3::Bucket")
    assert finding_of(gone, {"Resources": []})["Resources"] == finding_of(gone)["Resources"]
    assert again["Id"] == "arn:aws:iam::123456789012:role/new"


def test_a_finding_that_says_nothing_more_is_archived_as_it_is() -> None:
    assert archived({"Id": "f", "UserDefinedFields": {"a": "b"}}, Compliance.NOT_APPLICABLE, at(0)) == {
        "Id": "f",
        "UpdatedAt": "2026-11-23T10:00:00.000Z",
        "RecordState": "ARCHIVED",
        "ProductFields": {},
        "Compliance": {"Status": "NOT_AVAILABLE", "RelatedRequirements": []},
    }


def test_fields_of_the_product_say_everything_once() -> None:
    rule = rule_by_id(RULE)
    fields = finding_of(change_of())["ProductFields"]

    assert fields == {
        "ProviderName": "ai-config-rules",
        "ai-config-rules/RuleId": RULE,
        "ai-config-rules/Duty": "Logging, retention and alerting",
        "ai-config-rules/DutySummary": rule.duty.summary,
        "ai-config-rules/Frameworks": "; ".join(str(control) for control in rule.frameworks),
        "ai-config-rules/References": " ".join(rule.references),
        "ai-config-rules/ConfigRuleName": f"{RULE}-conformance-pack-qayjyopmd",
        "ai-config-rules/ResourceType": "AWS::Logs::LogGroup",
        "ai-config-rules/ResourceId": "prompts",
        "ai-config-rules/Annotation": "Retention is 30 days, at least 90 are wanted.",
    }
    assert "ai-config-rules/Annotation" not in finding_of(change_of(annotation=""))["ProductFields"]
    assert finding_of(change_of(annotation=""))["Description"].startswith("Checks if ")


def test_fields_of_the_product_are_cut_to_what_fits() -> None:
    said = [finding_of(change_of(annotation="x" * length))["ProductFields"] for length in (2048, 2049)]

    assert [fields["ai-config-rules/Annotation"] for fields in said] == ["x" * 2048, "x" * 2047 + "…"]


@pytest.mark.parametrize(("length", "hashed"), [(0, False), (1, True)], ids=["just fits", "one more"])
def test_an_id_that_does_not_fit_has_a_hash(length: int, *, hashed: bool) -> None:
    start = f"ai-config-rules/{RULE}/123456789012/us-east-1/AWS::Logs::LogGroup/"
    resource_id = "x" * (512 - len(start) + length)

    found = finding_id(change_of(resource_id=resource_id))
    assert found == start + (sha256(resource_id.encode()).hexdigest() if hashed else resource_id)


def test_types_are_those_of_the_format() -> None:
    known = set(MODEL.shape_for("ResourceDetails").members) | {"AwsAccount"}

    assert set(ASFF_TYPES.values()) <= known


def test_an_arn_is_of_the_partition() -> None:
    change = change_of(
        partition="aws-us-gov", region="us-gov-west-1", resource_type="AWS::EC2::VPC", resource_id="vpc-1"
    )

    assert resource_arn(change) == "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:vpc/vpc-1"


class TestIds:
    def test_a_new_pack_changes_none(self) -> None:
        again = change_of(config_rule_name=f"{RULE}-conformance-pack-zzzzzzzzz", recorded_at=at(1000))

        assert finding_id(again) == finding_id(change_of())

    @pytest.mark.parametrize(
        "other",
        [
            {"resource_id": "answers"},
            {"resource_type": "AWS::S3::Bucket"},
            {"region": "eu-central-1"},
            {"account_id": "111122223333"},
            {"rule": all_rules()[0]},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_anything_else_does(self, other: dict[str, Any]) -> None:
        assert finding_id(change_of(**other)) != finding_id(change_of())

    def test_long_ones_are_hashed_and_stay_apart(self) -> None:
        one, other = (finding_id(change_of(resource_id="x" * 500 + last)) for last in "ab")

        assert one != other
        assert len(one) == len(other) <= 512
        assert one.startswith(f"ai-config-rules/{RULE}/123456789012/us-east-1/AWS::Logs::LogGroup/")


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [
        pytest.param("One.\nTwo.", 20, "One. Two.", id="fits"),
        pytest.param("One is this. Two is that.", 20, "One is this.", id="whole sentences"),
        pytest.param("Run this:\n\n    aws --long-command", 20, "Run this", id="up to a command"),
        pytest.param("Onesentencethatdoesnotend", 10, "Onesenten…", id="cut"),
        pytest.param("One is this. Two: that is long", 20, "One is this. Two", id="up to the last mark"),
        pytest.param("Two: it is. That is long", 20, "Two: it is.", id="up to the last sentence"),
        pytest.param("12345678. 0", 11, "12345678. 0", id="just fits"),
        pytest.param("12345678. 01", 11, "12345678.", id="one more than fits"),
        pytest.param("12345678. 01", 9, "12345678…", id="a mark that does not fit"),
        pytest.param(". 234567890", 10, ". 2345678…", id="a mark at the beginning"),
    ],
)
def test_documentation_becomes_one_line_of_whole_sentences(text: str, limit: int, said: str) -> None:
    assert sentences(text, limit) == said


def test_an_archived_finding_says_the_rest_as_before() -> None:
    open_finding = finding_of(change_of())
    as_read = {
        **open_finding,
        "CompanyName": "Personal",
        "Workflow": {"Status": "NOTIFIED"},
        "ProcessedAt": "2026-11-23T11:30:02.000Z",
        "ProductFields": open_finding["ProductFields"] | {"aws/securityhub/ProductName": "Default"},
    }

    finding = archived(as_read, Compliance.COMPLIANT, at(120))

    requirements = open_finding["Compliance"]["RelatedRequirements"]
    assert finding == open_finding | {
        "UpdatedAt": "2026-11-23T12:00:00.000Z",
        "RecordState": "ARCHIVED",
        "Compliance": {"Status": "PASSED", "RelatedRequirements": requirements},
    }
    assert not ParamValidator().validate(finding, SHAPE).has_errors()
