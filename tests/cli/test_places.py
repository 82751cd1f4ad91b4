import json
from pathlib import Path

import pytest

from cli.account import AccountError, OpenAccount, open_session
from cli.judging import NOBODY
from cli.places import Opened, Place, Task, judge_places, open_places, plan
from cli.report import UNKNOWN_ACCOUNT
from cli.sandbox import ACCOUNT_ID, Account, Fault
from rules.access.bedrock_invoke_least_privilege import BedrockInvokeLeastPrivilege
from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from tests.cli.test_judging import Notes

RULES = (BedrockInvokeLeastPrivilege(), BedrockModelCmkEncrypted())
BOTH = ["bedrock-invoke-least-privilege", "bedrock-model-cmk-encrypted"]
REGIONAL = ["bedrock-model-cmk-encrypted"]
OTHER = "444455556666"
AUDIT = f"arn:aws:iam::{OTHER}:role/audit"
LOST = AccountError("AWS refused the credentials: ExpiredToken: no", "ExpiredToken")
EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"},
        "Action": "sts:AssumeRole",
    },
}


def opened(account: Account, place: Place) -> Opened:
    return Opened(place, open_session(account.session(place.region)))


def steps(*places: Opened) -> list[tuple[str, str, list[str]]]:
    """Return the account, Region and rules of each step; a place that could not be opened is marked."""
    found = []
    for step in plan(RULES, places).steps:
        if isinstance(step, Task):
            found.append((step.account.aws.account_id, step.place.region, [rule.id for rule in step.rules]))
        else:
            found.append((f"no {step.account_id}", step.region, [one.rule.id for one in step.failures]))
    return found


def test_judges_iam_in_the_first_region_of_an_account_only(account: Account) -> None:
    places = [opened(account, Place(region)) for region in ("eu-central-1", "us-east-1")]

    assert steps(*places) == [(ACCOUNT_ID, "eu-central-1", BOTH), (ACCOUNT_ID, "us-east-1", REGIONAL)]


def test_judges_iam_where_the_first_region_is_closed(account: Account) -> None:
    places = [Opened(Place("me-south-1"), LOST), opened(account, Place("us-east-1"))]

    assert steps(*places) == [(f"no {ACCOUNT_ID}", "me-south-1", REGIONAL), (ACCOUNT_ID, "us-east-1", BOTH)]


def test_what_two_places_lead_to_is_judged_once(account: Account) -> None:
    places = [opened(account, Place("us-east-1", profile=profile)) for profile in ("audit", "reader")]

    assert steps(*places) == [(ACCOUNT_ID, "us-east-1", BOTH)]
    assert plan(RULES, places).doubles == (Place("us-east-1", profile="reader"),)


def test_a_closed_account_misses_iam_once(account: Account) -> None:
    places = [
        *(Opened(Place(region, role_arn=AUDIT), LOST) for region in ("us-east-1", "eu-central-1")),
        Opened(Place("us-east-1", profile="gone"), LOST),
        opened(account, Place("us-east-1")),
    ]

    assert steps(*places) == [
        (f"no {OTHER}", "us-east-1", BOTH),
        (f"no {OTHER}", "eu-central-1", REGIONAL),
        (f"no {UNKNOWN_ACCOUNT}", "us-east-1", BOTH),
        (ACCOUNT_ID, "us-east-1", BOTH),
    ]


def test_a_closed_place_has_a_failure_for_each_rule_and_says_why(account: Account) -> None:
    closed, judged = judge_places(
        plan(RULES, [Opened(Place("me-south-1", "audit"), LOST), opened(account, Place("us-east-1"))]), lambda _: NOBODY
    )

    assert [(one.rule.id, one.resource, one.code, one.message) for one in closed.failures] == [
        (rule_id, None, "ExpiredToken", f"The place could not be opened: {LOST}.") for rule_id in BOTH
    ]
    assert closed.unopened is not None
    assert (closed.unopened.code, closed.unopened.message) == ("ExpiredToken", str(LOST))
    assert (closed.profile, closed.api_calls, closed.evaluations) == ("audit", 0, ())
    assert closed.parameters["bedrock-model-cmk-encrypted"] == judged.parameters["bedrock-model-cmk-encrypted"]
    assert (judged.failures, judged.unopened) == ((), None)


def test_reports_are_in_the_order_of_the_places(account: Account) -> None:
    regions = ("eu-central-1", "us-east-1", "eu-west-1", "ap-northeast-1", "us-west-2")
    watchers = {region: Notes() for region in regions}
    planned = plan(RULES, [opened(account, Place(region)) for region in regions])
    reports = judge_places(planned, lambda task: watchers[task.place.region])

    assert tuple(report.region for report in reports) == regions
    assert [len(watchers[region].through) for region in regions] == [2, 1, 1, 1, 1]
    assert [report.api_calls > 0 for report in reports] == [True] * len(regions)


def test_a_place_with_no_rule_left_is_in_the_report(account: Account) -> None:
    planned = plan(RULES[:1], [opened(account, Place(region)) for region in ("us-east-1", "eu-west-1")])
    reports = judge_places(planned, lambda _: NOBODY)

    assert [report.rules for report in reports] == [(BedrockInvokeLeastPrivilege,), ()]


