import json
from pathlib import Path
from typing import Any

import pytest

from cdk.bundle import Bundle
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.remediation.offer import runbooks
from cdk.remediation.role import permissions, trust
from cdk.settings import Settings
from cli.sandbox import Account
from cli.sandbox.automation import execute
from rules.logging.bedrock_log_bucket_protected import BedrockLogBucketProtected
from tests.cdk.conftest import Synthesise, Template
from tests.cdk.remediation.test_offer import EVERYTHING

SETTINGS = Settings(
    rules=(BedrockLogBucketProtected,),
    managed=ManagedChoice(GROUPS, included=frozenset({"keys"})),
    remediation=EVERYTHING,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(synthesise: Synthesise) -> Template:
    return synthesise(SETTINGS)["ai-config"]


def documents(template: Template) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SSM::Document"
    }


def test_every_runbook_is_a_document_that_is_updated_in_place(template: Template) -> None:
    found = documents(template).values()

    assert {each["Name"] for each in found} == {f"ai-config-{runbook.id}" for runbook in runbooks(EVERYTHING)}
    assert {(each["DocumentType"], each["DocumentFormat"], each["UpdateMethod"]) for each in found} == {
        ("Automation", "JSON", "NewVersion")
    }


@pytest.mark.parametrize("runbook", runbooks(EVERYTHING), ids=lambda runbook: runbook.id)
def test_every_document_runs_with_a_role_of_its_own(template: Template, runbook: Any) -> None:
    [document] = [each for each in documents(template).values() if each["Name"] == f"ai-config-{runbook.id}"]
    role = document["Content"]["parameters"]["AutomationAssumeRole"]["default"]["Fn::GetAtt"][0]

    properties = template["Resources"][role]["Properties"]
    assert properties["AssumeRolePolicyDocument"]["Statement"] == [trust()]
    assert [each["PolicyDocument"]["Statement"] for each in properties["Policies"]] == [permissions(runbook)]


def test_the_pack_comes_after_the_documents_and_names_them(template: Template) -> None:
    pack = template["Resources"]["Pack"]
    resources = json.loads(pack["Properties"]["TemplateBody"])["Resources"]

    assert set(documents(template)) <= set(pack["DependsOn"])
    assert resources["BedrockLogBucketProtectedRemediation"]["Properties"]["TargetId"] == "ai-config-require-tls"
    assert resources["KmsKeyRotatedRemediation"]["Properties"]["TargetId"] == "ai-config-enable-key-rotation"
    assert not [each for each in resources.values() if each["Properties"].get("Automatic")]


def test_without_the_setting_there_is_none_of_it(synthesise: Synthesise) -> None:
    template = synthesise(Settings(rules=(BedrockLogBucketProtected,)))["ai-config"]

    assert documents(template) == {}
    assert "Remediation" not in json.dumps(template)


@pytest.mark.repeats
def test_cdk_nag_and_cfn_lint_find_nothing(small_bundle: Bundle, tmp_path: Path) -> None:
    from cdk import check  # noqa: PLC0415 - starts Node

    assert check.synthesised(SETTINGS, small_bundle, tmp_path) == ()
    assert check.linted((tmp_path / "ai-config.template.json").read_text(encoding="utf-8")) == ()


@pytest.mark.repeats
def test_what_the_stack_deploys_runs(account: Account, template: Template) -> None:
    parts = {name: each for name, each in template["Resources"].items() if name.startswith("Runbooks")}
    session = account.session()
    session.client("cloudformation").create_stack(
        StackName="runbooks", TemplateBody=json.dumps({"Resources": parts}), Capabilities=["CAPABILITY_IAM"]
    )
    kms = session.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    session.client("s3").create_bucket(Bucket="logs")

    rotated = execute(account, "ai-config-enable-key-rotation", {"KeyId": key})
    denied = execute(account, "ai-config-require-tls", {"BucketName": "logs"})
    logging = execute(account, "ai-config-enable-invocation-logging", {"DryRun": "true"})

    assert (rotated.status, denied.status, logging.status) == ("Success", "Success", "Success")
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    assert "logs-123456789012-us-east-1" in str(logging.variables["Outcome"])
