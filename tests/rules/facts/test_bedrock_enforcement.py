import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import bedrock_enforcement
from rules.facts.bedrock_enforcement import EnforcedGuardrail, GuardrailEnforcement

TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def enforced(bedrock: Any, **settings: Any) -> str:
    texts = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}
    guardrail: str = bedrock.create_guardrail(name="chat", **texts)["guardrailId"]
    bedrock.create_guardrail_version(guardrailIdentifier=guardrail)
    bedrock.put_enforced_guardrail_configuration(
        guardrailInferenceConfig={"guardrailIdentifier": guardrail, "guardrailVersion": "1", **settings}
    )
    return guardrail


@pytest.mark.parametrize(
    ("settings", "models", "excluded", "selective"),
    [
        pytest.param({}, ("ALL",), (), False, id="nothing said of models"),
        pytest.param(
            {"modelEnforcement": {"includedModels": ["ALL"], "excludedModels": ["amazon.nova-pro-v1:0"]}},
            ("ALL",),
            ("amazon.nova-pro-v1:0",),
            False,
            id="one model left out",
        ),
        pytest.param(
            {"modelEnforcement": {"includedModels": ["amazon.nova-pro-v1:0"], "excludedModels": []}},
            ("amazon.nova-pro-v1:0",),
            (),
            False,
            id="one model chosen",
        ),
        pytest.param(
            {"selectiveContentGuarding": {"messages": "SELECTIVE"}}, ("ALL",), (), True, id="only what callers mark"
        ),
        pytest.param(
            {"selectiveContentGuarding": {"messages": "COMPREHENSIVE", "system": "COMPREHENSIVE"}},
            ("ALL",),
            (),
            False,
            id="everything",
        ),
    ],
)
def test_reads_what_the_account_enforces(
    bedrock: Any,
    aws: Aws,
    settings: dict[str, Any],
    models: tuple[str, ...],
    *,
    excluded: tuple[str, ...],
    selective: bool,
) -> None:
    guardrail = enforced(bedrock, **settings)

    assert bedrock_enforcement.enforced_guardrails(aws) == (
        EnforcedGuardrail(guardrail, "1", models, excluded, selective),
    )


@pytest.mark.parametrize(("tags", "selective"), [("HONOR", True), ("IGNORE", False)])
def test_tags_in_prompts_may_choose_what_is_looked_at(aws: Aws, tags: str, selective: bool) -> None:
    config = {"guardrailId": "abcdefghijkl", "guardrailVersion": "1", "inputTags": tags}
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("list_enforced_guardrails_configuration", {"guardrailsConfig": [config]})

        (found,) = bedrock_enforcement.enforced_guardrails(aws)

    assert found.selective is selective


def test_reads_the_account_with_its_use_and_its_principals(bedrock: Any, account: Account, aws: Aws) -> None:
    guardrail = enforced(bedrock)
    iam = account.session().client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_user(UserName="ada")

    (fact,) = bedrock_enforcement.enforcement(aws)

    assert isinstance(fact, GuardrailEnforcement)
    assert fact.resource == aws.account
    assert fact.tags == {}
    assert fact.usage.guardrails == 1
    assert [one.guardrail for one in fact.enforced] == [guardrail]
    assert [principal.resource.name for principal in fact.principals] == ["app", "ada"]


def test_one_principal_that_cannot_be_understood_makes_the_account_unreadable(account: Account, aws: Aws) -> None:
    iam = account.session().client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(TRUST))
    odd = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="app", PolicyName="odd", PolicyDocument=json.dumps(odd))
    aws.client("iam").meta.events.register("after-call.iam.GetAccountAuthorizationDetails", _garble)

    (fact,) = bedrock_enforcement.enforcement(aws)

    assert isinstance(fact, Unreadable)
    assert (fact.resource, fact.code) == (aws.account, "MalformedPolicy")
    assert fact.message.startswith("app: ")


def _garble(parsed: dict[str, Any], **_: object) -> None:
    for role in parsed.get("RoleDetailList", ()):
        for policy in role["RolePolicyList"]:
            policy["PolicyDocument"] = json.dumps({"Version": "2030-01-01", "Statement": []})


def test_an_account_that_enforces_nothing_has_nothing(aws: Aws) -> None:
    assert bedrock_enforcement.enforced_guardrails(aws) == ()


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    guardrail = enforced(bedrock)
    bedrock.put_enforced_guardrail_configuration(
        guardrailInferenceConfig={"guardrailIdentifier": guardrail, "guardrailVersion": "1"}
    )
    account.faults.page_size(1)

    assert len(bedrock_enforcement.enforced_guardrails(aws)) == 2


def test_a_region_that_cannot_enforce_guardrails_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListEnforcedGuardrailsConfiguration"))

    assert bedrock_enforcement.enforced_guardrails(aws) == ()


@pytest.mark.parametrize(
    "action",
    ["bedrock:ListEnforcedGuardrailsConfiguration", "bedrock:ListAgents", "iam:GetAccountAuthorizationDetails"],
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        bedrock_enforcement.enforcement(aws)


def test_declares_the_action_that_it_uses(account: Account, aws: Aws) -> None:
    bedrock_enforcement.enforced_guardrails(aws)

    assert {call.action for call in account.calls} == {
        action.name for action in bedrock_enforcement.enforced_guardrails.actions
    }
