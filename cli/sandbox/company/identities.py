"""The roles and users of the company, from exact permissions to none of the care that models deserve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.site import allow, deny, document, trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.sandbox.company.site import Site, Statement
    from rules.engine.verdict import Compliance

INVOKE = "bedrock-invoke-least-privilege"
RETRIEVE = "bedrock-retrieve-least-privilege"
ENDPOINT = "sagemaker-invoke-least-privilege"

HOME = "us-east-1"
"""The Region that IAM is judged with."""

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
CLAUDE = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
CLAUDE_EU = f"arn:aws:bedrock:eu-central-1::foundation-model/{MODEL}"
PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT_ID}:inference-profile/us.{MODEL}"
BEHIND_PROFILE = tuple(
    f"arn:aws:bedrock:{region}::foundation-model/{MODEL}" for region in ("us-east-1", "us-east-2", "us-west-2")
)
KNOWLEDGE_BASE = f"arn:aws:bedrock:us-east-1:{ACCOUNT_ID}:knowledge-base/AURELIAKB1"
SCORING = f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:endpoint/readmission-risk"

INVOCATION = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
EVERYTHING = {INVOKE: BAD, RETRIEVE: BAD, ENDPOINT: BAD}


@dataclass(frozen=True)
class Identity:
    """
    A role for an AWS service, or a user.

    `wanted` has the verdict of each rule that has to judge it; rules on what it cannot do say nothing of it.
    `managed` are AWS-managed policies, `boundary` is what a permissions boundary allows at most: statements, or the
    name of an AWS-managed policy.
    """

    name: str
    statements: tuple[Statement, ...]
    wanted: Mapping[str, Compliance] = field(default_factory=dict)
    service: str = "lambda"
    managed: tuple[str, ...] = ()
    boundary: tuple[Statement, ...] | str = ()

    @property
    def careful(self) -> bool:
        """Whether no rule objects to it."""
        return BAD not in self.wanted.values()


ROLES = (
    Identity(
        "claims-triage",
        (allow(*INVOCATION, on=CLAUDE),),
        {INVOKE: GOOD},
        managed=("service-role/AWSLambdaBasicExecutionRole",),
    ),
    Identity(
        "claims-summary",
        (
            allow(*INVOCATION, on=PROFILE),
            allow(
                *INVOCATION,
                on=BEHIND_PROFILE,
                Condition={"StringEquals": {"bedrock:InferenceProfileArn": PROFILE}},
            ),
        ),
        {INVOKE: GOOD},
    ),
    Identity("trial-matching", (allow(*INVOCATION, on=CLAUDE_EU),), {INVOKE: GOOD}, boundary="PowerUserAccess"),
    # May invoke one model, and administer guardrails beside: fine for a principal, too much for a function.
    Identity(
        "prompt-tester",
        (allow("bedrock:InvokeModel", on=CLAUDE), allow("bedrock:CreateGuardrail", "bedrock:DeleteGuardrail")),
        {INVOKE: GOOD},
    ),
    Identity("document-chat", (allow("bedrock:*"),), {INVOKE: BAD, RETRIEVE: BAD}),
    Identity("nightly-batch", (allow("*"),), EVERYTHING),
    Identity("platform-admin", (), EVERYTHING, service="ec2", managed=("AdministratorAccess",)),
    # Everything but IAM, which includes every model.
    Identity(
        "operations",
        ({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"},),
        EVERYTHING,
        service="ec2",
    ),
    Identity(
        "research-notebook",
        (allow(*INVOCATION, on="arn:aws:bedrock:*::foundation-model/*"),),
        {INVOKE: BAD},
        service="sagemaker",
    ),
    # The boundary leaves one named model of the wildcard.
    Identity(
        "red-team", (allow("bedrock:InvokeModel"),), {INVOKE: GOOD}, boundary=(allow("bedrock:InvokeModel", on=CLAUDE),)
    ),
    Identity("knowledge-bot", (allow("bedrock:Retrieve", on=KNOWLEDGE_BASE),), {RETRIEVE: GOOD}),
    Identity("search-portal", (allow("bedrock:Retrieve"),), {RETRIEVE: BAD}),
    Identity("scoring-api", (allow("sagemaker:InvokeEndpoint", on=SCORING),), {ENDPOINT: GOOD}),
    Identity(
        "partner-portal",
        (allow("sagemaker:InvokeEndpoint", on=f"arn:aws:sagemaker:*:{ACCOUNT_ID}:endpoint/*"),),
        {ENDPOINT: BAD},
    ),
    Identity("claims-agent", (allow("bedrock:InvokeModel", on=CLAUDE),), {INVOKE: GOOD}, service="bedrock"),
    # Neither is of interest to any rule on models.
    Identity("invoice-mailer", (allow("ses:SendEmail"),)),
    Identity("model-customization", (allow("s3:PutObject"),), service="bedrock", managed=("AmazonS3ReadOnlyAccess",)),
)

GROUP = "data-science"
MEMBERS = ("amara", "kofi")
GROUP_STATEMENTS = (allow(*INVOCATION, on="arn:aws:bedrock:us-east-1::foundation-model/anthropic.*"),)
"""What every member of the group may do: too much, so that each is a violation."""

USERS = (
    # A wildcard that an explicit denial takes back: there is nothing to judge.
    Identity("contractor", (allow(*INVOCATION), deny("bedrock:*"))),
    Identity("claims-developer", (allow("bedrock:InvokeModel", on=CLAUDE),), {INVOKE: GOOD}),
    Identity(
        "claims-analyst",
        (
            allow("bedrock:InvokeModel", on=CLAUDE),
            allow("bedrock:Retrieve", on=KNOWLEDGE_BASE),
            allow("sagemaker:InvokeEndpoint", on=SCORING),
        ),
        {INVOKE: GOOD, RETRIEVE: GOOD, ENDPOINT: GOOD},
        managed=("IAMUserChangePassword",),
    ),
)

ANALYSTS = "analysts"
"""The group of the analyst, with a policy of its own and one of AWS's, neither about models."""

