"""Roles that Amazon Bedrock works with in the company: for its own account, for anybody's, and for far too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.identities import HOME
from cli.sandbox.company.invocation_logs import ROLE
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.site import allow, document, trust

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

RULE = "bedrock-service-role-scoped"

OPEN, MIGHTY = "denial-letters-agent", "agent-workshop"

LABELS = (
    *(Label(RULE, HOME, role, GOOD) for role in ("claims-agent", "model-customization", ROLE)),
    # Any account's agent may use it.
    Label(RULE, HOME, OPEN, BAD),
    # Its agent may give itself every permission.
    Label(RULE, HOME, MIGHTY, BAD),
)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the bad roles, once: the good ones have come with what works with them."""
    if not site.home or not site.mixed:
        return
    iam = site.client("iam")
    iam.create_role(RoleName=OPEN, AssumeRolePolicyDocument=trust("bedrock"))
    own = {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT_ID}:agent/*"}}
    iam.create_role(RoleName=MIGHTY, AssumeRolePolicyDocument=trust("bedrock", Condition=own))
    iam.put_role_policy(RoleName=MIGHTY, PolicyName="workshop", PolicyDocument=document(allow("iam:*")))
