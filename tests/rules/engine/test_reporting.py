from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from rules.engine.catalogue import all_rules
from rules.engine.errors import ReportingError, UnexpectedAnswerError
from rules.engine.reporting import Reporter

TIME = "2026-11-01T00:00:00.000Z"
ACCOUNT = "123456789012"
JOB = "AWS::SageMaker::TrainingJob"
BUCKET = "AWS::S3::Bucket"


def evaluation(resource_type: str, resource_id: str, compliance: str = "NON_COMPLIANT") -> dict[str, str]:
    return {
        "ComplianceResourceType": resource_type,
        "ComplianceResourceId": resource_id,
        "ComplianceType": compliance,
        "Annotation": "A sentence.",
        "OrderingTimestamp": TIME,
    }


@pytest.fixture
def config() -> Any:
    return boto3.client("config", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stub(config: Any) -> Iterator[Stubber]:
    with Stubber(config) as stub:
        yield stub
        stub.assert_no_pending_responses()


def expect(stub: Stubber, evaluations: list[dict[str, str]], **answer: object) -> None:
    stub.add_response(
        "put_evaluations", answer, {"Evaluations": evaluations, "ResultToken": "token", "TestMode": False}
    )


def expect_refusal(stub: Stubber, code: str, message: str) -> None:
    stub.add_client_error("put_evaluations", code, message)


def put(reporter: Reporter, evaluations: list[dict[str, str]]) -> None:
    reporter.put_evaluations(Evaluations=evaluations, ResultToken="token", TestMode=False)


def test_says_nothing_when_there_is_nothing_to_say(config: Any, stub: Stubber) -> None:
    reporter = Reporter(config, TIME)

    put(reporter, [])
    reporter.finish(ACCOUNT)

    stub.assert_no_pending_responses()


def test_sends_types_that_may_be_refused_in_their_own_batch(config: Any, stub: Stubber) -> None:
    known, unknown = evaluation(BUCKET, "b"), evaluation(JOB, "j")
    expect(stub, [known])
    expect(stub, [unknown])

    put(Reporter(config, TIME), [unknown, known])


def test_sends_the_account_and_what_config_records_by_its_model_in_one_batch(config: Any, stub: Stubber) -> None:
    recorded = config.meta.service_model.shape_for("ResourceType").enum
    reported = {kind for rule in all_rules() for kind in rule.reports}
    evaluations = [evaluation(kind, "x") for kind in sorted(reported & {"AWS::::Account", *recorded})]
    expect(stub, evaluations)

    put(Reporter(config, TIME), evaluations)


def test_evaluations_that_were_not_stored_fail_the_invocation_once_the_others_are(config: Any, stub: Stubber) -> None:
    one, other = evaluation(BUCKET, "b"), evaluation(JOB, "j")
    expect(stub, [one], FailedEvaluations=[one])
    expect(stub, [other])
    reporter = Reporter(config, TIME)

    put(reporter, [one, other])

    stub.assert_no_pending_responses()
    with pytest.raises(ReportingError, match="did not store 1 of 2 evaluations: AWS::S3::Bucket b"):
        reporter.finish(ACCOUNT)


REFUSAL = f"The resource type {JOB} is invalid. Only the following values are permitted: [...]"


@pytest.mark.parametrize(
    ("compliances", "compliance", "annotation"),
    [
        pytest.param(
            ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "NON_COMPLIANT"],
            "NON_COMPLIANT",
            f"NON_COMPLIANT: j1 and j3. AWS Config takes no evaluations of {JOB}.",
            id="names the offenders",
        ),
        pytest.param(
            ["COMPLIANT", "NOT_APPLICABLE"],
            "COMPLIANT",
            f"COMPLIANT: j0. AWS Config takes no evaluations of {JOB}.",
            id="nothing offends",
        ),
        pytest.param(
            ["NOT_APPLICABLE"],
            "NOT_APPLICABLE",
            f"NOT_APPLICABLE: j0. AWS Config takes no evaluations of {JOB}.",
            id="nothing applies",
        ),
    ],
)
def test_a_refused_type_falls_back_on_the_account(
    config: Any, stub: Stubber, compliances: list[str], compliance: str, annotation: str
) -> None:
    reporter = Reporter(config, TIME)
    expect_refusal(stub, "InvalidParameterValueException", REFUSAL)
    expect(stub, [evaluation("AWS::::Account", ACCOUNT, compliance) | {"Annotation": annotation}])

    put(reporter, [evaluation(JOB, f"arn:aws:sagemaker:::training-job/j{n}", c) for n, c in enumerate(compliances)])
    reporter.finish(ACCOUNT)


