"""A principal with the policies that decide what it may do, as facts hand it to this package."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from rules.frozen import dataclass
from rules.permissions.context import ContextValue, RequestContext
from rules.permissions.document import PolicyDocument, shown


class PolicyKind(StrEnum):
    """How a policy came to apply to a principal, in the words of a sentence."""

    INLINE = "inline policy"
    ATTACHED = "attached policy"
    GROUP_INLINE = "inline policy of group"
    GROUP_ATTACHED = "attached policy of group"
    BOUNDARY = "permissions boundary"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """
    One policy in its default version.

    `arn` is None for inline policies, `group` is the name of the group that brings the policy. Policies that
    come from the same managed policy should share one `document`, which is then analysed once.
    """

    name: str
    kind: PolicyKind
    document: PolicyDocument = field(repr=False)
    arn: str | None = None
    group: str | None = None

    @property
    def aws_managed(self) -> bool:
        """Whether AWS wrote the policy, so that its statements cannot be changed, only the policy detached."""
        return self.arn is not None and ":iam::aws:policy/" in self.arn

    @property
    def handle(self) -> str:
        """The words by which a reader finds the policy: `inline policy "app"`, with its group where it has one."""
        kind, of_group, _ = self.kind.partition(" of group")
        group = f'{of_group} "{shown(self.group or "")}"' if of_group else ""
        return f'{kind} "{shown(self.name)}"{group}'


class PrincipalKind(StrEnum):
    """The principals that identity-based policies are evaluated for."""

    ROLE = "role"
    USER = "user"


@dataclass(frozen=True, slots=True)
class PrincipalPolicies:
    """
    A role or a user with its identity-based policies, those of its groups included, and its boundary.

    `context` holds what is known of every request of the principal beyond what its ARN tells, such as
    `aws:PrincipalOrgID` or the `aws:PrincipalTag/...` of a user; a role's session may bring tags of its own.
    """

    arn: str
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    context: Mapping[str, ContextValue] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """The AWS partition, such as "aws" or "aws-cn"."""
        return self.arn.split(":", 2)[1]

    @property
    def account_id(self) -> str:
        """The twelve digits of the account."""
        return self.arn.split(":", 5)[4]

    @property
    def kind(self) -> PrincipalKind:
        """Whether this is a role or a user."""
        return PrincipalKind(self.arn.split(":", 5)[5].split("/", 1)[0])

    @property
    def name(self) -> str:
        """The name without its path."""
        return self.arn.rsplit("/", 1)[1]

    @property
    def path(self) -> str:
        """The path, "/" where there is none."""
        return "/" + self.arn.split("/", 1)[1][: -len(self.name)]

    @property
    def service_linked(self) -> bool:
        """Whether AWS owns the role: it can neither be changed nor is it limited by service control policies."""
        return self.kind is PrincipalKind.ROLE and self.path.startswith("/aws-service-role/")

    def request_context(self, known: RequestContext) -> RequestContext:
        """
        Return what is settled for every request that this principal makes, `known` taking precedence.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        values: dict[str, ContextValue] = {
            "aws:principalarn": self.arn,
            "aws:principalaccount": self.account_id,
            "aws:principalisawsservice": "false",
            "aws:principaltype": "User" if self.kind is PrincipalKind.USER else "AssumedRole",
        }
        absent = set(known.absent)
        if self.kind is PrincipalKind.USER:
            values["aws:username"] = self.name
        else:
            absent.add("aws:username")
        values.update((key.lower(), value) for key, value in self.context.items())
        values.update((key.lower(), value) for key, value in known.values.items())
        for key in known.absent:
            values.pop(key.lower(), None)
        return RequestContext(values, frozenset(absent), known.complete)
