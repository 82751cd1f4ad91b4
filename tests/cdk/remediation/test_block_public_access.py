from typing import Any

import pytest
from botocore.exceptions import ClientError

from cdk.remediation.block_public_access import BLOCK_PUBLIC_ACCESS, SETTINGS
from cli.sandbox import Account
from tests.cdk.remediation.deployed import actions, outcome, run

BLOCKED = dict.fromkeys(SETTINGS, True)


@pytest.fixture
def s3(account: Account) -> Any:
    client = account.session().client("s3")
    client.create_bucket(Bucket="logs")
    client.delete_public_access_block(Bucket="logs")
    return client


def block(s3: Any, bucket: str = "logs") -> Any:
    try:
        return s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except ClientError:
        return None


def put(s3: Any, **changes: bool) -> None:
    s3.put_public_access_block(Bucket="logs", PublicAccessBlockConfiguration=BLOCKED | changes)


def test_public_access_is_blocked(account: Account, s3: Any) -> None:
    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs")

    assert outcome(done) == ("Success", "CHANGED")
    assert block(s3) == BLOCKED


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_counts(account: Account, s3: Any, setting: str) -> None:
    put(s3, **{setting: False})

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs")

    assert outcome(done) == ("Success", "CHANGED")
    assert done.outputs[f"ReadBlock.{setting}"] is False
    assert block(s3) == BLOCKED


def test_the_role_is_allowed_what_is_called_and_nothing_else(account: Account, s3: Any) -> None:
    put(s3, BlockPublicAcls=False)

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs")

    assert actions(account, done) == {action.name for action in BLOCK_PUBLIC_ACCESS.permissions}


def test_a_bucket_that_is_blocked_is_left_alone(account: Account, s3: Any) -> None:
    put(s3)

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs")

    assert outcome(done) == ("Success", "NOTHING_TO_DO")
    assert "s3:PutBucketPublicAccessBlock" not in actions(account, done)


@pytest.mark.parametrize("before", [None, BLOCKED | {"RestrictPublicBuckets": False}], ids=["no settings", "one off"])
def test_a_dry_run_changes_nothing(account: Account, s3: Any, before: dict[str, bool] | None) -> None:
    if before:
        put(s3, **before)

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs", DryRun="true")

    assert outcome(done) == ("Success", "WOULD_CHANGE")
    assert block(s3) == before
    assert "s3:PutBucketPublicAccessBlock" not in actions(account, done)


def test_a_bucket_that_does_not_exist_is_told(account: Account) -> None:
    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="gone")

    assert done.status == "Failed"
    assert done.failure.startswith("Step FindBucket fails: NoSuchBucket: ")


def test_a_bucket_of_another_account_is_refused(account: Account) -> None:
    stranger = (
        account.session()
        .client("sts")
        .assume_role(RoleArn="arn:aws:iam::444455556666:role/owner", RoleSessionName="owner")["Credentials"][
            "AccessKeyId"
        ]
    )
    theirs = account.session(access_key_id=stranger).client("s3")
    theirs.create_bucket(Bucket="theirs")
    theirs.delete_public_access_block(Bucket="theirs")

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="theirs")

    assert done.failure.startswith("Step FindBucket fails: AccessDenied: ")
    assert block(theirs, "theirs") is None


def test_a_change_that_does_not_last_is_told(account: Account, s3: Any) -> None:
    put(s3, BlockPublicPolicy=False)
    account.faults.deny("s3:GetBucketPublicAccessBlock", after=1)

    done = run(account, BLOCK_PUBLIC_ACCESS, BucketName="logs")

    assert outcome(done) == ("Failed", "UNFINISHED")
    assert done.failure.startswith("Step VerifyBlockPublicAcls fails: AccessDenied: ")
