"""Amazon CloudWatch Logs: keys, data protection and policies of log groups, account policies."""

import json
from typing import Any, Final

from moto.logs.models import LogGroup, logs_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.operations import Moto, Result, amendment, operation

_PROTECTION: Final = "data protection policies"
_POLICIES: Final = "resource policies"
_ACCOUNT: Final = "account policies"


@operation("logs", "AssociateKmsKey")
def associate_kms_key(call: Call) -> Result:
    """Encrypt a log group with a key from now on."""
    group = _group(call, call.params.get("logGroupName") or call.params.get("resourceIdentifier", ""))
    group.kms_key_id = call.params["kmsKeyId"]
    return {}


@operation("logs", "DisassociateKmsKey")
def disassociate_kms_key(call: Call) -> Result:
    """Encrypt a log group with the key of CloudWatch Logs from now on."""
    _group(call, call.params.get("logGroupName") or call.params.get("resourceIdentifier", "")).kms_key_id = None
    return {}


@operation("logs", "PutDataProtectionPolicy")
def put_data_protection_policy(call: Call) -> Result:
    """Mask sensitive data in a log group."""
    identifier, document = call.params["logGroupIdentifier"], call.params["policyDocument"]
    _require_json(document)
    policy = {"logGroupIdentifier": identifier, "policyDocument": document, "lastUpdatedTime": _milliseconds(call)}
    call.table(_PROTECTION)[_group(call, identifier).name] = policy
    return policy


@operation("logs", "GetDataProtectionPolicy")
def get_data_protection_policy(call: Call) -> Result:
    """Return a log group's policy, the group alone where it has none."""
    identifier = call.params["logGroupIdentifier"]
    policy = call.table(_PROTECTION).get(_group(call, identifier).name, {})
    return {**policy, "logGroupIdentifier": identifier}


@operation("logs", "DeleteDataProtectionPolicy")
def delete_data_protection_policy(call: Call) -> Result:
    """Mask nothing in a log group any more."""
    name = _group(call, call.params["logGroupIdentifier"]).name
    if call.table(_PROTECTION).pop(name, None) is None:
        raise NoSuchThingError("The log group has no data protection policy.")
    return {}


@amendment("logs", "DescribeLogGroups", reason="Moto does not know of data protection.")
def describe_log_groups(call: Call, moto: Moto) -> Result:
    """Return log groups with the status of their data protection."""
    answer, protected = moto(), call.table(_PROTECTION)
    groups = [
        {**group, "dataProtectionStatus": "ACTIVATED"} if group["logGroupName"] in protected else group
        for group in answer.get("logGroups", ())
    ]
    return {**answer, "logGroups": groups}


@amendment("logs", "DeleteLogGroup", reason="Moto does not know of data protection.")
def delete_log_group(call: Call, moto: Moto) -> Result:
    """Delete a log group with its data protection."""
    answer = moto()
    call.table(_PROTECTION).pop(call.params["logGroupName"], None)
    return answer


@amendment("logs", "PutResourcePolicy", reason="Moto has no policies of single log groups.")
def put_resource_policy(call: Call, moto: Moto) -> Result:
    """Attach a policy to the account, or to one log group."""
    arn = call.params.get("resourceArn")
    if not arn:
        return moto()
    _require_json(call.params["policyDocument"])
    policy = {
        "policyDocument": call.params["policyDocument"],
        "lastUpdatedTime": _milliseconds(call),
        "policyScope": "RESOURCE",
        "resourceArn": arn,
    }
    call.table(_POLICIES)[arn] = policy
    return {"resourcePolicy": policy}


@amendment("logs", "DescribeResourcePolicies", reason="Moto has no policies of single log groups.")
def describe_resource_policies(call: Call, moto: Moto) -> Result:
    """Return the account's policies, or with `policyScope` RESOURCE those of log groups."""
    arn = call.params.get("resourceArn")
    if call.params.get("policyScope") != "RESOURCE" and not arn:
        return moto()
    return {"resourcePolicies": [each for key, each in call.table(_POLICIES).items() if arn in (None, key)]}


@amendment("logs", "DeleteResourcePolicy", reason="Moto has no policies of single log groups.")
def delete_resource_policy(call: Call, moto: Moto) -> Result:
    """Take a policy away."""
    arn = call.params.get("resourceArn")
    if not arn:
        return moto()
    if call.table(_POLICIES).pop(arn, None) is None:
        raise NoSuchThingError(f"The log group {arn} has no policy.")
    return {}


@operation("logs", "PutAccountPolicy")
def put_account_policy(call: Call) -> Result:
    """Set a policy for all log groups of the account."""
    _require_json(call.params["policyDocument"])
    policy = {name: call.params[name] for name in ("policyName", "policyType", "policyDocument")} | {
        "lastUpdatedTime": _milliseconds(call),
        "scope": call.params.get("scope", "ALL"),
        "accountId": call.account_id,
    }
    if call.params.get("selectionCriteria"):
        policy["selectionCriteria"] = call.params["selectionCriteria"]
    call.table(_ACCOUNT)[f"{policy['policyType']}/{policy['policyName']}"] = policy
    return {"accountPolicy": policy}


@operation("logs", "DescribeAccountPolicies")
def describe_account_policies(call: Call) -> Result:
    """Return the account's policies of one type."""
    kind, name = call.params["policyType"], call.params.get("policyName")
    policies = call.table(_ACCOUNT).values()
    return {
        "accountPolicies": [
            each for each in policies if each["policyType"] == kind and name in (None, each["policyName"])
        ]
    }


@operation("logs", "DeleteAccountPolicy")
def delete_account_policy(call: Call) -> Result:
    """Take a policy of the account away."""
    key = f"{call.params['policyType']}/{call.params['policyName']}"
    if call.table(_ACCOUNT).pop(key, None) is None:
        raise NoSuchThingError(f"The account has no policy {call.params['policyName']}.")
    return {}


def _group(call: Call, identifier: str) -> LogGroup:
    groups: dict[str, Any] = logs_backends[call.account_id][call.region].groups
    name = identifier.split(":log-group:", 1)[-1].removesuffix(":*")
    if name not in groups:
        raise NoSuchThingError("The specified log group does not exist.")
    return groups[name]


def _milliseconds(call: Call) -> int:
    return int(call.now.timestamp() * 1000)


def _require_json(document: str) -> None:
    try:
        json.loads(document)
    except json.JSONDecodeError as error:
        raise AwsError("InvalidParameterException", "The policy document is no JSON document.") from error
