"""What outsiders can be: every value that a policy tells apart, and one that stands for all the others."""

from __future__ import annotations

from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Final

from rules.expressions import Expression
from rules.permissions.caller import Guarded, account_of, owner_field
from rules.permissions.constants import (
    ACCOUNT,
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
from rules.permissions.context import ContextValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rules.permissions.caller import Trust
    from rules.permissions.document import PolicyDocument
    from rules.permissions.searches import Patience
    from rules.permissions.shapes import Shape

Settled = dict[str, ContextValue | None]
"""Condition keys, in lower case, with their values; None for a key that the request does not carry."""

UNIQUE_PRINCIPAL: Final = Expression(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""The unique id of an IAM principal, such as AROA…."""

ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext:"
_ACCOUNT_KEYS: Final = (
    *("aws:principalaccount", "kms:calleraccount", "aws:sourceowner", "aws:sourceaccount"),
    *("aws:vpceaccount", "aws:resourceaccount", "s3:resourceaccount", "s3:dataaccesspointaccount", "aws:userid"),
)
_ARN_KEYS: Final = ("aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn", "s3:dataaccesspointarn")
_ORG_KEYS: Final = ("aws:principalorgid", "aws:sourceorgid", "aws:vpceorgid", "aws:resourceorgid")
_PATH_KEYS: Final = ("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths", "aws:resourceorgpaths")


class Outside:
    """
    Accounts, organizations, networks … that are not trusted, one for each case that a policy tells apart.

    Ids of VPCs, VPC endpoints and IAM principals (AROA…) and ARNs without an account say nothing of whose they are.
    Written out in full they count as the own ones, because whoever wrote the policy chose them one by one.
    """

    def __init__(self, document: PolicyDocument, trust: Trust, guarded: Guarded, patience: Patience) -> None:
        self._trust = trust
        self._standing_for = partial(representatives, patience=patience)
        self._guarded = guarded
        self.constants = constants = Constants(document)
        self.entries = [
            entry
            for statement in document.statements
            for entry in (*(statement.principals or ()), *(statement.not_principals or ()))
        ]
        arns = constants.of(*_ARN_KEYS, *filter(self._is_arn_context, constants.keys))
        named = (*(account_of(entry.value) for entry in self.entries), *map(owner_field, arns))
        self._known_accounts = frozenset((*filter(None, named), *constants.of(*_ACCOUNT_KEYS)))
        self.accounts = self._standing_for(ACCOUNT, sorted(self._known_accounts), trust.every_account)
        heads = (path.partition("/")[0] for path in constants.of(*_PATH_KEYS))
        self._known_orgs = frozenset((*constants.of(*_ORG_KEYS), *heads))
        first, *others = self._standing_for(ORGANIZATION, sorted(self._known_orgs), trust.org_ids)
        self._orgs: tuple[str | None, ...] = (first, None, *others)
        self._paths = cache(self._outside_paths)
        self.arns = cache(self._outside_arns)
        self.unique_ids = self._unique_ids()
        self.networks = tuple(self._networks())
        self.access_points = tuple(self._access_points())

    def organizations(self) -> Iterator[tuple[str | None, str | None]]:
        """Return the organizations that an outsider may belong to, with a place in them."""
        return ((org, path) for org in self._orgs for path in self._paths(org))

    def _networks(self) -> Iterator[Settled]:
        """Return where a request may come from: the internet, and networks of others."""
        keys = ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn")
        owner_keys = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
        if self._guarded is Guarded.ENDPOINT or not self.mentions(*keys, *owner_keys):
            yield {}
            return
        yield dict.fromkeys((*keys, *owner_keys))
        owned = self.mentions(*owner_keys, "aws:sourcevpcarn")
        accounts = self.accounts if owned else self.accounts[:1]
        orgs = list(self.organizations()) if owned else [(self._orgs[0], None)]
        places = product(self._places(VPC_ENDPOINT, "aws:sourcevpce"), self._places(VPC, "aws:sourcevpc"))
        for (endpoint, vpc), account, (org, path) in product(places, accounts, orgs):
            for arn in self.arns("aws:sourcevpcarn", account):
                yield {
                    "aws:sourcevpce": endpoint,
                    "aws:sourcevpc": vpc,
                    "aws:sourcevpcarn": arn,
                    "aws:vpceaccount": account,
                    "aws:vpceorgid": org,
                    "aws:vpceorgpaths": path and (path,),
                }

    def _access_points(self) -> Iterator[Settled]:
        """Return the ways to a bucket: straight, and through access points of others."""
        keys = ("s3:dataaccesspointaccount", "s3:dataaccesspointarn")
        if not self.mentions(*keys):
            yield {}
            return
        yield dict.fromkeys(keys)
        for account in self.accounts:
            for arn in self.arns("s3:dataaccesspointarn", account):
                yield {"s3:dataaccesspointaccount": account, "s3:dataaccesspointarn": arn}

    def resources(self, account: str, org: str | None, path: str | None) -> Iterable[Settled]:
        """Return whose the requested resource may be: the account's own, or behind a VPC endpoint an outsider's."""
        if self._guarded is Guarded.RESOURCE:
            return ({"aws:resourceaccount": self._trust.account_id, "s3:resourceaccount": self._trust.account_id},)
        owners = {(account, org, path): None}
        if self.mentions("aws:resourceaccount", "s3:resourceaccount"):
            owners.update(((other, org, path), None) for other in self.accounts)
        if self.mentions("aws:resourceorgid", "aws:resourceorgpaths"):
            owners.update(((account, *place), None) for place in self.organizations())
        return (
            {
                "aws:resourceaccount": owner,
                "s3:resourceaccount": owner,
                "aws:resourceorgid": owner_org,
                "aws:resourceorgpaths": owner_path and (owner_path,),
            }
            for owner, owner_org, owner_path in owners
        )

    def encryption_contexts(self, account: str) -> Iterator[Settled]:
        """
        Return what a service that acts for an account may put into the encryption context where it puts ARNs.

        CloudWatch Logs and others name the resource they encrypt there, and key policies confine them by it.
        """
        keys = [key for key in sorted(self.constants.keys) if self._is_arn_context(key)]
        for values in product(*((*self.arns(key, account), None) for key in keys)):
            yield dict(zip(keys, values, strict=True))

    def _is_arn_context(self, key: str) -> bool:
        return key.startswith(ENCRYPTION_CONTEXT) and all(text.startswith("arn:") for text in self.constants.of(key))

    def _outside_paths(self, org: str | None) -> tuple[str | None, ...]:
        return (None,) if org is None else self._standing_for(path_shape(org), self.constants.of(*_PATH_KEYS))

    def principal_arns(self, account: str) -> tuple[str, ...]:
        """Return ARNs of principals that stand for all of an account."""
        return self._standing_for(arn_shape(self._trust.partition, account), self.constants.of("aws:principalarn"))

    def _outside_arns(self, key: str, account: str) -> tuple[str, ...]:
        """Return ARNs of resources that stand for all of an account, and for those that show no account."""
        patterns = self.constants.of(key)
        # No name of an AWS resource holds an account between colons, so `*` does not reach across an ARN's account.
        insiders = [f"*:*:*:*:*:{rest}{one}:*" for one in self._trust.every_account for rest in ("", "*:")]
        owned = self._standing_for(arn_shape(self._trust.partition, account), patterns, insiders)
        unowned = [pattern for pattern in patterns if not owner_field(pattern)]
        if not unowned:
            return owned
        shape = arn_shape(self._trust.partition, "")
        return (*owned, *self._standing_for(shape, unowned, filter(is_literal, unowned)))

    def _unique_ids(self) -> tuple[str, ...]:
        known = self.constants.of("aws:userid")
        return self._standing_for(
            UNIQUE_ID, known, [text for text in known if UNIQUE_PRINCIPAL.match(text.partition(":")[0])]
        )

    def _places(self, shape: Shape, key: str) -> tuple[str, ...]:
        known = self.constants.of(key)
        return self._standing_for(shape, known, filter(is_literal, known))

    def mentions(self, *keys: str) -> bool:
        """Say whether the policy has a condition on one of these keys."""
        return not self.constants.keys.isdisjoint(keys)

    def name(self, account: str, org: str | None) -> str | None:
        """Return how the policy names the outsiders of an account and organization, None where it does not."""
        if account in self._known_accounts:
            return f"account {account}"
        return f"organization {org}" if org in self._known_orgs else None
