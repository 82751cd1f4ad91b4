from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import kms
from rules.facts.kms import Key

ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
METADATA: dict[str, Any] = {
    "KeyId": ARN.rpartition("/")[2],
    "Arn": ARN,
    "KeyManager": "CUSTOMER",
    "KeyState": "Enabled",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "Origin": "AWS_KMS",
}
OTHER_ACCOUNT_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def made(account: Account, *, region: str = "us-east-1", rotation: bool = False, **settings: Any) -> tuple[Any, str]:
    client = account.session(region).client("kms")
    arn = client.create_key(**settings)["KeyMetadata"]["Arn"]
    if rotation:
        client.enable_key_rotation(KeyId=arn)
    return client, arn


@pytest.mark.parametrize("rotation", [True, False], ids=["rotating", "not rotating"])
def test_reads_a_customer_managed_key(account: Account, aws: Aws, rotation: bool) -> None:
    _, arn = made(account, rotation=rotation)

    assert kms.key(aws, arn) == Key(arn, "CUSTOMER", "Enabled", rotation=rotation)


def test_takes_every_form_in_which_a_service_names_a_key(account: Account, aws: Aws) -> None:
    client, arn = made(account, rotation=True)
    client.create_alias(AliasName="alias/models", TargetKeyId=arn)
    identifiers = (
        arn,
        arn.rpartition("/")[2],
        "alias/models",
        "arn:aws:kms:us-east-1:123456789012:alias/models",
    )

    assert {kms.key(aws, identifier) for identifier in identifiers} == {Key(arn, "CUSTOMER", "Enabled", rotation=True)}


def test_asks_the_region_that_the_arn_names(account: Account, aws: Aws) -> None:
    _, arn = made(account, region="eu-west-1", rotation=True)

    assert kms.key(aws, arn) == Key(arn, "CUSTOMER", "Enabled", rotation=True)
    assert kms.key(aws, arn.rpartition("/")[2]) is None


def test_asks_each_key_once(account: Account, aws: Aws) -> None:
    _, arn = made(account)
    before = len(account.calls)

    kms.key(aws, arn)
    kms.key(aws, arn)

    assert [call.operation for call in account.calls][before:] == ["DescribeKey", "GetKeyRotationStatus"]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"Origin": "EXTERNAL"}, id="imported key material"),
        pytest.param({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, id="asymmetric"),
        pytest.param({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, id="HMAC"),
    ],
)
def test_does_not_ask_a_key_for_rotation_that_cannot_rotate(
    account: Account, aws: Aws, settings: dict[str, Any]
) -> None:
    _, arn = made(account, **settings)

    key = kms.key(aws, arn)

    assert key is not None
    assert key.rotation is None
    assert "GetKeyRotationStatus" not in [call.operation for call in account.calls]


@pytest.mark.parametrize(
    ("described", "key"),
    [
        pytest.param(
            {"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1"},
            Key(ARN, "CUSTOMER", "Enabled", rotation=None),
            id="CloudHSM key store",
        ),
        pytest.param(
            {"Origin": "EXTERNAL_KEY_STORE", "CustomKeyStoreId": "cks-1", "KeyState": "Unavailable"},
            Key(ARN, "CUSTOMER", "Unavailable", rotation=None),
            id="external key store that is disconnected",
        ),
        pytest.param(
            {"KeyState": "PendingReplicaDeletion", "MultiRegion": True},
            Key(ARN, "CUSTOMER", "PendingReplicaDeletion", rotation=None),
            id="primary key that waits for its replicas' deletion",
        ),
        pytest.param(
            {"KeyState": "Creating", "MultiRegion": True},
            Key(ARN, "CUSTOMER", "Creating", rotation=None),
            id="replica that is being made",
        ),
        pytest.param(
            {"KeyManager": "AWS", "Description": "Default key that protects my S3 objects"},
            Key(ARN, "AWS", "Enabled", rotation=None),
            id="AWS-managed key under its own ARN",
        ),
    ],
)
def test_asks_for_rotation_only_where_kms_can_rotate_the_key(aws: Aws, described: dict[str, Any], key: Key) -> None:
    with Stubber(aws.client("kms")) as kms_says:
        kms_says.add_response("describe_key", {"KeyMetadata": METADATA | described}, {"KeyId": ARN})

        assert kms.key(aws, ARN) == key


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="multi-Region primary or replica"),
        pytest.param({"KeyState": "Updating"}, id="primary Region is changing"),
    ],
)
def test_asks_a_multi_region_key_for_rotation(aws: Aws, settings: dict[str, str]) -> None:
    metadata = METADATA | {"MultiRegion": True} | settings
    with Stubber(aws.client("kms")) as kms_says:
        kms_says.add_response("describe_key", {"KeyMetadata": metadata}, {"KeyId": ARN})
        kms_says.add_response("get_key_rotation_status", {"KeyRotationEnabled": True}, {"KeyId": ARN})

        assert kms.key(aws, ARN) == Key(ARN, "CUSTOMER", metadata["KeyState"], rotation=True)


