"""Rule: bedrock-log-group-protected."""

from typing import Annotated

from rules.criteria.durations import in_days
from rules.criteria.log_groups import key_defects, outsider_defects, retention_defects
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds, Between, InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts import bedrock_logging
from rules.facts.logs import LogGroup
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockLogGroupProtected(PeriodicRule[LogGroup]):
    """
    Checks if the log group of Amazon Bedrock model invocation logging is retained, encrypted and private.

    The rule is NON_COMPLIANT if its retention is unset or out of bounds, it lacks a usable key or wanted masking, or
    untrusted accounts may read it.

    ## Why
    Invocation logs hold whole prompts and answers, with whatever people typed into them.
    They have to last for as long as an investigation needs them, to end when privacy demands it, and to stay
    unreadable for everybody else.

    ## Fix
    Retention: PutRetentionPolicy, `aws logs put-retention-policy --log-group-name <name> --retention-in-days 365`;
    in the AWS CDK, `logs.LogGroup(self, "Logs", retention=logs.RetentionDays.ONE_YEAR, encryption_key=key)`.
    Key: AssociateKmsKey, `aws logs associate-kms-key --log-group-name <name> --kms-key-id <key ARN>`.
    Masking: PutDataProtectionPolicy, `data_protection_policy` in the AWS CDK.
    Readers: narrow the statement that the annotation names, with `aws logs put-resource-policy`.

    ## Limits
    Log events that were stored before a key was set stay encrypted with the older key.
    Subscription filters, exports and cross-account observability also carry log events out; they are not judged.
    AWS documents that resource policies of CloudWatch Logs take effect for AWS services only; a statement that names
    an untrusted account is reported all the same.
    """

    title = "The log group of model invocations is retained, encrypted and private"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html",
    )
    reports = ("AWS::Logs::LogGroup",)
    nothing_to_judge = "Model invocation logging writes to no log group that exists in this Region."
    collect = bedrock_logging.log_groups

    min_retention_days: Annotated[
        int, Between(0, 3653), InPack(), "Fewest days that log events are kept; 0 asks for none."
    ] = 90
    max_retention_days: Annotated[int, Between(0, 3653), "Most days that log events are kept; 0 is no limit."] = 0
    require_cmk: Annotated[bool, "Whether a customer-managed key is wanted."] = True
    require_data_protection: Annotated[bool, "Whether a data-protection policy that masks data is wanted."] = False
    trusted_accounts: AccountIds = ()

    def judge(self, group: LogGroup, /) -> Verdict:
        """Return whether the log group is private, encrypted and kept for a time within the bounds."""
        defects = [
            *outsider_defects(group, self.trusted_accounts),
            *(key_defects(group) if self.require_cmk else ()),
            *retention_defects(group, self.min_retention_days, self.max_retention_days),
        ]
        if self.require_data_protection and not group.masked:
            defects.append("No data-protection policy masks sensitive data.")
        if defects:
            return non_compliant(*defects)
        kept = f"kept for {in_days(group.retention_days)}" if group.retention_days else "never deleted"
        return compliant(f"Log events are {kept} and encrypted with {group.key_arn or 'a key that AWS owns'}.")


handler = BedrockLogGroupProtected.lambda_handler()
