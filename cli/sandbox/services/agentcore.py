"""Amazon Bedrock AgentCore: resource policies, browsers and code interpreters."""

import json
from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Record, Shelf

_SERVICE: Final = "bedrock-agentcore-control"
BROWSERS: Final = Shelf(_SERVICE, "browser", ("browserId", "browserArn"), "name")
INTERPRETERS: Final = Shelf(_SERVICE, "code interpreter", ("codeInterpreterId", "codeInterpreterArn"), "name")
_POLICIES: Final = "resource policies"


@operation(_SERVICE, "PutResourcePolicy")
def put_resource_policy(call: Call) -> Result:
    """Attach a policy to a runtime, an endpoint or a gateway."""
    try:
        json.loads(call.params["policy"])
    except json.JSONDecodeError as error:
        raise AwsError("ValidationException", "The policy is no JSON document.") from error
    call.table(_POLICIES)[call.params["resourceArn"]] = call.params["policy"]
    return {"policy": call.params["policy"]}


@operation(_SERVICE, "GetResourcePolicy")
def get_resource_policy(call: Call) -> Result:
    """Return a resource's policy."""
    return {"policy": _policy(call)}


@operation(_SERVICE, "DeleteResourcePolicy")
def delete_resource_policy(call: Call) -> Result:
    """Take a resource's policy away."""
    _policy(call)
    del call.table(_POLICIES)[call.params["resourceArn"]]
    return {}


@operation(_SERVICE, "CreateBrowser")
def create_browser(call: Call) -> Result:
    """Create a browser tool of the account's own."""
    return BROWSERS.answer(call, BROWSERS.put(call, _tool(call, "browser", "browser-custom")))


@operation(_SERVICE, "CreateCodeInterpreter")
def create_code_interpreter(call: Call) -> Result:
    """Create a code interpreter of the account's own."""
    return INTERPRETERS.answer(call, INTERPRETERS.put(call, _tool(call, "codeInterpreter", "code-interpreter-custom")))


BROWSERS.serves_get("GetBrowser", "browserId")
BROWSERS.serves_list("ListBrowsers")
BROWSERS.serves_delete("DeleteBrowser", "browserId", status="DELETING")
INTERPRETERS.serves_get("GetCodeInterpreter", "codeInterpreterId")
INTERPRETERS.serves_list("ListCodeInterpreters")
INTERPRETERS.serves_delete("DeleteCodeInterpreter", "codeInterpreterId", status="DELETING")


def _tool(call: Call, member: str, kind: str) -> Record:
    tool_id = f"{call.params['name']}-{random_id(10)}"
    return {
        **call.params,
        f"{member}Id": tool_id,
        f"{member}Arn": call.arn(f"{kind}/{tool_id}"),
        "status": "READY",
        "createdAt": call.now,
        "lastUpdatedAt": call.now,
        # ListBrowsers and ListCodeInterpreters filter by it.
        "type": "CUSTOM",
    }


def _policy(call: Call) -> str:
    arn = call.params["resourceArn"]
    if arn not in call.table(_POLICIES):
        raise NoSuchThingError(f"The resource {arn} has no policy.")
    return str(call.table(_POLICIES)[arn])
