"""Amazon OpenSearch Serverless: data access policies and VPC endpoints."""

import json
from base64 import b64encode
from typing import Final

from moto.opensearchserverless.models import opensearchserverless_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation, repage
from cli.sandbox.shelves import Shelf

POLICIES: Final = Shelf(
    "opensearchserverless", "access policy", ("name",), within=("type",), wrapper="accessPolicyDetail"
)
ENDPOINTS: Final = Shelf("opensearchserverless", "VPC endpoint", ("id",))


@operation("opensearchserverless", "CreateAccessPolicy")
def create_access_policy(call: Call) -> Result:
    """Create a data access policy: who may use which collections and indexes."""
    if call.params["name"] in [record["name"] for record in POLICIES.inside(call)]:
        raise AwsError("ConflictException", f"Policy with name {call.params['name']} and type data already exists")
    record = {
        **call.params,
        "policy": _document(call),
        "policyVersion": _new_version(),
        "createdDate": _milliseconds(call),
        "lastModifiedDate": _milliseconds(call),
    }
    return POLICIES.answer(call, POLICIES.put(call, record))


@operation("opensearchserverless", "UpdateAccessPolicy")
def update_access_policy(call: Call) -> Result:
    """Change a data access policy, whose current version the caller has to know."""
    record = POLICIES.find(call, call.params["name"])
    if call.params["policyVersion"] != record["policyVersion"]:
        raise AwsError("ConflictException", "Policy version specified in the request is not the latest")
    if "policy" in call.params:
        record["policy"] = _document(call)
    record |= {"policyVersion": _new_version(), "lastModifiedDate": _milliseconds(call)}
    return POLICIES.answer(call, record)


def create_vpc_endpoint(call: Call) -> Result:
    """Create an interface endpoint; a VPC has one."""
    if call.params["vpcId"] in [record["vpcId"] for record in ENDPOINTS.records(call).values()]:
        raise AwsError("ConflictException", f"There is already a VpcEndpoint exist under VpcId {call.params['vpcId']}")
    record = {
        **call.params,
        "id": f"vpce-0{random_id(16, '0123456789abcdef')}",
        "status": "ACTIVE",
        "createdDate": _milliseconds(call),
    }
    ENDPOINTS.put(call, record)
    return {"createVpcEndpointDetail": {name: record[name] for name in ("id", "name", "status")}}


@operation("opensearchserverless", "ListVpcEndpoints")
def list_vpc_endpoints(call: Call) -> Result:
    """Return the interface endpoints."""
    status = call.params.get("vpcEndpointFilters", {}).get("status")
    return ENDPOINTS.listing(call, [each for each in ENDPOINTS.inside(call) if status in (None, each["status"])])


@operation("opensearchserverless", "BatchGetVpcEndpoint")
def batch_get_vpc_endpoint(call: Call) -> Result:
    """Return endpoints by their ids, those that do not exist as errors."""
    known, members = ENDPOINTS.records(call), ("id", "name", "vpcId", "subnetIds", "securityGroupIds", "status")
    return {
        "vpcEndpointDetails": [
            {member: known[each][member] for member in (*members, "createdDate") if member in known[each]}
            for each in call.params["ids"]
            if each in known
        ],
        "vpcEndpointErrorDetails": [
            {"id": each, "errorCode": "NOT_FOUND", "errorMessage": "VpcEndpoint not found"}
            for each in call.params["ids"]
            if each not in known
        ],
    }


@operation("opensearchserverless", "DeleteVpcEndpoint")
def delete_vpc_endpoint(call: Call) -> Result:
    """Delete an interface endpoint."""
    record = ENDPOINTS.remove(call, call.params["id"])
    return {"deleteVpcEndpointDetail": {"id": record["id"], "name": record["name"], "status": "DELETING"}}


@operation("opensearchserverless", "DeleteSecurityPolicy")
def delete_security_policy(call: Call) -> Result:
    """Delete an encryption or network policy that moto keeps."""
    policies = opensearchserverless_backends[call.account_id][call.region].security_policies
    wanted = (call.params["name"], call.params["type"])
    found = [key for key, policy in policies.items() if (policy.name, policy.type) == wanted]
    if not found:
        raise NoSuchThingError(f"Policy with name {wanted[0]} and type {wanted[1]} is not found")
    del policies[found[0]]
    return {}


repage("opensearchserverless", "ListSecurityPolicies", reason="Moto lists all at once.", page_size=20)
POLICIES.serves_get("GetAccessPolicy", "name")
POLICIES.serves_list("ListAccessPolicies", page_size=20)
POLICIES.serves_delete("DeleteAccessPolicy", "name")
ENDPOINTS.registers("CreateVpcEndpoint", create_vpc_endpoint, amends="Moto's endpoints can be created, not read.")


def _document(call: Call) -> object:
    try:
        return json.loads(call.params["policy"])
    except json.JSONDecodeError as error:
        raise AwsError("ValidationException", "Policy json is invalid") from error


def _new_version() -> str:
    return b64encode(f"{random_id(13, '0123456789')}_1".encode()).decode()


def _milliseconds(call: Call) -> int:
    return int(call.now.timestamp() * 1000)
