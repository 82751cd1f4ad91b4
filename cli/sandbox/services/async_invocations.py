"""Amazon Bedrock runtime: asynchronous invocations, which are done as soon as they are asked for."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Shelf

INVOCATIONS: Final = Shelf(
    "bedrock-runtime",
    "asynchronous invocation",
    ("invocationArn",),
    time="submitTime",
    missing="ValidationException",
)
_ID_LENGTH: Final = 12


@operation("bedrock-runtime", "StartAsyncInvoke")
def start_async_invoke(call: Call) -> Result:
    """Invoke a model of the Region, and write the answer to Amazon S3."""
    model = call.params["modelId"]
    record = {
        **call.params,
        "invocationArn": call.arn(f"async-invoke/{random_id(_ID_LENGTH)}", "bedrock"),
        "modelArn": model if model.startswith("arn:") else _foundation_model(call, model),
        "status": "Completed",
        "submitTime": call.now,
        "lastModifiedTime": call.now,
        "endTime": call.now,
    }
    return INVOCATIONS.answer(call, INVOCATIONS.put(call, record))


INVOCATIONS.serves_get("GetAsyncInvoke", "invocationArn")
INVOCATIONS.serves_list("ListAsyncInvokes")


def _foundation_model(call: Call, model: str) -> str:
    return f"arn:{call.partition}:bedrock:{call.region}::foundation-model/{model}"
