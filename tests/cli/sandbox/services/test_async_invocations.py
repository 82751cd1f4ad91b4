from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

MODEL = "amazon.nova-reel-v1:1"
OUTPUT = {"s3OutputDataConfig": {"s3Uri": "s3://ai-videos/"}}


@pytest.fixture
def runtime(account: Account) -> Any:
    return account.session().client("bedrock-runtime")


def start(runtime: Any, model: str = MODEL) -> str:
    arn: str = runtime.start_async_invoke(modelId=model, modelInput={}, outputDataConfig=OUTPUT)["invocationArn"]
    return arn


def test_an_invocation_is_done_at_once(runtime: Any) -> None:
    arn = start(runtime)
    found = runtime.get_async_invoke(invocationArn=arn)

    assert found["modelArn"] == f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
    assert (found["status"], found["outputDataConfig"]) == ("Completed", OUTPUT)
    with pytest.raises(ClientError, match=r"ValidationException.*does not exist"):
        runtime.get_async_invoke(invocationArn=f"{arn.rpartition('/')[0]}/{'0' * 12}")


def test_invocations_are_listed_by_time_in_pages(runtime: Any) -> None:
    arns = [start(runtime), start(runtime, f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}")]
    listing = runtime.get_paginator("list_async_invokes")
    pages = listing.paginate(PaginationConfig={"PageSize": 1}, sortOrder="Ascending")

    assert [one["invocationArn"] for page in pages for one in page["asyncInvokeSummaries"]] == arns
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert runtime.list_async_invokes(submitTimeAfter=tomorrow)["asyncInvokeSummaries"] == []
