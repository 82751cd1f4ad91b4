from dataclasses import replace

import pytest

from rules.criteria.keys import key_defect
from rules.facts.kms import Key

KEY = Key("arn:aws:kms:us-east-1:123456789012:key/1111", "CUSTOMER", "Enabled", rotation=True)


@pytest.mark.parametrize(
    ("key", "require_rotation", "defect"),
    [
        pytest.param(KEY, True, None, id="customer-managed, enabled, rotating"),
        pytest.param(replace(KEY, rotation=None), True, None, id="cannot rotate"),
        pytest.param(
            replace(KEY, rotation=False), True, "which does not rotate; automatic rotation is wanted", id="not rotating"
        ),
        pytest.param(replace(KEY, rotation=False), False, None, id="not rotating, and rotation is not asked"),
        pytest.param(replace(KEY, state="Updating"), True, None, id="primary Region of a multi-Region key is changing"),
        *(
            pytest.param(
                replace(KEY, state=state), False, f"whose state is {state}; Enabled is wanted", id=f"state {state}"
            )
            for state in (
                "Creating",
                "Disabled",
                "PendingDeletion",
                "PendingImport",
                "PendingReplicaDeletion",
                "Unavailable",
            )
        ),
        pytest.param(
            replace(KEY, state="Disabled", rotation=None),
            True,
            "whose state is Disabled; Enabled is wanted",
            id="the state comes before rotation",
        ),
        pytest.param(
            replace(KEY, manager="AWS", rotation=None),
            False,
            "which AWS manages; a customer-managed key is wanted",
            id="AWS-managed",
        ),
        pytest.param(
            replace(KEY, manager="AWS", state="PendingDeletion"),
            False,
            "which AWS manages; a customer-managed key is wanted",
            id="the manager comes before the state",
        ),
        pytest.param(None, True, "which KMS does not know", id="no such key"),
    ],
)
def test_says_why_a_key_gives_no_control(key: Key | None, require_rotation: bool, defect: str | None) -> None:
    assert key_defect(key, require_rotation=require_rotation) == defect
