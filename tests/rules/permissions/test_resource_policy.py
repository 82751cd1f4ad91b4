"""Whom resource policies let in: real-life policies in words, each with the sentence that a reader gets."""

from collections.abc import Mapping
from typing import Any

import pytest

from rules.permissions import searches
from rules.permissions.context import RequestContext
from rules.permissions.document import PolicyDocument, PolicyType, Principal, parse
from rules.permissions.refusals import UndecidedError
from rules.permissions.resource_policy import (
    Caller,
    Grant,
    Guarded,
    Outsider,
    OutsiderKind,
    Trust,
    gets_in,
    grants,
    outsiders,
    requires_tls,
)

OWN, PARTNER, STRANGER = "123456789012", "111122223333", "444455556666"
ORG, OTHER_ORG = "o-a1b2c3d4e5", "o-zzzzzzzzzz"
TRUST = Trust(OWN, "aws", accounts=frozenset({PARTNER}), org_ids=frozenset({ORG}))
BUCKET, OBJECTS = "arn:aws:s3:::claims-archive", "arn:aws:s3:::claims-archive/*"
EVERYBODY = "Statement 1 lets in everybody."

Block = Mapping[str, Mapping[str, Any]]


def statement(
    principal: object = "*",
    *,
    effect: str = "Allow",
    action: object = "s3:GetObject",
    resource: object = OBJECTS,
    condition: Block | None = None,
    element: str = "Principal",
) -> dict[str, object]:
    written: dict[str, object] = {"Effect": effect, element: principal, "Action": action, "Resource": resource}
    return written if condition is None else {**written, "Condition": condition}


def deny(principal: object = "*", **elements: Any) -> dict[str, object]:
    return statement(principal, **{"effect": "Deny", "action": "s3:*", "resource": [BUCKET, OBJECTS], **elements})


def policy(*statements: Mapping[str, object]) -> PolicyDocument:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.RESOURCE)


def sentences(*statements: Mapping[str, object], **arguments: Any) -> list[str]:
    return [outsider.sentence for outsider in outsiders(policy(*statements), TRUST, **arguments)]


