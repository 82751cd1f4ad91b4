"""Rule: sagemaker-artifact-cmk-encrypted."""

from typing import Annotated

from rules.criteria.artifacts import elsewhere, encryption_defects, key_names, nothing_stored, public_access_defect
from rules.engine.duties import Severity
from rules.engine.rule import ChangeRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable, out_of_scope
from rules.facts import sagemaker_models
from rules.facts.s3_objects import Stored
from rules.facts.sagemaker_models import Model
from rules.frozen import dataclass


@dataclass(frozen=True)
class SageMakerArtifactCmkEncrypted(ChangeRule[Model]):
    """
    Checks if the artifacts of Amazon SageMaker models are encrypted with a customer-managed AWS KMS key.

    The rule is NON_COMPLIANT if an artifact has no such key, or one that is not usable or not rotating, or if its
    bucket lets public access in.

    ## Why
    A model artifact is the model: who can read it can copy it, and who can replace it decides what endpoints answer.
    With a key of your own you decide who can use it, rotate the key, and can revoke all access at once.

    ## Fix
    Encrypt the object with your key by copying it over itself, and let new objects have the key by default:

        aws s3 cp s3://<bucket>/<key> s3://<bucket>/<key> --sse aws:kms --sse-kms-key-id <key ARN>
        aws s3api put-bucket-encryption --bucket <bucket> --server-side-encryption-configuration …
        aws s3api put-public-access-block --bucket <bucket> --public-access-block-configuration …

    Training jobs write artifacts with the key in `OutputDataConfig.KmsKeyId` (CreateTrainingJob).
    In the AWS CDK: `s3.Bucket(self, "Models", encryption_key=key, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)`.

    ## Limits
    The artifacts are those of `ModelDataUrl`, `ModelDataSource` and `AdditionalModelDataSources` of every container,
    and of the model packages that containers name; what a manifest lists is not followed.
    Of a prefix, the first 50 objects are read; the bucket's default encryption stands for the others, and for an
    artifact that is not there.
    Artifacts in buckets of other accounts, of SageMaker JumpStart, in directory buckets and behind access points are
    not judged, nor are those that inference components name instead of a model.
    Seeing how an object is encrypted needs s3:GetObject; without kms:Decrypt no object under a KMS key can be read.
    """

    title = "Artifacts of SageMaker models are encrypted with customer-managed keys"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    )
    reports = ("AWS::SageMaker::Model",)
    resource_types = ("AWS::SageMaker::Model",)
    nothing_to_judge = "No SageMaker model of this account and Region loads artifacts."
    collect = sagemaker_models.models
    read = sagemaker_models.model

    require_rotation: Annotated[bool, "Whether a key that can rotate automatically has to."] = True
    require_public_access_block: Annotated[bool, "Whether buckets with artifacts have to block public access."] = True

    def judge(self, model: Model, /) -> Verdict:
        """Return whether the model's artifacts are under the customer's control."""
        own = [(one.uri, one.stored) for one in model.artifacts if isinstance(one.stored, Stored)]
        others = [elsewhere(one.uri, one.stored) for one in model.artifacts if not isinstance(one.stored, Stored)]
        others += [f"What the model package {name} loads is not visible here." for name in model.closed_packages]
        if not own:
            return not_applicable(*others) if others else out_of_scope("The model loads no artifacts from Amazon S3.")
        defects = [sentence for uri, stored in own for sentence in self._defects(uri, stored)]
        if defects:
            return non_compliant(*dict.fromkeys(defects))
        keys = dict.fromkeys(name for _, stored in own for name in key_names(stored))
        missing = [nothing_stored(uri) for uri, stored in own if not stored.objects]
        return compliant(f"The model's artifacts are encrypted with {listed(keys, longest=96)}.", *missing, *others)

    def _defects(self, uri: str, stored: Stored) -> list[str]:
        defects = encryption_defects(uri, stored, require_rotation=self.require_rotation)
        if self.require_public_access_block and (defect := public_access_defect(stored)):
            defects.append(defect)
        return defects


handler = SageMakerArtifactCmkEncrypted.lambda_handler()
