"""Amazon Bedrock agents: tags of whatever has an ARN."""

from collections.abc import Mapping
from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import NoSuchThingError
from cli.sandbox.operations import Result
from cli.sandbox.shelves import Shelf

_TAGGED: Final = Shelf("bedrock-agent", "tagged resource", ("arn",))
REASON: Final = "Moto drops agents' guardrails and versions, knows four kinds of stores, and gives ids of no form."


def tag(call: Call, arn: str, tags: Mapping[str, str] | None) -> None:
    """Note that `arn` exists and has these tags."""
    _TAGGED.put(call, {"arn": arn, "tags": dict(tags or {})})


def untag(call: Call, arn: str) -> None:
    """Note that `arn` exists no longer."""
    _TAGGED.records(call).pop(arn, None)


def tag_resource(call: Call) -> Result:
    """Add tags."""
    _tags(call).update(call.params["tags"])
    return {}


def untag_resource(call: Call) -> Result:
    """Take tags away."""
    for key in call.params["tagKeys"]:
        _tags(call).pop(key, None)
    return {}


def list_tags_for_resource(call: Call) -> Result:
    """Return the tags of a resource."""
    return {"tags": _tags(call)}


def _tags(call: Call) -> dict[str, str]:
    arn = call.params["resourceArn"]
    if arn not in _TAGGED.records(call):
        raise NoSuchThingError(f"The resource {arn} does not exist.")
    tags: dict[str, str] = _TAGGED.records(call)[arn]["tags"]
    return tags


_TAGGED.registers("TagResource", tag_resource, amends=REASON)
_TAGGED.registers("UntagResource", untag_resource, amends=REASON)
_TAGGED.registers("ListTagsForResource", list_tags_for_resource, amends=REASON)
