"""Requests that outsiders could make: one for every case that the policy of a resource tells apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from rules.permissions.constants import (
    ACCOUNT,
    ANY_TEXT,
    ORGANIZATION,
    UNIQUE_ID,
    VPC,
    VPC_ENDPOINT,
    Constants,
    arn_shape,
    path_shape,
    representatives,
    unmatched,
)
from rules.permissions.context import ContextValue, RequestContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.permissions.document import PolicyDocument, Principal
    from rules.permissions.languages import Shape


@dataclass(frozen=True)
class Trust:
    """
    Who is no outsider: principals of the account, of the trusted accounts, and of the trusted organizations.

    `partition` is that of the account; a principal of another partition is an outsider.
    """

    account_id: str
    partition: str
    accounts: frozenset[str] = frozenset()
    org_ids: frozenset[str] = frozenset()

    @property
    def every_account(self) -> frozenset[str]:
        """The own account and the trusted ones."""
        return self.accounts | {self.account_id}


class Guarded(Enum):
    """
    What a policy stands in front of, which settles some condition keys.

    A resource belongs to the own account, and whoever reaches it may come from any network. A VPC endpoint is
    reached from its own network only, and the resources behind it may belong to anybody.
    """

    RESOURCE = "resource"
    ENDPOINT = "endpoint"


@dataclass(frozen=True)
class Caller:
    """
    One request by an outsider, as far as who makes it, from where and for whom goes.

    `account` and `arn` are the principal's, None for an anonymous request; for a `service`, `account` is the one
    that it acts for. `name` is how the policy names this outsider, None for one that stands for all the others.
    """

    context: RequestContext
    account: str | None = None
    arn: str | None = None
    service: str | None = None
    name: str | None = None


Settled = dict[str, ContextValue | None]
"""Condition keys with their values, None for a key that the request does not carry."""

PRINCIPAL_KEYS: Final = (
    *("aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:userid"),
    *("kms:CallerAccount", "aws:SourceOwner"),
)
SERVICE_KEYS: Final = (
    *("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"),
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"),
)
NETWORK_KEYS: Final = (
    *("aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce"),
    *("aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"),
)
ACCESS_POINT_KEYS: Final = ("s3:DataAccessPointAccount", "s3:DataAccessPointArn")
RESOURCE_KEYS: Final = ("aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "s3:ResourceAccount")
ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext:"

_ACCOUNT_KEYS: Final = (
    *("aws:principalaccount", "kms:calleraccount", "aws:sourceowner", "aws:sourceaccount"),
    *("aws:vpceaccount", "aws:resourceaccount", "s3:resourceaccount", "s3:dataaccesspointaccount"),
)
_ARN_KEYS: Final = ("aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn")
_ORG_KEYS: Final = ("aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid", "aws:resourceorgid")
_PATH_KEYS: Final = ("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths", "aws:resourceorgpaths")
_DELETED_PRINCIPAL: Final = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_ARN_PARTS: Final = 6


class Callers:
    """
    The outsiders whom a policy has to be asked about.

    A policy tells requests apart by comparing them with its constants. So one outsider for each constant, and one
    that no constant names, stand for all of them.

    Ids of VPCs, VPC endpoints and IAM principals (AROA…) and ARNs without an account say nothing of whose they are.
    Written out in full they count as the own ones, because whoever wrote the policy chose them one by one.
    """

    def __init__(self, document: PolicyDocument, trust: Trust, guarded: Guarded = Guarded.RESOURCE) -> None:
        self._trust = trust
        self._guarded = guarded
        self._constants = Constants(document)
        entries = [
            entry
            for statement in document.statements
            for entry in (*(statement.principals or ()), *(statement.not_principals or ()))
        ]
        self._accounts = self._outside_accounts(entries)
        self._orgs = self._outside_orgs()
        self._named_services = tuple(dict.fromkeys(entry.value for entry in entries if entry.type == "Service"))
        self._unique_id = unmatched(UNIQUE_ID, self._constants.of("aws:userid")) or "anybody"
        self._arns = cache(self._owned_arns)
        self._sources = cache(self._source_arns)
        self._paths = cache(self._org_paths)

    def of(self, principal: Principal) -> Iterator[Caller]:
        """Return the outsiders that one entry of a Principal element lets in; none where it names insiders only."""
        text = principal.value
        if text == "*" and principal.type in ("*", "AWS"):
            return self.everybody()
        if principal.type == "Service":
            return self._service(text) if text != "*" else self._every_service()
        account = account_of(text) if principal.type in ("AWS", "Federated") else None
        if account in self._trust.every_account and partition_of(text) in (None, self._trust.partition):
            return iter(())
        if account is None:
            # IAM writes the unique id of a principal where its ARN stood once it is deleted; nobody can be it again.
            deleted = principal.type == "AWS" and _DELETED_PRINCIPAL.fullmatch(text)
            return iter(()) if deleted else self._principals(self._accounts[0], (text,), text)
        if text == account or text.endswith(":root"):
            return self._principals(account, self._arns(account), f"account {account}")
        return self._principals(account, (_principal_arn(text),), text)

    def everybody(self) -> Iterator[Caller]:
        """Return every outsider, first those whom the policy does not name."""
        yield from self._anonymous()
        for account in self._accounts:
            yield from self._principals(account, self._arns(account))
        if self._mentions(*SERVICE_KEYS, "aws:PrincipalIsAWSService"):
            yield from self._every_service()

    def _every_service(self) -> Iterator[Caller]:
        named = self._constants.of("aws:principalservicename", "aws:principalservicenameslist")
        for service in dict.fromkeys((*representatives(ANY_TEXT, named), *self._named_services)):
            yield from self._service(service)

    def _anonymous(self) -> Iterator[Caller]:
        nobody: Settled = {**dict.fromkeys((*PRINCIPAL_KEYS, *SERVICE_KEYS)), "aws:PrincipalIsAWSService": "false"}
        resources = self._resources(self._accounts[0], None, None)
        for rest in product(self._networks(), self._access_points(), resources):
            yield Caller(_context(nobody, *rest))

    def _principals(self, account: str, arns: Iterable[str], name: str | None = None) -> Iterator[Caller]:
        for org, arn in product(self._orgs, arns):
            for path in self._paths(org):
                who: Settled = {
                    **dict.fromkeys(SERVICE_KEYS),
                    "aws:PrincipalIsAWSService": "false",
                    **dict.fromkeys(("aws:PrincipalAccount", "kms:CallerAccount", "aws:SourceOwner"), account),
                    "aws:PrincipalArn": arn,
                    "aws:PrincipalOrgID": org,
                    "aws:PrincipalOrgPaths": None if path is None else (path,),
                    "aws:userid": self._unique_id,
                }
                resources = self._resources(account, org, path)
                for rest in product(self._networks(), self._access_points(), resources):
                    yield Caller(_context(who, *rest), account, arn, name=name or self._name(account, org))

    def _service(self, service: str) -> Iterator[Caller]:
        who: Settled = {
            **dict.fromkeys(PRINCIPAL_KEYS),
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": service,
            "aws:PrincipalServiceNamesList": (service,),
        }
        for account, org in product(self._accounts, self._orgs):
            sources = product((account, None), (*self._sources(account), None), self._paths(org))
            for (owner, arn, path), context in product(sources, self._encryption_contexts(account)):
                source: Settled = {
                    "aws:SourceAccount": owner,
                    "aws:SourceArn": arn,
                    "aws:SourceOrgID": org,
                    "aws:SourceOrgPaths": None if path is None else (path,),
                }
                for rest in product(self._networks(), self._resources(account, org, path)):
                    settled = _context(who, source, context, *rest)
                    yield Caller(settled, account, service=service, name=self._name(account, org))

    def _networks(self) -> tuple[Settled, ...]:
        """Return the networks that a request may come from: none, and those of others."""
        if self._guarded is Guarded.ENDPOINT or not self._mentions(*NETWORK_KEYS):
            return ({},)
        places = product(self._ids(VPC_ENDPOINT, "aws:sourcevpce"), self._ids(VPC, "aws:sourcevpc"))
        foreign: list[Settled] = [
            {
                "aws:SourceVpce": endpoint,
                "aws:SourceVpc": vpc,
                "aws:SourceVpcArn": arn,
                "aws:VpceAccount": account,
                "aws:VpceOrgID": org,
                "aws:VpceOrgPaths": None if path is None else (path,),
            }
            for (endpoint, vpc), account, org in product(places, self._accounts, self._orgs)
            for arn, path in product(self._arns(account), self._paths(org))
        ]
        return (dict.fromkeys(NETWORK_KEYS), *foreign)

    def _access_points(self) -> tuple[Settled, ...]:
        if not self._mentions(*ACCESS_POINT_KEYS):
            return ({},)
        foreign: list[Settled] = [
            {"s3:DataAccessPointAccount": account, "s3:DataAccessPointArn": arn}
            for account in self._accounts
            for arn in self._arns(account)
        ]
        return (dict.fromkeys(ACCESS_POINT_KEYS), *foreign)

    def _resources(self, account: str, org: str | None, path: str | None) -> tuple[Settled, ...]:
        """Return the owners of what the request is about: the own account, or behind an endpoint other ones."""
        if self._guarded is Guarded.RESOURCE:
            return ({"aws:ResourceAccount": self._trust.account_id, "s3:ResourceAccount": self._trust.account_id},)
        if not self._mentions(*RESOURCE_KEYS):
            return ({},)
        owners = dict.fromkeys([(account, org, path), *((other, org, path) for other in self._accounts)])
        owners.update(
            dict.fromkeys((account, other, other_path) for other in self._orgs for other_path in self._paths(other))
        )
        return tuple(
            {
                "aws:ResourceAccount": owner,
                "s3:ResourceAccount": owner,
                "aws:ResourceOrgID": owner_org,
                "aws:ResourceOrgPaths": None if owner_path is None else (owner_path,),
            }
            for owner, owner_org, owner_path in owners
        )

    def _encryption_contexts(self, account: str) -> Iterator[Settled]:
        """
        Return what a service that acts for an account may put into the encryption context where it puts ARNs.

        CloudWatch Logs and others name the resource they encrypt there, and key policies confine them by it.
        """
        keys = [key for key in sorted(self._constants.keys) if self._is_arn_context(key)]
        shape = arn_shape(self._trust.partition, account)
        choices = [(*representatives(shape, self._constants.of(key)), None) for key in keys]
        for values in product(*choices):
            yield dict(zip(keys, values, strict=True))

    def _is_arn_context(self, key: str) -> bool:
        return key.startswith(ENCRYPTION_CONTEXT) and all(text.startswith("arn:") for text in self._constants.of(key))

    def _outside_accounts(self, entries: Iterable[Principal]) -> tuple[str, ...]:
        named = [account for entry in entries if (account := account_of(entry.value))]
        contexts = [key for key in self._constants.keys if self._is_arn_context(key)]
        owners = [_owner(arn) for arn in self._constants.of(*_ARN_KEYS, *contexts)]
        patterns = (*named, *self._constants.of(*_ACCOUNT_KEYS), *(owner for owner in owners if owner))
        return representatives(ACCOUNT, patterns, self._trust.every_account)

    def _outside_orgs(self) -> tuple[str | None, ...]:
        heads = [path.partition("/")[0] for path in self._constants.of(*_PATH_KEYS)]
        first, *others = representatives(ORGANIZATION, (*self._constants.of(*_ORG_KEYS), *heads), self._trust.org_ids)
        return (first, None, *others)

    def _owned_arns(self, account: str) -> tuple[str, ...]:
        return representatives(arn_shape(self._trust.partition, account), self._constants.of(*_ARN_KEYS))

    def _source_arns(self, account: str) -> tuple[str, ...]:
        patterns = [pattern for pattern in self._constants.of("aws:sourcearn") if not _owner(pattern)]
        shape = arn_shape(self._trust.partition, "")
        insiders = [pattern for pattern in patterns if _is_literal(pattern)]
        unowned = representatives(shape, patterns, insiders) if patterns else ()
        return (*self._owned_arns(account), *unowned)

    def _org_paths(self, org: str | None) -> tuple[str | None, ...]:
        return (None,) if org is None else representatives(path_shape(org), self._constants.of(*_PATH_KEYS))

    def _ids(self, shape: Shape, key: str) -> tuple[str, ...]:
        known = self._constants.of(key)
        return representatives(shape, known, filter(_is_literal, known))

    def _mentions(self, *keys: str) -> bool:
        return not self._constants.keys.isdisjoint(key.lower() for key in keys)

    def _name(self, account: str, org: str | None) -> str | None:
        if account != self._accounts[0]:
            return f"account {account}"
        return None if org in self._orgs[:2] else f"organization {org}"


def covers(entry: Principal, caller: Caller) -> bool:
    """Say whether an entry of a Principal element certainly means a caller."""
    text = entry.value
    if text == "*":
        return entry.type in ("*", "AWS") or (entry.type == "Service" and caller.service is not None)
    if entry.type == "Service":
        return text == caller.service
    if entry.type != "AWS" or caller.service is not None or caller.account is None:
        return False
    account = account_of(text)
    whole = text == account or text.endswith(":root")
    return account == caller.account if whole else _principal_arn(text) == caller.arn


def touches(entry: Principal, caller: Caller) -> bool:
    """Say whether an entry of a Principal element may mean a caller, or some of those that it stands for."""
    account = account_of(entry.value)
    return covers(entry, caller) or (entry.type != "Service" and account is not None and account == caller.account)


def account_of(text: str) -> str | None:
    """Return the account that a principal or an ARN names, None where it names none."""
    account = text if ":" not in text else _owner(text)
    return account if account is not None and re.fullmatch(r"[0-9]{12}", account) else None


def partition_of(text: str) -> str | None:
    """Return the partition of an ARN, None for any other text."""
    return text.split(":", 2)[1] if text.startswith("arn:") and text.count(":") > 1 else None


def _owner(arn: str) -> str | None:
    """Return the account field of an ARN pattern, `*` where a wildcard may reach across it."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS:
        return parts[4]
    return "*" if "*" in arn else None


def _principal_arn(text: str) -> str:
    """Return what aws:PrincipalArn holds for a principal: the role's ARN for a session of the role."""
    session = re.fullmatch(r"(arn:[^:]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+", text)
    return f"{session[1]}:iam::{session[2]}:role/{session[3]}" if session else text


def _is_literal(pattern: str) -> bool:
    return "*" not in pattern and "?" not in pattern


def _context(*parts: Mapping[str, ContextValue | None]) -> RequestContext:
    settled = {key: value for part in parts for key, value in part.items()}
    return RequestContext(
        {key: value for key, value in settled.items() if value is not None},
        absent=frozenset(key for key, value in settled.items() if value is None),
    )