@pytest.mark.parametrize("described", [{"KeySpec": "SYMMETRIC_NEXT"}, {"Origin": "NEXT"}], ids=["spec", "origin"])
def test_asks_for_rotation_of_a_kind_of_key_that_nobody_knows_yet(aws: Aws, described: dict[str, str]) -> None:
    with Stubber(aws.client("kms")) as kms_says:
        kms_says.add_response("describe_key", {"KeyMetadata": METADATA | described}, {"KeyId": ARN})
        kms_says.add_response("get_key_rotation_status", {"KeyRotationEnabled": False}, {"KeyId": ARN})

        assert kms.key(aws, ARN) == Key(ARN, "CUSTOMER", "Enabled", rotation=False)


def test_an_answer_without_what_kms_promises_is_no_answer(aws: Aws) -> None:
    model = Resource("AWS::Bedrock::CustomModel", "model", "model")
    with Stubber(aws.client("kms")) as kms_says:
        kms_says.add_response("describe_key", {"KeyMetadata": {"KeyId": "1111", "Arn": ARN}}, {"KeyId": ARN})

        fact = aws.read_one(model, lambda: kms.key(aws, ARN))

    assert fact == Unreadable(model, "UnexpectedAnswer", "the answer lacks 'KeyManager'")


def test_reads_the_state_of_a_key_that_cannot_be_used(account: Account, aws: Aws) -> None:
    client, disabled = made(account, rotation=True)
    _, deleted = made(account)
    client.disable_key(KeyId=disabled.rpartition("/")[2])
    client.schedule_key_deletion(KeyId=deleted.rpartition("/")[2])

    assert kms.key(aws, disabled) == Key(disabled, "CUSTOMER", "Disabled", rotation=None)
    assert kms.key(aws, deleted) == Key(deleted, "CUSTOMER", "PendingDeletion", rotation=None)


@pytest.mark.parametrize(
    "identifier",
    ["alias/aws/s3", "arn:aws:kms:us-east-1:123456789012:alias/aws/bedrock"],
    ids=["alias", "alias ARN"],
)
def test_makes_no_aws_managed_key_by_asking_for_it(account: Account, aws: Aws, identifier: str) -> None:
    assert kms.key(aws, identifier) == Key(identifier, "AWS", "Enabled", rotation=None)
    assert not list(account.calls)


def test_says_none_of_a_key_that_does_not_exist(aws: Aws) -> None:
    assert kms.key(aws, "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab") is None
    assert kms.key(aws, "alias/missing") is None


def test_says_none_of_a_key_that_is_deleted_while_it_is_read(account: Account, aws: Aws) -> None:
    _, arn = made(account)
    account.faults.add(Fault("gone", "kms:GetKeyRotationStatus"))

    assert kms.key(aws, arn) is None


@pytest.mark.parametrize("action", ["kms:DescribeKey", "kms:GetKeyRotationStatus"])
def test_a_denied_key_makes_the_resource_that_needs_it_unreadable(account: Account, aws: Aws, action: str) -> None:
    _, arn = made(account)
    account.faults.deny(action)
    bucket = Resource("AWS::S3::Bucket", "models", "models")

    fact = aws.read_one(bucket, lambda: kms.key(aws, arn))

    assert isinstance(fact, Unreadable)
    assert (fact.resource, fact.code) == (bucket, "AccessDeniedException")


def test_a_key_of_another_account_that_lets_nobody_describe_it_is_no_answer(account: Account, aws: Aws) -> None:
    account.faults.deny("kms:DescribeKey", resource=OTHER_ACCOUNT_KEY)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        kms.key(aws, OTHER_ACCOUNT_KEY)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    _, arn = made(account)
    before = len(account.calls)

    kms.key(aws, arn)

    assert {call.action for call in list(account.calls)[before:]} == {action.name for action in kms.key.actions}


@pytest.mark.parametrize(
    ("state", "usable"),
    [
        ("Enabled", True),
        ("Updating", True),
        ("Disabled", False),
        ("PendingDeletion", False),
        ("PendingImport", False),
        ("Unavailable", False),
        ("Creating", False),
    ],
)
def test_a_key_is_usable_in_some_states(state: str, *, usable: bool) -> None:
    assert Key(ARN, "CUSTOMER", state, rotation=None).usable is usable
