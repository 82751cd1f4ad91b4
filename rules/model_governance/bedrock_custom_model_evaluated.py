"""Rule: bedrock-custom-model-evaluated."""

from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import Between, Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant
from rules.facts import bedrock_evaluations
from rules.facts.bedrock_evaluations import EvaluatedModel
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockCustomModelEvaluated(PeriodicRule[EvaluatedModel]):
    """
    Checks if custom and imported Amazon Bedrock models were evaluated for safety and robustness since they were made.

    The rule is NON_COMPLIANT if no recent, completed evaluation jobs of a model cover the required metrics.

    ## Why
    Customizing a model can undo the safety that its maker trained into it, and nobody but you has tested the result.

    ## Fix
    Evaluate the model with data sets of your own or of Amazon Bedrock, with the metrics that are missing:

        aws bedrock create-evaluation-job --job-name <name> --evaluation-config … --inference-config …

    An imported model is named by its ARN, a customized one by its provisioned throughput, in
    `inferenceConfig.models[].bedrockModel.modelIdentifier`.
    For answers that were collected elsewhere give the name or the ARN of the model as
    `precomputedInferenceSource.inferenceSourceIdentifier`.
    In the AWS CDK: `tasks.CallAwsService(self, "Evaluate", service="bedrock", action="createEvaluationJob", …)`.

    ## Limits
    That a metric was measured is judged, not how the model did.
    An evaluation through provisioned throughput that was deleted since cannot be told to be the model's.
    Evaluations of retrieval, and those made outside Amazon Bedrock, do not count: exempt such models with `exemptTag`.
    """

    title = "Custom and imported Bedrock models are evaluated for safety and robustness"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/evaluation.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-tasks.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-metrics.html",
    )
    reports = ("AWS::Bedrock::CustomModel", "AWS::Bedrock::ImportedModel")
    nothing_to_judge = "This account has no custom or imported Bedrock models in this Region."
    collect = bedrock_evaluations.evaluated_models

    max_age_days: Annotated[int, Between(1, 3653), "Most days since an evaluation was started."] = 90
    required_metrics: Annotated[
        tuple[str, ...],
        Matching(r"[0-9A-Za-z._|-]+", "names of metrics, with | between those of which one suffices"),
        "The metrics that recent evaluations together have to cover.",
    ] = ("Builtin.Toxicity|Builtin.Harmfulness", "Builtin.Robustness")

    def judge(self, model: EvaluatedModel, /) -> Verdict:
        """Return whether recent evaluations of the model cover the metrics."""
        if not model.evaluations:
            return non_compliant("No completed evaluation of the model since it was made is known.")
        recent = [evaluation for evaluation in model.evaluations if evaluation.days_ago <= self.max_age_days]
        if not recent:
            newest = min(evaluation.days_ago for evaluation in model.evaluations)
            return non_compliant(
                f"The last evaluation of the model was {newest} days ago; within {self.max_age_days} days is wanted."
            )
        measured = frozenset().union(*(evaluation.metrics for evaluation in recent))
        missing = [wanted for wanted in self.required_metrics if measured.isdisjoint(wanted.split("|"))]
        if missing:
            names = listed(wanted.replace("|", " or ") for wanted in missing)
            return non_compliant(f"Evaluations of the last {self.max_age_days} days do not cover {names}.")
        return compliant(f"The model was evaluated by {listed(evaluation.name for evaluation in recent)}.")


handler = BedrockCustomModelEvaluated.lambda_handler()
