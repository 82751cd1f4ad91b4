import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_retention import DataRetention
from rules.residency.bedrock_data_retention_limited import BedrockDataRetentionLimited

ACCOUNT = account_resource("123456789012", "aws")


@pytest.mark.parametrize(
    ("parameters", "mode", "verdict"),
    [
        pytest.param(
            {},
            "none",
            compliant("The data-retention mode is none: nothing is kept, and nothing is shared."),
            id="no retention",
        ),
        pytest.param(
            {}, "default", compliant("The data-retention mode is default: each model's own terms apply."), id="default"
        ),
        pytest.param(
            {},
            "inherit",
            not_applicable("The data-retention mode is inherit: no mode is set, so each model's own terms apply."),
            id="never set",
        ),
        pytest.param(
            {},
            "provider_data_share",
            non_compliant(
                "The data-retention mode is provider_data_share: prompts and answers may be shared with the provider "
                "of the model. Allowed: none, default and inherit."
            ),
            id="shared with the provider",
        ),
        pytest.param(
            {},
            "aws_review",
            non_compliant(
                "The data-retention mode is aws_review: AWS may review prompts and answers. "
                "Allowed: none, default and inherit."
            ),
            id="reviewed by AWS",
        ),
        pytest.param(
            {},
            "for_ever",
            non_compliant("The data-retention mode is for_ever. Allowed: none, default and inherit."),
            id="a mode that is not known yet",
        ),
        pytest.param(
            {"allowedModes": "none"},
            "inherit",
            non_compliant(
                "The data-retention mode is inherit: no mode is set, so each model's own terms apply. Allowed: none."
            ),
            id="only no retention is allowed",
        ),
        pytest.param(
            {"allowedModes": "none,aws_review"},
            "aws_review",
            compliant("The data-retention mode is aws_review: AWS may review prompts and answers."),
            id="a review is allowed",
        ),
    ],
)
def test_judges_the_mode(parameters: dict[str, str], mode: str, verdict: Verdict) -> None:
    rule = BedrockDataRetentionLimited.configured(parameters)

    assert rule.judge(DataRetention(ACCOUNT, {}, mode)) == verdict


def test_refuses_a_mode_that_does_not_exist() -> None:
    with pytest.raises(ParameterError):
        BedrockDataRetentionLimited.configured({"allowedModes": "never"})
