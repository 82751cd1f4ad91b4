from typing import Any

import pytest

from cdk.remediation.enable_key_rotation import ENABLE_KEY_ROTATION
from cli.sandbox import Account
from tests.cdk.remediation.deployed import actions, outcome, run

MISSING = "1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def kms(account: Account) -> Any:
    return account.session().client("kms")


def new_key(kms: Any, **settings: str) -> str:
    return str(kms.create_key(**settings)["KeyMetadata"]["Arn"])


def rotates(kms: Any, key: str) -> bool:
    return bool(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])


def test_a_key_begins_to_rotate(account: Account, kms: Any) -> None:
    key = new_key(kms)

    done = run(account, ENABLE_KEY_ROTATION, KeyId=key)

    assert outcome(done) == ("Success", "CHANGED")
    assert done.variables["Outcome"] == f"CHANGED: The key {key} now rotates automatically."
    assert done.outputs == {"ReadRotation.KeyRotationEnabled": False}
    assert rotates(kms, key)


def test_the_role_is_allowed_what_is_called_and_nothing_else(account: Account, kms: Any) -> None:
    done = run(account, ENABLE_KEY_ROTATION, KeyId=new_key(kms))

    assert actions(account, done) == {action.name for action in ENABLE_KEY_ROTATION.permissions}
    assert not [call for call in account.calls.of(done.access_key_id) if call.error]


def test_a_key_that_rotates_is_left_alone(account: Account, kms: Any) -> None:
    key = new_key(kms)
    run(account, ENABLE_KEY_ROTATION, KeyId=key)

    again = run(account, ENABLE_KEY_ROTATION, KeyId=key)

    assert outcome(again) == ("Success", "NOTHING_TO_DO")
    assert "kms:EnableKeyRotation" not in actions(account, again)


def test_a_dry_run_says_what_it_would_do_and_does_not(account: Account, kms: Any) -> None:
    key = new_key(kms)

    done = run(account, ENABLE_KEY_ROTATION, KeyId=key, DryRun="true")

    assert done.status == "Success"
    assert done.variables["Outcome"] == f"WOULD_CHANGE: Rotation of the key {key} would be switched on."
    assert "kms:EnableKeyRotation" not in actions(account, done)
    assert not rotates(kms, key)


@pytest.mark.parametrize(
    ("settings", "step"),
    [
        pytest.param({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}, "RequireSymmetric", id="asymmetric"),
        pytest.param({"Origin": "EXTERNAL"}, "RequireOwnMaterial", id="imported material"),
    ],
)
def test_a_key_that_kms_cannot_rotate_is_refused(
    account: Account, kms: Any, settings: dict[str, str], step: str
) -> None:
    done = run(account, ENABLE_KEY_ROTATION, KeyId=new_key(kms, **settings))

    assert outcome(done) == ("Failed", "UNFINISHED")
    assert done.ran[-1] == step
    assert "kms:EnableKeyRotation" not in actions(account, done)


def test_a_disabled_key_is_refused(account: Account, kms: Any) -> None:
    key = new_key(kms)
    kms.disable_key(KeyId=key)

    done = run(account, ENABLE_KEY_ROTATION, KeyId=key)

    assert done.ran[-1] == "RequireEnabled"
    assert done.failure == (
        "Step RequireEnabled fails: $.KeyMetadata.KeyState is Disabled; Enabled or Updating is wanted."
    )


def test_an_aws_managed_key_is_refused(account: Account, kms: Any) -> None:
    key = str(kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["Arn"])

    done = run(account, ENABLE_KEY_ROTATION, KeyId=key)

    assert done.ran == ["RequireCustomerManaged"]
    assert done.status == "Failed"


def test_a_key_that_does_not_exist_is_told(account: Account) -> None:
    done = run(account, ENABLE_KEY_ROTATION, KeyId=MISSING)

    assert done.status == "Failed"
    assert done.failure.startswith("Step RequireCustomerManaged fails: NotFoundException: ")


def test_a_refusal_of_the_change_is_told(account: Account, kms: Any) -> None:
    key = new_key(kms)
    account.faults.deny("kms:EnableKeyRotation")

    done = run(account, ENABLE_KEY_ROTATION, KeyId=key)

    assert outcome(done) == ("Failed", "UNFINISHED")
    assert done.failure.startswith("Step EnableRotation fails: AccessDeniedException: ")
    assert not rotates(kms, key)
