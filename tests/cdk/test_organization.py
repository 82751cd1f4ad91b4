import json
from pathlib import Path
from typing import Any

import pytest

from cdk.bundle import Bundle
from cdk.organization_settings import Organization
from cdk.settings import Settings
from rules.engine.catalogue import all_rules
from tests.cdk.example_rules import RULES

pytestmark = pytest.mark.slow

ORGANIZATION = Organization("o-a1b2c3d4e5", "111122223333", ("ou-ab12-cdef3456",), aggregator=True)
REGIONS = ("us-east-1", "eu-central-1", "eu-west-1")


@pytest.fixture(scope="module")
def assembly(small_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what is synthesised for an organization, with a rule on IAM and a rule that is not."""
    from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node

    iam = next(rule for rule in all_rules() if rule.is_global)
    settings = Settings(
        rules=(*RULES, iam), prefix="audit", regions=REGIONS, global_region="eu-west-1", organization=ORGANIZATION
    )
    folder = tmp_path_factory.mktemp("assembly")
    app = new_app(folder)
    add_stacks(app, settings, small_bundle)
    app.synth()
    return folder


def loaded(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def of_type(template: Any, kind: str) -> list[Any]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def member(assembly: Path, regions: list[str]) -> Any:
    """Return the template that a stack set deploys to these Regions, as the CDK publishes it."""
    [found] = [
        one
        for one in of_type(loaded(assembly / "audit-organization.template.json"), "AWS::CloudFormation::StackSet")
        if one["StackInstancesGroup"][0]["Regions"] == regions
    ]
    key = found["TemplateURL"]["Fn::Sub"].rpartition("/")[2]
    assets = loaded(assembly / "audit-organization.assets.json")["files"]
    [source] = [
        one["source"]["path"]
        for one in assets.values()
        if any(destination["objectKey"] == key for destination in one["destinations"].values())
    ]
    return loaded(assembly / source)


def test_stack_sets_reach_accounts_that_join(assembly: Path) -> None:
    sets = of_type(loaded(assembly / "audit-organization.template.json"), "AWS::CloudFormation::StackSet")

    assert {one["StackSetName"] for one in sets} == {"audit-rules", "audit-rules-and-iam"}
    for one in sets:
        assert one["PermissionModel"] == "SERVICE_MANAGED"
        assert one["CallAs"] == "DELEGATED_ADMIN"
        assert one["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False}
        assert one["StackInstancesGroup"][0]["DeploymentTargets"] == {"OrganizationalUnitIds": ["ou-ab12-cdef3456"]}


def test_rules_on_iam_go_to_one_region(assembly: Path) -> None:
    iam = {
        f"audit-{rule.id}" for rule in (*RULES, next(rule for rule in all_rules() if rule.is_global)) if rule.is_global
    }
    names = {
        regions: {one["FunctionName"] for one in of_type(member(assembly, list(regions)), "AWS::Lambda::Function")}
        for regions in [("us-east-1", "eu-central-1"), ("eu-west-1",)]
    }

    assert names["eu-west-1",] - names["us-east-1", "eu-central-1"] == iam
    assert {f"audit-{rule.id}" for rule in RULES if not rule.is_global} <= names["us-east-1", "eu-central-1"]


@pytest.mark.parametrize("regions", [["us-east-1", "eu-central-1"], ["eu-west-1"]], ids=["others", "one"])
def test_every_file_that_a_member_names_is_published_where_it_looks(assembly: Path, regions: list[str]) -> None:
    template = member(assembly, regions)
    text = json.dumps(template)

    assert "BootstrapVersion" not in text
    for code in (one["Code"] for one in of_type(template, "AWS::Lambda::Function")):
        assert code["S3Bucket"] == {"Fn::Sub": "audit-assets-111122223333-${AWS::Region}"}
        for region in regions:
            published = loaded(assembly / f"audit-code-{region}.assets.json")["files"].values()
            places = {
                (destination["bucketName"], destination["objectKey"])
                for file in published
                for destination in file["destinations"].values()
            }
            assert (f"audit-assets-111122223333-{region}", code["S3Key"]) in places


def test_the_organization_reads_the_code_and_nobody_else(assembly: Path) -> None:
    [bucket] = of_type(loaded(assembly / "audit-assets-us-east-1.template.json"), "AWS::S3::Bucket")
    [policy] = of_type(loaded(assembly / "audit-assets-us-east-1.template.json"), "AWS::S3::BucketPolicy")
    statements = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}

    assert bucket["BucketName"] == "audit-assets-111122223333-us-east-1"
    assert bucket["PublicAccessBlockConfiguration"].keys() == {
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    }
    assert statements["TheOrganizationReads"]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    assert set(statements["TheOrganizationReads"]["Action"]) == {"s3:GetObject", "s3:GetObjectVersion"}
    assert statements["TheCdkPublishes"]["Principal"]["AWS"]["Fn::Sub"].endswith(
        ":role/cdk-hnb659fds-file-publishing-role-${AWS::AccountId}-us-east-1"
    )
    assert statements["OverTlsOnly"]["Effect"] == "Deny"


def test_buckets_then_code_then_stack_sets(assembly: Path) -> None:
    artifacts = loaded(assembly / "manifest.json")["artifacts"]
    stacks = {name: set(one.get("dependencies", ())) for name, one in artifacts.items()}

    for region in REGIONS:
        assert f"audit-assets-{region}" in stacks[f"audit-code-{region}"]
        assert f"audit-code-{region}" in stacks["audit-organization"]


def test_the_aggregator_follows_the_organization(assembly: Path) -> None:
    template = loaded(assembly / "audit-organization.template.json")
    [aggregator] = of_type(template, "AWS::Config::ConfigurationAggregator")

    assert aggregator["OrganizationAggregationSource"]["AwsRegions"] == list(REGIONS)
    [role] = of_type(template, "AWS::IAM::Role")
    assert role["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSConfigRoleForOrganizations"}
    ]
