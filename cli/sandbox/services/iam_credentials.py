"""AWS IAM: service-specific credentials, among them Amazon Bedrock API keys."""

import secrets
from datetime import timedelta
from typing import Final

from moto.iam.models import iam_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Record, Shelf

CREDENTIALS: Final = Shelf(
    "iam", "service-specific credential", ("ServiceSpecificCredentialId",), missing="NoSuchEntity"
)
# Keys of these services are one secret instead of a user name with a password.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html
_KEYS: Final = (
    "aws-external-anthropic.amazonaws.com",
    "bedrock.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "logs.amazonaws.com",
)
_SERVICES: Final = (*_KEYS, "cassandra.amazonaws.com", "codecommit.amazonaws.com")
_PER_USER: Final = 2
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRETS: Final = ("ServicePassword", "ServiceCredentialSecret")


@operation("iam", "CreateServiceSpecificCredential")
def create_service_specific_credential(call: Call) -> Result:
    """Make a credential of a user for one service; without an age it never expires."""
    user, service = call.params["UserName"], call.params["ServiceName"]
    _require_user(call, user)
    if service not in _SERVICES:
        raise AwsError("NotSupportedService", f"The service {service} is not supported.", 404)
    taken = [
        each
        for each in CREDENTIALS.records(call).values()
        if (each["UserName"], each["ServiceName"]) == (user, service)
    ]
    if len(taken) >= _PER_USER:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_PER_USER}", 409)
    record = {
        "ServiceSpecificCredentialId": f"ACCA{random_id(17, _UPPER)}",
        "UserName": user,
        "ServiceName": service,
        "Status": "Active",
        "CreateDate": call.now,
    }
    age = call.params.get("CredentialAgeDays")
    if age:
        record["ExpirationDate"] = call.now + timedelta(days=age)
    return {"ServiceSpecificCredential": CREDENTIALS.put(call, record | _secret(call, record))}


@operation("iam", "ListServiceSpecificCredentials")
def list_service_specific_credentials(call: Call) -> Result:
    """Return the credentials of a user, of the caller, or of all users."""
    user, service = call.params.get("UserName"), call.params.get("ServiceName")
    if user:
        _require_user(call, user)
    records = [
        {name: value for name, value in record.items() if name not in _SECRETS}
        for record in CREDENTIALS.records(call).values()
        if (call.params.get("AllUsers") or user == record["UserName"]) and service in (None, record["ServiceName"])
    ]
    return {"ServiceSpecificCredentials": records}


@operation("iam", "UpdateServiceSpecificCredential")
def update_service_specific_credential(call: Call) -> Result:
    """Activate or deactivate a credential."""
    CREDENTIALS.find(call, call.params["ServiceSpecificCredentialId"])["Status"] = call.params["Status"]
    return {}


@operation("iam", "ResetServiceSpecificCredential")
def reset_service_specific_credential(call: Call) -> Result:
    """Give a credential another secret."""
    record = CREDENTIALS.find(call, call.params["ServiceSpecificCredentialId"])
    return {"ServiceSpecificCredential": CREDENTIALS.put(call, record | _secret(call, record))}


CREDENTIALS.serves_delete("DeleteServiceSpecificCredential", "ServiceSpecificCredentialId")


def _secret(call: Call, record: Record) -> Record:
    alias = f"{record['UserName']}-at-{call.account_id}"
    if record["ServiceName"] in _KEYS:
        return {"ServiceCredentialAlias": alias, "ServiceCredentialSecret": secrets.token_urlsafe(64)}
    return {"ServiceUserName": alias, "ServicePassword": secrets.token_urlsafe(32)}


def _require_user(call: Call, name: str) -> None:
    if name not in iam_backends[call.account_id][call.partition].users:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
