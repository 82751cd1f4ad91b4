"""The rules on principals as AWS Config invokes them, in an account with people and roles."""

import json
from typing import Any

import pytest
from moto.iam.models import iam_backends

from cli.sandbox import ACCOUNT_ID, Account, Fault
from cli.sandbox.config_events import ChangedResource
from rules.access.bedrock_invoke_least_privilege import BedrockInvokeLeastPrivilege
from rules.access.bedrock_retrieve_least_privilege import BedrockRetrieveLeastPrivilege
from rules.access.sagemaker_invoke_least_privilege import SageMakerInvokeLeastPrivilege
from rules.engine.errors import CollectionError, UnreadableResourcesError
from rules.engine.rule import ChangeRule
from rules.facts.iam_principals import Principal
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow

RULE = "bedrock-invoke-least-privilege-conformance-pack-abc123xyz"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
GOOD = ("COMPLIANT", "Model invocation is limited to foundation-model/anthropic.claude-v2:1.")
BAD = ("NON_COMPLIANT", 'Inline policy "app" statement 1 allows bedrock:InvokeModel on *; name the model ARNs.')
LEFT = ("NOT_APPLICABLE", "The role is not allowed any model invocation.")


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Rig:
    """AWS Config with the rule on model invocation, and the principals that it judges."""

    def __init__(self, account: Account) -> None:
        self.account = account
        session = account.session()
        self.iam, self.config = session.client("iam"), session.client("config")
        recorder = {"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/r"}
        self.config.put_configuration_recorder(ConfigurationRecorder=recorder)
        source = {"Owner": "AWS", "SourceIdentifier": "ANY"}
        self.config.put_config_rule(ConfigRule={"ConfigRuleName": RULE, "Source": source})
        self.events = account.config_events()
        self.ids: dict[str, str] = {}

    def role(self, name: str, *statements: dict[str, Any]) -> None:
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.ids[name] = made["Role"]["RoleId"]
        if statements:
            self.put(name, *statements)

    def put(self, name: str, *statements: dict[str, Any]) -> None:
        self.iam.put_role_policy(RoleName=name, PolicyName="app", PolicyDocument=document(*statements))

    def scheduled(self, rule: type[ChangeRule[Principal]] = BedrockInvokeLeastPrivilege) -> None:
        rule.lambda_handler()(self.events.scheduled(RULE), None)

    def changed(
        self, name: str, kind: str = "Role", rule: type[ChangeRule[Principal]] = BedrockInvokeLeastPrivilege
    ) -> None:
        resource = ChangedResource(f"AWS::IAM::{kind}", self.ids[name], name)
        rule.lambda_handler()(self.events.changed(RULE, resource), None)

    @property
    def results(self) -> dict[str, tuple[str, str]]:
        names = {unique_id: name for name, unique_id in self.ids.items()}
        pages = self.config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName=RULE)
        return {
            names.get(qualifier["ResourceId"], qualifier["ResourceId"]): (
                result["ComplianceType"],
                result["Annotation"],
            )
            for page in pages
            for result in page["EvaluationResults"]
            for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
        }


@pytest.fixture
def rig(account: Account) -> Rig:
    return Rig(account)


def test_reports_by_unique_id_who_may_invoke_a_model_and_nobody_else(rig: Rig) -> None:
    rig.role("good", allow(INVOKE, MODEL_A))
    rig.role("bad", allow(INVOKE))
    rig.role("other", allow("s3:GetObject"))

    rig.scheduled()

    assert rig.results == {"good": GOOD, "bad": BAD}
    assert {unique_id[:4] for unique_id in rig.ids.values()} == {"AROA"}


def test_an_account_where_nobody_may_invoke_a_model_is_not_applicable(rig: Rig) -> None:
    rig.role("other", allow("s3:GetObject"))

    rig.scheduled()

    assert rig.results == {ACCOUNT_ID: ("NOT_APPLICABLE", "No role or user may invoke a model.")}


def test_a_denied_listing_fails_the_invocation_and_leaves_evaluations_alone(rig: Rig) -> None:
    rig.role("good", allow(INVOKE, MODEL_A))
    rig.scheduled()
    rig.account.faults.add(Fault("deny", action="iam:GetAccountAuthorizationDetails"))
    rig.put("good", allow(INVOKE))

    with pytest.raises(CollectionError, match="AccessDenied"):
        rig.scheduled()

    assert rig.results == {"good": GOOD}


def test_a_malformed_policy_leaves_its_principal_alone_and_fails_the_invocation(rig: Rig) -> None:
    for name in ("good", "odd"):
        rig.role(name, allow(INVOKE, MODEL_A))
    rig.scheduled()
    rig.put("good", allow(INVOKE))
    iam_backends[ACCOUNT_ID]["aws"].get_role("odd").policies["app"] = "{}"

    message = r'AWS::IAM::Role odd \(MalformedPolicy: Inline policy "app": The policy document has no Statement'
    with pytest.raises(UnreadableResourcesError, match=message):
        rig.scheduled()
    with pytest.raises(UnreadableResourcesError, match=message):
        rig.changed("odd")

    assert rig.results == {"good": BAD, "odd": GOOD}


def test_a_change_is_judged_as_the_principal_is_now(rig: Rig) -> None:
    for name in ("tightened", "emptied", "deleted"):
        rig.role(name, allow(INVOKE))
    rig.scheduled()
    rig.put("tightened", allow(INVOKE, MODEL_A))
    rig.iam.delete_role_policy(RoleName="emptied", PolicyName="app")
    rig.iam.delete_role_policy(RoleName="deleted", PolicyName="app")
    rig.iam.delete_role(RoleName="deleted")

    for name in rig.ids:
        rig.changed(name)

    gone = "The resource no longer exists, or is not one that this rule is about."
    assert rig.results == {"tightened": GOOD, "emptied": LEFT, "deleted": ("NOT_APPLICABLE", gone)}


@pytest.mark.parametrize(
    "rule", [BedrockInvokeLeastPrivilege, BedrockRetrieveLeastPrivilege, SageMakerInvokeLeastPrivilege]
)
def test_needs_exactly_the_actions_that_it_declares(rig: Rig, rule: type[ChangeRule[Principal]]) -> None:
    everything = document(allow("*"))
    arn = rig.iam.create_policy(PolicyName="models", PolicyDocument=everything)["Policy"]["Arn"]
    rig.role("app", allow("*"))
    rig.iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    rig.iam.create_group(GroupName="people")
    rig.iam.put_group_policy(GroupName="people", PolicyName="own", PolicyDocument=everything)
    rig.ids["ada"] = rig.iam.create_user(UserName="ada")["User"]["UserId"]
    rig.iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=everything)
    rig.iam.add_user_to_group(GroupName="people", UserName="ada")
    rig.account.calls.clear()

    rig.scheduled(rule)
    rig.changed("app", "Role", rule)
    rig.changed("ada", "User", rule)

    assert rig.account.calls.actions() == {action.name for action in rule.actions()}
