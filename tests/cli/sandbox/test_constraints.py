import pytest
from moto.core.utils import get_service_model

from cli.sandbox.constraints import check, violations
from cli.sandbox.errors import AwsError
from cli.sandbox.wire import UnfaithfulAnswerError, require_faithful

NOW = "2026-01-01T00:00:00Z"
EVALUATION = {
    "ComplianceResourceType": "AWS::S3::Bucket",
    "ComplianceResourceId": "logs",
    "ComplianceType": "COMPLIANT",
    "OrderingTimestamp": NOW,
}


@pytest.mark.parametrize(
    ("service", "operation", "params", "sentence"),
    [
        pytest.param(
            "config",
            "GetComplianceDetailsByConfigRule",
            {"ConfigRuleName": "r" * 65},
            f"Value '{'r' * 65}' at 'configRuleName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
            id="name-too-long",
        ),
        pytest.param(
            "config",
            "PutEvaluations",
            {"Evaluations": [EVALUATION | {"Annotation": ""}], "ResultToken": "t"},
            "Value '' at 'evaluations.1.member.annotation' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
            id="text-too-short",
        ),
        pytest.param(
            "config",
            "GetComplianceDetailsByConfigRule",
            {"ConfigRuleName": "r", "Limit": 101},
            "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
            id="number-too-large",
        ),
        pytest.param(
            "config",
            "GetComplianceDetailsByConfigRule",
            {},
            "Value null at 'configRuleName' failed to satisfy constraint: Member must not be null",
            id="required-member-missing",
        ),
        pytest.param(
            "bedrock",
            "PutAccountDataRetention",
            {"mode": "for_ever"},
            "Value 'for_ever' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: "
            "[default, none, aws_review, provider_data_share, inherit]",
            id="value-not-listed",
        ),
        pytest.param(
            "bedrock",
            "DeleteGuardrail",
            {"guardrailIdentifier": "abc", "guardrailVersion": "DRAFT2"},
            "Value 'DRAFT2' at 'guardrailVersion' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [1-9][0-9]{0,7}",
            id="pattern-not-matched",
        ),
    ],
)
def test_requests_that_aws_refuses_are_refused_with_its_sentence(
    service: str, operation: str, params: dict[str, object], sentence: str
) -> None:
    with pytest.raises(AwsError) as refusal:
        check(service, get_service_model(service).operation_model(operation), params)

    assert refusal.value.code == "ValidationException"
    assert refusal.value.message == f"1 validation error detected: {sentence}"


def test_all_broken_constraints_are_named() -> None:
    params = {"Evaluations": [EVALUATION] * 101, "ResultToken": "t"}
    shape = get_service_model("config").operation_model("PutEvaluations").input_shape

    assert len(list(violations(params | {"ResultToken": None}, shape))) == 2


def test_query_services_call_it_a_validation_error() -> None:
    with pytest.raises(AwsError) as refusal:
        check("iam", get_service_model("iam").operation_model("GetRole"), {"RoleName": "a b"})

    assert refusal.value.code == "ValidationError"


def test_patterns_that_only_java_has_refuse_nothing() -> None:
    shape = get_service_model("bedrock").operation_model("CreateGuardrail").input_shape

    assert not list(violations({"name": "a", "blockedInputMessaging": "b", "blockedOutputsMessaging": "c"}, shape))


@pytest.mark.parametrize(
    ("result", "complaint"),
    [
        pytest.param({"mode": "none", "colour": "red"}, 'Unknown parameter in input: "colour"', id="unknown-member"),
        pytest.param({}, 'Missing required parameter in input: "mode"', id="required-member-missing"),
        pytest.param({"mode": 1}, "Invalid type for parameter mode", id="wrong-type"),
        pytest.param({"mode": "never"}, "Member must satisfy enum value set", id="value-not-listed"),
    ],
)
def test_answers_that_aws_cannot_give_fail_in_the_embedded_account(result: dict[str, object], complaint: str) -> None:
    operation = get_service_model("bedrock").operation_model("GetAccountDataRetention")

    with pytest.raises(UnfaithfulAnswerError, match=complaint):
        require_faithful(operation, result, forms=True)


def test_an_operation_without_output_answers_nothing() -> None:
    operation = get_service_model("config").operation_model("DeleteConformancePack")

    require_faithful(operation, {}, forms=True)
    with pytest.raises(UnfaithfulAnswerError, match="has no output"):
        require_faithful(operation, {"done": True}, forms=True)
