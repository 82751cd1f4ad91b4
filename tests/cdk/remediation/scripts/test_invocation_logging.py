from typing import Any

import pytest

from cdk.remediation.scripts.invocation_logging import holds

GROUP = {"logGroupName": "/bedrock", "roleArn": "arn:aws:iam::123456789012:role/bedrock"}


@pytest.mark.parametrize(
    ("found", "wanted", "right"),
    [
        pytest.param(True, True, True, id="a flag"),
        pytest.param(False, True, False, id="a flag that is off"),
        pytest.param(None, True, False, id="a flag that is absent"),
        pytest.param(GROUP, GROUP, True, id="a destination"),
        pytest.param(GROUP | {"largeDataDeliveryS3Config": {}}, GROUP, True, id="a destination with more"),
        pytest.param(GROUP | {"logGroupName": "/other"}, GROUP, False, id="another destination"),
        pytest.param(None, GROUP, False, id="no destination"),
        pytest.param({"bucketName": "b"}, {"bucketName": "b", "keyPrefix": ""}, True, id="an empty prefix"),
        pytest.param(
            {"bucketName": "b", "keyPrefix": "x"}, {"bucketName": "b", "keyPrefix": ""}, False, id="another prefix"
        ),
    ],
)
def test_what_counts_as_wanted(found: Any, wanted: Any, right: bool) -> None:
    assert holds(found, wanted) is right
