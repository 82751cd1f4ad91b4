import pytest
from moto.bedrock.models import BedrockBackend

from cli.sandbox import operations
from cli.sandbox.calls import Call
from cli.sandbox.operations import (
    AMENDMENTS,
    OPERATIONS,
    REPAGED,
    REPLACEMENTS,
    Moto,
    Operation,
    RegistrationError,
    Result,
    amendment,
    check_against_moto,
    moto_has,
    operation,
    replacement,
)
from cli.sandbox.services import MODULES, load, load_all


def nothing(call: Call) -> Result:
    return {"asked": call.name}


def amended(_: Call, moto: Moto) -> Result:
    return moto()


@pytest.fixture(scope="module", autouse=True)
def everything_registered() -> None:
    load_all()


def test_no_registration_hides_an_operation_of_moto() -> None:
    for service, name in (*OPERATIONS, *AMENDMENTS):
        check_against_moto(service, name)

    assert ("bedrock", "CreateGuardrail") in OPERATIONS


def test_an_operation_that_moto_has_is_refused() -> None:
    key = ("kms", "DescribeKey")
    kept = AMENDMENTS.pop(key)
    try:
        OPERATIONS[key] = Operation(nothing)
        with pytest.raises(RegistrationError, match=r"moto has kms:DescribeKey itself"):
            check_against_moto(*key)
    finally:
        del OPERATIONS[key]
        AMENDMENTS[key] = kept


def test_an_amendment_of_what_moto_lacks_is_refused() -> None:
    key = ("accessanalyzer", "GetFinding")
    amendment(*key, reason="none")(amended)
    try:
        with pytest.raises(RegistrationError, match=r"moto has no accessanalyzer:GetFinding"):
            check_against_moto(*key)
    finally:
        del AMENDMENTS[key]


def test_an_operation_that_botocore_does_not_know_is_refused() -> None:
    with pytest.raises(RegistrationError, match="botocore knows no operation bedrock:ListUnicorns"):
        operation("bedrock", "ListUnicorns")


def test_an_operation_is_registered_once() -> None:
    with pytest.raises(RegistrationError, match="bedrock:ListGuardrails is registered twice"):
        operation("bedrock", "ListGuardrails")(nothing)


def test_a_method_that_moto_lost_cannot_be_replaced() -> None:
    with pytest.raises(RegistrationError, match=r"BedrockBackend\.no_such_method does not exist"):
        replacement(BedrockBackend, "no_such_method", reason="none")


def test_loading_again_registers_nothing_anew() -> None:
    before = (len(OPERATIONS), len(AMENDMENTS))
    for service in MODULES:
        load(service)

    assert (len(OPERATIONS), len(AMENDMENTS)) == before


def test_every_deviation_from_moto_has_its_reason() -> None:
    amendments = [each.reason for each in AMENDMENTS.values()]
    repagings = [each.reason for each in REPAGED.values()]
    replacements = [each.reason for each in REPLACEMENTS.values()]

    assert all(reason.endswith(".") for reason in (*amendments, *repagings, *replacements))


def test_moto_is_asked_by_service_and_operation() -> None:
    assert moto_has("s3", "GetBucketPolicy")
    assert moto_has("lambda", "ListFunctions")
    assert not moto_has("bedrock", "ListGuardrails")
    assert not moto_has("accessanalyzer", "GetFinding")


def test_page_sizes_are_those_of_the_service_or_left_to_moto() -> None:
    assert operations.page_size_of("config", "GetComplianceDetailsByConfigRule") == 10
    assert operations.page_size_of("ec2", "DescribeVpcs") == 1000
    assert operations.page_size_of("ec2", "DescribeInstances") is None
