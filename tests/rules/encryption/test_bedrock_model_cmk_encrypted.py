from dataclasses import replace

import pytest

from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted
from rules.engine.assessment import verdict_on
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_models import OwnedModel
from rules.facts.kms import Key

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ARN = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.titan/abc"
GOOD_KEY = Key(arn=KEY, manager="CUSTOMER", state="Enabled", rotation=True)
MODEL = OwnedModel(
    resource=Resource("AWS::Bedrock::CustomModel", ARN, "claims", ARN), tags={}, key_arn=KEY, key=GOOD_KEY
)


@pytest.mark.parametrize(
    ("model", "verdict"),
    [
        pytest.param(
            MODEL,
            compliant(f"The model is encrypted with the customer-managed key {KEY}."),
            id="customer-managed key that rotates",
        ),
        pytest.param(
            replace(MODEL, key=replace(GOOD_KEY, rotation=None)),
            compliant(f"The model is encrypted with the customer-managed key {KEY}."),
            id="customer-managed key that cannot rotate",
        ),
        pytest.param(
            replace(MODEL, key_arn=None, key=None),
            non_compliant("The model is encrypted with a key that AWS owns; a customer-managed key is wanted."),
            id="no key named",
        ),
        pytest.param(
            replace(MODEL, key=None),
            non_compliant(f"The model is encrypted with {KEY}, which KMS does not know."),
            id="key deleted",
        ),
        pytest.param(
            replace(MODEL, key=replace(GOOD_KEY, manager="AWS", rotation=None)),
            non_compliant(f"The model is encrypted with {KEY}, which AWS manages; a customer-managed key is wanted."),
            id="AWS-managed key",
        ),
        pytest.param(
            replace(MODEL, key=replace(GOOD_KEY, state="Disabled")),
            non_compliant(f"The model is encrypted with {KEY}, whose state is Disabled; Enabled is wanted."),
            id="disabled key",
        ),
        pytest.param(
            replace(MODEL, key=replace(GOOD_KEY, state="PendingDeletion", rotation=None)),
            non_compliant(f"The model is encrypted with {KEY}, whose state is PendingDeletion; Enabled is wanted."),
            id="key pending deletion",
        ),
        pytest.param(
            replace(MODEL, key=replace(GOOD_KEY, rotation=False)),
            non_compliant(f"The model is encrypted with {KEY}, which does not rotate; automatic rotation is wanted."),
            id="key without rotation",
        ),
    ],
)
def test_judges_the_key_of_a_model(model: OwnedModel, verdict: Verdict) -> None:
    assert BedrockModelCmkEncrypted().judge(model) == verdict


def test_takes_a_key_without_rotation_where_rotation_is_not_required() -> None:
    rule = BedrockModelCmkEncrypted.configured({"requireRotation": "false"})

    verdict = rule.judge(replace(MODEL, key=replace(GOOD_KEY, rotation=False)))

    assert verdict == compliant(f"The model is encrypted with the customer-managed key {KEY}.")


def test_exempts_a_model_with_the_tag() -> None:
    rule = BedrockModelCmkEncrypted.configured({"exemptTag": "stage=test"})
    unprotected = replace(MODEL, key_arn=None, key=None)

    assert verdict_on(rule, replace(unprotected, tags={"stage": "test"})) == not_applicable(
        "Exempt by the tag stage=test."
    )
    assert verdict_on(rule, replace(unprotected, tags={"stage": "prod"})) == rule.judge(unprotected)
