"""Rule: sagemaker-endpoint-autoscaled."""

from typing import Annotated

from rules.criteria.scaling import scaling_defects, scaling_ranges
from rules.engine.duties import Severity
from rules.engine.parameters import Between
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.facts import sagemaker_scaling
from rules.facts.sagemaker_scaling import ScaledEndpoint
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerEndpointAutoscaled(PeriodicRule[ScaledEndpoint]):
    """
    Checks if the variants and inference components of Amazon SageMaker AI endpoints scale with their load.

    The rule is NON_COMPLIANT if one has no scalable target with a policy that acts, or scales in below the minimum.

    ## Why
    An endpoint of a fixed size stops answering when more requests come than it was made for, or when the one
    instance that it has fails.

    ## Fix
    Register a scalable target for each variant, and a policy that follows the load:

        aws application-autoscaling register-scalable-target --service-namespace sagemaker
          --resource-id endpoint/<name>/variant/<variant> --min-capacity 2 --max-capacity 8
          --scalable-dimension sagemaker:variant:DesiredInstanceCount
        aws application-autoscaling put-scaling-policy --policy-type TargetTrackingScaling …

    An inference component is `inference-component/<name>` with `sagemaker:inference-component:DesiredCopyCount`;
    the instances below it scale with `ManagedInstanceScaling` of the variant (CreateEndpointConfig).
    In the AWS CDK: `appscaling.ScalableTarget(self, "Target", …).scale_to_track_metric("Load", …)`.

    ## Limits
    Shadow variants, whose answers nobody sees, and asynchronous endpoints, whose requests wait in a queue, are not
    judged.
    Adapters scale with the inference component that they belong to.
    Scheduled actions are no policy; whether the values of a policy suit the load is not judged.
    """

    title = "SageMaker endpoints scale with their load"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantManagedInstanceScaling.html",
    )
    reports = ("AWS::SageMaker::Endpoint",)
    nothing_to_judge = "No SageMaker endpoint of this account and Region serves requests."
    collect = sagemaker_scaling.scaled_endpoints

    min_instances: Annotated[
        int, Between(0, 1000), "Fewest instances of a variant, and copies of an inference component, to scale in to."
    ] = 2
    allow_serverless: Annotated[bool, "Whether serverless variants, which AWS scales, pass."] = True

    def judge(self, endpoint: ScaledEndpoint, /) -> Verdict:
        """Return whether everything that the endpoint runs scales."""
        if not endpoint.serving:
            return out_of_scope("The endpoint does not serve requests.")
        if endpoint.asynchronous:
            return not_applicable("The endpoint is asynchronous: its requests wait in a queue.")
        defects = scaling_defects(endpoint, least=self.min_instances, allow_serverless=self.allow_serverless)
        if defects:
            return non_compliant(*defects)
        return compliant(f"The endpoint's variants scale: {listed(scaling_ranges(endpoint), longest=96)}.")


handler = SageMakerEndpointAutoscaled.lambda_handler()
