"""Rule: bedrock-invocation-logging-enabled."""

from typing import Annotated, Literal

from rules.criteria.log_delivery import Destination, delivery_defects, unmet
from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import bedrock_logging
from rules.facts.bedrock_logging import InvocationLogging
from rules.frozen import dataclass

Modality = Literal["text", "image", "embedding", "video", "audio"]


@dataclass(frozen=True)
class BedrockInvocationLoggingEnabled(PeriodicRule[InvocationLogging]):
    """
    Checks if model invocation logging of Amazon Bedrock is on and arrives where the Region uses Amazon Bedrock.

    The rule is NON_COMPLIANT if it is off, leaves out a required modality or destination, or cannot deliver to a
    destination that it names.

    ## Why
    Logging is off by default, per Region.
    Without it nobody can say afterwards what a model was asked and what it answered.

    ## Fix
    PutModelInvocationLoggingConfiguration, in each Region that uses Amazon Bedrock:

        aws bedrock put-model-invocation-logging-configuration --logging-config file://logging.json

    with `textDataDeliveryEnabled`, `imageDataDeliveryEnabled`, `embeddingDataDeliveryEnabled` and a destination.
    `cloudWatchConfig` needs a log group and a role that trusts bedrock.amazonaws.com with `aws:SourceAccount`;
    `s3Config` needs a bucket of the same account and Region whose policy allows that service `s3:PutObject`.
    The AWS CDK has no construct for it: call the API from `custom_resources.AwsCustomResource`.

    ## Limits
    Amazon Bedrock does not log calls through the bedrock-mantle endpoint.
    A Region counts as used while models were invoked in the last two weeks (CloudWatch metrics), or while agents,
    knowledge bases, custom or imported models, application inference profiles or guardrails exist.
    Binary data and bodies over 100 KB reach a log group only by reference, through `largeDataDeliveryS3Config`.
    Whether the role's permissions and the policies of buckets and keys let Amazon Bedrock write is not judged;
    CloudWatch counts failed deliveries as `ModelInvocationLogsCloudWatchDeliveryFailure` and
    `ModelInvocationLogsS3DeliveryFailure`.
    """

    title = "Model invocation logging is on and arrives"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This Region does not have Amazon Bedrock."
    collect = bedrock_logging.invocation_logging

    required_modalities: Annotated[tuple[Modality, ...], InPack(), "Kinds of data that have to be delivered."] = (
        "text",
        "image",
        "embedding",
    )
    destination: Annotated[Destination, "Where logs have to be delivered."] = "any"
    evaluate_unused: Annotated[bool, "Whether logging has to be on where the Region does not use it."] = False

    def judge(self, logging: InvocationLogging, /) -> Verdict:
        """Return whether the invocations of models in this Region are recorded."""
        evidence = logging.usage.evidence
        if logging.log_group is None and logging.bucket is None:
            if evidence:
                return non_compliant(f"Model invocation logging is off, and this Region has {listed(evidence)}.")
            if self.evaluate_unused:
                return non_compliant("Model invocation logging is off.")
            return not_applicable("Model invocation logging is off, and nothing shows use of Amazon Bedrock here.")
        defects = [*delivery_defects(logging), *unmet(logging, self.destination, self.required_modalities)]
        if defects:
            return non_compliant(*defects)
        targets = [target.name for target in (logging.log_group, logging.bucket) if target]
        return compliant(f"The {listed(logging.modalities, most=5)} data of invocations goes to {listed(targets)}.")


handler = BedrockInvocationLoggingEnabled.lambda_handler()
