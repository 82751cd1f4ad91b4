import json
from typing import Any

import pytest

from cdk.remediation.enable_invocation_logging import enable_invocation_logging
from cdk.remediation.role import permissions
from cdk.remediation.runbook import Runbook
from cdk.remediation.settings import LogDestination
from cli.sandbox import Account
from tests.cdk.remediation.deployed import actions, outcome, resolved, run

GROUP = LogDestination(log_group="/bedrock/invocations", role_name="service-role/bedrock-logging")
BUCKET = LogDestination(bucket="logs-{account}-{region}", key_prefix="invocations")
BOTH = LogDestination(GROUP.log_group, GROUP.role_name, BUCKET.bucket)
ROLE_ARN = "arn:aws:iam::123456789012:role/service-role/bedrock-logging"
DELIVERED = {"textDataDeliveryEnabled": True, "imageDataDeliveryEnabled": True, "embeddingDataDeliveryEnabled": True}
TO_GROUP: dict[str, Any] = {"cloudWatchConfig": {"logGroupName": GROUP.log_group, "roleArn": ROLE_ARN}}
TO_BUCKET: dict[str, Any] = {"s3Config": {"bucketName": "logs-123456789012-us-east-1", "keyPrefix": "invocations"}}

pytestmark = pytest.mark.slow


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def config(bedrock: Any) -> Any:
    return bedrock.get_model_invocation_logging_configuration().get("loggingConfig")


def runbook(destination: LogDestination = GROUP) -> Runbook:
    return enable_invocation_logging(destination)


@pytest.mark.parametrize(
    ("destination", "wanted"),
    [
        pytest.param(GROUP, TO_GROUP, id="log group"),
        pytest.param(BUCKET, TO_BUCKET, id="bucket"),
        pytest.param(BOTH, TO_GROUP | {"s3Config": TO_BUCKET["s3Config"] | {"keyPrefix": ""}}, id="both"),
    ],
)
def test_logging_is_switched_on(
    account: Account, bedrock: Any, destination: LogDestination, wanted: dict[str, Any]
) -> None:
    done = run(account, runbook(destination))
    again = run(account, runbook(destination))

    assert outcome(done) == ("Success", "CHANGED")
    assert config(bedrock) == DELIVERED | wanted
    assert outcome(again) == ("Success", "NOTHING_TO_DO")


def test_the_role_is_allowed_what_is_called_and_to_pass_the_one_role(account: Account) -> None:
    done = run(account, runbook())

    assert actions(account, done) == {action.name for action in runbook().permissions}
    # PutModelInvocationLoggingConfiguration hands the role on, which is allowed by an action that is no call.
    assert resolved(permissions(runbook())[-1]) == {
        "Effect": "Allow",
        "Action": ["iam:PassRole"],
        "Resource": [ROLE_ARN],
        "Condition": {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}},
    }
    assert "iam:PassRole" not in json.dumps(permissions(runbook(BUCKET)))


def test_a_dry_run_changes_nothing(account: Account, bedrock: Any) -> None:
    done = run(account, runbook(), DryRun="true")

    assert done.variables["Outcome"] == (
        "WOULD_CHANGE: Model invocation logging is off; it would be switched on with delivery to the log group "
        "/bedrock/invocations."
    )
    assert config(bedrock) is None
    assert actions(account, done) == {"bedrock:GetModelInvocationLoggingConfiguration"}


def test_another_destination_can_be_given(account: Account, bedrock: Any) -> None:
    run(account, runbook(), LogGroupName="/other")

    assert config(bedrock)["cloudWatchConfig"]["logGroupName"] == "/other"


@pytest.mark.parametrize(
    ("before", "differs"),
    [
        pytest.param(DELIVERED | TO_BUCKET, "cloudWatchConfig", id="another destination"),
        pytest.param(
            TO_GROUP | DELIVERED | {"textDataDeliveryEnabled": False}, "textDataDeliveryEnabled", id="less data"
        ),
        pytest.param(
            DELIVERED | {"cloudWatchConfig": TO_GROUP["cloudWatchConfig"] | {"logGroupName": "/other"}},
            "cloudWatchConfig",
            id="another log group",
        ),
    ],
)
def test_logging_that_is_on_in_another_way_is_left_alone(
    account: Account, bedrock: Any, before: dict[str, Any], differs: str
) -> None:
    bedrock.put_model_invocation_logging_configuration(loggingConfig=before)

    done = run(account, runbook())

    assert done.failure == (
        "Step Inspect fails: LoggingIsOnError: Model invocation logging is on already and differs in "
        f"{differs}. This runbook switches on what is off and changes nothing else."
    )
    assert config(bedrock) == before


def test_logging_that_does_more_than_asked_is_right(account: Account, bedrock: Any) -> None:
    large = {"largeDataDeliveryS3Config": {"bucketName": "large"}}
    before = DELIVERED | {"cloudWatchConfig": TO_GROUP["cloudWatchConfig"] | large} | TO_BUCKET
    bedrock.put_model_invocation_logging_configuration(loggingConfig=before)

    assert outcome(run(account, runbook())) == ("Success", "NOTHING_TO_DO")
    assert config(bedrock) == before


def test_a_configuration_without_a_destination_counts_as_off(account: Account, bedrock: Any) -> None:
    bedrock.put_model_invocation_logging_configuration(loggingConfig=DELIVERED)

    assert outcome(run(account, runbook())) == ("Success", "CHANGED")


def test_a_refusal_is_told(account: Account, bedrock: Any) -> None:
    account.faults.deny("bedrock:PutModelInvocationLoggingConfiguration")

    done = run(account, runbook())

    assert done.failure.startswith("Step SwitchOn fails: AccessDeniedException: ")
    assert config(bedrock) is None


def test_a_change_that_somebody_undoes_is_told(account: Account) -> None:
    account.faults.deny("bedrock:GetModelInvocationLoggingConfiguration", after=1)

    done = run(account, runbook())

    assert (outcome(done), done.ran[-1]) == (("Failed", "UNFINISHED"), "VerifyLogGroup")
