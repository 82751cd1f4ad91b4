"""AWS Security Hub CSPM: changes of findings."""

from typing import Any

from moto.securityhub.models import securityhub_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Result, operation

_CHANGED = (
    "Note",
    "Severity",
    "VerificationState",
    "Confidence",
    "Criticality",
    "Types",
    "UserDefinedFields",
    "Workflow",
)


@operation("securityhub", "BatchUpdateFindings")
def batch_update_findings(call: Call) -> Result:
    """Change what users may change of findings that moto keeps; those that do not exist are not processed."""
    known = {finding.id: finding for finding in securityhub_backends[call.account_id][call.region].findings}
    changes: dict[str, Any] = {name: call.params[name] for name in _CHANGED if name in call.params}
    processed, unprocessed = [], []
    for identifier in call.params["FindingIdentifiers"]:
        finding = known.get(identifier["Id"])
        if finding is None:
            unprocessed.append(
                {
                    "FindingIdentifier": identifier,
                    "ErrorCode": "FindingNotFound",
                    "ErrorMessage": "Finding Not Found",
                }
            )
            continue
        finding.data.update(changes)
        processed.append(identifier)
    return {"ProcessedFindings": processed, "UnprocessedFindings": unprocessed}
