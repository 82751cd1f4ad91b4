"""Rule: bedrock-resource-cmk-encrypted."""

from collections.abc import Iterable
from typing import Annotated

from rules.criteria.artifacts import storage_defect
from rules.criteria.keys import key_defect
from rules.engine.aws import Aws
from rules.engine.duties import Severity
from rules.engine.parameters import Between
from rules.engine.resource import Unreadable
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts import bedrock_keys
from rules.facts.bedrock_keys import KINDS, KeyedJob, KeyedResource, Kind
from rules.facts.s3 import BucketEncryption
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockResourceCmkEncrypted(PeriodicRule[KeyedResource]):
    """
    Checks if Amazon Bedrock guardrails, prompts, flows, agents and job results have a customer-managed AWS KMS key.

    The rule is NON_COMPLIANT if one has none, or an unusable one. Jobs are those of batch inference and of evaluation.

    ## Why
    Prompts, instructions and guardrails hold what your business knows, and job results hold what users wrote.
    With a key of your own you decide who can read them, and can revoke all access at once.

    ## Fix
    Name a key with `kmsKeyId` (UpdateGuardrail), `customerEncryptionKeyArn` (UpdatePrompt, UpdateFlow, UpdateAgent):

        aws bedrock update-guardrail --guardrail-identifier <id> --kms-key-id <key ARN> …
        aws bedrock-agent update-agent --agent-id <id> --customer-encryption-key-arn <key ARN> …

    Start jobs with `s3EncryptionKeyId` (CreateModelInvocationJob) or `customerEncryptionKeyId` (CreateEvaluationJob).
    In the AWS CDK: `bedrock.CfnGuardrail(self, "Guardrail", kms_key_arn=key.key_arn, …)`.

    ## Limits
    Of a job without a key, the default encryption of its output bucket counts; one of another account is not judged.
    Jobs that are older than the look-back are not judged, nor are those that failed.
    Bedrock may want kms:Decrypt of whoever reads a resource under a customer-managed key: where the key's policy does
    not give it to the rule's role, the resource is reported as unreadable.
    """

    title = "Bedrock resources and job results are encrypted with customer-managed keys"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-kms.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/cmk-agent-resources.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/data-encryption.html",
    )
    reports = (
        *("AWS::Bedrock::Guardrail", "AWS::Bedrock::Prompt", "AWS::Bedrock::Flow", "AWS::Bedrock::Agent"),
        *("AWS::Bedrock::ModelInvocationJob", "AWS::Bedrock::EvaluationJob"),
    )
    nothing_to_judge = "No Bedrock resource of the wanted kinds exists in this account and Region."
    collect = bedrock_keys.keyed_resources

    kinds: Annotated[tuple[Kind, ...], "Which kinds of resources need a key of the customer."] = KINDS
    lookback_days: Annotated[int, Between(1, 365), "Days back to which jobs are judged."] = 30

    def facts(self, aws: Aws) -> Iterable[KeyedResource | Unreadable]:
        """Return the resources of the wanted kinds, jobs within the look-back."""
        return self.collect(aws, self.kinds, self.lookback_days)

    def judge(self, found: KeyedResource, /) -> Verdict:
        """Return whether the key of the resource, or of a job's results, puts the customer in control."""
        if found.key_id is not None:
            if defect := key_defect(found.key):
                return non_compliant(f"The key is {found.key_id}, {defect}.")
            return compliant(f"The customer-managed key {found.key_id} encrypts it.")
        if not isinstance(found, KeyedJob):
            return non_compliant("A key that AWS owns encrypts it; a customer-managed key is wanted.")
        if not isinstance(default := found.bucket_encryption, BucketEncryption):
            place = "does not exist" if default is None else "is not one of this account"
            return not_applicable(f"The job names no key, and its output bucket {found.bucket} {place}.")
        if defect := storage_defect(default.algorithm, default.key_id, default.key, require_rotation=False):
            return non_compliant(f"The job names no key; by default its results are {defect}.")
        return compliant(f"The output bucket encrypts the results with {default.key_id}.")


handler = BedrockResourceCmkEncrypted.lambda_handler()
