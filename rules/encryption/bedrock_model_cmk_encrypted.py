"""Rule: bedrock-model-cmk-encrypted."""

from typing import Annotated

from rules.criteria.keys import key_defect
from rules.engine.duties import Severity
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_models
from rules.facts.bedrock_models import OwnedModel
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockModelCmkEncrypted(PeriodicRule[OwnedModel]):
    """
    Checks if custom and imported Amazon Bedrock models are encrypted with a customer-managed AWS KMS key.

    The rule is NON_COMPLIANT if a model has no such key, or one that is disabled, pending deletion or not rotating.

    ## Why
    The weights of a customized model carry what it learnt from your data.
    With a key of your own you decide who can use them, rotate the key, and can revoke all access at once.

    ## Fix
    The key of a model is set when the model is made and cannot be changed afterwards.
    Make it again with `customModelKmsKeyId` (CreateModelCustomizationJob), `modelKmsKeyArn` (CreateCustomModel) or
    `importedModelKmsKeyId` (CreateModelImportJob), then delete the old model:

        aws bedrock create-model-import-job --imported-model-kms-key-id <key ARN> …

    For a key that does not rotate: `aws kms enable-key-rotation --key-id <key ARN>`;
    in the AWS CDK, `kms.Key(self, "ModelKey", enable_key_rotation=True)`.

    ## Limits
    Keys that cannot rotate automatically (imported key material, custom key stores) pass without rotation.
    Models that another account shares with this one are judged there.
    A key in another account has to let this account describe it; otherwise the model is reported as unreadable.
    """

    title = "Custom and imported Bedrock models are encrypted with customer-managed keys"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-custom-job.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-import-model.html",
    )
    reports = ("AWS::Bedrock::CustomModel", "AWS::Bedrock::ImportedModel")
    nothing_to_judge = "This account has no custom or imported Bedrock models in this Region."
    collect = bedrock_models.owned_models

    require_rotation: Annotated[bool, "Whether a key that can rotate automatically has to."] = True

    def judge(self, model: OwnedModel, /) -> Verdict:
        """Return whether the model's key puts the customer in control."""
        if model.key_arn is None:
            return non_compliant("The model is encrypted with a key that AWS owns; a customer-managed key is wanted.")
        defect = key_defect(model.key, require_rotation=self.require_rotation)
        if defect:
            return non_compliant(f"The model is encrypted with {model.key_arn}, {defect}.")
        return compliant(f"The model is encrypted with the customer-managed key {model.key_arn}.")


handler = BedrockModelCmkEncrypted.lambda_handler()
