import re
from dataclasses import replace

import pytest

from rules.engine.assessment import verdict_on
from rules.engine.errors import ParameterError
from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_evaluations import EvaluatedModel, Evaluation
from rules.model_governance.bedrock_custom_model_evaluated import BedrockCustomModelEvaluated

ARN = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-lite-v1:0/abcdefghijkl"
SAFETY = Evaluation("claims-safety", 10, frozenset({"Builtin.Toxicity", "Builtin.Accuracy"}))
ROBUSTNESS = Evaluation("claims-robustness", 20, frozenset({"Builtin.Robustness"}))
JUDGED = Evaluation("claims-judged", 5, frozenset({"Builtin.Harmfulness", "Builtin.Coherence"}))
WHOLE = Evaluation("claims-whole", 0, frozenset({"Builtin.Toxicity", "Builtin.Robustness"}))


def evaluated(*evaluations: Evaluation) -> EvaluatedModel:
    return EvaluatedModel(Resource("AWS::Bedrock::CustomModel", ARN, "claims", ARN), {"stage": "test"}, evaluations)


@pytest.mark.parametrize(
    ("model", "verdict"),
    [
        pytest.param(evaluated(WHOLE), compliant("The model was evaluated by claims-whole."), id="one for all metrics"),
        pytest.param(
            evaluated(SAFETY, ROBUSTNESS),
            compliant("The model was evaluated by claims-safety and claims-robustness."),
            id="two together",
        ),
        pytest.param(
            evaluated(JUDGED, ROBUSTNESS),
            compliant("The model was evaluated by claims-judged and claims-robustness."),
            id="safety by a judge",
        ),
        pytest.param(
            evaluated(SAFETY),
            non_compliant("Evaluations of the last 90 days do not cover Builtin.Robustness."),
            id="no robustness",
        ),
        pytest.param(
            evaluated(replace(WHOLE, metrics=frozenset({"Builtin.Accuracy"}))),
            non_compliant(
                "Evaluations of the last 90 days do not cover Builtin.Toxicity or Builtin.Harmfulness and "
                "Builtin.Robustness."
            ),
            id="neither",
        ),
        pytest.param(
            evaluated(),
            non_compliant("No completed evaluation of the model since it was made is known."),
            id="never evaluated",
        ),
        pytest.param(
            evaluated(replace(WHOLE, days_ago=90)),
            compliant("The model was evaluated by claims-whole."),
            id="at the limit",
        ),
        pytest.param(
            evaluated(replace(WHOLE, days_ago=200), replace(WHOLE, days_ago=91)),
            non_compliant("The last evaluation of the model was 91 days ago; within 90 days is wanted."),
            id="beyond the limit",
        ),
        pytest.param(
            evaluated(SAFETY, replace(ROBUSTNESS, days_ago=91)),
            non_compliant("Evaluations of the last 90 days do not cover Builtin.Robustness."),
            id="one of two beyond the limit",
        ),
    ],
)
def test_judges_the_evaluations_of_a_model(model: EvaluatedModel, verdict: Verdict) -> None:
    assert BedrockCustomModelEvaluated().judge(model) == verdict


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        pytest.param(
            {"requiredMetrics": "Builtin.Accuracy"},
            compliant("The model was evaluated by claims-safety."),
            id="other metrics",
        ),
        pytest.param(
            {"requiredMetrics": "Builtin.Stereotyping|Builtin.Refusal,Builtin.Toxicity"},
            non_compliant("Evaluations of the last 90 days do not cover Builtin.Stereotyping or Builtin.Refusal."),
            id="one of two alternatives",
        ),
        pytest.param(
            {"maxAgeDays": "9"},
            non_compliant("The last evaluation of the model was 10 days ago; within 9 days is wanted."),
            id="shorter age",
        ),
    ],
)
def test_follows_its_parameters(given: dict[str, str], verdict: Verdict) -> None:
    assert BedrockCustomModelEvaluated.configured(given).judge(evaluated(SAFETY)) == verdict


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("requiredMetrics", "Builtin Toxicity", "names of metrics, with | between those of which one suffices"),
        ("maxAgeDays", "0", "whole numbers from 1 to 3653"),
    ],
)
def test_refuses_other_values(name: str, value: str, allowed: str) -> None:
    with pytest.raises(ParameterError, match=f"{name}=.*{re.escape(allowed)}$"):
        BedrockCustomModelEvaluated.configured({name: value})


def test_exempts_a_model_with_the_tag() -> None:
    rule = BedrockCustomModelEvaluated.configured({"exemptTag": "stage=test"})

    assert verdict_on(rule, evaluated()) == not_applicable("Exempt by the tag stage=test.")