def test_opens_every_combination_once(account: Account) -> None:
    account.session().client("iam").create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(TRUST))
    roles = [f"arn:aws:iam::{ACCOUNT_ID}:role/audit", AUDIT]
    places = open_places(["us-east-1", "eu-west-1", "us-east-1"], [], [*roles, AUDIT], "example")

    assert [one.place for one in places] == [
        Place(region, role_arn=role) for role in roles for region in ("us-east-1", "eu-west-1")
    ]
    assert [one.account.aws.account_id for one in places if isinstance(one.account, OpenAccount)] == [
        *(ACCOUNT_ID, ACCOUNT_ID),
        *(OTHER, OTHER),
    ]


def test_assumes_a_role_for_each_place_with_the_external_id(account: Account) -> None:
    (one,) = open_places(["eu-west-1"], [], [AUDIT], "example")

    assert isinstance(one.account, OpenAccount)
    assert one.account.calls.count == 2
    (assumed,) = [call for call in account.calls if call.action == "sts:AssumeRole"]
    assert (assumed.region, assumed.parameters) == (
        "eu-west-1",
        {"RoleArn": AUDIT, "RoleSessionName": "ai-config-rules", "ExternalId": "example"},
    )


def test_reads_with_what_the_role_may_do(account: Account) -> None:
    iam = account.session().client("iam")
    iam.create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(TRUST))
    planned = plan(RULES[1:], open_places([], [], [f"arn:aws:iam::{ACCOUNT_ID}:role/audit"], None))
    (denied,) = judge_places(planned, lambda _: NOBODY)
    iam.put_role_policy(RoleName="audit", PolicyName="read", PolicyDocument=json.dumps(EVERYTHING))
    planned = plan(RULES[1:], open_places([], [], [f"arn:aws:iam::{ACCOUNT_ID}:role/audit"], None))
    (allowed,) = judge_places(planned, lambda _: NOBODY)

    assert [one.code for one in denied.failures] == ["AccessDeniedException"]
    assert (allowed.failures, allowed.role_arn) == ((), f"arn:aws:iam::{ACCOUNT_ID}:role/audit")


def test_a_role_that_may_not_be_assumed_loses_no_other_place(account: Account) -> None:
    account.faults.add(Fault("deny", "sts:AssumeRole", code="AccessDenied", times=1))
    places = open_places(["us-east-1"], [], [AUDIT, "arn:aws:iam::111122223333:role/audit"], None)

    errors = [one.account for one in places if isinstance(one.account, AccountError)]
    assert [error.code for error in errors] == ["AccessDenied"]
    assert "AssumeRole" in str(errors[0])


def test_ends_where_no_place_can_be_opened(account: Account) -> None:
    account.faults.add(Fault("expire", "sts:GetCallerIdentity"))
    with pytest.raises(AccountError, match=r"ExpiredToken.*\(and 1 other places could not be opened\)$"):
        open_places(["us-east-1", "eu-west-1"], [], [], None)


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the machine two profiles with Regions, one with neither, and one whose credentials need what is missing."""
    file = tmp_path / "config"
    keys = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"
    file.write_text(
        f"[profile audit]\n{keys}region = eu-west-1\n[profile reader]\n{keys}region = us-west-2\n"
        f"[profile broken]\nrole_arn = {AUDIT}\nsource_profile = nobody\nregion = us-east-1\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("account", "profiles")
def test_each_profile_has_its_own_region_unless_some_are_given() -> None:
    def places(*regions: str) -> list[Place]:
        return [one.place for one in open_places(regions, ["audit", "reader", "audit"], [], None)]

    assert places() == [Place("eu-west-1", "audit"), Place("us-west-2", "reader")]
    assert places("us-east-1") == [Place("us-east-1", "audit"), Place("us-east-1", "reader")]


@pytest.mark.usefixtures("account", "profiles")
def test_a_profile_whose_credentials_are_broken_loses_no_other_place() -> None:
    reports = judge_places(plan(RULES[1:], open_places([], ["broken", "audit"], [], None)), lambda _: NOBODY)

    assert [(report.profile, report.unopened is None) for report in reports] == [("broken", False), ("audit", True)]


@pytest.mark.usefixtures("account", "profiles")
def test_refuses_an_unknown_profile_among_known_ones() -> None:
    with pytest.raises(AccountError, match=r"unknown profile 'adit' \(did you mean 'audit'\?\)"):
        open_places([], ["audit", "adit"], [], None)


@pytest.mark.usefixtures("account")
def test_refuses_what_is_no_region_among_known_ones() -> None:
    with pytest.raises(AccountError, match=r"unknown Region 'us_east_1' \(did you mean 'us-east-1'"):
        open_places(["us-east-1", "us_east_1"], [], [], None)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("us-east-1"), "us-east-1"),
        (Place("us-east-1", "audit"), "us-east-1, profile audit"),
        (Place("us-east-1", "a\x1b[31m", AUDIT), f"us-east-1, profile a [31m, {AUDIT}"),
    ],
)
def test_a_place_says_where_it_is(place: Place, text: str) -> None:
    assert str(place) == text


def test_an_interruption_is_passed_on_from_any_place(account: Account) -> None:
    class Interrupting(Notes):
        def done(self, rule_id: str) -> None:
            raise KeyboardInterrupt(rule_id)

    planned = plan(RULES, [opened(account, Place(region)) for region in ("us-east-1", "eu-west-1")])
    with pytest.raises(KeyboardInterrupt):
        judge_places(planned, lambda _: Interrupting())
