"""Requests that outsiders could make: one for every case that the policy of a resource tells apart."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from rules.permissions.caller import Caller, Guarded, account_of, everybody, names_account, owner_field, principal_arn
from rules.permissions.constants import (
    ACCOUNT,
    ANY_TEXT,
    ORGANIZATION,
    UNIQUE_ID,
    VPC,
    VPC_ENDPOINT,
    Constants,
    arn_shape,
    is_literal,
    path_shape,
    representatives,
)
from rules.permissions.context import ContextValue, RequestContext
from rules.permissions.identity_providers import SHARED_ISSUERS, issuer, names_customer, picks_customer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.permissions.caller import Trust
    from rules.permissions.document import PolicyDocument, Principal
    from rules.permissions.languages import Shape

Settled = dict[str, ContextValue | None]
"""Condition keys, in lower case, with their values; None for a key that the request does not carry."""

PRINCIPAL_KEYS: Final = (
    *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:userid"),
    *("kms:calleraccount", "aws:sourceowner"),
)
SERVICE_KEYS: Final = (
    *("aws:principalservicename", "aws:principalservicenameslist"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
)
ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext:"

_ACCOUNT_KEYS: Final = (
    *("aws:principalaccount", "kms:calleraccount", "aws:sourceowner", "aws:sourceaccount"),
    *("aws:vpceaccount", "aws:resourceaccount", "s3:resourceaccount", "s3:dataaccesspointaccount", "aws:userid"),
)
_ARN_KEYS: Final = ("aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn")
_ORG_KEYS: Final = ("aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid", "aws:resourceorgid")
_PATH_KEYS: Final = ("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths", "aws:resourceorgpaths")
_UNIQUE_ID: Final = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


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
        self._named_services = tuple(dict.fromkeys(entry.value for entry in entries if entry.type == "Service"))
        self._without_account = tuple(
            entry
            for statement in document.statements
            for entry in statement.not_principals or ()
            if entry.type != "Service" and account_of(entry.value) is None and not everybody(entry)
        )
        self._accounts = self._outside_accounts(entries)
        self._orgs = self._outside_orgs()
        self._paths = cache(self._outside_paths)
        self._arns = cache(self._outside_arns)
        self._ids = self._unique_ids()
        self._networks = tuple(self._outside_networks())
        self._access_points = tuple(self._outside_access_points())

    def of(self, entry: Principal) -> Iterator[Caller]:
        """Return the outsiders that an entry of a Principal element lets in; none where it names insiders only."""
        if everybody(entry):
            return self.everybody()
        if entry.type == "Service":
            return self._every_service() if entry.value == "*" else self._service(entry.value)
        if entry.type == "Federated" and issuer(entry.value) in SHARED_ISSUERS:
            return self._customers(entry.value)
        # IAM writes the unique id of a principal where its ARN stood once it is deleted; nobody can be it again.
        deleted = entry.type == "AWS" and _UNIQUE_ID.fullmatch(entry.value) is not None
        return iter(()) if deleted or self._trust.covers(entry) else self._named(entry.value)

    def everybody(self) -> Iterator[Caller]:
        """Return every outsider, first those whom the policy does not name."""
        yield from self._anonymous()
        for account in self._accounts:
            yield from self._principals(account, self._principal_arns(account))
        for entry in self._without_account:
            yield from self.of(entry)
        if self._named_services or self._mentions(*SERVICE_KEYS, "aws:principalisawsservice"):
            yield from self._every_service()

    def _anonymous(self) -> Iterator[Caller]:
        nobody: Settled = {**dict.fromkeys((*PRINCIPAL_KEYS, *SERVICE_KEYS)), "aws:principalisawsservice": "false"}
        resources = self._resources(self._accounts[0], None, None)
        for rest in product(self._networks, self._access_points, resources):
            yield Caller(_context(nobody, *rest))

    def _named(self, text: str) -> Iterator[Caller]:
        account = account_of(text)
        if account is None:
            # Such as a canonical user: somebody of some account.
            for one in self._accounts:
                yield from self._principals(one, self._principal_arns(one), text, text)
        elif names_account(text):
            yield from self._principals(account, self._principal_arns(account), f"account {account}")
        else:
            yield from self._principals(account, (principal_arn(text),), text)

    def _principals(
        self, account: str, arns: Iterable[str], name: str | None = None, called: str | None = None
    ) -> Iterator[Caller]:
        ids = (*self._ids, account) if self._mentions("aws:userid") else self._ids
        for (org, path), arn, unique_id in product(self._organizations(), arns, ids):
            who: Settled = {
                **dict.fromkeys(SERVICE_KEYS),
                "aws:principalisawsservice": "false",
                **dict.fromkeys(("aws:principalaccount", "kms:calleraccount", "aws:sourceowner"), account),
                "aws:principalarn": arn,
                "aws:principalorgid": org,
                "aws:principalorgpaths": path and (path,),
                "aws:userid": unique_id,
            }
            known = name or self._name(account, org)
            for rest in product(self._networks, self._access_points, self._resources(account, org, path)):
                yield Caller(_context(who, *rest), account, called or arn, name=known)

    def _every_service(self) -> Iterator[Caller]:
        named = self._constants.of("aws:principalservicename", "aws:principalservicenameslist")
        for service in dict.fromkeys((*representatives(ANY_TEXT, named), *self._named_services)):
            yield from self._service(service)

    def _service(self, service: str) -> Iterator[Caller]:
        who: Settled = {
            **dict.fromkeys(PRINCIPAL_KEYS),
            "aws:principalisawsservice": "true",
            "aws:principalservicename": service,
            "aws:principalservicenameslist": (service,),
        }
        for account, (org, path) in product(self._accounts, self._organizations()):
            choices = product((account, None), (*self._arns("aws:sourcearn", account), None))
            for (owner, arn), context in product(choices, self._encryption_contexts(account)):
                source: Settled = {
                    "aws:sourceaccount": owner,
                    "aws:sourcearn": arn,
                    "aws:sourceorgid": org,
                    "aws:sourceorgpaths": path and (path,),
                }
                for rest in product(self._networks, self._resources(account, org, path)):
                    settled = _context(who, source, context, *rest)
                    yield Caller(settled, account, service=service, name=self._name(account, org))

    def _customers(self, federated: str) -> Iterator[Caller]:
        """Return strangers with tokens of an issuer that signs for everybody."""
        prefix = f"{issuer(federated)}:"
        claims = [key for key in sorted(self._constants.keys) if key.startswith(prefix)]
        choices: list[tuple[str | None, ...]] = []
        told_apart = [key for key in claims if names_customer(federated, key.removeprefix(prefix))]
        for key in told_apart:
            values = self._constants.of(key)
            choices.append((*representatives(ANY_TEXT, values, filter(picks_customer, values)), None))
        nobody: Settled = dict.fromkeys((*PRINCIPAL_KEYS, *SERVICE_KEYS))
        for claimed in product(*choices):
            yield Caller(_context(nobody, dict(zip(told_apart, claimed, strict=True))), arn=federated, name=federated)

    def _organizations(self) -> Iterator[tuple[str | None, str | None]]:
        """Return the organizations that an outsider may belong to, with a place in them."""
        return ((org, path) for org in self._orgs for path in self._paths(org))

    def _outside_networks(self) -> Iterator[Settled]:
        """Return where a request may come from: the internet, and networks of others."""
        keys = ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn")
        owner_keys = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
        if self._guarded is Guarded.ENDPOINT or not self._mentions(*keys, *owner_keys):
            yield {}
            return
        yield dict.fromkeys((*keys, *owner_keys))
        owned = self._mentions(*owner_keys, "aws:sourcevpcarn")
        accounts = self._accounts if owned else self._accounts[:1]
        orgs = list(self._organizations()) if owned else [(self._orgs[0], None)]
        places = product(self._places(VPC_ENDPOINT, "aws:sourcevpce"), self._places(VPC, "aws:sourcevpc"))
        for (endpoint, vpc), account, (org, path) in product(places, accounts, orgs):
            for arn in self._arns("aws:sourcevpcarn", account):
                yield {
                    "aws:sourcevpce": endpoint,
                    "aws:sourcevpc": vpc,
                    "aws:sourcevpcarn": arn,
                    "aws:vpceaccount": account,
                    "aws:vpceorgid": org,
                    "aws:vpceorgpaths": path and (path,),
                }

    def _outside_access_points(self) -> Iterator[Settled]:
        """Return the ways to a bucket: straight, and through access points of others."""
        keys = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn")
        if not self._mentions(*keys):
            yield {}
            return
        yield dict.fromkeys(keys)
        for account in self._accounts:
            for arn in self._arns("s3:dataaccesspointarn", account):
                yield {"s3:dataaccesspointaccount": account, "s3:dataaccesspointarn": arn}

    def _resources(self, account: str, org: str | None, path: str | None) -> Iterable[Settled]:
        """Return whose the requested resource may be: the account's own, or behind a VPC endpoint an outsider's."""
        if self._guarded is Guarded.RESOURCE:
            return ({"aws:resourceaccount": self._trust.account_id, "s3:resourceaccount": self._trust.account_id},)
        owners = {(account, org, path): None}
        if self._mentions("aws:resourceaccount", "s3:resourceaccount"):
            owners.update(((other, org, path), None) for other in self._accounts)
        if self._mentions("aws:resourceorgid", "aws:resourceorgpaths"):
            owners.update(((account, *place), None) for place in self._organizations())
        return (
            {
                "aws:resourceaccount": owner,
                "s3:resourceaccount": owner,
                "aws:resourceorgid": owner_org,
                "aws:resourceorgpaths": owner_path and (owner_path,),
            }
            for owner, owner_org, owner_path in owners
        )

    def _encryption_contexts(self, account: str) -> Iterator[Settled]:
        """
        Return what a service that acts for an account may put into the encryption context where it puts ARNs.

        CloudWatch Logs and others name the resource they encrypt there, and key policies confine them by it.
        """
        keys = [key for key in sorted(self._constants.keys) if self._is_arn_context(key)]
        for values in product(*((*self._arns(key, account), None) for key in keys)):
            yield dict(zip(keys, values, strict=True))

    def _is_arn_context(self, key: str) -> bool:
        return key.startswith(ENCRYPTION_CONTEXT) and all(text.startswith("arn:") for text in self._constants.of(key))

    def _outside_accounts(self, entries: Iterable[Principal]) -> tuple[str, ...]:
        named = [account for entry in entries if (account := account_of(entry.value))]
        contexts = [key for key in self._constants.keys if self._is_arn_context(key)]
        owners = [owner for arn in self._constants.of(*_ARN_KEYS, *contexts) if (owner := owner_field(arn))]
        self._known_accounts = frozenset((*named, *self._constants.of(*_ACCOUNT_KEYS), *owners))
        return representatives(ACCOUNT, sorted(self._known_accounts), self._trust.every_account)

    def _outside_orgs(self) -> tuple[str | None, ...]:
        heads = [path.partition("/")[0] for path in self._constants.of(*_PATH_KEYS)]
        self._known_orgs = frozenset((*self._constants.of(*_ORG_KEYS), *heads))
        first, *others = representatives(ORGANIZATION, sorted(self._known_orgs), self._trust.org_ids)
        return (first, None, *others)

    def _outside_paths(self, org: str | None) -> tuple[str | None, ...]:
        return (None,) if org is None else representatives(path_shape(org), self._constants.of(*_PATH_KEYS))

    def _principal_arns(self, account: str) -> tuple[str, ...]:
        return representatives(arn_shape(self._trust.partition, account), self._constants.of("aws:principalarn"))

    def _outside_arns(self, key: str, account: str) -> tuple[str, ...]:
        """Return ARNs of resources that stand for all of an account, and for those that show no account."""
        patterns = self._constants.of(key)
        # No name of an AWS resource holds an account between colons, so `*` does not reach across an ARN's account.
        insiders = [f"*:*:*:*:*:*{insider}*" for insider in self._trust.every_account]
        owned = representatives(arn_shape(self._trust.partition, account), patterns, insiders)
        unowned = [pattern for pattern in patterns if not owner_field(pattern)]
        if not unowned:
            return owned
        shape = arn_shape(self._trust.partition, "")
        return (*owned, *representatives(shape, unowned, filter(is_literal, unowned)))

    def _unique_ids(self) -> tuple[str, ...]:
        known = self._constants.of("aws:userid")
        return representatives(UNIQUE_ID, known, [text for text in known if _UNIQUE_ID.match(text.partition(":")[0])])

    def _places(self, shape: Shape, key: str) -> tuple[str, ...]:
        known = self._constants.of(key)
        return representatives(shape, known, filter(is_literal, known))

    def _mentions(self, *keys: str) -> bool:
        return not self._constants.keys.isdisjoint(keys)

    def _name(self, account: str, org: str | None) -> str | None:
        """Return how the policy names the outsiders of an account and organization, None where it does not."""
        if account in self._known_accounts:
            return f"account {account}"
        return f"organization {org}" if org in self._known_orgs else None


def _context(*parts: Mapping[str, ContextValue | None]) -> RequestContext:
    settled = {key: value for part in parts for key, value in part.items()}
    return RequestContext(
        {key: value for key, value in settled.items() if value is not None},
        absent=frozenset(key for key, value in settled.items() if value is None),
    )
