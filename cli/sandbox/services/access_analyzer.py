"""AWS IAM Access Analyzer: analyzers (they find nothing)."""

from typing import Final

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Shelf

ANALYZERS: Final = Shelf("accessanalyzer", "analyzer", ("name", "arn"), "name", wrapper="analyzer")


@operation("accessanalyzer", "CreateAnalyzer")
def create_analyzer(call: Call) -> Result:
    """Create an analyzer."""
    name = call.params["analyzerName"]
    if name in ANALYZERS.records(call):
        raise AwsError("ConflictException", f"The analyzer {name} exists already.")
    record = {
        **call.params,
        "name": name,
        "arn": call.arn(f"analyzer/{name}", "access-analyzer"),
        "status": "ACTIVE",
        "createdAt": call.now,
    }
    return ANALYZERS.answer(call, ANALYZERS.put(call, record))


ANALYZERS.serves_get("GetAnalyzer", "analyzerName")
ANALYZERS.serves_list("ListAnalyzers")
ANALYZERS.serves_delete("DeleteAnalyzer", "analyzerName")
