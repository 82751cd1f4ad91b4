import pytest

from benchmarks.scale.measured import Run
from benchmarks.scale.rates import LAMBDA, slowest, waiting


def test_calls_on_the_pool_share_the_wait() -> None:
    run = Run(cpu=0, wall=0, peak=0, resident=0, in_a_row=4, error="", calls={"s3:ListBuckets": 4, "s3:HeadBucket": 80})
    assert waiting(run) == pytest.approx((4 + 80 / 8) * 0.05)


@pytest.mark.parametrize(
    ("calls", "seconds", "operation"),
    [
        pytest.param({"sagemaker:DescribeModel": 1_000}, 0, "", id="no rate is documented"),
        pytest.param(
            {"bedrock-agent:GetKnowledgeBase": 200, "bedrock-agent:GetAgent": 150},
            20,
            "bedrock-agent:GetKnowledgeBase",
            id="operations have rates of their own",
        ),
        pytest.param({"lambda:ListTags": 100, "lambda:ListFunctions": 50}, 10, LAMBDA, id="operations share a rate"),
    ],
)
def test_the_slowest_operation_counts(calls: dict[str, int], seconds: float, operation: str) -> None:
    assert slowest(calls) == (seconds, operation)
