"""Every role and user of an account, read in one listing of the account's authorization details."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts.iam_policies import (
    attached_policy,
    boundary_policy,
    group_policies,
    inline_policy,
    managed_document,
    parsed_managed,
)
from rules.facts.iam_principals import Principal, boundary_arn, role_resource, user_resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource
    from rules.permissions.document import PolicyDocument
    from rules.permissions.principal import Policy

T = TypeVar("T")
F = TypeVar("F")

KINDS = ("Role", "User", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
PAGE_SIZE = 1000
"""The most that a page can have; IAM may send fewer."""


@reads(Action("iam:GetAccountAuthorizationDetails"), uses=(managed_document, group_policies))
def principals(aws: Aws) -> tuple[Principal | Unreadable, ...]:
    """
    Return every role and user of the account (IAM API, GetAccountAuthorizationDetails).

    AWS does not say that every managed policy and group that a principal names is in the answer, and those made
    while the pages are read are not: what is missing is read on its own. A policy that cannot be understood makes
    the principals that have it unreadable, and nobody else.
    """
    details = _Details(aws)
    listing = aws.client("iam").get_paginator("get_account_authorization_details")
    for page in listing.paginate(Filter=list(KINDS), PaginationConfig={"PageSize": PAGE_SIZE}):
        details.keep(page)
    return tuple(details.principals())


class _FactOf(Protocol):
    def __call__(self, head: Mapping[str, Any], policies: Iterable[Policy], boundary: Policy | None, /) -> Principal:
        """Return the fact of a role or a user."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What stays of a role or a user until every page was read: its own policies, and the names of others."""

    resource: Resource
    fact_of: _FactOf
    head: Mapping[str, Any]
    inline: tuple[Policy, ...]
    attached: tuple[str, ...]
    groups: tuple[str, ...]

    @classmethod
    def role(cls, detail: Mapping[str, Any]) -> _Listed:
        """Return what stays of a RoleDetail."""
        return cls._of(role_resource(detail), Principal.of_role, detail, "RolePolicyList")

    @classmethod
    def user(cls, detail: Mapping[str, Any]) -> _Listed:
        """Return what stays of a UserDetail."""
        return cls._of(user_resource(detail), Principal.of_user, detail, "UserPolicyList")

    @classmethod
    def _of(cls, resource: Resource, fact_of: _FactOf, detail: Mapping[str, Any], inline: str) -> _Listed:
        return cls(
            resource,
            fact_of,
            {name: value for name, value in detail.items() if name in _HEAD},
            _inline(detail.get(inline, ())),
            _attached(detail),
            tuple(detail.get("GroupList", ())),
        )


_HEAD = frozenset({"RoleId", "RoleName", "UserId", "UserName", "Arn", "Tags", "PermissionsBoundary"})


class _Details:
    """The account's authorization details, of which each page leaves only what facts are made of."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._listed: list[_Listed | Unreadable] = []
        self._groups: dict[str, Mapping[str, Any]] = {}
        self._managed: dict[str, object] = {}

    def keep(self, page: Mapping[str, Any]) -> None:
        """Keep what facts need of a page, in which a list may be missing where it would be empty."""
        self._listed.extend(self._each(page.get("RoleDetailList", ()), role_resource, _Listed.role))
        self._listed.extend(self._each(page.get("UserDetailList", ()), user_resource, _Listed.user))
        for group in page.get("GroupDetailList", ()):
            self._groups[group["GroupName"]] = group
        for policy in page.get("Policies", ()):
            for version in policy["PolicyVersionList"]:
                if version["VersionId"] == policy["DefaultVersionId"]:
                    self._managed[policy["Arn"]] = version["Document"]

    def principals(self) -> Iterator[Principal | Unreadable]:
        """Yield the facts of the pages kept so far, in their order."""
        for one in self._listed:
            yield from (one,) if isinstance(one, Unreadable) else self._each((one,), _resource, self._fact)

    def _each(
        self, items: Iterable[T], identify: Callable[[T], Resource], read: Callable[[T], F]
    ) -> Iterator[F | Unreadable]:
        for item in items:
            fact = self._aws.read_one(identify(item), partial(read, item))
            if fact is not None:
                yield fact

    def _fact(self, one: _Listed) -> Principal:
        policies = [
            *one.inline,
            *(attached_policy(arn, self._managed_document(arn)) for arn in one.attached),
            *(policy for group in one.groups for policy in self._group_policies(group)),
        ]
        arn = boundary_arn(one.head)
        boundary = None if arn is None else boundary_policy(arn, self._managed_document(arn))
        return one.fact_of(one.head, policies, boundary)

    def _managed_document(self, arn: str) -> PolicyDocument:
        if arn not in self._managed:
            return managed_document(self._aws, arn)
        return self._aws.recall((principals, arn), partial(parsed_managed, arn, self._managed[arn]))

    def _group_policies(self, name: str) -> tuple[Policy, ...]:
        if name not in self._groups:
            return group_policies(self._aws, name)
        return self._aws.recall((principals, name), partial(self._listed_group, name))

    def _listed_group(self, name: str) -> tuple[Policy, ...]:
        detail = self._groups[name]
        attached = (attached_policy(arn, self._managed_document(arn), group=name) for arn in _attached(detail))
        return (*_inline(detail.get("GroupPolicyList", ()), group=name), *attached)


def _inline(listed: Iterable[Mapping[str, Any]], *, group: str | None = None) -> tuple[Policy, ...]:
    return tuple(inline_policy(policy["PolicyName"], policy["PolicyDocument"], group=group) for policy in listed)


def _attached(detail: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ()))


def _resource(one: _Listed) -> Resource:
    return one.resource