def test_an_answer_that_is_none_of_aws_config_fails_the_invocation(config: Any) -> None:
    def refuse(**_: object) -> None:
        raise UnexpectedAnswerError("PutEvaluations: the answer is not JSON")

    config.meta.events.register("before-call.config-service.PutEvaluations", refuse)

    with pytest.raises(ReportingError, match="UnexpectedAnswer: PutEvaluations: the answer is not JSON"):
        put(Reporter(config, TIME), [evaluation(BUCKET, "b")])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidParameterValueException", "The annotation is too long."),
        ("InvalidResultTokenException", "The result token is invalid."),
        ("AccessDeniedException", "Not allowed on this resource type."),
    ],
)
def test_any_other_refusal_fails_the_invocation(config: Any, stub: Stubber, code: str, message: str) -> None:
    expect_refusal(stub, code, message)

    with pytest.raises(ReportingError, match=f"{code}: PutEvaluations: {message}"):
        put(Reporter(config, TIME), [evaluation(JOB, "j")])


def earlier(stub: Stubber, *pages: list[tuple[str, str]], moment: datetime | None = None) -> None:
    at = {"OrderingTimestamp": moment} if moment else {}
    for number, page in enumerate(pages):
        results = [
            {"EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier, **at}}
            for kind, name in page
            for qualifier in [{"ResourceType": kind, "ResourceId": name}]
        ]
        more = {} if number == len(pages) - 1 else {"NextToken": f"page {number + 1}"}
        asked = {"ConfigRuleName": "rule", "ComplianceTypes": ["COMPLIANT", "NON_COMPLIANT"], "Limit": 100}
        asked |= {"NextToken": f"page {number}"} if number else {}
        stub.add_response("get_compliance_details_by_config_rule", {"EvaluationResults": results, **more}, asked)


def test_clears_what_left_by_type_and_id_and_keeps_what_could_not_be_read(config: Any, stub: Stubber) -> None:
    earlier(stub, [(BUCKET, "still there"), (BUCKET, "gone")], [(BUCKET, "dark"), ("AWS::EC2::VPC", "still there")])

    cleared = Reporter(config, TIME).to_clear("rule", {(BUCKET, "still there")}, {(BUCKET, "dark")})

    assert cleared == [(BUCKET, "gone"), ("AWS::EC2::VPC", "still there")]


@pytest.mark.parametrize(
    ("minutes", "stands"),
    [
        pytest.param(-1, False, id="an earlier event"),
        pytest.param(0, False, id="the same event"),
        pytest.param(1, True, id="a later event"),
        pytest.param(525_600, False, id="a time to come"),
    ],
)
def test_what_a_later_event_brought_stands(config: Any, stub: Stubber, minutes: int, stands: bool) -> None:
    began = datetime.now(UTC) - timedelta(hours=1)
    moment = began + timedelta(minutes=minutes)
    earlier(stub, [(BUCKET, "made since"), (BUCKET, "changed since")], moment=moment)
    reporter = Reporter(config, began.isoformat())
    judged = [evaluation(BUCKET, "changed since"), evaluation(BUCKET, "b")]
    expect(stub, judged[1:] if stands else judged)

    cleared = reporter.to_clear("rule", {(BUCKET, "changed since"), (BUCKET, "b")}, set())
    put(reporter, judged)

    stub.assert_no_pending_responses()
    assert cleared == ([] if stands else [(BUCKET, "made since")])


def test_the_account_is_cleared_once_the_type_was_taken_after_all(config: Any, stub: Stubber) -> None:
    reporter = Reporter(config, TIME)
    earlier(stub, [("AWS::::Account", ACCOUNT)])
    expect(stub, [evaluation(JOB, "j")])
    cleared = evaluation("AWS::::Account", ACCOUNT, "NOT_APPLICABLE")
    expect(stub, [cleared | {"Annotation": "The resource no longer exists, or left the scope of the rule."}])

    assert reporter.to_clear("rule", {(JOB, "j")}, set()) == []
    put(reporter, [evaluation(JOB, "j")])
    reporter.finish(ACCOUNT)


def test_the_account_is_not_cleared_while_it_stands_in_for_a_refused_type(config: Any, stub: Stubber) -> None:
    reporter = Reporter(config, TIME)
    earlier(stub, [("AWS::::Account", ACCOUNT)])
    expect_refusal(stub, "InvalidParameterValueException", REFUSAL)
    fallback = evaluation("AWS::::Account", ACCOUNT)
    expect(stub, [fallback | {"Annotation": f"NON_COMPLIANT: j. AWS Config takes no evaluations of {JOB}."}])

    assert reporter.to_clear("rule", {(JOB, "j")}, set()) == []
    put(reporter, [evaluation(JOB, "j")])
    reporter.finish(ACCOUNT)


def test_an_account_that_is_no_fallback_is_cleared_like_any_resource(config: Any, stub: Stubber) -> None:
    earlier(stub, [("AWS::::Account", ACCOUNT)])

    assert Reporter(config, TIME).to_clear("rule", {(BUCKET, "b")}, set()) == [("AWS::::Account", ACCOUNT)]
