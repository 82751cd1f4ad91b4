import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from cli.formats.registry import render
from cli.formats.sarif_locations import path_of
from cli.report import Evaluation, Failure, Report
from cli.terminal import PLAIN
from rules.engine.catalogue import all_rules
from rules.engine.resource import Resource, account_resource
from rules.engine.verdict import non_compliant
from tests.cli.formats.hostile import LONG, accepted, closed, hostile_report, hostile_texts, shown
from tests.cli.reports import EVERYTHING, bad, report, role
from tests.rules.engine.sample_rules import BoxesGood, BoxGood

SCHEMA = json.loads(Path(__file__).with_name("schemas").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

NOT_EVALUATED = "rule-not-evaluated"
PLACE = "123456789012, us-east-1"


def run(*reports: Report) -> dict[str, Any]:
    """Return the one run of a log that is valid, and that code scanning takes."""
    log = json.loads(render("sarif", reports, PLAIN))
    VALIDATOR.validate(log)
    (found,) = log["runs"]
    assert_code_scanning_takes(found)
    return dict(found)


def assert_code_scanning_takes(one: Mapping[str, Any]) -> None:
    """
    Hold a run against what GitHub marks as required or limits.

    https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
    """
    rules = one["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["help"]["text"]
        assert 1 <= len(rule["name"]) <= 255
        assert 1 <= len(rule["shortDescription"]["text"]) <= 1024
        assert 1 <= len(rule["fullDescription"]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert len(rule["properties"]["tags"]) <= 10
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        parts = urlsplit(uri)
        # A scheme has to be that of the checkout, which a cloud resource is not in.
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
        assert uri.isascii()
        assert not uri.startswith("/")
        assert not {"", ".", ".."} & set(uri.split("/"))
        assert set(location["physicalLocation"]["region"]) == {"startLine", "startColumn", "endLine", "endColumn"}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"results": [{"ruleId": "x"}]}, id="a result without a message"),
        pytest.param({"results": [{"message": {"text": "x"}, "level": "high"}]}, id="another level"),
        pytest.param({"tool": {}}, id="no tool"),
        pytest.param({"finished": True}, id="an unknown member"),
    ],
)
def test_the_schema_refuses(broken: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"version": "2.1.0", "runs": [run(EVERYTHING) | broken]})


def test_violations_are_results_gravest_first_and_then_what_was_not_evaluated() -> None:
    one = run(EVERYTHING)

    assert [(result["ruleId"], result["level"], result["message"]["text"]) for result in one["results"]] == [
        (
            "boxes-good",
            "error",
            "app (IAM::Role, 123456789012, us-east-1): It is bad; good is wanted.",
        ),
        (
            "box-good",
            "note",
            "batch (IAM::Role, 123456789012, us-east-1): It is bad; good is wanted.",
        ),
        (
            NOT_EVALUATED,
            "warning",
            f"box-good: The whole rule was not evaluated in {PLACE}: AccessDenied: ListKeys: not authorized",
        ),
        (
            NOT_EVALUATED,
            "warning",
            f"boxes-good: locked (IAM::Role) was not evaluated in {PLACE}: Throttling: GetKey: slow down",
        ),
    ]


def test_the_gravest_come_first_whatever_their_order() -> None:
    one = run(report(bad("low", of=BoxGood), bad("high")), report(bad("high"), region="eu-west-1"))

    assert [result["level"] for result in one["results"]] == ["error", "error", "note"]


@pytest.mark.parametrize(
    ("given", "successful"),
    [pytest.param(report(bad("app")), True, id="all"), pytest.param(EVERYTHING, False, id="some")],
)
def test_a_run_says_whether_everything_was_evaluated(given: Report, successful: bool) -> None:
    (invocation,) = run(given)["invocations"]

    assert invocation["executionSuccessful"] is successful
    assert len(invocation["toolExecutionNotifications"]) == len(given.failures)
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == ("2026-11-01T12:00:00Z", "2026-11-01T12:00:02Z")


def test_a_rule_says_why_and_how_to_put_it_right() -> None:
    rule = run(EVERYTHING)["tool"]["driver"]["rules"][0]

    assert rule == {
        "id": "boxes-good",
        "name": "BoxesGood",
        "shortDescription": {"text": "Boxes are good."},
        "fullDescription": {"text": "Checks if boxes are good. The rule is NON_COMPLIANT if a box is bad."},
        "help": rule["help"],
        "helpUri": "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "8.0",
            "tags": ["security", "logging", "nist-800-53"],
        },
    }
    assert rule["help"]["markdown"].startswith(
        "## Why\n\nA bad box lets everything out.\n\n## Fix\n\nPutBox with `Good`:"
    )
    assert "Fix: PutBox with `Good`:" in rule["help"]["text"]


def test_every_rule_of_the_catalogue_is_taken() -> None:
    found = run(report(rules=all_rules()))["tool"]["driver"]["rules"]

    assert [one["id"] for one in found] == [*(rule.id for rule in all_rules()), NOT_EVALUATED]
    assert all(one["helpUri"].startswith("https://docs.aws.amazon.com/") for one in found)


