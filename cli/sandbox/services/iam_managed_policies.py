"""AWS-managed policies, taken from moto's copy of them one by one as they are named.

All of them at once are 1,582 objects and a second and a half at the start of every account.
"""

import json
from functools import cache
from typing import Any, Final

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.utilities.utils import get_partition

from cli.sandbox.calls import Call
from cli.sandbox.operations import Amender, Moto, Result, amendment, repage

_REASON: Final = "Moto loads all AWS-managed policies at its start, or none."
_NAMING: Final = (
    "AttachGroupPolicy",
    "AttachRolePolicy",
    "AttachUserPolicy",
    "CreateRole",
    "GetPolicy",
    "GetPolicyVersion",
    "ListPolicyVersions",
    "PutRolePermissionsBoundary",
)
_OWNED_BY_AWS: Final = ":iam::aws:policy/"


def load_aws_policy(account_id: str, region: str, arn: str) -> None:
    """Put an AWS-managed policy into the account's IAM, unless it is there or AWS has none of that name."""
    backend = iam_backends[account_id][get_partition(region)]
    path, _, name = arn.partition(_OWNED_BY_AWS)[2].rpartition("/")
    described = _described().get(name)
    if arn in backend.managed_policies or described is None or described["Path"].strip("/") != path:
        return
    policy = AWSManagedPolicy.from_data(name, account_id, backend.region_name, described)
    if policy.arn == arn:
        backend.aws_managed_policies.append(policy)
        backend.managed_policies[arn] = policy


def load_all_aws_policies(account_id: str, region: str) -> None:
    """Put all AWS-managed policies into the account's IAM."""
    for name, described in _described().items():
        arn = f"arn:{get_partition(region)}{_OWNED_BY_AWS}{described['Path'].lstrip('/')}{name}"
        load_aws_policy(account_id, region, arn)


@cache
def _described() -> dict[str, dict[str, Any]]:
    described: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return described


def _with_named_policies() -> Amender:
    def amend(call: Call, moto: Moto) -> Result:
        for name in ("PolicyArn", "PermissionsBoundary"):
            arn = call.params.get(name, "")
            if _OWNED_BY_AWS in arn:
                load_aws_policy(call.account_id, call.region, arn)
        return moto()

    return amend


for naming in _NAMING:
    amendment("iam", naming, reason=_REASON)(_with_named_policies())


@amendment("iam", "ListPolicies", reason=_REASON)
def list_policies(call: Call, moto: Moto) -> Result:
    """Return the managed policies, those of AWS unless they are filtered out."""
    if call.params.get("Scope", "All") != "Local":
        load_all_aws_policies(call.account_id, call.region)
    whole, marker = moto({**_unpaged(call), "MaxItems": 1000}), None
    while marker := whole.pop("Marker", None):
        page = moto({**_unpaged(call), "MaxItems": 1000, "Marker": marker})
        whole = {**page, "Policies": [*whole["Policies"], *page["Policies"]]}
    return whole


def _unpaged(call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.params.items() if name not in ("Marker", "MaxItems")}


repage("iam", "ListPolicies", reason="Moto's last page of a full size announces another one.")
