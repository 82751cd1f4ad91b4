"""Facts about Amazon OpenSearch Serverless collections: the policies that apply to them, by name."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts.listings import next_page
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rules.engine.aws import Aws

    Statements = list[Mapping[str, Any]]

GONE = "ResourceNotFoundException"


@dataclass(frozen=True)
class Collection:
    """
    A collection with what its policies open.

    `key_arn` is None where AWS owns the key. `public` are the network policies that let public networks reach it or
    its dashboards, `everybody` the data access policies with a wildcard among their principals.
    """

    name: str
    key_arn: str | None
    public: tuple[str, ...]
    everybody: tuple[str, ...]


@reads(Action("aoss:GetSecurityPolicy"), Action("aoss:ListSecurityPolicies"))
def network_policies(aws: Aws) -> Mapping[str, Statements]:
    """Return the statements of every network policy of the account and Region, by the policy's name."""
    client = aws.client("opensearchserverless")
    names = _names(client.list_security_policies, "securityPolicySummaries", "network")
    return _policies(client.get_security_policy, "securityPolicyDetail", "network", names)


@reads(Action("aoss:GetAccessPolicy"), Action("aoss:ListAccessPolicies"))
def access_policies(aws: Aws) -> Mapping[str, Statements]:
    """Return the statements of every data access policy of the account and Region, by the policy's name."""
    client = aws.client("opensearchserverless")
    names = _names(client.list_access_policies, "accessPolicySummaries", "data")
    return _policies(client.get_access_policy, "accessPolicyDetail", "data", names)


@reads(Action("aoss:BatchGetCollection"), uses=(network_policies, access_policies))
def collection(aws: Aws, collection_id: str) -> Collection | None:
    """
    Return a collection of this account and Region, None when there is none of that id.

    Policies apply to every collection whose name they match; access from a public network in any of them counts.
    Source: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html
    """
    details = aws.client("opensearchserverless").batch_get_collection(ids=[collection_id])["collectionDetails"]
    if not details:
        return None
    name, key = details[0]["name"], details[0].get("kmsKeyArn", "auto")
    network = network_policies(aws)
    access = access_policies(aws)
    return Collection(
        name=name,
        key_arn=None if key == "auto" else key,
        public=tuple(
            policy
            for policy, statements in network.items()
            if any(one.get("AllowFromPublic") and _applies(one, name) for one in statements)
        ),
        everybody=tuple(
            policy
            for policy, statements in access.items()
            if any("*" in principal for one in statements if _applies(one, name) for principal in one["Principal"])
        ),
    )


def _names(listing: Callable[..., Mapping[str, Any]], member: str, kind: str) -> Iterator[str]:
    """Yield the names of a listing's policies, page by page: botocore has no paginators for this service."""
    more: dict[str, str] = {}
    while True:
        page = listing(type=kind, **more)
        yield from (summary["name"] for summary in page.get(member, ()))
        if not page.get("nextToken"):
            return
        more = next_page(more, "nextToken", page["nextToken"])


def _policies(
    get: Callable[..., Mapping[str, Any]], member: str, kind: str, names: Iterable[str]
) -> Mapping[str, Statements]:
    found: dict[str, Statements] = {}
    for name in sorted(names):
        try:
            found[name] = get(type=kind, name=name)[member]["policy"]
        except ClientError as error:
            if error_code(error) != GONE:
                raise
    return found


def _applies(statement: Mapping[str, Any], name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in _collections(statement))


def _collections(statement: Mapping[str, Any]) -> Iterator[str]:
    """Yield the patterns of collections' names in the rules of a statement: collection/<name>, index/<name>/<index>."""
    for rule in statement["Rules"]:
        for resource in rule["Resource"]:
            yield resource.split("/")[1] if "/" in resource else resource
