import pytest

from rules.criteria.least_privilege import Terms, judge_principal
from rules.engine.verdict import ANNOTATION_LIMIT, Compliance
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.principal import PrincipalPolicies
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import INVOKE, MODEL_A, MODELS, allow, policy, principal

ROUTER = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1"
CUSTOM = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.titan:0/abc123"


def judged(policies: PrincipalPolicies, *allowed: str) -> Compliance:
    return judge_principal(fact(policies), Terms(MODEL_INVOCATION, allowed), ignore_service_linked=True).compliance


@pytest.mark.parametrize(
    ("granted", "allowed", "compliance"),
    [
        pytest.param(MODEL_A, "anthropic.claude-v2:1", Compliance.COMPLIANT, id="id of a model"),
        pytest.param(MODEL_A, "anthropic.claude-v?:1", Compliance.COMPLIANT, id="id with a question mark"),
        pytest.param(MODEL_A, "foundation-model/*", Compliance.COMPLIANT, id="last part of an ARN"),
        pytest.param(MODEL_A, "arn:aws:bedrock:us-east-1::*", Compliance.COMPLIANT, id="ARN"),
        pytest.param(MODEL_A, "arn:aws:bedrock:eu-west-1::*", Compliance.NON_COMPLIANT, id="ARN in another Region"),
        pytest.param(MODEL_A, "claude-v2:1", Compliance.NON_COMPLIANT, id="part of an id"),
        pytest.param(MODEL_A, "ANTHROPIC.*", Compliance.NON_COMPLIANT, id="other letters"),
        pytest.param(MODEL_A, "custom-model/*", Compliance.NON_COMPLIANT, id="another kind of model"),
        pytest.param(CUSTOM, "custom-model/amazon.titan:0/*", Compliance.COMPLIANT, id="custom models of a base model"),
        pytest.param(ROUTER, "anthropic.*", Compliance.COMPLIANT, id="prompt router"),
        pytest.param(
            f"{MODELS}/*", "foundation-model/*", Compliance.COMPLIANT, id="wildcard as wide as what is allowed"
        ),
        pytest.param(f"{MODELS}/anthropic.*", "anthropic.claude-*", Compliance.NON_COMPLIANT, id="wider wildcard"),
        pytest.param("*", "*", Compliance.COMPLIANT, id="everything allowed"),
        pytest.param("*", "foundation-model/*", Compliance.NON_COMPLIANT, id="more than foundation models"),
    ],
)
def test_what_an_allowed_entry_means(granted: str, allowed: str, compliance: Compliance) -> None:
    assert judged(principal(allow(INVOKE, granted)), allowed) is compliance


def test_several_allowed_entries_add_up() -> None:
    both = principal(allow(INVOKE, [MODEL_A, f"{MODELS}/amazon.*"]))

    assert judged(both, "anthropic.*") is Compliance.NON_COMPLIANT
    assert judged(both, "anthropic.*", "amazon.*") is Compliance.COMPLIANT


def test_sentences_stay_within_an_annotation_whatever_people_call_things() -> None:
    odd = "\x1b[31m" + "n" * 500
    wide = [policy(allow(INVOKE, f"{MODELS}/{'n' * 500}{number}*", Sid=odd), name=odd) for number in range(9)]

    verdict = judge_principal(fact(principal(policies=wide)), Terms(MODEL_INVOCATION), ignore_service_linked=True)

    assert verdict.compliance is Compliance.NON_COMPLIANT
    assert len(verdict.annotation) <= ANNOTATION_LIMIT
    assert verdict.annotation.isprintable()
    assert verdict.annotation.endswith("(+8 more)")
