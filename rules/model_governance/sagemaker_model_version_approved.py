"""Rule: sagemaker-model-version-approved."""

from typing import Annotated

from rules.criteria.model_versions import version_defects, version_names
from rules.engine.duties import Severity
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, out_of_scope
from rules.facts import sagemaker_deployments
from rules.facts.sagemaker_deployments import DeployedEndpoint
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerModelVersionApproved(PeriodicRule[DeployedEndpoint]):
    """
    Checks if Amazon SageMaker AI endpoints run approved versions from the Model Registry.

    The rule is NON_COMPLIANT if a serving endpoint runs a model that is not a version of a model package group, or a
    version whose status is not Approved.

    ## Why
    A version that somebody approved has a history: who trained it, how it was evaluated, and who let it go live.
    A model that went around the registry has none, and cannot be rolled back to a known state.

    ## Fix
    Register the model as a version, approve it, and deploy a model that names the version:

        aws sagemaker update-model-package --model-package-arn <version ARN> --model-approval-status Approved
        aws sagemaker create-model --model-name <name> --primary-container ModelPackageName=<version ARN> …
        aws sagemaker update-endpoint --endpoint-name <name> --endpoint-config-name <new configuration>

    In the AWS CDK: `sagemaker.CfnModel(self, "Model", primary_container={"modelPackageName": version_arn}, …)`.

    ## Limits
    Judged are all containers of all variants, shadow variants and inference components of endpoints that serve,
    and during a deployment those of the configuration that is coming as well.
    Models of SageMaker JumpStart and AWS Marketplace, and adapters of inference components, are no versions of a
    group: exempt their endpoints with `exemptTag` where they were approved elsewhere.
    The approval counts as it is now, not as it was when the model was deployed.
    A registry in another account has to let this account describe its model packages; otherwise the endpoint is
    reported as unreadable.
    """

    title = "SageMaker endpoints run approved model versions"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html",
        "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html",
    )
    reports = ("AWS::SageMaker::Endpoint",)
    nothing_to_judge = "No SageMaker endpoint of this account and Region serves a model."
    collect = sagemaker_deployments.deployed_endpoints

    require_approved: Annotated[
        bool, "Whether a version has to be Approved; otherwise one that waits for its approval passes too."
    ] = True

    def judge(self, endpoint: DeployedEndpoint, /) -> Verdict:
        """Return whether everything that the endpoint runs is an approved version."""
        if not endpoint.serving:
            return out_of_scope("The endpoint does not serve requests.")
        defects = version_defects(endpoint, require_approved=self.require_approved)
        if defects:
            return non_compliant(*defects)
        if not endpoint.deployments:
            return out_of_scope("The endpoint hosts no model yet.")
        standing = "approved" if self.require_approved else "registered"
        return compliant(f"The endpoint runs {standing} versions: {listed(version_names(endpoint))}.")


handler = SageMakerModelVersionApproved.lambda_handler()
