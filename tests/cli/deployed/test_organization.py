import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from cdk.organization_settings import Organization
from cli.deployed.judgement import Outcome
from cli.deployed.organization import (
    OrganizationDeployment,
    Source,
    StackInstance,
    StackSet,
    judge_organization,
    read_organization,
)
from cli.deployed.readings import Unread
from cli.main import program
from cli.sandbox import Account

ORGANIZATION = Organization("o-a1b2c3d4e5", "123456789012", ("ou-ab12-cdef3456",))
REACHED = StackInstance("444455556666", "us-east-1", "CURRENT", "SUCCEEDED", "")
GOOD = StackSet("ai-config-rules", automatic=True, instances=(REACHED,))


def said(deployment: OrganizationDeployment) -> list[tuple[str, Outcome, str]]:
    return [(line.subject, line.outcome, line.sentence) for line in judge_organization(deployment)]


def test_every_account_is_reached() -> None:
    assert said(OrganizationDeployment((GOOD,), sources=())) == [
        ("ai-config-rules", Outcome.OK, "1 stack of accounts and Regions current."),
        ("aggregator", Outcome.OK, "Every source was aggregated."),
    ]


@pytest.mark.parametrize(
    ("instance", "line"),
    [
        pytest.param(
            StackInstance("111122223333", "us-east-1", "INOPERABLE", "FAILED", "No recorder"),
            (
                "111122223333 in us-east-1",
                Outcome.WRONG,
                "ai-config-rules is INOPERABLE, FAILED: No recorder.",
            ),
            id="failed",
        ),
        pytest.param(
            StackInstance("111122223333", "us-east-1", "OUTDATED", "RUNNING", ""),
            ("111122223333 in us-east-1", Outcome.WAITING, "ai-config-rules is OUTDATED, RUNNING."),
            id="under way",
        ),
    ],
)
def test_an_account_that_is_not_reached_is_named(instance: StackInstance, line: tuple[str, Outcome, str]) -> None:
    assert line in said(OrganizationDeployment((replace(GOOD, instances=(REACHED, instance)),)))


def test_a_suspended_account_is_nobodys_fault() -> None:
    suspended = StackInstance("111122223333", "us-east-1", "OUTDATED", "SKIPPED_SUSPENDED_ACCOUNT", "")

    assert said(OrganizationDeployment((replace(GOOD, instances=(REACHED, suspended)),))) == [
        ("ai-config-rules", Outcome.OK, "1 stack of accounts and Regions current.")
    ]


@pytest.mark.parametrize(
    ("deployment", "says"),
    [
        (OrganizationDeployment(), "There is no stack set"),
        (OrganizationDeployment((replace(GOOD, automatic=False),)), "Auto-deployment is off"),
        (OrganizationDeployment((replace(GOOD, instances=()),)), "No account has a current stack."),
        (
            OrganizationDeployment((GOOD,), sources=(Source("444455556666", "us-east-1", "FAILED, no access"),)),
            "Not aggregated: FAILED, no access.",
        ),
    ],
    ids=["no stack set", "accounts that join get nothing", "nobody is reached", "an account is not aggregated"],
)
def test_damage_is_wrong(deployment: OrganizationDeployment, says: str) -> None:
    [wrong] = [sentence for _, outcome, sentence in said(deployment) if outcome is Outcome.WRONG]

    assert says in wrong


def test_what_was_not_read_is_not_judged() -> None:
    unread = OrganizationDeployment(unread=(Unread("stack sets", "AccessDenied: no"),))

    assert said(unread) == [("stack sets", Outcome.UNREAD, "Could not be read: AccessDenied: no.")]


@pytest.fixture
def stack_set(account: Account) -> Any:
    client = account.session().client("cloudformation")
    client.create_stack_set(
        StackSetName="ai-config-rules",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    return client


def status(folder: Path, *arguments: str) -> Result:
    file = folder / "settings.toml"
    file.write_text(
        'regions = ["us-east-1"]\n[organization]\nid = "o-a1b2c3d4e5"\nadministrator = "123456789012"\n'
        'targets = ["ou-ab12-cdef3456"]\n',
        encoding="utf-8",
    )
    return CliRunner().invoke(program, ["status", "--settings", str(file), *arguments])


@pytest.mark.usefixtures("account")
def test_an_administrator_without_stack_sets_is_told(tmp_path: Path) -> None:
    result = status(tmp_path)

    assert result.exit_code == 1
    assert "There is no stack set in this account and Region" in result.stdout


@pytest.mark.usefixtures("stack_set")
def test_the_administrator_sees_stack_sets(tmp_path: Path) -> None:
    result = status(tmp_path, "--format", "json")
    [region] = json.loads(result.stdout)["regions"]

    assert result.exit_code == 1
    assert ("stack sets", "No account has a current stack.") in [
        (line["part"], line["sentence"]) for line in region["lines"]
    ]


@pytest.mark.usefixtures("stack_set")
def test_a_refused_call_leaves_the_rest(account: Account) -> None:
    account.faults.deny("cloudformation:DescribeStackSet")
    session = account.session()
    found = read_organization(session, "us-east-1", "ai-config", replace(ORGANIZATION, aggregator=True))

    assert {one.part for one in found.unread} == {"stack sets", "aggregator"}
    assert found.sets == ()
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("cloudformation").describe_stack_set(StackSetName="ai-config-rules")
