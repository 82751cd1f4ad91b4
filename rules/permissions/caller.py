"""Who makes a request of a resource: the words in which a resource policy, and a verdict on it, speak of callers."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from rules.frozen import dataclass

if TYPE_CHECKING:
    from rules.permissions.context import RequestContext
    from rules.permissions.document import Principal


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

    def covers(self, entry: Principal) -> bool:
        """Say whether an entry of a Principal element names principals or providers of these accounts only."""
        return (
            entry.type in ("AWS", "Federated")
            and account_of(entry.value) in self.every_account
            and partition_of(entry.value) in (None, self.partition)
        )


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
    One request, as far as who makes it, from where and for whom goes.

    `account` and `arn` are the principal's, None for an anonymous request; `arn` is what a policy calls a principal
    that has none. For a `service`, `account` is the one that it acts for. `name` is how the policy names this caller,
    None for one that stands for all the others.
    """

    context: RequestContext
    account: str | None = None
    arn: str | None = None
    service: str | None = None
    name: str | None = None


def everybody(entry: Principal) -> bool:
    """Say whether an entry is `*`, which IAM takes to mean the same with and without "AWS"."""
    return entry.value == "*" and entry.type in ("*", "AWS")


def covers(entry: Principal, caller: Caller) -> bool:
    """
    Say whether an entry of a Principal element certainly means a caller.

    An account means all of its principals. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    text = entry.value
    if entry.type == "Service":
        return caller.service is not None and text in ("*", caller.service)
    if everybody(entry):
        return True
    if entry.type == "AWS" and names_account(text):
        return caller.service is None and account_of(text) == caller.account
    return principal_arn(text) == caller.arn


def touches(entry: Principal, caller: Caller) -> bool:
    """Say whether an entry of a Principal element may mean a caller, or somebody whom it stands for."""
    account = account_of(entry.value)
    return covers(entry, caller) or (entry.type != "Service" and account is not None and account == caller.account)


def account_of(text: str) -> str | None:
    """Return the account that a principal or an ARN names, None where it names none."""
    account = owner_field(text) if ":" in text else text
    return account if account is not None and re.fullmatch(r"[0-9]{12}", account) else None


def names_account(text: str) -> bool:
    """Say whether a principal is a whole account: its id, or the ARN of its root."""
    return account_of(text) is not None and (":" not in text or text.endswith(":root"))


def owner_field(arn: str) -> str | None:
    """Return the account field of an ARN or a pattern of ARNs, `*` where a wildcard may reach across it."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) == _ARN_PARTS:
        return parts[4]
    return "*" if "*" in arn else None


def partition_of(text: str) -> str | None:
    """Return the partition of an ARN, None for any other text."""
    return text.split(":", 2)[1] if text.startswith("arn:") and text.count(":") > 1 else None


def principal_arn(text: str) -> str:
    """Return what aws:PrincipalArn holds for a principal: for a session of a role, the role's ARN."""
    session = re.fullmatch(r"(arn:[^:]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+", text)
    return f"{session[1]}:iam::{session[2]}:role/{session[3]}" if session else text


_ARN_PARTS: Final = 6
