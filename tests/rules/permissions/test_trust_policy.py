"""Who may assume a role, by trust policies as AWS's documentation and consoles write them."""

from collections.abc import Mapping
from typing import Any

import pytest

from rules.permissions.document import PolicyDocument, PolicyType, parse
from rules.permissions.resource_policy import Trust
from rules.permissions.trust_policy import deputies, service_may_assume, strangers

OWN, PARTNER, STRANGER = "123456789012", "111122223333", "444455556666"
TRUST = Trust(OWN, "aws", frozenset({PARTNER}), frozenset({"o-a1b2c3d4e5"}))
BEDROCK = "bedrock.amazonaws.com"
GITHUB = "token.actions.githubusercontent.com"
FOR_BEDROCK = {"Service": BEDROCK}


def allow(principal: object, condition: Mapping[str, object] | None = None, **elements: Any) -> dict[str, object]:
    written = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}
    return written if condition is None else {**written, "Condition": condition}


def trusts(*statements: Mapping[str, object]) -> PolicyDocument:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.TRUST)


SOURCE_ACCOUNT = {"StringEquals": {"aws:SourceAccount": OWN}}
SOURCE_ARN = {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{OWN}:*"}}
MAY_ASSUME: list[tuple[str, list[dict[str, object]], bool]] = [
    ("without conditions", [allow(FOR_BEDROCK)], True),
    ("as one of several services", [allow({"Service": ["lambda.amazonaws.com", BEDROCK]})], True),
    ("as any service", [allow({"Service": "*"})], True),
    ("as anybody", [allow("*")], True),
    ("for the account and its resources in the Region", [allow(FOR_BEDROCK, SOURCE_ACCOUNT | SOURCE_ARN)], True),
    (
        "for the account, where the key exists",
        [allow(FOR_BEDROCK, {"StringEqualsIfExists": {"aws:SourceAccount": OWN}})],
        True,
    ),
    (
        "for some kind of resource",
        [allow(FOR_BEDROCK, {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{OWN}:agent/*"}})],
        True,
    ),
    (
        "for resources in every Region",
        [allow(FOR_BEDROCK, {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{OWN}:*"}})],
        True,
    ),
    (
        "for an organization that may be the account's",
        [allow(FOR_BEDROCK, {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}})],
        True,
    ),
    ("by a wildcard action", [allow(FOR_BEDROCK, Action="sts:*")], True),
    ("in one of two statements", [allow({"AWS": OWN}), allow(FOR_BEDROCK, SOURCE_ACCOUNT)], True),
    ("to tag the session only", [allow(FOR_BEDROCK, Action="sts:TagSession")], False),
    ("for another account", [allow(FOR_BEDROCK, {"StringEquals": {"aws:SourceAccount": STRANGER}})], False),
    (
        "for another account's resources",
        [allow(FOR_BEDROCK, {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{STRANGER}:*"}})],
        False,
    ),
    (
        "for another Region",
        [allow(FOR_BEDROCK, {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{OWN}:*"}})],
        False,
    ),
    ("unless for the account", [allow(FOR_BEDROCK, {"StringNotEquals": {"aws:SourceAccount": OWN}})], False),
    ("for principals of the account", [allow(FOR_BEDROCK, {"StringEquals": {"aws:PrincipalAccount": OWN}})], False),
    ("as another service", [allow({"Service": "lambda.amazonaws.com"})], False),
    ("as a service of another name", [allow({"Service": "agents.bedrock.amazonaws.com"})], False),
    ("as an account", [allow({"AWS": OWN})], False),
    ("denied for everybody", [allow(FOR_BEDROCK), allow("*", Effect="Deny")], False),
    ("denied for the account", [allow(FOR_BEDROCK), allow(FOR_BEDROCK, SOURCE_ACCOUNT, Effect="Deny")], False),
    (
        "denied for other accounts",
        [allow(FOR_BEDROCK), allow(FOR_BEDROCK, {"StringNotEquals": {"aws:SourceAccount": OWN}}, Effect="Deny")],
        True,
    ),
]


@pytest.mark.parametrize(("statements", "may"), [pytest.param(*case[1:], id=case[0]) for case in MAY_ASSUME])
def test_a_service_may_assume_the_role_when_it_acts_for_the_account(
    statements: list[dict[str, object]], may: bool
) -> None:
    assert service_may_assume(trusts(*statements), BEDROCK, TRUST, "us-east-1") is may


def test_a_service_is_held_against_the_accounts_own_partition() -> None:
    document = trusts(
        allow(FOR_BEDROCK, {"ArnLike": {"aws:SourceArn": f"arn:aws-us-gov:bedrock:us-gov-west-1:{OWN}:*"}})
    )

    assert service_may_assume(document, BEDROCK, Trust(OWN, "aws-us-gov"), "us-gov-west-1")
    assert not service_may_assume(document, BEDROCK, TRUST, "us-gov-west-1")


DEPUTIES: list[tuple[str, dict[str, object], list[str]]] = [
    ("no condition", allow(FOR_BEDROCK), ["Statement 1 lets in bedrock.amazonaws.com on behalf of any account."]),
    ("source account", allow(FOR_BEDROCK, SOURCE_ACCOUNT), []),
    ("source ARN", allow(FOR_BEDROCK, SOURCE_ARN), []),
    ("source organization", allow(FOR_BEDROCK, {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}), []),
    (
        "source account where there is one",
        allow(FOR_BEDROCK, {"StringEqualsIfExists": {"aws:SourceAccount": OWN}}),
        ["Statement 1 lets in bedrock.amazonaws.com on behalf of any account."],
    ),
    (
        "a strange source account",
        allow(FOR_BEDROCK, {"StringEquals": {"aws:SourceAccount": [OWN, STRANGER]}}),
        [f"Statement 1 lets in bedrock.amazonaws.com on behalf of account {STRANGER}."],
    ),
    ("tagging only", allow(FOR_BEDROCK, Action="sts:TagSession"), []),
    ("people", allow({"AWS": STRANGER}), []),
]


@pytest.mark.parametrize(("statement", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in DEPUTIES])
def test_a_service_that_anybody_can_lead_to_the_role_is_a_deputy(
    statement: dict[str, object], wanted: list[str]
) -> None:
    assert [deputy.sentence for deputy in deputies(trusts(statement), TRUST)] == wanted


def by_web(provider: str, **conditions: Mapping[str, object]) -> dict[str, object]:
    return allow({"Federated": provider}, conditions, Action="sts:AssumeRoleWithWebIdentity")


GITHUB_ARN = f"arn:aws:iam::{OWN}:oidc-provider/{GITHUB}"
EKS_ARN = f"arn:aws:iam::{OWN}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
POOL = "us-east-1:12345678-ffff-ffff-ffff-123456"
AUDIENCE = {f"{GITHUB}:aud": "sts.amazonaws.com"}
STRANGERS: list[tuple[str, dict[str, object], bool]] = [
    ("the own account", allow({"AWS": f"arn:aws:iam::{OWN}:root"}), False),
    ("a trusted account", allow({"AWS": PARTNER}), False),
    ("a service", allow(FOR_BEDROCK), False),
    ("a strange account", allow({"AWS": STRANGER}), True),
    (
        "a strange account with an external id",
        allow({"AWS": STRANGER}, {"StringEquals": {"sts:ExternalId": "42"}}),
        True,
    ),
    ("anybody in the organization", allow("*", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}), False),
    ("anybody", allow({"AWS": "*"}), True),
    (
        "a SAML provider of the account",
        allow({"Federated": f"arn:aws:iam::{OWN}:saml-provider/staff"}, Action="sts:AssumeRoleWithSAML"),
        False,
    ),
    (
        "a SAML provider of a stranger",
        allow({"Federated": f"arn:aws:iam::{STRANGER}:saml-provider/x"}, Action="sts:AssumeRoleWithSAML"),
        True,
    ),
    (
        "an issuer of one customer",
        by_web(EKS_ARN, StringEquals={"oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:aud": "sts.amazonaws.com"}),
        False,
    ),
    ("GitHub with an audience only", by_web(GITHUB_ARN, StringEquals=AUDIENCE), True),
    (
        "GitHub for one repository",
        by_web(GITHUB_ARN, StringEquals=AUDIENCE | {f"{GITHUB}:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"}),
        False,
    ),
    (
        "GitHub for branches of one repository",
        by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": "repo:octo-org/octo-repo:*"}),
        False,
    ),
    ("GitHub for one organization", by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": "repo:octo-org/*"}), False),
    (
        "GitHub for organizations that begin alike",
        by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": "repo:octo-org*"}),
        True,
    ),
    ("GitHub for all repositories", by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": "repo:*"}), True),
    (
        "GitHub for repositories of one name",
        by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": "repo:*/octo-repo:*"}),
        True,
    ),
    (
        "GitHub for one organization or all",
        by_web(GITHUB_ARN, StringLike={f"{GITHUB}:sub": ["repo:octo-org/*", "*"]}),
        True,
    ),
    (
        "GitHub where there is a subject",
        by_web(GITHUB_ARN, StringLikeIfExists={f"{GITHUB}:sub": "repo:octo-org/*"}),
        True,
    ),
    (
        "an identity pool of people who logged in",
        by_web(
            "cognito-identity.amazonaws.com",
            **{
                "StringEquals": {"cognito-identity.amazonaws.com:aud": POOL},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
            },
        ),
        False,
    ),
    (
        "any identity pool",
        by_web(
            "cognito-identity.amazonaws.com",
            **{"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
        ),
        True,
    ),
    ("an issuer that nobody registered", by_web("id.example.com"), True),
]


@pytest.mark.parametrize(("statement", "stranger"), [pytest.param(*case[1:], id=case[0]) for case in STRANGERS])
def test_strangers_are_those_whom_neither_account_nor_issuer_vouches_for(
    statement: dict[str, object], stranger: bool
) -> None:
    assert bool(strangers(trusts(statement), TRUST)) is stranger


SHARED_ISSUERS: list[tuple[str, str]] = [
    ("Buildkite", "agent.buildkite.com"),
    ("Codefresh", "oidc.codefresh.io"),
    ("DVC Studio", "studio.datachain.ai/api"),
    ("GitHub Actions", GITHUB),
    ("GitHub Actions by its former name", "vstoken.actions.githubusercontent.com"),
    ("streams of GitHub's audit logs", "oidc-configuration.audit-log.githubusercontent.com"),
    ("GitLab", "gitlab.com"),
    ("HCP Terraform", "app.terraform.io"),
    ("IBM Turbonomic", "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu"),
    ("IBM Turbonomic, second", "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb"),
    ("IBM Turbonomic, third", "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7"),
    ("IBM Turbonomic, fourth", "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr"),
    ("IBM Turbonomic, fifth", "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg"),
    ("IBM Turbonomic, sixth", "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26"),
    ("Pulumi Cloud", "api.pulumi.com/oidc"),
    ("Pulumi Cloud without the path", "api.pulumi.com"),
    ("sandboxes.cloud", "sandboxes.cloud"),
    ("Scalr", "scalr.io"),
    ("Shisho Cloud", "tokens.cloud.shisho.dev"),
    ("Upbound", "proidc.upbound.io"),
    ("Vercel", "oidc.vercel.com"),
]
"""
Those that an account registers, and that sign for all of their customers.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""
LOG_INS: list[tuple[str, str, str]] = [
    ("Amazon Cognito's identity pools", "cognito-identity.amazonaws.com", "aud"),
    ("Login with Amazon", "www.amazon.com", "app_id"),
    ("Facebook's log-in", "graph.facebook.com", "app_id"),
    ("Google's log-in", "accounts.google.com", "aud"),
]
"""
Those that nobody registers, and the claim that says for which application somebody logged in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""


@pytest.mark.parametrize(
    ("provider", "claim"),
    [
        *(
            pytest.param(f"arn:aws:iam::{OWN}:oidc-provider/{name}", f"{name}:sub", id=words)
            for words, name in SHARED_ISSUERS
        ),
        *(pytest.param(name, f"{name}:{claim}", id=words) for words, name, claim in LOG_INS),
    ],
)
def test_customers_of_a_shared_issuer_are_strangers_unless_one_is_picked(provider: str, claim: str) -> None:
    assert strangers(trusts(by_web(provider)), TRUST)
    assert not strangers(trusts(by_web(provider, StringEquals={claim: "acme:shop"})), TRUST)


SENTINEL = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d"


@pytest.mark.parametrize(
    ("name", "key", "value", "stranger"),
    [
        pytest.param("api.pulumi.com/oidc", "api.pulumi.com/oidc:aud", "aws:octo-org", False, id="of Pulumi Cloud"),
        pytest.param("oidc.vercel.com", "oidc.vercel.com:aud", "https://vercel.com/octo-org", False, id="of Vercel"),
        pytest.param("sandboxes.cloud", "sandboxes.cloud:aud", "octo-org", False, id="of sandboxes.cloud"),
        pytest.param(GITHUB, f"{GITHUB}:aud", "octo-org", True, id="of GitHub, which everybody chooses"),
        pytest.param(SENTINEL, "sts:RoleSessionName", "MicrosoftSentinel_1b2c", False, id="session of Sentinel"),
        pytest.param(SENTINEL, f"{SENTINEL}:aud", "api://1462b192-27f7-4cb9", True, id="of Sentinel, one for all"),
        pytest.param(GITHUB, "sts:RoleSessionName", "octo-org", True, id="session of GitHub, which everybody names"),
        pytest.param("oidc.vercel.com", "oidc.vercel.com:aud", "*", True, id="any audience"),
    ],
)
def test_an_audience_or_session_picks_a_customer_where_the_issuer_writes_it(
    name: str, key: str, value: str, stranger: bool
) -> None:
    statement = by_web(f"arn:aws:iam::{OWN}:oidc-provider/{name}", StringLike={key: value})
    assert bool(strangers(trusts(statement), TRUST)) is stranger


def test_a_session_of_sentinel_without_its_workspace_is_a_stranger() -> None:
    assert strangers(trusts(by_web(f"arn:aws:iam::{OWN}:oidc-provider/{SENTINEL}")), TRUST)


def test_a_stranger_of_a_shared_issuer_is_named() -> None:
    (found,) = strangers(trusts(by_web(GITHUB_ARN, StringEquals=AUDIENCE)), TRUST)

    assert found.sentence == f"Statement 1 lets in identities of {GITHUB_ARN[:63]}… under conditions on {GITHUB}:aud."
