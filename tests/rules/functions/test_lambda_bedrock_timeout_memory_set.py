from dataclasses import replace

import pytest

from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.functions.lambda_bedrock_timeout_memory_set import LambdaBedrockTimeoutMemorySet
from tests.rules.access.facts import fact
from tests.rules.functions.test_lambda_bedrock_role_scoped import FUNCTION
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow, principal

CALLING = replace(FUNCTION, role=fact(principal(allow(INVOKE, MODEL_A))))
IDLE = replace(FUNCTION, role=fact(principal(allow("s3:GetObject"))))


@pytest.mark.parametrize(
    ("timeout", "memory_size", "verdict"),
    [
        pytest.param(60, 512, compliant("The timeout is 60 seconds, the memory size 512 MB."), id="set"),
        pytest.param(30, 256, compliant("The timeout is 30 seconds, the memory size 256 MB."), id="just enough"),
        pytest.param(900, 10240, compliant("The timeout is 900 seconds, the memory size 10240 MB."), id="the most"),
        pytest.param(
            3,
            128,
            non_compliant(
                "The timeout is 3 seconds; 30 to 900 seconds are wanted.",
                "The memory size is 128 MB; at least 256 MB are wanted.",
            ),
            id="the defaults",
        ),
        pytest.param(
            29, 512, non_compliant("The timeout is 29 seconds; 30 to 900 seconds are wanted."), id="a second too short"
        ),
        pytest.param(
            60, 255, non_compliant("The memory size is 255 MB; at least 256 MB are wanted."), id="a megabyte too little"
        ),
    ],
)
def test_judges_timeout_and_memory(timeout: int, memory_size: int, verdict: Verdict) -> None:
    function = replace(CALLING, timeout=timeout, memory_size=memory_size)

    assert LambdaBedrockTimeoutMemorySet().judge(function) == verdict


def test_takes_other_bounds() -> None:
    rule = LambdaBedrockTimeoutMemorySet.configured({"minTimeout": "5", "maxTimeout": "20", "minMemory": "128"})

    assert rule.judge(replace(CALLING, timeout=20, memory_size=128)) == compliant(
        "The timeout is 20 seconds, the memory size 128 MB."
    )
    assert rule.judge(replace(CALLING, timeout=21)) == non_compliant(
        "The timeout is 21 seconds; 5 to 20 seconds are wanted."
    )


def test_is_not_about_functions_that_cannot_call_a_model() -> None:
    verdict = LambdaBedrockTimeoutMemorySet().judge(replace(IDLE, timeout=3, memory_size=128))

    assert verdict == out_of_scope("The function's execution role is not allowed to invoke a model.")
