"""Rule: bedrock-data-retention-limited."""

from typing import Annotated

from rules.engine.duties import Severity
from rules.engine.parameters import InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import bedrock_retention
from rules.facts.bedrock_retention import DataRetention, RetentionMode
from rules.frozen import dataclass

UNSET = "inherit"
"""What a Region answers where nobody ever set a mode."""

MEANING = {
    "none": "nothing is kept, and nothing is shared",
    "default": "each model's own terms apply",
    "inherit": "no mode is set, so each model's own terms apply",
    "aws_review": "AWS may review prompts and answers",
    "provider_data_share": "prompts and answers may be shared with the provider of the model",
}


@dataclass(frozen=True)
class BedrockDataRetentionLimited(PeriodicRule[DataRetention]):
    """
    Checks if the account's data-retention mode of Amazon Bedrock in a Region is an allowed one.

    The rule is NON_COMPLIANT if the mode keeps prompts and answers, or shares them, in a way that is not allowed.

    ## Why
    Some models are only served to accounts that let AWS or the model's provider keep what was sent to them.
    Whoever sets the mode to use such a model decides so for every request of the account in the Region.

    ## Fix
    Set an allowed mode in each Region (PutAccountDataRetention):

        aws bedrock put-account-data-retention --mode none

    Models that need retention are refused then.
    The AWS CDK has no construct for it: call the API from `custom_resources.AwsCustomResource`.

    ## Limits
    With `default` and `inherit` each model's own terms decide; allow only `none` to rule out all retention.
    A Region where no mode was ever set is NOT_APPLICABLE while `inherit` is allowed.
    A project of the bedrock-mantle endpoint can have a mode of its own; projects are not judged.
    What you keep yourself, such as model invocation logs, has other rules.
    """

    title = "Amazon Bedrock keeps and shares data as allowed"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/data-retention.html",
        "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetAccountDataRetention.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This Region has no data-retention mode of Amazon Bedrock."
    collect = bedrock_retention.data_retention

    allowed_modes: Annotated[tuple[RetentionMode, ...], InPack(), "Data-retention modes that are allowed."] = (
        "none",
        "default",
        "inherit",
    )

    def judge(self, retention: DataRetention, /) -> Verdict:
        """Return whether what is sent to models is kept and shared as allowed only."""
        mode = retention.mode
        means = f": {MEANING[mode]}" if mode in MEANING else ""
        if mode not in self.allowed_modes:
            allowed = listed(self.allowed_modes, most=5)
            return non_compliant(f"The data-retention mode is {mode}{means}. Allowed: {allowed}.")
        if mode == UNSET:
            return not_applicable(f"The data-retention mode is {mode}{means}.")
        return compliant(f"The data-retention mode is {mode}{means}.")


handler = BedrockDataRetentionLimited.lambda_handler()
