"""AWS Security Hub CSPM: importing, finding and changing findings."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from moto.securityhub.models import Finding, SecurityHubBackend, securityhub_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Moto, Result, amendment, operation, repage

Imported = dict[str, Any]

_MOST_IMPORTED: Final = 100
_MOST_VALUES: Final = 20
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
_OF_INVESTIGATORS: Final = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
_LENGTHS: Final = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
"""Limits that botocore's model states in words only."""
_LONGEST_RECOMMENDATION: Final = 512
_PRODUCT_FIELDS: Final = (50, 128, 2048)
_RELATED_REQUIREMENTS: Final = 32

repage("securityhub", "GetFindings", reason="Moto's pages are made before its findings are filtered.")


@amendment(
    "securityhub",
    "BatchImportFindings",
    reason=(
        "AWS ignores findings that are not newer than those it has, refuses single ones, and takes none before it is "
        "enabled; moto takes everything."
    ),
)
def batch_import_findings(call: Call, _: Moto) -> Result:
    """Keep findings under the rules of AWS; list those that are refused."""
    check(call.service, call.operation, call.params)
    backend = _enabled(call)
    findings = call.params["Findings"]
    if not 1 <= len(findings) <= _MOST_IMPORTED:
        raise AwsError("InvalidInputException", f"Invalid parameter 'Findings': {len(findings)} findings.")
    failed = []
    for finding in findings:
        refusal = call.refusal("fail-finding", finding["Id"])
        message = "; ".join(_violations(call, finding))
        if refusal or message:
            error = {"ErrorCode": refusal or "InvalidInput", "ErrorMessage": message or "Internal service failure"}
            failed.append({"Id": finding["Id"], **error})
        else:
            _keep(backend, finding)
    return {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}


@amendment("securityhub", "GetFindings", reason="Moto knows no filters.")
def get_findings(call: Call, _: Moto) -> Result:
    """Return the findings that every filtered attribute lets through."""
    backend = _enabled(call)
    filters = call.params.get("Filters", {})
    for name, values in filters.items():
        if len(values) > _MOST_VALUES:
            raise AwsError("InvalidInputException", f"Invalid parameter 'Filters': {name} has {len(values)} values.")
    return {"Findings": [one.data for one in backend.findings if _passes(one.data, filters)]}


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


def _enabled(call: Call) -> SecurityHubBackend:
    backend = securityhub_backends[call.account_id][call.region]
    if not backend.enabled:
        raise AwsError("InvalidAccessException", f"Account {call.account_id} is not subscribed to AWS Security Hub")
    return backend


def _violations(call: Call, finding: Imported) -> Iterator[str]:
    """Yield what the finding format does not allow, beyond what the model checks by itself."""
    for name, longest in _LENGTHS.items():
        if len(finding[name]) > longest:
            yield f"Finding.{name} has more than {longest} characters"
    if finding["AwsAccountId"] != call.account_id:
        yield "Finding.AwsAccountId is not the account that imports it"
    if not 1 <= len(finding["Resources"]) <= _RELATED_REQUIREMENTS:
        yield "Finding.Resources has 1 to 32 items"
    if "Severity" not in finding and "Severity" not in finding.get("FindingProviderFields", {}):
        yield "Finding has no severity"
    recommendation = finding.get("Remediation", {}).get("Recommendation", {})
    if len(recommendation.get("Text", "")) > _LONGEST_RECOMMENDATION:
        yield "Finding.Remediation.Recommendation.Text has more than 512 characters"
    if len(finding.get("Compliance", {}).get("RelatedRequirements", [])) > _RELATED_REQUIREMENTS:
        yield "Finding.Compliance.RelatedRequirements has more than 32 items"
    most, longest_key, longest_value = _PRODUCT_FIELDS
    fields = finding.get("ProductFields", {})
    if len(fields) > most:
        yield "Finding.ProductFields has more than 50 items"
    if any(len(key) > longest_key or len(value) > longest_value for key, value in fields.items()):
        yield "Finding.ProductFields has a key or a value that is too long"


def _keep(backend: SecurityHubBackend, finding: Imported) -> None:
    known = next((one for one in backend.findings if one.id == finding["Id"]), None)
    provided = finding.get("FindingProviderFields", {})
    if known is None:
        new = {"Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE", **finding}
        new |= {name: value for name, value in provided.items() if name not in finding}
        backend.findings.append(Finding(finding["Id"], new))
        return
    if _moment(finding["UpdatedAt"]) <= _moment(known.data["UpdatedAt"]):
        return
    reopened = known.data["RecordState"] == "ARCHIVED" and finding.get("RecordState") == "ACTIVE"
    known.data.update({name: value for name, value in finding.items() if name not in _OF_INVESTIGATORS})
    if reopened:
        known.data["Workflow"] = {"Status": "NEW"}


def _passes(finding: Imported, filters: Mapping[str, list[dict[str, str]]]) -> bool:
    return all(any(_meets(finding.get(name), one) for one in values) for name, values in filters.items())


def _meets(value: object, wanted: Mapping[str, str]) -> bool:
    if "Key" in wanted:
        value = value.get(wanted["Key"]) if isinstance(value, Mapping) else None
    match wanted["Comparison"]:
        case "EQUALS":
            return value == wanted["Value"]
        case "PREFIX":
            return str(value or "").startswith(wanted["Value"])
        case other:
            raise AwsError("InvalidInputException", f"The embedded account does not compare by {other}.")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
