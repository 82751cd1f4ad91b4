from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import bedrock_retention
from rules.facts.bedrock_retention import DataRetention


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


@pytest.mark.parametrize("mode", ["none", "default", "aws_review", "provider_data_share"])
def test_reads_the_mode_of_the_account(bedrock: Any, aws: Aws, mode: str) -> None:
    bedrock.put_account_data_retention(mode=mode)

    assert bedrock_retention.data_retention(aws) == (DataRetention(aws.account, {}, mode),)


def test_a_region_that_was_never_set_inherits(aws: Aws) -> None:
    assert bedrock_retention.data_retention(aws) == (DataRetention(aws.account, {}, "inherit"),)


def test_a_region_without_the_setting_has_no_fact(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:GetAccountDataRetention"))

    assert bedrock_retention.data_retention(aws) == ()


def test_a_mode_that_cannot_be_read_is_not_an_absent_one(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:GetAccountDataRetention")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_retention.data_retention(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    bedrock_retention.data_retention(aws)

    assert account.calls.actions() == {action.name for action in bedrock_retention.data_retention.actions}
