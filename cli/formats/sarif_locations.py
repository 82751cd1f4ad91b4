"""Where a SARIF result is: code scanning asks for a file and a line, and a cloud resource has neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cli.formats.changes import account_of, partition_of
from cli.formats.wording import name_of
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from cli.report import Report
    from rules.engine.resource import Resource

ARN_PARTS = 6
EVERYWHERE = "global"
"""The place of what has no Region, such as IAM roles and S3 buckets."""

FIRST_LINE = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}


def location(report: Report, resource: Resource | None) -> dict[str, Any]:
    """
    Return the location of a resource, or of the account where there is none.

    The logical location is the resource itself. The physical one is a relative path made of the ARN: code scanning
    shows no result without a path, refuses URIs with a scheme of their own, and knows a result again by it.
    """
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path_of(report, resource)},
            "region": FIRST_LINE,
        },
        "logicalLocations": [_logical(report, resource)],
    }


def path_of(report: Report, resource: Resource | None) -> str:
    """Return "aws/123456789012/us-east-1/lambda/function/ask" for a function's ARN; it is the same in every run."""
    partition = partition_of(report.region)
    if resource is None:
        return _path([partition, account_of(report), report.region])
    if resource.arn is None:
        kind = resource.type.removeprefix("AWS::").replace("::", "/").lower()
        return _path([partition, account_of(report), report.region, *kind.split("/"), resource.id])
    parts = resource.arn.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS:
        return _path([partition, account_of(report), report.region, resource.arn])
    _, _, service, region, account, path = parts
    return _path([partition, account or account_of(report), region or EVERYWHERE, service, *_split(path)])


def _split(path: str) -> list[str]:
    """Return the segments of an ARN's last part, where "function:ask" and "role/app" are written alike."""
    kind, colon, rest = path.partition(":")
    segments = [kind, *rest.split("/")] if colon and "/" not in kind else path.split("/")
    return [segment for segment in segments if segment]


def _path(segments: list[str]) -> str:
    """Return a relative URI; a segment that would lead elsewhere ("..") is none."""
    return "/".join(quote(printable(segment), safe="") if segment.strip(".") else "_" for segment in segments)


def _logical(report: Report, resource: Resource | None) -> dict[str, str]:
    if resource is None:
        return {
            "name": account_of(report),
            "fullyQualifiedName": f"{account_of(report)}/{report.region}",
            "kind": "account",
        }
    return {
        "name": name_of(resource),
        "fullyQualifiedName": printable(resource.arn or f"{account_of(report)}/{report.region}/{resource.id}"),
        "kind": "resource",
    }