PRINCIPALS = [
    ("everybody", "*", [EVERYBODY]),
    ("everybody written as AWS", {"AWS": "*"}, [EVERYBODY]),
    ("everybody written as a list of AWS", {"AWS": ["*"]}, [EVERYBODY]),
    ("the own account by id", {"AWS": OWN}, []),
    ("the own account by its root", {"AWS": f"arn:aws:iam::{OWN}:root"}, []),
    ("an own role", {"AWS": f"arn:aws:iam::{OWN}:role/service-role/app"}, []),
    ("an own user", {"AWS": f"arn:aws:iam::{OWN}:user/ann"}, []),
    ("a session of an own role", {"AWS": f"arn:aws:sts::{OWN}:assumed-role/app/i-1"}, []),
    ("a trusted account by id", {"AWS": PARTNER}, []),
    ("a role of a trusted account", {"AWS": f"arn:aws:iam::{PARTNER}:role/reader"}, []),
    ("a strange account by id", {"AWS": STRANGER}, [f"Statement 1 lets in account {STRANGER}."]),
    (
        "a strange account by root",
        {"AWS": f"arn:aws:iam::{STRANGER}:root"},
        [f"Statement 1 lets in account {STRANGER}."],
    ),
    (
        "a strange role",
        {"AWS": f"arn:aws:iam::{STRANGER}:role/reader"},
        [f"Statement 1 lets in arn:aws:iam::{STRANGER}:role/reader."],
    ),
    (
        "a session of a strange role",
        {"AWS": f"arn:aws:sts::{STRANGER}:assumed-role/reader/me"},
        [f"Statement 1 lets in arn:aws:sts::{STRANGER}:assumed-role/reader/me."],
    ),
    (
        "one stranger between insiders",
        {"AWS": [OWN, STRANGER, PARTNER]},
        [f"Statement 1 lets in account {STRANGER}."],
    ),
    (
        "the own account id in another partition",
        {"AWS": f"arn:aws-cn:iam::{OWN}:root"},
        [f"Statement 1 lets in account {OWN}."],
    ),
    ("a deleted role", {"AWS": "AROAJQABLZS4A3QDU576Q"}, []),
    ("a deleted user", {"AWS": "AIDAJQABLZS4A3QDU576Q"}, []),
    ("text that is no principal", {"AWS": "somebody"}, ["Statement 1 lets in somebody."]),
    (
        "a CloudFront origin access identity",
        {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"},
        ["Statement 1 lets in arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity …."],
    ),
    ("a canonical user", {"CanonicalUser": "79a59df900b9"}, ["Statement 1 lets in the canonical user 79a59df900b9."]),
    ("a SAML provider of the account", {"Federated": f"arn:aws:iam::{OWN}:saml-provider/staff"}, []),
    (
        "a SAML provider of a stranger",
        {"Federated": f"arn:aws:iam::{STRANGER}:saml-provider/staff"},
        [f"Statement 1 lets in identities of arn:aws:iam::{STRANGER}:saml-provider/staff."],
    ),
    (
        "a service for anybody",
        {"Service": "logging.s3.amazonaws.com"},
        ["Statement 1 lets in logging.s3.amazonaws.com on behalf of any account."],
    ),
    (
        "every service",
        {"Service": "*"},
        ["Statement 1 lets in AWS services on behalf of any account."],
    ),
    (
        "several kinds at once",
        {"AWS": [OWN, "*"], "Service": "config.amazonaws.com"},
        [EVERYBODY, "Statement 1 lets in config.amazonaws.com on behalf of any account."],
    ),
]


@pytest.mark.parametrize(("principal", "wanted"), [pytest.param(*case[1:], id=case[0]) for case in PRINCIPALS])
def test_a_principal_is_an_outsider_unless_it_is_trusted(principal: object, wanted: list[str]) -> None:
    assert sentences(statement(principal)) == wanted


def test_a_strange_account_is_an_insider_where_it_must_belong_to_the_organization() -> None:
    named = statement({"AWS": [STRANGER, f"arn:aws:iam::{STRANGER}:role/reader"]})

    assert sentences({**named, "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORG}}}) == []


def test_an_allow_with_not_principal_lets_in_everybody_else() -> None:
    found = sentences(statement({"AWS": f"arn:aws:iam::{OWN}:root"}, element="NotPrincipal"))

    assert found == ["Statement 1 lets in everybody whom its NotPrincipal does not name."]


def test_an_allow_with_not_principal_for_everybody_lets_nobody_in() -> None:
    assert sentences(statement("*", element="NotPrincipal")) == []


def equals(key: str, value: object) -> Block:
    return {"StringEquals": {key: value}}


def like(key: str, value: object) -> Block:
    return {"StringLike": {key: value}}


def arn_like(key: str, value: object) -> Block:
    return {"ArnLike": {key: value}}


CONFINING: list[tuple[str, Block]] = [
    ("the organization", equals("aws:PrincipalOrgID", ORG)),
    ("the organization as a list", equals("aws:PrincipalOrgID", [ORG])),
    ("the key in another letter case", equals("AWS:principalorgid", ORG)),
    ("the organization with ForAnyValue", {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": ORG}}),
    ("the organization in any letter case", {"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": ORG}}),
    ("the own account", equals("aws:PrincipalAccount", OWN)),
    ("own and trusted accounts", equals("aws:PrincipalAccount", [OWN, PARTNER])),
    ("the account of the resource", equals("aws:PrincipalAccount", "${aws:ResourceAccount}")),
    ("accounts by a pattern without wildcards", like("aws:PrincipalAccount", OWN)),
    ("a unit of the organization", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/r-ab12/ou-ab12-1/*"}}),
    ("own roles", arn_like("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*")),
    ("own roles, StringLike", like("aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/app-*")),
    ("an own role exactly", {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/app"}}),
    (
        "own and trusted roles",
        arn_like("aws:PrincipalArn", [f"arn:aws:iam::{OWN}:*", f"arn:aws:iam::{PARTNER}:role/*"]),
    ),
    ("unique ids of principals", like("aws:userid", ["AROAJQABLZS4A3QDU576Q:*", "AIDAJQABLZS4A3QDU576Q"])),
    ("callers of the own account, KMS", equals("kms:CallerAccount", OWN)),
    ("access points of the account", equals("s3:DataAccessPointAccount", OWN)),
    ("access points of the account by ARN", like("s3:DataAccessPointArn", f"arn:aws:s3:us-east-1:{OWN}:accesspoint/*")),
    ("the owner of an SNS topic", equals("AWS:SourceOwner", OWN)),
    ("events of the account", equals("aws:SourceAccount", OWN)),
    ("events of one bucket", arn_like("aws:SourceArn", "arn:aws:s3:::claims-inbox")),
    ("a VPC endpoint", equals("aws:SourceVpce", "vpce-1a2b3c4d")),
    ("two VPCs", equals("aws:SourceVpc", ["vpc-111bbb22", "vpc-222bbb33"])),
    ("a VPC by ARN", arn_like("aws:SourceVpcArn", f"arn:aws:ec2:us-east-1:{OWN}:vpc/vpc-111bbb22")),
    ("VPC endpoints of the account", equals("aws:VpceAccount", OWN)),
    ("VPC endpoints of the organization", equals("aws:VpceOrgID", ORG)),
    ("one of two keys that both confine", {"StringEquals": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": OWN}}),
    (
        "a confining key beside one that does not",
        {"StringEquals": {"aws:PrincipalOrgID": ORG}, "Bool": {"aws:SecureTransport": "true"}},
    ),
    (
        "a condition that nobody meets",
        {"Null": {"aws:PrincipalOrgID": "true"}, "StringEquals": {"aws:PrincipalOrgID": ORG}},
    ),
]


@pytest.mark.parametrize("condition", [pytest.param(case[1], id=case[0]) for case in CONFINING])
@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}], ids=["everybody", "everybody as AWS"])
def test_a_condition_that_only_insiders_meet_confines_everybody(principal: object, condition: Block) -> None:
    assert sentences(statement(principal, condition=condition)) == []


ACCOUNT_BY_PATH = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [f"{ORG}/*", f"{OTHER_ORG}/*"]}}
OPEN: list[tuple[str, Block, str]] = [
    ("another organization", equals("aws:PrincipalOrgID", OTHER_ORG), f"organization {OTHER_ORG}"),
    ("one untrusted organization of two", equals("aws:PrincipalOrgID", [ORG, OTHER_ORG]), f"organization {OTHER_ORG}"),
    ("any organization", like("aws:PrincipalOrgID", "o-*"), "everybody"),
    ("the organization where there is one", {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}}, "everybody"),
    ("everybody but an organization", {"StringNotEquals": {"aws:PrincipalOrgID": OTHER_ORG}}, "everybody"),
    ("everybody but the own organization", {"StringNotEquals": {"aws:PrincipalOrgID": ORG}}, "everybody"),
    ("a star without meaning", equals("aws:PrincipalOrgID", [ORG, OTHER_ORG, "*"]), f"organization {OTHER_ORG}"),
    ("a unit of another organization", ACCOUNT_BY_PATH, f"organization {OTHER_ORG}"),
    ("units, vacuously", {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}}, "everybody"),
    ("units compared as one value", like("aws:PrincipalOrgPaths", f"{ORG}/*"), "everybody"),
    ("the organization of the resource", equals("aws:PrincipalOrgID", "${aws:ResourceOrgID}"), "everybody"),
    ("an untrusted account", equals("aws:PrincipalAccount", STRANGER), f"account {STRANGER}"),
    ("one untrusted account of two", equals("aws:PrincipalAccount", [OWN, STRANGER]), f"account {STRANGER}"),
    ("accounts that begin like the own one", like("aws:PrincipalAccount", "1234*"), "everybody"),
    ("the account where there is one", {"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}}, "everybody"),
    ("accounts of any name", {"StringNotLike": {"aws:PrincipalAccount": "9*"}}, "everybody"),
    ("a role of any account", arn_like("aws:PrincipalArn", "arn:aws:iam::*:role/Admin"), "everybody"),
    ("a role by its tail", like("aws:PrincipalArn", "*:role/Admin"), "everybody"),
    (
        "a pattern that a role path of a stranger can meet",
        like("aws:PrincipalArn", f"arn:aws:iam:*:{OWN}:role/*"),
        "everybody",
    ),
    ("an account of no organization", {"Null": {"aws:PrincipalOrgID": "true"}}, "everybody"),
    ("a strange role", arn_like("aws:PrincipalArn", f"arn:aws:iam::{STRANGER}:role/x"), f"account {STRANGER}"),
    ("everybody but a role", {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/x"}}, "everybody"),
    ("sessions by name", like("aws:userid", "*:ann"), "everybody"),
    ("the root user of a strange account", equals("aws:userid", STRANGER), f"account {STRANGER}"),
    ("user names", equals("aws:username", "ann"), "everybody"),
    ("tags of the principal", equals("aws:PrincipalTag/team", "ml"), "everybody"),
    ("addresses", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "everybody"),
    ("TLS", {"Bool": {"aws:SecureTransport": "true"}}, "everybody"),
    ("a referer", like("aws:Referer", "https://www.example.com/*"), "everybody"),
    ("another service in between", equals("kms:ViaService", "s3.us-east-1.amazonaws.com"), "everybody"),
    ("the owner of the resource itself", equals("aws:ResourceAccount", OWN), "everybody"),
    ("any VPC endpoint", like("aws:SourceVpce", "vpce-*"), "everybody"),
    ("VPC endpoints that begin alike", like("aws:SourceVpce", "vpce-1a*"), "everybody"),
    ("a VPC where there is one", {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-111bbb22"}}, "everybody"),
    ("VPC endpoints of a stranger", equals("aws:VpceAccount", STRANGER), "everybody"),
    ("some VPC endpoint", {"Null": {"aws:SourceVpce": "false"}}, "everybody"),
    ("VPC endpoints of another organization", equals("aws:VpceOrgID", OTHER_ORG), "everybody"),
    ("VPC endpoints of units, compared as one value", like("aws:VpceOrgPaths", f"{ORG}/*"), "everybody"),
    (
        "VPCs of a stranger by ARN",
        arn_like("aws:SourceVpcArn", f"arn:aws:ec2:us-east-1:{STRANGER}:vpc/*"),
        "everybody",
    ),
    (
        "a unit within a unit of another organization",
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OTHER_ORG}/r-1/ou-1/*"}},
        f"organization {OTHER_ORG}",
    ),
    ("access points of a stranger", equals("s3:DataAccessPointAccount", STRANGER), "everybody"),
    ("access points anywhere", like("s3:DataAccessPointArn", "arn:aws:s3:us-east-1:*:accesspoint/*"), "everybody"),
    ("an unknown operator", {"StringResembles": {"aws:PrincipalOrgID": ORG}}, "everybody"),
]


@pytest.mark.parametrize(("condition", "who"), [pytest.param(*case[1:], id=case[0]) for case in OPEN])
def test_a_condition_that_an_outsider_can_meet_lets_it_in(condition: Block, who: str) -> None:
    (keys,) = condition.values()

    found = sentences(statement(condition=condition))

    assert found == [f"Statement 1 lets in {who} under conditions on {', '.join(keys)}."]


SERVICES_ONLY: list[tuple[str, Block, str]] = [
    ("events of any bucket", arn_like("aws:SourceArn", "arn:aws:s3:::*"), "any account"),
    ("events of buckets that begin alike", arn_like("aws:SourceArn", "arn:aws:s3:::claims-*"), "any account"),
    ("events of a stranger", equals("aws:SourceAccount", STRANGER), f"account {STRANGER}"),
    ("every service", {"Bool": {"aws:PrincipalIsAWSService": "true"}}, "any account"),
    (
        "a service by one of its names",
        {"ForAnyValue:StringEquals": {"aws:PrincipalServiceNamesList": "config.amazonaws.com"}},
        "any account",
    ),
    ("a service by name", equals("aws:PrincipalServiceName", "delivery.logs.amazonaws.com"), "any account"),
]


@pytest.mark.parametrize(("condition", "whom"), [pytest.param(*case[1:], id=case[0]) for case in SERVICES_ONLY])
def test_a_condition_that_only_services_meet_lets_in_services(condition: Block, whom: str) -> None:
    (found,) = outsiders(policy(statement(condition=condition)), TRUST)

    assert found == Outsider("statement 1", "*", OutsiderKind.SERVICE, f"lets in AWS services on behalf of {whom}")


LOGGING = {"Service": "logging.s3.amazonaws.com"}
CONFINED_SERVICES: list[tuple[str, Block]] = [
    ("by account", equals("aws:SourceAccount", OWN)),
    ("by own and trusted accounts", equals("aws:SourceAccount", [OWN, PARTNER])),
    ("by ARN", arn_like("aws:SourceArn", f"arn:aws:bedrock:us-east-1:{OWN}:*")),
    ("by ARN in every Region", arn_like("aws:SourceArn", f"arn:aws:bedrock:*:{OWN}:knowledge-base/*")),
    ("by ARN in every Region, StringLike", like("aws:SourceArn", f"arn:aws:bedrock:*:{OWN}:knowledge-base/*")),
    ("by one bucket", arn_like("aws:SourceArn", "arn:aws:s3:::claims-inbox")),
    ("by organization", equals("aws:SourceOrgID", ORG)),
    ("by unit", {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": f"{ORG}/*"}}),
    ("by account and ARN", {**equals("aws:SourceAccount", OWN), **arn_like("aws:SourceArn", "arn:aws:s3:::*")}),
    (
        "by the ARN in the encryption context",
        arn_like("kms:EncryptionContext:aws:logs:arn", f"arn:aws:logs:us-east-1:{OWN}:log-group:/aws/bedrock"),
    ),
    (
        "by a pattern of ARNs in the encryption context",
        like("kms:EncryptionContext:aws:cloudtrail:arn", f"arn:aws:cloudtrail:*:{OWN}:trail/*"),
    ),
    ("by a key that only principals have", equals("aws:PrincipalAccount", OWN)),
]


@pytest.mark.parametrize("condition", [pytest.param(case[1], id=case[0]) for case in CONFINED_SERVICES])
def test_a_service_that_acts_for_insiders_only_is_no_outsider(condition: Block) -> None:
    assert sentences(statement(LOGGING, condition=condition)) == []


OPEN_SERVICES: list[tuple[str, Block, str]] = [
    ("to one untrusted account of two", equals("aws:SourceAccount", [OWN, STRANGER]), f"account {STRANGER}"),
    ("to an ARN of a stranger", arn_like("aws:SourceArn", f"arn:aws:s3:::{STRANGER}*"), "any account"),
    (
        "to a log group of a stranger",
        arn_like("aws:SourceArn", f"arn:aws:logs:*:{STRANGER}:log-group:*:*"),
        f"account {STRANGER}",
    ),
    (
        "to a resource of a stranger with the own account in its name",
        arn_like("aws:SourceArn", f"arn:aws:cloudtrail:us-east-1:{STRANGER}:trail/of-{OWN}"),
        f"account {STRANGER}",
    ),
    ("to ARNs in all accounts", arn_like("aws:SourceArn", "arn:aws:bedrock:*:*:*"), "any account"),
    ("to the account where there is one", {"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, "any account"),
    ("to ARNs where there is one", {"ArnLikeIfExists": {"aws:SourceArn": f"arn:aws:bedrock:*:{OWN}:*"}}, "any account"),
    ("to everybody but a stranger", {"StringNotEquals": {"aws:SourceAccount": STRANGER}}, "any account"),
    ("to another organization", equals("aws:SourceOrgID", OTHER_ORG), f"organization {OTHER_ORG}"),
    ("to buckets that begin alike", arn_like("aws:SourceArn", "arn:aws:s3:::claims-*"), "any account"),
    (
        "to log groups of all accounts",
        arn_like("kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:*:*:*"),
        "any account",
    ),
    ("to any encryption context", equals("kms:EncryptionContext:purpose", "logs"), "any account"),
    ("under conditions on the object", equals("s3:x-amz-acl", "bucket-owner-full-control"), "any account"),
]


@pytest.mark.parametrize(("condition", "whom"), [pytest.param(*case[1:], id=case[0]) for case in OPEN_SERVICES])
def test_a_service_that_may_act_for_strangers_is_a_kind_of_its_own(condition: Block, whom: str) -> None:
    (found,) = outsiders(policy(statement(LOGGING, condition=condition)), TRUST)

    assert found == Outsider(
        "statement 1",
        "logging.s3.amazonaws.com",
        OutsiderKind.SERVICE,
        f"lets in logging.s3.amazonaws.com on behalf of {whom}",
    )


UNLESS_ORGANIZATION: Block = {"StringNotEquals": {"aws:PrincipalOrgID": ORG}}
PERIMETER: Block = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": [PARTNER]},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
CLOSING: list[tuple[str, dict[str, object]]] = [
    ("for everybody", deny()),
    ("for everybody, written as AWS", deny({"AWS": "*"})),
    ("outside the organization", deny(condition=UNLESS_ORGANIZATION)),
    (
        "outside the organization, where there is one",
        deny(condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}}),
    ),
    ("outside own and trusted accounts", deny(condition={"StringNotEquals": {"aws:PrincipalAccount": [OWN, PARTNER]}})),
    (
        "for all but roles of the account",
        deny(condition={"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}),
    ),
    (
        "for all but some unique ids",
        deny(condition={"StringNotLike": {"aws:userId": ["AROAJQABLZS4A3QDU576Q:*", OWN]}}),
    ),
    ("away from a VPC endpoint", deny(condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})),
    ("away from a VPC", deny(condition={"StringNotEquals": {"aws:SourceVpc": "vpc-111bbb22"}})),
    ("around the account's access points", deny(condition={"StringNotEquals": {"s3:DataAccessPointAccount": OWN}})),
    (
        "for all but principals of the account",
        deny({"AWS": [f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OWN}:role/app"]}, element="NotPrincipal"),
    ),
    ("with all actions", deny(action="*", resource="*")),
    ("of an own resource", deny(condition=equals("aws:ResourceAccount", OWN))),
    ("of an own resource, Amazon S3", deny(condition=equals("s3:ResourceAccount", OWN))),
    (
        "with all actions but one that is not allowed",
        statement(effect="Deny", resource="*") | {"NotAction": "s3:PutObject"},
    ),
    (
        "with all resources but others",
        statement(effect="Deny", action="s3:Get*") | {"NotResource": "arn:aws:s3:::other/*"},
    ),
]


def written(statements: Mapping[str, object]) -> dict[str, object]:
    """Return a statement without the elements whose opposite it has."""
    replaced = {"NotAction": "Action", "NotResource": "Resource", "NotPrincipal": "Principal"}
    dropped = {replaced[name] for name in statements if name in replaced}
    return {name: value for name, value in statements.items() if name not in dropped}


@pytest.mark.parametrize("denial", [pytest.param(case[1], id=case[0]) for case in CLOSING])
def test_a_deny_that_meets_every_outsider_closes_what_an_allow_opens(denial: dict[str, object]) -> None:
    assert sentences(statement(), written(denial)) == []


SPARING = [
    ("these very objects", OBJECTS),
    ("the whole bucket", f"{BUCKET}*"),
    ("some of the objects", f"{BUCKET}/public/*"),
]


@pytest.mark.parametrize("spared", [pytest.param(case[1], id=case[0]) for case in SPARING])
def test_a_deny_of_all_but_what_is_allowed_closes_nothing(spared: str) -> None:
    denial = written(statement(effect="Deny", action="s3:*") | {"NotResource": spared})

    assert sentences(statement(), denial) == [EVERYBODY]


@pytest.mark.parametrize(
    ("left_out", "found"),
    [("arn:aws:s3:::other/*", [EVERYBODY]), ("arn:aws:s3:::*", [])],
    ids=["others", "every bucket"],
)
def test_an_allow_of_all_but_some_resources_is_about_the_others(left_out: str, found: list[str]) -> None:
    allowed = written(statement(action="s3:*") | {"NotResource": left_out})

    assert sentences(allowed, actions=("s3:GetObject",), resources=(BUCKET, OBJECTS)) == found


CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
READER = f"arn:aws:iam::{STRANGER}:role/reader"
SPARED: list[tuple[str, list[dict[str, object]], str]] = [
    (
        "a canonical user",
        [statement(), written(deny({"CanonicalUser": CANONICAL}, element="NotPrincipal"))],
        CANONICAL,
    ),
    (
        "a canonical user beside the own account",
        [statement(), written(deny({"CanonicalUser": CANONICAL, "AWS": OWN}, element="NotPrincipal"))],
        CANONICAL,
    ),
    (
        "a service",
        [statement(), written(deny({"Service": "config.amazonaws.com"}, element="NotPrincipal"))],
        "AWS services on behalf of any account",
    ),
    ("the others of an account", [statement({"AWS": STRANGER}), deny({"AWS": READER})], f"account {STRANGER}"),
]


@pytest.mark.parametrize(("statements", "who"), [pytest.param(*case[1:], id=case[0]) for case in SPARED])
def test_a_deny_leaves_in_whom_it_spares(statements: list[dict[str, object]], who: str) -> None:
    assert sentences(*statements) == [f"Statement 1 lets in {who}."]


def test_a_deny_by_name_closes_what_an_allow_opens_by_name() -> None:
    assert sentences(statement({"AWS": READER}), deny({"AWS": READER})) == []


@pytest.mark.parametrize(("account", "lets_in"), [(STRANGER, True), (OWN, False)])
def test_a_canonical_user_may_be_of_any_account(account: str, *, lets_in: bool) -> None:
    found = sentences(statement({"CanonicalUser": CANONICAL}, condition=equals("aws:PrincipalAccount", account)))

    said = f"Statement 1 lets in the canonical user {CANONICAL} under conditions on aws:PrincipalAccount."
    assert found == ([said] if lets_in else [])


def test_an_id_that_stands_where_a_deleted_principal_stood_lets_nobody_in() -> None:
    deleted = "AROAJQABLZS4A3QDU576Q"

    assert sentences(statement({"AWS": deleted})) == []
    assert sentences(statement({"CanonicalUser": deleted})) == [f"Statement 1 lets in the canonical user {deleted}."]


def test_several_denies_close_together() -> None:
    reads, lists = deny(action="s3:Get*", resource=OBJECTS), deny(action="s3:List*", resource=BUCKET)

    assert sentences(statement(action=["s3:GetObject", "s3:ListBucket"], resource=[BUCKET, OBJECTS]), reads) == [
        EVERYBODY
    ]
    assert sentences(statement(), reads, lists) == []


LEAVING: list[tuple[str, dict[str, object], str]] = [
    ("for other actions", deny(action="s3:Put*"), "everybody"),
    ("for some of the actions", deny(action="s3:GetObject?"), "everybody"),
    ("for other resources", deny(resource=f"{BUCKET}/secret/*"), "everybody"),
    ("for the bucket only", deny(resource=BUCKET), "everybody"),
    ("for one account", deny({"AWS": STRANGER}), "everybody"),
    ("for services", deny(LOGGING), "everybody"),
    (
        "outside two organizations",
        deny(condition={"StringNotEquals": {"aws:PrincipalOrgID": [ORG, OTHER_ORG]}}),
        f"organization {OTHER_ORG}",
    ),
    (
        "outside the organization and a strange account",
        deny(condition={"StringNotEquals": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": STRANGER}}),
        f"account {STRANGER}",
    ),
    (
        "for all but principals of a stranger",
        deny({"AWS": f"arn:aws:iam::{STRANGER}:role/x"}, element="NotPrincipal"),
        f"account {STRANGER}",
    ),
    ("without TLS", deny(condition={"Bool": {"aws:SecureTransport": "false"}}), "everybody"),
    ("from addresses elsewhere", deny(condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), "everybody"),
    (
        "where the organization is another one",
        deny(condition={"StringEquals": {"aws:PrincipalOrgID": OTHER_ORG}}),
        "everybody",
    ),
    (
        "outside the organization of the resource",
        deny(condition={"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
        "everybody",
    ),
    (
        "outside the organization and an address range",
        deny(condition={**UNLESS_ORGANIZATION, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        "everybody",
    ),
    (
        "away from VPC endpoints, where there is one",
        deny(condition={"StringNotLike": {"aws:SourceVpce": "vpce-1a*"}}),
        "everybody",
    ),
    ("for signed requests", deny(condition={"Null": {"aws:PrincipalArn": "false"}}), "everybody"),
    (
        "for members of an organization",
        deny(condition={**UNLESS_ORGANIZATION, "Null": {"aws:PrincipalOrgID": "false"}}),
        "everybody",
    ),
    ("for a resource with an unknown variable", deny(resource=f"{BUCKET}/${{aws:username}}/*"), "everybody"),
]


@pytest.mark.parametrize(("denial", "who"), [pytest.param(*case[1:], id=case[0]) for case in LEAVING])
def test_a_deny_that_leaves_an_outsider_some_way_in_does_not_close(denial: dict[str, object], who: str) -> None:
    assert sentences(statement(), written(denial)) == [f"Statement 1 lets in {who}."]


def test_a_perimeter_that_spares_services_leaves_services_to_their_own_conditions() -> None:
    services = statement(LOGGING, action="s3:PutObject")

    assert sentences(statement(), services, deny(condition=PERIMETER)) == [
        "Statement 1 lets in AWS services on behalf of any account.",
        "Statement 2 lets in logging.s3.amazonaws.com on behalf of any account.",
    ]


def test_a_deny_against_confused_deputies_confines_services() -> None:
    denial = deny(
        condition={
            "StringNotEquals": {"aws:SourceAccount": OWN},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        }
    )

    assert sentences(statement(LOGGING), denial) == []


def test_only_grants_of_the_wanted_actions_on_the_wanted_resources_count() -> None:
    statements = (
        statement(action="s3:GetObject"),
        statement({"AWS": STRANGER}, action=["s3:PutObject", "s3:List*"], resource="*"),
        written(statement({"Service": "config.amazonaws.com"}) | {"NotAction": "s3:Get*"}),
    )

    assert sentences(*statements, actions=("s3:PutObject",)) == [
        f"Statement 2 lets in account {STRANGER}.",
        "Statement 3 lets in config.amazonaws.com on behalf of any account.",
    ]
    assert sentences(*statements, actions=("s3:getobject",)) == [EVERYBODY]
    assert sentences(*statements, actions=("s3:ListBucket",), resources=(BUCKET,)) == [
        f"Statement 2 lets in account {STRANGER}."
    ]
    assert sentences(*statements, actions=("kms:Decrypt",), resources=("arn:aws:kms:us-east-1:1:key/1",)) == []


def test_the_resource_at_stake_decides_whether_a_deny_reaches_far_enough() -> None:
    statements = (statement(action="*", resource="*"), deny())

    assert sentences(*statements) == [EVERYBODY]
    assert sentences(*statements, actions=("s3:*",), resources=(BUCKET, OBJECTS)) == []


def test_statements_are_called_by_their_sid() -> None:
    found = sentences({"Sid": "PublicRead", **statement()}, statement({"AWS": STRANGER}))

    assert found == ['Statement "PublicRead" lets in everybody.', f"Statement 2 lets in account {STRANGER}."]


def test_grants_tell_insiders_too() -> None:
    document = policy(
        statement(
            {"AWS": OWN, "Service": "bedrock.amazonaws.com"},
            action="s3:PutObject",
            condition=equals("aws:SourceAccount", OWN),
        ),
        statement(LOGGING, action="s3:PutObject"),
        statement({"AWS": OWN}, action="s3:PutObject", element="NotPrincipal"),
        deny(condition={"Bool": {"aws:SecureTransport": "false"}}),
    )

    service = Outsider(
        "statement 2",
        "logging.s3.amazonaws.com",
        OutsiderKind.SERVICE,
        "lets in logging.s3.amazonaws.com on behalf of any account",
    )
    rest = Outsider(
        "statement 3", "NotPrincipal", OutsiderKind.EVERYBODY, "lets in everybody whom its NotPrincipal does not name"
    )
    assert grants(document, TRUST, ("s3:PutObject",)) == (
        Grant("statement 1", Principal("AWS", OWN), None),
        Grant("statement 1", Principal("Service", "bedrock.amazonaws.com"), None),
        Grant("statement 2", Principal("Service", "logging.s3.amazonaws.com"), service),
        Grant("statement 3", None, rest),
    )


def endpoint_sentences(*statements: Mapping[str, object]) -> list[str]:
    return sentences(*statements, guarded=Guarded.ENDPOINT)


BEHIND_ENDPOINT: list[tuple[str, Block, bool]] = [
    ("principals of the organization", equals("aws:PrincipalOrgID", ORG), False),
    ("resources of the account", equals("aws:ResourceAccount", OWN), False),
    ("resources of trusted accounts", equals("aws:ResourceAccount", [OWN, PARTNER]), False),
    ("resources of the organization", equals("aws:ResourceOrgID", ORG), False),
    ("resources of a unit", {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": f"{ORG}/*"}}, False),
    ("resources of a stranger", equals("aws:ResourceAccount", STRANGER), True),
    ("resources of another organization", equals("aws:ResourceOrgID", OTHER_ORG), True),
    (
        "resources of a unit of another organization",
        {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": f"{OTHER_ORG}/*"}},
        True,
    ),
    ("resources of whoever asks", equals("aws:ResourceOrgID", "${aws:PrincipalOrgID}"), True),
    ("objects of the account", equals("s3:ResourceAccount", OWN), False),
    ("objects of a stranger", equals("s3:ResourceAccount", STRANGER), True),
    ("resources of a unit, compared as one value", like("aws:ResourceOrgPaths", f"{ORG}/*"), True),
    ("the endpoint itself", equals("aws:SourceVpce", "vpce-1a2b3c4d"), True),
    ("the VPC of the endpoint", equals("aws:SourceVpc", "vpc-111bbb22"), True),
]


@pytest.mark.parametrize(("condition", "lets_in"), [pytest.param(*case[1:], id=case[0]) for case in BEHIND_ENDPOINT])
def test_behind_a_vpc_endpoint_resources_confine_and_the_network_does_not(condition: Block, lets_in: bool) -> None:
    found = endpoint_sentences(statement(action="*", resource="*", condition=condition))

    (keys,) = condition.values()
    assert found == ([f"Statement 1 lets in everybody under conditions on {', '.join(keys)}."] if lets_in else [])


def test_a_caller_gets_in_by_its_account_its_arn_or_a_star() -> None:
    arn = f"arn:aws:iam::{OWN}:role/app"
    caller = Caller(RequestContext(), OWN, arn)

    def admitted(*statements: Mapping[str, object]) -> bool:
        return gets_in(policy(*statements), caller, ("s3:GetObject",))

    assert admitted(statement({"AWS": OWN}))
    assert admitted(statement({"AWS": arn}))
    assert admitted(statement())
    assert admitted(statement({"AWS": PARTNER}, element="NotPrincipal"))
    assert not admitted(statement({"AWS": arn}, element="NotPrincipal"))
    assert not admitted(statement({"AWS": f"{arn}-other"}))
    assert not admitted(statement({"Service": "*"}))
    assert not admitted(statement({"CanonicalUser": "79a59df900b9"}))
    assert not admitted(statement(action="s3:PutObject"))
    assert not admitted(statement(), deny({"AWS": arn}))


PLAIN_HTTP: Block = {"Bool": {"aws:SecureTransport": "false"}}
TLS: list[tuple[str, list[dict[str, object]], bool]] = [
    ("the usual statement", [deny(condition=PLAIN_HTTP)], True),
    ("a JSON boolean", [deny(condition={"Bool": {"aws:SecureTransport": False}})], True),
    ("as AWS principal", [deny({"AWS": "*"}, condition=PLAIN_HTTP)], True),
    ("IfExists", [deny(condition={"BoolIfExists": {"aws:SecureTransport": "false"}})], True),
    (
        "by a version of TLS that plain HTTP does not have",
        [deny(condition={"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}})],
        True,
    ),
    ("compared as text", [deny(condition={"StringEquals": {"aws:SecureTransport": "false"}})], True),
    ("not true", [deny(condition={"StringNotEquals": {"aws:SecureTransport": "true"}})], True),
    ("the key in another letter case", [deny(condition={"bool": {"AWS:SECURETRANSPORT": "False"}})], True),
    ("all actions and resources", [deny(action="*", resource="*", condition=PLAIN_HTTP)], True),
    (
        "one statement each",
        [deny(resource=BUCKET, condition=PLAIN_HTTP), deny(resource=OBJECTS, condition=PLAIN_HTTP)],
        True,
    ),
    ("one resource pattern for both", [deny(resource=f"{BUCKET}*", condition=PLAIN_HTTP)], True),
    ("beside other statements", [statement({"AWS": OWN}), deny(condition=PLAIN_HTTP)], True),
    ("no statement about it", [statement({"AWS": OWN})], False),
    ("an Allow with TLS only", [statement(condition={"Bool": {"aws:SecureTransport": "true"}})], False),
    ("the wrong way round", [deny(condition={"Bool": {"aws:SecureTransport": "true"}})], False),
    ("objects only", [deny(resource=OBJECTS, condition=PLAIN_HTTP)], False),
    ("the bucket only", [deny(resource=BUCKET, condition=PLAIN_HTTP)], False),
    ("a folder only", [deny(resource=[BUCKET, f"{BUCKET}/claims/*"], condition=PLAIN_HTTP)], False),
    ("another bucket", [deny(resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"], condition=PLAIN_HTTP)], False),
    ("reading only", [deny(action="s3:GetObject", condition=PLAIN_HTTP)], False),
    ("some principals only", [deny({"AWS": OWN}, condition=PLAIN_HTTP)], False),
    ("services only", [deny({"Service": "*"}, condition=PLAIN_HTTP)], False),
    (
        "all but some principals",
        [deny({"AWS": f"arn:aws:iam::{OWN}:role/app"}, element="NotPrincipal", condition=PLAIN_HTTP)],
        False,
    ),
    ("outside a network only", [deny(condition={**PLAIN_HTTP, "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], False),
    (
        "for people only",
        [deny(condition={"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}})],
        False,
    ),
    ("a TLS version only", [deny(condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})], False),
    (
        "TLS and its version",
        [deny(condition=PLAIN_HTTP), deny(condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})],
        True,
    ),
]


@pytest.mark.parametrize(("statements", "required"), [pytest.param(*case[1:], id=case[0]) for case in TLS])
def test_tls_is_required_of_everybody_for_everything_or_not_at_all(
    statements: list[dict[str, object]], required: bool
) -> None:
    document = policy(*map(written, statements))

    assert requires_tls(document, (BUCKET, OBJECTS)) is required


def test_tls_may_be_asked_for_some_actions() -> None:
    document = policy(deny(action=["s3:GetObject", "s3:PutObject"], resource=OBJECTS, condition=PLAIN_HTTP))

    assert requires_tls(document, (OBJECTS,), ("s3:GetObject", "s3:PutObject"))
    assert not requires_tls(document, (OBJECTS,), ("s3:GetObject", "s3:DeleteObject"))


def intertwined(count: int) -> dict[str, Any]:
    """Return a statement that tells apart very many requests."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    patterns = [f"*{letters[number % 26]}{'?' * (number // 2 + 1)}" for number in range(count)]
    return {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "NotResource": patterns}


def test_nobody_counts_as_let_in_when_that_takes_too_long_to_find_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps", 10)
    let_in = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*slow*"}
    policy = parse({"Version": "2012-10-17", "Statement": [let_in, intertwined(2)]}, PolicyType.RESOURCE)
    somebody = Caller(RequestContext({}), "123456789012", service="cloudwatch.amazonaws.com")

    with pytest.raises(UndecidedError, match="too long"):
        gets_in(policy, somebody, ("sns:Publish",))


def test_a_policy_that_tells_too_many_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "most_steps_together", 10)
    roles = {"ArnLike": {"aws:PrincipalArn": [f"arn:aws:iam::*:role/*{number}*" for number in range(20)]}}
    let_in = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": roles}
    policy = parse({"Version": "2012-10-17", "Statement": let_in}, PolicyType.RESOURCE)

    with pytest.raises(UndecidedError):
        outsiders(policy, Trust("123456789012", "aws"))
