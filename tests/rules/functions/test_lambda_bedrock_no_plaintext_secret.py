import re
from dataclasses import replace

import pytest

from cli.sandbox import Account
from rules.engine.assessment import Judged, assess, assess_change, verdict_on
from rules.engine.aws import Aws
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable, out_of_scope
from rules.facts.kms import Key
from rules.facts.lambda_environments import Found, FunctionEnvironment
from rules.functions.lambda_bedrock_no_plaintext_secret import LambdaBedrockNoPlaintextSecret
from tests.rules.facts.conftest import account, aws
from tests.rules.facts.test_lambda_functions import Company
from tests.rules.permissions.principals import INVOKE, MODEL_A, allow

__all__ = ["account", "aws"]

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
FUNCTION = Resource("AWS::Lambda::Function", "chat", "chat", "arn:aws:lambda:us-east-1:123456789012:function:chat")
CLEAN = FunctionEnvironment(FUNCTION, {"stage": "test"}, calls_models=True, variables=2)
LEAKY = replace(CLEAN, credentials=(Found("PARTNER", "an AWS access key"), Found("DB_PASSWORD", "a password")))
OWN = Key(KEY, "CUSTOMER", "Enabled", rotation=True)
HOLDS = ("Variable PARTNER holds an AWS access key.", "Variable DB_PASSWORD holds a password.")
FOUND_NONE = compliant("No credential was found in the function's environment variables (2).")
UNKEYED = "The variables are under a key that AWS manages; a customer-managed key is wanted."


@pytest.mark.parametrize(
    ("environment", "verdict"),
    [
        pytest.param(CLEAN, FOUND_NONE, id="clean"),
        pytest.param(LEAKY, non_compliant(*HOLDS), id="two credentials"),
        pytest.param(
            replace(CLEAN, variables=0),
            compliant("No credential was found in the function's environment variables (0)."),
            id="no variables",
        ),
        pytest.param(replace(CLEAN, key_name=KEY, key=None), FOUND_NONE, id="a key does not matter"),
        pytest.param(
            FunctionEnvironment(FUNCTION, {}, calls_models=False),
            out_of_scope("The function's execution role is not allowed to invoke a model."),
            id="no models",
        ),
    ],
)
def test_judges_environments(environment: FunctionEnvironment, verdict: Verdict) -> None:
    assert LambdaBedrockNoPlaintextSecret().judge(environment) == verdict


@pytest.mark.parametrize(
    ("environment", "verdict"),
    [
        pytest.param(replace(CLEAN, key_name=KEY, key=OWN), FOUND_NONE, id="the customer's key"),
        pytest.param(CLEAN, non_compliant(UNKEYED), id="the key of AWS"),
        pytest.param(LEAKY, non_compliant(*HOLDS, UNKEYED), id="credentials come first"),
        pytest.param(
            replace(CLEAN, variables=0),
            compliant("No credential was found in the function's environment variables (0)."),
            id="nothing to encrypt",
        ),
        pytest.param(
            replace(CLEAN, key_name=KEY, key=replace(OWN, state="Disabled")),
            non_compliant(f"The variables are under {KEY}, whose state is Disabled; Enabled is wanted."),
            id="a disabled key",
        ),
        pytest.param(
            replace(CLEAN, key_name=KEY, key=None),
            non_compliant(f"The variables are under {KEY}, which KMS does not know."),
            id="a key that is gone",
        ),
    ],
)
def test_asks_for_a_key_where_that_is_wanted(environment: FunctionEnvironment, verdict: Verdict) -> None:
    rule = LambdaBedrockNoPlaintextSecret.configured({"requireEnvironmentCmk": "true"})

    assert rule.judge(environment) == verdict


def test_exempts_a_function_with_the_tag() -> None:
    rule = LambdaBedrockNoPlaintextSecret.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, LEAKY) == not_applicable("Exempt by the tag stage=test.")


@pytest.mark.parametrize(
    ("patterns", "reason"),
    [
        ("acme-[0-9", "'acme-[0-9' is no regular expression (unterminated character set at position 5); allowed: "),
        (
            "acme-[0-9]+ (x",
            "'(x' is no regular expression (missing ), unterminated subpattern at position 0); allowed: ",
        ),
        (".*", "'.*' is found in every text; allowed: expressions that need a character"),
        ("a" * 257, "an expression has 257 characters; allowed: 256"),
        (" ".join("abcdefghijklmnopqrstu"), "21 expressions are given; allowed: 20"),
    ],
    ids=["cut off", "the second of two", "everything", "too long", "too many"],
)
def test_refuses_patterns_that_cannot_be_used(patterns: str, reason: str) -> None:
    begin = "lambda-bedrock-no-plaintext-secret: parameter extraPatterns: "

    with pytest.raises(ParameterError, match=re.escape(begin + reason)) as refused:
        LambdaBedrockNoPlaintextSecret.configured({"extraPatterns": patterns})

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "No credential was found in the function's environment variables (1)."),
        ({"extraPatterns": r"tenant-\d{2,4} acme-\d{4,6}"}, "Variable PLAN holds a text that extraPatterns describes."),
    ],
    ids=["without patterns", "with patterns that have commas"],
)
def test_both_passes_look_for_the_patterns(account: Account, aws: Aws, given: dict[str, str], sentence: str) -> None:
    company = Company(account)
    variables = {"Variables": {"PLAN": "acme-00042"}}
    company.function("chat", company.role("models", allow(INVOKE, MODEL_A)), Environment=variables)
    rule = LambdaBedrockNoPlaintextSecret.configured(given)
    wanted = Judged(FUNCTION, non_compliant(sentence) if given else compliant(sentence))

    assert assess(rule, aws).judged == (wanted,)
    assert assess_change(rule, aws, FUNCTION).judged == (wanted,)
