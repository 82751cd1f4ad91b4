import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from rules.engine.aws import Aws
from rules.facts.sagemaker_resources import tags, unless_gone
from tests.rules.facts.endpoints import ROLE, sagemaker

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/fraud"


def refused(code: str, message: str) -> str:
    raise ClientError({"Error": {"Code": code, "Message": message}}, "DescribeEndpoint")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("ValidationException", 'Could not find endpoint "arn:…".', id="described"),
        pytest.param("ValidationException", "Model package fraud not found", id="package"),
        pytest.param("ValidationException", "ModelPackage fraud does not exist.", id="other words"),
        pytest.param("ResourceNotFound", "Schedule is gone.", id="code of newer operations"),
        pytest.param("RecordNotFound", "Record is gone.", id="code of records"),
        pytest.param("ValidationException", "RecordNotFound", id="notebook instance"),
    ],
)
def test_says_nothing_of_what_is_gone(code: str, message: str) -> None:
    assert unless_gone(lambda: refused(code, message)) is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("ValidationException", "1 validation error detected", id="request refused"),
        pytest.param("AccessDeniedException", "Resource could not be found or you may not see it", id="denied"),
        pytest.param("ThrottlingException", "Rate exceeded", id="throttled"),
    ],
)
def test_raises_every_other_answer(code: str, message: str) -> None:
    with pytest.raises(ClientError, match=code):
        unless_gone(lambda: refused(code, message))


def test_returns_what_was_read() -> None:
    assert unless_gone(lambda: "fraud") == "fraud"


def test_reads_the_tags_of_every_page(account: Account, aws: Aws) -> None:
    sagemaker(account).create_model(
        ModelName="fraud",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "image"},
        Tags=[{"Key": key, "Value": key.upper()} for key in ("stage", "team")],
    )
    account.faults.page_size(1)

    assert tags(aws, ARN) == {"stage": "STAGE", "team": "TEAM"}