def test_several_regions_are_one_run_with_each_rule_once() -> None:
    one = run(report(bad("app")), report(bad("app"), region="eu-west-1"))

    assert [rule["id"] for rule in one["tool"]["driver"]["rules"]] == ["boxes-good", "box-good", NOT_EVALUATED]
    assert [result["properties"]["region"] for result in one["results"]] == ["us-east-1", "eu-west-1"]


def test_a_result_is_known_again_by_its_resource_and_rule_only() -> None:
    first = run(EVERYTHING)
    again = run(report(bad("new"), bad("app", "It is worse."), bad("app", of=BoxGood)))
    prints = {result["message"]["text"]: result["partialFingerprints"] for result in again["results"]}

    assert prints[f"app (IAM::Role, {PLACE}): It is worse."] == first["results"][0]["partialFingerprints"]
    assert len({one["primaryLocationLineHash"] for one in prints.values()}) == 3


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        pytest.param(role("team/app"), "aws/123456789012/global/iam/role/team/app", id="role with a path"),
        pytest.param(account_resource("123456789012", "aws"), "aws/123456789012/global/iam/root", id="account"),
        pytest.param(None, "aws/123456789012/us-east-1", id="no resource"),
        pytest.param(
            Resource("AWS::Lambda::Function", "ask", "ask", "arn:aws:lambda:us-east-1:123456789012:function:ask"),
            "aws/123456789012/us-east-1/lambda/function/ask",
            id="function",
        ),
        pytest.param(
            Resource("AWS::S3::Bucket", "data", "data", "arn:aws:s3:::data"),
            "aws/123456789012/global/s3/data",
            id="bucket",
        ),
        pytest.param(
            Resource("AWS::Logs::LogGroup", "g", "g", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/bedrock"),
            "aws/123456789012/us-east-1/logs/log-group/aws/bedrock",
            id="log group",
        ),
        pytest.param(
            Resource("AWS::IAM::Role", "x", "x", "arn:aws:iam::123456789012:role/a:b c"),
            "aws/123456789012/global/iam/role/a%3Ab%20c",
            id="colon and space",
        ),
        pytest.param(
            Resource("AWS::EC2::VPCEndpoint", "vpce-1", "vpce-1"),
            "aws/123456789012/us-east-1/ec2/vpcendpoint/vpce-1",
            id="no ARN",
        ),
        pytest.param(Resource("T", "x", "x", "no-arn"), "aws/123456789012/us-east-1/no-arn", id="another id"),
        pytest.param(
            Resource("T", "x", "x", "arn:aws:s3:::../../.././x"),
            "aws/123456789012/global/s3/_/_/_/_/x",
            id="leads elsewhere",
        ),
    ],
)
def test_a_resource_has_a_path_of_its_own(resource: Resource | None, path: str) -> None:
    assert path_of(report(), resource) == path


def test_the_logical_location_is_the_resource() -> None:
    (location,) = run(report(bad("app")))["results"][0]["locations"]

    assert location["logicalLocations"] == [
        {"name": "app", "fullyQualifiedName": "arn:aws:iam::123456789012:role/app", "kind": "resource"}
    ]


def test_an_accepted_violation_is_suppressed_and_says_who_accepts_it() -> None:
    (result,) = run(report(accepted("app")))["results"]

    assert (result["ruleId"], result["level"]) == ("boxes-good", "error")
    assert result["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Accepted by Priya until 2027-03-31: It goes in March.",
        }
    ]
    assert "suppressions" not in run(EVERYTHING)["results"][0]


def test_a_place_that_could_not_be_opened_is_one_result_and_its_warnings_are_there() -> None:
    one = run(EVERYTHING, closed())
    result = one["results"][-1]
    (invocation,) = one["invocations"]

    assert len(one["results"]) == 5
    assert (
        result["message"]["text"] == "Nothing was evaluated in profile audit, eu-west-1: ExpiredToken: no credentials"
    )
    assert result["properties"] == {"accountId": "profile audit", "region": "eu-west-1"}
    assert [each["message"]["text"] for each in invocation["toolConfigurationNotifications"]] == [
        "An entry has expired: no credentials."
    ]


@hostile_texts
def test_hostile_texts_stay_text(text: str) -> None:
    first, *_ = run(hostile_report(text))["results"]
    (logical,) = first["locations"][0]["logicalLocations"]
    said = first["message"]["text"]

    assert logical["name"] == shown(text)
    assert "](" not in said
    assert said.count("{") == 2 * shown(text).count("{") * 2
    assert unquote(first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).startswith("aws/123456789012/")


def test_very_long_texts_are_taken() -> None:
    assert len(run(hostile_report(LONG))["results"]) == 4


def test_an_empty_account_has_no_results() -> None:
    assert run(report())["results"] == []


def test_results_and_failures_of_one_resource_are_apart() -> None:
    one = Evaluation(BoxesGood, role("app"), non_compliant("It is bad."))
    found = run(report(one, failures=[Failure(BoxesGood, role("app"), "X", "x")]))["results"]

    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in found}) == 2
