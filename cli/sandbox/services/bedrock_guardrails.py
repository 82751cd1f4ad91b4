"""Amazon Bedrock: guardrails, their versions, and the guardrails that the account enforces."""

from collections.abc import Mapping
from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.bedrock_tags import tag, untag
from cli.sandbox.services.kms_keys import key_arn
from cli.sandbox.shelves import Record, Shelf

GUARDRAILS: Final = Shelf(
    "bedrock",
    "guardrail",
    ("guardrailId", "guardrailArn"),
    aliases={"id": "guardrailId", "arn": "guardrailArn"},
)
ENFORCED: Final = Shelf("bedrock", "enforced guardrail configuration", ("configId",))
_POLICIES: Final = (
    "topicPolicyConfig",
    "contentPolicyConfig",
    "wordPolicyConfig",
    "sensitiveInformationPolicyConfig",
    "contextualGroundingPolicyConfig",
    "automatedReasoningPolicyConfig",
)
_PLAIN: Final = ("name", "description", "blockedInputMessaging", "blockedOutputsMessaging")


@operation("bedrock", "CreateGuardrail")
def create_guardrail(call: Call) -> Result:
    """Create the working draft of a guardrail."""
    names = [record["name"] for record in GUARDRAILS.records(call).values()]
    if call.params["name"] in names:
        raise AwsError("ConflictException", f"Another guardrail has the name {call.params['name']}.")
    guardrail_id = random_id(12)
    record = {
        "guardrailId": guardrail_id,
        "guardrailArn": call.arn(f"guardrail/{guardrail_id}"),
        "version": "DRAFT",
        "status": "READY",
        "createdAt": call.now,
        "versions": {},
        "newest": 0,
        **_described(call),
    }
    GUARDRAILS.put(call, record)
    tag(call, record["guardrailArn"], call.params.get("tags"))
    return GUARDRAILS.answer(call, record)


@operation("bedrock", "UpdateGuardrail")
def update_guardrail(call: Call) -> Result:
    """Put a new working draft in the place of the old one; policies that are not given are gone."""
    record = GUARDRAILS.find(call, call.params["guardrailIdentifier"])
    kept = ("guardrailId", "guardrailArn", "version", "status", "createdAt", "versions", "newest")
    replaced = {name: record[name] for name in kept} | _described(call)
    return GUARDRAILS.answer(call, GUARDRAILS.put(call, replaced))


@operation("bedrock", "CreateGuardrailVersion")
def create_guardrail_version(call: Call) -> Result:
    """Freeze the working draft as the next numbered version."""
    record = GUARDRAILS.find(call, call.params["guardrailIdentifier"])
    # Numbers of deleted versions are not used again.
    number = record["newest"] = record["newest"] + 1
    frozen = {name: value for name, value in record.items() if name not in ("versions", "newest", "description")}
    described = {"description": call.params["description"]} if call.params.get("description") else {}
    frozen |= {"version": str(number), "createdAt": call.now, "updatedAt": call.now, **described}
    record["versions"][str(number)] = frozen
    return {"guardrailId": record["guardrailId"], "version": str(number)}


@operation("bedrock", "GetGuardrail")
def get_guardrail(call: Call) -> Result:
    """Return the working draft, or a numbered version."""
    record = GUARDRAILS.find(call, call.params["guardrailIdentifier"])
    return GUARDRAILS.answer(call, _version(record, call.params.get("guardrailVersion", "DRAFT")))


@operation("bedrock", "ListGuardrails")
def list_guardrails(call: Call) -> Result:
    """Return the drafts of all guardrails, or the draft and all versions of one."""
    if not call.params.get("guardrailIdentifier"):
        return GUARDRAILS.listing(call)
    record = GUARDRAILS.find(call, call.params["guardrailIdentifier"])
    return GUARDRAILS.listing(call, [record, *record["versions"].values()])


@operation("bedrock", "DeleteGuardrail")
def delete_guardrail(call: Call) -> Result:
    """Delete a guardrail with all versions, or one numbered version of it."""
    record = GUARDRAILS.find(call, call.params["guardrailIdentifier"])
    version = call.params.get("guardrailVersion", "DRAFT")
    if version == "DRAFT":
        GUARDRAILS.remove(call, record["guardrailId"])
        untag(call, record["guardrailArn"])
    else:
        del record["versions"][_version(record, version)["version"]]
    return {}


@operation("bedrock", "PutEnforcedGuardrailConfiguration")
def put_enforced_guardrail_configuration(call: Call) -> Result:
    """Enforce a numbered version of a guardrail on the account's model invocations."""
    wanted = call.params["guardrailInferenceConfig"]
    record = GUARDRAILS.find(call, wanted["guardrailIdentifier"])
    version = _version(record, wanted["guardrailVersion"])
    config_id = call.params.get("configId")
    before = ENFORCED.find(call, config_id) if config_id else {}
    caller = f"arn:{call.partition}:iam::{call.account_id}:user/{call.access_key_id}"
    config = {
        "configId": before.get("configId", random_id(12)),
        "guardrailId": record["guardrailId"],
        "guardrailArn": record["guardrailArn"],
        "guardrailVersion": version["version"],
        "createdAt": before.get("createdAt", call.now),
        "createdBy": before.get("createdBy", caller),
        "updatedAt": call.now,
        "updatedBy": caller,
        "owner": "ACCOUNT",
    }
    config |= {name: wanted[name] for name in ("selectiveContentGuarding", "modelEnforcement") if name in wanted}
    return ENFORCED.answer(call, ENFORCED.put(call, config))


ENFORCED.serves_list("ListEnforcedGuardrailsConfiguration")
ENFORCED.serves_delete("DeleteEnforcedGuardrailConfiguration", "configId")


def _described(call: Call) -> Record:
    """Return what a create or update request says of the draft, under the names of the answers."""
    params = call.params
    described: Record = {name: params[name] for name in _PLAIN if name in params}
    described |= {name.removesuffix("Config"): _answered(params[name]) for name in _POLICIES if name in params}
    described["updatedAt"] = call.now
    if params.get("kmsKeyId"):
        described["kmsKeyArn"] = key_arn(call, params["kmsKeyId"])
    if "crossRegionConfig" in params:
        profile = params["crossRegionConfig"]["guardrailProfileIdentifier"]
        name = profile.rsplit("/", 1)[-1]
        described["crossRegionDetails"] = {
            "guardrailProfileId": name,
            "guardrailProfileArn": call.arn(f"guardrail-profile/{name}"),
        }
    return described


def _answered(policy: Any) -> Any:
    """Return a policy as it is answered: the members that end in Config without that ending."""
    if isinstance(policy, Mapping):
        return {name.removesuffix("Config"): _answered(value) for name, value in policy.items()}
    if isinstance(policy, list):
        return [_answered(each) for each in policy]
    return policy


def _version(record: Record, version: str) -> Record:
    if version == "DRAFT":
        return record
    if version not in record["versions"]:
        raise NoSuchThingError(f"The guardrail {record['guardrailId']} has no version {version}.")
    found: Record = record["versions"][version]
    return found