LABELS = (
    *(
        Label(rule, HOME, identity.name, compliance)
        for identity in (*ROLES, *USERS)
        for rule, compliance in identity.wanted.items()
    ),
    *(Label(INVOKE, HOME, name, BAD) for name in MEMBERS),
)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the roles, users and groups, once: IAM is the same in every Region."""
    if not site.home:
        return
    for role in ROLES:
        if site.mixed or role.careful:
            _role(site, role)
    for user in USERS:
        _user(site, user)
    iam = site.client("iam")
    iam.create_group(GroupName=ANALYSTS)
    iam.put_group_policy(GroupName=ANALYSTS, PolicyName="costs", PolicyDocument=document(allow("ce:GetCostAndUsage")))
    iam.attach_group_policy(GroupName=ANALYSTS, PolicyArn="arn:aws:iam::aws:policy/job-function/Billing")
    iam.add_user_to_group(GroupName=ANALYSTS, UserName="claims-analyst")
    if site.mixed:
        iam.create_group(GroupName=GROUP)
        iam.put_group_policy(GroupName=GROUP, PolicyName="models", PolicyDocument=document(*GROUP_STATEMENTS))
        for name in MEMBERS:
            _user(site, Identity(name, ()))
            iam.add_user_to_group(GroupName=GROUP, UserName=name)


def _role(site: Site, role: Identity) -> None:
    iam = site.client("iam")
    limits = {}
    if isinstance(role.boundary, str):
        limits["PermissionsBoundary"] = f"arn:aws:iam::aws:policy/{role.boundary}"
    elif role.boundary:
        made = iam.create_policy(PolicyName=f"{role.name}-boundary", PolicyDocument=document(*role.boundary))
        limits["PermissionsBoundary"] = made["Policy"]["Arn"]
    own = {"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}} if role.service == "bedrock" else {}
    iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=trust(role.service, **own), **limits)
    if role.statements:
        policy = document(*role.statements)
        iam.put_role_policy(RoleName=role.name, PolicyName="permissions", PolicyDocument=policy)
    for name in role.managed:
        iam.attach_role_policy(RoleName=role.name, PolicyArn=f"arn:aws:iam::aws:policy/{name}")


def _user(site: Site, user: Identity) -> None:
    iam = site.client("iam")
    iam.create_user(UserName=user.name)
    if user.statements:
        policy = document(*user.statements)
        iam.put_user_policy(UserName=user.name, PolicyName="permissions", PolicyDocument=policy)
    for name in user.managed:
        iam.attach_user_policy(UserName=user.name, PolicyArn=f"arn:aws:iam::aws:policy/{name}")
