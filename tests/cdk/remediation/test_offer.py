import ast
import json
import re
import sys
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from cdk import pack
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.remediation.offer import OFFERS, Offer, offered, runbooks
from cdk.remediation.role import permissions
from cdk.remediation.runbook import Runbook
from cdk.remediation.settings import LogDestination, Remediation
from cdk.remediation.steps import SCRIPTS
from cdk.settings import Settings
from cli.sandbox.automation.runbook import parsed
from rules.engine.catalogue import all_rules
from rules.engine.collector import Action
from tests.cdk.remediation.deployed import resolved

EVERYTHING = Remediation(365, LogDestination("/bedrock", "bedrock-logging", "logs-{account}-{region}", "invocations"))
RUNBOOKS = runbooks(EVERYTHING)
LARGEST_DOCUMENT = 64 * 1024
"""https://docs.aws.amazon.com/general/latest/gr/ssm.html, Systems Manager documents"""
OWN = {rule.id: rule for rule in all_rules()}
MANAGED = {rule.name for group in GROUPS for rule in group.rules}
by_id = pytest.mark.parametrize("runbook", RUNBOOKS, ids=lambda runbook: runbook.id)


def document(runbook: Runbook) -> dict[str, Any]:
    found: dict[str, Any] = resolved(runbook.document("arn:aws:iam::123456789012:role/runbook"))
    return found


@by_id
def test_a_runbook_is_understood_and_small_enough(runbook: Runbook) -> None:
    content = json.dumps(document(runbook))

    assert parsed(content).assume_role == "{{ AutomationAssumeRole }}"
    assert len(content.encode()) <= LARGEST_DOCUMENT
    assert re.fullmatch(r"[a-z-]{3,36}", runbook.id)


@by_id
def test_a_runbook_has_a_dry_run_that_leads_around_every_change(runbook: Runbook) -> None:
    steps = parsed(json.dumps(document(runbook))).steps
    writing = {name for name, step in steps.items() if re.match(r"Put|Enable|Update|Set", step.inputs.get("Api", ""))}
    writing |= {"Attach"} & set(steps)
    [change] = writing
    wanted = {"NextStep": change, "Variable": "{{ DryRun }}", "BooleanEquals": False}
    branches = [step for step in steps.values() if step.action == "aws:branch"]

    # Only a branch leads to the change, and only where a dry run was surely not asked for.
    led = {step.next_step for step in steps.values() if step.action != "aws:branch"}
    assert change not in led | {step.after_failure for step in steps.values()}
    assert branches
    for branch in branches:
        assert [choice for choice in branch.inputs["Choices"] if choice["NextStep"] == change] == [wanted]
        assert branch.inputs["Default"] == "SayWouldChange"


@by_id
def test_a_runbook_never_creates_or_deletes(runbook: Runbook) -> None:
    assert not [
        action.name for action in runbook.permissions if re.search(r":(Create|Delete|Schedule|Disable)", action.name)
    ]


EVERY_ACTION = sorted({action for runbook in RUNBOOKS for action in runbook.permissions})


@pytest.mark.parametrize("action", EVERY_ACTION, ids=lambda action: action.name)
def test_every_action_is_granted_as_narrowly_as_aws_allows(action: Action) -> None:
    service, _, operation = action.name.partition(":")
    rows: dict[str, list[dict[str, Any]]] = get_action_data(service, operation) or {}
    formats = {row["resource_arn_format"] for row in rows[service]} - {"*"}

    assert (action.resource != "*") is bool(formats)


@by_id
def test_buckets_of_other_accounts_are_out_of_reach(runbook: Runbook) -> None:
    own = {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}
    conditions = {action: each.get("Condition") for each in permissions(runbook) for action in each["Action"]}

    # All other ARNs have the account in them; a passed role goes to one service.
    assert {action: condition for action, condition in conditions.items() if action != "iam:PassRole"} == {
        action.name: own if action.name.startswith("s3:") else None for action in runbook.permissions
    }


@pytest.mark.parametrize("file", sorted(SCRIPTS.glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_a_script_runs_by_itself(file: Any) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= {*sys.stdlib_module_names, "boto3", "botocore"}


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.rule)
def test_an_offer_is_for_a_rule_and_takes_what_it_reports(offer: Offer) -> None:
    [runbook] = [each for each in RUNBOOKS if each.id == offer.runbook]

    assert offer.rule in OWN or offer.rule in MANAGED
    if offer.rule in OWN:
        assert offer.resource_type in OWN[offer.rule].reports
    assert offer.parameter is None or offer.parameter in runbook.parameters
    required = {name for name, described in runbook.parameters.items() if "default" not in described}
    assert required == ({offer.parameter} if offer.parameter else set())


def test_a_rule_has_one_remediation() -> None:
    assert len({offer.rule for offer in OFFERS}) == len(OFFERS)


def test_the_pack_offers_runbooks_for_the_rules_that_it_has() -> None:
    rules = tuple(OWN[name] for name in ("bedrock-log-group-protected", "bedrock-agent-guardrail-attached"))

    template = pack.deployed_pack(Settings(rules=rules, remediation=EVERYTHING), None)

    assert template["Resources"]["BedrockLogGroupProtectedRemediation"] == {
        "Type": "AWS::Config::RemediationConfiguration",
        "DependsOn": "BedrockLogGroupProtected",
        "Properties": {
            "ConfigRuleName": "bedrock-log-group-protected",
            "ResourceType": "AWS::Logs::LogGroup",
            "TargetType": "SSM_DOCUMENT",
            "TargetId": "ai-config-set-log-retention",
            "Automatic": False,
            "Parameters": {"LogGroupName": {"ResourceValue": {"Value": "RESOURCE_ID"}}},
        },
    }
    assert [name for name in template["Resources"] if name.endswith("Remediation")] == [
        "BedrockLogGroupProtectedRemediation"
    ]
    pack.check_limits(template)


def test_managed_rules_have_remediations_too() -> None:
    managed = ManagedChoice(GROUPS, included=frozenset({"keys", "s3"}))
    settings = Settings(rules=(OWN["bedrock-log-group-protected"],), managed=managed, remediation=EVERYTHING)

    resources = pack.deployed_pack(settings, "us-east-1")["Resources"]

    assert resources["KmsKeyRotatedRemediation"]["Properties"]["TargetId"] == "ai-config-enable-key-rotation"
    assert resources["S3BucketAccessBlockedRemediation"]["DependsOn"] == "S3BucketAccessBlocked"


@pytest.mark.parametrize("remediation", [None, Remediation()], ids=["off", "without a destination of logs"])
def test_what_is_not_deployed_is_not_offered(remediation: Remediation | None) -> None:
    resources = offered(
        remediation, "audit", ["bedrock-invocation-logging-enabled", "bedrock-agent-guardrail-attached"]
    )

    assert resources == {}


def test_the_packs_that_are_published_have_none() -> None:
    settings = Settings(rules=(OWN["bedrock-log-group-protected"],))

    assert "Remediation" not in json.dumps(pack.standalone_pack(settings))
