import json
from dataclasses import replace

import pytest

from rules.delivery import reconciler
from rules.delivery.alerter import tell
from rules.delivery.compliance_change import ComplianceChange
from rules.delivery.forwarder import forward
from rules.delivery.principals import named
from rules.engine.duties import Severity
from rules.engine.surroundings import opened
from tests.rules.delivery.deployed import Deployed
from tests.rules.delivery.events import event, record

ROLE = "arn:aws:iam::123456789012:role/service/app"
USER = "arn:aws:iam::123456789012:user/ann"
RULE = "bedrock-invoke-least-privilege"

pytestmark = pytest.mark.usefixtures("hour_of_events")


@pytest.fixture
def ids(deployed: Deployed) -> dict[str, str]:
    """Return the unique ids of a role and a user, by type."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = deployed.iam.create_role(RoleName="app", Path="/service/", AssumeRolePolicyDocument=trust)
    user = deployed.iam.create_user(UserName="ann")
    return {"AWS::IAM::Role": role["Role"]["RoleId"], "AWS::IAM::User": user["User"]["UserId"]}


def change_of(resource_type: str, resource_id: str) -> ComplianceChange:
    change = ComplianceChange.of_event(event())
    assert change is not None
    return replace(change, resource_type=resource_type, resource_id=resource_id)


def test_principals_that_exist_get_their_arn(deployed: Deployed, ids: dict[str, str]) -> None:
    changes = {kind: change_of(kind, one) for kind, one in ids.items()}
    changes |= {"gone": change_of("AWS::IAM::Role", "AROAGONE"), "bucket": change_of("AWS::S3::Bucket", "b")}
    deployed.account.faults.page_size(1)

    found = named(opened(), changes)

    arns = {key: change.arn for key, change in found.items()}
    assert arns == {"AWS::IAM::Role": ROLE, "AWS::IAM::User": USER, "gone": None, "bucket": None}


def test_iam_is_not_asked_about_other_resources(deployed: Deployed) -> None:
    deployed.account.calls.clear()

    named(opened(), {"bucket": change_of("AWS::S3::Bucket", "b")})

    assert deployed.account.calls.actions() == set()


def test_what_cannot_be_listed_keeps_its_id(deployed: Deployed, ids: dict[str, str]) -> None:
    deployed.account.faults.deny("iam:ListRoles")

    found = named(opened(), {kind: change_of(kind, one) for kind, one in ids.items()})

    assert {kind: change.arn for kind, change in found.items()} == {"AWS::IAM::Role": None, "AWS::IAM::User": USER}


def test_findings_and_messages_name_the_role_and_go_on_naming_it(deployed: Deployed, ids: dict[str, str]) -> None:
    role_id = ids["AWS::IAM::Role"]
    wrong = event(rule=RULE, resource_type="AWS::IAM::Role", resource_id=role_id)

    assert forward([record(wrong)], opened()) == []
    assert tell([record(wrong)], opened(), deployed.topic, Severity.LOW) == []
    deployed.iam.delete_role(RoleName="app")
    right = event(
        "NOT_APPLICABLE",
        rule=RULE,
        resource_type="AWS::IAM::Role",
        resource_id=role_id,
        minutes=5,
        old="NON_COMPLIANT",
    )
    assert forward([record(right)], opened()) == []

    finding = deployed.findings()[role_id]
    assert finding["RecordState"] == "ARCHIVED"
    assert finding["Resources"] == [
        {
            "Type": "AwsIamRole",
            "Id": ROLE,
            "Partition": "aws",
            "Region": "us-east-1",
            "Details": {"AwsIamRole": {"RoleId": role_id}},
        }
    ]


def test_the_daily_pass_may_name_principals_too() -> None:
    assert {action.name for action in reconciler.ACTIONS} >= {"iam:ListRoles", "iam:ListUsers"}
