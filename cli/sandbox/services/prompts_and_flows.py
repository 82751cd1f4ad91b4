"""Amazon Bedrock agents: prompts and flows with their versions, and aliases of flows."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.agent_tags import tag, untag
from cli.sandbox.services.agents import DRAFT, UPPER
from cli.sandbox.shelves import Record, Shelf

PROMPTS: Final = Shelf("bedrock-agent", "prompt", ("id", "arn"))
FLOWS: Final = Shelf("bedrock-agent", "flow", ("id", "arn"))
FLOW_ALIASES: Final = Shelf("bedrock-agent", "flow alias", ("id", "arn"))


@operation("bedrock-agent", "CreatePrompt")
def create_prompt(call: Call) -> Result:
    """Create the working draft of a prompt."""
    return PROMPTS.answer(call, _create(call, PROMPTS, "prompt", {}))


@operation("bedrock-agent", "CreatePromptVersion")
def create_prompt_version(call: Call) -> Result:
    """Freeze the working draft as the next version, under an ARN of its own."""
    record = PROMPTS.find(call, call.params["promptIdentifier"])
    frozen = _freeze(call, record)
    frozen["arn"] = f"{record['arn']}:{frozen['version']}"
    return PROMPTS.answer(call, frozen)


@operation("bedrock-agent", "GetPrompt")
def get_prompt(call: Call) -> Result:
    """Return the working draft or a version."""
    identifier, _, version = call.params["promptIdentifier"].partition(":prompt/")[2].partition(":")
    record = PROMPTS.find(call, identifier or call.params["promptIdentifier"])
    return PROMPTS.answer(call, _version(record, call.params.get("promptVersion") or version or DRAFT))


@operation("bedrock-agent", "ListPrompts")
def list_prompts(call: Call) -> Result:
    """Return the drafts of all prompts, or the draft and all versions of one."""
    if not call.params.get("promptIdentifier"):
        return PROMPTS.listing(call)
    record = PROMPTS.find(call, call.params["promptIdentifier"])
    return PROMPTS.listing(call, [record, *record["versions"].values()])


@operation("bedrock-agent", "DeletePrompt")
def delete_prompt(call: Call) -> Result:
    """Delete a prompt, or one version of it."""
    record = PROMPTS.find(call, call.params["promptIdentifier"])
    version = call.params.get("promptVersion")
    if version:
        del record["versions"][_version(record, version)["version"]]
        return {"id": record["id"], "version": version}
    untag(call, PROMPTS.remove(call, record["id"])["arn"])
    return {"id": record["id"]}


@operation("bedrock-agent", "CreateFlow")
def create_flow(call: Call) -> Result:
    """Create the working draft of a flow."""
    return FLOWS.answer(call, _create(call, FLOWS, "flow", {"status": "NotPrepared"}))


@operation("bedrock-agent", "PrepareFlow")
def prepare_flow(call: Call) -> Result:
    """Make the working draft ready to become a version."""
    record = FLOWS.find(call, call.params["flowIdentifier"])
    record["status"] = "Prepared"
    return FLOWS.answer(call, record)


@operation("bedrock-agent", "DeleteFlow")
def delete_flow(call: Call) -> Result:
    """Delete a flow with its versions and aliases."""
    record = FLOWS.remove(call, call.params["flowIdentifier"])
    untag(call, record["arn"])
    FLOW_ALIASES.forget(call, flowId=record["id"])
    return {"id": record["id"]}


@operation("bedrock-agent", "CreateFlowVersion")
def create_flow_version(call: Call) -> Result:
    """Freeze the working draft as the next version."""
    record = FLOWS.find(call, call.params["flowIdentifier"])
    return FLOWS.answer(call, _freeze(call, record))


@operation("bedrock-agent", "GetFlowVersion")
def get_flow_version(call: Call) -> Result:
    """Return a version of a flow."""
    record = FLOWS.find(call, call.params["flowIdentifier"])
    return FLOWS.answer(call, _version(record, call.params["flowVersion"]))


@operation("bedrock-agent", "ListFlowVersions")
def list_flow_versions(call: Call) -> Result:
    """Return the numbered versions of a flow."""
    record = FLOWS.find(call, call.params["flowIdentifier"])
    return FLOWS.listing(call, record["versions"].values())


@operation("bedrock-agent", "DeleteFlowVersion")
def delete_flow_version(call: Call) -> Result:
    """Delete a version of a flow."""
    record = FLOWS.find(call, call.params["flowIdentifier"])
    del record["versions"][_version(record, call.params["flowVersion"])["version"]]
    return {"id": record["id"], "version": call.params["flowVersion"]}


@operation("bedrock-agent", "CreateFlowAlias")
def create_flow_alias(call: Call) -> Result:
    """Create an alias of a version of a flow."""
    flow = FLOWS.find(call, call.params["flowIdentifier"])
    for routed in call.params["routingConfiguration"]:
        _version(flow, routed["flowVersion"])
    alias_id = random_id(10, UPPER)
    record = {
        # Listings may name the flow by its id or by its ARN, however this call did.
        **{name: value for name, value in call.params.items() if name != "flowIdentifier"},
        "id": alias_id,
        "arn": f"{flow['arn']}/alias/{alias_id}",
        "flowId": flow["id"],
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    tag(call, record["arn"], call.params.get("tags"))
    return FLOW_ALIASES.answer(call, FLOW_ALIASES.put(call, record))


@operation("bedrock-agent", "ListFlowAliases")
def list_flow_aliases(call: Call) -> Result:
    """Return the aliases of a flow."""
    flow = FLOWS.find(call, call.params["flowIdentifier"])
    aliases = [record for record in FLOW_ALIASES.records(call).values() if record["flowId"] == flow["id"]]
    return FLOW_ALIASES.listing(call, aliases)


PROMPTS.serves_update("UpdatePrompt", "promptIdentifier")
FLOWS.serves_get("GetFlow", "flowIdentifier")
FLOWS.serves_list("ListFlows")
FLOWS.serves_update("UpdateFlow", "flowIdentifier", status="NotPrepared")
FLOW_ALIASES.serves_get("GetFlowAlias", "aliasIdentifier")
FLOW_ALIASES.serves_update("UpdateFlowAlias", "aliasIdentifier")
FLOW_ALIASES.serves_delete("DeleteFlowAlias", "aliasIdentifier")


def _create(call: Call, shelf: Shelf, kind: str, more: Record) -> Record:
    identifier = random_id(10, UPPER)
    record = {
        **call.params,
        "id": identifier,
        "arn": call.arn(f"{kind}/{identifier}"),
        "version": DRAFT,
        "createdAt": call.now,
        "updatedAt": call.now,
        "versions": {},
        **more,
    }
    tag(call, record["arn"], call.params.get("tags"))
    return shelf.put(call, record)


def _freeze(call: Call, record: Record) -> Record:
    number = record["newest"] = record.get("newest", 0) + 1
    described = {"description": call.params["description"]} if call.params.get("description") else {}
    frozen = {name: value for name, value in record.items() if name not in ("versions", "newest", "description")}
    frozen |= {"version": str(number), "createdAt": call.now, "updatedAt": call.now, **described}
    record["versions"][str(number)] = frozen
    return frozen


def _version(record: Record, version: str) -> Record:
    if version == DRAFT:
        return record
    if version not in record["versions"]:
        raise NoSuchThingError(f"{record['arn']} has no version {version}.")
    found: Record = record["versions"][version]
    return found
