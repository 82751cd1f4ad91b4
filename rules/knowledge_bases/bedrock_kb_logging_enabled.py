"""Rule: bedrock-kb-logging-enabled."""

from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant
from rules.facts import knowledge_logs
from rules.facts.knowledge_logs import LoggedKnowledgeBase
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockKbLoggingEnabled(PeriodicRule[LoggedKnowledgeBase]):
    """
    Checks if the logs of Amazon Bedrock knowledge bases are delivered to a log group, a bucket or a stream.

    The rule is NON_COMPLIANT if a knowledge base has no delivery source for a wanted log type, or no delivery leads
    away from it.

    ## Why
    The logs say which documents were read into a knowledge base, and which failed.
    Without them nobody can tell afterwards where an answer came from, or when a poisoned document got in.

    ## Fix
    A delivery source, a destination, and a delivery that joins them (PutDeliverySource, PutDeliveryDestination,
    CreateDelivery):

        aws logs put-delivery-source --name <name> --resource-arn <knowledge base ARN> --log-type APPLICATION_LOGS
        aws logs create-delivery --delivery-source-name <name> --delivery-destination-arn <destination ARN>

    In the AWS CDK: `logs.CfnDeliverySource`, `logs.CfnDeliveryDestination` and `logs.CfnDelivery`.

    ## Limits
    A delivery leads to a destination that exists; whether the log group or bucket behind it still does, and takes
    what is delivered, is not judged.
    Queries and answers are recorded by model invocation logging and by CloudTrail data events, not by these logs.
    """

    title = "The logs of knowledge bases are delivered"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/knowledge-bases-logging.html",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateDelivery.html",
    )
    reports = ("AWS::Bedrock::KnowledgeBase",)
    nothing_to_judge = "This account has no knowledge base in this Region."
    collect = knowledge_logs.logged_knowledge_bases

    log_types: Annotated[
        tuple[str, ...],
        Matching(r"[A-Z]+(_[A-Z]+)*", "log types such as APPLICATION_LOGS"),
        "Types of logs that have to be delivered.",
    ] = ("APPLICATION_LOGS",)

    def judge(self, found: LoggedKnowledgeBase, /) -> Verdict:
        """Return whether every wanted type of log leaves the knowledge base for a place that keeps it."""
        stopped = [kind for kind in self.log_types if kind in found.stopped]
        absent = [kind for kind in self.log_types if kind not in (*found.stopped, *found.delivered)]
        defects = []
        if absent:
            defects.append(f"The knowledge base has no log delivery for {listed(absent)}.")
        if stopped:
            defects.append(f"The delivery source for {listed(stopped)} has no delivery to a place that keeps logs.")
        if defects:
            return non_compliant(*defects)
        return compliant(f"The {listed(self.log_types)} of the knowledge base are delivered.")


handler = BedrockKbLoggingEnabled.lambda_handler()
