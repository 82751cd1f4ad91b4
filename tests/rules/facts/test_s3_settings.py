from typing import Any

import pytest

from rules.facts.s3_settings import Grant, LifecycleRule, ObjectLock, foreign_grants

OWNER = {"Type": "CanonicalUser", "ID": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}
OTHER = {"Type": "CanonicalUser", "ID": "8a6925ce4adf588a4532142d3f74dd8c71fa124c1ddee97f265c9de8d1ae2a31"}
EVERYBODY = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param(
            {"ID": "all", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 365}},
            LifecycleRule("all", enabled=True, prefix="", tagged=False, sized=False, days=365, noncurrent_days=None),
            id="the whole bucket",
        ),
        pytest.param(
            {"Status": "Disabled", "Prefix": "logs/", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
            LifecycleRule("", enabled=False, prefix="logs/", tagged=False, sized=False, days=None, noncurrent_days=30),
            id="the older form of the prefix",
        ),
        pytest.param(
            {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}},
            LifecycleRule("a", enabled=True, prefix="logs/", tagged=False, sized=False, days=1, noncurrent_days=None),
            id="a prefix",
        ),
        pytest.param(
            {
                "ID": "a",
                "Status": "Enabled",
                "Filter": {"Tag": {"Key": "tmp", "Value": "1"}},
                "Expiration": {"Days": 1},
            },
            LifecycleRule("a", enabled=True, prefix="", tagged=True, sized=False, days=1, noncurrent_days=None),
            id="a tag",
        ),
        pytest.param(
            {
                "ID": "a",
                "Status": "Enabled",
                "Filter": {
                    "And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeLessThan": 1024}
                },
                "Expiration": {"Days": 1},
            },
            LifecycleRule("a", enabled=True, prefix="logs/", tagged=True, sized=True, days=1, noncurrent_days=None),
            id="a prefix, tags and a size",
        ),
        pytest.param(
            {"ID": "a", "Status": "Enabled", "Filter": {}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]},
            LifecycleRule("a", enabled=True, prefix="", tagged=False, sized=False, days=None, noncurrent_days=None),
            id="a transition is no expiry",
        ),
        pytest.param(
            {"ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}},
            LifecycleRule("a", enabled=True, prefix="", tagged=False, sized=False, days=None, noncurrent_days=None),
            id="removing delete markers is no expiry",
        ),
        pytest.param(
            {
                "ID": "a",
                "Status": "Enabled",
                "Filter": {},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 5},
            },
            LifecycleRule("a", enabled=True, prefix="", tagged=False, sized=False, days=None, noncurrent_days=None),
            id="some noncurrent versions stay",
        ),
    ],
)
def test_reads_a_lifecycle_rule(rule: dict[str, Any], expected: LifecycleRule) -> None:
    assert LifecycleRule.from_api(rule) == expected


@pytest.mark.parametrize(
    ("configuration", "lock"),
    [
        pytest.param({}, None, id="off"),
        pytest.param({"ObjectLockEnabled": "Enabled"}, ObjectLock(None, None), id="no default retention"),
        pytest.param(
            {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 90}}},
            ObjectLock("COMPLIANCE", 90),
            id="days",
        ),
        pytest.param(
            {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Years": 2}}},
            ObjectLock("GOVERNANCE", 730),
            id="years",
        ),
    ],
)
def test_reads_an_object_lock(configuration: dict[str, Any], lock: ObjectLock | None) -> None:
    assert ObjectLock.from_api(configuration) == lock


def test_leaves_the_owner_out_of_the_grants() -> None:
    acl = {
        "Owner": OWNER,
        "Grants": [
            {"Grantee": OWNER, "Permission": "FULL_CONTROL"},
            {"Grantee": OTHER, "Permission": "READ_ACP"},
            {"Grantee": EVERYBODY, "Permission": "READ"},
        ],
    }

    assert foreign_grants(acl) == (Grant(OTHER["ID"], "READ_ACP"), Grant(EVERYBODY["URI"], "READ"))
