"""Rule: sagemaker-workspace-hardened."""

from typing import Annotated

from rules.criteria.credentials.detection import credentials_in_text
from rules.criteria.keys import key_defect
from rules.engine.duties import Severity
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import sagemaker_workspaces
from rules.facts.sagemaker_workspaces import DOMAIN_TYPE, Workspace
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerWorkspaceHardened(ChangeRule[Workspace]):
    """
    Checks if Amazon SageMaker AI domains and notebooks are closed, encrypted and free of secrets.

    The rule is NON_COMPLIANT if a domain is not VPC-only or has no customer-managed key, a notebook takes IMDSv1, or
    a lifecycle script holds a credential.

    ## Why
    Workspaces see training data, and what runs in them runs with a role: the old metadata service gives its
    credentials to anybody who can make the notebook fetch a URL.

    ## Fix
    A domain's network can be changed, its key only by making it again; keep secrets in AWS Secrets Manager:

        aws sagemaker update-domain --domain-id <id> --app-network-access-type VpcOnly
        aws sagemaker create-domain --kms-key-id <key ARN> …
        aws sagemaker update-notebook-instance --notebook-instance-name <name>
          --instance-metadata-service-configuration MinimumInstanceMetadataServiceVersion=2

    In the AWS CDK: `sagemaker.CfnDomain(self, "Studio", app_network_access_type="VpcOnly", kms_key_id=…)`.

    ## Limits
    Credentials are found by known formats and by the names that they are assigned to (`docs/secret-detection.md`);
    what a script fetches at run time is not looked at.
    Lifecycle scripts are those that the domain's settings or the notebook instance name; user profiles may name more.
    Keys, networks and root access of notebook instances are matters of AWS's own managed rules.
    """

    title = "SageMaker workspaces are closed, encrypted and free of secrets"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-notebooks-and-internet-access.html",
        "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-imds.html",
    )
    reports = ("AWS::SageMaker::Domain", "AWS::SageMaker::NotebookInstance")
    resource_types = ("AWS::SageMaker::Domain", "AWS::SageMaker::NotebookInstance")
    nothing_to_judge = "This account has no SageMaker domain or notebook instance in this Region."
    collect = sagemaker_workspaces.workspaces
    read = sagemaker_workspaces.workspace

    require_vpc_only: Annotated[bool, "Whether a domain has to keep its traffic in its VPC."] = True
    require_cmk: Annotated[bool, "Whether a domain has to have a customer-managed key."] = True

    def judge(self, workspace: Workspace, /) -> Verdict:
        """Return whether the workspace is hardened."""
        defects = [
            f"The lifecycle script {script.name} holds {kind}."
            for script in workspace.scripts
            for kind in credentials_in_text(script.text)
        ]
        if workspace.resource.type != DOMAIN_TYPE:
            if workspace.imds != "2":
                defects.append(f"The notebook takes IMDSv{workspace.imds}; IMDSv2 is wanted as the least version.")
            return non_compliant(*dict.fromkeys(defects)) if defects else compliant("The notebook asks for IMDSv2.")
        if self.require_vpc_only and not workspace.vpc_only:
            defects.append("The domain reaches the internet directly; VpcOnly is wanted.")
        if self.require_cmk and workspace.key_name is None:
            defects.append("The domain has no customer-managed key for its volumes.")
        elif self.require_cmk and (defect := key_defect(workspace.key)):
            defects.append(f"The domain is encrypted with {workspace.key_name}, {defect}.")
        asked = {"closed": self.require_vpc_only, "encrypted": self.require_cmk}
        said = " and ".join(word for word, wanted in asked.items() if wanted) or "free of known credentials"
        return non_compliant(*dict.fromkeys(defects)) if defects else compliant(f"The domain is {said}.")


handler = SageMakerWorkspaceHardened.lambda_handler()
